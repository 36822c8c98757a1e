package compute_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// The series of 36 months whose true lag is 2 and whose true slope is .31 (oracles of the domain).
var (
	nps36     = []float64{23.8, 25.2, 21.1, 21.8, 24.6, 26.4, 25.7, 27.4, 26.8, 31.8, 28.5, 29.3, 28.0, 31.5, 27.8, 31.5, 27.1, 23.9, 24.6, 27.0, 23.4, 24.4, 26.6, 27.9, 31.5, 33.4, 33.1, 34.8, 35.9, 30.0, 37.0, 34.0, 30.5, 32.2, 29.8, 31.9}
	renewal36 = []float64{76.2, 76.3, 75.3, 76.0, 74.4, 76.3, 76.2, 76.7, 75.7, 76.5, 77.7, 78.4, 77.3, 78.3, 76.7, 79.6, 77.1, 78.1, 76.9, 76.1, 76.8, 76.6, 75.4, 76.3, 77.2, 78.0, 78.1, 79.7, 78.3, 80.5, 79.1, 77.9, 80.3, 80.0, 79.2, 78.7}
)

// monthly are settled values of the months that end with October 2026.
func monthly(values []float64, size float64) []plan.PeriodResult {
	var out []plan.PeriodResult
	first := time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC).AddDate(0, -len(values), 0)
	for i, v := range values {
		start := first.AddDate(0, i, 0)
		v *= size
		out = append(out, plan.PeriodResult{
			Label: start.Format("2006-01"), Start: start, End: start.AddDate(0, 1, 0), State: plan.Settled,
			Estimate: measure.Estimate{Value: &v, Lower: new(v - size), Upper: new(v + size), N: 400},
		})
	}
	return out
}

func handed(kind, name, unit string, periods []plan.PeriodResult) plan.Series {
	return plan.Series{Key: plan.Key{Kind: kind, Name: name}, Unit: unit, Direction: measure.HigherIsBetter, Periods: periods}
}

// link adds a claim on periods to a plan.
func (w *world) link(name string, kpi plan.Series, drivers ...plan.Series) *plan.Linkage {
	l := plan.Linkage{
		Key: plan.Key{Kind: plan.KindLinkage, Name: name}, UID: "uid-" + name, RequestHash: "hash-" + name,
		KPI: kpi, Periods: &plan.PeriodLevel{MaxLag: 6}, Evidence: plan.Observational, Confidence: .95,
		Calendar: &plan.Period{Grain: plan.Month, Window: 1, TimeZone: "UTC", FiscalYearStartMonth: time.January},
	}
	for _, d := range drivers {
		l.Drivers = append(l.Drivers, plan.Driver{Series: d, Expected: 1})
	}
	w.Linkages = append(w.Linkages, l)
	return &w.Linkages[len(w.Linkages)-1]
}

func (r *results) link(name string) *plan.Link {
	r.t.Helper()
	found, ok := r.byName[name]
	if !ok || found.Link == nil {
		r.t.Fatalf("%s has no link: %+v", name, found)
	}
	return found.Link
}

func TestAClaimOnPeriods(t *testing.T) {
	w := newWorld(t)
	claim := w.link("drives", handed("KPITarget", "renewal", "ratio", monthly(renewal36, .01)), handed("CPIDefinition", "nps", "points", monthly(nps36, 1)))
	claim.MinEffect = &plan.MinEffect{Absolute: new(.02)}
	by := time.Date(2026, time.December, 31, 0, 0, 0, 0, time.UTC)
	claim.Goals = []plan.Goal{{From: new(by.AddDate(-1, 0, 0)), AtLeast: new(.75)}, {By: &by, AtLeast: new(.78)}, {By: new(by.AddDate(5, 0, 0)), AtLeast: new(.9)}}
	link := w.run(t).link("drives")

	f := link.Drivers[0]
	if f.Verdict != plan.Supported || f.Effect == nil || *f.Effect.Lag != 2 || f.Effect.Level != "Periods" {
		t.Fatalf("%+v", f)
	}
	if e := f.Effect; !near(e.Value, .0311742, 1e-6) || !near(e.Lower, .0214011, 1e-6) || !near(e.Upper, .0409473, 1e-6) || *e.Per != 10 {
		t.Errorf("effect %+v, want that of the oracle for ten points", e)
	}
	if want := "+10 points nps goes with +3.1 percentage points renewal two months later (95 % CI 2.1 to 4.1;"; !strings.Contains(f.Sentence, want) {
		t.Errorf("%q lacks %q", f.Sentence, want)
	}
	if f.Q == nil || *f.Q > .05 || f.P == nil || len(f.Periods.Lags) != 7 {
		t.Errorf("%+v", f)
	}
	if link.Influence != nil {
		t.Errorf("one driver shares nothing: %+v", link.Influence)
	}
	ahead := link.Forecast
	if ahead == nil || ahead.Reason != "" || ahead.Points[0].Label != "2026-11" || ahead.BacktestN == 0 || len(ahead.WhatIf) != 1 {
		t.Fatalf("forecast %+v", ahead)
	}
	if w := ahead.WhatIf[0]; w.Step != 10 || w.Lag != 2 || w.Bounded != (plan.Bounded{Value: f.Effect.Value, Lower: f.Effect.Lower, Upper: f.Effect.Upper}) {
		t.Errorf("what-if %+v, want the effect %+v", w, f.Effect)
	}
	if g := ahead.Goals; len(g) != 3 || g[0].Label != "2026-11" || g[0].Probability == nil || *g[0].Probability < .5 ||
		g[1].Label != "2026-12" || g[1].Probability == nil || g[2].Probability != nil || g[2].Reason != "TooFar" {
		t.Errorf("goals %+v", g)
	}
	if len(link.Series) != 2 || len(link.Series[0].Periods) != 36 {
		t.Errorf("series %+v", link.Series)
	}
}

// Clear by itself, and not among so many other claims: more periods would settle it.
func TestPeriodsEnoughForTheCorrection(t *testing.T) {
	needed := func(others int) *int64 {
		w := newWorld(t)
		claim := w.link("drives", handed("KPITarget", "renewal", "ratio", monthly(renewal36, .01)), handed("CPIDefinition", "nps", "points", monthly(nps36, 1)))
		for range others {
			claim.Family = append(claim.Family, .9)
		}
		f := w.run(t).link("drives").Drivers[0]
		if told := strings.Contains(f.Sentence, "months would be enough."); told != (f.Needed != nil) || (f.Verdict == plan.Supported) != (others == 0) {
			t.Errorf("beside %d: %s, needed %v: %s", others, f.Verdict, f.Needed, f.Sentence)
		}
		return f.Needed
	}
	if none := needed(0); none != nil {
		t.Errorf("%d are needed of what is shown", *none)
	}
	some, more := needed(1000), needed(3000)
	if some == nil || more == nil || *some <= 36 || *more < *some {
		t.Errorf("%v and %v are needed", some, more)
	}
}

// A what-if may ask for less of a driver; what is claimed of more of it stands.
func TestAStepDownwardsTurnsNoVerdict(t *testing.T) {
	w := newWorld(t)
	claim := w.link("drives", handed("KPITarget", "renewal", "ratio", monthly(renewal36, .01)), handed("CPIDefinition", "nps", "points", monthly(nps36, 1)))
	claim.Drivers[0].Step = new(-5.)
	link := w.run(t).link("drives")
	f := link.Drivers[0]
	if f.Verdict != plan.Supported || f.Effect == nil || !near(f.Effect.Value, -.0155871, 1e-6) || *f.Effect.Per != -5 {
		t.Fatalf("%s (%s): %+v", f.Verdict, f.Reason, f.Effect)
	}
	if want := "−5 points nps goes with −1.6 percentage points renewal two months later (95 % CI −2.0 to −1.1;"; !strings.Contains(f.Sentence, want) {
		t.Errorf("%q lacks %q", f.Sentence, want)
	}
}

// A second claim on the same KPI, by another linkage, is paid for by both.
func TestAllLinksOfAKPIAreCorrectedTogether(t *testing.T) {
	kpi := handed("KPITarget", "renewal", "ratio", monthly(renewal36, .01))
	noise := make([]float64, 36)
	for i := range noise {
		noise[i] = float64((i*7919)%23) / 10
	}
	alone := newWorld(t)
	alone.link("drives", kpi, handed("CPIDefinition", "nps", "points", monthly(nps36, 1)))
	both := newWorld(t)
	both.link("drives", kpi, handed("CPIDefinition", "nps", "points", monthly(nps36, 1)))
	both.link("other", kpi, handed("CPIDefinition", "noise", "points", monthly(noise, 1)))
	one, two := alone.run(t).link("drives").Drivers[0], both.run(t).link("drives").Drivers[0]
	if *one.Q != *one.P || *two.P != *one.P || *two.Q <= *one.Q {
		t.Errorf("alone p %v q %v, with another link p %v q %v", *one.P, *one.Q, *two.P, *two.Q)
	}
}

func TestAClaimWithoutWhatItNeeds(t *testing.T) {
	kpi := handed("KPITarget", "renewal", "ratio", monthly(renewal36, .01))
	nps := handed("CPIDefinition", "nps", "points", monthly(nps36, 1))
	flat := make([]float64, 36)
	refused := nps
	refused.Refused = &plan.Failure{Reason: "Undated", Message: "nps has no time."}
	elsewhen := nps
	elsewhen.Periods = nil
	for i, p := range nps.Periods {
		if p.Start = p.Start.AddDate(-10, 0, 0); i >= 0 {
			p.End = p.Start.AddDate(0, 1, 0)
		}
		elsewhen.Periods = append(elsewhen.Periods, p)
	}
	for reason, driver := range map[string]plan.Series{
		"TooFewPeriods":  handed("CPIDefinition", "short", "points", monthly(nps36[:20], 1)),
		"ConstantSeries": handed("CPIDefinition", "flat", "points", monthly(flat, 1)),
		"NoOverlap":      elsewhen,
		"Undated":        refused,
	} {
		w := newWorld(t)
		w.link("drives", kpi, driver)
		f := w.run(t).link("drives").Drivers[0]
		if f.Verdict != plan.InsufficientData || f.Reason != reason || f.Effect != nil || f.P != nil || f.Periods.Slope != nil || f.Sentence == "" {
			t.Errorf("%s: %+v", reason, f)
		}
	}
}

func near(got, want, within float64) bool { return got-want < within && want-got < within }

// A KPI is on target by its whole interval, as its own status says it: a value that may be below is no good news.
func TestAKPIIsOnTargetByItsInterval(t *testing.T) {
	flat, falling := make([]float64, 12), make([]float64, 12)
	for i := range flat {
		flat[i], falling[i] = 77+.2*float64(i%2), 40-3*float64(i)
	}
	for bound, good := range map[float64]bool{.75: true, .765: false, .9: false} { // intervals reach one point either way
		w := newWorld(t)
		claim := w.link("drives", handed("KPITarget", "renewal", "ratio", monthly(flat, .01)), handed("CPIDefinition", "nps", "points", monthly(falling, 1)))
		claim.Drivers[0].Guardrail = &plan.Guardrail{MinWorsening: 5}
		claim.Goals = []plan.Goal{{From: new(time.Date(2025, time.January, 1, 0, 0, 0, 0, time.UTC)), AtLeast: &bound}}
		d := w.run(t).link("drives").Divergence
		if d == nil || d.KPIGood == nil || *d.KPIGood != good || d.Diverging != good || !d.Guardrails[0].Worse {
			t.Errorf("at least %v: %+v", bound, d)
		}
	}
}

// While a divergence clears, the result still has the loss that showed it last.
func TestALossStaysKnownWhileItClears(t *testing.T) {
	values := []float64{40, 41, 40, 41, 40, 41, 40, 30, 30, 30, 30, 30}
	for n, clean := range map[int]int{11: 0, 12: 1} {
		w := newWorld(t)
		kpi := make([]float64, n)
		for i := range kpi {
			kpi[i] = 90 + float64(i%2)
		}
		claim := w.link("drives", handed("KPITarget", "renewal", "ratio", monthly(kpi, .01)), handed("CPIDefinition", "nps", "points", monthly(values[:n], 1)))
		claim.Drivers[0].Guardrail = &plan.Guardrail{MinWorsening: 5}
		claim.Goals = []plan.Goal{{From: new(time.Date(1990, time.January, 1, 0, 0, 0, 0, time.UTC)), AtLeast: new(.75)}}
		d := w.run(t).link("drives").Divergence
		if !d.Diverging || d.Clean != clean || len(d.Lost) != 1 || !d.Lost[0].Worse || *d.Lost[0].Loss < 5 || *d.Lost[0].Q > .05 || (d.LostIn == d.Label) != (clean == 0) || d.Guardrails[0].Worse != (clean == 0) {
			t.Errorf("after %d months: %+v", n, d)
		}
	}
}

// Guardrails of all claims on a KPI are one family, in which a CPI that two claims name counts once.
func TestAllGuardrailsOfAKPIAreCorrectedTogether(t *testing.T) {
	kpi, steady := make([]float64, 12), make([]float64, 12)
	falling := []float64{40, 41, 40, 41, 40, 41, 40, 41, 38, 37, 36, 36}
	for i := range kpi {
		kpi[i], steady[i] = 90+float64(i%2), 50+float64(i%2)
	}
	q := func(others ...string) (float64, float64) {
		w := newWorld(t)
		guarded := func(name, cpi string, values []float64) {
			claim := w.link(name, handed("KPITarget", "renewal", "ratio", monthly(kpi, .01)), handed("CPIDefinition", cpi, "points", monthly(values, 1)))
			claim.Drivers[0].Guardrail = &plan.Guardrail{MinWorsening: 5}
			claim.Goals = []plan.Goal{{From: new(time.Date(1990, time.January, 1, 0, 0, 0, 0, time.UTC)), AtLeast: new(.75)}}
		}
		guarded("first", "nps", falling)
		for i, cpi := range others {
			guarded(fmt.Sprintf("other-%d", i), cpi, map[string][]float64{"nps": falling, "csat": steady}[cpi])
		}
		g := w.run(t).link("first").Divergence.Guardrails
		if len(g) != 1 {
			t.Fatalf("%+v", g)
		}
		return *g[0].P, *g[0].Q
	}
	if p, alone := q(); alone != p {
		t.Errorf("alone p %v, q %v", p, alone)
	}
	if p, twice := q("nps"); twice != p {
		t.Errorf("named by two claims: p %v, q %v", p, twice)
	}
	if p, two := q("csat", "csat"); two != 2*p {
		t.Errorf("with another CPI: p %v, q %v", p, two)
	}
}

// A bound that begins within a period is not what the period is judged by, as the KPI's own status has it.
func TestABoundStandsForWholePeriods(t *testing.T) {
	flat := make([]float64, 12)
	for i := range flat {
		flat[i] = 77 + .2*float64(i%2)
	}
	kpi := handed("KPITarget", "renewal", "ratio", monthly(flat, .01))
	judged := kpi.Periods[len(kpi.Periods)-1]
	for day, good := range map[time.Time]bool{judged.Start: false, judged.Start.AddDate(0, 0, 1): true} {
		w := newWorld(t)
		claim := w.link("drives", kpi, handed("CPIDefinition", "nps", "points", monthly(flat, 1)))
		claim.Drivers[0].Guardrail = &plan.Guardrail{MinWorsening: 5}
		claim.Goals = []plan.Goal{{From: new(time.Date(1990, time.January, 1, 0, 0, 0, 0, time.UTC)), AtLeast: new(.75)}, {From: &day, AtLeast: new(.9)}}
		if d := w.run(t).link("drives").Divergence; d.Label != judged.Label || d.KPIGood == nil || *d.KPIGood != good {
			t.Errorf("a stricter bound from %v: %+v", day, d)
		}
	}
}

// Influence has no sign: a driver that goes the other way than claimed has as much of it, and is no action to take.
func TestNoActionAgainstTheEvidence(t *testing.T) {
	other := make([]float64, 36)
	for i := range other {
		other[i] = float64((i*7919)%23) / 10
	}
	for _, expected := range []int{1, -1} {
		w := newWorld(t)
		claim := w.link("drives", handed("KPITarget", "renewal", "ratio", monthly(renewal36, .01)),
			handed("CPIDefinition", "nps", "points", monthly(nps36, 1)), handed("CPIDefinition", "csat", "points", monthly(other, 1)))
		claim.Drivers[0].Influenceable, claim.Drivers[0].Expected = true, expected
		link := w.run(t).link("drives")
		if link.Influence == nil || link.Influence.Shares[0].Driver != "nps" {
			t.Fatalf("%+v", link.Influence)
		}
		if verdict, told := link.Drivers[0].Verdict, len(link.Influence.TopActions) > 0; told != (expected > 0) || (verdict == plan.Supported) != (expected > 0) {
			t.Errorf("expected %+d: %s, actions %v", expected, verdict, link.Influence.TopActions)
		}
	}
}

// Two drivers share what they explain, each at its own lag and on changes, as the series were compared.
func TestSeveralDriversShareInfluence(t *testing.T) {
	noise := make([]float64, 36)
	for i := range noise {
		noise[i] = float64((i*7919)%23) / 10
	}
	w := newWorld(t)
	claim := w.link("drives", handed("KPITarget", "renewal", "ratio", monthly(renewal36, .01)),
		handed("CPIDefinition", "noise", "points", monthly(noise, 1)), handed("CPIDefinition", "nps", "points", monthly(nps36, 1)))
	claim.Drivers[0].Influenceable, claim.Drivers[1].Influenceable = true, true
	found := w.run(t).link("drives").Influence
	if found == nil || found.Reason != "" || len(found.Shares) != 2 {
		t.Fatalf("%+v", found)
	}
	nps, other := found.Shares[0], found.Shares[1]
	if nps.Driver != "nps" || nps.Rank != 1 || other.Rank != 2 || !near(nps.Value+other.Value, 1, 1e-9) || nps.Lower <= other.Upper {
		t.Errorf("shares %+v", found.Shares)
	}
	// Changes at lag 2 alone explain r² of them: .71 of variance over 33 pairs, more with another column.
	if found.N > 34 || found.N < 28 || found.RSquared < .5 || found.RSquared > .8 {
		t.Errorf("R² %v over %d", found.RSquared, found.N)
	}
	if len(found.TopActions) != 1 || found.TopActions[0] != "nps" { // the other's own link is not confirmed
		t.Errorf("actions %q", found.TopActions)
	}
}
