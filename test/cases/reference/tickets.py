"""Case 10: first answers within four business hours, and the median time to resolution, from support cases."""

from collections import defaultdict
from datetime import datetime, timedelta

from . import database, estimates, periods, r

BERLIN = "Europe/Berlin"
LIMIT_MINUTES = 240
LIMIT = timedelta(minutes=LIMIT_MINUTES)

# What is known of a case as of the clock or of the last load, whichever is behind.
BASE = """base AS (
  SELECT t.*, clock,
         CASE WHEN tags IS NULL THEN 'filter/spam:null' WHEN 'spam' = ANY (tags) THEN 'filter/spam' END AS dropped,
         solved_at IS NULL OR solved_at > clock AS is_open,
         extract(epoch FROM least(coalesce(solved_at, clock), clock) - opened_at) AS lasted
  FROM zendesk.ticket_metrics t, (SELECT least(max(_synced_at), '{clock}') AS clock FROM zendesk.ticket_metrics) c)
""".format(clock=periods.NOW.isoformat())


def dataset():
    counts = {row["dropped"]: int(row["rows"]) for row in database.rows(
        "WITH " + BASE + " SELECT coalesce(dropped, 'left') AS dropped, count(*) AS rows FROM base GROUP BY 1 ORDER BY 1")}
    left = counts.pop("left")
    mark = database.rows("SELECT max(_synced_at) AS mark FROM zendesk.ticket_metrics")[0]["mark"]
    return {"rowsRead": left + sum(counts.values()), "dropped": counts, "rowsLeft": left, "watermark": datetime.fromisoformat(mark)}


def judged(made, states, counts):
    return periods.collapsed([(how != "Running", counts.get(p.label, 0)) for p, how in zip(made, states)])


def first_response(watermark, shown=periods.SHOWN):
    made = periods.weeks(shown + periods.GUARD_PERIODS, BERLIN)
    rows = database.rows("WITH " + database.windows(made) + ", " + BASE + f"""
        SELECT label, CASE WHEN reply_minutes_business < 0 THEN 'OutOfScale'
                           WHEN reply_minutes_business <= {LIMIT_MINUTES} THEN 'within'
                           WHEN reply_minutes_business > {LIMIT_MINUTES} THEN 'late'
                           WHEN opened_at < clock - interval '{LIMIT_MINUTES} minutes' THEN 'openMissed'
                           ELSE 'pending' END AS fate, count(*) AS rows
        FROM windows JOIN base ON opened_at >= since AND opened_at < until WHERE dropped IS NULL GROUP BY 1, 2""")
    found = defaultdict(lambda: defaultdict(int))
    for row in rows:
        found[row["label"]][row["fate"]] = int(row["rows"])
    states = [periods.state(p, watermark, LIMIT) for p in made]
    guard = judged(made, states, {label: sum(fates.values()) for label, fates in found.items()})
    answers = []
    for period, how, suspect in zip(made, states, guard):
        fates = found[period.label]
        n = fates["within"] + fates["late"] + fates["openMissed"]
        value = estimates.share(fates["within"], n)
        if n + fates["pending"]:
            value["worst"] = fates["within"] / (n + fates["pending"])
            value["best"] = (fates["within"] + fates["pending"]) / (n + fates["pending"])
            value["detail"] = {name: fates[name] for name in ("within", "openMissed", "pending")}
        value["rejected"] = {"OutOfScale": fates["OutOfScale"]} if fates["OutOfScale"] else {}
        answers.append(periods.answer(period, value, how, "SuspectData" if suspect else None))
    answers = answers[-shown:]
    return {"latestMature": periods.latest_mature(answers), "periods": answers, "segments": {}}


def durations(made):
    return database.rows("WITH " + database.windows(made) + ", " + BASE + """
        SELECT label, coalesce(channel, '(none)') AS channel, lasted, is_open
        FROM windows JOIN base ON opened_at >= since AND opened_at < until WHERE dropped IS NULL ORDER BY ticket_id""")


def resolution(watermark):
    made = periods.months(periods.SHOWN + periods.GUARD_PERIODS, BERLIN)
    counts, rejected, groups = defaultdict(int), defaultdict(int), []
    for row in durations(made):
        counts[row["label"]] += 1
        lasted, ended = float(row["lasted"]), int(row["is_open"] == "f")
        for group in (row["label"], row["label"] + "/" + row["channel"]):
            if lasted < 0:
                rejected[group] += 1
            else:
                groups.append((group, lasted, ended))
    found = r.medians(groups)

    def estimate(group):
        curve = found.get(group)
        if not curve:
            return {**estimates.nothing(), "rejected": {}}
        return {"value": curve["value"], "lower": curve["lower"], "upper": curve["upper"], "n": int(curve["n"]),
                "numerator": None, "denominator": None,
                "detail": {"ended": curve["ended"], "open": curve["n"] - curve["ended"]},
                "rejected": {"OutOfScale": rejected[group]} if rejected[group] else {}}

    states = [periods.state(p, watermark) for p in made]
    guard = judged(made, states, counts)
    answers = [periods.answer(p, estimate(p.label), how, "SuspectData" if suspect else None)
               for p, how, suspect in zip(made, states, guard)][-periods.SHOWN:]
    latest = periods.latest_mature(answers)
    channels = {group.split("/")[1]: estimate(group) for group in sorted(found) if group.startswith(latest + "/")}
    return {"latestMature": latest, "periods": answers,
            "segments": {"channel": periods.suppress(channels, lambda segment: segment["n"])}}


def definitions(watermark):
    return {"cx/CPIDefinition/first-response": first_response(watermark), "cx/CPIDefinition/resolution-time": resolution(watermark)}
