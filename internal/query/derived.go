package query

import (
	"strconv"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// derive makes a request's derived columns known, so that terms and conditions can name them.
func (t *table) derive(list []measure.Derived) error {
	for _, d := range list {
		if _, known := t.columns[d.Name]; known {
			continue // its name says all that it is made of
		}
		c, err := t.derivedOf(d)
		if err != nil {
			return err
		}
		t.columns[d.Name] = c
	}
	return nil
}

// derivedOf writes a derived column over the dataset's typed columns, under the alias r.
func (t *table) derivedOf(d measure.Derived) (column, error) {
	c := column{name: d.Name, kind: KindNumber, derived: true}
	var seconds, lasted, open string
	var err error
	if d.Kind == measure.Product {
		c.value, err = t.product(d.Factors)
		return c, err
	}
	if d.Of.Column != "" {
		seconds, open, err = t.told(d.Of, &c)
	} else {
		seconds, lasted, open, err = t.passed(d.Of, &c)
	}
	switch d.Kind {
	case measure.Seconds:
		c.value = seconds
	case measure.LogSeconds:
		c.value = "CASE WHEN " + seconds + " > 0 THEN ln(" + seconds + ") END"
	case measure.Lasted:
		if c.value = lasted; lasted == "" {
			c.value = seconds // since when an open one has lasted, nothing tells
		}
	case measure.Open:
		c.kind, c.value, c.unreadable, c.distinct = KindBoolean, open, "", 2
	}
	return c, err
}

// product of two columns of numbers.
func (t *table) product(of [2]string) (string, error) {
	for _, name := range of {
		if err := t.numeric(name); err != nil {
			return "", err
		}
	}
	return t.double(raw(of[0])) + " * " + t.double(raw(of[1])), nil
}

// told is a time that a column holds, in units of seconds.
func (t *table) told(e measure.Elapsed, c *column) (seconds, open string, err error) {
	if err := t.numeric(e.Column); err != nil {
		return "", "", err
	}
	value := raw(e.Column)
	seconds = t.double(value) + " * " + strconv.FormatFloat(e.Unit, 'f', -1, 64)
	open = value + " IS NULL" + t.readable(e.Column, c)
	return seconds, open, nil
}

// passed is the time between two columns, in seconds to the microsecond.
func (t *table) passed(e measure.Elapsed, c *column) (seconds, lasted, open string, err error) {
	for _, name := range []string{e.Start, e.End} {
		if err := t.temporal(name); err != nil {
			return "", "", "", err
		}
	}
	start, end := t.columns[e.Start].kind, t.columns[e.End].kind
	if (start == KindDate) != (end == KindDate) {
		return "", "", "", fail(plan.TypeMismatch, "dataset %s: %q is a %s and %q a %s: a time between a day and an instant is not known; declare both under columns with one type",
			t.rows.Dataset.Name, e.Start, start, e.End, end)
	}
	from, to := raw(e.Start), raw(e.End)
	between := func(until string) string {
		return t.double(until+" - "+t.microseconds(from, start)) + " / 1000000"
	}
	asOf := e.AsOf.UTC().Truncate(time.Microsecond)
	known := timeLiteral(t.dialect.literalKind(end), t.wall(end, asOf, t.zone))
	ended := to + " <= " + known
	seconds = "CASE WHEN " + ended + " THEN " + between(t.microseconds(to, end)) + " END"
	soFar := strconv.FormatInt(asOf.UnixMicro(), 10)
	if end == KindDate {
		soFar = t.microseconds(known, KindDate) // both are days
	}
	isOpen := "(" + to + " IS NULL OR " + to + " > " + known + ")" + t.readable(e.End, c)
	lasted = "CASE WHEN " + ended + " THEN " + between(t.microseconds(to, end)) + " WHEN " + isOpen + " THEN " + between(soFar) + " END"
	return seconds, lasted, from + " IS NOT NULL AND " + isOpen, nil
}

// readable writes that a column's value, where it is NULL, was not one that could not be read, and notes that
// the derived column is unreadable where it was.
func (t *table) readable(name string, c *column) string {
	if t.columns[name].unreadable == "" {
		return ""
	}
	flag := t.ownFlag(name)
	c.needs, c.unreadable = append(c.needs, name), "coalesce("+flag+", false)"
	return " AND NOT coalesce(" + flag + ", false)"
}

// microseconds since 1970 of a time column: of an instant in UTC, of a naive one in the dataset's zone.
func (t *table) microseconds(ref string, kind Kind) string {
	if t.dialect == MySQL {
		return t.mysqlMicroseconds(ref, kind)
	}
	if kind == KindTimestamp {
		ref = "timezone(" + t.zoneName() + ", " + ref + ")"
	}
	if t.dialect == DuckDB {
		if kind == KindDate {
			ref = "CAST(" + ref + " AS TIMESTAMP)"
		}
		return "epoch_us(" + ref + ")"
	}
	return "CAST(extract(epoch FROM " + ref + ") * 1000000 AS BIGINT)"
}
