"""What the usual mistakes would read on the same rows: each must differ from the right number, or the trap does not bite."""

from . import database, follow, periods, r, renewal, shop, surveys, tickets, waves
from .churn import JUDGED


def one(sql):
    row = database.rows(sql)[0]
    return [float(value) if value is not None else None for value in row.values()]


def mistakes(definitions):
    """Wrong values beside right ones, each for the latest mature period of its definition where no other is named."""
    found = []

    def note(mistake, name, wrong, part=None, at=None):
        definition = definitions[name]
        latest = at or definition["latestMature"]
        right = (definition["segments"][part[0]][part[1]] if part else
                 next(p for p in definition["periods"] if p["label"] == latest))["value"]
        if abs(wrong - right) < 1e-9:
            raise SystemExit(f"{name}: the trap '{mistake}' does not bite")
        found.append({"definition": name, "period": latest, "mistake": mistake, "right": right, "wrong": wrong,
                      **({"segment": part[1]} if part else {})})

    survey_mistakes(note)
    churn_mistakes(note)
    revenue_mistakes(note)
    renewal_mistakes(note)
    ticket_mistakes(note)
    wave_mistakes(note)
    shop_mistakes(note)
    follow_mistakes(note)
    health_mistakes(note, definitions["cx/CPIDefinition/cx-index"])
    return found


def survey_mistakes(note):
    week = periods.weeks(2, surveys.BERLIN, window=13)[:1]
    clause = surveys.with_clause(week, "q_nps", 0, 10)
    inside = "FROM windows JOIN judged ON submitted_at >= since AND submitted_at < until"
    score = "100.0 * (count(*) FILTER (WHERE answer::int >= 9) - count(*) FILTER (WHERE answer::int <= 6)) / count(*)"
    usable = "WHERE fate = 'usable'"
    note("every answer instead of the latest", "cx/CPIDefinition/support-nps", one(f"{clause} SELECT {score} {inside} {usable}")[0])
    newest = "ORDER BY contact_id, submitted_at DESC, response_id DESC"
    note("an unusable answer hides the usable one before it", "cx/CPIDefinition/support-nps", one(
        f"{clause}, chosen AS (SELECT DISTINCT ON (contact_id) * {inside} WHERE dropped IS NULL {newest}) SELECT {score} FROM chosen {usable}")[0])
    note("a tie falls to the smaller key", "cx/CPIDefinition/support-nps", one(
        f"{clause}, chosen AS (SELECT DISTINCT ON (contact_id) * {inside} {usable} {newest[:-5]}) SELECT {score} FROM chosen")[0])
    note("internal accounts and previews counted", "cx/CPIDefinition/support-nps", one(
        f"""{clause}, chosen AS (SELECT DISTINCT ON (contact_id) * {inside} WHERE answer ~ '^ *[0-9]+ *$' AND answer::int <= 10 {newest})
            SELECT {score} FROM chosen""")[0])
    today = f"""{clause}, chosen AS (SELECT DISTINCT ON (contact_id) * {inside} {usable} {newest})
        SELECT {score} FROM chosen JOIN crm.contacts c USING (contact_id) JOIN crm.account_plan_history h
          ON h.account_id = c.account_id AND h.valid_to IS NULL WHERE h.plan = 'enterprise'"""
    note("plan of today instead of the plan at the answer", "cx/CPIDefinition/support-nps", one(today)[0], ("plan", "enterprise"))
    ces = surveys.with_clause(periods.months(1, surveys.BERLIN), "q_ces", 1, 7)
    note("months of UTC", "cx/CPIDefinition/support-ces", one(
        ces + """ SELECT avg((answer::int >= 5)::int) FROM judged WHERE fate = 'usable'
                  AND submitted_at >= '2026-10-01T00:00:00Z' AND submitted_at < '2026-11-01T00:00:00Z'""")[0])
    note("answers outside the scale kept", "cx/CPIDefinition/csat-email", one(
        surveys.with_clause(periods.months(2, surveys.BERLIN)[:1], "q_csat", -99, 99, "channel IS NOT DISTINCT FROM 'email'")
        + f" SELECT avg((answer::int >= 4)::int) {inside} {usable}")[0])


def churn_mistakes(note):
    name = "revops/CPIDefinition/logo-churn"
    october = "timestamptz '2026-09-30T22:00:00Z'", "timestamptz '2026-10-31T23:00:00Z'"
    open_at = lambda t: f"valid_from <= {t} AND coalesce(valid_to, 'infinity') > {t}"
    used = f"WITH {JUDGED}, s AS (SELECT * FROM judged WHERE fate = 'used') "
    note("subscription rows instead of customers", name, one(
        used + f"SELECT avg((NOT ({open_at(october[1])}))::int) FROM s WHERE {open_at(october[0])}")[0])
    by_account = f"""SELECT account_id, bool_or({open_at(october[0])}) AS opened, bool_or({open_at(october[1])}) AS stayed,
        max(plan) FILTER (WHERE {open_at(october[0])}) AS plan FROM s GROUP BY 1"""
    note("pauses taken for losses", name, one(used + f"SELECT avg((NOT stayed)::int) FROM ({by_account}) a WHERE opened")[0])
    note("trials and internal accounts counted", name, one(
        f"WITH s AS (SELECT * FROM analytics.subscription_spells) SELECT avg((NOT stayed)::int) FROM ({by_account}) a WHERE opened")[0])
    utc = used + f"SELECT avg((NOT stayed)::int) FROM ({by_account}) a WHERE opened"
    note("months of UTC", name, one(utc.replace(october[0], "timestamptz '2026-10-01Z'").replace(october[1], "timestamptz '2026-11-01Z'"))[0])
    note("plan of the last spell instead of the plan at the opening", name, one(
        used + f"""SELECT avg((NOT stayed)::int) FROM ({by_account}) a WHERE opened AND (SELECT plan FROM s
            WHERE s.account_id = a.account_id ORDER BY valid_from DESC LIMIT 1) = 'enterprise'""")[0], ("plan", "enterprise"))


def revenue_mistakes(note):
    sums = "(SELECT sum(mrr_eur) FROM finance.mrr_monthly WHERE as_of = '{}')"
    note("new customers in the numerator", "revops/KPITarget/nrr", one(
        f"SELECT {sums.format('2026-10-31')} / {sums.format('2025-10-31')}")[0])
    note("unknown closing revenue taken for zero", "revops/KPITarget/nrr", one("""
        SELECT sum(coalesce(e.mrr_eur, 0)) / sum(s.mrr_eur) FROM finance.mrr_monthly s
        LEFT JOIN finance.mrr_monthly e ON e.account_id = s.account_id AND e.as_of = '2026-10-31'
        WHERE s.as_of = '2025-10-31' AND s.mrr_eur > 0""")[0])
    state = "sum(delta_eur) FILTER (WHERE booked_on {} '2025-10-01') AS s, sum(delta_eur) FILTER (WHERE booked_on {} '2026-10-01') AS e"
    kept = "SELECT sum(e) / sum(s) FROM (SELECT account_id, {} FROM billing.mrr_movements {} GROUP BY 1) b WHERE s > 0"
    note("currency effects counted", "revops/KPITarget/nrr-from-movements", one(kept.format(state.format("<=", "<="), ""))[0])
    note("state before the boundary's own movements", "revops/KPITarget/nrr-from-movements", one(
        kept.format(state.format("<", "<"), "WHERE kind <> 'fx'"))[0])


def renewal_mistakes(note):
    name = "cx/KPITarget/renewal-logos"
    won, gone = "status IN ('Renewed', 'AutoRenewed', 'Upsold')", "status IN ('Churned', 'Lost')"
    september = "due_at >= '2026-09-01' AND due_at < '2026-10-01'"
    note("decided contracts only, the undecided past grace left out", name, one(
        f"SELECT avg(({won})::int) FROM sfdc.contracts WHERE {september} AND ({won} OR {gone}) AND NOT coalesce(decided_at > '{periods.NOW}', false)")[0])
    note("decisions of the future believed", name, one(
        f"SELECT avg(coalesce({won}, false)::int) FROM sfdc.contracts WHERE {september} AND ({won} OR {gone} OR status IS NULL)")[0])
    note("unknown decisions taken for losses", name, one(
        f"""SELECT avg((coalesce({won}, false) AND NOT coalesce(decided_at > '{periods.NOW}', false))::int)
             FROM sfdc.contracts WHERE {september} AND coalesce(status, '') NOT IN ('Cancelled by us', 'Migrated')""")[0])
    note("contracts counted in the month of their decision", name, one(
        f"SELECT avg(({won})::int) FROM sfdc.contracts WHERE ({won} OR {gone}) AND decided_at >= '2026-08-31T22:00Z' AND decided_at < '2026-09-30T22:00Z'")[0])
    fates = renewal.FATES.format(by_value="false", grace=renewal.GRACE_DAYS, zone="America/New_York", clock=periods.NOW.isoformat())
    note("due dates shifted through UTC into New York", "cx/KPITarget/renewal-logos-new-york", one(
        f"""WITH {fates} SELECT avg((fate = 'renewed')::int) FROM fates WHERE fate IN ('renewed', 'lost', 'presumed-lost')
            AND to_char(due_at::timestamp AT TIME ZONE 'UTC' AT TIME ZONE 'America/New_York', 'YYYY-MM') = '2026-09'""")[0])
    note("logos reported for value", "cx/KPITarget/renewal-rate", one(
        f"""WITH {fates} SELECT avg((fate = 'renewed')::int) FROM fates WHERE fate IN ('renewed', 'lost', 'presumed-lost') AND {september}""")[0])


def ticket_mistakes(note):
    name = "cx/CPIDefinition/first-response"
    week = periods.weeks(3, surveys.BERLIN)[:1]
    inside = "FROM windows JOIN base ON opened_at >= since AND opened_at < until"
    clause = f"WITH {database.windows(week)}, {tickets.BASE}"
    timely = f"avg(coalesce(reply_minutes_business <= {tickets.LIMIT_MINUTES}, false)::int)"
    usable = "coalesce(reply_minutes_business, 0) >= 0"
    note("cases without an answer left out", name, one(
        f"{clause} SELECT {timely} {inside} WHERE dropped IS NULL AND reply_minutes_business >= 0")[0])
    note("spam counted", name, one(f"{clause} SELECT {timely} {inside} WHERE {usable}")[0])
    note("hours of the clock for hours of the office", name, one(
        f"{clause} SELECT avg(coalesce(first_public_reply_at - opened_at <= interval '4 hours', false)::int) {inside} WHERE dropped IS NULL AND {usable}")[0])
    note("four hours excluded", name, one(
        f"{clause} SELECT avg(coalesce(reply_minutes_business < {tickets.LIMIT_MINUTES}, false)::int) {inside} WHERE dropped IS NULL AND {usable}")[0])
    note("weeks of UTC", name, one(f"""WITH {tickets.BASE} SELECT {timely} FROM base WHERE dropped IS NULL AND {usable}
        AND opened_at >= '2026-11-02T00:00Z' AND opened_at < '2026-11-09T00:00Z'""")[0])
    name = "cx/CPIDefinition/resolution-time"
    october = f"WITH {database.windows(periods.months(2, surveys.BERLIN)[:1])}, {tickets.BASE}"
    median = "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY lasted)"
    note("open cases left out", name, one(f"{october} {median} {inside} WHERE dropped IS NULL AND NOT is_open AND lasted >= 0")[0])
    running = f"WITH {database.windows(periods.months(1, surveys.BERLIN))}, {tickets.BASE}"
    note("open cases counted as solved at the last load", name, one(f"{running} {median} {inside} WHERE dropped IS NULL")[0], at="2026-11")
    rows = database.rows(f"""{running} SELECT extract(epoch FROM coalesce(solved_at, '{periods.NOW.isoformat()}') - opened_at) AS lasted, is_open
        {inside} WHERE dropped IS NULL""")
    late = r.medians([("now", float(row["lasted"]), int(row["is_open"] == "f")) for row in rows])["now"]
    note("open cases censored at the clock, though nothing was loaded for two days", name, late["value"], at="2026-11")


def wave_mistakes(note):
    name = "cx/CPIDefinition/relational-nps"
    clause = f"WITH {database.windows(waves.quarters()[-2:-1])}, {waves.CHOSEN}"
    score = "100.0 * (count(*) FILTER (WHERE score >= 9) - count(*) FILTER (WHERE score <= 6)) / count(*)"
    known = "plan IN ('starter', 'business', 'enterprise')"
    note("answers not weighted", name, one(f"{clause} SELECT {score} FROM chosen WHERE {known}")[0])
    rows = database.rows(f"{clause} SELECT plan, {score} AS score FROM chosen WHERE {known} GROUP BY 1")
    note("weights not cut", name, sum(waves.POPULATION[row["plan"]] * float(row["score"]) for row in rows))
    note("silence counted as detraction", name, one(f"""{clause} SELECT 100.0 * (count(*) FILTER (WHERE score >= 9) - count(*) FILTER (WHERE coalesce(score, 0) <= 6))
        / count(*) {waves.WITHIN} WHERE dropped IS NULL""")[0])
    note("quarters of the calendar year", name, one(f"{clause} SELECT {score} FROM base WHERE dropped IS NULL AND score <= 10 AND wave_launched_on >= '2026-10-01'")[0])


def shop_mistakes(note):
    october = f"WITH {database.windows(periods.months(2, shop.BERLIN)[:1])}, {shop.LINES}"
    inside = "FROM windows JOIN lines_judged ON paid_at >= since AND paid_at < until"
    kept = "dropped IS NULL AND saved IS NOT NULL"
    name = "shop/CPIDefinition/money-saved"
    note("mean of the lines' ratios", name, one(f"{october} SELECT avg(saved / reference) {inside} WHERE {kept}")[0])
    note("three currencies added up", name, one(
        f"{october} SELECT sum(qty * ref_price_30d - paid_amount) / sum(qty * ref_price_30d) {inside} WHERE {kept}")[0])
    note("list price for the price of the last 30 days", name, one(
        f"{october} SELECT 1 - sum(paid_amount) / sum(qty * list_price) {inside} WHERE {kept}")[0])
    note("lines without an amount paid counted below the line", name, one(
        f"WITH {database.windows(periods.months(3, shop.BERLIN)[:1])}, {shop.LINES} SELECT sum(saved) / sum(reference) {inside} WHERE dropped IS NULL")[0], at="2026-09")
    note("months of UTC", name, one(f"""WITH {shop.LINES} SELECT sum(saved) / sum(reference) FROM lines_judged WHERE {kept}
        AND paid_at >= '2026-10-01Z' AND paid_at < '2026-11-01Z'""")[0])
    name = "shop/CPIDefinition/points-redemption"
    third = f"WITH {database.windows(periods.quarters(2, shop.BERLIN)[:1])}, {shop.LEDGER} SELECT"
    booked = "FROM windows JOIN ledger_judged ON booked_at >= since AND booked_at < until"
    note("expired points counted as redeemed", name, one(
        f"{third} -sum(points) FILTER (WHERE kind IN ('redeem', 'expire')) / sum(earned)::float {booked}")[0])
    note("members who only redeemed left out", name, one(
        f"{third} sum(redeemed) / sum(earned)::float {booked} AND member_id IN (SELECT member_id FROM ledger_judged, windows WHERE booked_at >= since AND booked_at < until AND earned > 0)")[0])
    note("points as booked, below zero", name, one(f"{third} sum(points) FILTER (WHERE kind = 'redeem') / sum(earned)::float {booked}")[0])
    name = "shop/KPITarget/revenue"
    total = f"WITH {shop.ORDERS} SELECT sum(net_eur) FROM orders_judged WHERE paid_at >= '2026-10-01' AND paid_at < '2026-11-01'"
    note("orders that nobody paid counted", name, one(total)[0])
    note("naive time read as UTC", name, one(f"""WITH {shop.ORDERS} SELECT sum(net_eur) FROM orders_judged WHERE dropped IS NULL
        AND paid_at AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Berlin' >= '2026-10-01' AND paid_at AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Berlin' < '2026-11-01'""")[0])
    note("credit notes left out", name, one(f"{total} AND dropped IS NULL AND net_eur > 0")[0])
    note("guests left out", name, one(f"{total} AND dropped IS NULL AND customer_id IS NOT NULL")[0])


def health_mistakes(note, index):
    name = "revops/CPIDefinition/healthy-accounts"
    october = "FROM analytics.account_health_daily WHERE as_of BETWEEN '2026-10-01' AND '2026-10-31'"
    note("every snapshot of the month", name, one(f"SELECT avg(coalesce(score >= 70, false)::int) {october}")[0])
    note("accounts without a score left out", name, one(f"SELECT avg((score >= 70)::int) {october} AND as_of = '2026-10-31'")[0])
    note("the bound itself left out", name, one(f"SELECT avg(coalesce(score > 70, false)::int) {october} AND as_of = '2026-10-31'")[0])
    parts = next(p for p in index["periods"] if p["label"] == index["latestMature"])["detail"]
    note("arithmetic mean of the parts", "cx/CPIDefinition/cx-index",
         0.4 * parts["support-nps"] + 0.3 * parts["support-ces"] + 0.3 * parts["first-response"])


def follow_mistakes(note):
    name = "shop/CPIDefinition/repeat-90d"
    bought = f"WITH {shop.ORDERS}, bought AS (SELECT * FROM orders_judged WHERE dropped IS NULL AND customer_id IS NOT NULL)"
    again = """SELECT avg(EXISTS (SELECT FROM bought b WHERE b.customer_id = f.customer_id AND b.paid > f.paid
        AND b.paid >= f.paid + interval '{}' AND b.paid <= f.paid + interval '2160 hours')::int) FROM f WHERE paid >= '2026-06-30T22:00Z' AND paid < '2026-07-31T22:00Z'"""
    firsts = "f AS (SELECT DISTINCT ON (customer_id) customer_id, paid FROM bought {} ORDER BY customer_id, paid, order_id)"
    recent = "WHERE paid >= '2024-12-01'"
    note("first purchases of the history taken for first ever", name, one(
        f"{bought}, {firsts.format(recent)} {again.format('24 hours')}")[0])
    note("parts of a split order taken for coming back", name, one(f"{bought}, {firsts.format('')} {again.format('0')}")[0])
    note("every purchase for the first", name, one(f"{bought}, f AS (SELECT * FROM bought) {again.format('24 hours')}")[0])
    august = again.format("24 hours").replace("2026-07-31T22", "2026-08-31T22").replace("2026-06-30T22", "2026-07-31T22")
    note("customers whose time is not over counted as lost", name, one(f"{bought}, {firsts.format('')} {august}")[0], at="2026-08")
    name = "shop/CPIDefinition/loyalty-recognised"
    reached = "SELECT avg(EXISTS (SELECT FROM points_ledger g WHERE g.member_id = t.member_id {} )::int) FROM tier_changes t WHERE tier = 'gold' AND reached_at >= '2026-08-31T22:00Z' AND reached_at < '2026-09-30T22:00Z'"
    near = "AND g.booked_at >= t.reached_at AND g.booked_at <= t.reached_at + interval '720 hours'"
    gift = "AND g.kind = 'earn' AND g.reason IN ('tier_gift', 'anniversary')"
    note("gifts within the month instead of within thirty days", name, one(
        reached.format(f"{gift} AND g.booked_at >= t.reached_at AND g.booked_at < '2026-09-30T22:00Z'"))[0])
    note("points of every kind taken for a gift", name, one(reached.format(near))[0])
    note("a gift before the tier counted", name, one(reached.format(f"{gift} AND g.booked_at <= t.reached_at + interval '720 hours'"))[0])
    name = "shop/KPITarget/conversion-rate"
    week = f"WITH {database.windows(periods.weeks(3, follow.BERLIN)[:1])}, {follow.SESSIONS}"
    sales = "(SELECT count(*) FROM orders JOIN visitor_map USING (customer_id), windows WHERE paid_at AT TIME ZONE 'Europe/Berlin' >= since AND paid_at AT TIME ZONE 'Europe/Berlin' < until)"
    visits = "FROM windows JOIN sessions_judged ON event_time >= since AND event_time < until WHERE dropped IS NULL AND event_name = 'session_start'"
    note("orders of the week over sessions of the week", name, one(f"{week} SELECT {sales} / count(*)::float {visits}")[0])
    name = "shop/CPIDefinition/complaint-rate"
    per = f"WITH {shop.ORDERS} SELECT 1000.0 * (SELECT count(*) FROM complaints WHERE received_at >= '2026-09-30T22:00Z' AND received_at < '2026-10-31T23:00Z' {{}}) / count(*) FROM orders_judged WHERE paid_at >= '2026-10-01' AND paid_at < '2026-11-01' {{}}"
    note("orders that nobody paid in the exposure", name, one(per.format("", ""))[0])
    note("complaints on brands without an order left out", name, one(per.format("AND brand IS DISTINCT FROM 'aurora'", "AND dropped IS NULL"))[0])
