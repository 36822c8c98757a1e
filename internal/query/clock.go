package query

import (
	"strconv"
	"time"
)

// clock numbers the times of columns of any kind, so that they can be compared and added to: in microseconds since
// 1970, or, where one of them is a date and tells no more, in days. A naive time is one of its dataset's zone: of an
// hour that comes twice in autumn the second, of one that spring leaves out what the clocks of winter would tell.
type clock struct {
	days bool
	zone *time.Location // of days
	// from and to bound what is numbered exactly; beyond them, a naive time may be off by a change of the clocks.
	from, to time.Time
}

const oneDay = 24 * time.Hour

// number writes a column's time as a whole number.
func (c clock) number(t *table, ref string, kind Kind) string {
	switch {
	case c.days && kind == KindDate:
		return t.days(ref)
	case c.days && kind == KindTimestamp:
		return t.days("CAST(" + ref + " AS DATE)")
	case c.days:
		return t.days("CAST(" + t.inZone(ref, c.zone) + " AS DATE)")
	case kind == KindTimestamp:
		return t.wallMicroseconds(ref) + c.offset(t, ref)
	}
	return t.wallMicroseconds(ref)
}

// at is the number of an instant; of days, that of its day.
func (c clock) at(instant time.Time) int64 {
	if c.days {
		return civil(instant.In(c.zone)).Unix() / int64(oneDay/time.Second)
	}
	return instant.UnixMicro()
}

// span is the numbers from after up to within later; of days, those whose distance in whole days lies between.
func (c clock) span(after, within time.Duration) (from, to int64) {
	if c.days {
		return int64((after + oneDay - 1) / oneDay), int64(within / oneDay)
	}
	return after.Microseconds(), within.Microseconds()
}

// latest is the number of the last time that is length or longer before an instant; of days, the last day whose end is.
func (c clock) latest(instant time.Time, length time.Duration) int64 {
	at := c.at(instant.Add(-length))
	if c.days {
		at--
	}
	return at
}

// offset writes what turns a wall clock of the dataset's zone into UTC: minus the offset in force.
func (c clock) offset(t *table, ref string) string {
	var changes []time.Time // as the wall clock tells them afterwards
	var offsets []string
	constant := true
	for at := c.from; ; {
		_, seconds := at.In(t.zone).Zone()
		offset := strconv.FormatInt((time.Duration(seconds) * time.Second).Microseconds(), 10)
		constant = constant && (len(offsets) == 0 || offset == offsets[0])
		offsets = append(offsets, offset)
		_, change := at.In(t.zone).ZoneBounds()
		if !change.IsZero() && !change.After(at) { // on the last day of some years, Go tells its beginning
			change = at.Add(oneDay)
		}
		if change.IsZero() || change.After(c.to) {
			break
		}
		changes = append(changes, t.wall(KindTimestamp, change, t.zone))
		at = change
	}
	switch {
	case !constant:
		return " - (" + steps(KindTimestamp, ref, changes, offsets) + ")"
	case offsets[0] == "0":
		return ""
	}
	return " - (" + offsets[0] + ")"
}

// steps writes the value that holds from one of the bounds up to the next: the first below all of them.
func steps(kind Kind, ref string, bounds []time.Time, values []string) string {
	if len(bounds) == 0 {
		return values[0]
	}
	mid := len(bounds) / 2
	return "CASE WHEN " + ref + " < " + timeLiteral(kind, bounds[mid]) + " THEN " + steps(kind, ref, bounds[:mid], values[:mid+1]) +
		" ELSE " + steps(kind, ref, bounds[mid+1:], values[mid+1:]) + " END"
}

// days since 1970 of a date.
func (t *table) days(ref string) string {
	if t.dialect == MySQL {
		return "datediff(" + ref + ", DATE '1970-01-01')"
	}
	return "(" + ref + " - DATE '1970-01-01')"
}

// inZone is the wall clock of a zone at an instant.
func (t *table) inZone(ref string, zone *time.Location) string {
	if t.dialect == MySQL {
		return ref + " + INTERVAL " + mysqlOffset(zone, ref, false) + " SECOND"
	}
	return "timezone(" + literal(zone.String()) + ", " + ref + ")"
}

// wallMicroseconds since 1970, of a naive time as if it were UTC.
func (t *table) wallMicroseconds(ref string) string {
	switch t.dialect {
	case DuckDB:
		return "epoch_us(" + ref + ")"
	case MySQL:
		return "timestampdiff(MICROSECOND, TIMESTAMP '1970-01-01 00:00:00', " + ref + ")"
	}
	return "CAST(date_part('epoch', " + ref + ") * 1000000 AS BIGINT)"
}
