package query

import (
	"fmt"
	"strconv"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// lapsedColumn is when the grace of a row of plan.Decided is over, whether or not it was decided: where it stood before.
const lapsedColumn = "lapsed unless decided"

// decide computes the time of decision, as a date where both of its columns are dates, else as an instant.
func (t *table) decide(d plan.Decided) error {
	zone, err := time.LoadLocation(d.TimeZone)
	if err != nil {
		return fail(plan.UnsupportedCombination, "dataset %s: unknown time zone %q", t.rows.Dataset.Name, d.TimeZone)
	}
	for _, name := range []string{d.Due, d.At} {
		if err := t.temporal(name); err != nil {
			return err
		}
	}
	if _, err := t.column(d.Decision); err != nil {
		return err
	}
	due, at := t.columns[d.Due].kind, t.columns[d.At].kind
	kind, decided := KindInstant, t.instantOf(raw(d.At), at, zone)
	switch {
	case due != KindDate:
		t.lapsed = t.after(t.instantOf(raw(d.Due), due, zone), d.Grace)
	case at == KindDate:
		kind, decided, t.lapsed = KindDate, raw(d.At), t.daysAfter(raw(d.Due), d.Grace)
	default:
		t.lapsed = t.instantOf(t.daysAfter(raw(d.Due), d.Grace), KindDate, zone)
	}
	t.decided = fmt.Sprintf("coalesce(CASE WHEN %s IS NOT NULL THEN %s END, %s)", raw(d.Decision), decided, t.lapsed)
	t.columns[plan.DecidedColumn] = column{name: plan.DecidedColumn, kind: kind}
	return nil
}

// instantOf is a time of any kind as an instant: a naive one is of the dataset's zone, a date begins at midnight in zone.
func (t *table) instantOf(ref string, kind Kind, zone *time.Location) string {
	switch kind {
	case KindInstant:
		return ref
	case KindTimestamp:
		zone = t.zone
	}
	if t.dialect == MySQL {
		if kind == KindDate {
			ref = "CAST(" + ref + " AS DATETIME(6))"
		}
		return "(" + ref + " - INTERVAL " + mysqlOffset(zone, ref, true) + " SECOND)"
	}
	if kind == KindDate {
		ref = "CAST(" + ref + " AS TIMESTAMP)"
	}
	return "timezone(" + literal(zone.String()) + ", " + ref + ")"
}

// after is so much time after an instant.
func (t *table) after(ref string, length time.Duration) string {
	seconds := strconv.FormatInt(int64(length/time.Second), 10)
	if t.dialect == MySQL {
		return ref + " + INTERVAL " + seconds + " SECOND"
	}
	return ref + " + INTERVAL '" + seconds + " seconds'"
}

// daysAfter is the date so many whole days after another.
func (t *table) daysAfter(ref string, length time.Duration) string {
	days := strconv.FormatInt(int64(length/oneDay), 10)
	if t.dialect == MySQL {
		return "(" + ref + " + INTERVAL " + days + " DAY)"
	}
	return "(" + ref + " + " + days + ")"
}

// decidedRows adds the computed times to rows under the alias r. Merged into the query around them, they would be computed
// anew for each bound of a period that they are compared with.
func (t *table) decidedRows(rows string) string {
	return "(" + t.apart() + "SELECT r.*, " + t.decided + " AS " + Quote(plan.DecidedColumn) + ", " + t.lapsed + " AS " + Quote(lapsedColumn) + "\nFROM " + rows + ") AS r"
}
