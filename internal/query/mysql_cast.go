package query

import (
	"strconv"
	"strings"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// MySQL reads 'abc' as 0 and '12 apples' as 12, and tells nobody. So no text is cast that does not match its type's
// pattern first; a day that its month does not have casts to NULL.

// mysqlBooleans tells of the dataset's own BOOLEAN columns what they are: TINYINT(1), which holds other numbers too. What
// is neither 0 nor 1 is unreadable, not true.
func (t *table) mysqlBooleans() {
	for name, c := range t.columns {
		if c.kind == KindBoolean {
			c.unreadable = "(" + raw(name) + " NOT IN (0, 1))"
			t.columns[name] = c
		}
	}
}

func mysqlBoolean(ref string) string { return "CASE " + ref + " WHEN 1 THEN 1 WHEN 0 THEN 0 END" }

// mysqlCast is cast for MySQL; expr is of the kind from, or text.
func (t *table) mysqlCast(c *column, declared plan.Column, expr string, from Kind) {
	if computed, ok := t.rows.Computed[declared.Name]; ok {
		from = computed
	}
	text := "trim(CONVERT(" + expr + " USING utf8mb4))"
	checked := "(" + text + " COLLATE utf8mb4_bin)"
	readable := ""
	switch declared.Type {
	case plan.Text:
		c.kind, c.value = KindText, "CONVERT("+expr+" USING utf8mb4)"
		if from == KindBoolean {
			c.value = "CASE " + expr + " WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE " + c.value + " END"
		}
		return
	case plan.Integer:
		c.kind = KindInteger
		switch from {
		case KindInteger:
			c.value = expr
			return
		case KindNumber:
			c.value = "CASE WHEN " + expr + " = truncate(" + expr + ", 0) AND abs(" + expr + ") < 1e18 THEN CAST(" + expr + " AS SIGNED) END"
			c.unreadable = "(" + expr + " IS NOT NULL AND " + c.value + " IS NULL)"
			return
		}
		c.value = mysqlMatching(checked, integerText, "CAST(substring_index("+text+", '.', 1) AS SIGNED)")
	case plan.Number:
		c.kind = KindNumber
		if from == KindInteger || from == KindNumber {
			c.value = expr
			return
		}
		c.value = mysqlMatching(checked, numberText, "CAST("+text+" AS DOUBLE)")
	case plan.Boolean:
		c.kind = KindBoolean
		if from == KindBoolean {
			c.value, readable = mysqlBoolean(expr), mysqlBoolean(expr)
			break
		}
		c.value = "CASE WHEN lower(" + checked + ") IN " + trueText + " THEN 1 WHEN lower(" + checked + ") IN " + falseText + " THEN 0 END"
	case plan.Date:
		c.kind = KindDate
		switch from {
		case KindDate:
			c.value = expr
			return
		case KindTimestamp:
			c.value = "CAST(" + expr + " AS DATE)"
			return
		case KindInstant:
			c.value = "CAST(" + expr + " + INTERVAL " + mysqlOffset(t.zone, expr, false) + " SECOND AS DATE)"
			return
		}
		c.value = mysqlMatching(checked, dateText, "CAST("+text+" AS DATE)")
	case plan.Timestamp:
		c.kind = KindInstant
		switch from {
		case KindTimestamp, KindInstant:
			c.kind, c.value = from, expr
			return
		case KindDate:
			c.kind, c.value = KindTimestamp, "CAST("+expr+" AS DATETIME(6))"
			return
		}
		c.value = mysqlMatching(checked, timeText, t.mysqlInstant(text, checked))
		readable = mysqlMatching(checked, timeText, "CAST(left("+text+", 10) AS DATE)") // its hours match or not at all
	}
	if readable == "" {
		readable = c.value
	}
	c.unreadable = "(" + checked + " <> '' AND " + readable + " IS NULL)"
}

// mysqlMatching is value where text, of a binary collation, matches the pattern. There, $ also stands before a last
// line break.
func mysqlMatching(text, pattern, value string) string {
	return "CASE WHEN " + text + " REGEXP '" + strings.TrimSuffix(pattern, "$") + "(?!x|[^x])' THEN " + value + " END"
}

// mysqlInstant reads text that matches timeText as a time in UTC: with the offset it ends in, else in the dataset's zone.
// Neither MariaDB's casts nor CONVERT_TZ, whose zones are often not loaded, can.
func (t *table) mysqlInstant(text, checked string) string {
	naive := func(cut int) string {
		if cut == 0 {
			return "CAST(" + text + " AS DATETIME(6))"
		}
		return "CAST(left(" + text + ", char_length(" + text + ") - " + strconv.Itoa(cut) + ") AS DATETIME(6))"
	}
	offset := func(cut int, minutes string) string {
		sign := "CASE substring(" + text + ", -" + strconv.Itoa(cut) + ", 1) WHEN '-' THEN -1 ELSE 1 END"
		hours := "CAST(substring(" + text + ", -" + strconv.Itoa(cut-1) + ", 2) AS SIGNED) * 60"
		return naive(cut) + " - INTERVAL " + sign + " * (" + hours + minutes + ") MINUTE"
	}
	return "CASE WHEN " + checked + " REGEXP 'Z$' THEN " + naive(1) +
		" WHEN " + checked + " REGEXP ':.*[+-][0-9]{2}:[0-9]{2}$' THEN " + offset(6, " + CAST(right("+text+", 2) AS SIGNED)") +
		" WHEN " + checked + " REGEXP ':.*[+-][0-9]{2}$' THEN " + offset(3, "") +
		" ELSE " + naive(0) + " - INTERVAL " + mysqlOffset(t.zone, naive(0), true) + " SECOND END"
}

// mysqlMicroseconds is microseconds for MySQL.
func (t *table) mysqlMicroseconds(ref string, kind Kind) string {
	micros := "timestampdiff(MICROSECOND, TIMESTAMP '1970-01-01 00:00:00', " + ref + ")"
	if kind == KindTimestamp {
		micros = "(" + micros + " - 1000000 * " + mysqlOffset(t.zone, ref, true) + ")"
	}
	return micros
}

// Years between which a zone's offset is told exactly; before and after, the nearest one holds.
const firstZoneYear, lastZoneYear = 1970, 2069

// mysqlOffset writes how many seconds zone is ahead of UTC at ref: a wall clock in zone if civil, else UTC. A wall clock
// that comes twice is the later one, one that is left out is read by the offset before, as elsewhere.
func mysqlOffset(zone *time.Location, ref string, civil bool) string {
	at := time.Date(firstZoneYear, 1, 1, 0, 0, 0, 0, time.UTC).In(zone)
	_, first := at.Zone()
	var bounds, offsets []string
	for last := first; ; {
		_, next := at.ZoneBounds()
		if next.IsZero() || next.Year() > lastZoneYear {
			break
		}
		if !next.After(at) { // on the last day of some years, Go tells its beginning
			next = at.AddDate(0, 0, 1)
		}
		at = next
		_, offset := at.Zone()
		if offset == last {
			continue
		}
		last = offset
		bound := at.Unix()
		if civil {
			bound += int64(offset)
		}
		bounds, offsets = append(bounds, strconv.FormatInt(bound, 10)), append(offsets, strconv.Itoa(offset))
	}
	if len(bounds) == 0 {
		return strconv.Itoa(first)
	}
	return "CAST(elt(1 + interval(timestampdiff(SECOND, TIMESTAMP '1970-01-01 00:00:00', " + ref + "), " + strings.Join(bounds, ", ") + "), " +
		strconv.Itoa(first) + ", " + strings.Join(offsets, ", ") + ") AS SIGNED)"
}
