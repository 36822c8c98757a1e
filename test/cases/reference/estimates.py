"""Values with their 95 % intervals, by scipy and statsmodels. Shares and ratios are 0-1, NPS is in points."""

import math

import numpy
import statsmodels.api as sm
from scipy.stats import norm, t
from statsmodels.stats.proportion import proportion_confint

ALPHA = 0.05
Z = norm.ppf(1 - ALPHA / 2)


def nothing():
    return {"value": None, "lower": None, "upper": None, "n": 0, "numerator": None, "denominator": None}


def nps(promoters, passives, detractors):
    """Adjusted Wald (Rocks 2016): three answers added, a quarter each way less passives; clipped to the scale."""
    n = promoters + passives + detractors
    if n == 0:
        return nothing()
    p, d = (promoters + 0.75) / (n + 3), (detractors + 0.75) / (n + 3)
    centre = p - d
    error = math.sqrt((p + d - centre**2) / (n + 3))
    return {
        "value": 100 * (promoters - detractors) / n,
        "lower": max(-100.0, 100 * (centre - Z * error)),
        "upper": min(100.0, 100 * (centre + Z * error)),
        "n": n, "numerator": promoters - detractors, "denominator": n,
        "detail": {"promoters": promoters, "passives": passives, "detractors": detractors},
    }


def share(successes, n):
    """Wilson."""
    if n == 0:
        return nothing()
    lower, upper = proportion_confint(successes, n, ALPHA, method="wilson")
    return {"value": successes / n, "lower": lower, "upper": upper, "n": n, "numerator": successes, "denominator": n}


def clustered_share(flags, entities):
    """Wilson on n_eff = p(1-p)/SE², at most n, SE cluster-robust (CR1) by entity; n_eff = entities where SE is 0 or p is 0 or 1."""
    n, clusters = len(flags), len(set(entities))
    if n == 0:
        return nothing()
    successes = int(sum(flags))
    p = successes / n
    effective = float(clusters)
    if 0 < p < 1 and clusters > 1:
        codes = numpy.unique(entities, return_inverse=True)[1]
        fit = sm.OLS(numpy.asarray(flags, float), numpy.ones(n)).fit(cov_type="cluster", cov_kwds={"groups": codes})
        variance = fit.bse[0] ** 2
        if variance > 1e-18:
            effective = min(p * (1 - p) / variance, n)
    lower, upper = proportion_confint(p * effective, effective, ALPHA, method="wilson")
    return {"value": p, "lower": lower, "upper": upper, "n": n, "numerator": successes, "denominator": n,
            "entities": clusters, "effectiveN": effective}


def ratio_of_sums(y, x, at_most=math.inf):
    """Σy/Σx with the linearised error, t on n-1. The same as a regression of y/x weighted by x with HC1 errors."""
    n = len(x)
    total = float(sum(x))
    if n == 0 or total == 0:
        return nothing()
    y, x = numpy.asarray(y, float), numpy.asarray(x, float)
    result = {"value": y.sum() / total, "lower": None, "upper": None, "n": n, "numerator": float(y.sum()), "denominator": total}
    if n > 1:
        fit = sm.WLS(y / x, numpy.ones(n), weights=x).fit(cov_type="HC1")
        margin = t.ppf(1 - ALPHA / 2, n - 1) * fit.bse[0]
        result["lower"] = max(0.0, result["value"] - margin)
        result["upper"] = min(at_most, result["value"] + margin)
    return result
