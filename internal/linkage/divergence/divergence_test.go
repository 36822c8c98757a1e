package divergence

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*max(1, math.Abs(want))) {
		t.Errorf("%s: got %.15g, want %.15g", what, got, want)
	}
}

// of are values in neighbouring periods, each with its margin of error.
func of(margin float64, values ...float64) []Period {
	var periods []Period
	for i, v := range values {
		p := Period{Number: 10 + i, Label: "p" + strconv.Itoa(i), Value: v, Interval: interval.None(), N: 100}
		if margin > 0 {
			p.Interval = interval.Interval{Lower: v - margin, Upper: v + margin}
		}
		periods = append(periods, p)
	}
	return periods
}

// on are periods of a KPI that is on its target or not.
func on(target string, periods []Period) []Period {
	periods = slices.Clone(periods)
	for i := range periods {
		if target[i] != '?' {
			met := target[i] == '+'
			periods[i].OnTarget = &met
		}
	}
	return periods
}

// stands tells, for each evaluation, whether the KPI diverges after it: +, − or ? where it cannot be judged.
func stands(f Finding) string {
	var text []byte
	for _, e := range f.Evaluations {
		switch {
		case e.Reason != "":
			text = append(text, '?')
		case e.Diverging:
			text = append(text, '+')
		default:
			text = append(text, '-')
		}
	}
	return string(text)
}

func readSeries(t *testing.T) (kpi, cpi []float64, exact float64) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", "trend", "testdata", "drivers_trend_forecast.json"))
	if err != nil {
		t.Fatal(err)
	}
	var oracle struct {
		KPI struct{ X []float64 } `json:"mk_kpi"`
		CPI struct {
			X []float64
			P float64 `json:"p_exact"`
		} `json:"mk_cpi"`
	}
	if err := json.Unmarshal(raw, &oracle); err != nil {
		t.Fatal(err)
	}
	return oracle.KPI.X, oracle.CPI.X, oracle.CPI.P
}

// The series of domain.md 3e: the KPI rises by 0.43 a month while its CPI falls by 1.54.
func TestTrendOracle(t *testing.T) {
	kpi, cpi, exact := readSeries(t)
	question := Question{KPI: of(0, kpi...), Guardrails: []Guardrail{{Name: "nps", MinWorsening: 5, Periods: of(0, cpi...)}}}
	got := Of(question)
	last := got.Evaluations[7]
	if !last.Improving || !*last.KPIGood {
		t.Errorf("the KPI rises: %+v", last)
	}
	s := last.Guardrails[0]
	near(t, "p", s.P, exact/2, 1e-12)
	near(t, "q", s.Q, exact/2, 1e-12)
	near(t, "loss", s.Loss, 7*1.5357142857142856, 1e-12)
	if s.Test != MannKendall || s.N != 8 || !s.Worse {
		t.Errorf("%+v", s)
	}
	// Six periods are the fewest to judge: there p is still 0.068, then 0.015 and 0.003.
	if stands(got) != "?????--+" || !got.Diverging || got.Since.Label != "p6" || got.At.Label != "p7" || !got.Judged || got.Reason != "" {
		t.Errorf("%s %+v", stands(got), got)
	}
	question.Guardrails[0].MinWorsening = 11
	if got := Of(question); got.Diverging {
		t.Errorf("the loss is smaller than what counts: %+v", got)
	}
}

// 180 promoters and 60 detractors of 360 answers, then 140 and 95 of 350.
func TestTwoWindowsOracle(t *testing.T) {
	net := func(promoters, detractors, n float64) Period {
		p, d := promoters/n, detractors/n
		return Period{Value: 100 * (p - d), Error: 100 * math.Sqrt((p+d-(p-d)*(p-d))/n), N: int64(n)}
	}
	then, now := net(180, 60, 360), net(140, 95, 350)
	then.Number, now.Number = 1, 2
	question := Question{Window: 1}.withDefaults()
	got := twoWindows([]Period{then, now}, false, question)
	near(t, "loss", got.loss, 20.476190476, 1e-9)
	near(t, "p", got.p, 0.00022895, 1e-5)
	if got.n != 710 || got.test != TwoWindows {
		t.Errorf("%+v", got)
	}
	change, _ := interval.Compare(pooled([]Period{now}).measured, pooled([]Period{then}).measured, 0.95)
	near(t, "error", change.Error, 5.8432413, 1e-8)
	near(t, "z", change.Statistic, -3.5042521, 1e-8)
	if up := twoWindows([]Period{then, now}, true, question); up.loss != -got.loss || math.Abs(up.p+got.p-1) > 1e-12 {
		t.Errorf("where higher is worse: %+v", up)
	}

	// The same answers in months of unequal size say the same.
	split := []Period{net(90, 30, 180), net(60, 20, 120), net(30, 10, 60), net(80, 50, 190), net(40, 30, 100), net(20, 15, 60)}
	for i := range split {
		split[i].Number = i
	}
	three := twoWindows(split, false, Question{}.withDefaults())
	near(t, "loss in parts", three.loss, got.loss, 1e-9)
	if three.n != 710 || !(three.p > 0.5*got.p && three.p < 1.5*got.p) {
		t.Errorf("%+v", three)
	}
	// Intervals do where errors are not known: here normal ones, so that nothing is lost.
	for i := range split {
		split[i].Interval = interval.Normal(split[i].Value, split[i].Error, 0.95)
		split[i].Error = 0
	}
	near(t, "p by intervals", twoWindows(split, false, Question{}.withDefaults()).p, three.p, 1e-9)
}

// combined.json by R: the upper tail of a Cauchy variable.
func TestCombinedOracle(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("testdata", "combined.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct{ A, B, P float64 }
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		if got := combined(c.A, c.B); math.Abs(got-c.P) > 1e-12*c.P {
			t.Errorf("%v and %v: got %.15g, want %.15g", c.A, c.B, got, c.P)
		}
	}
	if got := combined(0, 1); got != 0 {
		t.Errorf("0 and 1: %v", got)
	}
}

// The state through time: a fall of the CPI while the KPI is on target, then a recovery.
func TestRaisedAfterTwoClearedAfterTwo(t *testing.T) {
	cpi := []float64{40, 41, 40, 41, 40, 41, 40, 30, 30, 30, 30, 30, 30, 31, 30, 31}
	target := "++++++++++++++++"
	guardrail := Guardrail{Name: "nps", MinWorsening: 5, Periods: of(3, cpi...)}
	got := Of(Question{KPI: on(target, of(0, cpi...)), Guardrails: []Guardrail{guardrail}, Trend: 6})
	var worse []byte
	for _, e := range got.Evaluations {
		switch {
		case e.Reason != "":
			worse = append(worse, '?')
		case e.Bad:
			worse = append(worse, 'x')
		default:
			worse = append(worse, '.')
		}
	}
	if string(worse) != "?????...xxx....." || stands(got) != "?????----+++----" {
		t.Errorf("worse %s, diverging %s", worse, stands(got))
	}
	if got.Diverging || got.Since != nil || got.At.Label != "p15" {
		t.Errorf("%+v", got)
	}
	t.Run("what showed it last stays known while it clears", func(t *testing.T) {
		early := func(n int) Finding {
			return Of(Question{KPI: on(target, of(0, cpi...))[:n], Guardrails: []Guardrail{guardrail}, Trend: 6})
		}
		standing, clearing := early(11), early(12)
		if standing.Last.Period.Label != "p10" || standing.Clean != 0 {
			t.Errorf("%+v", standing)
		}
		if s := clearing.Last; !clearing.Diverging || s.Period.Label != "p10" || !s.Guardrails[0].Worse || clearing.Clean != 1 || clearing.Evaluations[11].Guardrails[0].Worse {
			t.Errorf("%+v", clearing)
		}
		if got.Last != nil || got.Clean != 0 {
			t.Errorf("%+v is over", got.Last)
		}
	})
	t.Run("a KPI off target does not look good", func(t *testing.T) {
		off := Of(Question{KPI: on("---------+--++--", of(0, cpi...)), Guardrails: []Guardrail{guardrail}, Trend: 6})
		if stands(off) != "?????-----------" {
			t.Error(stands(off))
		}
	})
	t.Run("directions", func(t *testing.T) {
		guardrail.HigherIsWorse = true
		if up := Of(Question{KPI: on(target, of(0, cpi...)), Guardrails: []Guardrail{guardrail}, Trend: 6}); slices.Contains([]byte(stands(up)), '+') {
			t.Error(stands(up))
		}
		for i := range guardrail.Periods {
			guardrail.Periods[i] = of(3, 100-cpi[i])[0]
			guardrail.Periods[i].Number = 10 + i
		}
		if up := Of(Question{KPI: on(target, of(0, cpi...)), Guardrails: []Guardrail{guardrail}, Trend: 6}); stands(up) != "?????----+++----" {
			t.Error(stands(up))
		}
	})
	t.Run("a replay of fewer periods says what stood then", func(t *testing.T) {
		guardrail := Guardrail{Name: "nps", MinWorsening: 5, Periods: of(3, cpi...)}
		for n := range cpi {
			early := Of(Question{KPI: on(target, of(0, cpi...))[:n+1], Guardrails: []Guardrail{guardrail}, Trend: 6})
			if early.Diverging != got.Evaluations[n].Diverging {
				t.Errorf("after %d periods: %v", n+1, early.Diverging)
			}
		}
	})
}

// One worse evaluation is a warning sign of nothing, and two of different guardrails are one each.
func TestOnceIsNotEnough(t *testing.T) {
	stand := standing{streaks: make([]streak, 2)}
	take := func(label string, worse ...bool) bool {
		e := Evaluation{Period: Period{Label: label}, Bad: worse[0] || worse[1]}
		for _, w := range worse {
			e.Guardrails = append(e.Guardrails, State{Worse: w})
		}
		stand.take(e)
		return stand.diverging
	}
	for i, c := range []struct{ a, b, want bool }{
		{true, false, false}, {false, true, false}, {true, false, false}, {false, false, false}, {false, false, false},
		{true, false, false}, {false, true, false}, {false, true, true}, {false, false, true}, {true, false, true},
		{false, false, true}, {false, false, false}, {true, true, false}, {false, false, false}, {true, false, false}, {true, false, true},
	} {
		if got := take(strconv.Itoa(i), c.a, c.b); got != c.want {
			t.Errorf("%d: %v", i, got)
		}
	}
	if stand.since.Label != "14" {
		t.Errorf("since %s", stand.since.Label)
	}
	t.Run("a guardrail that is not judged keeps its place", func(t *testing.T) {
		stand := standing{streaks: make([]streak, 2)}
		worse, silent, fine := State{Worse: true}, State{Reason: NoSuchPeriod}, State{}
		for i, c := range []struct {
			a, b State
			want bool
		}{
			{worse, worse, false}, {silent, fine, false}, // by itself not Bad: both begin again
			{worse, worse, false}, {silent, worse, true},
			{fine, fine, true}, {fine, fine, false},
			{worse, fine, false}, {silent, worse, false}, {worse, fine, true},
		} {
			e := Evaluation{Bad: c.a.Worse || c.b.Worse, Guardrails: []State{c.a, c.b}}
			if stand.take(e); stand.diverging != c.want {
				t.Errorf("%d: %v", i, stand.diverging)
			}
		}
	})
}

func TestKPIImproves(t *testing.T) {
	rising := of(0, 1, 2, 3, 4, 5, 6, 7, 8)
	for name, c := range map[string]struct {
		kpi           []Period
		higherIsWorse bool
		good          bool
	}{
		"rises":                      {rising, false, true},
		"rises where that is bad":    {rising, true, false},
		"falls where that is good":   {of(0, 8, 7, 6, 5, 4, 3, 2, 1), true, true},
		"rose long ago":              {of(0, 1, 2, 3, 4, 5, 6, 5, 6, 5, 6, 5, 6, 5), false, false},
		"off target, but on the way": {on("--------", rising), false, true},
		"on target, and getting bad": {on("++++++++", rising), true, true},
	} {
		t.Run(name, func(t *testing.T) {
			got := Of(Question{KPI: c.kpi, KPIHigherIsWorse: c.higherIsWorse, Guardrails: []Guardrail{{Periods: of(3, make([]float64, len(c.kpi))...)}}})
			if last := got.Evaluations[len(got.Evaluations)-1]; last.KPIGood == nil || *last.KPIGood != c.good {
				t.Errorf("%+v", last)
			}
		})
	}
}

// A slow fall shows as a trend before two windows tell it, in either direction.
func TestSlowFall(t *testing.T) {
	values := []float64{47, 46.4, 45.1, 44.9, 43.8, 43.2, 42, 41.3}
	question := Question{}.withDefaults()
	falling := Guardrail{Periods: of(12, values...)}.state(question, 17)
	if falling.Test != MannKendall || falling.P > 0.01 || falling.Loss < 5 || falling.N != 8 {
		t.Errorf("%+v", falling)
	}
	for i := range values {
		values[i] = -values[i]
	}
	rising := Guardrail{Periods: of(12, values...), HigherIsWorse: true}.state(question, 17)
	if rising != falling {
		t.Errorf("%+v turned is %+v", falling, rising)
	}
	if better := (Guardrail{Periods: of(12, values...)}).state(question, 17); better.Loss >= 0 || better.P < 0.9 {
		t.Errorf("%+v", better)
	}
}

// Among many guardrails, one that is just worse by itself is what chance brings.
func TestManyGuardrails(t *testing.T) {
	states := []State{{P: 0.04, Loss: 1}, {Reason: NoPeriods}, {P: 0.5, Loss: 1}, {P: 0.012, Loss: 1}, {P: 0.02, Loss: -1}}
	correct(states)
	for i, want := range []float64{0.16 / 3, 0, 0.5, 0.04, 0.04} {
		near(t, states[i].Guardrail+" q", states[i].Q, want, 1e-12)
	}
	if states[0].Worse || !states[3].Worse || states[4].Worse || states[1].Worse {
		t.Errorf("%+v", states)
	}
}

// A guardrail of another claim on the KPI is corrected for, and not told.
func TestGuardrailsBesideCountInTheCorrection(t *testing.T) {
	kpi := on("+++++++", of(0, make([]float64, 7)...))
	worse := Guardrail{Name: "nps", MinWorsening: 5, Periods: of(3, 40, 41, 40, 41, 40, 41, 38)}
	steady := Guardrail{Name: "csat", Periods: of(3, 40, 41, 40, 41, 40, 41, 40)}
	last := func(beside ...Guardrail) Evaluation {
		e := Of(Question{KPI: kpi, Guardrails: []Guardrail{worse}, Beside: beside}).Evaluations
		return e[len(e)-1]
	}
	alone, both := last(), last(steady)
	if len(both.Guardrails) != 1 || both.Guardrails[0].P != alone.Guardrails[0].P {
		t.Fatalf("%+v", both.Guardrails)
	}
	near(t, "alone", alone.Guardrails[0].Q, alone.Guardrails[0].P, 1e-12)
	other := steady.state(Question{}.withDefaults(), 16).P
	near(t, "with another", both.Guardrails[0].Q, min(max(alone.Guardrails[0].P, other), 2*min(alone.Guardrails[0].P, other)), 1e-12)
	if both.Guardrails[0].Q <= alone.Guardrails[0].Q {
		t.Errorf("q %v with another, %v alone", both.Guardrails[0].Q, alone.Guardrails[0].Q)
	}
}

func TestReasons(t *testing.T) {
	values := []float64{40, 41, 40, 41, 40, 41, 40, 41}
	target := "++++++++"
	without := func(periods []Period, gaps ...int) []Period {
		return slices.DeleteFunc(slices.Clone(periods), func(p Period) bool { return slices.Contains(gaps, p.Number-10) })
	}
	guardrail := func(periods []Period) []Guardrail { return []Guardrail{{Name: "nps", Periods: periods}} }
	for name, c := range map[string]struct {
		question Question
		want     Reason
		guarding Reason
	}{
		"no guardrail": {Question{KPI: on(target, of(0, values...))}, NoGuardrail, ""},
		"no KPI":       {Question{Guardrails: guardrail(of(3, values...))}, NoPeriods, ""},
		"no CPI":       {Question{KPI: on(target, of(0, values...)), Guardrails: guardrail(nil)}, NoPeriods, NoPeriods},
		"refused":      {Question{KPI: on(target, of(0, values...)), Guardrails: []Guardrail{{Refused: "Deleted"}}}, "Deleted", "Deleted"},
		"no target":    {Question{KPI: of(0, values[:5]...), Guardrails: guardrail(of(3, values...))}, NoTarget, TooFewPeriods},
		"a short KPI":  {Question{KPI: without(of(0, values...), 0, 2, 3), Guardrails: guardrail(of(3, values...))}, MissingPeriods, ""},
		"CPI is late":  {Question{KPI: on(target, of(0, values...)), Guardrails: guardrail(of(3, values[:7]...))}, NoSuchPeriod, NoSuchPeriod},
		"CPI is young": {Question{KPI: on(target, of(0, values...)), Guardrails: guardrail(of(3, values...)[3:])}, TooFewPeriods, TooFewPeriods},
		"CPI has gaps": {Question{KPI: on(target, of(0, values...)), Guardrails: guardrail(without(of(3, values...), 2, 4, 6))}, MissingPeriods, MissingPeriods},
		"a gap in the windows": {
			Question{KPI: on(target, of(0, values...)), Guardrails: guardrail(without(of(3, values...), 4)), Trend: 5}, MissingPeriods, MissingPeriods,
		},
		"a trend is left": {Question{KPI: on(target, of(0, values...)), Guardrails: guardrail(without(of(3, values...), 4))}, "", ""},
		"no intervals":    {Question{KPI: on(target, of(0, values...)), Guardrails: guardrail(of(0, values...))}, "", ""},
		"no intervals, no trend": {
			Question{KPI: on(target, of(0, values...)), Guardrails: guardrail(of(0, values...)), Trend: 5}, NoInterval, NoInterval,
		},
		"too few rows": {
			Question{KPI: on(target, of(0, values...)), Guardrails: guardrail(of(3, values...)), Trend: 5, Minimum: 301}, TooFewRows, TooFewRows,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := Of(c.question)
			if got.Reason != c.want || got.Diverging || (c.want != "" && got.Judged && got.At.Label == "p7") {
				t.Errorf("%+v", got)
			}
			if len(got.Evaluations) == 0 {
				return
			}
			s := got.Evaluations[len(got.Evaluations)-1].Guardrails[0]
			if s.Reason != c.guarding || (s.Reason != "" && !reflect.DeepEqual(s, State{Guardrail: s.Guardrail, Reason: s.Reason})) {
				t.Errorf("%+v", s)
			}
		})
	}
}

// What could not be judged leaves things as they were: silence of the data is no all-clear.
func TestSilenceIsNoAllClear(t *testing.T) {
	cpi := []float64{40, 41, 40, 41, 40, 41, 30, 30, 30, 30}
	kpi := on("++++++++++++", of(0, append(cpi, 30, 30)...))
	got := Of(Question{KPI: kpi, Guardrails: []Guardrail{{Name: "nps", Periods: of(3, cpi...)}}})
	if !got.Diverging || got.Reason != NoSuchPeriod || got.At.Label != "p9" || stands(got) != "?????--+++??" || got.Since.Label != "p6" {
		t.Errorf("%s %+v", stands(got), got)
	}
}
