"""Cases 11, 12 and 13: money saved, points redeemed, revenue; errors by customer, guests each on their own."""

from collections import defaultdict
from datetime import datetime

from . import database, estimates, periods, r

BERLIN = "Europe/Berlin"

ORDERS = """orders_judged AS (
  SELECT o.*, CASE WHEN is_test IS NULL THEN 'filter/test-orders:null' WHEN is_test THEN 'filter/test-orders'
                   WHEN status IS NULL THEN 'filter/unpaid:null' WHEN status NOT IN ('paid', 'shipped') THEN 'filter/unpaid' END AS dropped,
         paid_at AT TIME ZONE 'Europe/Berlin' AS paid FROM orders o)"""

LINES = """lines_judged AS (
  SELECT l.*, l.qty * l.ref_price_30d / fx.rate AS reference, (l.qty * l.ref_price_30d - l.paid_amount) / fx.rate AS saved,
         CASE WHEN is_test IS NULL THEN 'filter/test-orders:null' WHEN is_test THEN 'filter/test-orders'
              WHEN qty IS NULL THEN 'filter/returns:null' WHEN qty <= 0 THEN 'filter/returns' END AS dropped
  FROM order_lines l, fx_plan_rates fx WHERE fx.currency = l.currency AND fx.year = date_part('year', l.paid_at AT TIME ZONE 'UTC'))"""

LEDGER = """ledger_judged AS (
  SELECT g.*, NULL AS dropped, CASE kind WHEN 'redeem' THEN -points ELSE 0 END AS redeemed, CASE kind WHEN 'earn' THEN points ELSE 0 END AS earned
  FROM points_ledger g)"""


def watermark(table, column):
    return datetime.fromisoformat(database.rows(f"SELECT max({column}) AS mark FROM {table}")[0]["mark"])


def dataset(clause, judged, mark):
    counts = {row["dropped"]: int(row["rows"]) for row in database.rows(
        f"WITH {clause} SELECT coalesce(dropped, 'left') AS dropped, count(*) AS rows FROM {judged} GROUP BY 1 ORDER BY 1")}
    left = counts.pop("left")
    return {"rowsRead": left + sum(counts.values()), "dropped": counts, "rowsLeft": left, "watermark": mark}


def datasets():
    joined = "order_lines l JOIN fx_plan_rates fx ON fx.currency = l.currency AND fx.year = date_part('year', l.paid_at)"
    return {
        "shop/orders": dataset(ORDERS, "orders_judged", watermark("orders", "updated_at")),
        "shop/order-lines": dataset(LINES, "lines_judged", watermark(joined, "updated_at")),
        "shop/points-ledger": dataset(LEDGER, "ledger_judged", watermark("points_ledger", "_loaded_at")),
    }


def finish(made, mark, read, estimate, segments=None):
    states = [periods.state(p, mark) for p in made]
    guard = periods.collapsed([(how != "Running", read.get(p.label, 0)) for p, how in zip(made, states)])
    answers = [periods.answer(p, estimate(p.label), how, "SuspectData" if suspect else None)
               for p, how, suspect in zip(made, states, guard)][-periods.SHOWN:]
    latest = periods.latest_mature(answers)
    return {"latestMature": latest, "periods": answers, "segments": segments(latest) if segments else {}}


def counts(made, clause, judged, at):
    return {row["label"]: int(row["rows"]) for row in database.rows(
        "WITH " + database.windows(made) + f", {clause} SELECT label, count(*) AS rows FROM windows JOIN {judged} ON {at} >= since AND {at} < until GROUP BY 1")}


def clustered_ratio(made, mark, clause, judged, at, y, x, customer, key, segment="NULL"):
    """Σy/Σx by customer; rows that lack either are left out and counted. A row of nobody is its own cluster."""
    rows = database.rows("WITH " + database.windows(made) + f""", {clause}
        SELECT label, {y} AS y, {x} AS x, coalesce({customer}, 'row ' || {key}) AS cluster, coalesce({segment}, '(none)') AS segment
        FROM windows JOIN {judged} ON {at} >= since AND {at} < until WHERE dropped IS NULL ORDER BY 1, {key}""")
    groups, missing = [], defaultdict(int)
    for row in rows:
        for group in (row["label"], row["label"] + "/" + row["segment"]):
            if row["y"] is None or row["x"] is None:
                missing[group] += 1
            else:
                groups.append((group, row["y"], row["x"], row["cluster"]))
    found = r.ratios(groups)

    def estimate(group):
        one = found.get(group)
        value = estimates.nothing() if one is None else {
            **{name: one.get(name) for name in ("value", "lower", "upper")}, "n": int(one["n"]),
            "numerator": one["numerator"], "denominator": one["denominator"], "entities": int(one["entities"])}
        return {**value, "rejected": {"Missing": missing[group]} if missing[group] else {}}

    def segments(label):
        named = {group.split("/")[1]: estimate(group) for group in sorted(found) if group.startswith(label + "/")}
        return periods.suppress(named, lambda one: one["n"])

    return finish(made, mark, counts(made, clause, judged, at), estimate,
                  (lambda label: {segment: segments(label)}) if segment != "NULL" else None)


def revenue(mark):
    """Σ amounts; the error is that of customers' totals as arrivals, √Σ total²."""
    made = periods.months(periods.SHOWN + periods.GUARD_PERIODS, BERLIN)
    rows = database.rows("WITH " + database.windows(made) + f""", {ORDERS}, customers AS (
          SELECT label, coalesce(customer_id, 'row ' || order_id) AS customer, sum(net_eur) AS total, count(net_eur) AS rows, count(*) - count(net_eur) AS missing
          FROM windows JOIN orders_judged ON paid >= since AND paid < until WHERE dropped IS NULL GROUP BY 1, 2)
        SELECT label, sum(total) AS total, sqrt(sum(total * total)) AS error, sum(rows) AS n, count(total) AS entities, sum(missing) AS missing
        FROM customers GROUP BY 1""")
    found = {row["label"]: row for row in rows}

    def estimate(label):
        row = found.get(label)
        if row is None:
            return estimates.nothing()
        total, error = float(row["total"]), float(row["error"])
        return {"value": total, "lower": total - estimates.Z * error, "upper": total + estimates.Z * error, "n": int(row["n"]),
                "numerator": None, "denominator": None, "entities": int(row["entities"]),
                "rejected": {"Missing": int(row["missing"])} if row["missing"] != "0" else {}}

    answers = finish(made, mark, counts(made, ORDERS, "orders_judged", "paid"), estimate)
    year = database.rows(f"""WITH {ORDERS} SELECT sum(net_eur) AS total FROM orders_judged
        WHERE dropped IS NULL AND paid_at >= '2026-02-01' AND paid_at < '2026-11-01'""")[0]["total"]
    return {**answers, "fiscalYear": {"from": "2026-02", "to": "2026-10", "total": float(year)}}


def definitions(marks):
    months, quarters = (make(periods.SHOWN + periods.GUARD_PERIODS, BERLIN) for make in (periods.months, periods.quarters))
    return {
        "shop/CPIDefinition/money-saved": clustered_ratio(
            months, marks["shop/order-lines"], LINES, "lines_judged", "paid_at", "saved", "reference", "customer_id",
            "order_id || '-' || line_no", segment="brand"),
        "shop/CPIDefinition/points-redemption": clustered_ratio(
            quarters, marks["shop/points-ledger"], LEDGER, "ledger_judged", "booked_at", "redeemed", "earned", "member_id", "entry_id"),
        "shop/KPITarget/revenue": revenue(marks["shop/orders"]),
    }
