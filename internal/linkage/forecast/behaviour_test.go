package forecast

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// linked is a KPI that follows a driver after lag periods, each wavering around a level and carrying over half of it.
func linked(random *rand.Rand, n, lag int, slope float64) (kpi, driver []float64) {
	var carried, noise float64
	for range n + lag + 20 {
		carried = 0.5*carried + random.NormFloat64()
		driver = append(driver, 30+carried)
	}
	driver = driver[20:]
	for i := range n {
		noise = 0.5*noise + random.NormFloat64()
		kpi = append(kpi, 70+slope*(driver[i]-30)+noise)
	}
	return kpi, driver[lag : lag+n]
}

func method(p Point, name Method) Candidate {
	for _, c := range p.Candidates {
		if c.Method == name {
			return c
		}
	}
	return Candidate{}
}

// A forecast knows nothing that came after its origin, neither of the KPI nor of its drivers.
func TestBacktestDoesNotPeek(t *testing.T) {
	question := series36(t)
	question.Season = 4
	spoilt := question
	spoilt.KPI = slices.Clone(question.KPI)
	spoilt.Drivers = []Driver{{Name: "nps", Lag: 2, Values: slices.Clone(question.Drivers[0].Values)}}
	for i := 26; i < 36; i++ {
		spoilt.KPI[i] += 50
		spoilt.Drivers[0].Values[i] -= 40
	}
	for name, m := range map[Method]look{Naive: naive, SeasonalNaive: seasonalNaive, Drift: drift, Average: average, Drivers: regression} {
		for _, horizon := range []int{1, 2, 3, 5} {
			first, _ := replay(m, known(question), horizon, 20)
			second, _ := replay(m, known(spoilt), horizon, 20)
			if len(first) != 36-20-horizon+1 {
				t.Errorf("%s: %d forecasts", name, len(first))
			}
			for i := range 7 { // origins 20 to 26
				if !first[i].ok || first[i].Predictive != second[i].Predictive {
					t.Errorf("%s, horizon %d, origin %d: %v, after what came changed %v", name, horizon, 20+i, first[i], second[i])
				}
			}
			if first[7].Predictive == second[7].Predictive && name != SeasonalNaive {
				t.Errorf("%s, horizon %d: what is known does not matter", name, horizon)
			}
		}
	}
}

// Further ahead than the lag the driver is not known, and its latest value stands in, with a wider interval. Where the
// driver is known for longer than the KPI, it carries further.
func TestBeyondTheLag(t *testing.T) {
	kpi, driver := linked(rand.New(rand.NewPCG(5, 6)), 60, 2, 2)
	known := history{kpi: kpi, drivers: []Driver{{Lag: 2, Values: driver}}, ahead: []int{0}}
	two, _ := regression(known, 2)
	three, _ := regression(known, 3)
	if two.Error >= three.Error {
		t.Errorf("errors %v within the lag, %v beyond", two.Error, three.Error)
	}
	longer := history{kpi: kpi[:55], drivers: known.drivers, ahead: []int{5}}
	if _, reason := regression(longer, 7); reason != "" {
		t.Error(reason)
	}
	within, _ := regression(longer, 7)
	beyond, _ := regression(longer, 8)
	if within.Error >= beyond.Error {
		t.Errorf("errors %v while the driver is known, %v beyond", within.Error, beyond.Error)
	}
	points := Of(Question{KPI: kpi[:55], Drivers: known.drivers, Horizon: 3}).Points
	if !reflect.DeepEqual(points[2].Freedom, points[0].Freedom) || points[2].Method != Drivers {
		t.Errorf("%+v", points)
	}
}

func TestWhatIf(t *testing.T) {
	got := Of(series36(t)).WhatIf
	if len(got) != 1 || got[0].Driver != "nps" || got[0].Lag != 2 || got[0].Step != 5 {
		t.Fatalf("%+v", got)
	}
	near(t, "step", got[0].Value, 5*0.346304741831715, 1e-12)
	near(t, "lower", got[0].Interval.Lower, 5*0.30860687623376626, 1e-9)
	near(t, "upper", got[0].Interval.Upper, 5*0.38400260742966374, 1e-9)
	down := Times(interval.Bounded{Value: 2, Interval: interval.Interval{Lower: 1, Upper: 4}}, -3)
	if down.Value != -6 || down.Interval.Lower != -12 || down.Interval.Upper != -3 {
		t.Errorf("%+v", down)
	}
}

func TestMethods(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 2))
	year := []float64{5, 9, 2, 7, 4, 8, 1, 6, 3, 9, 5, 2}
	var seasonal, climbing, level []float64
	for i := range 48 {
		seasonal = append(seasonal, year[i%12]+0.2*random.NormFloat64())
		climbing = append(climbing, 10+2*float64(i)+random.NormFloat64())
		level = append(level, 10+random.NormFloat64())
	}
	for name, c := range map[string]struct {
		kpi  []float64
		want Method
	}{"seasons": {seasonal, SeasonalNaive}, "a climb": {climbing, Drift}, "a level": {level, Average}} {
		t.Run(name, func(t *testing.T) {
			got := Of(Question{KPI: c.kpi, Season: 12, Horizon: 6})
			if len(got.Points) != 6 {
				t.Fatalf("%+v", got)
			}
			for _, p := range got.Points {
				if p.Method != c.want || p.Naive != p.Backtest || p.Backtest.Better != nil {
					t.Errorf("%+v", p)
				}
			}
		})
	}
}

// A year before is not known at the first origins: it is not compared by the easier ones alone.
func TestYoungSeasons(t *testing.T) {
	year := []float64{5, 9, 2, 7, 4, 8, 1, 6, 3, 9, 5, 2}
	var kpi []float64
	for i := range 26 {
		kpi = append(kpi, year[i%12]+0.01*float64(i%5))
	}
	p := Of(Question{KPI: kpi, Season: 12, Horizon: 1}).Points[0]
	c := method(p, SeasonalNaive)
	if p.Method == SeasonalNaive || c.Refused != TooFewPeriods || c.Backtest.N != 8 || c.Backtest.MAE >= p.Backtest.MAE {
		t.Errorf("%+v", p)
	}
}

func TestDriversAreKeptOnlyIfTheyHelp(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 10))
	kpi, driver := linked(random, 48, 2, 2)
	_, other := linked(random, 48, 2, 0)
	t.Run("they do", func(t *testing.T) {
		p := Of(Question{KPI: kpi, Drivers: []Driver{{Lag: 2, Values: driver}}, Horizon: 1}).Points[0]
		if p.Method != Drivers || p.Backtest.MAE >= p.Naive.MAE || p.Backtest.Better == nil || p.Backtest.Better.Statistic <= 0 {
			t.Errorf("%+v", p)
		}
	})
	t.Run("they err more", func(t *testing.T) {
		p := Of(Question{KPI: kpi, Drivers: []Driver{{Lag: 2, Values: other}}, Horizon: 1}).Points[0]
		if p.Method == Drivers || method(p, Drivers).Refused != NoBetterThanNaive {
			t.Errorf("%+v", p)
		}
	})
	t.Run("their intervals are too narrow", func(t *testing.T) {
		// The line holds closely at first and loosely later, though still better than any other method.
		loose := make([]float64, 48)
		for i := range loose {
			loose[i] = 3 * driver[max(0, i-2)]
			if i >= 30 {
				loose[i] += 1.2 * random.NormFloat64()
			} else {
				loose[i] += 0.01 * random.NormFloat64()
			}
		}
		p := Of(Question{KPI: loose, Drivers: []Driver{{Lag: 2, Values: driver}}, Horizon: 1}).Points[0]
		c := method(p, Drivers)
		if p.Method == Drivers || c.Refused != IntervalsMiss || c.Backtest.MAE >= p.Naive.MAE || c.Backtest.CoverageP > tooFew {
			t.Errorf("%+v", p)
		}
	})
}

func TestRange(t *testing.T) {
	var kpi []float64
	for i := range 30 {
		kpi = append(kpi, 0.7+0.01*float64(i)+0.004*float64(i%3))
	}
	whole := interval.Interval{Lower: 0, Upper: 1}
	for _, p := range Of(Question{KPI: kpi, Horizon: 6, Range: &whole}).Points {
		if p.Value > 1 || p.Interval.Upper > 1 || p.Interval.Lower > p.Value {
			t.Errorf("%+v", p)
		}
	}
}

func TestReasons(t *testing.T) {
	kpi, driver := linked(rand.New(rand.NewPCG(1, 1)), 40, 2, 1)
	with := func(values []float64, lag int) []Driver {
		return []Driver{{Name: "d", Lag: lag, Values: values, Step: 1}}
	}
	at := func(values []float64, i int) []float64 {
		values = slices.Clone(values)
		values[i] = math.NaN()
		return values
	}
	flat := slices.Repeat([]float64{0.1}, 40)
	for name, c := range map[string]struct {
		question Question
		want     Reason
		n        int
	}{
		"too few":       {Question{KPI: kpi[:19]}, TooFewPeriods, 19},
		"nothing":       {Question{}, TooFewPeriods, 0},
		"a late gap":    {Question{KPI: at(kpi, 25)}, TooFewPeriods, 14},
		"constant":      {Question{KPI: flat}, ConstantSeries, 40},
		"an early gap":  {Question{KPI: at(kpi, 5), Drivers: with(driver, 2)}, "", 34},
		"enough":        {Question{KPI: kpi[:20]}, "", 20},
		"a late driver": {Question{KPI: kpi, Drivers: with(driver[:37], 2)}, "", 40},
	} {
		t.Run(name, func(t *testing.T) {
			c.question.Horizon = 1
			got := Of(c.question)
			if got.Reason != c.want || got.N != c.n || (len(got.Points) > 0) != (c.want == "") {
				t.Errorf("%+v", got)
			}
			if _, reason := got.Chance(1, new(float64), nil); reason != c.want {
				t.Errorf("chance: %s", reason)
			}
		})
	}
	for name, c := range map[string]struct {
		drivers []Driver
		want    Reason
	}{
		"unknown just where it is needed": {with(at(driver, 38), 2), NoDriverValue},
		"constant driver":                 {with(flat, 2), NotDetermined},
		"driver of few periods":           {with(append(slices.Repeat([]float64{math.NaN()}, 31), driver[31:]...), 2), TooFewPeriods},
		"twice the same":                  {append(with(driver, 2), with(driver, 2)...), NotDetermined},
	} {
		t.Run(name, func(t *testing.T) {
			p := Of(Question{KPI: kpi, Drivers: c.drivers, Horizon: 1}).Points[0]
			if p.Method == Drivers || method(p, Drivers).Refused != c.want {
				t.Errorf("%+v", p)
			}
		})
	}
	t.Run("too far", func(t *testing.T) {
		got := Of(Question{KPI: kpi, Horizon: 30})
		// 20 origins leave 13 horizons with at least 8 forecasts each.
		if len(got.Points) != 13 || got.Points[12].Backtest.N != MinimumForecasts {
			t.Errorf("%d points", len(got.Points))
		}
		for _, horizon := range []int{0, 14} {
			if _, reason := got.Chance(horizon, new(float64), nil); reason != TooFar {
				t.Errorf("%d: %s", horizon, reason)
			}
		}
	})
}

// How often drivers are kept, and how often the 80 % intervals of whatever method was kept hold what comes next.
func TestSimulated(t *testing.T) {
	const series = 200
	for name, c := range map[string]struct {
		slope             float64
		wander            bool
		least, most, hold float64
	}{
		"no link":              {0, false, 0, 0.25, 0.7},
		"no link, both wander": {0, true, 0, 0.1, 0.7},
		"a link":               {1, false, 0.7, 1, 0.7},
	} {
		t.Run(name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(20, 26))
			var kept, held float64
			for range series {
				kpi, driver := linked(random, 37, 2, c.slope)
				if c.wander {
					for i := 1; i < len(kpi); i++ {
						kpi[i] = kpi[i-1] + random.NormFloat64()
						driver[i] = driver[i-1] + random.NormFloat64()
					}
				}
				p := Of(Question{KPI: kpi[:36], Drivers: []Driver{{Lag: 2, Values: driver[:36]}}, Horizon: 1}).Points[0]
				if p.Method == Drivers {
					kept += 1.0 / series
				}
				if p.Interval.Lower <= kpi[36] && kpi[36] <= p.Interval.Upper {
					held += 1.0 / series
				}
			}
			t.Logf("kept %.1f %%, held %.1f %%", 100*kept, 100*held)
			if kept < c.least || kept > c.most || held < c.hold {
				t.Errorf("kept %v, held %v", kept, held)
			}
		})
	}
}
