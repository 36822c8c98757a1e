"""Case 5: logo churn of the opening cohort from spells, pauses of up to 14 days bridged."""

from collections import defaultdict
from datetime import datetime, timedelta

from . import database, estimates, periods

GAP_HOURS = 14 * 24
BERLIN = "Europe/Berlin"

JUDGED = """judged AS (
  SELECT s.*, CASE WHEN is_internal IS NULL THEN 'filter/internal-accounts:null' WHEN is_internal THEN 'filter/internal-accounts'
                   WHEN is_trial IS NULL THEN 'filter/trials:null' WHEN is_trial THEN 'filter/trials'
                   WHEN valid_to <= valid_from THEN 'rejected/InvalidInterval' ELSE 'used' END AS fate
  FROM analytics.subscription_spells s)"""

# Spells of an account that overlap, touch or lie at most the gap apart are one run. A run that ended less than the
# gap before what is loaded is not yet known to be over.
RUNS = JUDGED + f""", spells AS (
  SELECT account_id, plan, valid_from, coalesce(valid_to, 'infinity') AS valid_to FROM judged WHERE fate = 'used'
), marked AS (
  SELECT *, max(valid_to) OVER (PARTITION BY account_id ORDER BY valid_from
                                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reach FROM spells
), numbered AS (
  SELECT *, count(*) FILTER (WHERE reach IS NULL OR valid_from > reach + interval '{GAP_HOURS} hours')
            OVER (PARTITION BY account_id ORDER BY valid_from) AS run FROM marked
), runs AS (
  SELECT account_id, run, min(valid_from) AS opened,
         CASE WHEN max(valid_to) + interval '{GAP_HOURS} hours' > clock THEN 'infinity' ELSE max(valid_to) END AS closed
  FROM numbered, (SELECT least(max(_loaded_at), '{periods.NOW.isoformat()}') AS clock FROM analytics.subscription_spells) c GROUP BY account_id, run, clock)"""


def dataset():
    counts = {row["fate"]: int(row["rows"]) for row in database.rows(
        "WITH " + JUDGED + " SELECT fate, count(*) AS rows FROM judged GROUP BY 1 ORDER BY 1")}
    used = counts.pop("used")
    mark = database.rows("SELECT max(_loaded_at) AS mark FROM analytics.subscription_spells")[0]["mark"]
    return {"rowsRead": used + sum(counts.values()), "dropped": counts, "rowsLeft": used,
            "watermark": datetime.fromisoformat(mark)}


def logo_churn(watermark):
    made = periods.months(periods.SHOWN, BERLIN)
    rows = database.rows("WITH " + database.windows(made) + ", " + RUNS + f""", cohort AS (
        SELECT label, since, account_id,
               EXISTS (SELECT FROM runs later WHERE later.account_id = runs.account_id
                         AND later.opened <= least(until, '{periods.NOW.isoformat()}')
                         AND later.closed > least(until, '{periods.NOW.isoformat()}')) AS stayed
        FROM windows JOIN runs ON opened <= since AND closed > since
      ), named AS (
        SELECT label, stayed, (
            SELECT plan FROM spells s WHERE s.account_id = cohort.account_id AND valid_from <= since
            ORDER BY valid_to > since DESC, valid_from DESC, plan COLLATE "C" DESC NULLS LAST LIMIT 1) AS plan
        FROM cohort)
      SELECT label, grouping(plan) AS total, coalesce(plan, '(none)') AS plan,
             count(*) AS open, count(*) FILTER (WHERE NOT stayed) AS lost
      FROM named GROUP BY GROUPING SETS ((label), (label, plan)) ORDER BY 1, 2, 3""")
    values, parts = {}, defaultdict(dict)
    for row in rows:
        value = estimates.share(int(row["lost"]), int(row["open"]))
        value["entities"] = value["n"]
        if row["total"] == "1":
            values[row["label"]] = value
        else:
            parts[row["label"]][row["plan"]] = value
    maturity = timedelta(hours=GAP_HOURS)
    answers = [periods.answer(p, values.get(p.label, estimates.nothing()), periods.state(p, watermark, maturity)) for p in made]
    latest = periods.latest_mature(answers)
    return {"latestMature": latest, "periods": answers,
            "segments": {"plan": periods.suppress(parts[latest], lambda segment: segment["n"])}}
