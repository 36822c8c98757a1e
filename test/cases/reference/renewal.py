"""Case 7: contracts renewed of those due, by value and by number."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta

from . import database, estimates, periods

GRACE_DAYS = 45

# What is known of a contract as of the clock or of the data, whichever is behind. A decision dated in the future is none yet; no decision by the due
# date and grace, in whole days of the indicator's zone, is a loss.
FATES = """fates AS (
  SELECT due_at, plan, acv_eur,
    CASE WHEN status IS NOT NULL AND status NOT IN ('Renewed', 'AutoRenewed', 'Upsold', 'Churned', 'Lost', 'Cancelled by us', 'Migrated')
           THEN 'rejected/UnknownDecision'
         WHEN status IN ('Cancelled by us', 'Migrated') AND NOT coalesce(decided_at > clock, false) THEN 'not-due'
         WHEN {by_value} AND acv_eur IS NULL THEN 'rejected/Missing'
         WHEN status IS NULL OR coalesce(decided_at > clock, false)
           THEN CASE WHEN due_at + {grace} <= (clock AT TIME ZONE '{zone}')::date THEN 'presumed-lost' ELSE 'pending' END
         WHEN status IN ('Renewed', 'AutoRenewed', 'Upsold') THEN 'renewed'
         ELSE 'lost' END AS fate
  FROM sfdc.contracts, (SELECT least(max(systemmodstamp), '{clock}') AS clock FROM sfdc.contracts) c)"""


def dataset():
    found = database.rows("""SELECT count(*) AS rows, count(*) FILTER (WHERE due_at IS NULL) AS undated,
        max(systemmodstamp) AS mark, max(due_at) AS last_due FROM sfdc.contracts""")[0]
    undated = int(found["undated"])
    return {"rowsRead": int(found["rows"]), "dropped": {"undated": undated}, "rowsLeft": int(found["rows"]) - undated,
            "watermark": datetime.fromisoformat(found["mark"]), "lastEvent": found["last_due"]}


def estimate(contracts, by_value):
    """contracts: (fate, value). Pending ones are left out of the value and bound it."""
    counts = Counter(fate for fate, _ in contracts)
    weights = defaultdict(float)
    for fate, value in contracts:
        weights[fate] += (float(value) if value is not None else 0) if by_value else 1
    decided = [(fate, value) for fate, value in contracts if fate in ("renewed", "lost", "presumed-lost")]
    if by_value:
        x = [float(value) for _, value in decided]
        result = estimates.ratio_of_sums([v if fate == "renewed" else 0.0 for (fate, _), v in zip(decided, x)], x, at_most=1.0)
    else:
        result = estimates.share(counts["renewed"], len(decided))
    due = weights["renewed"] + weights["lost"] + weights["presumed-lost"] + weights["pending"]
    if due:
        result["worst"] = weights["renewed"] / due
        result["best"] = (weights["renewed"] + weights["pending"]) / due
    result["detail"] = {"renewed": counts["renewed"], "lost": counts["lost"] + counts["presumed-lost"],
                        "presumedLost": counts["presumed-lost"], "pending": counts["pending"], "notDue": counts["not-due"]}
    result["rejected"] = {f.removeprefix("rejected/"): c for f, c in sorted(counts.items()) if f.startswith("rejected/")}
    return result


def renewal(watermark, zone, by_value):
    made = periods.months(periods.SHOWN + periods.GUARD_PERIODS, zone)
    fates = FATES.format(by_value="true" if by_value else "false", grace=GRACE_DAYS, zone=zone, clock=periods.NOW.isoformat())
    due = defaultdict(list)
    for row in database.rows("WITH " + fates + """
        SELECT to_char(due_at, 'YYYY-MM') AS label, coalesce(plan, '(none)') AS plan, fate, acv_eur
        FROM fates WHERE due_at IS NOT NULL ORDER BY due_at, acv_eur, 2, 3"""):
        due[row["label"]].append(row)
    states = [periods.state(p, watermark, timedelta(days=GRACE_DAYS)) for p in made]
    guard = periods.collapsed([(how != "Running", len(due[p.label])) for p, how in zip(made, states)])
    answers = []
    for period, how, suspect in zip(made, states, guard):
        value = estimate([(row["fate"], row["acv_eur"]) for row in due[period.label]], by_value)
        answers.append(periods.answer(period, value, how, "SuspectData" if suspect else None, rows=len(due[period.label])))
    answers = answers[-periods.SHOWN:]
    latest = periods.latest_mature(answers)
    plans = defaultdict(list)
    for row in due[latest]:
        plans[row["plan"]].append((row["fate"], row["acv_eur"]))
    segments = {plan: estimate(contracts, by_value) for plan, contracts in sorted(plans.items())}
    return {"latestMature": latest, "periods": answers,
            "segments": {"plan": periods.suppress(segments, lambda segment: segment["n"])}}


def definitions(watermark):
    return {
        "cx/KPITarget/renewal-rate": renewal(watermark, "Europe/Berlin", by_value=True),
        "cx/KPITarget/renewal-logos": renewal(watermark, "Europe/Berlin", by_value=False),
        "cx/KPITarget/renewal-logos-new-york": renewal(watermark, "America/New_York", by_value=False),
    }
