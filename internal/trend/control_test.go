package trend

import (
	"math"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

func TestControlLimitsOracle(t *testing.T) {
	want := read[struct {
		XmR struct {
			X                []float64
			Mean, UNPL, LNPL float64
		}
		PChart struct{ PBar, N, LCL, UCL float64 }
	}](t, "rates_controls.json")
	got := individuals(of(want.XmR.X...))
	near(t, "centre", got.Centre, want.XmR.Mean, 1e-14)
	near(t, "lower", got.Limits.Lower, want.XmR.LNPL, 1e-14)
	near(t, "upper", got.Limits.Upper, want.XmR.UNPL, 1e-14)

	p := shares([]interval.Share{{Hits: 350, N: 400}, {Hits: 50, N: 100}}, want.PChart.N)
	near(t, "centre", p.Centre, want.PChart.PBar, 1e-14)
	near(t, "lower", p.Limits.Lower, want.PChart.LCL, 1e-14)
	near(t, "upper", p.Limits.Upper, want.PChart.UCL, 1e-14)

	// 81 % of 1,000 beside 80 %: under one standard error.
	z := read[struct {
		KPI struct {
			Rate float64
			Z    float64 `json:"z_vs_before"`
		} `json:"divergence_kpi"`
	}](t, "../../measure/interval/testdata/rates_bootstrap.json").KPI
	p = shares([]interval.Share{{Hits: 800, N: 1000}}, 1000)
	near(t, "z", (z.Rate-p.Centre)/((p.Limits.Upper-p.Centre)/3), z.Z, 1e-12)
}

func TestIndividuals(t *testing.T) {
	steady := []float64{41, 40, 42, 41, 39, 40, 41, 42} // mean 40.75, neighbours 1.2857 apart: 37.33 … 44.17
	for latest, side := range map[float64]Side{40: Within, 44.1: Within, 44.2: Above, 37.4: Within, 37.3: Below} {
		got := Individuals(of(append(steady[:8:8], latest)...))
		if got.Side != side || got.N != 8 || got.Reason != "" {
			t.Errorf("%v: %+v", latest, got)
		}
	}
	if got := Individuals(of(steady...)); got.Reason != TooFewPeriods || got.Side != "" || got.N != 7 {
		t.Errorf("seven before: %+v", got)
	}
	if got := Individuals(of(5, 5, 5, 5, 5, 5, 5, 5, 9)); got.Reason != NoVariation || got.Side != "" {
		t.Errorf("constant: %+v", got)
	}
	if got := Individuals(nil); got.Reason != TooFewPeriods || got.N != 0 {
		t.Errorf("empty: %+v", got)
	}
	// A gap is not a pair of neighbours: with the jump across it limits would be three times as wide.
	gap := of(1, 2, 1, 2, 11, 12, 11, 12, 30)
	for i := range gap[4:] {
		gap[4+i].Period++
	}
	if got := Individuals(gap); got.Limits.Upper-got.Centre != 2.66 || got.Side != Above {
		t.Errorf("gap: %+v", got)
	}
}

func TestShares(t *testing.T) {
	var series []interval.Share
	for range 8 {
		series = append(series, interval.Share{Hits: 80, N: 100})
	}
	for latest, side := range map[interval.Share]Side{
		{Hits: 400, N: 500}: Within, {Hits: 374, N: 500}: Within, {Hits: 373, N: 500}: Below, {Hits: 427, N: 500}: Above,
	} {
		if got := Shares(append(series[:8:8], latest)); got.Side != side || got.N != 8 || got.Reason != "" {
			t.Errorf("%v: %+v", latest, got)
		}
	}
	for _, few := range []interval.Share{{Hits: 1, N: 24}, {}} {
		if got := Shares(append(series[:8:8], few)); got.Reason != TooFewRows || got.Side != "" {
			t.Errorf("%v: %+v", few, got)
		}
	}
	if got := Shares(series); got.Reason != TooFewPeriods || got.N != 7 {
		t.Errorf("seven before: %+v", got)
	}
	if got := Shares(append(make([]interval.Share, 8), interval.Share{Hits: 1, N: 2})); got.Reason != TooFewRows {
		t.Errorf("no rows before: %+v", got)
	}
}

func TestFarOut(t *testing.T) {
	spread := read[struct {
		Spread struct {
			History     []float64
			Median, MAD float64
		}
	}](t, "oracle.json").Spread
	latest := spread.Median + 8.5*spread.MAD
	got := FarOut(of(append(spread.History, latest)...), 0.95)
	near(t, "median", got.Median, spread.Median, 1e-14)
	near(t, "spread", got.Spread, spread.MAD, 1e-14)
	near(t, "distance", got.Distance, 8.5, 1e-12)
	if !got.Far || got.Side != Above || got.N != 11 {
		t.Errorf("%+v", got)
	}
	if got := FarOut(of(append(spread.History, spread.Median-7.9*spread.MAD)...), 0.95); got.Far || got.Side != Within {
		t.Errorf("near enough: %+v", got)
	}
	if got := FarOut(of(append(spread.History, 0)...), 0.95); !got.Far || got.Side != Below {
		t.Errorf("fell: %+v", got)
	}
	// An earlier jump does not hide the next one, as it would in mean and standard deviation.
	if got := FarOut(of(append(spread.History, 1e6, 1e6)...), 0.95); !got.Far || got.Side != Above {
		t.Errorf("twice: %+v", got)
	}
	if got := FarOut(of(1, 2, 3, 4, 5, 6, 7, 1000), 0.95); got.Reason != TooFewPeriods || got.Far || got.N != 7 {
		t.Errorf("seven before: %+v", got)
	}
	if got := FarOut(of(3, 3, 3, 3, 3, 3, 3, 3, 4), 0.95); got.Reason != NoVariation || got.Far {
		t.Errorf("constant: %+v", got)
	}
	// Four answers after months of thousands: far from history, but not further than four answers are unsure.
	few := of(append(spread.History, latest)...)
	few[11].Interval = interval.Interval{Lower: latest - 30, Upper: latest + 30}
	if got := FarOut(few, 0.95); got.Far || math.Abs(got.Spread-30/1.959963984540054) > 1e-12 {
		t.Errorf("few answers: %+v", got)
	}
}

func TestAgainst(t *testing.T) {
	point := func(period int, value, margin float64, n int64) Point {
		return Point{Period: period, Value: value, Interval: interval.Interval{Lower: value - margin, Upper: value + margin}, N: n}
	}
	series := Series{point(1, 30, 3, 100), point(3, 20, 4, 100), point(12, 25, 3, 9), point(13, 38, 4, 80)}

	year := Against(series, 12, 10, 0.95)
	if year.Value != 8 || year.Interval != (interval.Interval{Lower: 3, Upper: 13}) || !year.Clear || year.N != 80 || year.NThen != 100 {
		t.Errorf("%+v", year)
	}
	near(t, "z", year.Statistic, 8/(5/interval.Z(0.95)), 1e-14)
	near(t, "p", year.P, math.Erfc(8/(5/interval.Z(0.95))/math.Sqrt2), 1e-12)

	if got := Against(series, 1, 10, 0.95); got.Reason != TooFewRows || got.Clear || got.NThen != 9 || got.Interval != (interval.Interval{}) {
		t.Errorf("nine rows before: %+v", got)
	}
	if got := Against(series, 1, 9, 0.95); got.Reason != "" || got.Value != 13 || !got.Clear {
		t.Errorf("nine rows suffice: %+v", got)
	}
	if got := Against(series, 2, 9, 0.95); got.Reason != NoSuchPeriod || got.N != 80 {
		t.Errorf("no such period: %+v", got)
	}
	if got := Against(nil, 1, 0, 0.95); got.Reason != TooFewPeriods {
		t.Errorf("empty: %+v", got)
	}
	if got := Against(of(1, 2), 1, 0, 0.95); got.Reason != NoInterval || got.Clear || got.Value != 1 {
		t.Errorf("a census: %+v", got)
	}
	if got := Against(Series{point(1, 30, 5, 50), point(2, 33, 5, 50)}, 1, 10, 0.95); got.Clear || got.Reason != "" || got.P < 0.05 {
		t.Errorf("not clear: %+v", got)
	}
}
