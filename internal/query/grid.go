package query

import (
	"slices"
	"strconv"
	"time"
)

// grid cuts time into elementary periods at every boundary of the windows it serves, so that each
// window is a run of whole periods. Its instants are wall clocks of the time column (see table.wall).
type grid struct {
	kind   Kind
	bounds []time.Time // sorted; period i is [bounds[i], bounds[i+1])
	// calendar has times placed by arithmetic; nil where comparisons do it.
	calendar *calendar
}

// run is a window's periods: [from, to).
type run struct{ from, to int }

// walls are windows as the time column tells them.
func (t *table) walls(windows []Window, zone *time.Location) []Window {
	kind := t.columns[t.time].kind
	out := make([]Window, len(windows))
	for i, w := range windows {
		out[i] = Window{Start: t.wall(kind, w.Start, zone), End: t.wall(kind, w.End, zone)}
	}
	return out
}

func newGrid(kind Kind, windows ...[]Window) *grid {
	g := &grid{kind: kind}
	for _, list := range windows {
		for _, w := range list {
			g.bounds = append(g.bounds, w.Start, w.End)
		}
	}
	slices.SortFunc(g.bounds, time.Time.Compare)
	g.bounds = slices.CompactFunc(g.bounds, time.Time.Equal)
	return g
}

// periods is how many elementary periods there are; at least 1, for undated rows.
func (g *grid) periods() int {
	if g == nil {
		return 1
	}
	return len(g.bounds) - 1
}

func (g *grid) at(bound time.Time) int {
	i, _ := slices.BinarySearchFunc(g.bounds, bound, time.Time.Compare)
	return i
}

// runs places windows on the grid.
func (g *grid) runs(windows []Window) []run {
	out := make([]run, len(windows))
	for i, w := range windows {
		out[i] = run{g.at(w.Start), g.at(w.End)}
	}
	return out
}

// period writes the number of the period that holds ref, which lies on the grid.
func (g *grid) period(ref string) string {
	if g.calendar != nil {
		return g.calendar.period(ref)
	}
	numbers := make([]string, g.periods())
	for i := range numbers {
		numbers[i] = strconv.Itoa(i)
	}
	return steps(g.kind, ref, g.bounds[1:len(g.bounds)-1], numbers)
}

// passed writes how many bounds lie before ref: 0 … len(bounds). NULL, without end, passes all.
func (g *grid) passed(ref string) string {
	n := len(g.bounds)
	if g.calendar != nil {
		return g.calendar.passed(ref, g.bounds[n-1], n)
	}
	var tree func(lo, hi int) string
	tree = func(lo, hi int) string {
		if hi == lo {
			return strconv.Itoa(lo)
		}
		mid := (lo + hi) / 2
		return "CASE WHEN " + ref + " <= " + timeLiteral(g.kind, g.bounds[mid]) + " THEN " + tree(lo, mid) + " ELSE " + tree(mid+1, hi) + " END"
	}
	return tree(0, n)
}

// within writes that ref lies on the grid; stretches that no run uses are left out where they are few.
func (g *grid) within(ref string, used []run) string {
	var spans []run
	for _, r := range slices.SortedFunc(slices.Values(used), func(a, b run) int { return a.from - b.from }) {
		if n := len(spans); n > 0 && r.from <= spans[n-1].to {
			spans[n-1].to = max(spans[n-1].to, r.to)
		} else {
			spans = append(spans, r)
		}
	}
	if len(spans) == 0 || len(spans) > 8 {
		spans = []run{{0, g.periods()}}
	}
	out := ""
	for i, s := range spans {
		if i > 0 {
			out += " OR "
		}
		out += "(" + ref + " >= " + timeLiteral(g.kind, g.bounds[s.from]) + " AND " + ref + " < " + timeLiteral(g.kind, g.bounds[s.to]) + ")"
	}
	if len(spans) > 1 {
		out = "(" + out + ")"
	}
	return out
}
