"""Writes oracle.json into the current folder: what scipy says to the same series. Debian: python3-scipy."""

import json

import numpy as np
from scipy import stats

rng = np.random.default_rng(11)


def trend(periods, values):
    periods, values = np.array(periods, float), np.array(values, float)
    slope, _, low, high = stats.theilslopes(values, periods, 0.95)
    tau = stats.kendalltau(periods, values, method="exact" if len(set(values)) == len(values) else "asymptotic")
    return {"period": periods.tolist(), "value": values.tolist(), "slope": slope, "lower": low, "upper": high,
            "exact_p": tau.pvalue if len(set(values)) == len(values) else None}


def funnel(limits, scale):
    return [{"n": n, **{name: [q(level[0]) / scale(n), q(level[1]) / scale(n)]
                        for name, level in {"warning": (0.025, 0.975), "control": (0.001, 0.999)}.items()}}
            for n, q in limits]


shares = [(30, 24), (100, 61), (1000, 702), (12, 12), (400, 301)]
rates = [(4800, 12), (5000, 25), (250, 3), (90000, 201)]
share = sum(k for _, k in shares) / sum(n for n, _ in shares)
rate = sum(k for _, k in rates) / sum(n for n, _ in rates)
history = rng.normal(40, 2, 11)

print(json.dumps({
    "trends": [
        trend(range(12), rng.normal(0, 1, 12)),
        trend([1, 2, 3, 5, 6, 9, 10, 14], [3.1, 2.9, 3.6, 4.4, 4.0, 5.2, 4.9, 7.3]),
        trend(range(50), np.arange(50) * 0.01 + rng.normal(0, 1, 50)),
        trend(range(40), np.arange(40) * 0.2 + np.round(rng.normal(0, 2, 40))),
    ],
    "shares": {"units": shares, "overall": share,
               "limits": funnel([(n, stats.binom(n, share).ppf) for n, _ in shares], lambda n: n)},
    "rates": {"units": rates, "overall": rate,
              "limits": funnel([(e, stats.poisson(rate * e).ppf) for e, _ in rates], lambda e: e)},
    "spread": {"history": history.tolist(), "median": float(np.median(history)),
               "mad": float(stats.median_abs_deviation(history, scale="normal"))},
}), file=open("oracle.json", "w"))
