package series

import (
	"fmt"
	"math"
)

// Test tells whether outcome follows driver. Both are aligned: the same index is the same period, in order of time, NaN
// where a period has no value. Equal input gives equal output, to the last digit. See the package for what it does.
func Test(driver, outcome []float64, opts Options) Finding {
	if opts.Confidence == 0 {
		opts.Confidence = 0.95
	}
	first, end := overlap(driver, outcome)
	found := Finding{N: end - first, First: first, Last: end - 1, MaxLag: max(0, min(opts.MaxLag, (end-first)/6))}
	switch {
	case found.N == 0:
		return Finding{Reason: NoOverlap}
	case found.N < Minimum(opts.Season):
		found.Reason = TooFewPeriods
		return found
	}
	pair := pair{x: driver[first:end], y: outcome[first:end], found: &found, opts: opts}
	if !varies(pair.x) || !varies(pair.y) || !pair.deseasonalise() || !pair.judge() || !pair.measure() {
		return Finding{Reason: ConstantSeries, N: found.N, First: found.First, Last: found.Last, MaxLag: found.MaxLag}
	}
	pair.reverse()
	pair.caution(max(len(driver), len(outcome)))
	return found
}

// pair is what is compared, and what is found of it.
type pair struct {
	x, y  []float64
	found *Finding
	opts  Options
	taken int // degrees of freedom that went into seasons
}

func (p *pair) deseasonalise() bool {
	if p.opts.Season < 2 {
		return true
	}
	var okX, okY bool
	p.x, okX = Deseasonalise(p.x, p.opts.Season)
	p.y, okY = Deseasonalise(p.y, p.opts.Season)
	p.found.Deseasonalised = true
	p.taken = p.opts.Season - 1
	return okX && okY && varies(p.x) && varies(p.y)
}

// judge tests all lags at once.
func (p *pair) judge() bool {
	n := len(p.y)
	outcome, ok := newNull(p.y, min(maxOrder, (n-p.taken)/12))
	if !ok {
		return false
	}
	if p.taken > 0 {
		outcome.season = seasonal(n, p.opts.Season)
	}
	gate, ok := newGate(p.x, len(outcome.phi), p.found.MaxLag, p.taken)
	if !ok {
		return false
	}
	statistics := make([]float64, len(gate.lags))
	largest := gate.statistics(p.y, statistics)
	alpha := 1 - p.opts.Confidence
	chance := gate.under(outcome, n, largest, alpha, p.opts.draws(p.x, p.y))
	p.found.P = chance.p
	for lag, statistic := range statistics {
		slope, ok := gate.slope(p.x, p.y, lag, p.opts.Confidence)
		if !ok {
			return false
		}
		p.found.Lags = append(p.found.Lags, Evidence{Lag: lag, Statistic: statistic, Band: chance.band, Slope: slope})
		if math.Abs(statistic) == largest {
			p.found.Lag = lag
		}
	}
	p.found.Rows = n - gate.lags[p.found.Lag].start
	if p.found.P > alpha && largest > chance.median {
		p.found.Needed = gate.needed(n, p.found.Lag, largest, alpha)
	}
	return true
}

// measure tells the effect at the lag found: of changes on changes unless both series are seen to keep to a level,
// else that of the gate's own regression.
func (p *pair) measure() bool {
	driver, outcome := keepsLevel(p.x), keepsLevel(p.y)
	levels := p.found.Lags[p.found.Lag].Slope
	if driver.agreed() && outcome.agreed() {
		p.found.Slope = levels
		return true
	}
	p.found.Differenced = true
	p.x, p.y = Difference(p.x, 1), Difference(p.y, 1)
	var ok bool
	p.found.Slope, p.found.Rows, ok = effect(p.x, p.y, p.found.Lag, p.opts.Confidence)
	for _, tested := range []struct {
		name string
		level
	}{{"driver", driver}, {"outcome", outcome}} {
		if tested.disagree() {
			p.warn("Two tests disagree on whether the %s keeps to a level (ADF p %.2g, KPSS p %.2g): changes from period to "+
				"period are compared, giving a slope of %.3g. Were it level, it would be %.3g.",
				tested.name, tested.adf, tested.kpss, p.found.Slope.Value, levels.Value)
		}
	}
	return ok
}

// level is what two tests say of a series: ADF that it is no random walk if its p value is low, KPSS that it does not
// keep to a level.
type level struct{ adf, kpss float64 }

const stationarityLevel = 0.05

func keepsLevel(x []float64) level {
	found := level{adf: 1}
	if root, ok := AugmentedDickeyFuller(x, UnitRootLags(x)); ok {
		found.adf = root.P
	}
	if kpss, ok := Level(x, LevelLags(len(x))); ok {
		found.kpss = kpss.P
	}
	return found
}

func (l level) agreed() bool { return l.adf <= stationarityLevel && l.kpss > stationarityLevel }

func (l level) disagree() bool { return (l.adf <= stationarityLevel) != (l.kpss > stationarityLevel) }

// reverse asks whether the driver follows the outcome, in the form compared.
func (p *pair) reverse() {
	if back, ok := Granger(p.y, p.x, max(1, p.found.Lag)); ok {
		p.found.Reverse = &back.P
	}
}

// caution says what a reader must know.
func (p *pair) caution(periods int) {
	if p.found.N < periods {
		p.warn("%d of %d periods are compared: the longest stretch in which both have a value.", p.found.N, periods)
	}
	if p.found.MaxLag < p.opts.MaxLag {
		p.warn("Lags up to %d are compared, not %d: a sixth of %d periods.", p.found.MaxLag, p.opts.MaxLag, p.found.N)
	}
	alpha := 1 - p.opts.Confidence
	if p.found.P > alpha {
		return
	}
	if p.found.Lag == 0 {
		p.warn("Both move within the same period: which comes first cannot be told.")
	}
	if p.found.Reverse != nil && *p.found.Reverse <= alpha {
		p.warn("The driver also follows the outcome (p %.2g): it may be the other way round.", *p.found.Reverse)
	}
	if best := p.found.Lags[p.found.Lag]; best.Statistic*p.found.Slope.Value < 0 {
		p.warn("The test and the slope point to opposite sides: read neither.")
	}
	for _, other := range p.found.Lags {
		if other.Lag != p.found.Lag && math.Abs(other.Statistic) > other.Band {
			p.warn("Lag %d stands out as well.", other.Lag)
		}
	}
}

func (p *pair) warn(format string, values ...any) {
	p.found.Warnings = append(p.found.Warnings, fmt.Sprintf(format, values...))
}
