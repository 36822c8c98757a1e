#!/usr/bin/python3
"""Computes the expected numbers of the cases from the rows in PostgreSQL, apart from the operator's code: hand-written
SQL through psql for the counting, scipy, statsmodels and R for the intervals. Writes expected.json beside this file.

    oracle.py cases            rows.sql must be loaded in the database that PGHOST, PGPORT, PGDATABASE name
    oracle.py samples DIR      the demo's CSV files in DIR; writes DIR/expected.json
    --check                    compare with the committed file instead of writing it
"""

import argparse
import json
import math
import pathlib
import sys
from datetime import datetime, timedelta

from reference import churn, database, follow, health, known, lifetime, linkage, naive, periods, recount, renewal, retention, samples, shop, surveys, targets, tickets, waves

WITHIN = {"cx/support-survey": 26, "revops/subscription-spells": 26, "revops/mrr-snapshot": 48,
          "revops/mrr-from-movements": 72, "cx/contracts": 26, "cx/cases": 2, "cx/relational-wave": 26, "revops/account-health": 26,
          "shop/orders": 3, "shop/order-lines": 3, "shop/points-ledger": 26,
          "shop/tier-events": 26, "shop/web-sessions": 2, "shop/complaints": 26}  # hours


def cases():
    datasets = {"cx/support-survey": surveys.dataset(), "revops/subscription-spells": churn.dataset(),
                **retention.datasets(), "cx/contracts": renewal.dataset(),
                "cx/cases": tickets.dataset(), "cx/relational-wave": waves.dataset(), "revops/account-health": health.dataset(),
                **shop.datasets(), **follow.datasets()}
    marks = {name: dataset["watermark"] for name, dataset in datasets.items()}
    definitions = {
        **surveys.definitions(marks["cx/support-survey"]),
        "revops/CPIDefinition/logo-churn": churn.logo_churn(marks["revops/subscription-spells"]),
        "revops/KPITarget/nrr": retention.nrr(),
        "revops/KPITarget/nrr-from-movements": retention.nrr_from_movements(),
        **renewal.definitions(marks["cx/contracts"]),
        **tickets.definitions(marks["cx/cases"]),
        **waves.definitions(marks["cx/relational-wave"]),
        "revops/CPIDefinition/healthy-accounts": health.healthy_accounts(marks["revops/account-health"]),
        **shop.definitions(marks),
        **follow.definitions(marks),
        **lifetime.definitions(marks),
        "cx/CPIDefinition/cx-index": health.cx_index(marks),
    }
    for name, dataset in datasets.items():
        dataset["fresh"] = periods.NOW - marks[name] <= timedelta(hours=WITHIN[name])
    recount.check(definitions)
    return {"now": periods.NOW, "datasets": datasets, "definitions": definitions, "targets": targets.verdicts(definitions),
            "links": linkage.links(), "violations": violations(), "mistakes": naive.mistakes(definitions)}


def violations():
    """Keys that stand more than once after fanout.sql and double-load.sql, each loaded in a rolled-back transaction."""
    here = pathlib.Path(__file__).parent
    fanout = database.rows(f"""BEGIN; {(here / "fanout.sql").read_text()}
        SELECT count(*) AS keys, sum(copies)::int AS rows FROM (
          SELECT r.response_id, count(DISTINCT (c.contact_id, a.account_id)) AS copies
          FROM typeform.responses r JOIN typeform.answers USING (response_id)
          JOIN crm.contacts c ON c.contact_id = r.hidden->>'contact_id' JOIN crm.accounts a USING (account_id)
          GROUP BY 1) k WHERE copies > 1; ROLLBACK;""")[0]
    double = database.rows(f"""BEGIN; {(here / "double-load.sql").read_text()}
        SELECT count(*) AS keys, sum(copies)::int AS rows FROM (
          SELECT as_of, account_id, count(*) AS copies FROM finance.mrr_monthly GROUP BY 1, 2) k WHERE copies > 1; ROLLBACK;""")[0]
    return {
        "fanout.sql": {"dataset": "cx/support-survey", "duplicatedKeys": int(fanout["keys"]), "rows": int(fanout["rows"])},
        "double-load.sql": {"dataset": "revops/mrr-snapshot", "duplicatedKeys": int(double["keys"]), "rows": int(double["rows"])},
    }


def plain(value):
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if hasattr(value, "item"):
        return value.item()  # numpy scalars
    raise TypeError(type(value))


def difference(old, new, path="", tolerance=1e-9):
    """Where two answers differ beyond the last digits, of fitted ones beyond their tolerance; or None."""
    if isinstance(old, dict) and isinstance(new, dict) and old.keys() == new.keys():
        tolerance = old.get("tolerance", tolerance)
        return next((d for key in old if (d := difference(old[key], new[key], f"{path}/{key}", tolerance))), None)
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return next((d for at, pair in enumerate(zip(old, new)) if (d := difference(*pair, f"{path}/{at}", tolerance))), None)
    if isinstance(old, float) and isinstance(new, float) and math.isclose(old, new, rel_tol=tolerance, abs_tol=1e-12):
        return None
    return None if old == new else f"{path}: {old!r} was expected, {new!r} found"


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("what", choices=["cases", "samples"])
    options.add_argument("directory", nargs="?", type=pathlib.Path, default=pathlib.Path(__file__).parent)
    options.add_argument("--check", action="store_true")
    arguments = options.parse_args()
    known.check()
    answers = cases() if arguments.what == "cases" else samples.answers(arguments.directory)
    text = json.dumps(answers, indent=1, ensure_ascii=False, default=plain) + "\n"
    target = arguments.directory / "expected.json"
    if not arguments.check:
        target.write_text(text, encoding="utf-8")
        return
    committed = json.loads(target.read_text(encoding="utf-8"))
    if different := difference(committed, json.loads(text)):
        sys.exit(f"{target} is not what the rows give: {different}")
    print(f"{target}: as committed")


if __name__ == "__main__":
    main()
