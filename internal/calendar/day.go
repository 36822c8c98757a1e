package calendar

import (
	"fmt"
	"time"
)

// day is a civil date, in no zone.
type day struct {
	year  int
	month time.Month
	day   int
}

func (d day) utc() time.Time { return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC) }

func (d day) weekday() time.Weekday { return d.utc().Weekday() }

func (d day) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.year, d.month, d.day) }

// add counts days on.
func (d day) add(days int) day {
	year, month, of := d.utc().AddDate(0, 0, days).Date()
	return day{year, month, of}
}

// addMonths counts months on, from the first of a month.
func (d day) addMonths(months int) day {
	year, month, of := d.utc().AddDate(0, months, 0).Date()
	return day{year, month, of}
}

// start is the first instant at which clocks in zone read d or later. That is midnight, unless clocks were put forward
// across it (then the instant they were), or back to it (then its first coming). time.Date promises neither.
func (d day) start(zone *time.Location) time.Time {
	midnight := d.utc()
	// No zone is further than a day from UTC, so the answer lies within two days of midnight there.
	segment := midnight.Add(-48 * time.Hour)
	for {
		_, end := segment.In(zone).ZoneBounds()
		if !end.IsZero() && !end.After(segment) {
			// ZoneBounds takes every year for 365 days where a rule extends the zone's table, as in the
			// slim tables of an image: on the last day of a leap year its end lies behind.
			end = segment.Add(24 * time.Hour)
		}
		_, offset := segment.In(zone).Zone()
		candidate := midnight.Add(-time.Duration(offset) * time.Second)
		if candidate.Before(segment) {
			candidate = segment // clocks jumped over midnight into this segment
		}
		if end.IsZero() || candidate.Before(end) {
			return candidate.UTC()
		}
		segment = end
	}
}
