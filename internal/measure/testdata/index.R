# Writes index.json beside it: what R says of the same answers. Debian: r-base-core r-cran-survey r-cran-jsonlite.
suppressMessages({library(survey); library(jsonlite)})

# Cronbach's alpha of items mapped to their scales, from R's own covariances.
alpha <- function(items) {
  v <- cov(items); k <- ncol(items)
  k / (k - 1) * (1 - sum(diag(v)) / sum(v))
}

index <- function(x, w, lo, hi) as.vector(100 * sweep(sweep(x, 2, lo), 2, hi - lo, "/") %*% w)

told <- function(x, w, lo, hi) {
  y <- index(x, w, lo, hi); test <- t.test(y)
  list(rows = x, weights = w, lo = lo, hi = hi, value = mean(y), lower = test$conf.int[1], upper = test$conf.int[2],
       alpha = alpha(sweep(sweep(x, 2, lo), 2, hi - lo, "/")))
}

acsi <- matrix(c(8,7,7, 9,8,8, 10,9,9, 6,5,5, 7,7,6, 8,8,7, 3,4,2, 9,9,8), ncol = 3, byrow = TRUE)
# Questions that have nothing to do with each other, on three scales.
mixed <- matrix(c(1,7,0, 5,1,10, 3,4,2, 4,2,9, 2,6,8, 5,5,1, 1,3,4), ncol = 3, byrow = TRUE)

by <- c("a", "a", "a", "b", "b", "c", "d", "e")
y <- index(acsi, c(.3885, .3190, .2925), 1, 10)
clustered <- svymean(~y, svydesign(ids = ~by, weights = ~1, data = data.frame(y, by)))

write_json(list(
  acsi = told(acsi, c(.3885, .3190, .2925), rep(1, 3), rep(10, 3)),
  equal = told(acsi, rep(1 / 3, 3), rep(1, 3), rep(10, 3)),
  mixed = told(mixed, c(.5, .3, .2), c(1, 1, 0), c(5, 7, 10)),
  cluster = list(by = by, value = coef(clustered)[[1]], se = SE(clustered)[[1]])
), "index.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
