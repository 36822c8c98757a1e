package compute_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// wave is one row for each invitation of October: small firms are 80 % of the customers, a third of those who answered,
// and less happy (the weighting oracle: 36.67 unweighted, 11 weighted). The late answers are the unhappy ones.
func wave() []string {
	lines := []string{"id,at,plan,score,answered"}
	sent := time.Date(2026, 10, 5, 9, 0, 0, 0, time.UTC)
	add := func(plan, score string, waited time.Duration, n int) {
		for range n {
			answered := ""
			if score != "" {
				answered = sent.Add(waited).Format(time.RFC3339)
			}
			lines = append(lines, fmt.Sprintf("%d,%s,%s,%s,%s", len(lines), sent.Format(time.RFC3339), plan, score, answered))
		}
	}
	const day = 24 * time.Hour
	add("small", "10", day, 20)
	add("small", "7", 2*day, 10)
	add("small", "2", 9*day, 20)
	add("large", "9", day, 60)
	add("large", "8", 8*day, 35)
	add("large", "0", 9*day, 5)
	add("small", "", 0, 550)
	add("large", "", 0, 50)
	return lines
}

func survey(change func(*plan.Indicator)) func(*plan.Indicator) {
	return func(i *plan.Indicator) {
		i.Responses = &plan.Responses{Entity: "contact", Keep: plan.KeepLatest}
		change(i)
	}
}

func withContacts(d *plan.Dataset) { d.Entities = map[string]string{"contact": "id"} }

func TestWeightingSpeaksForThePopulation(t *testing.T) {
	w := newWorld(t)
	w.csv(t, "wave", wave()...)
	w.dataset("wave", event("at"), withContacts)
	strata := []plan.Stratum{{Values: []string{"small"}, Share: 0.8}, {Values: []string{"large"}, Share: 0.2}}
	w.cpi("plain", "wave", nps("score"), survey(func(*plan.Indicator) {}))
	w.cpi("weighted", "wave", nps("score"), survey(func(i *plan.Indicator) {
		i.Weighting = &plan.Weighting{By: []string{"plan"}, Strata: strata}
		i.Breakdowns = []plan.Breakdown{{By: []string{"plan"}}}
	}))
	w.cpi("empty", "wave", nps("score"), survey(func(i *plan.Indicator) {
		i.Weighting = &plan.Weighting{By: []string{"plan"}, Strata: append(strata[:1:1], plan.Stratum{Values: []string{"huge"}, Share: 0.2})}
	}))
	found := w.run(t)

	if plain := found.period("plain", "2026-10"); math.Abs(*plain.Value-36.6667) > 1e-4 {
		t.Errorf("unweighted %v", *plain.Value)
	}
	weighted := found.period("weighted", "2026-10")
	if math.Abs(*weighted.Value-11) > 1e-9 || weighted.N != 150 || math.Abs(*weighted.EffectiveN-75.7576) > 1e-4 {
		t.Errorf("weighted %v, n %d, effective %v", *weighted.Value, weighted.N, *weighted.EffectiveN)
	}
	for _, s := range found.numbers("weighted").Segments {
		if want := map[string]float64{"small": 0, "large": 55}[*s.Values[0]]; math.Abs(*s.Current.Value-want) > 1e-9 {
			t.Errorf("%s: %v, want %v: a part is not weighted", *s.Values[0], *s.Current.Value, want)
		}
	}
	empty := found.period("empty", "2026-10")
	if empty.Value != nil || empty.Reason != measure.StratumEmpty || empty.Rejected[measure.RejectedNoStratum] != 100 {
		t.Errorf("a part without answers: %+v", empty)
	}
}

// Two groups of answers that weigh 1 and 3: NPS 100 · (10 − 3·5)/(10 + 15 + 15), and that of the segments by the same weights.
func TestWeightsByColumn(t *testing.T) {
	w := newWorld(t)
	lines := []string{"id,at,plan,score,weight"}
	for i, group := range []struct {
		plan, score, weight string
		n                   int
	}{
		{"small", "10", "1", 10}, {"small", "8", "3", 5}, {"large", "0", "3", 5}, {"large", "10", "", 4}, {"large", "10", "0", 3}, {"large", "10", "n/a", 2},
	} {
		for k := range group.n {
			lines = append(lines, fmt.Sprintf("%d-%d,2026-10-05T09:00:00Z,%s,%s,%s", i, k, group.plan, group.score, group.weight))
		}
	}
	w.csv(t, "wave", lines...)
	w.dataset("wave", event("at"), func(d *plan.Dataset) {
		withContacts(d)
		d.Columns = []plan.Column{{Name: "weight", Type: plan.Number, Expr: "weight"}}
	})
	w.cpi("weighted", "wave", nps("score"), survey(func(i *plan.Indicator) {
		i.Weighting = &plan.Weighting{Column: "weight"}
		i.Breakdowns = []plan.Breakdown{{By: []string{"plan"}}}
		i.Quality.MinSegmentSize = 1
	}))
	found := w.run(t)
	got := found.period("weighted", "2026-10")
	if math.Abs(*got.Value+100*5/40.0) > 1e-9 || got.N != 20 || *got.Entities != 20 || math.Abs(*got.EffectiveN-40*40/100.0) > 1e-9 || got.Lower == nil {
		t.Errorf("%+v: want −12.5 of 20, worth 16", got)
	}
	if got.Rejected[measure.RejectedNoWeight] != 9 {
		t.Errorf("rejected %v, want nine without a weight", got.Rejected)
	}
	for _, s := range found.numbers("weighted").Segments {
		if want := map[string]float64{"small": 100 * 10 / 25.0, "large": -100}[*s.Values[0]]; math.Abs(*s.Current.Value-want) > 1e-9 {
			t.Errorf("%s: %v, want %v", *s.Values[0], *s.Current.Value, want)
		}
	}
}

func TestResponseRateAndBias(t *testing.T) {
	w := newWorld(t)
	w.csv(t, "wave", wave()...)
	w.dataset("wave", event("at"), withContacts)
	w.cpi("wave", "wave", nps("score"), survey(func(i *plan.Indicator) {
		i.Quality.ResponseRate = &plan.ResponseRate{
			Column: "score", Minimum: 0.25, CompareBy: []string{"plan"}, AnsweredAt: "answered", After: 3 * 24 * time.Hour,
		}
	}))
	found := w.run(t)
	october := found.period("wave", "2026-10")
	if r := october.Responded; r == nil || r.Invited != 750 || r.Answered != 150 {
		t.Errorf("responded %+v, want 150 of 750", r)
	}
	if told := strings.Join(found.numbers("wave").Warnings, "\n"); !strings.Contains(told, "Only 150 of 750 invitations of the period shown were answered (20.0 %)") {
		t.Errorf("warnings %q", told)
	}

	checks := found.numbers("wave").BiasChecks
	if len(checks) != 2 {
		t.Fatalf("checks %+v", checks)
	}
	// Early: 80 of 90 promoters. Late: 25 of 60 detractors, no promoter.
	late := checks[0]
	if late.Check != plan.LateAnswers || math.Abs(*late.Difference-(-100*25/60.0-100*80/90.0)) > 1e-9 || !late.Suspicious || late.N != 150 {
		t.Errorf("late answers %+v, difference %v", late, *late.Difference)
	}
	// Small firms: 50 of 150 answers, 600 of 750 invitations.
	p, q := 50/150.0, 600/750.0
	want := (p - q) / math.Sqrt((p*(1-p)+q*(1-q))/2)
	if c := checks[1]; c.Check != plan.Composition || math.Abs(math.Abs(*c.Difference)-math.Abs(want)) > 1e-9 || !c.Suspicious {
		t.Errorf("composition %+v, difference %v, want ±%v", c, *c.Difference, want)
	}
}
