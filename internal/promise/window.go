package promise

import (
	"math"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// count sums up the last of periods, without an interval.
func (s Standing) count(periods []Period, length int) Window {
	out, _ := s.sum(periods, length)
	return out
}

// window sums up the last of periods. Its interval is exact (Clopper and Pearson) at the effective sample size, as Korn and
// Graubard 1998 (Survey Methodology 24:193) have it for few bad rows of a survey: of rows that belong together, and of
// periods that vary more than rows by themselves do, each tells less.
func (s Standing) window(periods []Period, length int) Window {
	out, effect := s.sum(periods, length)
	if out.N > 0 {
		effect *= s.Dispersion
		found := interval.ClopperPearson(out.Bad/effect, out.N/effect, s.Level)
		out.Lower, out.Upper = found.Lower/s.Allowed, found.Upper/s.Allowed
	}
	return out
}

// sum also tells the design effect of the rows together.
func (s Standing) sum(periods []Period, length int) (out Window, effect float64) {
	periods = periods[max(0, len(periods)-length):]
	out = Window{Length: length, Periods: len(periods), Lower: math.NaN(), Upper: math.NaN()}
	for _, p := range periods {
		if p.usable() {
			out.Bad, out.N, effect = out.Bad+p.Bad, out.N+p.N, effect+p.N*p.effect()
		}
	}
	out.Burn = out.Bad / out.N / s.Allowed
	return out, effect / out.N
}

func (p Period) usable() bool { return !p.Missing && p.N > 0 }

// effect is by how much more the share varies than that of as many independent rows (the design effect).
func (p Period) effect() float64 {
	if p.Effective <= 0 || p.Effective >= p.N {
		return 1
	}
	return p.N / p.Effective
}

const (
	// fewestRanges of neighbours that a dispersion is told from; fewer are too unsure to go by.
	fewestRanges = 7
	// rangeOfTwo is the mean distance of two standard normal values (d₂ of control charts), 1.128.
	rangeOfTwo = 2 / 1.772453850905516
)

// dispersion is how much more the shares of periods vary than those of independent rows: the square of σz of Laney's p′
// chart (Laney 2002, Quality Engineering 14:531), which goes by the distances of neighbours, so that one lasting change of level
// hardly counts. Below 1, which only chance makes, it is 1; so it is where there are too few neighbours to tell.
func dispersion(periods []Period) float64 {
	var bad, n float64
	for _, p := range periods {
		if p.usable() {
			bad, n = bad+p.Bad, n+p.N
		}
	}
	mean := bad / n
	if !(mean > 0 && mean < 1) {
		return 1
	}
	var sum, ranges, before float64
	first := true
	for _, p := range periods {
		if !p.usable() {
			continue
		}
		z := (p.Bad/p.N - mean) / math.Sqrt(mean*(1-mean)*p.effect()/p.N)
		if !first {
			sum, ranges = sum+math.Abs(z-before), ranges+1
		}
		before, first = z, false
	}
	if ranges < fewestRanges {
		return 1
	}
	sigma := sum / ranges / rangeOfTwo
	return max(1, sigma*sigma)
}
