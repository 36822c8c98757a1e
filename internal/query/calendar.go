package query

import (
	"slices"
	"strconv"
	"time"
)

// calendar is a grid of periods of so many whole months or days each. Times are placed on it by arithmetic on what
// DuckDB reads off a time in a few nanoseconds; nested comparisons, which serve any grid, cost it more with every bound.
type calendar struct {
	kind   Kind
	first  time.Time
	months bool // or days
	step   int  // months or days in a period
}

// manyBounds is how many bounds it takes for that to be faster than nested comparisons.
var manyBounds = 9

// on has the grid written in what the dialect is fastest at.
func (g *grid) on(d Dialect) *grid {
	if d == DuckDB && g.kind != KindInstant && len(g.bounds) >= manyBounds {
		g.calendar = calendarOf(g.kind, g.bounds)
	}
	return g
}

// calendarOf is nil if the bounds are not as many months or days apart, or lie within a day. Before 1970, DuckDB reads
// a last nanosecond as the next day's.
func calendarOf(kind Kind, bounds []time.Time) *calendar {
	first, second := bounds[0], bounds[1]
	if !first.Equal(civil(first)) || first.Unix() < 0 {
		return nil
	}
	byMonths := &calendar{kind: kind, first: first, months: true, step: months(second) - months(first)}
	byDays := &calendar{kind: kind, first: first, step: int(second.Sub(first) / oneDay)}
	switch {
	case first.Day() == 1 && slices.EqualFunc(bounds, byMonths.bounds(len(bounds)), time.Time.Equal):
		return byMonths
	case slices.EqualFunc(bounds, byDays.bounds(len(bounds)), time.Time.Equal):
		return byDays
	}
	return nil
}

// months numbers a time's month.
func months(at time.Time) int { return 12*at.Year() + int(at.Month()) }

func (c *calendar) bounds(n int) []time.Time {
	out := make([]time.Time, n)
	for i := range out {
		if c.months {
			out[i] = c.first.AddDate(0, i*c.step, 0)
		} else {
			out[i] = c.first.AddDate(0, 0, i*c.step)
		}
	}
	return out
}

// begun writes how many months or days begin after the first bound, up to ref.
func (c *calendar) begun(ref string) string {
	if c.months {
		return "12 * year(" + ref + ") + month(" + ref + ") - " + strconv.Itoa(months(c.first))
	}
	return "CAST(" + ref + " AS DATE) - " + timeLiteral(KindDate, c.first)
}

// atStart writes 1 for a time at which a month or day begins, 0 for others.
func (c *calendar) atStart(ref string) string {
	midnight := ref + " = CAST(" + ref + " AS DATE)"
	switch {
	case c.kind == KindDate && !c.months:
		return "1"
	case c.kind == KindDate:
		midnight = "day(" + ref + ") = 1"
	case c.months:
		midnight = "day(" + ref + ") = 1 AND " + midnight
	}
	return "CASE WHEN " + midnight + " THEN 1 ELSE 0 END"
}

// period writes the number of the period that holds ref, which lies on the grid.
func (c *calendar) period(ref string) string { return c.whole(c.begun(ref)) }

// passed writes how many bounds, of which the last is told, lie before ref: as period, but of the time just before it.
func (c *calendar) passed(ref string, last time.Time, n int) string {
	return "CASE WHEN " + ref + " <= " + timeLiteral(c.kind, c.first) + " THEN 0 WHEN " + ref + " <= " + timeLiteral(c.kind, last) +
		" THEN " + c.whole(c.begun(ref)+" - "+c.atStart(ref)) + " + 1 ELSE " + strconv.Itoa(n) + " END"
}

// whole writes how many periods that many months or days fill.
func (c *calendar) whole(units string) string {
	if c.step == 1 {
		return units
	}
	return "(" + units + ") // " + strconv.Itoa(c.step)
}
