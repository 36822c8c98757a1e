# Writes oracle.json into the current folder: what R says to the same inputs.
# Debian: r-base-core r-cran-survey r-cran-epir r-cran-jsonlite.
suppressMessages({library(survey); library(epiR); library(jsonlite)})

rates <- function(k1, e1, k2, e2) {
  test <- poisson.test(c(k1, k2), c(e1, e2))
  n <- k1 + k2; p <- e1 / (e1 + e2)
  list(input = c(k1, e1, k2, e2), exact = test$conf.int, likelihood = test$p.value,
       central = min(1, 2 * min(pbinom(k1, n, p), pbinom(k1 - 1, n, p, lower.tail = FALSE))))
}

# Ranks of the bounding order statistics by qbinom.
quantiles <- function(x, q, level = 0.95) {
  n <- length(x); l <- qbinom((1 - level) / 2, n, q); u <- qbinom((1 + level) / 2, n, q) + 1
  list(x = sort(x), q = q, level = level, type7 = unname(quantile(x, q, type = 7)), l = l, u = u,
       coverage = pbinom(u - 1, n, q) - pbinom(l - 1, n, q))
}

# Strata as rows of a survey; 1 for, -1 against, 0 neither.
strata <- function(population, plus, minus, n) {
  rows <- do.call(rbind, lapply(seq_along(n), function(h)
    data.frame(h = h, w = population[h] / n[h],
               y = c(rep(1, plus[h]), rep(-1, minus[h]), rep(0, n[h] - plus[h] - minus[h])))))
  sizes <- data.frame(h = seq_along(n), Freq = population)
  design <- svydesign(ids = ~1, strata = ~h, weights = ~w, data = rows)
  mean <- svymean(~y, design)
  list(population = population, plus = plus, minus = minus, n = n, value = coef(mean)[[1]], se = SE(mean)[[1]],
       kish = sum(rows$w)^2 / sum(rows$w^2))
}

fieller <- function(y, x, level = 0.95) {
  # The roots of (ybar - R xbar)^2 = t^2 var(ybar - R xbar).
  n <- length(y); t2 <- qt((1 + level) / 2, n - 1)^2
  v <- cov(cbind(y, x)) / n
  a <- mean(x)^2 - t2 * v[2, 2]; b <- -2 * (mean(x) * mean(y) - t2 * v[1, 2]); c <- mean(y)^2 - t2 * v[1, 1]
  list(y = y, x = x, g = t2 * v[2, 2] / mean(x)^2, interval = sort(Re(polyroot(c(c, b, a)))))
}

misclassified <- function(hits, n, se, sp) {
  found <- suppressWarnings(epi.prev(hits, n, se, sp, method = "wilson", units = 1))$tp
  list(hits = hits, n = n, se = se, sp = sp, value = found$est, interval = c(found$lower, found$upper))
}

welch <- function(a, b) {
  test <- t.test(a, b)
  list(a = a, b = b, t = test$statistic[[1]], freedom = test$parameter[[1]], p = test$p.value, interval = test$conf.int)
}

set.seed(3)
skewed <- round(rexp(400, 1 / 30), 2)
out <- list(
  rates = list(rates(25, 5000, 12, 4800), rates(12, 4800, 25, 5000), rates(0, 100, 5, 80), rates(7, 10, 0, 30),
               rates(3, 1, 3, 1), rates(4, 1, 3, 1), rates(1500, 2e5, 1400, 2e5), rates(60210, 3e6, 61111, 3.1e6)),
  quantiles = list(quantiles(skewed, 0.5), quantiles(skewed, 0.9), quantiles(skewed, 0.99), quantiles(skewed, 0.05, 0.9),
                   quantiles(round(skewed), 0.5), quantiles(skewed[1:10], 0.9), quantiles(skewed[1:5], 0.5), quantiles(7, 0.5)),
  ranges = list(binomial = lapply(list(c(20, 0.1), c(500, 0.8), c(1e6, 0.5), c(1e8, 0.02), c(5, 0)), function(a)
                  list(n = a[1], p = a[2], r95 = qbinom(c(0.025, 0.975), a[1], a[2]), r998 = qbinom(c(0.001, 0.999), a[1], a[2]))),
                poisson = lapply(c(0, 0.5, 12, 1e4, 1e8), function(m)
                  list(mean = m, r95 = qpois(c(0.025, 0.975), m), r998 = qpois(c(0.001, 0.999), m)))),
  strata = list(strata(c(8000, 2000), c(20, 60), c(20, 5), c(50, 100)),
                strata(c(500, 300, 200), c(9, 4, 2), c(1, 0, 3), c(12, 5, 6))),
  fieller = list(fieller(c(100, 260, 0, 60, 120, 40, 330, 0, 150), c(100, 200, 50, 80, 120, 40, 300, 60, 150)),
                 fieller(c(3, 1, 4, 1, 5, 9), c(2, 7, 1, 8, 2, 8)),
                 fieller(c(3, 1, 4, 1, 5, 9), c(1, 12, -1, 9, 0, 2))),
  misclassified = list(misclassified(30, 100, 0.8, 0.9), misclassified(23, 150, 0.96, 0.89), misclassified(400, 1000, 0.7, 0.95)),
  tails = list(z = lapply(c(0, 1.959963984540054, 5.300343902517068, 9, 37), function(z) c(z, 2 * pnorm(-z))),
               t = lapply(list(c(2, 3), c(2, 1e4), c(5, 2e5), c(-1.3, 1e7), c(30, 12)), function(a) c(a, 2 * pt(-abs(a[1]), a[2])))),
  welch = list(welch(c(78.2, 79.5, 76, 82.4, 81), c(73.1, 77.4, 75.2, 78.9, 75.8, 82, 80.1)), welch(1:10, c(2, 4, 8, 16, 32, 64)))
)
write(toJSON(out, digits = I(17), auto_unbox = TRUE, pretty = FALSE), "oracle.json")
