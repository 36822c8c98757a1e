package compute_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

func sumOf(column string) measure.Spec {
	return measure.Spec{Aggregate: &measure.Aggregate{Function: measure.Sum, Column: column, Direction: measure.HigherIsBetter}}
}

// loadedLately is a freshness by the column loaded.
func loadedLately(d *plan.Dataset) {
	d.Freshness = &plan.Freshness{Column: "loaded", Within: 26 * time.Hour}
}

func TestASnapshotThatIsNotThereIsNoZero(t *testing.T) {
	w := newWorld(t)
	lines := []string{"as_of,account,mrr,loaded"}
	for _, day := range []string{"2026-08-31", "2026-10-31"} {
		for i := range 10 {
			lines = append(lines, fmt.Sprintf("%s,a%d,100,2026-11-16T08:00:00Z", day, i))
		}
	}
	w.csv(t, "mrr", lines...)
	w.dataset("mrr", plan.Time{Snapshot: "as_of"}, loadedLately)
	history := func(i *plan.Indicator) { i.Period.History, i.Period.Settle = 4, 0 }
	w.cpi("sum", "mrr", sumOf("mrr"), history)
	w.cpi("count", "mrr", countRows(), history)
	found := w.run(t)
	for _, name := range []string{"sum", "count"} {
		if got := found.period(name, "2026-09"); got.Value != nil || got.Flag != plan.NoData || got.State != plan.Mature {
			t.Errorf("%s of September, without a snapshot: %+v; want NoData, still open", name, got)
		}
		if got := found.period(name, "2026-10"); got.Value == nil || got.Flag != "" {
			t.Errorf("%s of October: %+v", name, got)
		}
	}
}

// Rows of nobody in particular are left out of responses, but they came: zero is not proven.
func TestRowsWithoutEntityAreRejectedNotZero(t *testing.T) {
	w := newWorld(t)
	w.csv(t, "complaints", "id,at,contact,points,loaded",
		"1,2026-09-03T10:00:00Z,c1,5,2026-09-04T00:00:00Z",
		"2,2026-10-03T10:00:00Z,,7,2026-11-16T08:00:00Z",
		"3,2026-10-04T10:00:00Z,,7,2026-11-16T08:00:00Z",
		"4,2026-11-03T10:00:00Z,c1,5,2026-11-16T08:00:00Z",
	)
	w.dataset("complaints", event("at"), func(d *plan.Dataset) {
		loadedLately(d)
		d.PrimaryKey, d.Entities = []string{"id"}, map[string]string{"contact": "contact"}
	})
	for _, keep := range []plan.Keep{plan.KeepLatest, plan.KeepAll} {
		name := map[plan.Keep]string{plan.KeepLatest: "latest", plan.KeepAll: "all"}[keep]
		responses := func(i *plan.Indicator) { i.Responses = &plan.Responses{Entity: "contact", Keep: keep} }
		w.cpi("count-"+name, "complaints", countRows(), responses)
		w.cpi("sum-"+name, "complaints", sumOf("points"), responses)
	}
	// Guests' rows count in a sum: each is a cluster of its own.
	w.cpi("guests", "complaints", measure.Spec{Aggregate: &measure.Aggregate{Function: measure.Sum, Column: "points", ClusterBy: "contact"}}, nil)
	found := w.run(t)
	for _, name := range []string{"count-latest", "sum-latest", "count-all", "sum-all"} {
		got := found.period(name, "2026-10")
		if got.Value != nil || got.Flag != plan.NoData || got.Rejected[measure.RejectedNoEntity] != 2 {
			t.Errorf("%s of October: %+v; want NoData with 2 rows rejected", name, got)
		}
		if got := found.period(name, "2026-09"); got.Value == nil || len(got.Rejected) > 0 {
			t.Errorf("%s of September: %+v", name, got)
		}
	}
	if got := found.period("guests", "2026-10"); got.Value == nil || *got.Value != 14 || len(got.Rejected) > 0 {
		t.Errorf("guests in October: %+v; want 14", got)
	}
}
