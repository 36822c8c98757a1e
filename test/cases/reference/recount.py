"""A second count of the same rows, by plain loops over whole tables, to hold the SQL of the other modules to."""

import json
from collections import defaultdict
from datetime import datetime, timedelta

from . import database, periods

GAP = timedelta(days=14)
FAR = datetime(9000, 1, 1, tzinfo=periods.NOW.tzinfo)


def moment(text):
    return FAR if text is None else datetime.fromisoformat(text)


def check(definitions):
    checks = {
        "cx/CPIDefinition/support-nps": promoters_less_detractors,
        "revops/CPIDefinition/logo-churn": lost_of_open,
        "cx/KPITarget/renewal-logos": renewed_of_decided,
        "revops/KPITarget/nrr": revenue_kept,
        "cx/CPIDefinition/first-response": answered_in_time,
        "revops/CPIDefinition/healthy-accounts": healthy_of_scored,
        "shop/CPIDefinition/points-redemption": redeemed_of_earned,
    }
    for name, count in checks.items():
        for period in definitions[name]["periods"]:
            if period["n"] == 0:
                continue
            found, expected = count(period), (period["numerator"], period["denominator"])
            if any(abs(a - b) > 1e-6 for a, b in zip(found, expected)):
                raise SystemExit(f"{name} {period['label']}: loops count {found}, SQL {expected}")


_tables = {}


def table(name):
    if name not in _tables:
        _tables[name] = database.rows(f"SELECT * FROM {name}")
    return _tables[name]


def promoters_less_detractors(period):
    accounts = {row["account_id"]: row["is_internal"] for row in table("crm.accounts")}
    account_of = {row["contact_id"]: row["account_id"] for row in table("crm.contacts")}
    scores = {row["response_id"]: row["answer"] for row in table("typeform.answers") if row["question_id"] == "q_nps"}
    answered = {row["response_id"] for row in table("typeform.answers")}
    since, until = moment(period["windowStart"]), moment(period["end"])
    latest = {}
    for row in table("typeform.responses"):
        contact = json.loads(row["hidden"])["contact_id"]
        at = moment(row["submitted_at"])
        if row["response_id"] not in answered or contact not in account_of or not since <= at < until:
            continue
        if accounts[account_of[contact]] != "f" or row["is_preview"] != "f":
            continue
        try:
            score = int(scores.get(row["response_id"]))
        except (TypeError, ValueError):
            continue
        if 0 <= score <= 10:
            latest[contact] = max(latest.get(contact, (at, "", 0)), (at, row["response_id"], score))
    kept = [score for _, _, score in latest.values()]
    return sum(s >= 9 for s in kept) - sum(s <= 6 for s in kept), len(kept)


def lost_of_open(period):
    spells = defaultdict(list)
    for row in table("analytics.subscription_spells"):
        start, end = moment(row["valid_from"]), moment(row["valid_to"])
        if row["is_internal"] == "f" and row["is_trial"] == "f" and end > start:
            spells[row["account_id"]].append((start, end))

    known = min(periods.NOW, max(moment(row["_loaded_at"]) for row in table("analytics.subscription_spells")))

    def is_open(own, at):
        ends = [end for start, end in own if start <= at]
        if not ends:
            return False
        last = max(ends)
        back = any(at < start <= last + GAP for start, _ in own)
        return last > at or back or last + GAP > known

    opening, closing = moment(period["start"]), min(moment(period["end"]), periods.NOW)
    cohort = [own for own in spells.values() if is_open(own, opening)]
    return sum(not is_open(own, closing) for own in cohort), len(cohort)


def renewed_of_decided(period):
    known = min(periods.NOW, max(moment(row["systemmodstamp"]) for row in table("sfdc.contracts")))
    today, renewed, decided = known.date(), 0, 0
    for row in table("sfdc.contracts"):
        if not (row["due_at"] or "").startswith(period["label"]):
            continue
        status = row["status"]
        future = row["decided_at"] is not None and moment(row["decided_at"]) > known
        overdue = datetime.fromisoformat(row["due_at"]).date() + timedelta(days=45) <= today
        if status in ("Renewed", "AutoRenewed", "Upsold") and not future:
            renewed, decided = renewed + 1, decided + 1
        elif status in ("Churned", "Lost") and not future:
            decided += 1
        elif (status is None or future) and status not in ("On hold", "renewed") and overdue:
            decided += 1
    return renewed, decided


def revenue_kept(period):
    def balances(at):  # the last snapshot before the instant, in that month
        day = (at - timedelta(hours=12)).date()
        days = {row["as_of"] for row in table("finance.mrr_monthly") if row["as_of"][:7] == day.isoformat()[:7]}
        return {row["account_id"]: row["mrr_eur"] for row in table("finance.mrr_monthly") if row["as_of"] == max(days)}

    opening, closing = balances(moment(period["windowStart"])), balances(moment(period["end"]))
    pairs = [(s, closing.get(account, "0")) for account, s in opening.items()]
    kept = [(float(s), float(e)) for s, e in pairs if s is not None and e is not None and float(s) > 0]
    return sum(e for _, e in kept), sum(s for s, _ in kept)


def answered_in_time(period):
    known = min(periods.NOW, max(moment(row["_synced_at"]) for row in table("zendesk.ticket_metrics")))
    since, until = moment(period["start"]), moment(period["end"])
    timely = counted = 0
    for row in table("zendesk.ticket_metrics"):
        opened, minutes = moment(row["opened_at"]), row["reply_minutes_business"]
        if not since <= opened < until or row["tags"] is None or "spam" in row["tags"].strip("{}").split(","):
            continue
        if minutes is None:
            counted += known - opened > timedelta(hours=4)
        elif int(minutes) >= 0:
            timely, counted = timely + (int(minutes) <= 240), counted + 1
    return timely, counted


def healthy_of_scored(period):
    rows = [row for row in table("analytics.account_health_daily") if row["as_of"][:7] == period["label"]]
    last = [row["score"] for row in rows if row["as_of"] == max(row["as_of"] for row in rows)]
    return sum(score is not None and float(score) >= 70 for score in last), len(last)


def redeemed_of_earned(period):
    since, until = moment(period["start"]), moment(period["end"])
    sums = defaultdict(int)
    for row in table("points_ledger"):
        if since <= moment(row["booked_at"]) < until and row["points"] is not None:
            sums[row["kind"]] += int(row["points"])
    return -sums["redeem"], sums["earn"]
