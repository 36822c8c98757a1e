# Writes weighting.json beside it: weighted shares, net scores, means and indices as R's survey has them. Debian: r-base-core
# r-cran-survey r-cran-jsonlite.
suppressMessages({library(survey); library(jsonlite)})

set.seed(5)
n <- 60
rows <- data.frame(
  part = sample(c("a", "b", "c"), n, TRUE, c(.5, .3, .2)),
  score = sample(0:10, n, TRUE, c(1, 1, 1, 1, 1, 2, 2, 4, 5, 6, 6)),
  effort = sample(1:7, n, TRUE),
  q0 = sample(1:10, n, TRUE), q1 = sample(1:5, n, TRUE),
  weight = round(rlnorm(n, 0, .7), 2))
population <- c(a = .2, b = .3, c = .5)

rows$hit <- as.numeric(rows$score >= 9)
rows$net <- rows$hit - (rows$score <= 6)
rows$index <- .6 * 100 * (rows$q0 - 1) / 9 + .4 * 100 * (rows$q1 - 1) / 4

# A mean with its error, Kish's number of answers, and t's degrees of freedom.
told <- function(y, design, w, freedom) {
  m <- svymean(as.formula(paste0("~", y)), design)
  list(value = coef(m)[[1]], se = SE(m)[[1]], kish = sum(w)^2 / sum(w^2), freedom = freedom)
}

# Post-stratified: parts weigh as much as they do in the population; Satterthwaite's degrees of freedom.
counts <- table(rows$part)
rows$post <- as.vector(population[rows$part] / (counts[rows$part] / n))
parts <- svydesign(ids = ~1, strata = ~part, weights = ~post, data = rows)
satterthwaite <- function(y) {
  v <- sapply(names(population), function(h) population[[h]]^2 * var(rows[[y]][rows$part == h]) / counts[[h]])
  sum(v)^2 / sum(v^2 / (counts[names(population)] - 1))
}
# By a column: the linearised error of a mean with unequal weights.
column <- svydesign(ids = ~1, weights = ~weight, data = rows)

all <- c("hit", "net", "effort", "index")
write_json(list(
  rows = rows[c("part", "score", "effort", "q0", "q1", "weight")], population = as.list(population),
  strata = sapply(all, function(y) told(y, parts, rows$post, satterthwaite(y)), simplify = FALSE),
  column = sapply(all, function(y) told(y, column, rows$weight, n - 1), simplify = FALSE)
), "weighting.json", digits = NA, auto_unbox = TRUE)
