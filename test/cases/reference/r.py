"""Estimates by R, whose survey and survival packages are the reference of their field. One call computes many groups."""

import csv
import io
import os
import subprocess

# A column "group" tells rows apart; each script turns one group's rows, d, into named numbers.
FRAME = """
suppressMessages({%s})
all <- read.csv(file("stdin"), na.strings = "NA", colClasses = c(group = "character"))
cat("group,name,value\\n")
for (g in unique(all$group)) {
  d <- all[all$group == g, ]
  found <- (function() {%s})()
  for (n in names(found)) cat(sprintf("\\"%%s\\",%%s,%%.17g\\n", g, n, as.numeric(found[[n]])))
}
"""


def by_group(packages, script, columns, rows):
    """rows: (group, …) in the order of columns; the answer is {group: {name: number, or None where R has none}}."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["group", *columns])
    writer.writerows(["NA" if value is None else value for value in row] for row in rows)
    command = [os.environ.get("RSCRIPT", "Rscript"), "--vanilla", "-e", FRAME % ("; ".join(f"library({p})" for p in packages), script)]
    done = subprocess.run(command, input=text.getvalue(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"R failed: {done.stderr}\n{script}")
    found = {}
    for row in csv.DictReader(io.StringIO(done.stdout)):
        value = None if row["value"] in ("NA", "NaN") else float(row["value"])
        found.setdefault(row["group"], {})[row["name"]] = value
    return found


def ratios(rows):
    """Σy/Σx with the linearised error by cluster, t on clusters − 1. rows: (group, y, x, cluster)."""
    return by_group(["survey"], """
        clusters <- length(unique(d$cluster))
        value <- sum(d$y) / sum(d$x)
        found <- list(value = value, n = nrow(d), entities = clusters, numerator = sum(d$y), denominator = sum(d$x))
        if (clusters > 1) {
          fit <- svyratio(~y, ~x, svydesign(ids = ~cluster, weights = ~1, data = d))
          margin <- qt(0.975, clusters - 1) * as.numeric(SE(fit))
          found <- c(found, lower = value - margin, upper = value + margin)
        }
        found""", ["y", "x", "cluster"], rows)


def stratified_means(rows):
    """The weighted mean with its error, strata given; None for one with a lone answer. rows: (group, y, weight, stratum)."""
    return by_group(["survey"], """
        found <- list(mean = sum(d$weight * d$y) / sum(d$weight), kish = sum(d$weight)^2 / sum(d$weight^2), error = NA)
        if (min(table(d$stratum)) > 1)
          found$error <- SE(svymean(~y, svydesign(ids = ~1, strata = ~stratum, weights = ~weight, data = d)))[1]
        found""", ["y", "weight", "stratum"], rows)


def medians(rows):
    """Kaplan–Meier medians with the interval of Brookmeyer and Crowley, log-log. rows: (group, time, ended)."""
    return by_group(["survival"], """
        q <- quantile(survfit(Surv(time, ended) ~ 1, data = d, conf.type = "log-log"), probs = 0.5)
        list(value = q$quantile, lower = q$lower, upper = q$upper, n = nrow(d), ended = sum(d$ended))""", ["time", "ended"], rows)
