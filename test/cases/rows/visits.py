"""More of the shop, for cases 09, 12, 14 and 17: tiers reached, sessions of visitors, complaints. Made after its orders and points."""

from datetime import timedelta

from .clock import BERLIN, NOW, berlin, random_instant, utc

DDL = """
CREATE TABLE tier_changes (member_id text NOT NULL, reached_at timestamptz NOT NULL, tier text, _loaded_at timestamptz NOT NULL, PRIMARY KEY (member_id, reached_at));
CREATE TABLE web_events (
  event_id text PRIMARY KEY, event_time timestamptz NOT NULL, visitor_id text, customer_id text, event_name text, device text, brand text, is_bot boolean,
  _ingested_at timestamptz NOT NULL);
CREATE TABLE visitor_map (visitor_id text PRIMARY KEY, customer_id text NOT NULL);
CREATE TABLE complaints (
  complaint_id text PRIMARY KEY, customer_id text, brand text, received_at timestamptz NOT NULL, _loaded_at timestamptz NOT NULL);
"""

TABLES = "tier_changes, web_events, visitor_map, complaints"
TIERS_LOADED, WEB_LOADED, COMPLAINTS_LOADED = utc("2026-11-16 03:00:00"), utc("2026-11-16 08:20:00"), utc("2026-11-15 22:00:00")


def tiers(random, ledger):
    gifts = [(row[1], row[2]) for row in ledger if row[3] == "earn" and row[5] in ("tier_gift", "anniversary") and row[1]]
    found = {}

    def reach(member, at, tier="gold"):
        if utc("2025-06-01 00:00:00") <= at < TIERS_LOADED - timedelta(hours=4):
            found[member, at] = (member, at, tier, min(at + timedelta(hours=5), TIERS_LOADED))

    for _ in range(420):  # some before a gift, some without one
        member, at = random.choice(gifts)
        reach(member, at - timedelta(seconds=random.randrange(55 * 86400)), random.choices(["gold", "silver", "Gold", None], [90, 6, 2, 2])[0])
    for _ in range(300):
        reach(f"U{min(int(random.expovariate(1 / 120)), 559) + 1:04d}", random_instant(random, berlin("2025-06-01 00:00"), TIERS_LOADED))
    member, at = next((m, t) for m, t in gifts if berlin("2026-09-05 00:00") < t < berlin("2026-09-25 00:00"))
    reach(member, at)  # the gift came at the same instant
    reach(member, at - timedelta(days=30))  # exactly thirty days before
    reach(member, at - timedelta(days=30, seconds=1))
    reach(member, at + timedelta(seconds=1))  # given before the tier was reached: counts only if another follows
    rows = list(found.values())
    rows[0] = rows[0][:-1] + (TIERS_LOADED,)
    return [("tier_changes", rows)]


def sessions(random, orders):
    bought = {}
    for _, customer, _, paid, *_ in orders:
        if customer and paid:
            bought.setdefault(customer, []).append(paid.replace(tzinfo=BERLIN))
    visitors = [(f"V{number:04d}", f"U{number:04d}") for number in range(1, 561)]
    customers = dict(visitors)
    begin, rows = berlin("2026-08-03 00:00"), []

    def visit(visitor, at, name="session_start", bot=False, device=None):
        device = device or random.choices(["phone", "desktop", "tablet", None], [55, 35, 8, 2])[0]
        rows.append((f"E{len(rows) + 1:05d}", at, visitor, customers.get(visitor), name, device, None, bot, min(at + timedelta(minutes=30), WEB_LOADED)))

    for visitor, customer in visitors:  # most who buy have been here within the ten days before
        for paid in bought.get(customer, []):
            at = (paid - timedelta(seconds=random.randrange(10 * 86400))).astimezone(NOW.tzinfo)
            if begin <= at < WEB_LOADED and random.random() < 0.8:
                visit(visitor, at)
                if random.random() < 0.5:
                    visit(visitor, min(at + timedelta(hours=30), WEB_LOADED), random.choice(["session_start", "add_to_cart"]))
    for _ in range(900):
        visit(f"V{random.randrange(1, 900):04d}", random_instant(random, begin, WEB_LOADED), random.choices(["session_start", "page_view"], [85, 15])[0],
              random.choices([False, True, None], [950, 40, 10])[0])
    visit(None, berlin("2026-10-28 12:00"))  # no cookie: nobody's visit
    rows[0] = rows[0][:-1] + (WEB_LOADED,)
    return [("web_events", rows), ("visitor_map", visitors)]


def complaints(random, orders):
    """None at all in September 2026, though all is loaded: a rate of zero."""
    rows = []

    def complain(customer, brand, at):
        rows.append((f"P{len(rows) + 1:04d}", customer, brand, at, min(at + timedelta(hours=7), COMPLAINTS_LOADED)))

    for _, customer, brand, paid, *_ in orders:
        at = paid.replace(tzinfo=BERLIN).astimezone(NOW.tzinfo) + timedelta(days=random.expovariate(1 / 6))
        at = at.replace(microsecond=0)
        if random.random() < 0.12 and berlin("2025-09-01 00:00") <= at < COMPLAINTS_LOADED and at.astimezone(BERLIN).strftime("%Y-%m") != "2026-09":
            complain(customer, brand, at)
    complain("U0001", "nordia", berlin("2026-10-01 00:30"))  # September by UTC
    complain("U0002", "aurora", berlin("2026-10-05 12:00"))  # a brand that sold nothing: no rate
    rows[0] = rows[0][:-1] + (COMPLAINTS_LOADED,)
    return [("complaints", rows)]
