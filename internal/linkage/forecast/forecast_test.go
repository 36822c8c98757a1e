package forecast

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"
)

func read[T any](t *testing.T, path ...string) T {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(path...))
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

type predicted struct {
	Mean   float64
	SE     float64 `json:"se"`
	SEPred float64 `json:"se_pred"`
	DF     float64
	PI80   []float64
	PI95   []float64
	P78    float64 `json:"p_ge_78"`
	P79    float64 `json:"p_ge_79"`
}

// oracles by statsmodels and R's forecast.
type oracles struct {
	H1    predicted `json:"ols_forecast_h1"`
	H2    predicted `json:"ols_forecast_h2"`
	Drift struct {
		Series     []float64
		H1, H3, H6 predicted
	}
	MASE struct {
		Train, Test, Forecast []float64
		ScaleNaive            float64 `json:"scale_naive"`
		ScaleSeasonal         float64 `json:"scale_seasonal4"`
		MASE                  float64 `json:"mase_naive"`
		MASESeasonal          float64 `json:"mase_seasonal4"`
		MAENaive              float64 `json:"mae_naive"`
		MAESeasonal           float64 `json:"mae_snaive"`
	}
	Backtest36 struct {
		N        int
		Model    float64 `json:"mae_model"`
		Naive    float64 `json:"mae_naive"`
		Coverage float64 `json:"pi80_coverage"`
		DM       struct {
			HLN float64
			P   float64 `json:"p_two"`
		} `json:"dm_hln"`
	}
	InFlight struct {
		Renewed, Decided, Left, Needed int64
		P                              float64 `json:"p_meet"`
		Mean                           float64 `json:"mean_final"`
	} `json:"betabinom_target"`
}

func readOracles(t *testing.T) oracles {
	return read[oracles](t, "..", "..", "trend", "testdata", "drivers_trend_forecast.json")
}

// series36 is renewal, which follows the score two months later by 0.31 a point.
func series36(t *testing.T) Question {
	series := read[struct {
		Series36 struct{ NPS, Renewal []float64 }
	}](t, "..", "leastsquares", "testdata", "series36.json").Series36
	return Question{
		KPI: series.Renewal, Drivers: []Driver{{Name: "nps", Lag: 2, Values: series.NPS, Step: 5}}, Horizon: 2, Initial: 20,
	}
}

func TestRegressionOracle(t *testing.T) {
	want := readOracles(t)
	got := Of(series36(t))
	if got.Reason != "" || len(got.Points) != 2 {
		t.Fatalf("%+v", got)
	}
	for h, want := range []predicted{want.H1, want.H2} {
		p := got.Points[h]
		if p.Method != Drivers || p.Horizon != h+1 {
			t.Fatalf("%+v", p)
		}
		near(t, "mean", p.Value, want.Mean, 1e-12)
		near(t, "error", p.Error, want.SEPred, 1e-12)
		near(t, "freedom", p.Freedom, want.DF, 0)
		near(t, "lower", p.Interval.Lower, want.PI80[0], 1e-10)
		near(t, "upper", p.Interval.Upper, want.PI80[1], 1e-10)
		for target, probability := range map[float64]float64{78: want.P78, 79: want.P79} {
			chance, reason := got.Chance(h+1, &target, nil)
			near(t, "probability", chance, probability, 1e-9)
			below, _ := got.Chance(h+1, nil, &target)
			near(t, "both", chance+below, 1, 1e-12)
			if reason != "" {
				t.Error(reason)
			}
		}
	}
}

func TestBacktestOracle(t *testing.T) {
	want := readOracles(t).Backtest36
	p := Of(series36(t)).Points[0]
	near(t, "MAE", p.Backtest.MAE, want.Model, 1e-12)
	near(t, "coverage", p.Backtest.Coverage, want.Coverage, 0)
	if p.Backtest.N != want.N {
		t.Errorf("%d forecasts", p.Backtest.N)
	}
	all := known(series36(t))
	by, _ := replay(regression, all, 1, 20)
	without, _ := replay(naive, all, 1, 20)
	near(t, "naive MAE", judge(without, 1, 0.8).MAE, want.Naive, 1e-12)
	better := compare(by, without, 1)
	near(t, "Diebold–Mariano", better.Statistic, want.DM.HLN, 1e-12)
	near(t, "its p", better.P, want.DM.P, 1e-12)
}

// R's intervals are normal; with the errors being Student's, ours are wider.
func TestDriftOracle(t *testing.T) {
	want := readOracles(t).Drift
	for h, want := range map[int]predicted{1: want.H1, 3: want.H3, 6: want.H6} {
		got, reason := drift(history{kpi: readOracles(t).Drift.Series}, h)
		if reason != "" {
			t.Fatal(reason)
		}
		near(t, "mean", got.Mean, want.Mean, 1e-12)
		near(t, "error", got.Error, want.SE, 1e-12)
		near(t, "freedom", got.Freedom, 10, 0)
		normal := Predictive{Mean: got.Mean, Error: got.Error}
		near(t, "lower", normal.Holding(0.95).Lower, want.PI95[0], 1e-9)
		near(t, "upper", normal.Holding(0.95).Upper, want.PI95[1], 1e-9)
		near(t, "probability", normal.AtLeast(78), want.P78, 1e-9)
		if got.Holding(0.95).Upper <= normal.Holding(0.95).Upper {
			t.Error("no wider than if the error were known")
		}
	}
}

func TestErrorOracle(t *testing.T) {
	want := readOracles(t).MASE
	near(t, "scale", meanStep(want.Train, 1), want.ScaleNaive, 1e-12)
	near(t, "seasonal scale", meanStep(want.Train, 4), want.ScaleSeasonal, 1e-12)
	of := func(forecasts []float64) Backtest {
		var outcomes []outcome
		for i, f := range forecasts {
			outcomes = append(outcomes, outcome{Predictive: Predictive{Mean: f, Error: 1}, came: want.Test[i], ok: true})
		}
		return judge(outcomes, want.ScaleNaive, 0.8)
	}
	near(t, "MASE", of(want.Forecast).MASE, want.MASE, 1e-12)
	near(t, "seasonal MASE", of(want.Forecast).MAE/want.ScaleSeasonal, want.MASESeasonal, 1e-12)
	var last, year []float64
	for h := range want.Test {
		a, _ := naive(history{kpi: want.Train}, h+1)
		b, _ := seasonalNaive(history{kpi: want.Train, season: 4}, h+1)
		last, year = append(last, a.Mean), append(year, b.Mean)
	}
	near(t, "naive", of(last).MAE, want.MAENaive, 1e-12)
	near(t, "seasonal naive", of(year).MAE, want.MAESeasonal, 1e-12)
}

// oracle.json by R: further ahead, and comparisons of forecasts that overlap.
func TestFurtherAheadOracle(t *testing.T) {
	want := read[struct {
		Y               []float64
		Naive, Seasonal struct{ Mean, SE []float64 }
		Average         struct{ Mean, Lower, Upper []float64 }
		First, Second   []float64
		DM1, DM2, DM3   []float64
	}](t, "testdata", "oracle.json")
	known := history{kpi: want.Y, season: 4}
	for h := 1; h <= 9; h++ {
		last, _ := naive(known, h)
		near(t, "naive", last.Mean, want.Naive.Mean[h-1], 0)
		near(t, "naive error", last.Error, want.Naive.SE[h-1], 1e-12)
		near(t, "naive freedom", last.Freedom, 12, 0)
		year, _ := seasonalNaive(known, h)
		near(t, "seasonal", year.Mean, want.Seasonal.Mean[h-1], 0)
		near(t, "seasonal error", year.Error, want.Seasonal.SE[h-1], 1e-12)
		mean, _ := average(known, h)
		near(t, "average", mean.Mean, want.Average.Mean[h-1], 1e-12)
		near(t, "average lower", mean.Holding(0.8).Lower, want.Average.Lower[h-1], 1e-9)
		near(t, "average upper", mean.Holding(0.8).Upper, want.Average.Upper[h-1], 1e-9)
	}
	var first, second []outcome
	for i := range want.First {
		first = append(first, outcome{Predictive: Predictive{Mean: want.First[i]}, ok: true})
		second = append(second, outcome{Predictive: Predictive{Mean: want.Second[i]}, ok: true})
	}
	for horizon, want := range map[int][]float64{1: want.DM1, 3: want.DM3} {
		got := compare(first, second, horizon)
		near(t, "Diebold–Mariano", got.Statistic, want[0], 1e-12)
		near(t, "its p", got.P, want[1], 1e-10)
	}
	if got := compare(first, second, 2); got != nil {
		t.Errorf("with a negative variance: %+v", got)
	}
}

func TestChances(t *testing.T) {
	f := Forecast{Points: []Point{{Predictive: Predictive{Mean: 10, Error: 2}}, {Predictive: Predictive{Mean: 10}}}}
	bound := func(v float64) *float64 { return &v }
	for _, c := range []struct {
		horizon         int
		atLeast, atMost *float64
		want            float64
	}{
		{1, nil, nil, 1},
		{1, bound(10), nil, 0.5},
		{1, bound(8), bound(12), 0.6826894921370859},
		{1, bound(12), bound(8), 0},
		{1, bound(26), nil, 6.220960574271785e-16}, // eight standard errors away, where 1 − CDF has few digits left
		{2, bound(10), bound(10), 1},
		{2, bound(10.1), nil, 0},
		{2, nil, bound(9.9), 0},
	} {
		got, reason := f.Chance(c.horizon, c.atLeast, c.atMost)
		if reason != "" || math.Abs(got-c.want) > 1e-9*c.want {
			t.Errorf("%+v: %v %s", c, got, reason)
		}
	}
	student := Predictive{Mean: 10, Error: 2, Freedom: 5}
	near(t, "Student", student.AtLeast(14), 0.05096973941492914, 1e-12)
	near(t, "below the mean", student.AtLeast(6), 1-0.05096973941492914, 1e-12)
}

func TestInFlightOracle(t *testing.T) {
	want := readOracles(t).InFlight
	p, mean := InFlight(want.Renewed, want.Decided, want.Left, want.Needed)
	near(t, "probability", p, want.P, 1e-12)
	near(t, "expected", mean, want.Mean, 1e-12)
	for _, c := range []struct {
		succeeded, decided, open, needed int64
		want                             float64
	}{
		{410, 520, 180, 0, 1},
		{410, 520, 180, 181, 0},
		{410, 520, 0, 0, 1},
		{0, 0, 1, 1, 0.5},       // nothing is known
		{0, 0, 2, 1, 1 - 3.0/8}, // Beta(½, ½): both fail with probability E[q²] = 3/8
		{1, 1, 1, 1, 1.5 / 2},   // Beta(3/2, 1/2)
	} {
		if p, _ := InFlight(c.succeeded, c.decided, c.open, c.needed); math.Abs(p-c.want) > 1e-12 {
			t.Errorf("%+v: %v", c, p)
		}
	}
}
