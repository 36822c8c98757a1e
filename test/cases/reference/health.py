"""Case 16: accounts in good health by the last snapshot of each month, and the index of three indicators."""

import math
from datetime import datetime

from . import database, estimates, periods, surveys, tickets

BERLIN = "Europe/Berlin"
TABLE = "analytics.account_health_daily"


def dataset():
    found = database.rows(f"SELECT count(*) AS rows, max(_loaded_at) AS mark FROM {TABLE}")[0]
    return {"rowsRead": int(found["rows"]), "dropped": {}, "rowsLeft": int(found["rows"]), "watermark": datetime.fromisoformat(found["mark"])}


def healthy_accounts(watermark):
    taken = {row["month"]: row for row in database.rows(f"""
        SELECT to_char(as_of, 'YYYY-MM') AS month, count(*) AS rows, count(*) FILTER (WHERE score >= 70) AS healthy, count(*) - count(score) AS missing
        FROM {TABLE} WHERE as_of IN (SELECT max(as_of) FROM {TABLE} GROUP BY to_char(as_of, 'YYYY-MM')) GROUP BY 1""")}
    made = periods.months(periods.SHOWN + periods.GUARD_PERIODS, BERLIN)
    states = [periods.state(p, watermark) for p in made]
    guard = periods.collapsed([(how != "Running", int(taken[p.label]["rows"]) if p.label in taken else 0) for p, how in zip(made, states)])
    answers = []
    for period, how, suspect in zip(made, states, guard):
        row = taken.get(period.label)
        value = estimates.share(int(row["healthy"]), int(row["rows"])) if row else estimates.nothing()
        if row and row["missing"] != "0":
            value["detail"] = {"missing": int(row["missing"])}
        answers.append(periods.answer(period, value, how, "SuspectData" if suspect else None))
    answers = answers[-periods.SHOWN:]
    return {"latestMature": periods.latest_mature(answers), "periods": answers, "segments": {}}


# part, weight, worst, best, in the part's own unit
PARTS = [("support-nps", 0.4, -20, 60), ("support-ces", 0.3, 0.40, 0.95), ("first-response", 0.3, 0.60, 0.99)]
WEEKS = 36  # the months shown
FINALITY = ["Running", "Maturing", "Mature"]


def score(value, worst, best):
    return min(100.0, max(0.0, 100 * (value - worst) / (best - worst)))


def log_score(value, worst, best):
    found = score(value, worst, best)
    return math.log(found) if found > 0 else -math.inf


def cx_index(marks):
    """Weighted geometric mean of the parts as they stood when the month ended; ends by MOVER on logarithms."""
    parts = {"support-nps": surveys.support_nps(marks["cx/support-survey"], WEEKS), "first-response": tickets.first_response(marks["cx/cases"], WEEKS),
             "support-ces": surveys.definitions(marks["cx/support-survey"])["cx/CPIDefinition/support-ces"]}
    answers = []
    for month in periods.months(periods.SHOWN, BERLIN):
        last = {}
        for name, *_ in PARTS:
            inside = [p for p in parts[name]["periods"] if month.start < periods.moment(p["end"]) <= month.end]
            last[name] = inside[-1] if inside else None
        usable = {name: p for name, p in last.items() if p and "flag" not in p and p["value"] is not None}
        how = "Running" if periods.NOW < month.end else min(
            (p["state"] if name in usable else "Mature" for name, p in last.items()), key=FINALITY.index)
        if len(usable) < len(PARTS):
            answers.append(periods.answer(month, estimates.nothing(), how))
            continue
        log, below, above, detail = 0.0, 0.0, 0.0, {}
        for name, weight, worst, best in PARTS:
            at, low, high = (log_score(usable[name][end], worst, best) for end in ("value", "lower", "upper"))
            detail[name] = math.exp(at)
            log += weight * at
            below += (weight * (at - low)) ** 2
            above += (weight * (high - at)) ** 2
        value = {"value": math.exp(log), "lower": math.exp(log - math.sqrt(below)), "upper": math.exp(log + math.sqrt(above)),
                 "n": min(p["n"] for p in usable.values()), "numerator": None, "denominator": None, "detail": detail}
        answers.append(periods.answer(month, value, how))
    return {"latestMature": periods.latest_mature(answers), "periods": answers, "segments": {}}
