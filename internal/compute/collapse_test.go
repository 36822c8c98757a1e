package compute_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// flags are the flags of months, as S for suspect and - otherwise.
func flags(found *results, name string, months ...string) string {
	var told strings.Builder
	for _, month := range months {
		told.WriteByte(map[bool]byte{true: 'S', false: '-'}[found.period(name, month).Flag == plan.SuspectData])
	}
	return told.String()
}

func TestACollapsedPeriodSpoilsWindowsThatContainIt(t *testing.T) {
	w := newWorld(t)
	lines := []string{"id,at,score"}
	for month, rows := range map[string]int{"03": 40, "04": 40, "05": 40, "06": 40, "07": 5, "08": 40, "09": 40, "10": 40, "11": 3} {
		for i := range rows {
			lines = append(lines, fmt.Sprintf("%s-%d,2026-%s-02T00:00:00Z,9", month, i, month))
		}
	}
	w.csv(t, "answers", lines...)
	w.dataset("answers", event("at"), nil)
	months := []string{"2026-06", "2026-07", "2026-08", "2026-09", "2026-10", "2026-11"}
	window := func(n int) func(*plan.Indicator) {
		return func(i *plan.Indicator) { i.Period.History, i.Period.Window = 8, n }
	}
	w.cpi("monthly", "answers", nps("score"), window(1))
	w.cpi("trailing", "answers", nps("score"), window(3))
	found := w.run(t)
	if got := flags(found, "monthly", months...); got != "-S----" {
		t.Errorf("months %s, want July alone; November is still running", got)
	}
	if got := flags(found, "trailing", months...); got != "-SSS--" {
		t.Errorf("trailing quarters %s, want those with July in them", got)
	}
}

// Fewer spells that reach into a period are a fact about customers, not about a load.
func TestIntervalsAreNotJudgedByTheirRows(t *testing.T) {
	w := newWorld(t)
	lines := []string{"account,began,ended"}
	for i := range 40 {
		ended := ""
		if i < 30 {
			ended = "2026-08-20T00:00:00Z"
		}
		lines = append(lines, fmt.Sprintf("a%d,2026-01-01T00:00:00Z,%s", i, ended))
	}
	w.csv(t, "spells", lines...)
	w.dataset("spells", plan.Time{Start: "began", End: "ended"}, func(d *plan.Dataset) { d.Entities = map[string]string{"account": "account"} })
	w.cpi("churn", "spells", measure.Spec{Churn: &measure.Churn{Entity: "account", Definition: measure.OpeningCohort}},
		func(i *plan.Indicator) { i.Period.History = 6 })
	found := w.run(t)
	if got := found.period("churn", "2026-08"); got.Value == nil || *got.Value != 0.75 {
		t.Errorf("August: %+v, want 30 of 40 lost", got)
	}
	if got := flags(found, "churn", "2026-07", "2026-08", "2026-09", "2026-10"); got != "----" {
		t.Errorf("flags %s, want none", got)
	}
}

// At the very start of a period nothing of it is known; the others are.
func TestARunAtTheStartOfAPeriod(t *testing.T) {
	w := newWorld(t)
	w.Now = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	w.csv(t, "spells", "account,plan,began,ended", "a,x,2026-01-01T00:00:00Z,", "b,x,2026-01-01T00:00:00Z,2026-10-10T00:00:00Z",
		"c,x,2026-01-01T00:00:00Z,", "d,x,2026-01-01T00:00:00Z,")
	w.dataset("spells", plan.Time{Start: "began", End: "ended"}, func(d *plan.Dataset) { d.Entities = map[string]string{"account": "account"} })
	churn := measure.Spec{Churn: &measure.Churn{Entity: "account", Definition: measure.OpeningCohort}}
	w.cpi("churn", "spells", churn, nil)
	w.cpi("by-plan", "spells", churn, func(i *plan.Indicator) { i.Breakdowns = []plan.Breakdown{{By: []string{"plan"}}} })
	w.cpi("young", "spells", churn, func(i *plan.Indicator) { i.Period.History = 1 })
	found := w.run(t)
	for _, name := range []string{"churn", "by-plan"} {
		if got := found.period(name, "2026-10"); got.Value == nil || *got.Value != 0.25 || got.State != plan.Mature {
			t.Errorf("%s in October: %+v, want 0.25", name, got)
		}
	}
	for _, name := range []string{"churn", "by-plan", "young"} {
		if got := found.period(name, "2026-11"); got.Value != nil || got.Flag != plan.NoData || got.State != plan.Running {
			t.Errorf("%s in November: %+v, want NoData, Running", name, got)
		}
	}
}
