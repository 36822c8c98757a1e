package measure

import (
	"math"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// The intervals by name, as people read them beside a value.
const (
	methodAdjustedWald     = "adjusted Wald"
	methodAdjustedClusters = "adjusted Wald, as many answers as clusters"
	methodNormalClusters   = "normal, cluster-robust"
	methodWilson           = "Wilson"
	methodWilsonClusters   = "Wilson on the effective sample size, cluster-robust"
	methodT                = "Student's t"
	methodTClusters        = "Student's t, cluster-robust"
	methodRatio            = "linearised ratio, Student's t"
	methodRatioClusters    = "linearised ratio, Student's t, cluster-robust"
	methodGarwood          = "Garwood"
	methodArrival          = "normal, amounts as arrivals"
	methodArrivalClusters  = "normal, amounts of each cluster as arrivals"
)

// The ranges of quantities; intervals are cut to them.
var (
	unbounded   = interval.Interval{Lower: math.Inf(-1), Upper: math.Inf(1)}
	notNegative = interval.Interval{Lower: 0, Upper: math.Inf(1)}
	unit        = interval.Interval{Lower: 0, Upper: 1}
	points      = interval.Interval{Lower: -perPoint, Upper: perPoint}
)

// perPoint turns a share into points of a net score.
const perPoint = 100

// none is an estimate without a value.
func (e Estimate) none(reason NoValueReason) Estimate {
	e.Value, e.Lower, e.Upper, e.EffectiveN, e.Method = nil, nil, nil, nil, ""
	e.Reason = reason
	return e
}

// known is a number, or nil for what has overflowed.
func known(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return new(v)
}

// is sets the value; one that has overflowed is none.
func (e Estimate) is(value float64) Estimate {
	if e.Value = known(value); e.Value == nil {
		return e.none(NotFinite)
	}
	return e
}

// within sets the interval, cut to the range of its quantity; one without finite ends is left out.
func (e Estimate) within(found interval.Interval, bounds interval.Interval, method string) Estimate {
	if e.Value == nil || !found.Finite() {
		return e
	}
	// A value outside its nominal range (credit notes, negative revenue) lifts the bound.
	if *e.Value >= bounds.Lower && *e.Value <= bounds.Upper {
		found = found.Clamp(bounds.Lower, bounds.Upper)
	}
	e.Lower, e.Upper, e.Method = new(found.Lower), new(found.Upper), method
	return e
}

// over sets numerator and denominator.
func (e Estimate) over(numerator, denominator float64) Estimate {
	e.Numerator, e.Denominator = known(numerator), known(denominator)
	return e
}

// clustered notes how many clusters there are.
func (e Estimate) clustered(c interval.Paired) Estimate {
	e.Entities = new(count(c.Count))
	return e
}

// proportion completes e with hits out of n, at least one, by Wilson's interval.
func (e Estimate) proportion(hits, n float64, clusters *interval.Paired, confidence float64) Estimate {
	p := hits / n
	e = e.over(hits, n).is(p)
	if clusters == nil {
		return e.within(interval.Wilson(p, n, confidence), unit, methodWilson)
	}
	se, _ := clusters.Error() // one cluster alone: no error, hence a single independent answer
	effective := interval.EffectiveSize(p, se, n, clusters.Count)
	e = e.clustered(*clusters)
	if effective <= 0 {
		return e
	}
	e.EffectiveN = known(effective)
	return e.within(interval.Wilson(p, effective, confidence), unit, methodWilsonClusters)
}

// net completes e with the difference of two shares of n answers, at least one, in points −100..100.
func (e Estimate) net(plus, minus, n float64, clusters *interval.Paired, confidence float64) Estimate {
	share := (plus - minus) / n
	e = e.over(plus-minus, n).is(perPoint * share)
	if clusters == nil {
		return e.within(interval.AdjustedWald(plus, minus, n, confidence).Scale(perPoint), points, methodAdjustedWald)
	}
	e = e.clustered(*clusters)
	se, ok := clusters.Error()
	if !ok || se == 0 {
		// Nobody differs from anybody: a normal interval of no width would claim certainty.
		few := clusters.Count
		if few <= 0 {
			return e
		}
		e.EffectiveN = new(few)
		found := interval.AdjustedWald(plus/n*few, minus/n*few, few, confidence).Scale(perPoint)
		return e.within(found.Around(perPoint*share), points, methodAdjustedClusters)
	}
	e.EffectiveN = known(min(((plus+minus)/n-share*share)/(se*se), n))
	return e.within(interval.Normal(share, se, confidence).Scale(perPoint), points, methodNormalClusters)
}

// mean completes e with the mean of n values, at least one.
func (e Estimate) mean(n, sum, squares float64, bounds interval.Interval, clusters *interval.Paired, confidence float64) Estimate {
	e = e.over(sum, n).is(sum / n)
	units := interval.Paired{Count: n, Y: sum, X: n, YY: squares, XX: n, XY: sum}
	method := methodT
	if clusters != nil {
		e, units, method = e.clustered(*clusters), *clusters, methodTClusters
	}
	se, ok := units.Error()
	if !ok {
		return e
	}
	if variance, several := interval.Variance(n, sum, squares); clusters != nil && several && se > 0 {
		e.EffectiveN = known(min(variance/(se*se), n))
	}
	return e.within(interval.Student(sum/n, se, units.Count-1, confidence), bounds, method)
}

// rescaled maps value and interval from the range lo–hi to 0–100.
func (e Estimate) rescaled(lo, hi float64) Estimate {
	if e.Value == nil {
		return e
	}
	mapped := func(v float64) float64 { return perPoint * (v - lo) / (hi - lo) }
	lower, upper := e.Lower, e.Upper
	e.Lower, e.Upper = nil, nil
	e = e.is(mapped(*e.Value))
	if lower == nil {
		return e
	}
	return e.within(interval.Interval{Lower: mapped(*lower), Upper: mapped(*upper)}, unbounded, e.Method)
}

// ratio completes e with ΣY/ΣX over the units of p, at least one.
func (e Estimate) ratio(p interval.Paired, clusters *interval.Paired, bounds interval.Interval, confidence float64) Estimate {
	e = e.over(p.Y, p.X)
	if clusters != nil {
		e = e.clustered(*clusters)
	}
	if p.X == 0 {
		return e.none(ZeroDenominator)
	}
	e = e.is(p.Ratio())
	method := methodRatio
	if clusters != nil {
		p, method = *clusters, methodRatioClusters
	}
	se, ok := p.Error()
	if !ok {
		return e
	}
	return e.within(interval.Student(p.Ratio(), se, p.Count-1, confidence), bounds, method)
}

// arrivals completes e, a total of amounts that arrive as a compound Poisson process: its error is √Σy².
func (e Estimate) arrivals(squares float64, bounds interval.Interval, method string, confidence float64) Estimate {
	if e.Value == nil {
		return e
	}
	return e.within(interval.Normal(*e.Value, math.Sqrt(squares), confidence), bounds, method)
}
