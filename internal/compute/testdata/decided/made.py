#!/usr/bin/python3
"""Contracts whose customers decide two months after their mood, up to five months before the contract is due.

Writes contracts.csv and answers.csv, and expected.json: the renewal rate by month due and by month decided, counted by
plain loops, with Wilson's interval; and by how much renewals by decision follow the NPS of two months before, beside
trend and what either carries over (ordinary least squares). Debian: python3-statsmodels. Seeded.
"""

import csv
import json
import math
import pathlib
import random
from collections import Counter
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import numpy
import statsmodels.api
from statsmodels.stats.proportion import proportion_confint

HERE = pathlib.Path(__file__).parent
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 16, 9, 0, tzinfo=timezone.utc)
GRACE = timedelta(days=30)
MONTHS, LAG = 48, 2
FIRST = date(2022, 11, 1)


def month(back):
    """The first day of the month so many after FIRST."""
    index = FIRST.year * 12 + FIRST.month - 1 + back
    return date(index // 12, index % 12 + 1, 1)


def moment(draw, first, until):
    """An instant of a month of Berlin."""
    begin, end = (datetime.combine(day, time(0), BERLIN).astimezone(timezone.utc) for day in (first, until))
    return begin + timedelta(seconds=draw.randrange(int((end - begin).total_seconds())))


def build():
    draw = random.Random(15)
    mood, moods = 0.0, []
    for _ in range(MONTHS + LAG):
        mood = 0.5 * mood + draw.gauss(0, 0.85)
        moods.append(mood)
    answers, contracts = [], []
    for t in range(MONTHS):
        for _ in range(60):
            likes = draw.random() < 1 / (1 + math.exp(-(0.2 + 0.7 * moods[t + LAG])))
            score = draw.choice([9, 10]) if likes else draw.choice([2, 5, 6, 7, 8])
            answers.append((moment(draw, month(t), month(t + 1)), score))
        for _ in range(70):
            renews = draw.random() < 1 / (1 + math.exp(-(1.1 + 0.8 * moods[t])))
            at = moment(draw, month(t), month(t + 1))
            due = at.astimezone(BERLIN).date() + timedelta(days=draw.randrange(0, 150))
            status, decided = ("Renewed" if renews else "Lost"), at
            if not renews and draw.random() < 0.4:  # says nothing: lost when the grace is over
                status, decided, due = None, None, at.astimezone(BERLIN).date() - GRACE
            elif draw.random() < 0.06:  # after the grace
                due = at.astimezone(BERLIN).date() - GRACE - timedelta(days=draw.randrange(1, 20))
            contracts.append((due, decided, status))
    for number in range(80):  # not decided yet, and due too late to be lost
        contracts.append((date(2026, 10, 20) + timedelta(days=number * 3), None, None))
    draw.shuffle(contracts)
    return answers, contracts


def told(rows):
    """Renewal rate of (month, status) by month: renewed of those decided or past their grace."""
    counts = {month(t).strftime("%Y-%m"): Counter() for t in range(MONTHS)}
    for label, fate in rows:
        if label in counts:
            counts[label][fate] += 1
    out = []
    for label, fates in counts.items():
        n = fates["Renewed"] + fates["Lost"]
        lower, upper = proportion_confint(fates["Renewed"], n, method="wilson")
        out.append({"label": label, "n": n, "value": fates["Renewed"] / n, "lower": lower, "upper": upper})
    return out


def by_due(contracts):
    today = NOW.astimezone(BERLIN).date()
    for due, _, status in contracts:
        if status or due + GRACE <= today:
            yield due.strftime("%Y-%m"), status or "Lost"


def by_decision(contracts):
    for due, decided, status in contracts:
        if status:
            yield decided.astimezone(BERLIN).strftime("%Y-%m"), status
        elif due + GRACE <= NOW.astimezone(BERLIN).date():
            yield (due + GRACE).strftime("%Y-%m"), "Lost"


def promoters(answers):
    """The NPS of each month."""
    net, n = Counter(), Counter()
    for at, score in answers:
        label = at.astimezone(BERLIN).strftime("%Y-%m")
        net[label] += (score >= 9) - (score <= 6)
        n[label] += 1
    return [100 * net[label] / n[label] for label in sorted(n)]


def follows(nps, renewal):
    """Slope of renewal on the NPS LAG months before, one month's carry-over and a line beside it."""
    x, y = numpy.array(nps), numpy.array([month["value"] for month in renewal])
    rows = len(y) - LAG - 1
    columns = [x[1:1 + rows], x[:rows], y[LAG:-1], numpy.arange(rows), numpy.ones(rows)]
    fit = statsmodels.api.OLS(y[LAG + 1:], numpy.column_stack(columns)).fit()
    lower, upper = fit.conf_int()[0]
    return {"lag": LAG, "slope": fit.params[0], "lower": lower, "upper": upper, "t": fit.tvalues[0]}


def write(name, header, rows):
    with open(HERE / name, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header)
        for row in rows:
            out.writerow(cell.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(cell, datetime) else cell for cell in row)


def main():
    answers, contracts = build()
    write("answers.csv", ["at", "score"], answers)
    write("contracts.csv", ["due", "decided", "status"], contracts)
    decided = told(by_decision(contracts))
    nps = promoters(answers)
    expected = {"byDue": told(by_due(contracts)), "byDecision": decided, "nps": nps, "follows": follows(nps, decided)}
    (HERE / "expected.json").write_text(json.dumps(expected, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
