package cohort

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

func two() Options { return Options{Levels: 2, Confidence: 0.95} }

func TestSampleCompanies(t *testing.T) {
	for _, c := range []struct {
		a, b, c, d int64
		want       string
	}{
		{182, 18, 140, 60, "1.30 [1.18, 1.44] +21.0 [13.4, 28.4]"},
		{96, 144, 48, 192, "2.00 [1.49, 2.69] +20.0 [11.9, 27.8]"},
	} {
		got := Compare(tableOf(c.a, c.b, c.c, c.d).units("", 1), two()).Crude
		ratio, points := got.RelativeRisk, got.RiskDifference
		if told := fmt.Sprintf("%.2f [%.2f, %.2f] %+.1f [%.1f, %.1f]", ratio.Value, ratio.Interval.Lower, ratio.Interval.Upper,
			100*points.Value, 100*points.Interval.Lower, 100*points.Interval.Upper); told != c.want {
			t.Errorf("got %s, want %s", told, c.want)
		}
	}
}

func TestTheParadoxTurnsRound(t *testing.T) {
	opts := two()
	opts.Strata = []string{"plan"}
	found := Compare(simpson(t), opts)
	var opposite []Unit
	for _, u := range simpson(t) {
		u.Outcome = !u.Outcome
		opposite = append(opposite, u)
	}
	if !Compare(opposite, opts).Stratified.SignFlips {
		t.Error("the opposite outcome turns round as well")
	}
	adjusted := found.Adjusted()
	if found.Crude.RiskDifference.Interval.Lower <= 0 || adjusted.Effects.RiskDifference.Value >= 0 || !adjusted.SignFlips {
		t.Errorf("%+v, adjusted %+v", found.Crude, adjusted)
	}
	if adjusted.Method != MantelHaenszel || adjusted.Strata != 2 || adjusted.N != 800 || adjusted.Heterogeneity.Opposed(0.05) {
		t.Errorf("%+v", adjusted)
	}
}

// What turns round within its own noise is no contradiction.
func TestNoiseDoesNotFlip(t *testing.T) {
	opts := two()
	opts.Strata = []string{"plan"}
	units := append(tableOf(30, 20, 61, 39).units("a", 1), tableOf(75, 25, 38, 12).units("b", 1)...)
	found := Compare(units, opts)
	if crude, within := found.Crude.RiskDifference.Value, found.Stratified.Effects.RiskDifference.Value; crude*within >= 0 {
		t.Fatalf("%v and %v do not turn round", crude, within)
	}
	if found.Stratified.SignFlips {
		t.Error("a difference that may be none turns round")
	}
}

func TestSmallCohorts(t *testing.T) {
	units := tableOf(9, 1, 5, 5).units("", 1)
	found := Compare(units, two())
	near(t, "p", found.Crude.P, 0.1408669, 1e-6)
	if found.Crude.Test != FisherExact || found.Crude.RiskDifference.Interval.Lower > 0 {
		t.Errorf("%+v", found.Crude)
	}
	opts := two()
	opts.MinPerCohort = 11
	for _, table := range []Table{tableOf(9, 1, 5, 5), tableOf(9, 1, 40, 50), tableOf(60, 40, 5, 5)} {
		if got := Compare(table.units("", 1), opts); got.Reason != CohortTooSmall || got.Crude != nil || got.Needed.Observed != nil {
			t.Errorf("%+v", got)
		}
	}
	opts.MinPerCohort = 10
	if got := Compare(units, opts); got.Reason != "" {
		t.Error(got.Reason)
	}
}

func TestNothingComparedHasAReasonAndNoNumber(t *testing.T) {
	middle := Unit{Level: 1, Outcome: true, N: 50}
	cases := []struct {
		reason  Reason
		units   []Unit
		cohorts []Count
	}{
		{NoUnits, nil, []Count{{}, {}, {}}},
		{NoUnits, []Unit{middle, {Level: -1, N: 9}, {Level: 3, N: 9}}, []Count{{}, {50, 50}, {}}},
		{OneCohortOnly, []Unit{middle, {Level: 0, N: 40}}, []Count{{40, 0}, {50, 50}, {}}},
		{OneCohortOnly, []Unit{{Level: 2, N: 40}}, []Count{{}, {}, {40, 0}}},
		{OutcomeConstant, []Unit{{Level: 0, N: 40}, {Level: 1, N: 10, Outcome: true}, {Level: 2, N: 50}}, []Count{{40, 0}, {10, 10}, {50, 0}}},
		{OutcomeConstant, []Unit{{Level: 0, N: 40, Outcome: true}, {Level: 2, N: 50, Outcome: true}}, []Count{{40, 40}, {}, {50, 50}}},
	}
	for _, c := range cases {
		got := Compare(c.units, Options{Levels: 3, Confidence: 0.95, Strata: []string{"s"}, Covariates: []string{"c"}})
		if got.Reason != c.reason || !slices.Equal(got.Cohorts, c.cohorts) {
			t.Errorf("want %s, got %+v", c.reason, got)
		}
		got.Reason, got.Cohorts, got.Uncohorted = "", nil, 0
		if !reflect.DeepEqual(got, Finding{}) {
			t.Errorf("%s has numbers: %+v", c.reason, got)
		}
	}
	strata := Compare([]Unit{{Stratum: "a", Level: 0, N: 40}, {Stratum: "b", Level: 1, N: 40, Outcome: true}},
		Options{Levels: 2, Confidence: 0.95, Strata: []string{"s"}}).Stratified
	if strata.Reason != NoSharedStratum || strata.Effects != nil || strata.OneSided != 2 {
		t.Errorf("%+v", strata)
	}
}

func TestUnitsOutsideTheComparisonAreCounted(t *testing.T) {
	units := slices.Concat(tableOf(182, 18, 140, 60).units("", 2), []Unit{
		{Level: 1, Outcome: true, N: 80}, {Level: 1, N: 20}, {Level: -1, N: 5}, {Level: 7, N: 6}, {Level: 2, N: -4}, {Level: 0, N: 0},
	})
	got := Compare(units, Options{Levels: 3, Confidence: 0.95})
	if got.Uncohorted != 11 || !slices.Equal(got.Cohorts, []Count{{200, 140}, {100, 80}, {200, 182}}) {
		t.Errorf("%+v", got)
	}
	if d := got.DoseResponse; d == nil || d.N != 500 || d.Levels != 3 || d.Z <= 0 {
		t.Errorf("%+v", d)
	}
	if got.Stratified != nil || got.Regressed != nil || got.Adjusted() != nil || got.PerScore != nil {
		t.Errorf("an adjustment that nobody asked for: %+v", got)
	}
	if d := Compare(tableOf(182, 18, 140, 60).units("", 2), Options{Levels: 3, Confidence: 0.95}).DoseResponse; d != nil {
		t.Errorf("a trend over two cohorts: %+v", d)
	}
}

// many are random units with everything: strata, covariates, scores, cohorts, unknowns.
func many(random *rand.Rand) []Unit {
	var units []Unit
	for range 250 {
		stratum := random.IntN(4)
		x := float64(random.IntN(6))
		score := float64(random.IntN(11))
		if random.IntN(40) == 0 {
			x = math.NaN()
		}
		units = append(units, Unit{
			Stratum: string(rune('a' + stratum)), Covariates: []float64{x, float64(random.IntN(3))}, Score: score,
			Level: max(0, int(score)/3-1), Outcome: logistic(0.2*score-1+0.3*float64(stratum)) > random.Float64(), N: 1 + random.Int64N(9),
		})
	}
	return units
}

func everything() Options {
	return Options{Levels: 3, Confidence: 0.9, Strata: []string{"s"}, Covariates: []string{"x", "y"}, MinPerCohort: 20, MinEffect: 0.05}
}

func TestOrderAndSplittingChangeNothing(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		units := many(random)
		want := Compare(units, everything())
		if want.Reason != "" || want.Regressed.Reason != "" || want.PerScore == nil {
			t.Fatal(want.Reason, want.Regressed.Reason)
		}
		var other []Unit
		for _, u := range units {
			for u.N > 1 && random.IntN(2) == 0 {
				one := u
				one.N = 1 + random.Int64N(u.N-1)
				u.N -= one.N
				other = append(other, one)
			}
			other = append(other, u)
		}
		random.Shuffle(len(other), func(i, j int) { other[i], other[j] = other[j], other[i] })
		before := slices.Clone(other)
		if got := Compare(other, everything()); !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v\nwant %+v", got, want)
		}
		if fmt.Sprint(before) != fmt.Sprint(other) {
			t.Fatal("the caller's units are changed")
		}
	}
}

func TestSwappingCohortsTurnsTheSign(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		units := many(random)
		found := Compare(units, everything())
		for i := range units {
			units[i].Level = 2 - units[i].Level
			units[i].Score = -units[i].Score
		}
		swapped := Compare(units, everything())
		for _, pair := range [][2]*Effects{
			{found.Crude, swapped.Crude}, {found.Stratified.Effects, swapped.Stratified.Effects}, {found.Regressed.Effects, swapped.Regressed.Effects},
		} {
			a, b := pair[0], pair[1]
			bounded(t, "difference", b.RiskDifference, -a.RiskDifference.Value,
				[2]float64{-a.RiskDifference.Interval.Upper, -a.RiskDifference.Interval.Lower}, 1e-6)
			bounded(t, "ratio", *b.RelativeRisk, 1/a.RelativeRisk.Value,
				[2]float64{1 / a.RelativeRisk.Interval.Upper, 1 / a.RelativeRisk.Interval.Lower}, 1e-6)
			bounded(t, "odds", *b.OddsRatio, 1/a.OddsRatio.Value,
				[2]float64{1 / a.OddsRatio.Interval.Upper, 1 / a.OddsRatio.Interval.Lower}, 1e-6)
			near(t, "p", b.P, a.P, 1e-6)
		}
		near(t, "trend", swapped.DoseResponse.Z, -found.DoseResponse.Z, 1e-9)
		near(t, "per score", swapped.PerScore.Effect.Value, -found.PerScore.Effect.Value, 1e-6)
		near(t, "heterogeneity", swapped.Stratified.Heterogeneity.Tarone, found.Stratified.Heterogeneity.Tarone, 1e-6)
		near(t, "crossover", swapped.Stratified.Heterogeneity.Crossover, found.Stratified.Heterogeneity.Crossover, 1e-6)
		for _, pair := range [][2]*Sizes{{found.Needed.Observed, swapped.Needed.Observed}, {found.Needed.Declared, swapped.Needed.Declared}} {
			if a, b := pair[0], pair[1]; a.Each != b.Each || a.Best != b.Worst || a.Worst != b.Best {
				t.Errorf("%+v, swapped %+v", a, b)
			}
		}
	}
}

// Turning the outcome round turns the difference round as well, and no p value.
func TestOppositeOutcome(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	units := many(random)
	found := Compare(units, everything())
	for i := range units {
		units[i].Outcome = !units[i].Outcome
	}
	opposite := Compare(units, everything())
	near(t, "crude", opposite.Crude.RiskDifference.Value, -found.Crude.RiskDifference.Value, 1e-9)
	near(t, "strata", opposite.Stratified.Effects.RiskDifference.Value, -found.Stratified.Effects.RiskDifference.Value, 1e-9)
	near(t, "regression", opposite.Regressed.Effects.RiskDifference.Interval.Lower, -found.Regressed.Effects.RiskDifference.Interval.Upper, 1e-6)
	near(t, "p", opposite.Stratified.Effects.P, found.Stratified.Effects.P, 1e-9)
	near(t, "p", opposite.Regressed.Effects.P, found.Regressed.Effects.P, 1e-6)
}
