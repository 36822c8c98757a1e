# Forecasts and Diebold and Mariano's test by R's forecast package (Debian: r-cran-forecast):
# Rscript oracle.R > oracle.json
# Where autocovariances make the variance negative, as at horizon 2 here, R falls back to that of horizon 1.
suppressMessages(library(forecast))
y <- ts(c(10, 12, 13, 12, 15, 16, 18, 17, 19, 20, 22, 21, 24), frequency = 4)
h <- 9
list_of <- function(x) paste0("[", paste(sprintf("%.15g", x), collapse = ", "), "]")
# The half width of a normal interval over its quantile is the standard error.
normal <- function(f) (as.numeric(f$upper) - as.numeric(f$mean)) / qnorm(0.9)
a <- naive(y, h, level = 80); b <- snaive(y, h, level = 80); m <- meanf(y, h, level = 80)
first <- c(0.4, -0.9, 1.1, 0.2, -0.5, 0.8, -1.3, 0.6, 0.1, -0.7, 1.0, -0.2, 0.3, -1.1, 0.9, 0.5)
second <- c(1.0, -1.2, 0.7, 1.4, -0.3, 1.6, -1.1, 1.9, -0.6, -1.5, 0.8, -1.7, 0.2, -1.4, 1.8, -0.9)
dm <- function(h) { t <- dm.test(second, first, h = h, power = 2); c(t$statistic, t$p.value) }
cat("{\n",
    '  "y": ', list_of(y), ",\n",
    '  "naive": {"mean": ', list_of(a$mean), ', "se": ', list_of(normal(a)), "},\n",
    '  "seasonal": {"mean": ', list_of(b$mean), ', "se": ', list_of(normal(b)), "},\n",
    '  "average": {"mean": ', list_of(m$mean), ', "lower": ', list_of(m$lower), ', "upper": ', list_of(m$upper), "},\n",
    '  "first": ', list_of(first), ",\n", '  "second": ', list_of(second), ",\n",
    '  "dm1": ', list_of(dm(1)), ",\n", '  "dm2": ', list_of(dm(2)), ",\n", '  "dm3": ', list_of(dm(3)), "\n}\n", sep = "")
