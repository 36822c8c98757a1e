package simulate

const preface = `# How often intervals hold the truth

An interval of 95 % confidence should hold the true value in 95 of 100 samples. Here is how often each kind does, in percent, on a grid of
truths and sample sizes n. Between 93 and 97 counts as kept; every cell outside bears a mark that says why. Exact tables add up the
probabilities of all results; simulated ones rest on 3,000 samples a cell (standard error 0.4 points) from fixed seeds. A missing end of an
interval bounds nothing and cannot miss.

This page is written by ` + "`go test ./internal/simulate -update`" + `; the test fails when a number changes or leaves its band.

In short:

- Shares, net scores, rates, geometric means, quantiles and Kaplan–Meier curves keep their promise from n = 10 on, give or take a point, or err
  on the wide side where hardly anything happened.
- Means of ratings do from n = 50 on. Means of skewed amounts, and ratios of sums over customers of unequal size, keep it at 200 and not at 50:
  publish a median or a geometric mean, or take a small sample's interval for too narrow by some points.
- Several answers of a customer counted as independent turn 95 % into 84 %: declare the entity.
- Comparisons of customers keep theirs, crude, within strata and by regression. Of periods, the slope of a linkage holds its truth in 93 to 95 of
  100 at a lag fixed beforehand, and in 90 to 94 at a lag that was searched for and shown (measured in internal/linkage/series, as is how often
  links are found, and how often seen where there are none).
- Where surprises last (half of each carries over into the next period), about 10 of 100 steady series are said to have a trend, instead of 5.
`
