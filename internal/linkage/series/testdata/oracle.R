# Writes oracle.json into the current folder: what R says to the series of period_links.json, and to the pair BJsales of
# its datasets (Box & Jenkins, series M). Debian: r-base-core r-cran-jsonlite.
library(jsonlite)
given <- fromJSON("period_links.json")
x <- given$series36$nps
y <- given$series36$renewal

# The autoregression by least squares with a constant, taken out of both; then ccf, driver first.
prewhitened <- function(x, y, order, most) {
  rows <- embed(x, order + 1)
  phi <- unname(coef(lm(rows[, 1] ~ rows[, -1]))[-1])
  out <- function(s) as.numeric(na.omit(stats::filter(s, c(1, -phi), sides = 1)))
  list(phi = phi, ccf = ccf(out(y), out(x), lag.max = most, plot = FALSE)$acf[(most + 1):(2 * most + 1)])
}

# t and slope of x lag periods before, beside a line and the past of both.
gate <- function(x, y, lag, order) {
  n <- length(y); t <- (lag + order + 1):n
  past <- sapply(1:order, function(i) y[t - i])
  before <- sapply(1:order, function(i) x[t - lag - i])
  fit <- lm(y[t] ~ x[t - lag] + t + past + before)
  list(lag = lag, order = order, t = summary(fit)$coefficients[2, 3], slope = unname(coef(fit)[2]),
       lower = confint(fit)[2, 1], upper = confint(fit)[2, 2])
}

deseasonalised <- function(x, season) {
  month <- factor((seq_along(x) - 1) %% season)
  fit <- lm(x ~ 0 + month + seq_along(x))
  effect <- coef(fit)[1:season]
  unname(x - (effect - mean(effect))[month])
}
seasonal <- round(x + 3 * sin(2 * pi * (1:36) / 12) + 0.2 * (1:36), 2)

out <- list(
  bjsales = list(lead = as.numeric(BJsales.lead), sales = as.numeric(BJsales)),
  prewhitened = list(series36_ar2 = prewhitened(x, y, 2, 6),
                     bjsales_ar3 = prewhitened(diff(as.numeric(BJsales.lead)), diff(as.numeric(BJsales)), 3, 8)),
  gate = c(lapply(0:6, function(k) gate(x, y, k, 1)), list(gate(x, y, 2, 2), gate(y, x, 3, 3))),
  deseasonalised = list(x = seasonal, month = deseasonalised(seasonal, 12), quarter = deseasonalised(seasonal, 4)),
  smallest = lapply(list(c(.02, .05), c(.3, .05 / 7), c(-.5, .01)), function(a)
    list(r = a[1], alpha = a[2], n = ceiling(((qnorm(1 - a[2] / 2) + qnorm(.8)) / atanh(abs(a[1])))^2 + 3)))
)
write(toJSON(out, digits = I(17), auto_unbox = TRUE, pretty = FALSE), "oracle.json")
