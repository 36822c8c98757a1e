package query

import (
	"slices"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
)

// bucket is additive readings that could share a statement.
type bucket struct {
	readings []*reading
	filters  []string // columns that decide which rows count
	segments []string // columns of breakdowns
	bounds   []time.Time
}

// Thresholds of the cost rule, from measurements on 2 and 20 million rows (docs/performance.md).
const (
	valuesPart    = 16 // cells up to rows/16 are worth grouping by the filter columns' own values, also of several buckets
	cellsPart     = 4  // cells up to rows/4 are worth grouping by the filter columns' values or classes
	splitPart     = 3  // more groups than rows/3: grouping no longer reduces
	fewPredicates = 8  // predicates that are cheap enough to be OR-ed into WHERE
)

// distinctOf estimates a column's distinct values, NULL included; known is false without any estimate.
func (t *table) distinctOf(name string) (n float64, known bool) {
	c := t.columns[name]
	switch {
	case c.kind == KindBoolean:
		return 3, true
	case c.distinct > 0:
		return float64(c.distinct), true
	}
	return 0, false
}

// unknownSegments stands for a breakdown column without an estimate: people break down by few values.
const unknownSegments = 20

func (t *table) segmentGroups(columns []string) float64 {
	groups := 1.0
	for _, name := range columns {
		n, known := t.distinctOf(name)
		if !known {
			n = unknownSegments
		}
		groups *= n
	}
	return groups
}

func (b *bucket) periods() float64 { return float64(max(1, len(b.bounds)-1)) }

// cells estimates how many groups the filter columns, segments and periods cross to.
func (t *table) cells(b *bucket) (n float64, known bool) {
	n = t.segmentGroups(b.segments) * b.periods()
	for _, name := range b.filters {
		d, known := t.distinctOf(name)
		if !known {
			return 0, false
		}
		n *= d
	}
	return n, true
}

// buckets sorts additive readings by what they can share: first those with the same filter columns,
// segments and windows; then buckets that together still make few cells.
func (t *table) buckets(readings []*reading) []*bucket {
	var list []*bucket
	for _, r := range readings {
		one := &bucket{readings: []*reading{r}, filters: r.filterColumns(), segments: r.segmentColumns(), bounds: boundsOf(r)}
		i := slices.IndexFunc(list, func(b *bucket) bool {
			return slices.Equal(b.filters, one.filters) && slices.Equal(b.segments, one.segments) &&
				slices.EqualFunc(b.bounds, one.bounds, time.Time.Equal)
		})
		if i >= 0 {
			list[i].readings = append(list[i].readings, r)
		} else {
			list = append(list, one)
		}
	}
	var out []*bucket
	for _, b := range list {
		joined := false
		for i, other := range out {
			union := &bucket{
				readings: slices.Concat(other.readings, b.readings),
				filters:  unionOf(other.filters, b.filters),
				segments: unionOf(other.segments, b.segments),
				bounds:   unionOfTimes(other.bounds, b.bounds),
			}
			if n, known := t.cells(union); known && n <= t.estimatedRows()/valuesPart {
				out[i], joined = union, true
				break
			}
		}
		if !joined {
			out = append(out, b)
		}
	}
	return out
}

func boundsOf(r *reading) []time.Time {
	if len(r.windows) == 0 {
		return nil
	}
	return newGrid(KindInstant, r.windows).bounds
}

func unionOf(a, b []string) []string {
	out := slices.Concat(a, b)
	slices.Sort(out)
	return slices.Compact(out)
}

func unionOfTimes(a, b []time.Time) []time.Time {
	out := slices.Concat(a, b)
	slices.SortFunc(out, time.Time.Compare)
	return slices.CompactFunc(out, time.Time.Equal)
}

// shape picks how a bucket runs, and of cells which filter columns tell them apart by value and which by class.
func (t *table) shape(b *bucket) (shape Shape, keys []string, byClass []*classes) {
	rows := t.estimatedRows()
	if n, known := t.cells(b); len(b.filters) == 0 || known && n <= rows/valuesPart {
		return StatCells, b.filters, nil
	}
	list := predicates(b.readings)
	cells := t.segmentGroups(b.segments) * b.periods()
	for _, name := range b.filters {
		c := classesOf(t.columns[name], list)
		if n, known := t.distinctOf(name); known && n <= float64(len(c.meets)) {
			keys = append(keys, name)
			cells *= n
		} else {
			byClass = append(byClass, c)
			cells *= float64(len(c.meets))
		}
	}
	if cells <= rows/cellsPart {
		return StatCells, keys, byClass
	}
	return DictMasks, nil, nil
}

// maskGroups estimates how many groups the masks of n predicates make. On each filter column there are
// at most as many different masks as predicates plus one, or as distinct values. Where a row meets few
// predicates (λ expected), most masks hold no bit or one, and about n·(1+λ)² come about at all.
func (t *table) maskGroups(b *bucket, predicates []conjunction) float64 {
	product := 1.0
	for _, name := range b.filters {
		keys := map[string]bool{}
		for _, p := range predicates {
			for _, c := range p.conditions {
				if c.column.name == name {
					keys[c.key] = true
				}
			}
		}
		masks := float64(len(keys) + 1)
		if n, known := t.distinctOf(name); known {
			masks = min(masks, n)
		}
		product *= masks
	}
	met := 0.0
	for _, p := range predicates {
		part := 1.0
		for _, c := range p.conditions {
			part *= t.selectivity(c)
		}
		met += part
	}
	masks := min(product, 1+float64(len(predicates))*(1+met)*(1+met))
	return masks * t.segmentGroups(b.segments) * b.periods()
}

// selectivity guesses the part of rows that meet a condition.
func (t *table) selectivity(c condition) float64 {
	n, known := t.distinctOf(c.column.name)
	if !known {
		n = unknownSegments
	}
	switch c.op {
	case measure.In:
		return min(1, float64(len(c.values))/n)
	case measure.NotIn, measure.Exists:
		return 1
	case measure.DoesNotExist:
		return 0.1
	}
	return 0.3 // of a range
}
