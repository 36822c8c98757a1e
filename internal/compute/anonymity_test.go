package compute_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// shown are the segments that are told, as their values joined, with n.
func shown(n *plan.Numbers) string {
	var told []string
	for _, s := range n.Segments {
		var values []string
		for _, v := range s.Values {
			values = append(values, *v)
		}
		told = append(told, fmt.Sprintf("%s %d", strings.Join(values, "/"), s.Current.N))
	}
	slices.Sort(told)
	return strings.Join(told, ", ")
}

func TestSegmentsOfCoarserBreakdownsGiveNobodyAway(t *testing.T) {
	w := newWorld(t)
	lines := []string{"id,at,plan,region,score"}
	for _, cell := range []struct {
		plan, region string
		rows         int
	}{{"A", "X", 15}, {"A", "Y", 5}, {"B", "X", 15}, {"B", "Y", 6}, {"C", "X", 11}, {"C", "Y", 12}} {
		for i := range cell.rows {
			lines = append(lines, fmt.Sprintf("%s%s%d,2026-10-05T00:00:00Z,%s,%s,9", cell.plan, cell.region, i, cell.plan, cell.region))
		}
	}
	w.csv(t, "answers", lines...)
	w.dataset("answers", event("at"), nil)
	breakdowns := func(list ...string) func(*plan.Indicator) {
		return func(i *plan.Indicator) {
			i.Quality.MinSegmentSize = 10
			for _, by := range list {
				i.Breakdowns = append(i.Breakdowns, plan.Breakdown{By: strings.Split(by, "/")})
			}
		}
	}
	w.cpi("both", "answers", nps("score"), breakdowns("region/plan", "plan"))
	w.cpi("fine", "answers", nps("score"), breakdowns("plan/region"))
	found := w.run(t)
	if got, want := shown(found.numbers("both")), "A 20, B 21, C 23, X/C 11, Y/C 12"; got != want {
		t.Errorf("with plans told: %s, want %s: plan A less A/X is A/Y's five", got, want)
	}
	if got, want := shown(found.numbers("fine")), "A/X 15, B/X 15, C/X 11, C/Y 12"; got != want {
		t.Errorf("without: %s, want %s: the two small ones cover each other", got, want)
	}
}

// One undecided contract, or a few unreadable answers, are customers too.
func TestSegmentsWithoutValuesAreSmallToo(t *testing.T) {
	w := newWorld(t)
	contracts, answered := []string{"id,due,status,plan"}, []string{"id,at,score,plan"}
	for i := range 60 {
		plan := []string{"big", "mid"}[i%2]
		contracts = append(contracts, fmt.Sprintf("%d,2026-10-05T00:00:00Z,%s,%s", i, []string{"Renewed", "Lost"}[i%3/2], plan))
		answered = append(answered, fmt.Sprintf("%d,2026-10-05T00:00:00Z,9,%s", i, plan))
	}
	contracts = append(contracts, "60,2026-10-30T00:00:00Z,,solo")
	answered = append(answered, "60,2026-10-30T00:00:00Z,N/A,solo")
	w.csv(t, "contracts", contracts...)
	w.csv(t, "answers", answered...)
	w.dataset("contracts", event("due"), nil)
	w.dataset("answers", event("at"), func(d *plan.Dataset) {
		d.Columns = []plan.Column{{Name: "points", Type: plan.Integer, Expr: "score"}}
	})
	byPlan := func(i *plan.Indicator) {
		i.Breakdowns, i.Quality.MinSegmentSize = []plan.Breakdown{{By: []string{"plan"}}}, 10
	}
	w.cpi("renewal", "contracts", measure.Spec{Renewal: &measure.Renewal{
		Decision: "status", Renewed: []string{"Renewed"}, Lost: []string{"Lost"}, Grace: 45 * 24 * 3600e9,
	}}, byPlan)
	w.cpi("nps", "answers", nps("points"), byPlan)
	found := w.run(t)
	for _, name := range []string{"renewal", "nps"} {
		if got := found.numbers(name); shown(got) != "mid 30" || got.SuppressedSegments != 2 {
			t.Errorf("%s tells %s and suppresses %d; want mid alone: solo is one customer, and big covers it", name, shown(got), got.SuppressedSegments)
		}
	}
}
