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

// shares are rows of which a month's first so many of 100 are hits, from December 2025 on.
func shares(hits ...int) []string {
	lines := []string{"id,at,hit"}
	for m, n := range hits {
		month := time.Date(2025, time.December, 2, 0, 0, 0, 0, time.UTC).AddDate(0, m, 0)
		for i := range 100 {
			lines = append(lines, fmt.Sprintf("%d-%d,%s,%t", m, i, month.Format(time.RFC3339), i < n))
		}
	}
	return lines
}

func hitShare(direction measure.Direction) measure.Spec {
	return measure.Spec{Share: &measure.Share{Of: []measure.Condition{{Column: "hit", Operator: measure.In, Values: []string{"true"}}}, Direction: direction}}
}

// The falling series of the oracles, as shares: S −22, exact p .0055060, slope −1.5357143 points.
func TestHistoryTellsTheTrend(t *testing.T) {
	w := newWorld(t)
	w.csv(t, "answers", shares(50, 50, 50, 41, 40, 42, 38, 36, 37, 33, 30)...)
	w.dataset("answers", event("at"), nil)
	w.cpi("monthly", "answers", hitShare(measure.HigherIsBetter), func(i *plan.Indicator) { i.Period.History = 9 })
	w.cpi("quarters", "answers", hitShare(measure.HigherIsBetter), func(i *plan.Indicator) { i.Period.History, i.Period.Window = 12, 3 })
	found := w.run(t)

	h := found.numbers("monthly").History
	if h == nil || h.Label != "2026-10" || h.Trend.Direction != "Falling" || h.Trend.N != 8 {
		t.Fatalf("history %+v", h)
	}
	if math.Abs(*h.Trend.P-0.0055060) > 1e-7 || math.Abs(*h.Trend.Slope+0.015357143) > 1e-8 {
		t.Errorf("p %v, slope %v", *h.Trend.P, *h.Trend.Slope)
	}
	previous := h.Changes[0]
	if previous.Against != plan.PreviousPeriod || previous.Label != "2026-09" || math.Abs(*previous.Difference+0.03) > 1e-12 || previous.Clear {
		t.Errorf("change %+v: 33 to 30 of 100 is no clear one", previous)
	}
	if h.Control.Reason != "TooFewPeriods" || h.Control.N != 7 {
		t.Errorf("control limits from %d periods: %+v", h.Control.N, h.Control)
	}

	// Quarters told every month share rows: of eleven only every third counts.
	trailing := found.numbers("quarters").History
	if trailing.Trend.Reason != "TooFewPeriods" || trailing.Trend.N != 4 {
		t.Errorf("trend of trailing windows %+v", trailing.Trend)
	}
	if c := trailing.Changes[0]; c.Label != "2026-07" {
		t.Errorf("the window of October is compared with that of %s, want July's, with which it shares no row", c.Label)
	}
}

func TestAJumpIsADataProblemUntilItIsConfirmed(t *testing.T) {
	months := []string{"2026-05", "2026-06", "2026-07", "2026-08", "2026-09", "2026-10"}
	steady := []int{50, 51, 49, 50, 52, 48, 50, 49}
	for name, c := range map[string]struct {
		hits  []int // July to October
		jumps bool
		flags string
		shown string
	}{
		"steady":              {hits: []int{50, 51, 50}, flags: "------", shown: "2026-10"},
		"far":                 {hits: []int{50, 51, 99}, flags: "-----S", shown: "2026-09"},
		"far, and back":       {hits: []int{50, 99, 50}, flags: "----S-", shown: "2026-10"},
		"confirmed":           {hits: []int{50, 98, 99}, flags: "------", shown: "2026-10"},
		"far, believed":       {hits: []int{50, 51, 99}, jumps: true, flags: "------", shown: "2026-10"},
		"far on either side":  {hits: []int{50, 1, 99}, flags: "----SS", shown: "2026-08"},
		"a small sample's is": {hits: []int{50, 51, 60}, flags: "------", shown: "2026-10"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.csv(t, "answers", shares(append(append([]int{}, steady...), c.hits...)...)...)
			w.dataset("answers", event("at"), nil)
			w.cpi("share", "answers", hitShare(measure.HigherIsBetter), func(i *plan.Indicator) {
				i.Period.History, i.Quality.BelieveJumps = 12, c.jumps
			})
			found := w.run(t)
			if got := flags(found, "share", months...); got != c.flags {
				t.Errorf("flags %s, want %s", got, c.flags)
			}
			for _, month := range months {
				if p := found.period("share", month); (p.Flag == plan.SuspectData) != (p.Reason == measure.FarOut) {
					t.Errorf("%s: flag %q, reason %q", month, p.Flag, p.Reason)
				}
			}
			if got := found.numbers("share").History.Label; got != c.shown {
				t.Errorf("history speaks of %s, want %s", got, c.shown)
			}
			told := strings.Contains(strings.Join(found.numbers("share").Warnings, "\n"), "doubt the data first")
			if told != strings.Contains(c.flags, "S") {
				t.Errorf("warnings %q", found.numbers("share").Warnings)
			}
		})
	}
}
