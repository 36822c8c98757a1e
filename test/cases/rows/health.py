"""Account health of case 16: one score for each account and snapshot."""

from datetime import date, datetime, time, timedelta, timezone

from .clock import month_end, utc

DDL = """
CREATE TABLE analytics.account_health_daily (  -- no key: double loads do happen
  as_of date NOT NULL, account_id text NOT NULL, plan text, score numeric(5,1), _loaded_at timestamptz NOT NULL);
"""

LAST_LOAD = utc("2026-11-16 04:00:00")
ACCOUNTS = 46
MISSING, BROKEN_OFF = (2026, 5), (2026, 9)  # a month never taken, and one whose last load stopped half-way


def days_of(year, month):
    last = month_end(year, month)
    if (year, month) == MISSING:
        return []
    if (year, month) == (2026, 8):
        return [date(2026, 8, 14), date(2026, 8, 28)]  # the last days failed
    if (year, month) == (2026, 11):
        return [date(2026, 11, 14), date(2026, 11, 15)]
    return [last] if (year, month) < (2026, 4) else [date(year, month, 15), last]


def build(random):
    accounts = [(f"A{number:04d}", random.choice(["basic", "pro", "enterprise"]), random.gauss(72, 12)) for number in range(1, ACCOUNTS + 1)]
    rows = []
    for year, month in [(2025, month) for month in (10, 11, 12)] + [(2026, month) for month in range(1, 12)]:
        for day in days_of(year, month):
            taken = snapshot(random, accounts, day, drift=-14 if day.day == 15 else 0)
            rows += taken[:18] if (year, month) == BROKEN_OFF and day.day == 30 else taken
    rows[-1] = rows[-1][:-1] + (LAST_LOAD,)
    return [("analytics.account_health_daily", rows)]


def snapshot(random, accounts, day, drift):
    """In the middle of a month scores are low, so that it shows which snapshot was read."""
    loaded = min(datetime.combine(day + timedelta(days=1), time(4), timezone.utc), LAST_LOAD)
    rows = []
    for number, (account, plan, base) in enumerate(accounts):
        score = f"{max(0, min(100, random.gauss(base + drift, 6))):.1f}"
        if number in (3, 4):
            score = ["70.0", "69.9"][number - 3]  # exactly on the bound, and just below
        if number in (9, 10):
            score = None  # not scored: in the count, not healthy
        rows.append((day, account, plan, score, loaded))
    return rows
