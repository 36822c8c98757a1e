package compute_test

import (
	"fmt"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Six teams: the smallest has the lowest share by chance, and one of the large is really lower.
func TestSegmentsStandOutOnlyBeyondChance(t *testing.T) {
	w := newWorld(t)
	lines := []string{"id,at,team,hit,score"}
	for _, team := range []struct {
		name    string
		hits, n int
	}{{"a", 80, 100}, {"b", 240, 300}, {"c", 78, 100}, {"d", 320, 400}, {"low", 195, 300}, {"small", 7, 12}} {
		for i := range team.n {
			hit := i < team.hits
			score := map[bool]int{true: 10, false: 3}[hit]
			lines = append(lines, fmt.Sprintf("%s%d,2026-10-05T00:00:00Z,%s,%t,%d", team.name, i, team.name, hit, score))
		}
	}
	w.csv(t, "cases", lines...)
	w.dataset("cases", event("at"), func(d *plan.Dataset) { d.Entities = map[string]string{"contact": "id"} })
	broken := func(i *plan.Indicator) { i.Breakdowns = []plan.Breakdown{{By: []string{"team"}}} }
	w.cpi("share", "cases", hitShare(measure.HigherIsBetter), broken)
	w.cpi("nps", "cases", nps("score"), survey(broken))
	w.cpi("two", "cases", hitShare(measure.HigherIsBetter), func(i *plan.Indicator) {
		broken(i)
		i.Where = []measure.Condition{{Column: "team", Operator: measure.In, Values: []string{"a", "low"}}}
	})
	w.cpi("sum", "cases", measure.Spec{Aggregate: &measure.Aggregate{Function: measure.Sum, Column: "score"}}, broken)
	found := w.run(t)
	for name, want := range map[string]string{"share": "low", "nps": "low", "two": "", "sum": ""} {
		var out string
		for _, s := range found.numbers(name).Segments {
			if s.Standout != nil {
				out += *s.Values[0]
				if s.Standout.Side != "Below" || s.Standout.Level != 0.998 {
					t.Errorf("%s: %+v", name, s.Standout)
				}
			}
		}
		if out != want {
			t.Errorf("%s: %q stands out, want %q", name, out, want)
		}
	}
}
