package trend

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// read reads a file of numbers that scipy and R computed.
func read[T any](t *testing.T, file string) T {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	var into T
	if err := json.Unmarshal(raw, &into); err != nil {
		t.Fatal(err)
	}
	return into
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*max(1, math.Abs(want))) {
		t.Errorf("%s: got %.15g, want %.15g", what, got, want)
	}
}

// of is a series of values in neighbouring periods.
func of(values ...float64) Series {
	var series Series
	for i, v := range values {
		series = append(series, Point{Period: 100 + i, Value: v, Interval: interval.None(), N: 50})
	}
	return series
}

// The four series of domain.md 3e.
func TestTrendOracle(t *testing.T) {
	type series struct {
		X        []float64
		S        float64
		VarS     float64
		Z        float64
		PTwo     float64 `json:"p_two"`
		PExact   float64 `json:"p_exact"`
		TheilSen float64 `json:"theil_sen"`
		Lower    float64 `json:"ts_lo"`
		Upper    float64 `json:"ts_hi"`
	}
	oracle := read[struct {
		KPI  series `json:"mk_kpi"`
		CPI  series `json:"mk_cpi"`
		Ties series `json:"mk_ties"`
		Flat series `json:"mk_flat"`
	}](t, "drivers_trend_forecast.json")
	for name, c := range map[string]struct {
		want      series
		exact     bool
		direction Direction
	}{
		"KPI":      {oracle.KPI, true, Rising},
		"CPI":      {oracle.CPI, true, Falling},
		"ties":     {oracle.Ties, false, Falling},
		"no trend": {oracle.Flat, false, NoTrend},
	} {
		t.Run(name, func(t *testing.T) {
			got := Of(of(c.want.X...), 0.95)
			_, variance, _ := kendall(c.want.X)
			near(t, "S", got.S, c.want.S, 0)
			near(t, "variance", variance, c.want.VarS, 1e-14)
			z := (got.S - sign(got.S)) / math.Sqrt(variance)
			near(t, "z", z, c.want.Z, 1e-14)
			near(t, "normal p", interval.TwoSided(z), c.want.PTwo, 1e-13)
			near(t, "slope", got.Slope.Value, c.want.TheilSen, 1e-12)
			textbook := sen(slopesOf(of(c.want.X...)), variance, 0.95)
			near(t, "lower", textbook.Lower, c.want.Lower, 1e-12)
			near(t, "upper", textbook.Upper, c.want.Upper, 1e-12)
			p := c.want.PTwo
			if c.exact {
				p = c.want.PExact
			}
			near(t, "p", got.Independent.P, p, 1e-12)
			if got.Exact != c.exact || got.Direction != c.direction || got.N != len(c.want.X) || got.Reason != "" {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestTrendsAsInScipy(t *testing.T) {
	for _, want := range read[struct {
		Trends []struct {
			Period, Value       []float64
			Slope, Lower, Upper float64
			ExactP              *float64 `json:"exact_p"`
		}
	}](t, "oracle.json").Trends {
		var series Series
		for i, v := range want.Value {
			series = append(series, Point{Period: int(want.Period[i]), Value: v})
		}
		got := Of(series, 0.95)
		near(t, "slope", got.Slope.Value, want.Slope, 1e-12)
		_, variance, _ := kendall(want.Value)
		textbook := sen(slopesOf(series), variance, 0.95)
		near(t, "lower", textbook.Lower, want.Lower, 1e-12)
		near(t, "upper", textbook.Upper, want.Upper, 1e-12)
		if got.Exact != (want.ExactP != nil) {
			t.Errorf("n %d: exact %t", got.N, got.Exact)
		}
		if want.ExactP != nil {
			near(t, "p", got.Independent.P, *want.ExactP, 1e-12)
		}
	}
}

// The exact distribution against its definition: every order of n values.
func TestExactTails(t *testing.T) {
	for n := 2; n <= 7; n++ {
		counts := map[int]float64{}
		var total float64
		permute(n, func(order []int) {
			s := 0
			for i, v := range order {
				for _, earlier := range order[:i] {
					s += int(sign(float64(v - earlier)))
				}
			}
			counts[s]++
			total++
		})
		for s := range counts {
			var high, low float64
			for other, count := range counts {
				if other >= s {
					high += count / total
				}
				if other <= s {
					low += count / total
				}
			}
			got := exactTails(n, float64(s))
			near(t, "high", got.Rise, high, 1e-14)
			near(t, "low", got.Fall, low, 1e-14)
		}
	}
	// The smallest two-sided p of domain.md 3e.
	for n, floor := range map[int]float64{4: 1.0 / 12, 5: 1.0 / 60, 6: 1.0 / 360} {
		near(t, "floor", exactTails(n, float64(n*(n-1)/2)).P, floor, 1e-14)
	}
}

func permute(n int, visit func([]int)) {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	var from func(int)
	from = func(k int) {
		if k == n {
			visit(order)
			return
		}
		for i := k; i < n; i++ {
			order[k], order[i] = order[i], order[k]
			from(k + 1)
			order[k], order[i] = order[i], order[k]
		}
	}
	from(0)
}

func TestNoTrendWithoutEnough(t *testing.T) {
	if got := Of(of(1, 2, 3, 4, 5), 0.95); got.Reason != TooFewPeriods || got.Direction != NoTrend || got.N != 5 || got.Slope.Interval != interval.None() {
		t.Errorf("%+v", got)
	}
	if got := Of(of(1, 2, 3, 4, 5, 6), 0.95); got.Direction != Rising || got.P != 2.0/720 {
		t.Errorf("%+v", got)
	}
	if got := Of(of(7, 7, 7, 7, 7, 7, 7), 0.95); got.Direction != NoTrend || got.P != 1 || got.Slope.Value != 0 || got.Reason != "" {
		t.Errorf("constant: %+v", got)
	}
}

// Long swings look like trends to the textbook test.
func TestDependentPeriods(t *testing.T) {
	var waves, noise, gaps Series
	random := rand.New(rand.NewPCG(1, 16))
	for i := range 40 {
		waves = append(waves, Point{Period: i, Value: math.Sin(float64(i) / 6)})
		noise = append(noise, Point{Period: i, Value: random.NormFloat64()})
		gaps = append(gaps, Point{Period: 2 * i, Value: waves[i].Value})
	}
	// The wave's crest and the way down from it begin to show in the last of 15 periods.
	if got := Of(waves[:15], 0.95); !got.Dependent || got.Independent.P > 0.01 || got.P < 0.1 || got.Direction != NoTrend || got.Slope.Interval.Lower > 0 {
		t.Errorf("past the crest: %+v", got)
	}
	if got := Of(waves[:9], 0.95); got.Direction != Rising || got.Slope.Interval.Lower <= 0 {
		t.Errorf("on the way up: %+v", got)
	}
	if got := Of(waves, 0.95); got.Carried < 0.85 || got.Independent.P > 0.001 || got.Direction != NoTrend {
		t.Errorf("waves: %+v", got)
	}
	// Chance makes some neighbours alike, too.
	if got := Of(noise, 0.95); got.Dependent || got.Carried < 0.02 {
		t.Errorf("noise: %+v", got)
	}
	if got := Of(gaps, 0.95); got.Dependent || got.Carried != 0 || got.Tails != got.Independent {
		t.Errorf("no neighbours: %+v", got)
	}
}
