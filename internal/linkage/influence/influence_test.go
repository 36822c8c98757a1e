package influence

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"
)

// oracle is drivers16 of statsmodels and R's relaimpo.
type oracle struct {
	Names        []string
	X            [][]float64
	Y            []float64
	R2           float64
	AdjR2        float64   `json:"adj_r2"`
	LMG          []float64 `json:"lmg"`
	LMGShare     []float64 `json:"lmg_share"`
	Johnson      []float64 `json:"johnson_rw"`
	JohnsonShare []float64 `json:"johnson_share"`
	VIF          []float64
	Condition    float64   `json:"condition_number_corr"`
	Correlations []float64 `json:"rxy"`
	Betas        []float64 `json:"std_beta"`
	Pratt        []float64
	Ridge        map[string][]float64 `json:"ridge_std_lambda"`
}

func readOracle(t testing.TB) (oracle, []Driver) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", "trend", "testdata", "drivers_trend_forecast.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all struct{ Drivers16 oracle }
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	o := all.Drivers16
	drivers := make([]Driver, len(o.Names))
	for j, name := range o.Names {
		drivers[j].Name = name
		for _, row := range o.X {
			drivers[j].Values = append(drivers[j].Values, row[j])
		}
	}
	return o, drivers
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*max(1, math.Abs(want))) {
		t.Errorf("%s: got %.15g, want %.15g", what, got, want)
	}
}

func TestOracle(t *testing.T) {
	want, drivers := readOracle(t)
	got := Of(want.Y, drivers, Options{})
	near(t, "R²", got.RSquared, want.R2, 1e-12)
	near(t, "adjusted R²", got.Adjusted, want.AdjR2, 1e-12)
	near(t, "condition", got.Condition, want.Condition, 1e-10)
	if got.Method != LMG || got.N != 16 || !got.Collinear || got.Resamples != 1000 {
		t.Errorf("%+v", got)
	}
	// The oracle's drivers are in falling order already.
	for j, s := range got.Shares {
		if s.Driver != want.Names[j] {
			t.Fatalf("%d is %s", j, s.Driver)
		}
		near(t, s.Driver+" LMG", s.RSquared, want.LMG[j], 1e-12)
		near(t, s.Driver+" share", s.Value, want.LMGShare[j], 1e-12)
		near(t, s.Driver+" VIF", s.VIF, want.VIF[j], 1e-10)
		if !(s.Interval.Lower < s.Value && s.Value < s.Interval.Upper) {
			t.Errorf("%s: %v", s.Driver, s.Interval)
		}
	}
}

func TestOracleOfRelativeWeights(t *testing.T) {
	want, drivers := readOracle(t)
	data := complete(want.Y, drivers)
	data.standardise()
	correlations, parts := newSquare(4), make([]float64, 3)
	data.correlations(ones(16), correlations)
	if !relativeWeights(correlations, parts) {
		t.Fatal("no axes")
	}
	for j, part := range parts {
		near(t, want.Names[j], part, want.Johnson[j], 1e-12)
		near(t, want.Names[j]+" share", part/sum(parts), want.JohnsonShare[j], 1e-12)
	}
}

func ones(n int) []int {
	counts := make([]int, n)
	for i := range counts {
		counts[i] = 1
	}
	return counts
}

// simulated is a KPI with drivers that share a common part, each with its slope.
func simulated(rows int, common float64, slopes ...float64) (kpi []float64, drivers []Driver) {
	random := rand.New(rand.NewPCG(7, uint64(rows)))
	drivers = make([]Driver, len(slopes))
	kpi = make([]float64, rows)
	for i := range rows {
		shared := random.NormFloat64()
		kpi[i] = 3 + random.NormFloat64()
		for j, slope := range slopes {
			v := common*shared + random.NormFloat64()
			drivers[j].Name = fmt.Sprintf("driver%d", j)
			drivers[j].Values = append(drivers[j].Values, 50+10*v)
			kpi[i] += slope * v
		}
	}
	return kpi, drivers
}

// A row that is drawn twice counts as two.
func TestCountsAreRows(t *testing.T) {
	kpi, drivers := simulated(30, 0.5, 1, 0.5)
	data := complete(kpi, drivers)
	data.standardise()
	counts, drawn := make([]int, 30), table{columns: 3}
	for i := range counts {
		counts[i] = i % 4
		for range counts[i] {
			drawn.rows = append(drawn.rows, data.rows[i])
		}
	}
	got, want := newSquare(3), newSquare(3)
	data.correlations(counts, got)
	for a := range 3 {
		for b := a; b < 3; b++ {
			var left, right []float64
			for _, row := range drawn.rows {
				left, right = append(left, row[a]), append(right, row[b])
			}
			want.values[a*3+b] = stat.Correlation(left, right, nil)
			near(t, "correlation", got.at(a, b), want.at(a, b), 1e-12)
		}
	}
}

// Nobody with a smaller share has a better rank.
func TestRanksNeverFall(t *testing.T) {
	drawn := resampled{n: 10, places: [][]int{{10, 0}, {0, 10}}}
	i := Influence{Shares: []Share{{Driver: "b", RSquared: 0.2, Rank: 1, column: 0}, {Driver: "a", RSquared: 0.3, Rank: 2, column: 1}}}
	i.order(drawn)
	if i.Shares[0].Driver != "a" || i.Shares[1].Rank != 2 {
		t.Errorf("%+v", i.Shares)
	}
}

// The parts are those of the definition: what a driver adds to R², on average over all orders.
func TestPartsAreAveragesOverOrders(t *testing.T) {
	kpi, drivers := simulated(60, 0.7, 1, 0.5, -0.4, 0.2, 0)
	data := complete(kpi, drivers)
	data.standardise()
	correlations := newSquare(6)
	data.correlations(ones(60), correlations)
	s := newShapley(5)
	copy(s.left[0].values, correlations.values)
	s.visit(0, 0, 0)
	want, orders := make([]float64, 5), 0.0
	var enter func(set int, order []int)
	enter = func(set int, order []int) {
		if len(order) == 5 {
			orders++
			before := 0
			for _, j := range order {
				want[j] += s.rSquared[before|1<<j] - s.rSquared[before]
				before |= 1 << j
			}
			return
		}
		for j := range 5 {
			if set&(1<<j) == 0 {
				enter(set|1<<j, append(order, j))
			}
		}
	}
	enter(0, nil)
	full := s.rSquared[31]
	got := make([]float64, 5)
	s.parts(correlations, got)
	for j := range got {
		near(t, drivers[j].Name, got[j], want[j]/orders, 1e-12)
	}
	near(t, "sum", sum(got), full, 1e-12)
}

// Shares depend neither on units nor on the order of drivers, and the same seed gives the same result.
func TestUnitsAndOrderDoNotMatter(t *testing.T) {
	kpi, drivers := simulated(48, 0.5, 1, 0.6, 0.1)
	first := Of(kpi, drivers, Options{Resamples: 200, Seed: 3})
	if again := Of(kpi, drivers, Options{Resamples: 200, Seed: 3}); !reflect.DeepEqual(first, again) {
		t.Error("differs from one run to the next")
	}
	var turned []Driver
	for j := range drivers {
		d := drivers[len(drivers)-1-j]
		values := make([]float64, len(d.Values))
		for i, v := range d.Values {
			values[i] = 1e6 - 1e3*v
		}
		turned = append(turned, Driver{Name: d.Name, Values: values})
	}
	second := Of(kpi, turned, Options{Resamples: 200, Seed: 3})
	var total float64
	for k, s := range first.Shares {
		other := second.Shares[k]
		if s.Driver != other.Driver || s.Rank != other.Rank || s.Stable != other.Stable {
			t.Errorf("%+v, turned %+v", s, other)
		}
		near(t, "share", other.Value, s.Value, 1e-9)
		near(t, "lower", other.Interval.Lower, s.Interval.Lower, 1e-9)
		total += s.Value
	}
	near(t, "all shares", total, 1, 1e-12)
}

func TestRanks(t *testing.T) {
	t.Run("a clear order is stable", func(t *testing.T) {
		kpi, drivers := simulated(120, 0.3, 3, 1.5, 0.5)
		for k, s := range Of(kpi, drivers, Options{}).Shares {
			if s.Rank != k+1 || !s.Stable || s.Driver != drivers[k].Name {
				t.Errorf("%+v", s)
			}
		}
	})
	t.Run("drivers that cannot be told apart share a rank", func(t *testing.T) {
		kpi, drivers := simulated(60, 0.3, 1, 1, 0)
		got := Of(kpi, drivers, Options{}).Shares
		if got[0].Rank != 1 || got[1].Rank != 1 || got[2].Rank != 3 || got[2].Driver != "driver2" {
			t.Errorf("%+v", got)
		}
		for _, s := range got {
			if !s.Stable {
				t.Errorf("not stable: %+v", s)
			}
		}
	})
	t.Run("an order that is hardly clear is not stable", func(t *testing.T) {
		kpi, drivers := simulated(36, 0.3, 0.5, 0.4, 0.3, 0.2, 0.1)
		stable := 0
		for _, s := range Of(kpi, drivers, Options{}).Shares {
			if s.Stable {
				stable++
			}
		}
		if stable == 5 {
			t.Error("all are")
		}
	})
	t.Run("equal drivers are seldom told apart, and intervals hold their halves", func(t *testing.T) {
		random := rand.New(rand.NewPCG(7, 1))
		const series = 400
		apart, held := 0, 0
		for range series {
			var kpi, a, b []float64
			for range 36 {
				a, b = append(a, random.NormFloat64()), append(b, random.NormFloat64())
				kpi = append(kpi, a[len(kpi)]+b[len(kpi)]+random.NormFloat64())
			}
			got := Of(kpi, []Driver{{Name: "a", Values: a}, {Name: "b", Values: b}}, Options{Resamples: 200, Seed: random.Uint64()})
			if got.Shares[0].Rank != got.Shares[1].Rank {
				apart++
			}
			if first := got.Shares[0].Interval; first.Lower <= 0.5 && 0.5 <= first.Upper {
				held++
			}
		}
		t.Logf("of %d series, %.1f %% told apart, %.1f %% held", series, 100*float64(apart)/series, 100*float64(held)/series)
		if apart > 0.15*series || held < 0.85*series {
			t.Errorf("of %d, %d told apart, %d held", series, apart, held)
		}
	})
}

// A copy of a driver takes half of its share; there is no finite VIF then.
func TestCopiesShareEqually(t *testing.T) {
	kpi, drivers := simulated(60, 0.3, 2, 0.5)
	values := make([]float64, 60)
	for i, v := range drivers[0].Values {
		values[i] = 7 - 0.3*v
	}
	copied := append(slices.Clone(drivers), Driver{Name: "copy", Values: values})
	got := Of(kpi, copied, Options{Resamples: 200})
	near(t, "R²", got.RSquared, Of(kpi, drivers, Options{Resamples: 1}).RSquared, 1e-9)
	near(t, "halves", got.Shares[0].Value, got.Shares[1].Value, 1e-9)
	if !got.Collinear || got.Condition != 0 || got.Shares[0].VIF != 0 || got.Shares[0].Rank != 1 || got.Shares[1].Rank != 1 {
		t.Errorf("%+v", got)
	}
	if last := got.Shares[2]; last.Driver != "driver1" || !(last.VIF >= 1) || last.Rank != 3 {
		t.Errorf("%+v", last)
	}
}

func TestMoreDriversThanOrders(t *testing.T) {
	kpi, drivers := simulated(120, 0.3, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	got := Of(kpi, drivers, Options{Resamples: 100})
	if got.Method != RelativeWeights || got.Shares[0].Driver != "driver0" || got.Shares[1].Driver != "driver1" {
		t.Errorf("%+v", got)
	}
	// Their sum is R², which the twelve most influential of them explain but for a little.
	twelve := Of(kpi, drivers[:12], Options{Resamples: 1})
	if twelve.Method != LMG || !(twelve.RSquared < got.RSquared && got.RSquared < twelve.RSquared+0.02) {
		t.Errorf("R² of 13 drivers %v, of 12 %v", got.RSquared, twelve.RSquared)
	}
}

func TestReasons(t *testing.T) {
	kpi, drivers := simulated(60, 0.3, 2, 1)
	flat := func(n int) []float64 {
		values := make([]float64, n)
		for i := range values {
			values[i] = 0.1
		}
		return values
	}
	gaps := slices.Clone(drivers[0].Values)
	for i := range 50 {
		gaps[i] = math.NaN()
	}
	for name, c := range map[string]struct {
		kpi     []float64
		drivers []Driver
		want    Reason
		n       int
	}{
		"too few periods":       {kpi[:11], drivers, TooFewPeriods, 11},
		"too few without gaps":  {kpi, []Driver{drivers[1], {Name: "gaps", Values: gaps}}, TooFewPeriods, 10},
		"a driver that is late": {kpi, []Driver{drivers[1], {Name: "short", Values: gaps[50:]}}, TooFewPeriods, 10},
		"nothing":               {nil, nil, TooFewPeriods, 0},
		"constant KPI":          {flat(60), drivers, ConstantSeries, 60},
		"one driver":            {kpi, drivers[:1], TooFewDrivers, 60},
		"one driver varies":     {kpi, []Driver{drivers[0], {Name: "flat", Values: flat(60)}}, TooFewDrivers, 60},
	} {
		t.Run(name, func(t *testing.T) {
			got := Of(c.kpi, c.drivers, Options{Resamples: 10})
			if got.Reason != c.want || got.N != c.n || got.Shares != nil || got.TopActions() != nil {
				t.Errorf("%+v", got)
			}
		})
	}
	t.Run("a constant driver is named", func(t *testing.T) {
		got := Of(kpi, append(drivers, Driver{Name: "flat", Values: flat(60)}), Options{Resamples: 10})
		if got.Reason != "" || len(got.Shares) != 2 || !reflect.DeepEqual(got.Constant, []string{"flat"}) {
			t.Errorf("%+v", got)
		}
	})
}

func TestTopActions(t *testing.T) {
	kpi, drivers := simulated(120, 0.3, 3, 2.4, 1.8, 1.2, 0.6)
	for j := range drivers {
		drivers[j].Influenceable = j != 1
	}
	got := Of(kpi, drivers, Options{Resamples: 10})
	if want := []string{"driver0", "driver2", "driver3"}; !reflect.DeepEqual(got.TopActions(), want) {
		t.Errorf("%v", got.TopActions())
	}
}

// 12 drivers, 120 periods, 1,000 resamples: less than a second is promised.
func BenchmarkInfluence(b *testing.B) {
	kpi, drivers := simulated(120, 0.7, 1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0, 0)
	for b.Loop() {
		Of(kpi, drivers, Options{})
	}
}
