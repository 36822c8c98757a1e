package measure

import (
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// answersOf are the sums of a Net Promoter Score.
func answersOf(n, plus, minus float64) Sums { return Sums{n, n, 0, n, plus, minus} }

// The oracle: small firms are 80 % of the customers and a third of the answers (R's survey, strata).
func TestWeighedOracle(t *testing.T) {
	f, in := &NetPromoterScore{Score: "s"}, Setting{}
	total := f.Estimate(answersOf(150, 80, 25), in, 0.95)
	got := Weighed(f, total, []Stratum{{8000, answersOf(50, 20, 20)}, {2000, answersOf(100, 60, 5)}}, in, 0, 0.95)
	if math.Abs(*total.Value-36.6667) > 1e-4 || math.Abs(*got.Value-11) > 1e-9 {
		t.Errorf("unweighted %v, weighted %v", *total.Value, *got.Value)
	}
	if math.Abs(*got.EffectiveN-75.7576) > 1e-4 || math.Abs(got.Detail["designEffect"]-1.98) > 1e-9 || got.N != 150 {
		t.Errorf("effective n %v, design effect %v, n %d", *got.EffectiveN, got.Detail["designEffect"], got.N)
	}
	// About 11 ± 1.96 × 10.29.
	if *got.Lower < -10 || *got.Lower > -8 || *got.Upper < 29 || *got.Upper > 32 {
		t.Errorf("interval [%v, %v]", *got.Lower, *got.Upper)
	}
}

func TestWeighedNeverStandsInForAnEmptyStratum(t *testing.T) {
	f, in := &NetPromoterScore{Score: "s"}, Setting{}
	total := f.Estimate(answersOf(150, 80, 25), in, 0.95)
	got := Weighed(f, total, []Stratum{{8000, nil}, {2000, answersOf(100, 60, 5)}}, in, 0, 0.95)
	if got.Value != nil || got.Reason != StratumEmpty || got.Rejected[RejectedNoStratum] != 50 || got.N != 100 {
		t.Errorf("%+v", got)
	}
	one := Weighed(f, total, []Stratum{{8000, answersOf(1, 1, 0)}, {2000, answersOf(149, 79, 25)}}, in, 0, 0.95)
	if one.Value == nil || one.Lower != nil {
		t.Errorf("a single answer has no error: %+v", one)
	}
}

func TestWeighedForms(t *testing.T) {
	in := Setting{}
	csat := func(form CSATForm) Family {
		return &CustomerSatisfaction{Score: "s", Scale: Scale{Min: 1, Max: 5}, Form: form, Boxes: 2}
	}
	// 40 answers of 5 and 10 of 1 in one half of the population, 20 of 5 and 20 of 3 in the other.
	for form, c := range map[CSATForm]struct{ a, b, total Sums }{
		CSATTopBox:   {Sums{50, 50, 0, 50, 40}, Sums{40, 40, 0, 40, 20}, Sums{90, 90, 0, 90, 60}},
		CSATMean:     {Sums{50, 50, 0, 50, 210, 1010}, Sums{40, 40, 0, 40, 160, 680}, Sums{90, 90, 0, 90, 370, 1690}},
		CSATRescaled: {Sums{50, 50, 0, 50, 210, 1010}, Sums{40, 40, 0, 40, 160, 680}, Sums{90, 90, 0, 90, 370, 1690}},
		CSATNet:      {answersOf(50, 40, 10), answersOf(40, 20, 0), answersOf(90, 60, 10)},
	} {
		f := csat(form)
		got := Weighed(f, f.Estimate(c.total, in, 0.95), []Stratum{{0.5, c.a}, {0.5, c.b}}, in, 0, 0.95)
		want := map[CSATForm]float64{CSATTopBox: 0.65, CSATMean: 4.1, CSATRescaled: 77.5, CSATNet: 55}[form]
		if math.Abs(*got.Value-want) > 1e-9 || got.Lower == nil || *got.Lower >= want || *got.Upper <= want {
			t.Errorf("%s: %+v, want %v", form, got, want)
		}
	}
}

type weightedOracle struct{ Value, SE, Kish, Freedom float64 }

// weightedRows are rows with what R's survey makes of them (testdata/weighting.R).
func weightedRows(t *testing.T) (rows []row, population map[string]float64, strata, column map[string]weightedOracle) {
	var found struct {
		Rows       []map[string]any
		Population map[string]float64
		Strata     map[string]weightedOracle
		Column     map[string]weightedOracle
	}
	oracle(t, "weighting.json", &found)
	for _, r := range found.Rows {
		rows = append(rows, row(r))
	}
	return rows, found.Population, found.Strata, found.Column
}

var ten = Condition{Column: "score", Operator: AtLeast, Values: []string{"9"}}

// weightedFamilies are the measures of the oracles' values.
var weightedFamilies = map[string][]Family{
	"hit": {&Share{Of: []Condition{ten}}, &CustomerSatisfaction{Score: "score", Scale: Scale{Min: 0, Max: 10}, Form: CSATTopBox, Boxes: 2}},
	"net": {
		&NetPromoterScore{Score: "score"},
		&Share{Of: []Condition{ten}, Less: &Opposed{Of: []Condition{{Column: "score", Operator: AtMost, Values: []string{"6"}}}}},
	},
	"effort": {&CustomerEffortScore{Score: "effort", Version: CESV2, Form: CESMean}},
	"index":  {&Index{Items: []IndexItem{{"q0", .6, Scale{1, 10}}, {"q1", .4, Scale{1, 5}}}}},
}

// agrees holds an estimate to R's mean and error, by way of the interval that goes with its kind.
func agrees(t *testing.T, what string, got Estimate, want weightedOracle, kind meanOf) {
	t.Helper()
	size := 1.0
	if kind == ofNets {
		size = perPoint
	}
	if got.Value == nil || got.Lower == nil || got.EffectiveN == nil {
		t.Fatalf("%s: %+v", what, got)
	}
	near(t, what, got.Value, size*want.Value)
	near(t, what+" effective n", got.EffectiveN, want.Kish)
	var within interval.Interval
	switch kind {
	case ofShares:
		within = interval.Wilson(want.Value, min(want.Value*(1-want.Value)/(want.SE*want.SE), want.Kish), 0.95)
	case ofNets:
		return // its interval needs both shares; the error is held by the others'
	case ofValues:
		within = interval.Student(want.Value, want.SE, want.Freedom, 0.95)
	}
	interval95(t, what, got, [2]float64{within.Lower, within.Upper})
}

func TestStrataAsInR(t *testing.T) {
	rows, population, want, _ := weightedRows(t)
	for name, families := range weightedFamilies {
		for _, f := range families {
			var strata []Stratum
			for _, part := range slices.Sorted(maps.Keys(population)) {
				within := slices.DeleteFunc(slices.Clone(rows), func(r row) bool { return r["part"] != part })
				strata = append(strata, Stratum{population[part], sumsOf(f.Request(Setting{}), within)})
			}
			got := Weighed(f, estimateRows(f, Setting{}, rows), strata, Setting{}, 0, 0.95)
			agrees(t, f.Describe().Variant, got, want[name], kindOf(f).of)
		}
	}
}

func TestWeightsAsInR(t *testing.T) {
	rows, _, _, want := weightedRows(t)
	// Rows without a weight above zero are not used.
	for _, weight := range []any{nil, 0.0, -1.0} {
		more := maps.Clone(rows[0])
		more["weight"] = weight
		rows = append(rows, more)
	}
	for name, families := range weightedFamilies {
		for _, f := range families {
			got := estimateRows(WeightedBy(f, "weight"), Setting{}, rows)
			agrees(t, f.Describe().Variant, got, want[name], kindOf(f).of)
			if got.N != 60 || got.Rejected[RejectedNoWeight] != 3 {
				t.Errorf("%s: n %d, rejected %v", name, got.N, got.Rejected)
			}
		}
	}
}

// Rows for and against at once are neither.
func TestWeightedNetLeavesOutBothSides(t *testing.T) {
	rows, _, _, _ := weightedRows(t)
	net := func(plus, minus string) Estimate {
		return estimateRows(WeightedBy(&Share{
			Of:   []Condition{{Column: "score", Operator: AtLeast, Values: []string{plus}}},
			Less: &Opposed{Of: []Condition{{Column: "score", Operator: AtMost, Values: []string{minus}}}},
		}, "weight"), Setting{}, rows)
	}
	apart, over := net("8", "5"), net("6", "7")
	near(t, "value", over.Value, *apart.Value)
	interval95(t, "interval", over, [2]float64{*apart.Lower, *apart.Upper})
}

// Weights that are all alike are none: the interval of a net is that of the plain score, but for the divisor n − 1.
func TestEqualWeightsAreNone(t *testing.T) {
	rows, _, _, _ := weightedRows(t)
	for i := range rows {
		rows[i] = maps.Clone(rows[i])
		rows[i]["weight"] = 2.5
	}
	for name, families := range weightedFamilies {
		for _, f := range families {
			plain, got := estimateRows(f, Setting{}, rows), estimateRows(WeightedBy(f, "weight"), Setting{}, rows)
			if math.Abs(*got.Value-*plain.Value) > 1e-9 || math.Abs(*got.EffectiveN-60) > 1e-9 {
				t.Errorf("%s: %v of %v, want %v of 60", name, *got.Value, *got.EffectiveN, *plain.Value)
			}
			if width := *plain.Upper - *plain.Lower; math.Abs(*got.Lower-*plain.Lower) > 0.01*width || math.Abs(*got.Upper-*plain.Upper) > 0.01*width {
				t.Errorf("%s: [%v, %v], want about [%v, %v]", name, *got.Lower, *got.Upper, *plain.Lower, *plain.Upper)
			}
		}
	}
	if got := estimateRows(WeightedBy(weightedFamilies["hit"][0], "nothing"), Setting{}, rows); got.Value != nil || got.Reason != NoRows || got.N != 0 {
		t.Errorf("no weights at all: %+v", got)
	}
}

// Promoters are counted where the value is: within the population.
func TestWeighedCountsLeaveOutTheRest(t *testing.T) {
	f, in := &NetPromoterScore{Score: "s"}, Setting{}
	total := f.Estimate(answersOf(160, 88, 27), in, 0.95) // ten are of no stratum
	got := Weighed(f, total, []Stratum{{8000, answersOf(50, 20, 20)}, {2000, answersOf(100, 60, 5)}}, in, 0, 0.95)
	if got.Detail["promoters"] != 80 || got.Detail["detractors"] != 25 || got.Detail["passives"] != 45 || got.Rejected[RejectedNoStratum] != 10 {
		t.Errorf("%v, rejected %v", got.Detail, got.Rejected)
	}
}
