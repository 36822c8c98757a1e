package cohort

import (
	"math"
	"testing"
)

func TestStrataOfTheParadox(t *testing.T) {
	o := shared(t).Simpson
	pooled, reason := Pool([]Table{o.Tables[0].table(), o.Tables[1].table()})
	if reason != "" || pooled.Sparse {
		t.Fatal(reason, pooled.Sparse)
	}
	near(t, "difference's error", pooled.DifferenceError, o.RDSE, 1e-12)
	near(t, "ratio's error", pooled.LogRatioError, o.RRSE, 1e-12)
	near(t, "odds' error", pooled.LogOddsError, o.ORSE, 1e-12)
	near(t, "CMH", pooled.ChiSquare, o.CMH[0], 1e-12)
	near(t, "corrected", pooled.Corrected, o.Corrected[0], 1e-12)
	got := pooled.Effects(0.95)
	bounded(t, "difference", got.RiskDifference, o.RD, o.RDCI, 1e-10)
	bounded(t, "ratio", *got.RelativeRisk, o.RR, o.RRCI, 1e-10)
	bounded(t, "odds", *got.OddsRatio, o.OR, o.ORCI, 1e-10)
	near(t, "p", got.P, o.CMH[1], 1e-10)
	h := pooled.Heterogeneity()
	near(t, "Breslow–Day", h.BreslowDay, o.BreslowDay[0], 1e-10)
	near(t, "Breslow–Day p", chiSquareAbove(1, h.BreslowDay), o.BreslowDay[1], 1e-10)
	near(t, "Tarone", h.Tarone, o.Tarone[0], 1e-10)
	near(t, "Tarone p", h.P, o.Tarone[1], 1e-10)
}

func TestStrataAreThoseOfR(t *testing.T) {
	for name, o := range fromR(t).Strata {
		t.Run(name, func(t *testing.T) {
			tables := make([]Table, len(o.Tables))
			for i, c := range o.Tables {
				tables[i] = tableOf(c[0], c[1], c[2], c[3])
			}
			pooled, reason := Pool(tables)
			if reason != "" {
				t.Fatal(reason)
			}
			near(t, "difference", pooled.Difference, o.Difference.Value, 1e-10)
			near(t, "log ratio", math.Log(pooled.Ratio), o.LogRatio.Value, 1e-10)
			near(t, "ratio's error", pooled.LogRatioError, o.LogRatio.SE, 1e-10)
			near(t, "log odds", math.Log(pooled.Odds), o.LogOdds.Value, 1e-10)
			near(t, "odds' error", pooled.LogOddsError, o.LogOdds.SE, 1e-10)
			near(t, "ratio's upper end at 99 %", math.Log(pooled.Effects(0.99).RelativeRisk.Interval.Upper), o.LogRatio99.Upper, 1e-9)
			for level, want := range map[float64][2]float64{0.95: o.Klingenberg, 0.90: o.Klingenberg90} {
				got := pooled.klingenberg(level)
				near(t, "Klingenberg lower", got.Lower, want[0], 1e-9)
				near(t, "Klingenberg upper", got.Upper, want[1], 1e-9)
			}
			near(t, "exact", exact(tables), o.ExactP, 1e-7)
			if o.CMH == nil {
				return
			}
			near(t, "CMH", pooled.ChiSquare, *o.CMH, 1e-10)
			near(t, "corrected", pooled.Corrected, o.Corrected, 1e-10)
			h := pooled.heterogeneity()
			near(t, "Breslow–Day", h.BreslowDay, o.LogOdds.BreslowDay, 1e-9)
			near(t, "Tarone", h.Tarone, o.LogOdds.Tarone, 1e-9)
			near(t, "Tarone p", h.P, *o.LogOdds.TaroneP, 1e-9)
			near(t, "crossover", h.Crossover, *o.Crossover, 1e-9)
			if want := name == "opposed"; h.Opposed(0.05) != want {
				t.Errorf("opposed: %v", !want)
			}
		})
	}
}

// Strata of a handful are not compared with others; the others are, as if these were not there.
func TestSmallStrataAreNotComparedWithOthers(t *testing.T) {
	large := []Table{tableOf(90, 10, 60, 40), tableOf(40, 60, 75, 25)}
	want, _ := Pool(large)
	got, _ := Pool(append(large, tableOf(3, 1, 1, 2), tableOf(1, 0, 0, 1), tableOf(7, 0, 9, 0)))
	if a, b := want.Heterogeneity(), got.Heterogeneity(); *a != *b || a.Strata != 2 || a.Up != 1 || a.Down != 1 {
		t.Errorf("%+v and %+v", a, b)
	}
	small, _ := Pool([]Table{tableOf(3, 1, 1, 2), tableOf(1, 0, 0, 1)})
	if h := small.Heterogeneity(); h != nil || h.Opposed(1) {
		t.Errorf("%+v", h)
	}
}

func TestOpposedNeedsBoth(t *testing.T) {
	for _, h := range []Heterogeneity{{P: 0.04, Crossover: 0.06}, {P: 0.06, Crossover: 0.04}, {P: 0.06, Crossover: 0.06}} {
		if h.Opposed(0.05) {
			t.Errorf("%+v", h)
		}
	}
}

// At any odds ratio the expected counts have that one, and none is below zero.
func TestExpectedCountsHaveTheOddsRatio(t *testing.T) {
	for _, table := range []Table{tableOf(30, 20, 10, 40), tableOf(1, 99, 30, 2), tableOf(90, 3, 40, 60)} {
		for _, odds := range []float64{1e-9, 0.01, 0.5, 1, 1 + 1e-12, 3, 1e7} {
			expected, variance := table.given(odds)
			outcomes := float64(table.Best.Outcomes + table.Worst.Outcomes)
			b, c := float64(table.Best.N)-expected, outcomes-expected
			d := float64(table.Worst.N) - c
			near(t, "odds", expected*d/(b*c), odds, 1e-6)
			if min(expected, b, c, d, variance) <= 0 {
				t.Errorf("%+v at %v: %v, %v, %v, %v", table, odds, expected, b, c, d)
			}
		}
	}
}

// Gail and Simon (1985), table 1: the statistic that is exceeded with a probability of 5 %.
func TestCrossoverAsPublished(t *testing.T) {
	for i, critical := range []float64{2.71, 4.23, 5.43, 6.50, 7.48, 8.41, 9.29, 10.15, 10.99} {
		near(t, "p", crossover(i+2, critical), 0.05, 0.004)
	}
	if got := crossover(5000, 2800); got <= 0 || got >= 1 {
		t.Errorf("thousands of strata: %v", got)
	}
}

func TestSparseStrataHaveAnotherInterval(t *testing.T) {
	o := fromR(t).Strata["sparse"]
	var tables []Table
	for _, c := range o.Tables {
		tables = append(tables, tableOf(c[0], c[1], c[2], c[3]))
	}
	pooled, _ := Pool(tables)
	got := pooled.Effects(0.95)
	bounded(t, "difference", got.RiskDifference, o.Difference.Value, o.Klingenberg, 1e-9)
	near(t, "p", got.P, o.CMHP, 1e-9)
	if got.Test != CochranMantelHaenszel {
		t.Error(got.Test)
	}
}

// Two cohorts of a thousand and of ten: their χ² says 5 in a million, where it is 5 in ten thousand.
func TestLopsidedStrataAreTestedExactly(t *testing.T) {
	o := fromR(t).Strata["lopsided"]
	var tables []Table
	for _, c := range o.Tables {
		tables = append(tables, tableOf(c[0], c[1], c[2], c[3]))
	}
	pooled, _ := Pool(tables)
	p, test := pooled.Independence()
	near(t, "p", p, o.ExactP, 1e-9)
	if test != ExactConditional {
		t.Error(test)
	}
}

// All of the best and none of the worst: even so the interval has a width.
func TestCertaintyIsNotCertain(t *testing.T) {
	pooled, _ := Pool([]Table{tableOf(20, 0, 0, 20), tableOf(30, 0, 0, 30)})
	got := pooled.Effects(0.95)
	if d := got.RiskDifference; d.Value != 1 || d.Interval.Upper != 1 || d.Interval.Lower > 0.95 || d.Interval.Lower < 0.8 {
		t.Errorf("%+v", d)
	}
	if got.OddsRatio != nil || got.RelativeRisk != nil || pooled.Heterogeneity() != nil {
		t.Errorf("ratios to nothing: %+v", got)
	}
}

func TestStrataThatSayNothing(t *testing.T) {
	one, none := tableOf(5, 5, 0, 0), tableOf(0, 0, 4, 4)
	if pooled, reason := Pool([]Table{one, none}); reason != NoSharedStratum || pooled.OneSided != 2 {
		t.Error(reason, pooled)
	}
	if _, reason := Pool([]Table{tableOf(5, 0, 5, 0), tableOf(0, 4, 0, 3), one}); reason != OutcomeConstant {
		t.Error(reason)
	}
	alone, _ := Pool([]Table{tableOf(60, 40, 30, 70)})
	with, _ := Pool([]Table{one, tableOf(60, 40, 30, 70), none})
	if alone.Effects(0.95).RiskDifference != with.Effects(0.95).RiskDifference || with.OneSided != 2 || len(with.Tables) != 1 {
		t.Error("strata of one cohort change the comparison")
	}
	if with.Heterogeneity() != nil {
		t.Error("a single stratum differs from others")
	}
}
