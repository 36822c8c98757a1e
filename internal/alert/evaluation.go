package alert

import (
	"fmt"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// An evaluation is a mature period, not a run. Evaluations in a row are counted on the periods that the report keeps, so
// that nothing need be remembered and a restart changes nothing. Of segments it keeps two, so that two are enough there.

// segmentEvaluations is how many mature periods of a segment are kept.
const segmentEvaluations = 2

// inARow counts for how many mature periods in a row, p the latest of them, something bad holds; at most as many as
// matter. A period whose value must not be acted on is no evaluation that went badly: it ends the row.
func (in *Indicator) inARow(p *plan.PeriodResult, most int, bad func(*plan.PeriodResult) bool) int {
	n := 0
	for i := len(in.Result.Periods) - 1; i >= 0 && n < most; i-- {
		q := &in.Result.Periods[i]
		if q.Start.After(p.Start) {
			continue // not mature yet
		}
		if _, _, ok := in.unjudged(q); !ok || !bad(q) {
			break
		}
		n++
	}
	return n
}

// inARow counts the same of a segment, whose intervals are widened for the number of segments looked at.
func (s *Segment) inARow(in *Indicator, looks int, bad func(measure.Estimate) bool) int {
	n := 0
	for _, p := range []*plan.PeriodResult{&s.Current, s.Previous} {
		if p == nil {
			break
		}
		if _, _, ok := in.unjudged(p); !ok || !bad(widen(p.Estimate, in.Confidence, looks)) {
			break
		}
		n++
	}
	return n
}

// evaluations tells how far a row has come, such as " (1 of 2 evaluations)"; nothing where the first is enough.
func evaluations(n, needed int) string {
	if needed < 2 {
		return ""
	}
	return fmt.Sprintf(" (%d of %d evaluations)", n, needed)
}
