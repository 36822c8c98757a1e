"""Writes enough.json: sizes of two groups by statsmodels' power analysis of the normal distribution.

An effect that n units each show at the two-sided p has the size z(1-p/2)/sqrt(n/2). How many units each show it at the
level bar with a power of 80 %?  python3 enough.py > enough.json  (statsmodels)
"""

import json
import math

from scipy.stats import norm
from statsmodels.stats.power import NormalIndPower

cases = []
for n in (30, 200, 1500):
    for p, bar in ((0.04, 0.05), (0.04, 0.01), (0.02, 0.05 / 12), (0.0499, 0.0001)):
        effect = norm.isf(p / 2) / math.sqrt(n / 2)
        size = NormalIndPower().solve_power(effect_size=effect, alpha=bar, power=0.8, alternative="two-sided")
        cases.append({"n": n, "p": p, "bar": bar, "each": float(size)})
print(json.dumps(cases, indent=1))
