"""Case 08: what a customer is worth, by maximum likelihood from the raw orders. The models are taken from first principles:
expected purchases are integrals over what is known of a customer's rate and probability of leaving, and the error is that of
the stacked estimating equations (score of BG/NBD, score of Gamma-Gamma, mean), with derivatives by differences."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy
from scipy.optimize import minimize
from scipy.special import beta, gammaln, roots_jacobi, roots_legendre
from scipy.stats import t as student

from . import database, estimates, periods, shop

CALIBRATED, HORIZON, DISCOUNT, WEEK = date(2024, 1, 1), 52, 0.08, 7
MIN_CUSTOMERS, MIN_REPEAT = 100, 50
TOLERANCE = 1e-5  # relative: the fit stops where the likelihood is flat, and derivatives are differences
PARAMETERS = ("r", "alpha", "a", "b")


def histories(made, known):
    """For each period the customers' repeat purchases, weeks from the first to the last, weeks from the first to the last day
    that has begun, and mean spend on the days but the first."""
    rows = database.rows("WITH " + database.windows(made) + f""", {shop.ORDERS}
        SELECT label, customer_id AS customer, paid_at::date AS day, sum(net_eur) AS spent FROM windows
        JOIN orders_judged ON paid < least(until, timestamptz '{known.isoformat()}')
        WHERE dropped IS NULL AND customer_id IS NOT NULL AND net_eur IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3""")
    found = {}
    for row in rows:
        found.setdefault(row["label"], {}).setdefault(row["customer"], []).append((date.fromisoformat(row["day"]), float(row["spent"])))
    result = {}
    for period in made:
        last = (min(period.end, known) - timedelta(seconds=1)).astimezone(ZoneInfo(shop.BERLIN)).date()
        customers = []
        for bought in found.get(period.label, {}).values():
            first, x = bought[0][0], len(bought) - 1
            if first >= CALIBRATED:
                customers.append((x, (bought[-1][0] - first).days / WEEK, (last - first).days / WEEK,
                                  sum(spent for _, spent in bought[1:]) / x if x else 0.0))
        result[period.label] = numpy.array(customers, float).reshape(-1, 4)
    return result


def bgnbd(theta, x, recency, age):
    """Log-likelihood of each customer."""
    r, alpha, a, b = numpy.exp(theta)
    some = numpy.maximum(x, 1)
    left = numpy.where(x > 0, numpy.log(a) - numpy.log(b + some - 1) - (r + x) * numpy.log(alpha + recency), -numpy.inf)
    return (gammaln(r + x) - gammaln(r) + r * numpy.log(alpha) + gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
            + numpy.logaddexp(-(r + x) * numpy.log(alpha + age), left))


def gamma_gamma(theta, x, spend):
    """Log-likelihood of each customer's mean spend; 0 of those who say nothing of it."""
    p, q, v = numpy.exp(theta)
    tells = (x > 0) & (spend > 0)
    k, z = numpy.where(tells, x, 1), numpy.where(tells, spend, 1)
    return numpy.where(tells, gammaln(p * k + q) - gammaln(p * k) - gammaln(q) + q * numpy.log(v) + (p * k - 1) * numpy.log(z)
                       + p * k * numpy.log(k) - (p * k + q) * numpy.log(v + k * z), 0)


def slopes(f, theta, step=1e-4):
    """Derivatives of f, one row a parameter."""
    return numpy.array([(f(theta + step * unit) - f(theta - step * unit)) / (2 * step) for unit in numpy.eye(len(theta))])


def best(likelihood, k):
    """The parameters, as logarithms, of highest likelihood: by simplex from several starts, the best polished by Newton's steps."""
    found = []
    for start in (0.0, 0.7, -0.5):
        theta = numpy.full(k, start)
        for _ in range(3):
            theta = minimize(lambda at: -numpy.sum(likelihood(at)), theta, method="Nelder-Mead", options=dict(xatol=1e-9, fatol=1e-10, maxiter=4000)).x
        found.append((numpy.sum(likelihood(theta)), theta))
    theta = max(found, key=lambda pair: pair[0])[1]
    for _ in range(3):
        gradient = lambda at: slopes(lambda at: numpy.sum(likelihood(at)), at)
        theta = theta - numpy.linalg.solve(slopes(gradient, theta, 3e-4), gradient(theta))
    return numpy.sum(likelihood(theta)), theta


def ahead(theta, x, recency, age):
    """Of each customer the expected purchases, plain and discounted, and the probability of not having left: by quadrature
    over the probability of leaving and over the time to come. The rate is integrated by hand: the mean of rate^k exp(-rate s)
    over its gamma distribution is G(r+k)/G(r) alpha^r/(alpha+s)^(r+k)."""
    r, alpha, a, b = numpy.exp(theta)
    p, weight = roots_jacobi(120, b - 1, a - 1)
    p, weight = (p + 1) / 2, weight / 2 ** (a + b - 1) / beta(a, b)
    node, width = roots_legendre(12)
    edges = HORIZON * numpy.array([0, 1 / 64, 1 / 16, 1 / 4, 1])
    t = numpy.concatenate([low + (high - low) * (node + 1) / 2 for low, high in zip(edges, edges[1:])])
    dt = numpy.concatenate([(high - low) / 2 * width for low, high in zip(edges, edges[1:])])
    worth = numpy.exp(-numpy.log1p(DISCOUNT) / (365.25 / WEEK) * t)

    def power(k, s):
        return numpy.exp(gammaln(r + k) - gammaln(r) + r * numpy.log(alpha) - (r + k) * numpy.log(alpha + s))

    histories, place = numpy.unique(numpy.stack([x, recency, age], axis=1), axis=0, return_inverse=True)
    found = []
    for n, last, old in histories:
        stays = weight * (1 - p) ** n
        alive = stays.sum() * power(n, old)
        left = numpy.sum(weight * p * (1 - p) ** (n - 1)) * power(n, last) if n else 0.0
        rate = stays @ power(n + 1, old + numpy.outer(p, t)) / (alive + left)
        found.append((rate @ dt, rate @ (dt * worth), alive / (alive + left)))
    return numpy.array(found)[place.ravel()].T


def value(customers):
    """Mean discounted value of the customers with its interval on a logarithmic scale."""
    n = len(customers)
    x, recency, age, spend = customers.T
    repeat = int((x > 0).sum())
    if n < MIN_CUSTOMERS or repeat < MIN_REPEAT:
        return {**estimates.nothing(), "n": n, "detail": {"repeatBuyers": repeat},
                "reason": "TooFewCustomers" if n < MIN_CUSTOMERS else "TooFewRepeatBuyers"}
    likelihood, buys = best(lambda at: bgnbd(at, x, recency, age), 4)
    _, spends = best(lambda at: gamma_gamma(at, x, spend), 3)
    theta = numpy.concatenate([buys, spends])

    def worth(theta):
        p, q, v = numpy.exp(theta[4:])
        return ahead(theta[:4], x, recency, age)[1] * p * (v + x * spend) / (p * x + q - 1)

    def equations(theta):  # the scores; zero on average at the fit
        return numpy.concatenate([slopes(lambda at: bgnbd(at, x, recency, age), theta[:4]), slopes(lambda at: gamma_gamma(at, x, spend), theta[4:])])

    each = worth(theta)
    mean = each.mean()
    curvature = slopes(lambda at: equations(at).mean(axis=1), theta, 3e-4)
    pull = slopes(lambda at: worth(at).mean(), theta)
    influence = each - mean - pull @ numpy.linalg.solve(curvature.T, equations(theta))
    second, fourth = (influence**2).mean(), (influence**4).mean()
    error, freedom = numpy.sqrt(second / (n - 1)), 2 * n / (fourth / second**2 - 1)
    factor = numpy.exp(student.ppf(1 - estimates.ALPHA / 2, freedom) * error / mean)
    purchases, _, alive = ahead(buys, x, recency, age)
    tells = (x > 0) & (spend > 0)
    return {"value": mean, "lower": mean / factor, "upper": mean * factor, "n": n, "numerator": None, "denominator": None, "entities": n,
            "detail": {"repeatBuyers": repeat, **dict(zip(PARAMETERS, numpy.exp(buys))), "logLikelihood": likelihood,
                       "purchases": purchases.mean(), "alive": alive.mean(), "correlation": numpy.corrcoef(x[tells], spend[tells])[0, 1]}}


def definitions(marks):
    mark = marks["shop/orders"]
    made = periods.quarters(periods.SHOWN, shop.BERLIN)
    customers = histories(made, min(mark, periods.NOW))
    read = shop.counts(made, shop.ORDERS, "orders_judged", "paid")
    return {"shop/KPITarget/clv-12m": {**shop.finish(made, mark, read, lambda label: value(customers[label])), "tolerance": TOLERANCE}}
