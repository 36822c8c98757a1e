"""Contracts of case 7: due by DATE, decided by instant, running into 2028."""

from datetime import date, timedelta

from .clock import berlin, random_instant, utc, NOW
from .sql import cents

DDL = """
CREATE SCHEMA sfdc;
CREATE TABLE sfdc.contracts (
  contract_id text NOT NULL, account_id text NOT NULL, due_at date, decided_at timestamptz, status text,
  acv_eur numeric(12,2), plan text, region text, systemmodstamp timestamptz NOT NULL);
"""

LAST_SYNC = utc("2026-11-16 02:30:00")
TODAY = date(2026, 11, 16)
GRACE = timedelta(days=45)
FIRST_DUE, LAST_DUE = date(2026, 1, 1), date(2028, 6, 30)


def build(random):
    rows = []

    def add(due, status, decided, acv="draw", plan="draw"):
        number = len(rows) + 1
        if plan == "draw":
            plan = random.choices(["basic", "pro", "enterprise", None], [46, 36, 15, 3])[0]
        if acv == "draw":
            base = {"basic": 1200, "pro": 6000, "enterprise": 40000}.get(plan, 3000)
            acv = int(base * 100 * random.lognormvariate(0, 0.5))
        region = random.choice(["DACH", "UKI", "Nordics"])
        known = [moment for moment in (decided,) if moment and moment <= NOW]
        modified = min(max(known, default=utc("2026-01-02 03:00:00")) + timedelta(hours=5), LAST_SYNC)
        rows.append((f"K{number:05d}", f"A{random.randrange(1, 201):04d}", due, decided, status, cents(acv), plan, region, modified))

    ordinary(random, add)
    planted(add)
    first = rows[0]
    rows[0] = first[:-1] + (LAST_SYNC,)
    return [("sfdc.contracts", rows)]


def ordinary(random, add):
    due = FIRST_DUE
    while due <= LAST_DUE:
        for _ in range(random.choice([2, 2, 3, 3]) if due < date(2027, 1, 1) else random.choice([0, 0, 0, 1])):
            status, decided = outcome(random, due)
            add(due, status, decided)
        due += timedelta(days=1)


def outcome(random, due):
    """A decision around the due date, as far as it is known today."""
    status = random.choices(
        ["Renewed", "AutoRenewed", "Upsold", "Churned", "Lost", "Cancelled by us", "Migrated", None, "On hold", "renewed"],
        [46, 14, 8, 9, 5, 3, 3, 9, 2, 1])[0]
    if status is None:
        return None, None
    offset = int(random.gauss(-3, 20))
    decided = berlin(f"{due} 00:00") + timedelta(days=offset, minutes=random.randrange(1440))
    if decided > NOW:
        return None, None
    return status, decided


def planted(add):
    def at(text):
        return berlin(text)

    # due on the first of a month: a DATE is never shifted, whatever the zone
    for month, statuses in (("2026-06", "RRC"), ("2026-09", "RRR"), ("2026-10", "CRCC"), ("2026-11", "RC")):
        for status in ({"R": "Renewed", "C": "Churned"}[letter] for letter in statuses):
            add(date.fromisoformat(month + "-01"), status, at(month + "-01 00:30"), acv=990000, plan="pro")
    # the last day of a month, decided next to midnight
    add(date(2026, 9, 30), "Renewed", at("2026-09-30 23:30"), acv=1200000, plan="enterprise")
    add(date(2026, 9, 30), "Lost", at("2026-10-01 00:30"), acv=300000, plan="basic")
    # undecided: well past grace, and well within
    add(date(2026, 9, 15), None, None, acv=2500000, plan="enterprise")
    add(date(2026, 9, 28), None, None, acv=80000, plan="basic")
    for day in (5, 12, 20, 30):
        add(date(2026, 10, day), None, None, acv=700000, plan="pro")
    # decided long after grace: the fact replaces the presumption
    add(date(2026, 6, 10), "Renewed", at("2026-09-02 15:00"), acv=1500000, plan="pro")
    add(date(2026, 9, 2), "Upsold", at("2026-11-10 12:00"), acv=900000, plan="pro")
    # decided early, in another month: belongs to the month it is due
    add(date(2026, 9, 10), "Renewed", at("2026-06-20 10:00"), acv=450000, plan="basic")
    # entered ahead, with a decision date that has not come: undecided as of now
    add(date(2026, 10, 25), "Renewed", at("2026-12-01 00:00"), acv=600000, plan="pro")
    add(date(2026, 9, 12), "Renewed", at("2026-12-15 00:00"), acv=350000, plan="pro")  # and past grace: lost
    # status decided, decision date never filled in
    add(date(2026, 9, 18), "Renewed", None, acv=510000, plan="pro")
    add(date(2026, 9, 19), "Churned", None, acv=140000, plan="basic")
    # dirt: no value, no due date
    add(date(2026, 9, 21), "Renewed", at("2026-09-20 09:00"), acv=None, plan="pro")
    add(date(2026, 9, 22), "Lost", at("2026-09-25 09:00"), acv=None, plan="basic")
    add(date(2026, 10, 22), None, None, acv=None, plan="basic")
    add(None, "Renewed", at("2026-09-25 09:00"))
    add(None, None, None)
