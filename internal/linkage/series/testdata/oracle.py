"""Writes unitroots.json into the current folder: what statsmodels says to the series of period_links.json about unit roots, and
of changes on changes. Debian: python3-statsmodels."""

import json
import warnings

import numpy as np
import statsmodels.api as sm
from statsmodels.tsa.stattools import adfuller, kpss

warnings.simplefilter("ignore")
given = json.load(open("period_links.json"))
bj = json.load(open("oracle.json"))["bjsales"]
series = {"nps": given["series36"]["nps"], "renewal": given["series36"]["renewal"], "cpi": given["spurious"]["cpi"],
          "kpi": given["spurious"]["kpi"], "lead": bj["lead"], "sales": bj["sales"]}
series |= {"changes of " + name: np.diff(x).tolist() for name, x in series.items()}


def roots(x):
    statistic, p, lags, rows, critical, _ = adfuller(x, autolag="AIC")
    return {"statistic": statistic, "p": p, "lags": lags, "rows": rows, "critical": critical,
            "kpss": dict(zip(("statistic", "p", "lags"), kpss(x, nlags=int(4 * (len(x) / 100) ** 0.25))[:3]))}


dx, dy = np.diff(series["nps"]), np.diff(series["renewal"])
fit = sm.OLS(dy[2:], sm.add_constant(dx[:-2])).fit()
hac = fit.get_robustcov_results("HAC", maxlags=3, use_correction=True)
margin = 2.0395134463964077  # t(31), 95 %
out = {"roots": {name: roots(x) for name, x in series.items()},
       "changes": {"slope": fit.params[1], "se": hac.bse[1], "n": int(fit.nobs),
                   "lower": fit.params[1] - margin * hac.bse[1], "upper": fit.params[1] + margin * hac.bse[1]}}
json.dump(out, open("unitroots.json", "w"), indent=1)
