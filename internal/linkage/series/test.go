package series

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// Test tells whether outcome follows driver. Both are aligned: the same index is the same period, in order of time, NaN
// where a period has no value. Equal input gives equal output, to the last digit. See the package for what it does.
func Test(driver, outcome []float64, opts Options) Finding {
	return compare(driver, outcome, opts, usual)
}

func compare(driver, outcome []float64, opts Options, effort draws) Finding {
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
	compared := pair{x: driver[first:end], y: outcome[first:end], found: &found, opts: opts}
	compared.random = seeded(opts.Seed, compared.x, compared.y)
	if !compared.prepare() || !compared.judge(effort) || !compared.measure() {
		return Finding{Reason: ConstantSeries, N: found.N, First: found.First, Last: found.Last, MaxLag: found.MaxLag}
	}
	compared.caution(max(len(driver), len(outcome)))
	return found
}

// pair is what is compared, and what is found of it.
type pair struct {
	x, y   []float64
	found  *Finding
	opts   Options
	taken  int // degrees of freedom that went into seasons
	random *rand.Rand

	gate   gate
	chance chance
	levels effect // of the gate's regression at the lag found
}

// prepare takes the seasons out. It fails where nothing varies, or nothing but seasons.
func (p *pair) prepare() bool {
	scaleX, scaleY := largest(p.x), largest(p.y)
	if p.opts.Season >= 2 {
		var okX, okY bool
		p.x, okX = Deseasonalise(p.x, p.opts.Season)
		p.y, okY = Deseasonalise(p.y, p.opts.Season)
		if !okX || !okY {
			return false
		}
		p.found.Deseasonalised = true
		p.taken = p.opts.Season - 1
	}
	return varies(p.x, scaleX) && varies(p.y, scaleY)
}

// judge tests all lags at once and finds the best.
func (p *pair) judge(effort draws) (ok bool) {
	n := len(p.y)
	unlinked, ok := newNull(p.y, min(maxOrder, (n-p.taken)/12))
	if !ok {
		return false
	}
	if p.taken > 0 {
		unlinked.season = seasonal(n, p.opts.Season)
	}
	if p.gate, ok = newGate(p.x, len(unlinked.phi), p.found.MaxLag, p.taken); !ok {
		return false
	}
	statistics := make([]float64, len(p.gate.lags))
	z, _ := detrended(p.y) // for its digits: the line is in the regression anyway
	most := p.gate.statistics(z, statistics)
	p.chance = p.gate.under(unlinked, n, most, 1-p.opts.Confidence, effort, p.random)
	for lag, statistic := range statistics {
		slope, ok := p.gate.slope(p.x, p.y, lag, p.opts.Confidence)
		if !ok {
			return false
		}
		p.found.Lags = append(p.found.Lags, Evidence{Lag: lag, Statistic: statistic, Band: p.chance.band, Slope: slope.Bounded})
		if math.Abs(statistic) == most {
			p.found.Lag, p.levels = lag, slope
		}
	}
	return true
}

// measure tells the effect at the lag found: of changes on changes unless both series are seen to keep to a level,
// else that of the gate's own regression.
func (p *pair) measure() (ok bool) {
	driver, outcome := keepsLevel(p.x), keepsLevel(p.y)
	p.found.Differenced = !driver.agreed() || !outcome.agreed()
	changed, ok := changes(p.x, p.y, p.found.Lag, p.opts.Confidence)
	if !ok {
		return false
	}
	told := p.levels
	if p.found.Differenced {
		told = changed
	}
	p.found.Slope, p.found.Rows = told.Bounded, told.rows
	p.found.P = max(p.chance.p, p.levels.p, changed.p)
	best, alpha := p.found.Lags[p.found.Lag].Statistic, 1-p.opts.Confidence
	p.found.seen = seen{periods: len(p.y), freedom: p.gate.freedom(len(p.y), p.found.Lag), lags: len(p.gate.lags), statistic: best}
	switch {
	case best*changed.Value <= 0:
		p.found.P = 1
		p.warn("At lag %d, levels and changes from period to period point to opposite sides: nothing is shown.", p.found.Lag)
	case p.found.P > alpha && math.Abs(best) > p.chance.median:
		p.found.Needed = p.found.seen.needed(alpha)
	}
	if driver.disagree() || outcome.disagree() {
		p.warn("Two tests disagree on whether the series keep to a level (driver: ADF p %.2g, KPSS p %.2g; outcome: %.2g, %.2g). "+
			"Changes from period to period are compared and give a slope of %.3g; the levels give %.3g.",
			driver.adf, driver.kpss, outcome.adf, outcome.kpss, changed.Value, p.levels.Value)
	}
	p.reverse()
	return true
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
	x, y := p.x, p.y
	if p.found.Differenced {
		x, y = Difference(x, 1), Difference(y, 1)
	}
	if back, ok := Granger(y, x, max(1, p.found.Lag)); ok {
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
	for _, other := range p.found.Lags {
		if other.Lag != p.found.Lag && math.Abs(other.Statistic) > other.Band {
			p.warn("Lag %d stands out as well.", other.Lag)
		}
	}
}

func (p *pair) warn(format string, values ...any) {
	p.found.Warnings = append(p.found.Warnings, fmt.Sprintf(format, values...))
}
