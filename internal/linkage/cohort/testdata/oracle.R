# Writes oracle.json into the current folder. Debian: r-base, r-cran-jsonlite, r-cran-metafor, r-cran-epir, r-cran-hmisc.

suppressMessages({library(jsonlite); library(metafor); library(epiR); library(Hmisc)})

# Strata as rows of outcomes and others of the best cohort, outcomes and others of the worst.
strata <- list(
  simpson = rbind(c(60, 40, 195, 105), c(282, 18, 97, 3)),
  plans = rbind(c(80, 20, 60, 40), c(45, 15, 30, 30), c(170, 30, 40, 10), c(22, 8, 18, 32)),
  opposed = rbind(c(90, 10, 60, 40), c(40, 60, 75, 25), c(50, 50, 50, 50)),
  sparse = rbind(c(3, 0, 1, 2), c(2, 1, 2, 2), c(4, 1, 1, 3), c(1, 0, 2, 1), c(2, 2, 1, 4), c(5, 0, 3, 1)),
  small = rbind(c(9, 1, 5, 5)),
  lopsided = rbind(c(900, 100, 6, 4), c(480, 20, 9, 3))
)

# Gail and Simon's probability from its definition; log odds with 1/2 added to each count.
crossover <- function(d, s) {
  q <- min(sum((d / s)[d > 0]^2), sum((d / s)[d < 0]^2))
  h <- seq_len(length(d) - 1)
  if (q == 0) 1 else sum(dbinom(h, length(d) - 1, 0.5) * pchisq(q, h, lower.tail = FALSE))
}

pooled <- function(x) {
  tables <- array(apply(x, 1, function(r) matrix(r, 2, byrow = TRUE)), c(2, 2, nrow(x)))
  estimate <- function(measure, level = 95) {
    r <- rma.mh(ai = x[, 1], bi = x[, 2], ci = x[, 3], di = x[, 4], measure = measure, level = level,
                correct = FALSE, add = 0, to = "none", drop00 = FALSE)
    list(value = as.numeric(r$b), se = r$se, lower = r$ci.lb, upper = r$ci.ub,
         breslow_day = r$BD, tarone = r$TA, tarone_p = r$TAp)
  }
  half <- x + 0.5
  found <- list(
    tables = x, difference = estimate("RD"), log_ratio = estimate("RR"), log_odds = estimate("OR"),
    log_ratio_99 = estimate("RR", 99),
    klingenberg = as.numeric(epiR:::zMHRD.Sato0(tables, 0.95, 1))[2:3],
    klingenberg_90 = as.numeric(epiR:::zMHRD.Sato0(tables, 0.90, 1))[2:3],
    crossover = if (nrow(x) > 1) crossover(
      log(half[, 1] * half[, 4] / half[, 2] / half[, 3]) * (abs(x[, 1] * x[, 4] - x[, 2] * x[, 3]) > 0),
      sqrt(rowSums(1 / half))))
  if (nrow(x) > 1) {
    test <- function(...) mantelhaen.test(tables, ...)
    found$cmh <- test(correct = FALSE)$statistic[[1]]
    found$cmh_p <- test(correct = FALSE)$p.value
    found$corrected <- test(correct = TRUE)$statistic[[1]]
    found$exact_p <- test(exact = TRUE)$p.value
  } else {
    found$exact_p <- fisher.test(tables[, , 1])$p.value
  }
  found
}

# A regression with strata and covariates: 400 customers drawn here, as rows.
set.seed(4)
n <- 400
plan <- sample(c("basic", "pro", "team"), n, TRUE, c(.5, .3, .2))
tenure <- round(rexp(n, 1 / 20))
seats <- rpois(n, 6)
score <- pmin(10, pmax(0, round(5 + 0.04 * tenure + (plan == "team") + rnorm(n, 0, 2.5))))
level <- ifelse(score <= 4, 0, ifelse(score <= 6, 1, 2))
renewed <- rbinom(n, 1, plogis(-1.6 + 0.18 * score + 0.02 * tenure + 0.8 * (plan == "team") - 0.05 * seats))
customers <- data.frame(plan, tenure, seats, score, level, renewed)

slope <- function(f, beta) sapply(seq_along(beta), function(j) {
  h <- 1e-5 * max(1, abs(beta[j])); e <- replace(numeric(length(beta)), j, h)
  (f(beta - 2 * e) - 8 * f(beta - e) + 8 * f(beta + e) - f(beta + 2 * e)) / (12 * h)
})

standardised <- function(fit, data, column) {
  at <- function(v) model.matrix(delete.response(terms(fit)), replace(data, column, v), xlev = fit$xlevels)
  best <- at(1); worst <- at(0)
  difference <- function(b) mean(plogis(best %*% b)) - mean(plogis(worst %*% b))
  ratio <- function(b) log(mean(plogis(best %*% b)) / mean(plogis(worst %*% b)))
  se <- function(f) { g <- slope(f, coef(fit)); sqrt(drop(g %*% vcov(fit) %*% g)) }
  list(difference = difference(coef(fit)), difference_se = se(difference),
       log_ratio = ratio(coef(fit)), log_ratio_se = se(ratio))
}

marginal <- function(fit, column) {
  x <- model.matrix(fit)
  f <- function(b) { p <- plogis(x %*% b); mean(p * (1 - p)) * b[[column]] }
  g <- slope(f, coef(fit))
  list(value = f(coef(fit)), value_se = sqrt(drop(g %*% vcov(fit) %*% g)))
}

# Once more from where it stopped: glm's errors are of the last but one step.
logit <- function(formula, data) {
  fit <- eval(bquote(glm(.(formula), binomial, .(data), epsilon = 1e-14)))
  update(fit, start = coef(fit))
}
described <- function(fit, column, without) list(
  names = names(coef(fit)), coefficients = unname(coef(fit)), se = unname(sqrt(diag(vcov(fit)))),
  llf = as.numeric(logLik(fit)), null = -fit$null.deviance / 2,
  p = pchisq(deviance(without) - deviance(fit), 1, lower.tail = FALSE))

two <- transform(subset(customers, level != 1), best = as.numeric(level == 2))
fit <- logit(renewed ~ best + tenure + seats + plan, two)
regressed <- c(described(fit, "best", update(fit, . ~ . - best, start = NULL)), standardised(fit, two, "best"))
fit <- logit(renewed ~ score + tenure + seats + plan, customers)
scored <- c(described(fit, "score", update(fit, . ~ . - score, start = NULL)), marginal(fit, "score"))

simpson <- data.frame(best = c(1, 1, 0, 0, 1, 1, 0, 0), ent = rep(0:1, each = 4), renewed = rep(1:0, 4),
                      n = c(60, 40, 195, 105, 282, 18, 97, 3))
simpson <- simpson[rep(1:8, simpson$n), ]
fit <- logit(renewed ~ best + ent, simpson)
paradox <- c(described(fit, "best", update(fit, . ~ . - best, start = NULL)), standardised(fit, simpson, "best"))

sizes <- expand.grid(p = c(.91, .7, .2), q = c(.4, .65, .93), ratio = c(1, .2, 3.5, 20))
sizes <- cbind(sizes, t(mapply(function(p, q, r) bsamsize(p, q, 1 / (1 + r), .05, .8), sizes$p, sizes$q, sizes$ratio)))

write_json(list(
  strata = lapply(strata, pooled),
  customers = customers, regressed = regressed, scored = scored, paradox = paradox,
  sizes = sizes
), "oracle.json", digits = NA, auto_unbox = TRUE, null = "null", pretty = FALSE)
