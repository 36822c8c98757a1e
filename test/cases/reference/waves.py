"""Case 02: relational NPS by fiscal quarter, weighted to the customers there are, with the response rate."""

from collections import defaultdict
from datetime import datetime, timedelta

from . import database, estimates, periods, r

BERLIN = "Europe/Berlin"
POPULATION = {"starter": 0.61, "business": 0.30, "enterprise": 0.09}
LARGEST_WEIGHT = 5  # times the median answer's
MINIMUM_SAMPLE, MINIMUM_RATE = 50, 0.15

BASE = """base AS (
  SELECT i.invitation_id, i.wave_launched_on, i.contact_id, i.plan_at_launch AS plan, i._synced_at,
         (SELECT score FROM survey.responses r WHERE r.invitation_id = i.invitation_id AND r.finished) AS score,
         CASE WHEN a.is_internal IS NULL THEN 'filter/internal-accounts:null' WHEN a.is_internal THEN 'filter/internal-accounts'
              WHEN i.bounced IS NULL THEN 'filter/bounced:null' WHEN i.bounced THEN 'filter/bounced' END AS dropped
  FROM survey.invitations i JOIN crm.accounts a USING (account_id))"""

# The waves of a quarter: its days are those of the calendar, whatever the zone.
WITHIN = "FROM windows JOIN base ON wave_launched_on >= (since AT TIME ZONE 'Europe/Berlin')::date AND wave_launched_on < (until AT TIME ZONE 'Europe/Berlin')::date"

# Of each contact the latest usable answer; an invitation without one hides none.
CHOSEN = BASE + f""", chosen AS (
  SELECT DISTINCT ON (label, contact_id) label, contact_id, plan, score {WITHIN}
  WHERE dropped IS NULL AND score BETWEEN 0 AND 10 AND contact_id IS NOT NULL
  ORDER BY label, contact_id, wave_launched_on DESC, invitation_id COLLATE "C" DESC)"""


def dataset():
    counts = {row["dropped"]: int(row["rows"]) for row in database.rows(
        "WITH " + BASE + " SELECT coalesce(dropped, 'left') AS dropped, count(*) AS rows FROM base GROUP BY 1 ORDER BY 1")}
    left = counts.pop("left")
    mark = database.rows("SELECT max(_synced_at) AS mark FROM survey.invitations")[0]["mark"]
    return {"rowsRead": left + sum(counts.values()), "dropped": counts, "rowsLeft": left, "watermark": datetime.fromisoformat(mark)}


def quarters():
    return periods.quarters(periods.SHOWN, BERLIN, fiscal_start=4)


def side(score):
    return (score >= 9) - (score <= 6)


def weights(plans):
    """The weight of an answer of each plan: its population over its answers, at most some multiple of the median answer's."""
    answers = {plan: plans.count(plan) for plan in POPULATION if plan in plans}
    each = {plan: POPULATION[plan] / n for plan, n in answers.items()}
    ordered = sorted(each[plan] for plan in plans)
    half = len(ordered) // 2
    limit = LARGEST_WEIGHT * (ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2)
    return {plan: min(weight, limit) for plan, weight in each.items()}, sum(answers[plan] for plan in each if each[plan] > limit)


def weighted(answers, found, capped):
    """NPS from R's mean and error of the sides (−1, 0, 1) of (plan, score)."""
    n, mean, kish = len(answers), found["mean"], found["kish"]
    value = {"value": 100 * mean, "lower": None, "upper": None, "n": n, "numerator": None, "denominator": None, "entities": n,
             "effectiveN": kish, "detail": {"designEffect": n / kish, "cappedAnswers": capped}}
    if found["error"] is not None:
        weight, _ = weights([plan for plan, _ in answers])
        whole = sum(weight[plan] for plan, _ in answers)
        extreme = sum(weight[plan] for plan, score in answers if side(score)) / whole
        effective = min((extreme - mean**2) / found["error"]**2, kish)  # as many answers as would give the error, at most Kish's
        bounds = estimates.nps(effective * (extreme + mean) / 2, effective * (1 - extreme), effective * (extreme - mean) / 2)
        value["lower"], value["upper"] = min(bounds["lower"], 100 * mean), max(bounds["upper"], 100 * mean)
    return value


def relational_nps(watermark):
    made = quarters()
    clause = "WITH " + database.windows(made) + ", " + CHOSEN
    chosen, outside, parts = defaultdict(list), defaultdict(int), defaultdict(lambda: defaultdict(list))
    for row in database.rows(clause + " SELECT label, coalesce(plan, '(none)') AS plan, score FROM chosen ORDER BY 1, contact_id"):
        parts[row["label"]][row["plan"]].append(int(row["score"]))
        if row["plan"] in POPULATION:
            chosen[row["label"]].append((row["plan"], int(row["score"])))
        else:
            outside[row["label"]] += 1
    counted = {row["label"]: {name: int(row[name]) for name in ("invited", "answered", "missing", "outside_scale", "nobodys")}
               for row in database.rows(clause + f"""
        SELECT label, count(*) AS invited, count(score) AS answered, count(*) FILTER (WHERE score IS NULL AND contact_id IS NOT NULL) AS missing,
               count(*) FILTER (WHERE score NOT BETWEEN 0 AND 10 AND contact_id IS NOT NULL) AS outside_scale, count(*) FILTER (WHERE contact_id IS NULL) AS nobodys
        {WITHIN} WHERE dropped IS NULL GROUP BY 1""")}
    sides = []
    for label, answers in chosen.items():
        weight, _ = weights([plan for plan, _ in answers])
        sides += [(label, side(score), weight[plan], plan) for plan, score in answers]
    found = r.stratified_means(sides)
    states = [periods.state(p, watermark, timedelta(days=30)) for p in made]
    rows = database.rows(clause + f" SELECT label, count(*) AS rows {WITHIN} GROUP BY 1")
    read = {row["label"]: int(row["rows"]) for row in rows}
    guard = periods.collapsed([(how != "Running", read.get(p.label, 0)) for p, how in zip(made, states)])
    answers = []
    for period, how, suspect in zip(made, states, guard):
        label, flag = period.label, "SuspectData" if suspect else None
        answered, count = chosen[label], counted[label]
        value = weighted(answered, found[label], weights([plan for plan, _ in answered])[1])
        if {plan for plan, _ in answered} != set(POPULATION):  # nobody's answers stand for those who gave none
            value = {**estimates.nothing(), "n": len(answered), "entities": len(answered)}
            flag = "NoData"
        value["rejected"] = {name: n for name, n in (
            ("Missing", count["missing"]), ("NoEntity", count["nobodys"]), ("NoStratum", outside[label]), ("OutOfScale", count["outside_scale"])) if n}
        answers.append(periods.answer(period, value, how, flag, minimum=MINIMUM_SAMPLE,
                                      responded={"invited": count["invited"], "answered": count["answered"]}))
    latest = periods.latest_mature(answers)
    shown = next(a for a in answers if a["label"] == latest)["responded"]
    segments = {}
    for plan in sorted(parts[latest]):
        scores = parts[latest][plan]
        segments[plan] = estimates.nps(sum(s >= 9 for s in scores), sum(s in (7, 8) for s in scores), sum(s <= 6 for s in scores))
        segments[plan]["entities"] = len(scores)
    return {"latestMature": latest, "periods": answers, "fewAnswers": shown["answered"] / shown["invited"] < MINIMUM_RATE,
            "segments": {"plan": periods.suppress(segments, lambda segment: segment["n"], sample=MINIMUM_SAMPLE)}}


def definitions(watermark):
    return {"cx/CPIDefinition/relational-nps": relational_nps(watermark)}
