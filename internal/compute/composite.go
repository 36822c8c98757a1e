package compute

import (
	"slices"

	"github.com/cpi-operator/cpi-operator/internal/calendar"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/state"
)

// composites joins, last, what their parts have: the values found in this run, else those of earlier ones.
func (r *run) composites() error {
	for place, indicator := range r.plan.Indicators {
		if indicator.Measure.Composite == nil || r.told[place] {
			continue
		}
		numbers, err := r.composite(indicator)
		if err != nil {
			failure := unsupported(err)
			if err := r.tell(place, nil, &failure); err != nil {
				return err
			}
			continue
		}
		if err := r.tell(place, numbers, nil); err != nil {
			return err
		}
	}
	return nil
}

// joins reports whether a composite or a linkage of the plan reads an indicator's values, so that they are kept.
func (r *run) joins(key plan.Key) bool {
	return r.series.reads(key) || slices.ContainsFunc(r.plan.Indicators, func(i plan.Indicator) bool {
		return slices.ContainsFunc(i.Parts, func(p plan.Part) bool { return p.Key == key })
	})
}

func (r *run) composite(indicator plan.Indicator) (*plan.Numbers, error) {
	family, err := measure.Of(indicator.Measure)
	if err != nil {
		return nil, err
	}
	whole := *indicator.Period
	whole.Window = 1
	calendarPeriods, err := calendar.Periods(whole, r.plan.Now)
	if err != nil {
		return nil, err
	}
	described := family.Describe()
	out := &plan.Numbers{Unit: described.Unit, Direction: described.Direction, Variant: described.Variant}
	for _, p := range calendarPeriods {
		out.Periods = append(out.Periods, r.joined(indicator, p))
	}
	out.History = chronicle{period: whole, quality: indicator.Quality}.history(out.Periods)
	return out, nil
}

// joined is a composite's value in one period: as final as its least final part, and only if each part has a value
// to act on, or, before it is mature, one at all.
func (r *run) joined(indicator plan.Indicator, p calendar.Period) plan.PeriodResult {
	out := plan.PeriodResult{Label: p.Label, Start: p.Start, End: p.End, State: plan.Settled}
	if r.plan.Now.Before(p.End) {
		out.State = plan.Running
	}
	var estimates []measure.Estimate
	for _, part := range indicator.Parts {
		found := asOf(r.partPeriods(part), p)
		if found == nil || found.Flag != "" {
			found = &plan.PeriodResult{State: plan.Mature} // it may yet come
		}
		out.State = leastFinal(out.State, found.State)
		estimates = append(estimates, found.Estimate)
	}
	for _, old := range indicator.Frozen {
		if old.Start.Equal(p.Start) && old.End.Equal(p.End) && !indicator.Full {
			return old
		}
	}
	out.Estimate = indicator.Measure.Composite.Combine(estimates)
	out.Flag = state.Flag(out.Value, false, out.N, smallest(out.Estimate, indicator.Quality))
	if out.State == plan.Settled && out.Flag == plan.NoData {
		out.State = plan.Mature // stays open, so that it heals by itself
	}
	return out
}

// smallest sample that may be acted on; a census is none.
func smallest(e measure.Estimate, q plan.Quality) int64 {
	if e.Census {
		return 0
	}
	return q.MinSampleSize
}

func (r *run) partPeriods(part plan.Part) []plan.PeriodResult {
	if found, ok := r.found[part.Key]; ok {
		return found
	}
	return part.Periods
}

// asOf is a part's value as it stood when a composite's period ended: that of the part's last period to end in it, which
// is the same period where the grains are alike. Nil if none does.
func asOf(periods []plan.PeriodResult, p calendar.Period) *plan.PeriodResult {
	var last *plan.PeriodResult
	for i := range periods {
		if end := periods[i].End; end.After(p.Start) && !end.After(p.End) && (last == nil || end.After(last.End)) {
			last = &periods[i]
		}
	}
	return last
}

// finality orders states.
var finality = []plan.State{plan.Running, plan.Maturing, plan.Mature, plan.Settled}

func leastFinal(a, b plan.State) plan.State {
	if slices.Index(finality, b) < slices.Index(finality, a) {
		return b
	}
	return a
}
