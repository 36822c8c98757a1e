"""Case 6: net revenue retention over twelve months, from snapshots and from movements."""

from collections import defaultdict
from datetime import datetime

from . import database, estimates, periods

BERLIN = "Europe/Berlin"
WINDOW = 12


def watermark(table):
    return datetime.fromisoformat(database.rows(f"SELECT max(_loaded_at) AS mark FROM {table}")[0]["mark"])


def ratio(pairs):
    """Net retention of (opening, closing) amounts; None is an unknown amount and leaves the customer out."""
    known = [(float(s), float(e)) for s, e in pairs if s is not None and e is not None and float(s) > 0]
    value = estimates.ratio_of_sums([e for _, e in known], [s for s, _ in known])
    value["rejected"] = {"Missing": count} if (count := sum(s is None or e is None for s, e in pairs)) else {}
    value["detail"] = {"gone": sum(e == 0 for _, e in known)}
    value["entities"] = value["n"]
    return value


def snapshots():
    """The last as_of of each month with its rows."""
    return {row["month"]: (row["as_of"], int(row["rows"])) for row in database.rows("""
        SELECT to_char(as_of, 'YYYY-MM') AS month, as_of, count(*) AS rows FROM finance.mrr_monthly
        WHERE (to_char(as_of, 'YYYY-MM'), as_of) IN
              (SELECT to_char(as_of, 'YYYY-MM'), max(as_of) FROM finance.mrr_monthly GROUP BY 1)
        GROUP BY 1, 2 ORDER BY 1""")}


def nrr():
    mark = watermark("finance.mrr_monthly")
    taken = snapshots()
    months = periods.months(periods.SHOWN + WINDOW + 4, BERLIN)
    bad = periods.collapsed([(periods.state(p, mark) != "Running", taken.get(p.label, (None, 0))[1]) for p in months])
    suspect = {p.label for p, collapsed in zip(months, bad) if collapsed}
    answers, parts = [], {}
    for index in range(len(months) - periods.SHOWN, len(months)):
        opening, closing = months[index - WINDOW].label, months[index].label
        period = periods.months(len(months), BERLIN, WINDOW)[index]
        how = periods.state(period, mark)
        if opening not in taken or closing not in taken:
            answers.append(periods.answer(period, estimates.nothing(), how, "NoData",
                                          missing=[m for m in (opening, closing) if m not in taken]))
            continue
        rows = database.rows(f"""
            SELECT s.account_id, coalesce(s.plan, '(none)') AS plan, s.mrr_eur AS opening,
                   CASE WHEN e.account_id IS NULL THEN 0 ELSE e.mrr_eur END AS closing
            FROM finance.mrr_monthly s LEFT JOIN finance.mrr_monthly e
              ON e.account_id = s.account_id AND e.as_of = '{taken[closing][0]}'
            WHERE s.as_of = '{taken[opening][0]}' ORDER BY 1""")
        half = [m for m in (opening, closing) if m in suspect]
        answers.append(periods.answer(period, ratio([(r["opening"], r["closing"]) for r in rows]), how,
                                      "SuspectData" if half else None, **({"halfLoaded": half} if half else {})))
        plans = defaultdict(list)
        for row in rows:
            plans[row["plan"]].append((row["opening"], row["closing"]))
        parts[closing] = {plan: ratio(plans[plan]) for plan in sorted(plans)}
    latest = periods.latest_mature(answers)
    return {"latestMature": latest, "periods": answers,
            "segments": {"plan": periods.suppress(parts[latest], lambda segment: segment["n"])}}


def nrr_from_movements():
    """State at an instant: the balance of everything booked on or before that day in Berlin, currency effects left out."""
    mark = watermark("billing.mrr_movements WHERE kind <> 'fx'")
    answers = []
    for period in periods.months(periods.SHOWN, BERLIN, WINDOW):
        rows = database.rows(f"""
            SELECT opening, closing FROM (
              SELECT account_id,
                     coalesce(sum(delta_eur) FILTER (WHERE booked_on <= '{period.first_day}'), 0) AS opening,
                     greatest(coalesce(sum(delta_eur) FILTER (WHERE booked_on <= '{closing_day(period)}'), 0), 0) AS closing
              FROM billing.mrr_movements WHERE kind <> 'fx' GROUP BY 1) b
            WHERE opening > 0 ORDER BY account_id""")
        answers.append(periods.answer(period, ratio([(r["opening"], r["closing"]) for r in rows]), periods.state(period, mark)))
    return {"latestMature": periods.latest_mature(answers), "periods": answers, "segments": {}}


def closing_day(period):
    return min(period.last_day, periods.NOW.date())


def datasets():
    snapshot_rows = int(database.rows("SELECT count(*) AS rows FROM finance.mrr_monthly")[0]["rows"])
    found = database.rows("""
        SELECT count(*) AS read, count(*) FILTER (WHERE NOT balance > 0) AS zero FROM (
          SELECT account_id, booked_on, sum(sum(delta_eur)) OVER (PARTITION BY account_id ORDER BY booked_on) AS balance
          FROM billing.mrr_movements WHERE kind <> 'fx' GROUP BY 1, 2) b""")[0]
    read, zero = int(found["read"]), int(found["zero"])
    return {
        "revops/mrr-snapshot": {"rowsRead": snapshot_rows, "dropped": {}, "rowsLeft": snapshot_rows,
                                "watermark": watermark("finance.mrr_monthly")},
        "revops/mrr-from-movements": {"rowsRead": read, "dropped": {"filter/zero-balance": zero}, "rowsLeft": read - zero,
                                      "watermark": watermark("billing.mrr_movements WHERE kind <> 'fx'")},
    }
