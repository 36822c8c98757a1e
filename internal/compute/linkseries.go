package compute

import (
	"slices"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// seriesOf are the indicators that linkages read, computed for them in the run: behind the plan's own, one for each
// formula.
type seriesOf struct {
	linkages []plan.Linkage
	own      int            // how many places are the plan's own indicators
	places   map[string]int // by request hash
	found    map[int]found  // by place
}

// found is how computing one went.
type found struct {
	numbers *plan.Numbers
	failure *plan.Failure
}

// withSeries are the plan's indicators, with those behind them that its linkages read.
func withSeries(p plan.Plan) ([]plan.Indicator, *seriesOf) {
	s := &seriesOf{linkages: p.Linkages, own: len(p.Indicators), places: map[string]int{}, found: map[int]found{}}
	all := slices.Clone(p.Indicators)
	for _, l := range p.Linkages {
		for _, side := range sidesOf(l) {
			if side.Indicator == nil {
				continue
			}
			if _, known := s.places[side.Indicator.RequestHash]; known {
				continue
			}
			s.places[side.Indicator.RequestHash] = len(all)
			all = append(all, *side.Indicator)
		}
	}
	return all, s
}

// sidesOf a linkage are its KPI and its drivers, in this order, then its KPI by decision if that is asked for.
func sidesOf(l plan.Linkage) []plan.Series {
	sides := []plan.Series{l.KPI}
	for _, d := range l.Drivers {
		sides = append(sides, d.Series)
	}
	if l.ByDecision != nil {
		sides = append(sides, l.ByDecision.Series)
	}
	return sides
}

// keeps reports whether a place is a linkage's series and no indicator of the plan's.
func (s *seriesOf) keeps(place int) bool { return place >= s.own }

func (s *seriesOf) keep(place int, numbers *plan.Numbers, failure *plan.Failure) {
	s.found[place] = found{numbers, failure}
}

// reads reports whether a linkage takes an indicator's values as they stand.
func (s *seriesOf) reads(key plan.Key) bool {
	return slices.ContainsFunc(s.linkages, func(l plan.Linkage) bool {
		return slices.ContainsFunc(sidesOf(l), func(side plan.Series) bool { return side.Indicator == nil && side.Key == key })
	})
}

// seriesFor is what a linkage reads of an indicator, or why it cannot.
func (r *run) seriesFor(side plan.Series) ([]plan.PeriodResult, *plan.Failure) {
	if side.Refused != nil {
		return nil, side.Refused
	}
	if side.Indicator == nil {
		if computed, ok := r.found[side.Key]; ok {
			return computed, nil
		}
		return side.Periods, nil
	}
	got := r.series.found[r.series.places[side.Indicator.RequestHash]]
	if got.numbers == nil {
		return nil, got.failure
	}
	return got.numbers.Periods, nil
}

// sinceFirstDue leaves out what a renewal by decision tells of the time before the first contract was due and its grace
// over: until then only those are seen who decided, and nobody who let a contract lapse. due is the same by due date; where
// it has values from the beginning, there are contracts before it.
func sinceFirstDue(decided, due []plan.PeriodResult, grace time.Duration) []plan.PeriodResult {
	first := slices.IndexFunc(due, func(p plan.PeriodResult) bool { return p.N > 0 })
	if first <= 0 {
		return decided
	}
	out := slices.Clone(decided)
	for i, p := range out {
		if p.Start.Before(due[first].Start.Add(grace)) {
			out[i] = plan.PeriodResult{
				Label: p.Label, Start: p.Start, End: p.End, State: p.State, Flag: plan.NoData, Estimate: measure.Estimate{Reason: measure.Incomplete},
			}
		}
	}
	return out
}
