package cohort

import (
	"math"
	"slices"
	"testing"
)

// customers are those of testdata/oracle.R: three cohorts, two covariates, plans as strata.
func customers(t *testing.T) []Unit {
	var units []Unit
	for _, c := range fromR(t).Customers {
		units = append(units, Unit{
			Stratum: c.Plan, Covariates: []float64{c.Tenure, c.Seats}, Level: c.Level, Score: c.Score, Outcome: c.Renewed == 1, N: 1,
		})
	}
	return units
}

func byPlanAndAge() Options {
	return Options{Levels: 3, Confidence: 0.95, Strata: []string{"plan"}, Covariates: []string{"tenure", "seats"}}
}

func ends(value, se float64) [2]float64 {
	const z = 1.959963984540054
	return [2]float64{value - z*se, value + z*se}
}

func exponential(ends [2]float64) [2]float64 { return [2]float64{math.Exp(ends[0]), math.Exp(ends[1])} }

func TestRegressionIsThatOfR(t *testing.T) {
	o := fromR(t).Regressed
	found := Compare(customers(t), byPlanAndAge())
	got := found.Regressed
	if got.Reason != "" {
		t.Fatal(got.Reason)
	}
	bounded(t, "difference", got.Effects.RiskDifference, o.Difference, ends(o.Difference, o.DifferenceSE), 1e-8)
	bounded(t, "ratio", *got.Effects.RelativeRisk, math.Exp(o.LogRatio), exponential(ends(o.LogRatio, o.LogRatioSE)), 1e-8)
	bounded(t, "odds", *got.Effects.OddsRatio, math.Exp(o.Coefficients[1]), exponential(ends(o.Coefficients[1], o.SE[1])), 1e-8)
	near(t, "p", got.Effects.P, o.P, 1e-8)
	if got.Effects.Test != LikelihoodRatio || got.Strata != 3 || got.N != found.Table().n() ||
		!slices.Equal(got.By, []string{"tenure", "seats", "plan"}) {
		t.Errorf("%+v", got)
	}
	if found.Adjusted() != got || got.Heterogeneity == nil || got.Heterogeneity != found.Stratified.Heterogeneity {
		t.Error("the regression is the strictest comparison, and tells of its strata")
	}
}

func TestSlopePerScoreIsThatOfR(t *testing.T) {
	o := fromR(t).Scored
	got := Compare(customers(t), byPlanAndAge()).PerScore
	bounded(t, "effect", got.Effect, o.Value, ends(o.Value, o.ValueSE), 1e-8)
	near(t, "p", got.P, o.P, 1e-8)
	if got.N != 400 {
		t.Error(got.N)
	}
}

func TestRegressionOfTheParadox(t *testing.T) {
	o, r := shared(t).LogitSimpson, fromR(t).Paradox
	units := simpson(t)
	for i := range units {
		units[i].Covariates = []float64{0}
		if units[i].Stratum == "ENT" {
			units[i].Covariates[0] = 1
		}
	}
	// The plan as a covariate, and the plan as strata, are one model.
	covariate := Compare(units, Options{Levels: 2, Confidence: 0.95, Covariates: []string{"enterprise"}}).Regressed
	both := Compare(units, Options{Levels: 2, Confidence: 0.95, Strata: []string{"plan"}, Covariates: []string{"enterprise"}}).Regressed
	if !slices.Equal(both.Redundant, []string{"enterprise"}) || covariate.Redundant != nil {
		t.Errorf("redundant: %v, %v", both.Redundant, covariate.Redundant)
	}
	for _, got := range []*Adjustment{covariate, both} {
		bounded(t, "difference", got.Effects.RiskDifference, o.GComp.RD, ends(o.AME, o.AMESE), 1e-6) // statsmodels stops early
		bounded(t, "difference", got.Effects.RiskDifference, r.Difference, ends(r.Difference, r.DifferenceSE), 1e-8)
		near(t, "ratio", got.Effects.RelativeRisk.Value, o.GComp.RR, 1e-10)
		bounded(t, "odds", *got.Effects.OddsRatio, o.OR, o.ORCI, 1e-6)
		near(t, "p", got.Effects.P, r.P, 1e-9)
		if !got.SignFlips {
			t.Error("the sign flips")
		}
	}
	fit, _ := Regress(design(byStratum(merge(units, Options{Levels: 2, Strata: []string{"plan"}})), func(u Unit) float64 { return float64(u.Level) }))
	// Strata are sorted, so that enterprise is the one without a column.
	near(t, "prom", fit.Coefficients[1], o.Coef["prom"], 1e-8)
	near(t, "error", fit.Error(1), o.SE["prom"], 1e-8)
	near(t, "p", fit.P(1), o.P["prom"], 1e-8)
	near(t, "ent", -fit.Coefficients[2], o.Coef["ent"], 1e-8)
	near(t, "error", fit.Error(2), o.SE["ent"], 1e-8)
	near(t, "const", fit.Coefficients[0]+fit.Coefficients[2], o.Coef["const"], 1e-8)
	near(t, "log-likelihood", fit.LogLikelihood, o.LLF, 1e-12)
}

func TestRegressionIsRefused(t *testing.T) {
	opts := Options{Levels: 2, Confidence: 0.95, Covariates: []string{"x"}}
	unit := func(level int, outcome bool, n int64, x float64) Unit {
		return Unit{Level: level, Outcome: outcome, N: n, Covariates: []float64{x}}
	}
	cases := []struct {
		reason Reason
		units  []Unit
	}{
		{TooFewEvents, []Unit{unit(1, true, 80, 1), unit(1, false, 10, 2), unit(0, true, 70, 2), unit(0, false, 9, 1)}},
		{Collinear, []Unit{unit(1, true, 80, 1), unit(1, false, 20, 1), unit(0, true, 50, 0), unit(0, false, 50, 0)}},
		{Separation, []Unit{unit(1, true, 80, 5), unit(1, false, 20, 3), unit(0, true, 50, 4), unit(0, false, 50, 3)}},
		{OneCohortOnly, []Unit{unit(1, true, 80, 1), unit(1, false, 20, 2), unit(0, true, 50, math.NaN()), unit(0, false, 50, math.NaN())}},
		{OutcomeConstant, []Unit{unit(1, true, 80, 1), unit(1, false, 20, math.NaN()), unit(0, true, 50, 2), unit(0, false, 50, math.Inf(1))}},
	}
	for _, c := range cases {
		found := Compare(c.units, opts)
		if found.Reason != "" || found.Crude == nil {
			t.Fatalf("%s: the crude comparison is refused: %s", c.reason, found.Reason)
		}
		if got := found.Regressed; got.Reason != c.reason || got.Effects != nil || got.N != 0 || got.SignFlips {
			t.Errorf("want %s, got %+v", c.reason, got)
		}
	}
}

func TestCovariatesThatAreNotKnown(t *testing.T) {
	units := customers(t)
	want := Compare(units, byPlanAndAge())
	extra := []Unit{
		{Stratum: "pro", Level: 2, Outcome: true, N: 30, Score: 9, Covariates: []float64{math.NaN(), 4}},
		{Stratum: "pro", Level: 0, N: 3, Score: 2, Covariates: []float64{4, math.Inf(1)}},
		{Stratum: "pro", Level: 0, N: 2, Score: 2, Covariates: []float64{4}},
		{Stratum: "pro", Level: 1, N: 9, Score: 5, Covariates: []float64{4, math.NaN()}},
	}
	got := Compare(append(extra, units...), byPlanAndAge())
	if got.Regressed.Unknown != 35 || got.Regressed.N != want.Regressed.N {
		t.Errorf("%+v", got.Regressed)
	}
	if *got.Regressed.Effects.OddsRatio != *want.Regressed.Effects.OddsRatio || *got.PerScore != *want.PerScore {
		t.Error("units that lack a covariate change the regression")
	}
	if got.Crude.RiskDifference == want.Crude.RiskDifference {
		t.Error("they count in the crude comparison")
	}
}

// A stratum in which all renew has no difference, whatever the rest; one with a single cohort cannot tell.
func TestStrataOfOneOutcome(t *testing.T) {
	units := customers(t)
	want := Compare(units, byPlanAndAge())
	n := want.Regressed.N
	units = append(units,
		Unit{Stratum: "free", Level: 2, Outcome: true, N: 100, Score: 9, Covariates: []float64{1, 1}},
		Unit{Stratum: "free", Level: 0, Outcome: true, N: 50, Score: 3, Covariates: []float64{2, 2}},
		Unit{Stratum: "old", Level: 2, Outcome: true, N: 70, Score: 9, Covariates: []float64{1, 1}},
		Unit{Stratum: "old", Level: 2, Outcome: false, N: 70, Score: 9, Covariates: []float64{1, 1}},
	)
	got := Compare(units, byPlanAndAge())
	if got.Regressed.N != n+150 || got.Regressed.Strata != 4 || got.Regressed.OneSided != 1 {
		t.Errorf("%+v", got.Regressed)
	}
	near(t, "odds", got.Regressed.Effects.OddsRatio.Value, want.Regressed.Effects.OddsRatio.Value, 1e-9)
	difference, ratio := want.Regressed.Effects.RiskDifference.Value, want.Regressed.Effects.RelativeRisk.Value
	near(t, "difference", got.Regressed.Effects.RiskDifference.Value*float64(n+150), difference*float64(n), 1e-9)
	worst := difference / (ratio - 1)
	near(t, "ratio", got.Regressed.Effects.RelativeRisk.Value, (worst*ratio*float64(n)+150)/(worst*float64(n)+150), 1e-9)
}

// What says nothing new is left out by name, and changes nothing.
func TestRedundantCovariates(t *testing.T) {
	units := customers(t)
	want := Compare(units, byPlanAndAge()).Regressed
	for i, u := range units {
		pro := 0.0
		if u.Stratum == "pro" {
			pro = 1e6
		}
		units[i].Covariates = append([]float64{7e9}, append(u.Covariates, 3e-9*u.Covariates[0]-2e-9*u.Covariates[1], pro)...)
	}
	opts := byPlanAndAge()
	opts.Covariates = []string{"constant", "tenure", "seats", "both", "pro"}
	got := Compare(units, opts).Regressed
	if !slices.Equal(got.Redundant, []string{"constant", "both", "pro"}) {
		t.Fatalf("%+v", got)
	}
	near(t, "difference", got.Effects.RiskDifference.Interval.Lower, want.Effects.RiskDifference.Interval.Lower, 1e-9)
	near(t, "p", got.Effects.P, want.Effects.P, 1e-9)
}
