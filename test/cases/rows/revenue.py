"""Recurring revenue of case 6, twice: monthly snapshots and the movements behind them."""

from datetime import date, datetime, time, timedelta, timezone

from .clock import month_end, utc
from .sql import cents, cents_signed

DDL = """
CREATE SCHEMA finance;
CREATE SCHEMA billing;
CREATE TABLE finance.mrr_monthly (  -- no key: double loads do happen
  as_of date NOT NULL, account_id text NOT NULL, plan text, mrr_eur numeric(12,2), _loaded_at timestamptz NOT NULL);
CREATE TABLE billing.mrr_movements (
  movement_id text PRIMARY KEY, account_id text NOT NULL, booked_on date NOT NULL, kind text NOT NULL,
  delta_eur numeric(12,2) NOT NULL, _loaded_at timestamptz NOT NULL);
"""

ACCOUNTS = 195
BEGIN, LAST = date(2024, 6, 1), date(2026, 10, 31)
MOVEMENTS_LOADED = utc("2026-10-30 04:00:00")  # the movements feed stopped before October ended
MISSING = {(2025, 8), (2026, 7)}  # snapshots never taken
HALF = {(2025, 5), (2026, 9)}  # loads that broke off


def build(random):
    truth = []  # (account, day, kind, cents), the whole history
    plans = {}
    for number in range(1, ACCOUNTS + 1):
        account = f"R{number:04d}"
        plans[account] = [(BEGIN, random.choices(["basic", "pro", "enterprise", None], [50, 35, 12, 3])[0])]
        truth += life(random, account, plans[account])
    truth += booked_on_the_first()
    for account in ("R9001", "R9002", "R9003"):
        plans[account] = [(BEGIN, "pro")]
    return [("finance.mrr_monthly", snapshots(truth, plans)), ("billing.mrr_movements", movements(random, truth))]


def life(random, account, plans):
    """One account's movements; its balance never falls below zero."""
    base = {"basic": 9000, "pro": 42000, "enterprise": 260000}.get(plans[0][1], 15000)
    balance, rows = 0, []
    day = BEGIN + timedelta(days=random.randrange(0, 180) if random.random() < 0.75 else random.randrange(180, 860))
    kind = "new"
    while day <= LAST:
        if kind in ("new", "reactivation"):
            delta = int(base * random.lognormvariate(0, 0.5)) // 100 * 100
        elif kind == "expansion":
            delta = int(balance * random.uniform(0.05, 0.5)) // 100 * 100
        elif kind == "contraction":
            delta = -(int(balance * random.uniform(0.05, 0.4)) // 100 * 100)
        else:
            delta = -balance
        balance += delta
        rows.append((account, day, kind, delta))
        if kind == "expansion" and random.random() < 0.15:
            rows.append((account, day, "contraction", -(delta // 200 * 100)))  # two movements on one day
            balance += rows[-1][3]
            plans.append((day, random.choice(["pro", "enterprise"])))
        if random.random() < 0.10:
            rows.append((account, day, "fx", random.randrange(-900, 900)))  # never part of the balance
        if balance == 0:
            if random.random() > 0.25:
                break
            kind = "reactivation"
            day += timedelta(days=random.randrange(20, 200))
            continue
        kind = random.choices(["expansion", "contraction", "churn"], [50, 32, 18])[0]
        day += timedelta(days=random.randrange(20, 330))
    return rows


def booked_on_the_first():
    """A movement on the day of a boundary is in the state at that boundary's instant."""
    return [
        ("R9001", date(2025, 10, 1), "new", 50000), ("R9001", date(2026, 10, 1), "churn", -50000),
        ("R9002", date(2025, 9, 1), "new", 80000), ("R9002", date(2026, 9, 1), "expansion", 40000),
        ("R9003", date(2025, 4, 1), "new", 30000), ("R9003", date(2026, 9, 30), "contraction", -10000),
    ]


def movements(random, truth):
    rows = []
    for account, day, kind, delta in sorted(truth):
        loaded = datetime.combine(day + timedelta(days=1), time(4), timezone.utc)
        if loaded <= MOVEMENTS_LOADED:
            rows.append((f"M{len(rows) + 1:05d}", account, day, kind, cents_signed(delta), loaded))
    last = rows[-1]
    rows[-1] = last[:-1] + (MOVEMENTS_LOADED,)
    return rows


def snapshots(truth, plans):
    rows = []
    months = [(year, month) for year in (2025, 2026) for month in range(1, 13)]
    for year, month in months:
        as_of = month_end(year, month)
        if as_of > LAST or (year, month) in MISSING:
            continue
        full = snapshot(truth, plans, as_of)
        rows += full[: len(full) * 2 // 5] if (year, month) in HALF else full
        if (year, month) == (2026, 6):
            rows += snapshot(truth, plans, date(2026, 6, 15))  # an extra one in mid-month: the last one counts
    return dirty(rows)


def snapshot(truth, plans, as_of):
    balance = {}
    for account, day, kind, delta in truth:
        if day <= as_of and kind != "fx":
            balance[account] = balance.get(account, 0) + delta
    loaded = datetime.combine(as_of + timedelta(days=2), time(5), timezone.utc)
    rows = []
    for account in sorted(balance):
        if balance[account] > 0:
            plan = [plan for since, plan in plans[account] if since <= as_of][-1]
            rows.append([as_of, account, plan, cents(balance[account]), loaded])
    return rows


def dirty(rows):
    """Amounts that are NULL at the opening or at the closing of October 2026, and accounts on a free plan."""
    opening = [row for row in rows if row[0] == date(2025, 10, 31)]
    closing = [row for row in rows if row[0] == date(2026, 10, 31)]
    opening[3][3] = None
    staying = [row for row in closing if row[1] in {row[1] for row in opening[10:60]}]
    staying[5][3] = None
    staying[9][3] = "0.00"  # moved to a free plan: still there, no revenue
    opening[70][3] = "0.00"  # came from a free plan: no opening revenue, not in the ratio
    return [tuple(row) for row in rows]


# The loader ran twice on October's snapshot.
DOUBLE_LOAD = """INSERT INTO finance.mrr_monthly
SELECT as_of, account_id, plan, mrr_eur, _loaded_at + interval '1 hour' FROM finance.mrr_monthly WHERE as_of = DATE '2026-10-31';
"""
