package publish

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
)

// maxResult bounds a result as JSON. A usual one is a quarter of it.
const maxResult = 60 << 10

// fit makes a result small enough to keep: the smallest segments go first, then the oldest periods, whatever
// takes more room. A warning tells what is missing.
func fit(result *v1alpha1.ReportResult) {
	var segments, periods int
	segments += shedSegments(result, len(result.Segments)-maxSegments)
	periods += shedPeriods(result, len(result.Periods)-maxPeriods)
	for size(result) > maxResult && len(result.Segments)+len(result.Periods) > 2 {
		if size(result.Segments) >= size(result.Periods) {
			segments += shedSegments(result, max(1, len(result.Segments)/8))
		} else {
			periods += shedPeriods(result, max(1, len(result.Periods)/8))
		}
	}
	if segments > 0 {
		result.OmittedSegments = positive(segments + int(value(result.OmittedSegments)))
		result.Warnings = append(result.Warnings, fmt.Sprintf("The %d smallest segments are left out: a report holds 64 KiB. Break down by fewer columns.", segments))
	}
	if periods > 0 {
		result.Warnings = append(result.Warnings, fmt.Sprintf("The %d oldest periods are left out: a report holds 64 KiB. Shorten period.history.", periods))
	}
	if over := len(result.Warnings) - maxWarnings; over > 0 {
		result.Warnings = append(result.Warnings[:maxWarnings-1], fmt.Sprintf("And %d more warnings.", over+1))
	}
}

// shedSegments drops the smallest n and keeps the order of the others.
func shedSegments(result *v1alpha1.ReportResult, n int) int {
	if n <= 0 {
		return 0
	}
	bySize := make([]int, len(result.Segments))
	for i := range bySize {
		bySize[i] = i
	}
	slices.SortStableFunc(bySize, func(a, b int) int {
		return cmp.Compare(value(result.Segments[a].Current.N), value(result.Segments[b].Current.N))
	})
	drop := map[int]bool{}
	for _, i := range bySize[:n] {
		drop[i] = true
	}
	var kept []v1alpha1.SegmentValue
	for i, s := range result.Segments {
		if !drop[i] {
			kept = append(kept, s)
		}
	}
	result.Segments = kept
	return n
}

func shedPeriods(result *v1alpha1.ReportResult, n int) int {
	if n <= 0 {
		return 0
	}
	result.Periods = result.Periods[n:]
	return n
}

func size(v any) int {
	content, err := json.Marshal(v)
	if err != nil {
		panic(err) // API types always marshal
	}
	return len(content)
}

func value[T int32 | int64](n *T) T {
	if n == nil {
		return 0
	}
	return *n
}
