#!/usr/bin/python3
# Numbers of rates and conversions, by scipy and statsmodels: python3 joined.py > joined.json
import json

import numpy as np
import scipy
import statsmodels
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

Z = stats.norm.ppf(.975)


def garwood(k, exposure):
    return [stats.chi2.ppf(.025, 2 * k) / 2 / exposure if k else 0., stats.chi2.ppf(.975, 2 * k + 2) / 2 / exposure]


def wilson(k, n):  # k may be fractional
    p, d = k / n, 1 + Z * Z / n
    half = Z / d * np.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    centre = (p + Z * Z / (2 * n)) / d
    return [centre - half, centre + half]


# Complaints per 1,000 orders; faults per customer-month; none in 4,800 orders.
rates = [{"events": k, "exposure": e, "per": per, "rate": per * k / e, "garwood": [per * x for x in garwood(k, e)]}
         for k, e, per in ((12, 4800, 1000), (60, 1065, 1), (0, 4800, 1000))]

# Complaints of customers who complain more than once, per 1,000 of 4,800 orders: each customer is an arrival.
complaints = [1, 1, 2, 1, 3, 1, 1, 2]
total, error = sum(complaints), np.sqrt(sum(c * c for c in complaints))
arrivals = {"complaints": complaints, "exposure": 4800, "rate": 1000 * total / 4800,
            "interval": [1000 * (total + s * Z * error) / 4800 for s in (-1, 1)]}

# Faults and hours of machines, of eight customers: ΣY/ΣX is the slope of Y/X weighted by X, with errors by customer.
customer = np.array([0, 0, 1, 1, 1, 2, 3, 3, 4, 5, 6, 6, 7])
faults = np.array([1, 0, 2, 1, 0, 0, 3, 1, 0, 1, 0, 0, 2.])
hours = np.array([100, 80, 120, 90, 60, 200, 150, 110, 70, 95, 130, 85, 140.])
fit = sm.WLS(faults / hours, np.ones(len(hours)), weights=hours).fit(
    cov_type="cluster", cov_kwds={"groups": customer, "use_correction": False})
clusters = len(set(customer))
error = fit.bse[0] * np.sqrt(clusters / (clusters - 1))
t = stats.t.ppf(.975, clusters - 1)
machines = {"customer": customer.tolist(), "faults": faults.tolist(), "hours": hours.tolist(), "rate": fit.params[0], "se": error,
            "interval": [fit.params[0] + s * t * error for s in (-1, 1)]}

# First orders: 96 of 240 bought again; loyal customers recognised.
shares = [{"hits": k, "n": n, "share": k / n, "wilson": list(proportion_confint(k, n, method="wilson"))} for k, n in ((96, 240), (1830, 2600))]

# Every contact, of ten customers: those with many contacts come back more. Errors by customer.
customer = np.array([0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 4, 5, 6, 7, 8, 9])
again = np.array([1, 1, 1, 1, 0, 1, 1, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0.])
fit = sm.OLS(again, np.ones(len(again))).fit(cov_type="cluster", cov_kwds={"groups": customer, "use_correction": False})
clusters = len(set(customer))
error, p = fit.bse[0] * np.sqrt(clusters / (clusters - 1)), fit.params[0]
effective = p * (1 - p) / error ** 2
contacts = {"customer": customer.tolist(), "again": again.tolist(), "share": p, "se": error, "effective": effective,
            "wilson": wilson(p * effective, effective)}

versions = {"numpy": np.__version__, "scipy": scipy.__version__, "statsmodels": statsmodels.__version__}
print(json.dumps({"_versions": versions, "rates": rates, "arrivals": arrivals, "machines": machines, "shares": shares, "contacts": contacts}, indent=1))
