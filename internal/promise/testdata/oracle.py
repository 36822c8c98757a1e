"""Numbers of promises by scipy, for oracle_test.go: python3 oracle.py > oracle.json

Written from the definitions (docs/promises.md), not from the Go code: exact intervals by the beta distribution at the
effective sample size, the dispersion by Laney's moving ranges, burn rates by plain division.
"""
import json
import math

import numpy as np
from scipy.stats import beta

RANDOM = np.random.default_rng(20261122)


def days(*parts, rows=200):
    """Draws days: (number, bad share) each."""
    out = []
    for number, share in parts:
        for _ in range(number):
            n = int(RANDOM.poisson(rows))
            out.append({"n": n, "bad": int(RANDOM.binomial(n, share)) if n else 0})
    return out


def used(day):
    return not day.get("missing") and day["n"] > 0


def effect(day):
    return max(1.0, day["n"] / day["effective"]) if day.get("effective") else 1.0


def dispersion(window):
    seen = [d for d in window if used(d)]
    n = sum(d["n"] for d in seen)
    p = sum(d["bad"] for d in seen) / n
    if p in (0, 1) or len(seen) < 8:
        return 1.0
    z = np.array([(d["bad"] / d["n"] - p) / math.sqrt(p * (1 - p) * effect(d) / d["n"]) for d in seen])
    sigma = np.abs(np.diff(z)).mean() / 1.1283791670955126  # 2/sqrt(pi)
    return max(1.0, sigma**2)


def burn(part, phi, allowed, level):
    seen = [d for d in part if used(d)]
    n, bad = sum(d["n"] for d in seen), sum(d["bad"] for d in seen)
    if n == 0:
        return {"n": 0, "bad": 0}
    deff = phi * sum(d["n"] * effect(d) for d in seen) / n
    x, m, tail = bad / deff, n / deff, (1 - level) / 2
    lower = beta.ppf(tail, x, m - x + 1) if bad > 0 else 0.0
    upper = beta.isf(tail, x + 1, m - x) if bad < n else 1.0
    return {"n": n, "bad": bad, "burn": bad / n / allowed, "lower": lower / allowed, "upper": upper / allowed}


def burning(pair, threshold):
    long, short = pair
    return long.get("lower", 0) > threshold and short.get("burn", threshold) >= threshold


def case(name, allowed, over, series):
    window = series[-over:]
    first = next(i for i, d in enumerate(window) if d["n"] > 0 or d.get("missing"))
    window = window[first:]
    level, phi = 1 - 0.05 / over, dispersion(window)
    whole = burn(window, phi, allowed, level)
    part = len(window) / over
    quarter = max(1, round(over / 4))
    fast, slow = [tuple(burn(window[-k:], phi, allowed, level) for k in pair) for pair in ((2, 1), (quarter, 2))]
    verdict = "Kept"
    if burning(fast, over / 8):
        verdict = "BurningFast"
    elif part * whole["lower"] >= 1:
        verdict = "BudgetSpent"
    elif burning(slow, 1):
        verdict = "BurningSlowly"
    elif part * whole["burn"] >= 1:
        verdict = "Inconclusive"
    return {
        "name": name, "allowed": allowed, "over": over, "series": series, "verdict": verdict,
        "level": level, "dispersion": phi, "budget": whole,
        "remaining": 1 - part * whole["burn"], "remainingLower": 1 - part * whole["upper"], "remainingUpper": 1 - part * whole["lower"],
        "fastThreshold": over / 8,
        "fastLong": fast[0], "fastShort": fast[1], "slowLong": slow[0], "slowShort": slow[1],
    }


clustered = days((20, 0.05), (8, 0.11))
for i, d in enumerate(clustered):
    d["effective"] = round(d["n"] / (1.5 + (i % 4) / 2), 3)
bursts = [days((1, RANDOM.beta(2, 60)), rows=400)[0] for _ in range(28)]
holed = days((22, 0.02), (6, 0.03))
holed[25] = {"n": 0, "bad": 0}
holed[24]["missing"] = True
busy = days((21, 0.03), (7, 0.035), rows=20000)
print(json.dumps([
    case("burns not at all", 0.05, 28, days((35, 0.025))),
    case("burns slowly", 0.05, 28, days((28, 0.025), (7, 0.11))),
    case("burns fast", 0.05, 28, days((33, 0.025), (2, 0.45))),
    case("burnt down", 0.05, 28, days((20, 0.08), (8, 0.05))),
    case("a handful a day", 0.1, 28, days((28, 0.05), rows=5)),
    case("several rows of a customer", 0.05, 28, clustered),
    case("bad days among good ones", 0.05, 28, bursts),
    case("a day without customers, one with suspect data", 0.05, 28, holed),
    case("the data have just begun", 0.05, 28, [{"n": 0, "bad": 0}] * 25 + days((3, 0.05))),
    case("twenty thousand a day", 0.03, 28, busy),
    case("thirteen weeks, nothing bad", 0.02, 13, days((13, 0.0))),
], indent=1))
