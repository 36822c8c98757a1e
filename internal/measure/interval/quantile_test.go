package interval

import (
	"encoding/json"
	"math"
	"slices"
	"testing"
)

// waiting are the shared oracle's fifteen durations.
type waiting struct {
	Quantile struct {
		Data     []float64
		Median   float64
		L, U     int64
		Lo, Hi   float64
		Coverage float64
		P90      float64 `json:"p90_type7"`
		Ranks    []any   `json:"p90_ci_ranks"`
		Min50    int64   `json:"min_n_two_sided_p50"`
		Min90    int64   `json:"min_n_two_sided_p90"`
		Min95    int64   `json:"min_n_two_sided_p95"`
		Min99    int64   `json:"min_n_two_sided_p99"`
	}
	Geomean struct {
		GM float64
		CI pair
	} `json:"wait_geomean"`
}

func TestQuantileOracle(t *testing.T) {
	want := read[waiting](t, "..", "testdata", "estimates.json").Quantile
	sample := counted(want.Data)

	median, err := QuantileOf(sample, 0.5, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "median", median.Value, want.Median, 0)
	near(t, "coverage", median.Coverage, want.Coverage, 1e-12)
	if median.LowerRank != want.L || median.UpperRank != want.U || median.N != 15 {
		t.Errorf("n %d, ranks %d..%d", median.N, median.LowerRank, median.UpperRank)
	}
	same(t, "median", median.Interval, pair{Lower: want.Lo, Upper: want.Hi}, 0)

	p90, err := QuantileOf(sample, 0.9, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "p90", p90.Value, want.P90, 1e-15)
	// The oracle's ranks are 11..16, and there are 15 values.
	if lower := int64(want.Ranks[0].(float64)); p90.LowerRank != lower || p90.UpperRank != 0 {
		t.Errorf("p90 ranks %d..%d", p90.LowerRank, p90.UpperRank)
	}
	near(t, "p90 coverage", p90.Coverage, want.Ranks[2].(float64), 1e-12)
	if lower, upper := p90.Interval.Ends(); lower == nil || *lower != 12 || upper != nil {
		t.Errorf("p90: lower %v, upper %v", lower, upper)
	}

	for q, minimum := range map[float64]int64{0.5: want.Min50, 0.9: want.Min90, 0.95: want.Min95, 0.99: want.Min99, 0.1: want.Min90} {
		if got := QuantileMinimum(q, 0.95); got != minimum {
			t.Errorf("minimum for %g: %d, want %d", q, got, minimum)
		}
	}
}

func TestQuantileMinimumIsTheFirstWithBothEnds(t *testing.T) {
	for _, q := range []float64{0.05, 0.5, 0.75, 0.9, 0.99} {
		minimum := QuantileMinimum(q, 0.95)
		for n, want := range map[int64]bool{minimum - 1: false, minimum: true} {
			var sample []Counted
			for i := range n {
				sample = append(sample, Counted{Value: float64(i), Count: 1})
			}
			got, err := QuantileOf(sample, q, 0.95)
			if err != nil || got.Interval.Finite() != want {
				t.Errorf("q %g, n %d: %v, %v", q, n, got.Interval, err)
			}
		}
	}
}

func TestQuantilesAsInR(t *testing.T) {
	for _, c := range fromR(t).Quantiles {
		var x []float64
		if json.Unmarshal(c.X, &x) != nil {
			x = make([]float64, 1) // R writes a single value without brackets
			if err := json.Unmarshal(c.X, &x[0]); err != nil {
				t.Fatal(err)
			}
		}
		got, err := QuantileOf(counted(x), c.Q, c.Level)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "value", got.Value, c.Type7, 1e-14)
		n := int64(len(x))
		want, coverage := None(), 1.0
		if c.L > 0 {
			want.Lower = x[c.L-1]
		}
		if c.U <= n {
			want.Upper = x[c.U-1]
			coverage = c.Coverage
		}
		if got.Interval != want || got.N != n {
			t.Errorf("n %d, q %g: %v, want %v", n, c.Q, got.Interval, want)
		}
		if c.L > 0 && c.U <= n {
			near(t, "coverage", got.Coverage, coverage, 1e-10)
		}
	}
}

// The same sample in other shapes has the same quantiles; counts of millions cost nothing.
func TestQuantileOfCounts(t *testing.T) {
	few := []Counted{{1, 3}, {2, 1}, {5, 4}}
	rows := counted([]float64{1, 1, 1, 2, 5, 5, 5, 5})
	if !slices.Equal(few, rows) {
		t.Fatal("counting differs")
	}
	got, err := QuantileOf([]Counted{{1, 30_000_000}, {2, 10_000_000}, {5, 40_000_000}}, 0.49, 0.95)
	if err != nil || got.Value != 2 || got.Interval != (Interval{2, 2}) || got.N != 80_000_000 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestQuantileRefusesWhatIsNotASample(t *testing.T) {
	for name, sample := range map[string][]Counted{
		"empty":        nil,
		"out of order": {{2, 1}, {1, 1}},
		"repeated":     {{1, 1}, {1, 1}},
		"not a number": {{math.NaN(), 1}},
		"infinite":     {{1, 1}, {math.Inf(1), 1}},
		"no rows":      {{1, 0}},
	} {
		if got, err := QuantileOf(sample, 0.5, 0.95); err == nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestGeometricMean(t *testing.T) {
	oracle := read[waiting](t, "..", "testdata", "estimates.json")
	var n, logs, squares float64
	for _, x := range oracle.Quantile.Data {
		n, logs, squares = n+1, logs+math.Log(x), squares+math.Log(x)*math.Log(x)
	}
	got := GeometricMean(n, logs, squares, 0.95)
	near(t, "value", got.Value, oracle.Geomean.GM, 1e-12)
	same(t, "interval", got.Interval, oracle.Geomean.CI, 1e-10)

	if one := GeometricMean(1, math.Log(7), math.Log(7)*math.Log(7), 0.95); math.Abs(one.Value-7) > 1e-12 || one.Interval != None() {
		t.Errorf("one value: %+v", one)
	}
}
