"""Case 15: contracts in the month of their decision, and what accounts said before it."""

import json
from collections import Counter, defaultdict
from datetime import datetime, timedelta

from statsmodels.stats.proportion import confint_proportions_2indep

from . import database, periods, renewal

BERLIN = "Europe/Berlin"
GRACE = timedelta(days=renewal.GRACE_DAYS)
EXPOSURE, HISTORY = timedelta(days=365), timedelta(days=730)
LEAST = 30  # accounts in a cohort that is compared
RENEWED, LOST, NOT_DUE = {"Renewed", "AutoRenewed", "Upsold"}, {"Churned", "Lost"}, {"Cancelled by us", "Migrated"}


def by_decision():
    """Renewal by value, by the month of Berlin in which a contract was decided, without a decision that in which the grace ends.
    Until the grace of the first month due is over there is no value: only who decides early is seen."""
    fates = renewal.FATES.format(by_value="true", grace=renewal.GRACE_DAYS, zone=BERLIN, clock=periods.NOW.isoformat())
    fates = fates.replace("SELECT due_at,", "SELECT status, decided_at, due_at,")
    months = defaultdict(list)
    for row in database.rows("WITH " + fates + f"""
        SELECT CASE WHEN status IS NOT NULL AND decided_at IS NOT NULL THEN to_char(decided_at AT TIME ZONE '{BERLIN}', 'YYYY-MM')
                    ELSE to_char(due_at + {renewal.GRACE_DAYS}, 'YYYY-MM') END AS label, fate, acv_eur
        FROM fates ORDER BY 1, 2, 3"""):
        months[row["label"]].append((row["fate"], row["acv_eur"]))
    first_due = datetime.fromisoformat(database.rows("SELECT min(due_at) AS day FROM sfdc.contracts")[0]["day"]).date().replace(day=1)
    made = periods.months(13, BERLIN)
    watermark = renewal.dataset()["watermark"]
    states = [periods.state(p, watermark) for p in made]
    guard = periods.collapsed([(how != "Running", len(months[p.label])) for p, how in zip(made, states)])
    answers = []
    for period, how, suspect in zip(made, states, guard):
        value = renewal.estimate(months[period.label], by_value=True)
        if period.first_day < first_due + GRACE:
            value = {"n": 0, "value": None}
        answers.append(periods.answer(period, value, how, "SuspectData" if suspect and value["n"] else None))
    return answers


def cohorts():
    """Accounts by the mean of their answers of the year before their latest decision, by plain loops."""
    known = min(periods.NOW, moment(max(row["systemmodstamp"] for row in database.rows("SELECT systemmodstamp FROM sfdc.contracts"))),
                moment(max(row["_synced_at"] for row in database.rows("SELECT _synced_at FROM typeform.responses"))))
    latest = {}
    for row in database.rows("SELECT contract_id, account_id, due_at, decided_at, status FROM sfdc.contracts"):
        index, won = decision(row, known)
        if index is not None and known - HISTORY <= index <= known:
            latest[row["account_id"]] = max(latest.get(row["account_id"], (index, "", won)), (index, row["contract_id"], won))
    said = defaultdict(list)
    for account, at, score in scores():
        if account in latest and latest[account][0] - EXPOSURE <= at < latest[account][0]:
            said[account].append(score)
    n, outcomes = Counter(), Counter()
    for account, own in said.items():
        mean = sum(own) / len(own)
        name = "at least 9" if mean >= 9 else "at most 6" if mean <= 6 else "between"
        n[name] += 1
        outcomes[name] += latest[account][2]
    return [{"name": name, "n": n[name], "outcomes": outcomes[name]} for name in ("at most 6", "at least 9")]


def decision(row, known):
    """When a contract was decided, and whether it was renewed; nothing of those that do not tell."""
    at = moment(row["decided_at"]) if row["decided_at"] else None
    if row["status"] is None or row["status"] in RENEWED | LOST | NOT_DUE and at and at > known:
        if not row["due_at"]:
            return None, False
        lapsed = periods.midnight(datetime.fromisoformat(row["due_at"]).date(), BERLIN) + GRACE
        return (lapsed if lapsed <= known else None), False
    if row["status"] in RENEWED | LOST:
        return at, row["status"] in RENEWED
    return None, False


def scores():
    """Answers that can be used: of an account of a customer, by no colleague and in no preview, 0 to 10."""
    accounts = {row["account_id"]: row["is_internal"] for row in database.rows("SELECT * FROM crm.accounts")}
    account_of = {row["contact_id"]: row["account_id"] for row in database.rows("SELECT * FROM crm.contacts")}
    answers = {row["response_id"]: row["answer"] for row in database.rows("SELECT * FROM typeform.answers WHERE question_id = 'q_nps'")}
    for row in database.rows("SELECT * FROM typeform.responses"):
        account = account_of.get(json.loads(row["hidden"])["contact_id"])
        try:
            score = int(answers.get(row["response_id"]))
        except (TypeError, ValueError):
            continue
        if account and accounts[account] == "f" and row["is_preview"] == "f" and 0 <= score <= 10:
            yield account, moment(row["submitted_at"]), score


def moment(text):
    return datetime.fromisoformat(text)


def links():
    compared = cohorts()
    low, high = compared
    told = min(low["n"], high["n"]) >= LEAST
    difference = None
    if told:
        lower, upper = confint_proportions_2indep(high["outcomes"], high["n"], low["outcomes"], low["n"], method="newcomb")
        difference = {"value": high["outcomes"] / high["n"] - low["outcomes"] / low["n"], "lower": lower, "upper": upper}
    return {"cx/CPILinkage/support-drives-renewal": {"cohorts": compared, "riskDifference": difference, "byDecision": by_decision()}}
