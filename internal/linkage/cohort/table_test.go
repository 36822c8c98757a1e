package cohort

import (
	"fmt"
	"testing"
)

func TestTablesAreThoseOfOtherTools(t *testing.T) {
	oracle := read[[]struct {
		Table      [4]int64
		Confidence float64
		Difference float64
		Newcombe   [2]float64
		Ratio      float64
		Katz       [2]float64
		Odds       *float64
		Woolf      *[2]float64
		Expected   float64
		ChiP       float64 `json:"chi2_p"`
		FisherP    float64 `json:"fisher_p"`
	}](t, "tables.json")
	for _, o := range oracle {
		t.Run(fmt.Sprint(o.Table, o.Confidence), func(t *testing.T) {
			table := tableOf(o.Table[0], o.Table[1], o.Table[2], o.Table[3])
			got := table.Crude(o.Confidence)
			bounded(t, "difference", got.RiskDifference, o.Difference, o.Newcombe, 1e-9)
			bounded(t, "ratio", *got.RelativeRisk, o.Ratio, o.Katz, 1e-10)
			if got.HalfAdded != (o.Odds == nil) {
				t.Error("a half is added only to a table with a zero, and it is told")
			}
			if o.Odds != nil {
				bounded(t, "odds", *got.OddsRatio, *o.Odds, *o.Woolf, 1e-10)
			}
			near(t, "Fisher", exact([]Table{table}), o.FisherP, 1e-9)
			if o.Expected < 5 {
				near(t, "p", got.P, o.FisherP, 1e-9)
			} else {
				near(t, "p", got.P, o.ChiP, 1e-9)
			}
			if (got.Test == FisherExact) != (o.Expected < 5) {
				t.Errorf("%v where the least count expected is %v", got.Test, o.Expected)
			}
		})
	}
}

func TestSharedTables(t *testing.T) {
	o := shared(t)
	for name, o := range map[string]sharedTable{"renewal": o.Renewal, "repeat": o.Repeat, "small": o.Small, "paradox": o.Simpson.Crude} {
		t.Run(name, func(t *testing.T) {
			got := o.Table.table().Crude(0.95)
			bounded(t, "difference", got.RiskDifference, o.RD/100, [2]float64{o.Newcombe[0] / 100, o.Newcombe[1] / 100}, 1e-9)
			bounded(t, "ratio", *got.RelativeRisk, o.RR, o.Katz, 1e-10)
			bounded(t, "odds", *got.OddsRatio, o.OR, o.Woolf, 1e-10)
			near(t, "χ²", o.Table.table().chiSquare(), o.Chi, 1e-10)
			near(t, "χ²'s p", chiSquareAbove(1, o.Table.table().chiSquare()), o.ChiP, 1e-10)
			near(t, "Fisher", exact([]Table{o.Table.table()}), o.FisherP, 1e-9)
		})
	}
}

func TestHalfIsAddedToAZero(t *testing.T) {
	o := shared(t).Zero
	got := o.Table.table().Crude(0.95)
	bounded(t, "odds", *got.OddsRatio, o.OR, o.CI, 1e-10)
	if !got.HalfAdded {
		t.Error("it is not told that a half was added")
	}
}

func TestNoRatioToNothing(t *testing.T) {
	for _, table := range []Table{tableOf(0, 20, 5, 15), tableOf(5, 15, 0, 20)} {
		got := table.Crude(0.95)
		if got.RelativeRisk != nil {
			t.Errorf("%+v: relative risk %+v where a cohort has no outcome", table, got.RelativeRisk)
		}
		if got.OddsRatio == nil || !got.HalfAdded {
			t.Errorf("%+v: no odds ratio with a half added", table)
		}
	}
}

func TestNothingToCompare(t *testing.T) {
	for _, table := range []Table{{}, tableOf(3, 4, 0, 0), tableOf(0, 0, 3, 4), tableOf(10, 0, 9, 0), tableOf(0, 10, 0, 9)} {
		if got := table.Crude(0.95); got != nil {
			t.Errorf("%+v: %+v", table, got)
		}
	}
}

// The normal distribution's upper tail is zero from 8.5 standard errors on if it is taken as one minus the lower.
func TestFarTailsKeepTheirDigits(t *testing.T) {
	p, test := tableOf(700, 300, 100, 900).Independence() // scipy: χ² 750, p from its survival function
	near(t, "χ²", tableOf(700, 300, 100, 900).chiSquare(), 750, 1e-12)
	near(t, string(test), p, 4.012375541416957e-165, 1e-9)
}

func TestTrendOverCohorts(t *testing.T) {
	o := shared(t).Trend
	cohorts := make([]Count, len(o.K))
	for i := range cohorts {
		cohorts[i] = Count{N: o.N[i], Outcomes: o.K[i]}
	}
	got := CochranArmitage(cohorts)
	near(t, "z", got.Z, o.Z, 1e-12)
	near(t, "χ²", got.Z*got.Z, o.Chi2, 1e-12)
	near(t, "p", got.P, o.P, 1e-10)
	if got.N != 600 || got.Levels != 3 {
		t.Errorf("%+v", got)
	}
	for _, none := range [][]Count{nil, {{10, 5}}, {{10, 5}, {}}, {{10, 0}, {10, 0}}, {{10, 10}, {5, 5}}} {
		if got := CochranArmitage(none); got != nil {
			t.Errorf("%v: %+v", none, got)
		}
	}
}
