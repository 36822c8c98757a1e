"""The shop of cases 11, 12 and 13: orders in naive Berlin time, their lines in three currencies, the points ledger."""

from datetime import datetime, timedelta

from .clock import berlin, random_instant, utc
from .sql import cents, cents_signed

DDL = """
CREATE TABLE orders (
  order_id text PRIMARY KEY, customer_id text, brand text, paid_at timestamp, net_eur numeric(12,2), status text, is_test boolean,
  updated_at timestamptz NOT NULL);
CREATE TABLE fx_plan_rates (currency text NOT NULL, year integer NOT NULL, rate numeric(10,4) NOT NULL, PRIMARY KEY (currency, year));
CREATE TABLE order_lines (
  order_id text NOT NULL, line_no integer NOT NULL, customer_id text, brand text, paid_at timestamptz, qty integer, list_price numeric(12,2),
  ref_price_30d numeric(12,2), paid_amount numeric(12,2), currency text, is_test boolean, updated_at timestamptz NOT NULL,
  PRIMARY KEY (order_id, line_no));
CREATE TABLE points_ledger (
  entry_id text PRIMARY KEY, member_id text, booked_at timestamptz NOT NULL, kind text, points integer, reason text, _loaded_at timestamptz NOT NULL);
"""

TABLES = "orders, fx_plan_rates, order_lines, points_ledger"
LAST_UPDATE = utc("2026-11-16 08:30:00")
LEDGER_LOADED = utc("2026-11-16 03:00:00")
BRANDS, BRAND_WEIGHTS = ["nordia", "lumen", "tilda", "outlet", None], [40, 34, 20, 4, 2]
RATES = [("EUR", 2025, 1.0), ("EUR", 2026, 1.0), ("GBP", 2025, 0.85), ("GBP", 2026, 0.8725), ("SEK", 2025, 11.4), ("SEK", 2026, 10.95)]


def orders(random):
    """Customers differ in how often they come, how soon they leave and how much they spend; some had been customers long
    before the history shown."""
    rows = []

    def add(customer, paid, amount, brand="nordia", status="paid", test=False):
        updated = min(paid.replace(tzinfo=LAST_UPDATE.tzinfo) + timedelta(hours=2), LAST_UPDATE)
        rows.append((f"O{len(rows) + 1:05d}", customer, brand, paid, cents_signed(amount), status, test, updated))

    first, last = datetime(2025, 9, 1), datetime(2026, 11, 16, 8)
    for number in range(1, 561):
        customer, brand = f"U{number:04d}", random.choices(BRANDS, BRAND_WEIGHTS)[0]
        at = first + (last - first) * random.random()
        often, leaves, spend = random.gammavariate(0.5, 1 / 50), random.betavariate(0.8, 1.6), random.gammavariate(4, 1 / 3150)
        if number % 14 == 0:
            add(customer, datetime(2023, 1, 1) + timedelta(days=random.randrange(500), hours=12), 4000, brand)
        back = False  # nobody leaves before having come back
        while at < last:
            at = at.replace(microsecond=0)
            status = random.choices(["paid", "shipped", "cancelled", "pending", None], [40, 50, 5, 4, 1])[0]
            add(customer, at, int(random.gammavariate(6, 1 / spend)), brand, status, random.choices([False, True, None], [975, 20, 5])[0])
            if random.random() < 0.06:
                add(customer, at + timedelta(hours=random.randrange(1, 20)), 1500, brand)  # a split order
            if back and random.random() < leaves:
                break
            at, back = at + timedelta(days=min(random.expovariate(often), 900)), True
    # Naive Berlin time next to midnight, and where summer time ends and begins: read as UTC they change month.
    add("U9001", datetime(2026, 9, 30, 23, 30), 30000)
    add("U9002", datetime(2026, 10, 1, 0, 30), 24000)
    add("U9003", datetime(2026, 10, 31, 23, 59, 59), 17000)
    add("U9004", datetime(2026, 11, 1, 0, 0), 20000)
    add("U9005", datetime(2026, 10, 25, 2, 30), 2000)
    add("U9006", datetime(2026, 3, 29, 2, 30), 2000)
    for _ in range(6):
        add("U9007", datetime(2026, 10, 14, 9) + timedelta(days=len(rows) % 9), 12000, "lumen")  # one large customer
    add("U9008", datetime(2026, 10, 20, 12), -9000, "lumen")  # a credit note is revenue too
    add("U9009", datetime(2026, 10, 20, 12), None, "lumen")  # no amount
    add(None, datetime(2026, 10, 21, 12), 8000)  # guests: nobody's rows, each on its own
    add(None, datetime(2026, 10, 22, 12), 9000)
    rows[0] = rows[0][:-1] + (LAST_UPDATE,)
    return [("orders", rows)]


def lines(random):
    rows = []

    def add(customer, at, reference, paid, qty=1, currency="EUR", brand="nordia", listed=None, test=False):
        listed = int((reference or 5000) * 1.3) if listed is None else listed
        number = len(rows) + 1
        rows.append((f"L{number // 2:05d}", number % 2, customer, brand, at, qty, cents(listed), cents(reference), cents_signed(paid), currency, test,
                     min(at + timedelta(hours=2), LAST_UPDATE)))

    for _ in range(1050):
        customer = f"U{min(int(random.expovariate(1 / 90)), 559) + 1:04d}"
        brand = random.choices(BRANDS, BRAND_WEIGHTS)[0]
        currency = random.choices(["EUR", "GBP", "SEK", "DKK"], [70, 14, 13, 3])[0]  # no plan rate for DKK: not in the row set
        reference = int(100 * random.lognormvariate(3.6, 0.7) * (11 if currency == "SEK" else 1))
        qty = random.choices([1, 2, 3, -1], [70, 20, 6, 4])[0]
        saved = random.choices([0, 0.1, 0.2, 0.35, -0.05], [40, 25, 18, 10, 7])[0] + (int(customer[1:]) % 5) * 0.04
        paid = int(qty * reference * (1 - saved))
        reference, paid = random.choices([(reference, paid), (None, paid), (reference, None)], [96, 3, 1])[0]
        add(customer if random.random() > 0.02 else None, random_instant(random, berlin("2025-09-01 00:00"), LAST_UPDATE - timedelta(hours=3)),
            reference, paid, qty, currency, brand, test=random.choices([False, True, None], [975, 20, 5])[0])
    for text, paid in (("2026-09-30 23:30", 13000), ("2026-10-01 00:30", 11000), ("2026-10-31 23:30", 12500), ("2026-11-01 00:30", 20000)):
        add("U9011", berlin(text), 20000, paid)  # next to midnight in Berlin: the month of UTC reads another saving
    add("U9012", berlin("2026-10-09 12:00"), 20000, 20000, qty=0)  # nothing was bought
    add("U9013", berlin("2026-10-10 12:00"), 300000, 310000, currency="SEK", brand="tilda")
    rows[-1] = rows[-1][:-1] + (LAST_UPDATE,)
    return [("fx_plan_rates", [(c, y, f"{r:.4f}") for c, y, r in RATES]), ("order_lines", rows)]


def ledger(random):
    rows = []

    def add(member, at, kind, points, reason="purchase"):
        rows.append((f"G{len(rows) + 1:05d}", member, at, kind, points, reason, min(at + timedelta(hours=9), LEDGER_LOADED)))

    for _ in range(1100):
        member = f"U{min(int(random.expovariate(1 / 120)), 559) + 1:04d}"
        kind = random.choices(["earn", "redeem", "expire", "reverse", None], [62, 20, 9, 7, 2])[0]
        points = random.choice([50, 100, 100, 250, 500]) * (1 if kind == "earn" else -1)
        reason = random.choice(["purchase", "purchase", "tier_gift", "anniversary"]) if kind == "earn" else "shop"
        add(member, random_instant(random, berlin("2025-01-01 00:00"), LEDGER_LOADED - timedelta(hours=6)), kind,
            None if random.random() < 0.015 else points, reason)
    # redeems in the third quarter what was earned long before: no denominator of its own
    add("U9020", berlin("2026-08-08 12:00"), "redeem", -900, "shop")
    add("U9021", berlin("2026-06-30 23:30"), "earn", 2500)
    add("U9021", berlin("2026-07-01 00:30"), "redeem", -600, "shop")  # June by UTC
    add("U9022", berlin("2026-09-30 23:30"), "redeem", -500, "shop")
    add("U9022", berlin("2026-10-01 00:30"), "earn", 2500)
    add("U9023", berlin("2026-08-20 12:00"), "reverse", 2000, "shop")  # a redemption taken back is no earning
    add(None, berlin("2026-08-21 12:00"), "earn", 300)
    rows[0] = rows[0][:-1] + (LEDGER_LOADED,)
    return [("points_ledger", rows)]

