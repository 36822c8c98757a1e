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
