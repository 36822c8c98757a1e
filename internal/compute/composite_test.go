package compute_test

import (
	"math"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// join adds a composite of two parts to a plan.
func (w *world) join(parts ...plan.Part) {
	m := &measure.Composite{Method: measure.Arithmetic}
	for _, p := range parts {
		m.Parts = append(m.Parts, measure.CompositePart{Indicator: p.Name, Weight: 1 / float64(len(parts)), Worst: 0, Best: 1})
	}
	w.cpi("index", "", measure.Spec{Composite: m}, func(i *plan.Indicator) { i.Parts, i.Period.History = parts, 4 })
}

func partOf(name string, periods ...plan.PeriodResult) plan.Part {
	return plan.Part{Key: plan.Key{Kind: "CPIDefinition", Name: name}, Periods: periods}
}

func reported(label string, value float64, state plan.State, flag plan.Flag) plan.PeriodResult {
	start, err := time.Parse("2006-01", label)
	if err != nil {
		panic(err)
	}
	lower, upper := value-0.1, value+0.1
	return plan.PeriodResult{
		Label: label, Start: start, End: start.AddDate(0, 1, 0), State: state, Flag: flag,
		Estimate: measure.Estimate{Value: &value, Lower: &lower, Upper: &upper, N: 40},
	}
}

// One part is of this run and stands after the composite in the plan, the other is of another source's report.
func TestACompositeJoinsWhatItsPartsHave(t *testing.T) {
	w := newWorld(t)
	w.csv(t, "answers", shares(0, 0, 0, 0, 0, 0, 0, 0, 60, 80, 90, 50)...)
	w.dataset("answers", event("at"), nil)
	w.join(
		partOf("here", reported("2026-08", 0.1, plan.Settled, "")), // as it was before this run
		partOf("elsewhere",
			reported("2026-08", 0.2, plan.Settled, ""), reported("2026-09", 0.4, plan.Maturing, ""), reported("2026-10", 0.3, plan.Mature, plan.SuspectData)),
	)
	w.cpi("here", "answers", hitShare(measure.HigherIsBetter), func(i *plan.Indicator) { i.Period.History, i.Quality.BelieveJumps = 4, true })
	found := w.run(t)

	august := found.period("index", "2026-08")
	if math.Abs(*august.Value-40) > 1e-9 || august.N != 40 || august.State != plan.Settled {
		t.Errorf("August %+v: want the mean of 60, from this run, and 20", august)
	}
	if half := *august.Upper - *august.Value; half <= 5 || half >= 10 {
		t.Errorf("half the interval is %v, want more than that of the report's part alone and less than the sum", half)
	}
	if september := found.period("index", "2026-09"); math.Abs(*september.Value-60) > 1e-9 || september.State != plan.Maturing {
		t.Errorf("September %+v: want as final as its least final part", september)
	}
	if october := found.period("index", "2026-10"); october.Value != nil || october.Flag != plan.NoData || october.Reason != measure.PartMissing || october.State != plan.Mature {
		t.Errorf("October %+v: a suspect part is none", october)
	}
	if november := found.period("index", "2026-11"); november.Value != nil || november.State != plan.Running {
		t.Errorf("November %+v: one part has not begun", november)
	}
	if h := found.numbers("index").History; h == nil || h.Label != "2026-08" {
		t.Errorf("history %+v", h)
	}
}

func TestACompositeOutlivesAFailedPart(t *testing.T) {
	w := newWorld(t)
	w.csv(t, "answers", shares(60, 60, 60)...)
	w.dataset("answers", event("at"), nil)
	w.join(partOf("broken", reported("2026-10", 0.5, plan.Mature, "")), partOf("elsewhere", reported("2026-10", 0.7, plan.Mature, "")))
	w.cpi("broken", "answers", nps("nothing"), nil)
	found := w.run(t)
	if found.reason("broken") != plan.ColumnMissing {
		t.Fatalf("the part failed with %q", found.reason("broken"))
	}
	if october := found.period("index", "2026-10"); math.Abs(*october.Value-60) > 1e-9 {
		t.Errorf("October %+v: want the part's last good value", october)
	}
}

// A week that begins in October and ends in November is November's.
func TestAPartWithShorterPeriodsCountsAsItStoodAtTheEnd(t *testing.T) {
	w := newWorld(t)
	day := func(d int) time.Time { return time.Date(2026, 10, d, 0, 0, 0, 0, time.UTC) }
	week := func(start int, value float64) plan.PeriodResult {
		found := reported("2026-10", value, plan.Mature, "")
		found.Start, found.End = day(start), day(start+7)
		return found
	}
	w.join(
		partOf("weekly", week(12, 0.2), week(19, 0.4), week(26, 0.8)),
		partOf("monthly", reported("2026-10", 0.6, plan.Mature, "")))
	w.csv(t, "answers", shares(60, 60, 60)...)
	w.dataset("answers", event("at"), nil)
	w.cpi("any", "answers", hitShare(measure.HigherIsBetter), nil)
	if october := w.run(t).period("index", "2026-10"); october.Value == nil || math.Abs(*october.Value-50) > 1e-9 {
		t.Errorf("October %+v: want the mean of 40 and 60", october)
	}
}
