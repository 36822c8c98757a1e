package interval

import (
	"math"
	"testing"
)

func TestDifferenceOfNetScores(t *testing.T) {
	type score struct{ P, D, N float64 }
	want := read[struct {
		Difference struct {
			PeriodA, PeriodB score
			Diff, SE, Z, P   float64
			CI               pair
		} `json:"nps_diff"`
	}](t, "..", "testdata", "estimates.json").Difference
	net := func(s score) Measured {
		p, d := s.P/s.N, s.D/s.N
		return Measured{Value: 100 * (p - d), Error: 100 * math.Sqrt((p+d-(p-d)*(p-d))/s.N)}
	}
	got, ok := Compare(net(want.PeriodB), net(want.PeriodA), 0.95)
	if !ok {
		t.Fatal("not comparable")
	}
	near(t, "difference", got.Value, want.Diff, 1e-13)
	near(t, "error", got.Error, want.SE, 1e-13)
	near(t, "z", got.Statistic, want.Z, 1e-13)
	near(t, "p", got.P, want.P, 1e-12)
	same(t, "interval", got.Interval, want.CI, 1e-12)
}

// Two windows of domain.md 3e: 180 for and 60 against of 360, then 140 and 95 of 350.
func TestOneSidedProbability(t *testing.T) {
	want := read[struct {
		Windows struct {
			Diff, SE, Z float64
			One         float64 `json:"p_one"`
		} `json:"divergence_two_window"`
	}](t, "testdata", "rates_bootstrap.json").Windows
	net := func(p, d, n float64) Measured {
		return Measured{Value: 100 * (p - d) / n, Error: 100 * math.Sqrt(((p+d)/n-(p-d)*(p-d)/n/n)/n)}
	}
	got, _ := Compare(net(140, 95, 350), net(180, 60, 360), 0.95)
	near(t, "z", got.Statistic, want.Z, 1e-13)
	near(t, "fall", got.Fall(), want.One, 1e-12)
	near(t, "rise", got.Rise(), 1-want.One, 1e-12)
}

func TestWelch(t *testing.T) {
	mean := func(x []float64) Measured {
		p := paired(x, ones(len(x)))
		se, _ := p.Error()
		return Measured{Value: p.Ratio(), Error: se, Freedom: p.Count - 1}
	}
	shared := read[struct {
		CPI   struct{ X []float64 } `json:"mk_cpi"`
		Welch struct{ T, P float64 }
	}](t, "..", "..", "trend", "testdata", "drivers_trend_forecast.json")
	halves, _ := Compare(mean(shared.CPI.X[:4]), mean(shared.CPI.X[4:]), 0.95)
	near(t, "t of halves", halves.Statistic, shared.Welch.T, 1e-13)
	near(t, "p of halves", halves.P, shared.Welch.P, 1e-12)

	// As in R.
	for _, c := range fromR(t).Welch {
		got, ok := Compare(mean(c.A), mean(c.B), 0.95)
		if !ok {
			t.Fatal("not comparable")
		}
		near(t, "t", got.Statistic, c.T, 1e-12)
		near(t, "freedom", got.Freedom, c.Freedom, 1e-12)
		near(t, "p", got.P, c.P, 1e-11)
		same(t, "interval", got.Interval, c.Interval, 1e-10)
	}
}

func TestNewcombe(t *testing.T) {
	for name, c := range map[string]struct{ hitsNow, nNow, hitsThen, nThen, difference, lower, upper float64 }{
		"first of article 002":  {182, 200, 140, 200, 0.21, 0.13389199156952971, 0.28419633679488005},
		"second of article 002": {96, 240, 48, 240, 0.2, 0.118550240, 0.277899596},
		"small":                 {9, 10, 5, 10, 0.4, -0.002356, 0.675912},
	} {
		got := Newcombe(c.hitsNow, c.nNow, c.hitsThen, c.nThen, 0.95)
		near(t, name, got.Value, c.difference, 1e-13)
		near(t, name+" lower", got.Interval.Lower, c.lower, 1e-6)
		near(t, name+" upper", got.Interval.Upper, c.upper, 1e-6)
		if excluded := got.Interval.Lower > 0; excluded != (got.P < 0.05) {
			t.Errorf("%s: %v with p %g", name, got.Interval, got.P)
		}
	}
}

// Every pair of small shares: the interval stays within what a difference can be, and agrees with its own probability.
func TestNewcombeAgreesWithItself(t *testing.T) {
	for a := 0.0; a <= 12; a++ {
		for b := 0.0; b <= 8; b++ {
			got := Newcombe(a, 12, b, 8, 0.95)
			back := Newcombe(b, 8, a, 12, 0.95)
			excluded := got.Interval.Lower > 0 || got.Interval.Upper < 0
			switch {
			case excluded != (got.P < 0.05):
				t.Errorf("%g/12 − %g/8: %v with p %g", a, b, got.Interval, got.P)
			case got.Interval.Lower < -1 || got.Interval.Upper > 1:
				t.Errorf("%g/12 − %g/8: %v", a, b, got.Interval)
			case math.Abs(got.Interval.Lower+back.Interval.Upper) > 1e-15 || math.Abs(got.P-back.P) > 1e-12:
				t.Errorf("%g/12 − %g/8 is not the mirror of its reverse: %v, %v", a, b, got, back)
			}
		}
	}
}

func TestBetweenWithMissingEnds(t *testing.T) {
	high := Bounded{Value: 21.6, Interval: Interval{Lower: 12, Upper: math.Inf(1)}}
	low := Bounded{Value: 7, Interval: Interval{Lower: 4, Upper: 9}}
	// What is known of both sides that face each other suffices to tell that it rose.
	up, ok := Between(high, low, 0.95)
	if lower, upper := up.Interval.Ends(); !ok || lower == nil || upper != nil || *lower != 14.6-math.Hypot(9.6, 2) {
		t.Errorf("%+v, %t", up, ok)
	}
	// How far it may have risen from there is not known, so neither is a fall.
	below := Bounded{Value: 30, Interval: Interval{Lower: 20, Upper: 50}}
	if down, ok := Between(high, below, 0.95); ok || !math.IsInf(down.Interval.Upper, 1) {
		t.Errorf("%+v, %t", down, ok)
	}
	constant := Bounded{Value: 3, Interval: Interval{Lower: 3, Upper: 3}}
	if got, ok := Between(constant, constant, 0.95); ok {
		t.Errorf("no margin at all: %+v", got)
	}
	if got, ok := Compare(Measured{Value: 3}, Measured{Value: 2}, 0.95); ok || got.Interval != None() {
		t.Errorf("no error at all: %+v", got)
	}
}

func TestTails(t *testing.T) {
	want := fromR(t).Tails
	for _, c := range want.Z {
		near(t, "two-sided", TwoSided(c[0])/c[1], 1, 1e-12)
		near(t, "two-sided", 2*Above(c[0])/c[1], 1, 1e-12)
	}
	for _, c := range want.T {
		near(t, "Student", TwoSidedT(c[0], c[1])/c[2], 1, 1e-9)
	}
}
