package query

import (
	"math"
	"slices"
	"strconv"

	"github.com/cpi-operator/cpi-operator/internal/measure"
)

// classes cuts the values of a filter column into stretches within which every condition holds for all values or
// for none, and numbers the different outcomes. A row's class is found by a few comparisons, however many
// conditions there are, and says as much about them as the value does.
type classes struct {
	column column
	cuts   []cut
	of     []int          // by stretch, which are one more than the cuts: its class
	null   int            // the class of NULL
	points []any          // by stretch: its only value where a condition names that, nil elsewhere
	meets  [][]bool       // by class and condition
	index  map[string]int // a condition's number, by its key
}

// cut lies between values: right before one, or right after it.
type cut struct {
	value any
	after bool
}

func (a cut) compare(b cut) int {
	if order := compare(a.value, b.value); order != 0 || a.after == b.after {
		return order
	}
	if a.after {
		return 1
	}
	return -1
}

// before is the cut below a value. Between whole numbers, each place has one cut.
func before(kind Kind, v any) cut {
	if f, ok := v.(float64); ok && kind == KindInteger && math.Abs(f) < 1<<62 {
		v = int64(math.Ceil(f))
	}
	return cut{value: v}
}

// after is the cut above a value.
func after(kind Kind, v any) cut {
	if f, ok := v.(float64); ok && kind == KindInteger && math.Abs(f) < 1<<62 {
		v = int64(math.Floor(f))
	}
	if n, ok := v.(int64); ok && n < math.MaxInt64 {
		return cut{value: n + 1}
	}
	return cut{value: v, after: true}
}

// classesOf makes the classes of a column from the predicates' conditions on it.
func classesOf(col column, predicates []conjunction) *classes {
	c := &classes{column: col, index: map[string]int{}}
	var conditions []condition
	for _, p := range predicates {
		for _, one := range p.conditions {
			if _, known := c.index[one.key]; known || one.column.name != col.name {
				continue
			}
			c.index[one.key] = len(conditions)
			conditions = append(conditions, one)
			for _, v := range one.values {
				if one.op != measure.AtMost && one.op != measure.GreaterThan {
					c.cuts = append(c.cuts, before(col.kind, v))
				}
				if one.op != measure.AtLeast && one.op != measure.LessThan {
					c.cuts = append(c.cuts, after(col.kind, v))
				}
			}
		}
	}
	slices.SortFunc(c.cuts, cut.compare)
	c.cuts = slices.CompactFunc(c.cuts, func(a, b cut) bool { return a.compare(b) == 0 })
	c.points = make([]any, len(c.cuts)+1)
	met := make([][]bool, len(c.cuts)+2) // by stretch, then NULL
	for i := range met {
		met[i] = make([]bool, len(conditions))
	}
	for i, one := range conditions {
		c.mark(met, i, one)
	}
	c.number(met)
	return c
}

// behind is the first stretch above a cut.
func (c *classes) behind(at cut) int {
	i, _ := slices.BinarySearchFunc(c.cuts, at, cut.compare)
	return i + 1
}

// mark notes the stretches on which condition i holds.
func (c *classes) mark(met [][]bool, i int, one condition) {
	null, kind := len(met)-1, c.column.kind
	from, to := 0, null
	switch one.op {
	case measure.DoesNotExist:
		met[null][i], to = true, 0
	case measure.AtLeast:
		from = c.behind(before(kind, one.values[0]))
	case measure.GreaterThan:
		from = c.behind(after(kind, one.values[0]))
	case measure.LessThan:
		to = c.behind(before(kind, one.values[0]))
	case measure.AtMost:
		to = c.behind(after(kind, one.values[0]))
	case measure.In:
		to = 0
	}
	for s := from; s < to; s++ {
		met[s][i] = true
	}
	if one.op == measure.In || one.op == measure.NotIn {
		for _, v := range one.values {
			s := c.behind(before(kind, v))
			c.points[s], met[s][i] = v, one.op == measure.In
		}
	}
}

// number gives stretches with the same outcomes the same class.
func (c *classes) number(met [][]bool) {
	numbers := map[string]int{}
	for _, outcomes := range met {
		key := make([]byte, len(outcomes))
		for i, holds := range outcomes {
			if holds {
				key[i] = 1
			}
		}
		n, known := numbers[string(key)]
		if !known {
			n = len(c.meets)
			numbers[string(key)] = n
			c.meets = append(c.meets, outcomes)
		}
		c.of = append(c.of, n)
	}
	c.null, c.of = c.of[len(met)-1], c.of[:len(met)-1]
}

// holds reports whether the values of a class meet a condition on the column.
func (c *classes) holds(class int, one condition) bool { return c.meets[class][c.index[one.key]] }

// sql writes the class of ref, the column's expression, as a tree of comparisons.
func (c *classes) sql(t *table, ref string, args *arguments) string {
	var tree func(lo, hi int) string // of the stretches from lo to hi
	tree = func(lo, hi int) string {
		if !slices.ContainsFunc(c.of[lo:hi+1], func(n int) bool { return n != c.of[lo] }) {
			return strconv.Itoa(c.of[lo])
		}
		mid := (lo + hi) / 2
		below := condition{column: c.column, op: measure.LessThan, values: []any{c.cuts[mid].value}}
		if c.cuts[mid].after {
			below.op = measure.AtMost
		}
		return "CASE WHEN " + below.sql(t, ref, args) + " THEN " + tree(lo, mid) + " ELSE " + tree(mid+1, hi) + " END"
	}
	last := len(c.of) - 1
	if c.null == c.of[last] { // which is where NULL, below nothing, ends up
		return tree(0, last)
	}
	return "CASE WHEN " + ref + " IS NULL THEN " + strconv.Itoa(c.null) + " ELSE " + tree(0, last) + " END"
}
