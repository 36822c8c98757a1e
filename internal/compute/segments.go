package compute

import (
	"cmp"
	"slices"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
	"github.com/cpi-operator/cpi-operator/internal/state"
)

// breakDown adds the segments of the headline period, each with its value in the period before. Those too
// small to be told are left out, and so are the smallest of more than a breakdown's maximum.
func (j *job) breakDown(n *plan.Numbers, maximum int) {
	for breakdown, by := range j.Breakdowns {
		current, suppressed := j.segmentsOf(j.layout.headline, breakdown)
		n.SuppressedSegments += suppressed
		if maximum > 0 && len(current) > maximum {
			slices.SortStableFunc(current, func(a, b segment) int { return cmp.Compare(b.size().Counted, a.size().Counted) })
			n.OmittedSegments += len(current) - maximum
			current = current[:maximum]
			slices.SortFunc(current, func(a, b segment) int { return compareValues(a.values, b.values) })
		}
		before := map[string]plan.PeriodResult{}
		if j.layout.previous >= 0 {
			previous, _ := j.segmentsOf(j.layout.previous, breakdown)
			for _, s := range previous {
				before[keyOf(s.values)] = s.PeriodResult
			}
		}
		for _, s := range current {
			result := plan.SegmentResult{By: by.By, Values: s.values, Current: s.PeriodResult, Standout: s.standout}
			if previous, ok := before[keyOf(s.values)]; ok {
				result.Previous = &previous
			}
			n.Segments = append(n.Segments, result)
		}
	}
}

// segment is one part's value in one period.
type segment struct {
	values   []*string // nil is NULL
	sums     measure.Sums
	hidden   bool
	standout *plan.Standout
	plan.PeriodResult
}

// size is how many are behind a segment: who its value is made of, and who else its counts tell of.
func (s segment) size() state.Size {
	counted := s.N
	if s.Entities != nil {
		counted = *s.Entities
	}
	all := counted + int64(s.Detail["pending"]) + int64(s.Detail["notDue"]) + int64(s.Detail["new"])
	for _, rows := range s.Rejected {
		all += rows
	}
	if counted == 0 {
		all += int64(s.Detail["eventRows"]) // events without exposure
	}
	return state.Size{Counted: counted, All: all}
}

// segmentsOf are a period's segments by one breakdown that may be told, in order of their values, and how many may not.
func (j *job) segmentsOf(period, breakdown int) (told []segment, suppressed int) {
	for _, s := range j.cut(period, breakdown) {
		if s.hidden {
			suppressed++
			continue
		}
		told = append(told, s)
	}
	return told, suppressed
}

// cut is a period cut by one breakdown: all its segments, in order of their values, those not to be told marked.
// The sums of coarser breakdowns are told as well, so the segments within each of theirs must cover each other too.
func (j *job) cut(period, breakdown int) []segment {
	place := [2]int{period, breakdown}
	if known, ok := j.cuts[place]; ok {
		return known
	}
	var all []segment
	for _, group := range j.groups(period, breakdown) {
		all = append(all, j.segment(period, group))
	}
	slices.SortFunc(all, func(a, b segment) int { return compareValues(a.values, b.values) })
	sizes := make([]state.Size, len(all))
	for i, s := range all {
		sizes[i] = s.size()
	}
	for i, hidden := range state.Suppress(sizes, j.Quality.MinSegmentSize, j.parts(period, breakdown, all)...) {
		all[i].hidden = hidden
	}
	for i, standout := range j.standouts(all) {
		all[i].standout = standout
	}
	j.cuts[place] = all
	return all
}

// parts are the segments of all coarser breakdowns, each with the places of those of all that it consists of.
func (j *job) parts(period, breakdown int, all []segment) []state.Part {
	var parts []state.Part
	by := j.Breakdowns[breakdown].By
	for other, coarse := range j.Breakdowns {
		columns := columnsOf(coarse.By, by)
		if len(coarse.By) >= len(by) || columns == nil {
			continue
		}
		places := map[string][]int{}
		for i, s := range all {
			values := make([]*string, len(columns))
			for k, column := range columns {
				values[k] = s.values[column]
			}
			key := keyOf(values)
			places[key] = append(places[key], i)
		}
		for _, s := range j.cut(period, other) {
			parts = append(parts, state.Part{Places: places[keyOf(s.values)], Hidden: s.hidden})
		}
	}
	return parts
}

// columnsOf are the places of coarse's columns in fine, nil if it has one that fine has not.
func columnsOf(coarse, fine []string) []int {
	var places []int
	for _, column := range coarse {
		place := slices.Index(fine, column)
		if place < 0 {
			return nil
		}
		places = append(places, place)
	}
	return places
}

func (j *job) segment(period int, group query.Group) segment {
	return segment{values: group.Values, sums: group.Sums, PeriodResult: j.placed(period, j.estimate(group.Sums))}
}

// compareValues orders segments by their values, NULL first.
func compareValues(a, b []*string) int {
	return slices.CompareFunc(a, b, func(a, b *string) int {
		switch {
		case a == nil && b == nil:
			return 0
		case a == nil:
			return -1
		case b == nil:
			return 1
		}
		return cmp.Compare(*a, *b)
	})
}

// keyOf tells segments apart, NULL from the empty text too.
func keyOf(values []*string) string {
	var key []byte
	for _, value := range values {
		if value == nil {
			key = append(key, 0)
			continue
		}
		key = append(append(append(key, 1), *value...), 0)
	}
	return string(key)
}
