package compute_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// The dataset's latest month need not be the indicator's: what is explained and broken down is what is shown.
func TestTheTotalShownIsTheOneExplained(t *testing.T) {
	w := newWorld(t)
	lines := []string{"id,at,region,plan,score"}
	for _, part := range []struct {
		month, region string
		rows          int
	}{{"08", "eu", 12}, {"09", "eu", 10}, {"10", "us", 15}, {"11", "eu", 2}} {
		for i := range part.rows {
			lines = append(lines, fmt.Sprintf("%s-%d,2026-%s-02T00:00:00Z,%s,p%d,9", part.month, i, part.month, part.region, i%2))
		}
	}
	w.csv(t, "answers", lines...)
	w.dataset("answers", event("at"), nil)
	for name, history := range map[string]int{"few": 3, "many": 6} {
		for _, frozen := range []bool{false, true} {
			w.cpi(fmt.Sprintf("%s-%v", name, frozen), "answers", nps("score"), func(i *plan.Indicator) {
				i.Period.History = history
				i.Where = []measure.Condition{{Column: "region", Operator: measure.In, Values: []string{"eu"}}}
				i.Breakdowns = []plan.Breakdown{{By: []string{"plan"}}}
				if frozen {
					i.Frozen = []plan.PeriodResult{{
						Label: "2026-09", Start: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC),
						State: plan.Settled, Estimate: measure.Estimate{Value: new(100.0), N: 10},
					}}
				}
			})
		}
	}
	found := w.run(t)
	for name := range found.byName {
		numbers := found.numbers(name)
		want := "p0 2026-09 n 5, p1 2026-09 n 5"
		if strings.HasPrefix(name, "many") {
			want = "p0 2026-09 n 5 before 6, p1 2026-09 n 5 before 6"
		}
		if got := segments(numbers); got != want {
			t.Errorf("%s: segments %s, want %s", name, got, want)
		}
		if got := steps(numbers.Waterfall); !strings.HasSuffix(got, "used 10") {
			t.Errorf("%s: waterfall %s, want the ten of September", name, got)
		}
		if !strings.Contains(numbers.SQL, "2026-09-01") {
			t.Errorf("%s: SQL is not September's: %s", name, numbers.SQL)
		}
	}
}

// Without the instant as of which states are known, the statement shown would give other sums than the one that ran.
func TestTheSQLShownKnowsNoFutureEither(t *testing.T) {
	w := newWorld(t)
	w.csv(t, "spells", "account,began,ended", "a,2026-01-01T00:00:00Z,", "b,2026-01-01T00:00:00Z,2026-11-10T00:00:00Z")
	w.dataset("spells", plan.Time{Start: "began", End: "ended"}, func(d *plan.Dataset) { d.Entities = map[string]string{"account": "account"} })
	w.cpi("churn", "spells", measure.Spec{Churn: &measure.Churn{Entity: "account", Definition: measure.OpeningCohort, ToleratedGap: 14 * 24 * time.Hour}},
		func(i *plan.Indicator) { i.Period.History = 1 })
	if sql := w.run(t).numbers("churn").SQL; !strings.Contains(sql, "> TIMESTAMPTZ '2026-11-16 09:00:00+00' THEN") {
		t.Errorf("the statement does not take who left lately for still there: %s", sql)
	}
}
