package forecast

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// Backtest is how a method would have done: at each origin, from the first on, it was told only what was known then.
type Backtest struct {
	// N forecasts.
	N int
	// MAE is the mean absolute error, in the KPI's unit. MASE is that in units of the mean step from one period to the
	// next before the first origin (Hyndman and Koehler 2006, International Journal of Forecasting 22:679); 0 without
	// any step.
	MAE, MASE float64
	// Coverage is the part of the prediction intervals, 0–1, that held. CoverageP is the probability of so few or fewer
	// if each held with the level asked for.
	Coverage, CoverageP float64
	// Better compares with the best method that knows no driver; nil for those, and where nothing tells them apart.
	Better *Comparison
}

// Comparison of two methods' squared errors in the same periods: Diebold and Mariano's test (1995) as corrected by
// Harvey, Leybourne and Newbold (1997, International Journal of Forecasting 13:281).
type Comparison struct {
	// Statistic is positive if the drivers err less: Student's on N−1 degrees of freedom.
	Statistic float64
	P         float64 // two-sided
	N         int
}

// outcome is one forecast of the past, and what came.
type outcome struct {
	Predictive
	came float64
	ok   bool
}

func (o outcome) missed() float64 { return math.Abs(o.came - o.Mean) }

// replay makes the forecasts of all origins from the first on, each with what was known then.
func replay(method look, all history, horizon, initial int) (outcomes []outcome, reason Reason) {
	for origin := initial; origin+horizon <= len(all.kpi); origin++ {
		known := all
		known.kpi = all.kpi[:origin]
		found, why := method(known, horizon)
		if why != "" {
			reason = why
		}
		outcomes = append(outcomes, outcome{Predictive: found, came: all.kpi[origin+horizon-1], ok: why == ""})
	}
	return outcomes, reason
}

// alongside are the outcomes in the periods in which another method made a forecast, too.
func alongside(outcomes, other []outcome) []outcome {
	both := make([]outcome, len(outcomes))
	for i, o := range outcomes {
		o.ok = o.ok && other[i].ok
		both[i] = o
	}
	return both
}

// judge sums up how a method did.
func judge(outcomes []outcome, scale, level float64) Backtest {
	var found Backtest
	var held float64
	for _, o := range outcomes {
		if !o.ok {
			continue
		}
		found.N++
		found.MAE += o.missed()
		if within := o.Holding(level); within.Lower <= o.came && o.came <= within.Upper {
			held++
		}
	}
	if found.N == 0 {
		return found
	}
	n := float64(found.N)
	found.MAE /= n
	if scale > 0 {
		found.MASE = found.MAE / scale
	}
	found.Coverage = held / n
	found.CoverageP = distuv.Binomial{N: n, P: level}.CDF(held)
	return found
}

// meanStep is the mean absolute difference of values so many periods apart.
func meanStep(values []float64, apart int) (mean float64) {
	for i := apart; i < len(values); i++ {
		mean += math.Abs(values[i]-values[i-apart]) / float64(len(values)-apart)
	}
	return mean
}

// compare tests whether a method errs less than another, by forecasts of so many periods ahead, whose errors hang
// together while they overlap. It is nil where the differences have no variance to be judged by.
func compare(method, other []outcome, horizon int) *Comparison {
	var gains []float64
	for i, o := range method {
		if o.ok && other[i].ok {
			gains = append(gains, other[i].missed()*other[i].missed()-o.missed()*o.missed())
		}
	}
	n := float64(len(gains))
	if len(gains) < 2 || len(gains) <= horizon {
		return nil
	}
	var mean, variance float64
	for _, g := range gains {
		mean += g / n
	}
	for lag := range horizon {
		var together float64
		for i := lag; i < len(gains); i++ {
			together += (gains[i] - mean) * (gains[i-lag] - mean) / n
		}
		if lag > 0 {
			together *= 2
		}
		variance += together
	}
	// Sums of autocovariances can fall to zero and below.
	if variance <= 0 {
		return nil
	}
	h := float64(horizon)
	corrected := math.Sqrt((n + 1 - 2*h + h*(h-1)/n) / n)
	statistic := corrected * mean / math.Sqrt(variance/n)
	return &Comparison{Statistic: statistic, P: interval.TwoSidedT(statistic, n-1), N: len(gains)}
}
