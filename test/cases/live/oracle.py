"""Writes samples.om, the counters of an order service, and expected.json, what they increased by in each month.

    python3 oracle.py

The increase is computed here from Prometheus' description of increase() (querying/functions, and extrapolatedRate in
promql/functions.go of release 3.13), not by a Prometheus: deltas between samples, a fall being a restart from zero,
extrapolated over the window where the samples nearly reach its ends. Standard library only.
"""

import datetime
import json
import pathlib
import random
import zoneinfo

HERE = pathlib.Path(__file__).parent
BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
STEP = 6 * 3600


def instant(*date):
    """Unix seconds of a local time in Berlin."""
    return datetime.datetime(*date, tzinfo=BERLIN).timestamp()


NOW = datetime.datetime(2026, 11, 16, 9, tzinfo=datetime.timezone.utc).timestamp()


def counter(start, end, seed, restarts=(), gap=(0, 0)):
    """One pod's counter: its samples at every step, a restart setting it to zero, and a gap in which nothing was scraped."""
    chance = random.Random(seed)
    value, at, samples = 0.0, start, []
    while at < end:
        value += round(chance.uniform(400, 1600), 2)
        if any(at - STEP < restart <= at for restart in restarts):
            value = round(chance.uniform(0, 300), 2)
        if not gap[0] <= at < gap[1]:
            samples.append((at, round(value, 2)))
        at += STEP
    return samples


PODS = {
    # Restarted twice, once on the day of 25 hours; not scraped for three days.
    "orders-0": counter(instant(2026, 8, 10, 3, 7), NOW, 1, (instant(2026, 9, 9, 12), instant(2026, 10, 25, 2, 30)),
                        (instant(2026, 10, 8), instant(2026, 10, 11))),
    # Starts on 20 September and ends on 2 November.
    "orders-1": counter(instant(2026, 9, 20, 11, 7), instant(2026, 11, 2), 2),
}


def increase(samples, start, end):
    """increase() of one series over [start, end), asked for at the last millisecond."""
    upper, lower = end - 0.001, start - 0.001
    within = [(at, value) for at, value in samples if lower < at <= upper]
    if len(within) < 2:
        return None
    result = within[-1][1] - within[0][1]
    for (_, before), (_, after) in zip(within, within[1:]):
        if after < before:
            result += before
    to_start, to_end = within[0][0] - lower, upper - within[-1][0]
    sampled = within[-1][0] - within[0][0]
    average = sampled / (len(within) - 1)
    if to_start >= average * 1.1:
        to_start = average / 2
    if result > 0 and within[0][1] >= 0:  # never below zero
        to_start = min(to_start, sampled * within[0][1] / result)
    if to_end >= average * 1.1:
        to_end = average / 2
    return result * (sampled + to_start + to_end) / sampled


def main():
    lines = ["# TYPE shop_order_value_eur counter"]
    for pod, samples in PODS.items():
        lines += [f'shop_order_value_eur_total{{pod="{pod}"}} {value} {at:.0f}' for at, value in samples]
    (HERE / "samples.om").write_text("\n".join(lines) + "\n")
    expected = {}
    for month in (9, 10, 11):
        start, end = instant(2026, month, 1), min(instant(2026, month + 1, 1), NOW)
        parts = [increase(samples, start, end) for samples in PODS.values()]
        expected[f"2026-{month:02}"] = sum(part for part in parts if part is not None)
    (HERE / "expected.json").write_text(json.dumps(expected, indent=2) + "\n")


main()
