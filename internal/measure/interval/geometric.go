package interval

import "math"

// GeometricMean is that of n positive values, at least one, from the sums of their natural logarithms and of the
// logarithms' squares: the typical value of a skewed quantity such as a duration. The interval is Student's, taken on
// the logarithms and turned back; it is None for a single value. Where the logarithms are symmetric it is also an
// interval of the median.
func GeometricMean(n, logs, squares, confidence float64) Bounded {
	centre := logs / n
	found := Bounded{Value: math.Exp(centre), Interval: None()}
	if variance, ok := Variance(n, logs, squares); ok {
		on := Student(centre, math.Sqrt(variance/n), n-1, confidence)
		found.Interval = Interval{Lower: math.Exp(on.Lower), Upper: math.Exp(on.Upper)}
	}
	return found
}
