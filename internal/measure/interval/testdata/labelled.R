# Writes labelled.json beside it: nets of labels that are sometimes wrong, by matrix algebra on the multinomial
# covariance of the answers with 3/4 added to each side (3 in all). Debian: r-base-core r-cran-jsonlite.
library(jsonlite)

net <- function(plus, minus, n, se, sp, m = NULL, level = 0.95) {
  better <- se + sp - 1
  a <- rbind(c(1 / better[1], 0), c(0, 1 / better[2]))
  shift <- (sp - 1) / better
  p <- (c(plus, minus) + 0.75) / (n + 3)
  v <- a %*% ((diag(p) - p %*% t(p)) / (n + 3)) %*% t(a)
  truth <- as.vector(a %*% (c(plus, minus) / n) + shift)
  doubt <- c(0, 0)
  if (!is.null(m)) { # the errors of sensitivity and specificity, by derivatives of the correction taken numerically
    spread <- function(s, k) { s <- (s * k + 1) / (k + 2); s * (1 - s) / (k + 2) }
    for (i in 1:2) {
      at <- function(se, sp) (c(plus, minus)[i] / n + sp - 1) / (se + sp - 1)
      h <- 1e-6
      dse <- (at(se[i] + h, sp[i]) - at(se[i] - h, sp[i])) / (2 * h)
      dsp <- (at(se[i], sp[i] + h) - at(se[i], sp[i] - h)) / (2 * h)
      doubt[i] <- dse^2 * spread(se[i], m[1]) + dsp^2 * spread(sp[i], m[2])
    }
  }
  w <- c(1, -1)
  centre <- sum(w * (as.vector(a %*% p) + shift))
  half <- qnorm((1 + level) / 2) * sqrt(as.numeric(t(w) %*% v %*% w) + sum(doubt))
  list(plus = plus, minus = minus, n = n, sensitivity = se, specificity = sp, checked = m,
       value = sum(w * truth), lower = centre - half, upper = centre + half)
}

write_json(list(
  net(90, 40, 200, c(.8, .8), c(.9, .9)),
  net(90, 40, 200, c(.85, .7), c(.95, .9)),
  net(90, 40, 200, c(.85, .7), c(.95, .9), c(150, 250)),
  net(14, 9, 30, c(.9, .95), c(.85, .9))
), "labelled.json", digits = NA, auto_unbox = TRUE, pretty = TRUE, null = "null")
