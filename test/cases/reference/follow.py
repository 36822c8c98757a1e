"""Cases 09, 12, 14 and 17: what follows in time, and complaints for each thousand orders."""

from collections import defaultdict
from datetime import datetime, timedelta

from scipy.stats import chi2

from . import database, estimates, periods, shop

BERLIN = "Europe/Berlin"

SESSIONS = """sessions_judged AS (
  SELECT w.*, CASE WHEN is_bot IS NULL THEN 'filter/bots:null' WHEN is_bot THEN 'filter/bots' END AS dropped FROM web_events w)"""
CHECKOUT = "checkout AS (SELECT o.paid_at AT TIME ZONE 'Europe/Berlin' AS paid FROM orders o JOIN visitor_map USING (customer_id))"
TIERS = "tiers_judged AS (SELECT t.*, NULL AS dropped FROM tier_changes t)"
COMPLAINTS = "complaints_judged AS (SELECT c.*, NULL AS dropped FROM complaints c)"


def datasets():
    return {
        "shop/tier-events": shop.dataset(TIERS, "tiers_judged", shop.watermark("tier_changes", "_loaded_at")),
        "shop/web-sessions": shop.dataset(SESSIONS, "sessions_judged", shop.watermark("web_events", "_ingested_at")),
        "shop/complaints": shop.dataset(COMPLAINTS, "complaints_judged", shop.watermark("complaints", "_loaded_at")),
    }


def doubtful(made, known, within, base, outcome):
    """Periods with too few base rows, or with too few rows of outcomes in one of the periods in which these may come."""
    def few(counts):
        return periods.collapsed([(p.end <= known, counts.get(p.label, 0)) for p in made])

    later = few(outcome)
    return [own or any(bad for q, bad in zip(made[at:], later[at:]) if q.start < p.end + within)
            for at, (p, own) in enumerate(zip(made, few(base)))]


def followed(made, known, within, bases, base, outcome, clustered=False, segment=None):
    """bases: label, entity, at, hit, segment of each base row. Those whose time is not over are pending. base and outcome:
    rows of the two datasets by period."""
    groups = defaultdict(list)
    for row in bases:
        over = datetime.fromisoformat(row["at"]) + within <= known
        one = (row["entity"], over, row["hit"] == "t")
        groups[row["label"]].append(one)
        if segment:
            groups[row["label"] + "/" + row["segment"]].append(one)

    def estimate(group):
        rows = groups[group]
        decided = [(entity, hit) for entity, over, hit in rows if over]
        hits = sum(hit for _, hit in decided)
        if clustered:
            value = estimates.clustered_share([int(hit) for _, hit in decided], [entity for entity, _ in decided])
        else:
            value = estimates.share(hits, len(decided))
            value["entities"] = len(decided)
        if pending := [hit for _, over, hit in rows if not over]:
            value["worst"], value["best"] = (hits + sum(pending)) / len(rows), (hits + len(pending)) / len(rows)
        if rows:
            value["detail"] = {"converted": hits, "pending": len(pending)}
        return value

    states = [periods.state(p, known, within) for p in made]
    guard = doubtful(made, known, within, base, outcome)
    answers = []
    for period, how, suspect in zip(made, states, guard):
        value = estimate(period.label)
        entities = value.pop("entities", None)  # base rows are the sample, not who they are of
        answers.append({**periods.answer(period, value, how, "SuspectData" if suspect else None), "entities": entities or None})
    answers = answers[-periods.SHOWN:]
    latest = periods.latest_mature(answers)
    segments = {}
    if segment:
        named = {group.split("/")[1]: estimate(group) for group in sorted(groups) if group.startswith(latest + "/")}
        segments = {segment: periods.suppress(named, lambda one: one["n"])}
    return {"latestMature": latest, "periods": answers, "segments": segments}


def repeat_90d(mark):
    made = periods.months(periods.SHOWN + periods.GUARD_PERIODS, BERLIN)
    bases = database.rows("WITH " + database.windows(made) + f""", {shop.ORDERS}, bought AS (
          SELECT * FROM orders_judged WHERE dropped IS NULL AND customer_id IS NOT NULL),
        firsts AS (SELECT DISTINCT ON (customer_id) customer_id, paid, brand FROM bought ORDER BY customer_id, paid, order_id COLLATE "C")
        SELECT label, customer_id AS entity, paid AS at, coalesce(brand, '(none)') AS segment,
               EXISTS (SELECT FROM bought b WHERE b.customer_id = f.customer_id AND b.paid > f.paid
                         AND b.paid >= f.paid + interval '24 hours' AND b.paid <= f.paid + interval '2160 hours') AS hit
        FROM windows JOIN firsts f ON paid >= since AND paid < until""")
    rows = shop.counts(made, shop.ORDERS, "orders_judged", "paid")
    return followed(made, min(mark, periods.NOW), timedelta(days=90), bases, rows, rows, segment="brand")


def loyalty_recognised(marks):
    made = periods.months(periods.SHOWN + periods.GUARD_PERIODS, BERLIN)
    bases = database.rows("WITH " + database.windows(made) + """
        SELECT label, member_id AS entity, reached_at AS at,
               EXISTS (SELECT FROM points_ledger g WHERE g.member_id = t.member_id AND g.kind = 'earn' AND g.reason IN ('tier_gift', 'anniversary')
                         AND g.booked_at >= t.reached_at AND g.booked_at <= t.reached_at + interval '720 hours') AS hit
        FROM windows JOIN tier_changes t ON reached_at >= since AND reached_at < until WHERE tier = 'gold' ORDER BY 2, 3""")
    return followed(made, min(*marks, periods.NOW), timedelta(days=30), bases, shop.counts(made, TIERS, "tiers_judged", "reached_at"),
                    shop.counts(made, shop.LEDGER, "ledger_judged", "booked_at"), clustered=True)


def conversion_rate(marks):
    made = periods.weeks(periods.SHOWN + periods.GUARD_PERIODS, BERLIN)
    bases = database.rows("WITH " + database.windows(made) + f""", {SESSIONS}, firsts AS (
          SELECT DISTINCT ON (label, visitor_id) label, visitor_id, event_time, device
          FROM windows JOIN sessions_judged ON event_time >= since AND event_time < until
          WHERE dropped IS NULL AND event_name = 'session_start' AND visitor_id IS NOT NULL
          ORDER BY label, visitor_id, event_time, event_id COLLATE "C")
        SELECT label, visitor_id AS entity, event_time AS at, coalesce(device, '(none)') AS segment,
               EXISTS (SELECT FROM orders o JOIN visitor_map m USING (customer_id) WHERE m.visitor_id = f.visitor_id
                         AND o.paid_at AT TIME ZONE 'Europe/Berlin' BETWEEN f.event_time AND f.event_time + interval '168 hours') AS hit
        FROM firsts f""")
    return followed(made, min(*marks, periods.NOW), timedelta(days=7), bases, shop.counts(made, SESSIONS, "sessions_judged", "event_time"),
                    shop.counts(made, CHECKOUT, "checkout", "paid"), segment="device")


def garwood(events, exposure, per):
    """The exact interval of a Poisson count."""
    if exposure == 0:
        return {**estimates.nothing(), "numerator": None, "denominator": None}
    lower = chi2.ppf(estimates.ALPHA / 2, 2 * events) / 2 if events else 0.0
    upper = chi2.ppf(1 - estimates.ALPHA / 2, 2 * events + 2) / 2
    return {"value": per * events / exposure, "lower": per * lower / exposure, "upper": per * upper / exposure, "n": exposure,
            "numerator": events, "denominator": exposure}


def complaint_rate(marks):
    made = periods.months(periods.SHOWN + periods.GUARD_PERIODS, BERLIN)
    events, exposure = ({(row["label"], row["brand"]): int(row["rows"]) for row in database.rows(
        "WITH " + database.windows(made) + f""", {clause} SELECT label, coalesce(brand, '(none)') AS brand, count(*) AS rows
        FROM windows JOIN {judged} ON {at} >= since AND {at} < until WHERE dropped IS NULL GROUP BY 1, 2""")}
        for clause, judged, at in ((COMPLAINTS, "complaints_judged", "received_at"), (shop.ORDERS, "orders_judged", "paid")))
    known = min(*marks, periods.NOW)
    whole = lambda counts, label: sum(n for (of, _), n in counts.items() if of == label)
    states = [periods.state(p, known) for p in made]
    few = [periods.collapsed([(p.end <= known, whole(counts, p.label)) for p in made], none=counts is events) for counts in (events, exposure)]
    answers = []
    for period, how, *bad in list(zip(made, states, *few))[-periods.SHOWN:]:
        answers.append(periods.answer(period, garwood(whole(events, period.label), whole(exposure, period.label), 1000), how,
                                      "SuspectData" if any(bad) else None))
    latest = periods.latest_mature(answers)
    brands = sorted({brand for of, brand in [*events, *exposure] if of == latest})
    segments = {brand: garwood(events.get((latest, brand), 0), exposure.get((latest, brand), 0), 1000) for brand in brands}
    return {"latestMature": latest, "periods": answers, "segments": {"brand": periods.suppress(segments, lambda one: one["n"])}}


def definitions(marks):
    checkout = shop.watermark("orders JOIN visitor_map USING (customer_id)", "updated_at")
    return {
        "shop/CPIDefinition/repeat-90d": repeat_90d(marks["shop/orders"]),
        "shop/CPIDefinition/loyalty-recognised": loyalty_recognised((marks["shop/tier-events"], marks["shop/points-ledger"])),
        "shop/KPITarget/conversion-rate": conversion_rate((marks["shop/web-sessions"], checkout)),
        "shop/CPIDefinition/complaint-rate": complaint_rate((marks["shop/complaints"], marks["shop/orders"])),
    }
