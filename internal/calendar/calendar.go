// Package calendar lays out the periods of an indicator: civil days, weeks, months, quarters and years of a time
// zone as half-open stretches of instants [Start, End). It is pure; the binaries embed the zone database.
package calendar

import (
	"fmt"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Period is one period of an indicator.
type Period struct {
	// Label reads 2026-09-14 (day), 2026-W38 (week from Monday, ISO 8601), 2026-09-13/W (another week, by its first
	// day), 2026-09, 2026-Q3, 2026; with a fiscal year, named by the calendar year in which it ends, FY2027-Q1 and FY2027.
	Label string
	// Start and End bound the period.
	Start, End time.Time
	// WindowStart is where the period's value starts to look: Start, or earlier for a trailing window.
	WindowStart time.Time
}

// calendar is a resolved plan.Period.
type calendar struct {
	plan.Period
	zone *time.Location
}

func resolve(p plan.Period) (calendar, error) {
	zone, err := time.LoadLocation(p.TimeZone)
	if err != nil || p.TimeZone == "" || p.TimeZone == "Local" {
		return calendar{}, fmt.Errorf("period.timeZone: %q is no IANA time zone, such as Europe/Berlin or UTC", p.TimeZone)
	}
	switch p.Grain {
	case plan.Day, plan.Week, plan.Month, plan.Quarter, plan.Year:
	default:
		return calendar{}, fmt.Errorf("period.grain: unknown grain %q", p.Grain)
	}
	if p.FiscalYearStartMonth == 0 {
		p.FiscalYearStartMonth = time.January
	}
	if p.FiscalYearStartMonth < time.January || p.FiscalYearStartMonth > time.December {
		return calendar{}, fmt.Errorf("period.fiscalYearStartMonth: %d is no month, 1 to 12", int(p.FiscalYearStartMonth))
	}
	if p.WeekStart < time.Sunday || p.WeekStart > time.Saturday {
		return calendar{}, fmt.Errorf("period.weekStart: %d is no weekday", int(p.WeekStart))
	}
	p.Window = max(p.Window, 1)
	return calendar{Period: p, zone: zone}, nil
}

// Periods are the last History periods up to the one that contains now, which is the last of the list.
func Periods(p plan.Period, now time.Time) ([]Period, error) {
	c, err := resolve(p)
	if err != nil {
		return nil, err
	}
	return c.list(c.containing(now), max(p.History, 1)), nil
}

// list are n periods, the last of which starts on the day last.
func (c calendar) list(last day, n int) []Period {
	// The instants of all boundaries, newest first: the end of the last period, its start, and so on to the first window's.
	starts := []time.Time{c.after(last).start(c.zone)}
	periods := make([]Period, n)
	for i, first := 0, last; len(starts) <= n+c.Window-1; i, first = i+1, c.before(first) {
		starts = append(starts, first.start(c.zone))
		if i < n {
			periods[n-1-i].Label = c.label(first)
		}
	}
	for i := range n {
		p := &periods[n-1-i]
		p.Start, p.End, p.WindowStart = starts[i+1], starts[i], starts[i+c.Window]
	}
	return periods
}

// At is the period that contains t.
func At(p plan.Period, t time.Time) (Period, error) {
	c, err := resolve(p)
	if err != nil {
		return Period{}, err
	}
	return c.list(c.containing(t), 1)[0], nil
}

// Next is the first boundary between periods after t: when there is a new period to tell.
func Next(p plan.Period, t time.Time) (time.Time, error) {
	period, err := At(p, t)
	return period.End, err
}

// containing is the first day of the period that contains t.
func (c calendar) containing(t time.Time) day {
	year, month, d := t.In(c.zone).Date()
	first := c.first(day{year, month, d})
	// Where clocks go back across midnight, a civil date comes twice; its first coming counts.
	for !t.Before(c.after(first).start(c.zone)) {
		first = c.after(first)
	}
	return first
}

// first is the first day of the grain that d lies in.
func (c calendar) first(d day) day {
	switch c.Grain {
	case plan.Week:
		return d.add(-(int(d.weekday()-c.WeekStart) + 7) % 7)
	case plan.Month:
		return day{d.year, d.month, 1}
	case plan.Quarter:
		return day{d.year, d.month, 1}.addMonths(-(c.monthOfYear(d) % 3))
	case plan.Year:
		return day{d.year, d.month, 1}.addMonths(-c.monthOfYear(d))
	default:
		return d
	}
}

// monthOfYear counts d's month from the start of its fiscal year, 0 to 11.
func (c calendar) monthOfYear(d day) int {
	return (int(d.month-c.FiscalYearStartMonth) + 12) % 12
}

// after and before are the first days of the next and the previous period. A day that its zone skipped is none.
func (c calendar) after(first day) day  { return c.step(first, 1) }
func (c calendar) before(first day) day { return c.step(first, -1) }

func (c calendar) step(first day, by int) day {
	switch c.Grain {
	case plan.Week:
		return first.add(7 * by)
	case plan.Month:
		return first.addMonths(by)
	case plan.Quarter:
		return first.addMonths(3 * by)
	case plan.Year:
		return first.addMonths(12 * by)
	}
	next := first.add(by)
	for next.start(c.zone).Equal(next.add(1).start(c.zone)) {
		next = next.add(by)
	}
	return next
}

func (c calendar) label(first day) string {
	switch c.Grain {
	case plan.Week:
		if c.WeekStart != time.Monday {
			return first.String() + "/W"
		}
		year, week := first.utc().ISOWeek()
		return fmt.Sprintf("%04d-W%02d", year, week)
	case plan.Month:
		return fmt.Sprintf("%04d-%02d", first.year, first.month)
	case plan.Quarter:
		return fmt.Sprintf("%s-Q%d", c.yearLabel(first), c.monthOfYear(first)/3+1)
	case plan.Year:
		return c.yearLabel(first)
	default:
		return first.String()
	}
}

// yearLabel names the year that d lies in: a fiscal one by the calendar year of its last month.
func (c calendar) yearLabel(d day) string {
	last := day{d.year, d.month, 1}.addMonths(11 - c.monthOfYear(d))
	if c.FiscalYearStartMonth == time.January {
		return fmt.Sprintf("%04d", last.year)
	}
	return fmt.Sprintf("FY%04d", last.year)
}
