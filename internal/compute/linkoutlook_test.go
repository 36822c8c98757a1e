package compute_test

import (
	"slices"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// What a target's chance was one period earlier is what a run one period earlier would have said; nothing is said of it
// where no driver leads the forecast.
func TestTheChanceOfATargetOnePeriodEarlier(t *testing.T) {
	day := func(month time.Month) *time.Time { return new(time.Date(2026, month, 30, 0, 0, 0, 0, time.UTC)) }
	unrelated := slices.Clone(nps36)
	slices.Sort(unrelated)
	forecast := func(driver []float64, months int) *plan.Forecast {
		w := newWorld(t)
		claim := w.link("drives", handed("KPITarget", "renewal", "ratio", monthly(renewal36, .01)[:months]), handed("CPIDefinition", "nps", "points", monthly(driver, 1)[:months]))
		claim.Goals = []plan.Goal{{By: day(time.November), AtLeast: new(.77)}, {By: day(time.December), AtMost: new(.79)}}
		return w.run(t).link("drives").Forecast
	}
	now, before := forecast(nps36, 36), forecast(nps36, 35)
	for i, goal := range now.Goals {
		if was := goal.Previous; was == nil || !near(*was, *before.Goals[i].Probability, 1e-12) || near(*was, *goal.Probability, 1e-3) {
			t.Errorf("%+v, a period earlier %+v", goal, before.Goals[i])
		}
	}
	for _, goal := range forecast(unrelated, 36).Goals {
		if goal.Probability == nil || goal.Previous != nil {
			t.Errorf("without a driver: %+v", goal)
		}
	}
}
