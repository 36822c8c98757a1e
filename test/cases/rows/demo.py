"""The demo's two small companies, whose rows reproduce two published cases exactly.

Software firm: 182 of 200 promoters and 140 of 200 detractors renewed, each answered before deciding.
Retailer: 96 of 240 low-effort customers and 48 of 240 high-effort ones bought again within 30 days of the survey.
"""

import csv
from datetime import datetime, timedelta, timezone

from .clock import random_instant, utc

START, END = utc("2025-09-01 00:00:00"), utc("2026-11-01 00:00:00")
FOLLOW_UP = timedelta(days=30)


def write(folder, random):
    folder.mkdir(parents=True, exist_ok=True)
    software_firm(folder, random)
    retailer(folder, random)


def table(path, header, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def stamp(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def software_firm(folder, random):
    # (scores, customers with a decided contract, of them renewed, customers whose contract is due after 2026)
    groups = [([9, 10], 200, 182, 90), ([7, 8], 130, 104, 40), (list(range(7)), 200, 140, 20)]
    customers = []
    for scores, decided, renewed, undecided in groups:
        customers += [(scores, "won")] * renewed + [(scores, "lost")] * (decided - renewed) + [(scores, None)] * undecided
    random.shuffle(customers)
    answers, contracts = [], []
    for number, (scores, outcome) in enumerate(customers, start=1):
        customer = f"S{number:04d}"
        plan = random.choices(["Team", "Business", "Enterprise"], [50, 35, 15])[0]
        channel = random.choices(["email", "in-app"], [60, 40])[0]
        answered = random_instant(random, START, END - timedelta(days=3))
        if outcome:
            decided = answered + random.uniform(0.1, 0.95) * min(timedelta(days=75), END - answered)
            decided = decided.replace(microsecond=0)
            latest = min(decided + timedelta(days=30), END - timedelta(days=1))
            due = random_instant(random, max(decided - timedelta(days=15), START), max(latest, decided)).date()
            status = random.choice(["Renewed", "Renewed", "AutoRenewed", "Upsold"] if outcome == "won" else ["Churned", "Churned", "Lost"])
        else:
            decided, status = None, ""
            due = random_instant(random, utc("2027-01-05 00:00:00"), utc("2028-06-30 00:00:00")).date()
        acv = round(random.lognormvariate({"Team": 7.6, "Business": 9.0, "Enterprise": 10.8}[plan], 0.4), 2)
        answers.append((answered, [customer, random.choice(scores), plan, channel]))
        contracts.append((due, [customer, due, stamp(decided) if decided else "", status, f"{acv:.2f}", plan]))
    answers.sort(key=lambda row: row[0])
    contracts.sort(key=lambda row: (row[0], row[1][0]))
    table(folder / "nps_survey.csv", ["response_id", "answered_at", "customer_id", "score", "plan", "channel"],
          [[f"N{number:05d}", stamp(at)] + rest for number, (at, rest) in enumerate(answers, start=1)])
    table(folder / "contracts.csv", ["contract_id", "customer_id", "due_at", "decided_at", "status", "acv_eur", "plan"],
          [[f"K{number:05d}"] + rest for number, (_, rest) in enumerate(contracts, start=1)])


def retailer(folder, random):
    groups = [([5, 6, 7], 240, 96), ([1, 2, 3, 4], 240, 48)]
    customers = []
    for scores, size, again in groups:
        customers += [(scores, True)] * again + [(scores, False)] * (size - again)
    random.shuffle(customers)
    answers, orders, flags = [], [], []
    for number, (scores, again) in enumerate(customers, start=1):
        customer = f"H{number:04d}"
        brand = random.choices(["Lumen", "Nordwind", "Tilda"], [50, 30, 20])[0]
        answered = random_instant(random, START + timedelta(days=5), END - FOLLOW_UP - timedelta(days=1))
        first = answered - timedelta(days=random.uniform(1, 4))
        orders.append((first, customer, brand))
        if again:
            orders.append((answered + random.uniform(0.03, 0.97) * FOLLOW_UP, customer, brand))
        elif random.random() < 0.15 and answered + FOLLOW_UP * 2 < END:
            orders.append((answered + FOLLOW_UP * 1.5, customer, brand))  # bought again, but too late to count
        answers.append((answered, [customer, random.choice(scores), brand]))
        flags.append((answered, [customer, stamp(answered), brand, "yes" if again else "no"]))
    answers.sort(key=lambda row: row[0])
    orders.sort(key=lambda row: row[0])
    flags.sort(key=lambda row: row[0])
    table(folder / "ces_survey.csv", ["response_id", "answered_at", "customer_id", "ces", "brand"],
          [[f"E{number:05d}", stamp(at)] + rest for number, (at, rest) in enumerate(answers, start=1)])
    table(folder / "orders.csv", ["order_id", "customer_id", "brand", "paid_at", "net_eur"],
          [[f"O{number:05d}", customer, brand, stamp(at), f"{random.lognormvariate(3.8, 0.5):.2f}"]
           for number, (at, customer, brand) in enumerate(orders, start=1)])
    table(folder / "repeat_purchase.csv", ["customer_id", "surveyed_at", "brand", "bought_again"],
          [row for _, row in flags])
