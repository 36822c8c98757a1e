package interval

import "math"

// Labelled is a share of rows that bear a label, and how often the label is right.
type Labelled struct {
	// Hits bear the label.
	Hits float64
	// Sensitivity is the part of the rows that deserve the label which bear it, Specificity the part of the others that
	// do not; together they must exceed 1.
	Sensitivity, Specificity float64
	// Positives and Negatives are the rows of known truth that the two were found on; 0 if they are exact.
	Positives, Negatives float64
}

// Truthful is a label that is always right.
func Truthful(hits float64) Labelled { return Labelled{Hits: hits, Sensitivity: 1, Specificity: 1} }

func (l Labelled) slope() float64 { return 1 / (l.Sensitivity + l.Specificity - 1) }

// correct turns an observed share into the true one, after Rogan and Gladen.
func (l Labelled) correct(p float64) float64 { return (p + l.Specificity - 1) * l.slope() }

// doubt is the variance that the corrected share p has from the samples behind sensitivity and specificity, each with
// one success and one failure added, so that a perfect score on a few rows is not taken for certainty.
func (l Labelled) doubt(p float64) float64 {
	variance := func(share, n float64) float64 {
		if n <= 0 {
			return 0
		}
		share = (share*n + 1) / (n + 2)
		return share * (1 - share) / (n + 2)
	}
	return l.slope() * l.slope() * (p*p*variance(l.Sensitivity, l.Positives) + (1-p)*(1-p)*variance(l.Specificity, l.Negatives))
}

// Net is the difference, −1 to 1, of two labels' true shares of one sample of n rows, of which none bears both. The
// interval is that of AdjustedWald, which it equals for labels that are always right: each share is corrected for its
// label's mistakes, which only moves and stretches it, and their variances and covariance with it. clustered, if not
// nil, is the standard error of the difference of corrected shares among clusters of rows, and takes the place of the
// independent rows' own.
func Net(plus, minus Labelled, n, confidence float64, clustered *float64) Corrected {
	true1, true2 := plus.correct(plus.Hits/n), minus.correct(minus.Hits/n)
	inside1, inside2 := min(max(true1, 0), 1), min(max(true2, 0), 1)

	size := n + 3
	p, d := (plus.Hits+0.75)/size, (minus.Hits+0.75)/size
	a, b := plus.slope(), minus.slope()
	centre := plus.correct(p) - minus.correct(d)
	variance := max(0, a*a*p+b*b*d-(a*p-b*d)*(a*p-b*d)) / size
	if clustered != nil {
		centre, variance = true1-true2, *clustered**clustered
	}
	error := math.Sqrt(variance + plus.doubt(inside1) + minus.doubt(inside2))
	value := inside1 - inside2
	return Corrected{
		Bounded: Bounded{Value: value, Interval: Normal(centre, error, confidence).Clamp(-1, 1).Around(value)},
		Cut:     inside1 != true1 || inside2 != true2,
	}
}
