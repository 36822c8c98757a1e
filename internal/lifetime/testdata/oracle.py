"""Writes oracle.json into the current folder: the models from first principles. Debian: python3-scipy.

Expected purchases and the probability of being alive are integrals over what is known of a customer's rate and probability
of leaving, not the formulas of the papers. Fits are scipy's, polished from several starts, to data drawn here.
"""

import json

import numpy as np
from scipy.optimize import minimize
from scipy.special import beta, gammaln, roots_jacobi, roots_legendre


def customer(r, alpha, a, b, x, recency, age, time, discount):
    """Log-likelihood, probability of being alive, and expected purchases plain and discounted, by quadrature over the
    probability of leaving and over time to come. The rate is integrated by hand: the mean of λ^k·e^(−λs) over its gamma
    distribution is Γ(r+k)/Γ(r) · α^r/(α+s)^(r+k)."""
    p, weight = roots_jacobi(300, b - 1, a - 1)
    p, weight = (p + 1) / 2, weight / 2 ** (a + b - 1) / beta(a, b)
    t, dt = roots_legendre(60)
    edges = time * np.array([0, 1 / 256, 1 / 64, 1 / 16, 1 / 4, 1])
    t, dt = (np.concatenate([lo + (hi - lo) * (t + 1) / 2 for lo, hi in zip(edges, edges[1:])]),
             np.concatenate([(hi - lo) / 2 * dt for lo, hi in zip(edges, edges[1:])]))

    def power(k, s):
        return np.exp(gammaln(r + k) - gammaln(r) + r * np.log(alpha) - (r + k) * np.log(alpha + s))

    alive = np.sum(weight * (1 - p) ** x) * power(x, age)
    left = np.sum(weight * p * (1 - p) ** (x - 1)) * power(x, recency) if x else 0.0
    rate = (weight * (1 - p) ** x) @ power(x + 1, age + np.outer(p, t)) / (alive + left)
    return {
        "r": r, "alpha": alpha, "a": a, "b": b, "frequency": x, "recency": recency, "age": age, "time": time,
        "discount": discount, "log_likelihood": np.log(alive + left), "alive": alive / (alive + left),
        "purchases": np.sum(rate * dt), "discounted": np.sum(rate * np.exp(-discount * t) * dt),
    }


def best(f, k):
    """The lowest of f over positive parameters."""
    found = []
    for start in (0.0, 0.7, -0.5):
        theta = np.full(k, start)
        for _ in range(6):
            theta = minimize(f, theta, method="Nelder-Mead", options=dict(xatol=1e-13, fatol=1e-14, maxiter=4000)).x
        found.append((f(theta), theta))
    low, theta = min(found, key=lambda p: p[0])
    return np.exp(theta), -low


def drawn(n):
    """Customers of known parameters, in days, with a mean spend."""
    rng = np.random.default_rng(7)
    rows = []
    for _ in range(n):
        age, rate, p = int(rng.integers(30, 400)), rng.gamma(0.6, 1 / 20), rng.beta(0.9, 3)
        at, x, recency = 0.0, 0, 0.0
        while True:
            at += rng.exponential(1 / rate)
            if at > age:
                break
            x, recency = x + 1, at
            if rng.random() < p:
                break
        spend = rng.gamma(4 * x, 1 / (x * rng.gamma(3.5, 1 / 20))) if x else 0.0
        rows.append([x, round(recency), age, round(spend, 2)])
    return rows


def fits(rows):
    x, recency, age, spend = np.array(rows, float).T

    def bgnbd(theta):
        r, alpha, a, b = np.exp(theta)
        some = np.maximum(x, 1)
        alive = -(r + x) * np.log(alpha + age)
        left = np.where(x > 0, np.log(a) - np.log(b + some - 1) - (r + x) * np.log(alpha + recency), -np.inf)
        return -np.sum(gammaln(r + x) - gammaln(r) + r * np.log(alpha) + gammaln(a + b) + gammaln(b + x)
                       - gammaln(b) - gammaln(a + b + x) + np.logaddexp(alive, left))

    k, z = x[x > 0], spend[x > 0]

    def gamma_gamma(theta):
        p, q, v = np.exp(theta)
        return -np.sum(gammaln(p * k + q) - gammaln(p * k) - gammaln(q) + q * np.log(v) + (p * k - 1) * np.log(z)
                       + p * k * np.log(k) - (p * k + q) * np.log(v + k * z))

    b, b_value = best(bgnbd, 4)
    g, g_value = best(gamma_gamma, 3)
    return {"rows": rows, "bgnbd": list(b), "bgnbd_log_likelihood": b_value, "gamma_gamma": list(g),
            "gamma_gamma_log_likelihood": g_value, "correlation": np.corrcoef(k, z)[0, 1]}


cdnow = (0.243, 4.414, 0.793, 2.426)
json.dump({
    "customers": [customer(*model, *history, time, discount) for model, histories in (
        (cdnow, [(0, 0, 38.86), (2, 30.43, 38.86), (26, 30.86, 31), (1, 0, 5)]),
        ((1.3, 12, 1, 2.2), [(0, 0, 0), (3, 20, 52), (40, 100, 104)]),
        ((12, 90, 0.4, 0.7), [(0, 0, 10), (6, 31, 60)]),
        ((0.4, 3, 6, 9), [(0, 0, 25), (5, 24, 26)]),
        ((40, 300, 0.5, 0.5), [(0, 0, 10), (6, 31, 60)]),
        ((40, 4, 0.5, 0.5), [(460, 95, 96)]),
        ((0.5, 3, 60, 90), [(0, 0, 25), (3, 2, 26)]),
    ) for history in histories for time, discount in ((52, 0.0015), (500, 0.01))],
    "fit": fits(drawn(400)),
}, open("oracle.json", "w"), indent=None, separators=(",", ":"))
