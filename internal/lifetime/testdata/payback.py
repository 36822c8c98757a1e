"""Writes payback.json into the current folder: months of payback with their intervals from customers' amounts. Debian: python3-scipy.

The interval is written as the set of months that are not rejected: month T is rejected if the balance at its end lies clearly
below the cost of acquisition, or if that of a month before it, and of every month from there on, lies clearly above.
"""

import json

import numpy as np
from scipy import stats


def answer(what, acquisition, nets):
    nets = np.array(nets, float)
    n, months = nets.shape
    mean = nets.mean(axis=0)
    low, high = stats.t.interval(0.95, n - 1, loc=mean, scale=stats.sem(nets, axis=0))
    first = lambda hits: int(np.argmax(hits)) + 1 if hits.any() else 0
    kept = [t for t in range(1, months + 2) if (t > months or high[t - 1] >= acquisition)
            and not any((low[s - 1:] >= acquisition).all() for s in range(1, t))]
    return {"what": what, "acquisition": acquisition, "nets": nets.tolist(), "month": first(mean >= acquisition),
            "earliest": kept[0] if kept[0] <= months else 0, "latest": kept[-1] if kept[-1] <= months else 0}


def drawn(seed, customers, months, mean, spread, drop=0.0):
    random = np.random.default_rng(seed)
    each = random.normal(mean, spread, (customers, months)) + random.normal(0, spread / 3, (customers, 1))
    each[:, months // 2:] -= drop
    return np.round(np.cumsum(each, axis=1), 2)


json.dump([
    answer("paid back within the months", 60, drawn(1, 40, 12, 10, 15)),
    answer("not surely paid back", 60, drawn(2, 12, 8, 10, 25)),
    answer("surely not paid back", 500, drawn(3, 40, 12, 10, 15)),
    answer("not paid back, but it may be so", 110, drawn(4, 15, 8, 10, 15)),
    answer("paid back at once", 5, drawn(5, 40, 6, 20, 10)),
    answer("paid back, then lost again", 40, drawn(6, 60, 12, 10, 10, drop=16)),
], open("payback.json", "w"), separators=(",", ":"))
