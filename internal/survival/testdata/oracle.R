# Writes oracle.json into the current folder: what R's survival package says to the same durations.
# Debian: r-base-core r-cran-survival r-cran-jsonlite.
suppressMessages({library(survival); library(jsonlite)})

curve <- function(time, event, at, level = 0.95) {
  fit <- survfit(Surv(time, event) ~ 1, conf.type = "log-log", conf.int = level)
  steps <- summary(fit)
  heights <- summary(fit, times = at)
  q <- c(0.1, 0.25, 0.5, 0.75, 0.9)
  quantiles <- quantile(fit, q)
  list(time = time, event = event, level = level,
       steps = list(time = I(steps$time), risk = I(steps$n.risk), survival = I(steps$surv), se = I(steps$std.err)),
       at = list(time = I(at), survival = I(heights$surv), lower = I(heights$lower), upper = I(heights$upper)),
       q = q, quantile = unname(quantiles$quantile), lower = unname(quantiles$lower), upper = unname(quantiles$upper))
}

set.seed(7)
days <- ceiling(rexp(60, 1 / 20)); open <- ceiling(runif(60, 1, 50))
many <- ceiling(rweibull(2000, 0.8, 300)); cut <- ceiling(rexp(2000, 1 / 700))
out <- list(
  curve(c(5, 8, 12, 12, 15, 20, 22, 30, 30, 36, 40, 45), c(1, 1, 1, 0, 1, 0, 1, 1, 0, 0, 1, 0), c(5, 11, 12, 30, 45)),
  curve(pmin(days, open), as.integer(days <= open), c(5, 10, 20), 0.9),
  curve(pmin(many, cut), as.integer(many <= cut), c(1, 100, 500)),
  curve(1:4, c(1, 1, 0, 0), c(1, 2.5, 4)),
  curve(c(0, 1, 2, 3, 4, 4), c(1, 1, 1, 1, 1, 1), c(0, 1, 3)),
  curve(c(1, 2, 3, 9, 9, 9), c(0, 0, 1, 0, 0, 0), c(3, 9))
)
write(toJSON(out, digits = I(17), auto_unbox = TRUE, na = "null"), "oracle.json")
