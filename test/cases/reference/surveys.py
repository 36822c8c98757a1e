"""Cases 1, 3 and 4: NPS, CSAT and CES from the support survey."""

from collections import Counter, defaultdict
from datetime import datetime

from . import database, estimates, periods

BERLIN = "Europe/Berlin"

# One row a response that has an answer and a known contact, with the plan at the time. Order of filters as declared.
BASE = """base AS (
  SELECT r.response_id, r.submitted_at, r.hidden->>'channel' AS channel, c.contact_id, a.region,
         (SELECT h.plan FROM crm.account_plan_history h
           WHERE h.account_id = a.account_id AND h.valid_from <= r.submitted_at
             AND (h.valid_to IS NULL OR r.submitted_at < h.valid_to)) AS plan,
         (SELECT answer FROM typeform.answers q WHERE q.response_id = r.response_id AND q.question_id = '{question}') AS answer,
         CASE WHEN a.is_internal IS NULL THEN 'filter/internal-accounts:null'
              WHEN a.is_internal THEN 'filter/internal-accounts'
              WHEN r.is_preview IS NULL THEN 'filter/previews:null'
              WHEN r.is_preview THEN 'filter/previews' END AS dropped
  FROM typeform.responses r, crm.contacts c, crm.accounts a
  WHERE c.contact_id = r.hidden->>'contact_id' AND a.account_id = c.account_id
    AND EXISTS (SELECT FROM typeform.answers q WHERE q.response_id = r.response_id)
), judged AS (
  SELECT base.*, coalesce(dropped,
    CASE WHEN NOT ({where}) THEN 'where'
         WHEN answer IS NULL OR answer ~ '^\\s*$' THEN 'rejected/Missing'
         WHEN answer !~ '^\\s*[+-]?[0-9]+\\s*$' THEN 'rejected/Unreadable'
         WHEN answer::int NOT BETWEEN {low} AND {high} THEN 'rejected/OutOfScale'
         ELSE 'usable' END) AS fate
  FROM base)"""


def with_clause(made, question, low, high, where="true"):
    return "WITH " + database.windows(made) + ", " + BASE.format(question=question, low=low, high=high, where=where)


def dataset():
    """Rows and watermark of the whole dataset, whatever their time."""
    clause = with_clause(periods.months(1, BERLIN), "q_nps", 0, 10)
    counts = {row["fate"]: int(row["rows"]) for row in database.rows(
        clause + " SELECT coalesce(dropped, 'left') AS fate, count(*) AS rows FROM judged GROUP BY 1 ORDER BY 1")}
    left = counts.pop("left")
    mark = database.rows(
        clause + " SELECT max(r._synced_at) AS mark FROM typeform.responses r JOIN judged USING (response_id)")[0]["mark"]
    return {"rowsRead": left + sum(counts.values()), "dropped": counts, "rowsLeft": left,
            "watermark": datetime.fromisoformat(mark)}


def fates(clause):
    """For each window: rows read, what became of them; NPS adds duplicates later."""
    found = defaultdict(Counter)
    for row in database.rows(clause + """
        SELECT label, fate, count(*) AS rows FROM windows JOIN judged ON submitted_at >= since AND submitted_at < until
        GROUP BY 1, 2 ORDER BY 1, 2"""):
        found[row["label"]][row["fate"]] = int(row["rows"])
    return found


def waterfall(counter, used):
    steps = {"read": sum(counter.values())}
    steps.update({fate: count for fate, count in sorted(counter.items()) if fate != "usable"})
    if counter["usable"] != used:
        steps["duplicates"] = counter["usable"] - used
    return {**steps, "used": used}


def rejected(counter):
    return {fate.removeprefix("rejected/"): count for fate, count in sorted(counter.items()) if fate.startswith("rejected/")}


def finish(made, found, watermark, segments, shown=periods.SHOWN):
    """Adds states, guard and waterfall to the estimates found by label, and keeps the last periods."""
    counters, values = found
    states = [periods.state(period, watermark) for period in made]
    guard = periods.collapsed([(how != "Running", sum(counters[p.label].values())) for p, how in zip(made, states)])
    answers = []
    for period, how, suspect in zip(made, states, guard):
        value = values.get(period.label) or estimates.nothing()
        answers.append(periods.answer(period, value, how, "SuspectData" if suspect else None,
                                      rejected=rejected(counters[period.label]),
                                      waterfall=waterfall(counters[period.label], value["n"])))
    answers = answers[-shown:]
    latest = periods.latest_mature(answers)
    return {"latestMature": latest, "periods": answers, "segments": segments(latest)}


def support_nps(watermark, shown=periods.SHOWN):
    """Trailing 13 weeks; of each contact the latest usable answer in the window, larger key on a tie."""
    made = periods.weeks(shown + periods.GUARD_PERIODS, BERLIN, window=13)
    clause = with_clause(made, "q_nps", 0, 10)
    rows = database.rows(clause + """,
      chosen AS (
        SELECT DISTINCT ON (label, contact_id) label, contact_id, region, plan, answer::int AS score
        FROM windows JOIN judged ON submitted_at >= since AND submitted_at < until
        WHERE fate = 'usable'
        ORDER BY label, contact_id, submitted_at DESC, response_id COLLATE "C" DESC)
      SELECT label, CASE WHEN grouping(region) = 0 THEN 'region' WHEN grouping(plan) = 0 THEN 'plan' END AS by,
             coalesce(CASE WHEN grouping(region) = 0 THEN region ELSE plan END, '(none)') AS segment,
             count(*) FILTER (WHERE score >= 9) AS promoters, count(*) FILTER (WHERE score IN (7, 8)) AS passives,
             count(*) FILTER (WHERE score <= 6) AS detractors
      FROM chosen GROUP BY GROUPING SETS ((label), (label, region), (label, plan)) ORDER BY 1, 2, 3""")
    counters, values, parts = fates(clause), {}, defaultdict(lambda: {"region": {}, "plan": {}})
    for row in rows:
        value = estimates.nps(int(row["promoters"]), int(row["passives"]), int(row["detractors"]))
        value["entities"] = value["n"]
        if row["by"] is None:
            values[row["label"]] = value
        else:
            parts[row["label"]][row["by"]][row["segment"]] = value
    size = lambda segment: segment["n"]
    return finish(made, (counters, values), watermark,
                  lambda label: {by: periods.suppress(each, size) for by, each in parts[label].items()}, shown)


def clustered(question, low, high, at_least, watermark, where="true"):
    """Monthly share of answers of at least a bound; every answer counts, errors by contact."""
    made = periods.months(periods.SHOWN + periods.GUARD_PERIODS, BERLIN)
    clause = with_clause(made, question, low, high, where)
    kept = defaultdict(lambda: ([], []))
    for row in database.rows(clause + f"""
        SELECT label, contact_id, (answer::int >= {at_least})::int AS hit
        FROM windows JOIN judged ON submitted_at >= since AND submitted_at < until
        WHERE fate = 'usable' ORDER BY response_id"""):
        flags, contacts = kept[row["label"]]
        flags.append(int(row["hit"]))
        contacts.append(row["contact_id"])
    values = {label: estimates.clustered_share(*pair) for label, pair in kept.items()}
    return finish(made, (fates(clause), values), watermark, lambda label: {})


def definitions(watermark):
    return {
        "cx/CPIDefinition/support-nps": support_nps(watermark),
        "cx/CPIDefinition/csat-email": clustered("q_csat", 1, 5, 4, watermark, "channel IS NOT DISTINCT FROM 'email'"),
        "cx/CPIDefinition/csat-chat": clustered("q_csat", 0, 1, 1, watermark, "channel IS NOT DISTINCT FROM 'chat'"),
        "cx/CPIDefinition/support-ces": clustered("q_ces", 1, 7, 5, watermark),
    }
