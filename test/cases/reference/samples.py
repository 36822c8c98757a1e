"""The demo's numbers, from its CSV files."""

import csv
import gzip
from collections import Counter, defaultdict
from datetime import datetime
from zoneinfo import ZoneInfo

from . import estimates

BERLIN = ZoneInfo("Europe/Berlin")


def read(path):
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def month(text):
    """The month in Berlin; a plain date is taken as it stands."""
    if len(text) == 10:
        return text[:7]
    return datetime.fromisoformat(text).astimezone(BERLIN).strftime("%Y-%m")


def grouped(rows, estimate, **keys):
    """The total, and for each key function its groups in order."""
    result = {"total": estimate(rows)}
    for name, key in keys.items():
        groups = defaultdict(list)
        for row in rows:
            groups[key(row)].append(row)
        result[name] = {group: estimate(groups[group]) for group in sorted(groups)}
    return result


def share_of(test):
    return lambda rows: estimates.share(sum(test(row) for row in rows), len(rows))


def nps(rows):
    scores = [int(row["score"]) for row in rows]
    return estimates.nps(sum(s >= 9 for s in scores), sum(s in (7, 8) for s in scores), sum(s <= 6 for s in scores))


RENEWED, LOST = {"Renewed", "AutoRenewed", "Upsold"}, {"Churned", "Lost"}


def renewal_value(rows):
    decided = [row for row in rows if row["status"] in RENEWED | LOST]
    x = [float(row["acv_eur"]) for row in decided]
    return estimates.ratio_of_sums([v if r["status"] in RENEWED else 0.0 for r, v in zip(decided, x)], x, at_most=1.0)


def answers(directory):
    telco = read(directory / "telco_churn.csv.gz")
    survey, contracts = read(directory / "nps_survey.csv"), read(directory / "contracts.csv")
    effort, repeat = read(directory / "ces_survey.csv"), read(directory / "repeat_purchase.csv")
    assert_published(survey, contracts, effort, repeat, read(directory / "orders.csv"))
    score = {row["customer_id"]: int(row["score"]) for row in survey}
    easy = {row["customer_id"]: int(row["ces"]) >= 5 for row in effort}
    group = lambda row: "promoter" if score[row["customer_id"]] >= 9 else "detractor" if score[row["customer_id"]] <= 6 else "passive"
    decided = [row for row in contracts if row["status"]]
    renewed = share_of(lambda row: row["status"] in RENEWED)
    return {
        "telco-churn": grouped(telco, share_of(lambda row: row["churn"] == "Yes"), contract=lambda row: row["contract"]),
        "software-nps": grouped(survey, nps, month=lambda row: month(row["answered_at"]), plan=lambda row: row["plan"]),
        "software-renewal-logos": grouped(decided, renewed, month=lambda row: month(row["due_at"]), plan=lambda row: row["plan"], npsGroup=group),
        "software-renewal-value": grouped(decided, renewal_value, month=lambda row: month(row["due_at"]), plan=lambda row: row["plan"]),
        "shop-ces": grouped(effort, share_of(lambda row: int(row["ces"]) >= 5), month=lambda row: month(row["answered_at"]), brand=lambda row: row["brand"]),
        "shop-repeat": grouped(repeat, share_of(lambda row: row["bought_again"] == "yes"), month=lambda row: month(row["surveyed_at"]),
                               brand=lambda row: row["brand"], effort=lambda row: "low" if easy[row["customer_id"]] else "high"),
    }


def assert_published(survey, contracts, effort, repeat, orders):
    """The two published tables, and that every exposure lies before its outcome."""
    at = {row["customer_id"]: (int(row["score"]), row["answered_at"]) for row in survey}
    table = Counter()
    for row in contracts:
        score, answered = at[row["customer_id"]]
        if row["status"]:
            assert answered < row["decided_at"] < "2026-11-01" and row["due_at"] < "2026-11-01", row
            table["P" if score >= 9 else "D" if score <= 6 else "-", row["status"] in RENEWED] += 1
    assert (table["P", True], table["P", False], table["D", True], table["D", False]) == (182, 18, 140, 60), table
    easy = {row["customer_id"]: int(row["ces"]) >= 5 for row in effort}
    table = Counter((easy[row["customer_id"]], row["bought_again"]) for row in repeat)
    assert (table[True, "yes"], table[True, "no"], table[False, "yes"], table[False, "no"]) == (96, 144, 48, 192), table
    asked = {row["customer_id"]: datetime.fromisoformat(row["surveyed_at"]) for row in repeat}
    again = {row["customer_id"] for row in orders
             if 0 < (datetime.fromisoformat(row["paid_at"]) - asked[row["customer_id"]]).total_seconds() <= 30 * 86400}
    assert again == {row["customer_id"] for row in repeat if row["bought_again"] == "yes"}
