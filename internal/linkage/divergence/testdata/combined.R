# The Cauchy combination of two probabilities (Liu and Xie 2020): Rscript combined.R > combined.json
pairs <- list(c(0.03, 0.03), c(0.00022895, 0.0027529762), c(0.04, 0.3), c(0.3, 0.04), c(0.001, 0.98), c(0.5, 0.5), c(0.2, 0.9))
line <- function(p) sprintf('  {"a": %.10g, "b": %.10g, "p": %.17g}', p[1], p[2],
                            pcauchy(mean(tan((0.5 - p) * pi)), lower.tail = FALSE))
cat("[\n", paste(sapply(pairs, line), collapse = ",\n"), "\n]\n", sep = "")
