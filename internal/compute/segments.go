package compute

import (
	"cmp"
	"slices"

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
			slices.SortStableFunc(current, func(a, b segment) int { return cmp.Compare(b.size(), a.size()) })
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
			result := plan.SegmentResult{By: by.By, Values: s.values, Current: s.PeriodResult}
			if previous, ok := before[keyOf(s.values)]; ok {
				result.Previous = &previous
			}
			n.Segments = append(n.Segments, result)
		}
	}
}

// segment is one part's value in one period.
type segment struct {
	values []*string // nil is NULL
	plan.PeriodResult
}

// size is how many people, or else rows, a segment's value could give away.
func (s segment) size() int64 {
	if s.Entities != nil {
		return *s.Entities
	}
	return s.N
}

// segmentsOf are a period's segments by one breakdown that may be told, in order of their values, and how many may not.
func (j *job) segmentsOf(period, breakdown int) (told []segment, suppressed int) {
	var all []segment
	var sizes []int64
	for _, group := range j.segments[period] {
		if group.Breakdown == breakdown {
			all = append(all, j.segment(period, group))
		}
	}
	slices.SortFunc(all, func(a, b segment) int { return compareValues(a.values, b.values) })
	for _, s := range all {
		sizes = append(sizes, s.size())
	}
	small := state.Suppress(sizes, j.Quality.MinSegmentSize)
	for i, s := range all {
		if small[i] {
			suppressed++
			continue
		}
		told = append(told, s)
	}
	return told, suppressed
}

func (j *job) segment(period int, group query.Group) segment {
	return segment{values: group.Values, PeriodResult: j.result(period, j.estimate(group.Sums), false)}
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
