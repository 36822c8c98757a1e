"""Subscription spells of case 5: pauses, overlaps, trials, reactivations, plan changes."""

from datetime import timedelta

from .clock import NOW, berlin, random_instant, utc

DDL = """
CREATE SCHEMA analytics;
CREATE TABLE analytics.subscription_spells (
  account_id text NOT NULL, plan text, valid_from timestamptz NOT NULL, valid_to timestamptz,
  is_trial boolean, is_internal boolean, _loaded_at timestamptz NOT NULL);
"""

LAST_LOAD = utc("2026-11-16 03:00:00")
ACCOUNTS = 640
PLANS = ["basic", "pro", "enterprise"]


def build(random):
    spells = []

    def add(account, plan, start, end, trial=False, internal=False):
        loaded = min(max(start, end if end and end <= NOW else start) + timedelta(hours=6), LAST_LOAD)
        spells.append((account, plan, start, end, trial, internal, loaded))

    for number in range(1, ACCOUNTS + 1):
        history(random, add, f"B{number:04d}", number)
    planted(add)
    first = spells[0]
    spells[0] = first[:-1] + (LAST_LOAD,)
    return [("analytics.subscription_spells", spells)]


def history(random, add, account, number):
    """One customer's life: perhaps a trial, then spells that end in a plan change, a pause or a loss."""
    internal = number % 80 == 0
    if random.random() < 0.62:
        at = random_instant(random, berlin("2025-06-01 00:00"), berlin("2026-03-01 00:00"))
    else:
        at = random_instant(random, berlin("2026-03-01 00:00"), berlin("2026-11-14 00:00"))
    if random.random() < 0.25:
        add(account, "pro", at, at + timedelta(days=14), trial=True, internal=internal)
        if random.random() < 0.4:
            return  # never paid: never a customer
        at += timedelta(days=14)
    plan = random.choices(PLANS, [52, 34, 14])[0]
    mean_days = {"basic": 520, "pro": 800, "enterprise": 1500}[plan]
    while True:
        end = at + timedelta(days=max(3, int(random.expovariate(1 / mean_days))), minutes=random.randrange(1440))
        if end >= NOW:
            add(account, plan, at, None, internal=internal)
            return
        add(account, plan, at, end, internal=internal)
        fate = random.random()
        if fate < 0.30:
            at, plan = end, random.choice(PLANS)  # changes plan without a break
        elif fate < 0.55:
            at = end + timedelta(days=random.randrange(1, 14), hours=random.randrange(24))  # short pause
        elif fate < 0.68:
            at = end + timedelta(days=random.randrange(15, 120))  # lost, and won back
        else:
            return
        if at >= NOW:
            return


def planted(add):
    begin = berlin("2026-01-10 12:00")

    def pause(account, end, start):
        add(account, "pro", begin, berlin(end), )
        if start:
            add(account, "pro", berlin(start), None)

    # around the end of October (UTC+1 since the 25th)
    pause("P01", "2026-10-27 10:00", "2026-11-10 10:00")  # back after exactly 14 d: not lost
    pause("P02", "2026-10-27 10:00", "2026-11-10 10:01")  # a minute more: lost in October
    pause("P03", "2026-10-30 18:00", "2026-11-12 09:00")  # over the boundary, bridged
    pause("P04", "2026-10-20 18:00", "2026-11-12 09:00")  # over the boundary, too long
    pause("P05", "2026-10-02 08:00", "2026-10-20 08:00")  # too long but inside the month: open at both ends
    pause("P06", "2026-10-31 23:30", None)  # the last half hour of October, in UTC too
    pause("P07", "2026-11-01 00:00", None)  # ends with the period: not open at its end, lost in October
    pause("P08", "2026-11-01 00:30", None)  # November in Berlin, October in UTC
    pause("P09", "2026-11-05 12:00", None)  # gone 11 d: not yet known lost
    pause("P10", "2026-11-02 08:00", None)  # gone 14 d and an hour: lost in November
    pause("P11", "2026-09-25 10:00", "2026-10-05 10:00")  # in a pause at the opening of October: open
    pause("P12", "2026-12-31 00:00", None)  # notice given, still a customer
    # begins on the very instant of opening
    add("P13", "basic", berlin("2026-10-01 00:00"), None)
    add("P14", "basic", berlin("2026-10-01 00:30"), berlin("2026-10-20 00:00"))  # new and lost: not in the cohort
    # overlapping spells of one account: one customer, the later one names the plan
    add("P15", "basic", berlin("2026-02-01 00:00"), None)
    add("P15", "enterprise", berlin("2026-08-01 00:00"), berlin("2026-10-15 00:00"))
    add("P16", "basic", berlin("2026-02-01 00:00"), berlin("2026-10-15 00:00"))
    add("P16", "pro", berlin("2026-03-01 00:00"), berlin("2026-04-01 00:00"))  # long over: basic covers October
    add("P17", "enterprise", berlin("2026-02-01 00:00"), berlin("2026-10-05 00:00"))
    add("P17", "pro", berlin("2026-07-01 00:00"), berlin("2026-09-28 00:00"))  # ended just before the opening
    # plan changes exactly at the boundary, and a downgrade on the way out
    add("P18", "basic", begin, berlin("2026-10-01 00:00"))
    add("P18", "enterprise", berlin("2026-10-01 00:00"), berlin("2026-10-10 00:00"))
    add("P19", "enterprise", begin, berlin("2026-10-12 00:00"))
    add("P19", "basic", berlin("2026-10-12 00:00"), berlin("2026-10-14 00:00"))  # enterprise churn, not basic
    # reactivated after a year; a trial that bridges nothing; a trial before the paid spell
    add("P20", "pro", berlin("2025-06-01 00:00"), berlin("2025-09-01 00:00"))
    add("P20", "pro", berlin("2026-09-15 00:00"), None)
    add("P21", "pro", begin, berlin("2026-10-10 00:00"))
    add("P21", "pro", berlin("2026-10-12 00:00"), berlin("2026-10-26 00:00"), trial=True)
    add("P22", "pro", berlin("2026-09-20 00:00"), berlin("2026-10-04 00:00"), trial=True)
    add("P22", "pro", berlin("2026-10-04 00:00"), None)
    # dirt: ends before it starts, ends as it starts, flags not known
    add("P23", "pro", berlin("2026-09-01 00:00"), berlin("2026-08-01 00:00"))
    add("P24", "pro", berlin("2026-09-01 00:00"), berlin("2026-09-01 00:00"))
    add("P25", "pro", begin, None, trial=None)
    add("P26", "pro", begin, None, internal=None)
    add("P27", None, begin, berlin("2026-10-08 00:00"))  # plan unknown
