"""Goals of the cases: what each says as of now, and what it would say with another date or level, judged on the whole interval."""

from . import database, estimates, shop, surveys

# A goal as declared first, then others on the same numbers: (date, by or from it, at least, over the fiscal year).
BONUS = [("2026-12-31", "by", 40, False), ("2026-11-15", "by", 40, False), ("2026-11-08", "by", 40, False), ("2026-11-15", "by", 20, False),
         ("2026-11-09", "from", 20, False), ("2026-11-10", "from", 20, False)]
REVENUE = [("2027-01-31", "by", 12_000_000, True), ("2026-10-31", "by", 12_000_000, True), ("2026-10-31", "by", 60_000, True),
           ("2026-10-31", "by", 30_000, True), ("2026-10-31", "by", 12_000, False), ("2026-02-01", "from", 30_000, True)]


def judged(value, lower, upper, least):
    if lower >= least:
        return "True", "OnTarget"
    return ("False", "OffTarget") if upper < least else ("Unknown", "Inconclusive")


def answer(goal, period=None, numbers=None):
    """One goal with its verdict; without a period it cannot be judged yet."""
    date, kind, least, year = goal
    asked = {kind: date, "atLeast": least, **({"accumulate": "FiscalYear"} if year else {})}
    if period is None:
        return {"target": asked, "status": "Unknown", "reason": "NotYet"}
    value, lower, upper, n = numbers
    status, reason = judged(value, lower, upper, least)
    return {"target": asked, "status": status, "reason": reason, "period": period, "value": value, "lower": lower, "upper": upper, "n": n}


def nps_bonus(nps):
    """Weeks begin on Monday: the 8th and the 15th of November 2026 are the Sundays of weeks 45 and 46, the last that is over."""
    of = {p["label"]: (p["value"], p["lower"], p["upper"], p["n"]) for p in nps["periods"]}
    # By a day whose week is not over: not yet. From the 9th, week 46 lies wholly under it; from the 10th, none does.
    weeks = [None, "2026-W45", "2026-W46"]
    picked = [weeks[0], weeks[2], weeks[1], weeks[2], weeks[2], weeks[0]]
    return [answer(goal, week, of.get(week)) for goal, week in zip(BONUS, picked)]


def fiscal_year():
    """February to October: months' sums, ends and orders added up. Months share customers, so their errors may not cancel."""
    months = database.rows(f"""WITH {shop.ORDERS}, customers AS (
          SELECT to_char(paid_at, 'YYYY-MM') AS month, coalesce(customer_id, 'row ' || order_id) AS customer, sum(net_eur) AS total, count(net_eur) AS orders
          FROM orders_judged WHERE dropped IS NULL GROUP BY 1, 2)
        SELECT month, sum(total) AS total, sqrt(sum(total * total)) AS error, sum(orders) AS orders
        FROM customers WHERE month BETWEEN '2026-02' AND '2026-10' GROUP BY 1 ORDER BY 1""")
    assert len(months) == 9
    total, error = sum(float(m["total"]) for m in months), sum(float(m["error"]) for m in months)
    return total, total - estimates.Z * error, total + estimates.Z * error, sum(int(m["orders"]) for m in months)


def revenue(found):
    year, october = fiscal_year(), next(p for p in found["periods"] if p["label"] == "2026-10")
    month = tuple(october[name] for name in ("value", "lower", "upper", "n"))
    answers = []
    for goal in REVENUE:
        date, kind, _, over_year = goal
        # A goal on the year that stands from a day is judged when the year ends, in January 2027.
        if date > "2026-11" or kind == "from":
            answers.append(answer(goal))
        else:
            answers.append(answer(goal, "2026-02-01 to 2026-10" if over_year else "2026-10", year if over_year else month))
    return answers


def verdicts(definitions):
    return {"cx/KPITarget/nps-bonus": nps_bonus(definitions["cx/CPIDefinition/support-nps"]),
            "shop/KPITarget/revenue": revenue(definitions["shop/KPITarget/revenue"])}
