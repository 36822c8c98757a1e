package interval

import (
	"cmp"
	"math"
	"slices"
)

// Stratum is a group of the population and what was measured of it.
type Stratum struct {
	// Population is the group's size in any unit, or its share: only proportions count.
	Population float64
	// N answers came from it; 0 when nobody answered.
	N float64
	// Mean of the answers, and their variance with divisor N: p(1−p) of a share, p + d − (p−d)² of a net score.
	Mean, Variance float64
	// Extreme is, of a net score, the share of answers that count for it or against it: p + d. Else 0.
	Extreme float64
}

// PostStratified is a mean weighted so that each stratum counts as much as it does in the population.
type PostStratified struct {
	Measured
	// Known tells whether Error is: every stratum that counts must have 2 answers.
	Known bool
	// N are the answers from strata of the population.
	N float64
	// EffectiveN is how many equally weighted answers Kish's formula makes of N, and DesignEffect the ratio of the two:
	// the price of unequal weights.
	EffectiveN, DesignEffect float64
	// Covered is the share of the population in strata with answers; the value speaks for no more than that.
	Covered float64
	// Capped is the share of answers whose weight was cut.
	Capped float64
	// Extreme is the weighted share of answers that count for or against a net score.
	Extreme float64
}

// PostStratify weights strata by W_h = N_h/N, so that the value is ΣW_h·mean_h and its squared error
// ΣW_h²·v_h/(n_h−1), for post-strata given their sizes (Cochran 1977, 5A.9; R's survey gives the same). Degrees of
// freedom are Satterthwaite's. Strata without answers are left out and the others' weights raised: see Covered.
//
// An answer weighs W_h/(n_h/n). With a largestWeight above 0, weights over that multiple of the median answer's weight
// are cut to it and all are scaled back to the mean 1: that steadies the value and draws it towards the unweighted one.
// It is false where no stratum has answers.
func PostStratify(strata []Stratum, largestWeight float64) (PostStratified, bool) {
	found := PostStratified{Known: true}
	var answered []Stratum
	var population, covered float64
	for _, s := range strata {
		population += s.Population
		if s.N > 0 && s.Population > 0 {
			answered = append(answered, s)
			covered += s.Population
			found.N += s.N
		}
	}
	if len(answered) == 0 {
		return PostStratified{}, false
	}
	found.Covered = covered / population
	shares, capped := populationShares(answered, largestWeight)
	found.Capped = capped / found.N
	var squaredError, inverseFreedom, inverseN float64
	for h, s := range answered {
		found.Value += shares[h] * s.Mean
		found.Extreme += shares[h] * s.Extreme
		inverseN += shares[h] * shares[h] / s.N
		if s.N < 2 {
			found.Known = false
			continue
		}
		part := shares[h] * shares[h] * max(0, s.Variance) / (s.N - 1)
		squaredError += part
		inverseFreedom += part * part / (s.N - 1)
	}
	found.EffectiveN = 1 / inverseN
	found.DesignEffect = found.N / found.EffectiveN
	if found.Known {
		found.Error = math.Sqrt(squaredError)
		if inverseFreedom > 0 {
			found.Freedom = squaredError * squaredError / inverseFreedom
		}
	}
	return found, true
}

// Mean is Student's interval on Satterthwaite's degrees of freedom, None without an error.
func (p PostStratified) Mean(confidence float64) Interval {
	if !p.Known || p.Freedom == 0 {
		return None()
	}
	return Student(p.Value, p.Error, p.Freedom, confidence)
}

// Share is the interval of a share, 0–1, where strata have shares for means: Wilson's on as many answers as give the
// same error, but no more than EffectiveN. A small stratum of one mind seems to have no error at all.
func (p PostStratified) Share(confidence float64) Interval {
	if !p.Known {
		return None()
	}
	return Wilson(p.Value, EffectiveSize(p.Value, p.Error, p.EffectiveN, p.EffectiveN), confidence)
}

// Net is the interval of a difference of two shares, −1 to 1, where strata have net scores for means: the adjusted
// Wald interval on as many answers as Share takes.
func (p PostStratified) Net(confidence float64) Interval {
	if !p.Known {
		return None()
	}
	n := p.EffectiveN
	if p.Error > 0 {
		n = min((p.Extreme-p.Value*p.Value)/(p.Error*p.Error), n)
	}
	plus, minus := (p.Extreme+p.Value)/2, (p.Extreme-p.Value)/2
	return AdjustedWald(plus*n, minus*n, n, confidence).Around(p.Value)
}

// Kish is the number of equally weighted answers that answers of unequal weights are worth, (Σw)²/Σw² (Kish 1965).
// The weighted mean itself and its error are Paired with Y = Σwy and X = Σw.
func Kish(weights, squares float64) float64 {
	return weights * weights / squares
}

// populationShares are the weights of strata that have answers, adding up to 1, and how many answers had theirs cut.
func populationShares(strata []Stratum, largest float64) (shares []float64, capped float64) {
	limit := math.Inf(1)
	if largest > 0 {
		limit = largest * medianWeight(strata)
	}
	shares = make([]float64, len(strata))
	var sum float64
	for h, s := range strata {
		shares[h] = s.Population
		if s.weight() > limit {
			shares[h] = limit * s.N
			capped += s.N
		}
		sum += shares[h]
	}
	for h := range shares {
		shares[h] /= sum
	}
	return shares, capped
}

// weight of an answer, up to a factor that all share.
func (s Stratum) weight() float64 { return s.Population / s.N }

// medianWeight is the median over answers.
func medianWeight(strata []Stratum) float64 {
	ascending := slices.SortedFunc(slices.Values(strata), func(a, b Stratum) int {
		return cmp.Compare(a.weight(), b.weight())
	})
	var n, upTo float64
	for _, s := range ascending {
		n += s.N
	}
	var i int
	for upTo = ascending[0].N; 2*upTo < n; upTo += ascending[i].N {
		i++
	}
	if 2*upTo == n {
		return (ascending[i].weight() + ascending[i+1].weight()) / 2
	}
	return ascending[i].weight()
}
