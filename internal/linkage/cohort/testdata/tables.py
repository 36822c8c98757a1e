"""Writes tables.json into the current folder: single tables at several confidences. Debian: python3-statsmodels."""

import json

from scipy import stats
from statsmodels.stats.contingency_tables import Table2x2
from statsmodels.stats.proportion import confint_proportions_2indep

# Outcomes and others of the best cohort, outcomes and others of the worst.
tables = [(182, 18, 140, 60), (96, 144, 48, 192), (9, 1, 5, 5), (3, 97, 20, 80), (40, 10, 950, 250), (6, 0, 2, 9),
          (7, 493, 1, 499), (700, 300, 100, 900)]


def described(a, b, c, d, confidence):
    table, alpha = Table2x2([[a, b], [c, d]], shift_zeros=False), 1 - confidence
    return {
        "table": [a, b, c, d], "confidence": confidence,
        "difference": a / (a + b) - c / (c + d),
        "newcombe": confint_proportions_2indep(a, a + b, c, c + d, method="newcomb", compare="diff", alpha=alpha),
        "ratio": table.riskratio, "katz": table.riskratio_confint(alpha),
        "odds": None if b == 0 else table.oddsratio, "woolf": None if b == 0 else table.oddsratio_confint(alpha),
        "expected": stats.contingency.expected_freq([[a, b], [c, d]]).min(),
        "chi2_p": stats.chi2_contingency([[a, b], [c, d]], correction=False)[1],
        "fisher_p": stats.fisher_exact([[a, b], [c, d]])[1],
    }


with open("tables.json", "w") as file:
    json.dump([described(*t, confidence) for t in tables for confidence in (0.8, 0.95, 0.99)], file)
