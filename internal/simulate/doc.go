// Package simulate holds no code but tests: they measure how often the intervals of the catalogue hold the truth, and
// how often its verdicts raise a false alarm, on a grid of sample sizes and truths that is fixed in the tests. What they
// find is docs/coverage.md; the tests fail if it is no longer so.
package simulate
