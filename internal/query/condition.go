package query

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// condition is a predicate on one column, typed. It can be asked of the database or, of a value that
// came back as a group's key, in Go: both give the same answer. NULL satisfies only DoesNotExist.
type condition struct {
	column column
	op     measure.Operator
	values []any // string, int64, float64, bool, or time.Time as the column's wall clock in UTC
	key    string
}

// conditionOf types a condition's values by its column. zone is that of civil boundaries, for instants
// compared with a DATE.
func (t *table) conditionOf(c measure.Condition, zone *time.Location) (condition, error) {
	col, err := t.column(c.Column)
	if err != nil {
		return condition{}, err
	}
	out := condition{column: col, op: c.Operator}
	wanted := 1
	switch c.Operator {
	case measure.Exists, measure.DoesNotExist:
		wanted = 0
	case measure.In, measure.NotIn:
		wanted = max(1, len(c.Values))
	case measure.AtLeast, measure.AtMost, measure.GreaterThan, measure.LessThan:
		if col.kind == KindBoolean {
			return out, fail(plan.WhereInvalid, "where on %q: %s does not fit a boolean column; use In", c.Column, c.Operator)
		}
	default:
		return out, fail(plan.WhereInvalid, "where on %q: unknown operator %q", c.Column, c.Operator)
	}
	if len(c.Values) != wanted {
		return out, fail(plan.WhereInvalid, "where on %q: %s takes %d values, not %d", c.Column, c.Operator, wanted, len(c.Values))
	}
	for _, text := range c.Values {
		v, op, err := t.typed(col, out.op, text, zone)
		if err != nil {
			return out, fail(plan.WhereInvalid, "where on %q: %v", c.Column, err)
		}
		out.op = op
		out.values = append(out.values, v)
	}
	if c.Operator == measure.In || c.Operator == measure.NotIn {
		slices.SortFunc(out.values, compare)
		out.values = slices.CompactFunc(out.values, func(a, b any) bool { return compare(a, b) == 0 })
	}
	// %#v tells every value from every other; %q would print numbers as characters, and those without one alike.
	out.key = fmt.Sprintf("%q %s %#v", c.Column, out.op, out.values)
	return out, nil
}

// typed reads a value as the column's kind. An instant compared with a DATE becomes a day, and the
// operator follows: a day begins at midnight in zone.
func (t *table) typed(col column, op measure.Operator, text string, zone *time.Location) (any, measure.Operator, error) {
	equality := op == measure.In || op == measure.NotIn
	switch col.kind {
	case KindText, KindOther:
		if strings.ContainsRune(text, 0) {
			return nil, op, fmt.Errorf("a value holds a NUL character")
		}
		return text, op, nil
	case KindInteger:
		if v, err := strconv.ParseInt(text, 10, 64); err == nil {
			return v, op, nil
		}
		v, err := finite(text)
		switch {
		case err != nil || equality:
			return nil, op, fmt.Errorf("%q is not a whole number", text)
		case v == math.Trunc(v) && math.Abs(v) < 1<<62:
			return int64(v), op, nil
		}
		return v, op, nil
	case KindNumber:
		v, err := finite(text)
		return v, op, err
	case KindBoolean:
		switch strings.ToLower(text) {
		case "true", "t", "yes", "y", "1":
			return true, op, nil
		case "false", "f", "no", "n", "0":
			return false, op, nil
		}
		return nil, op, fmt.Errorf("%q is neither true nor false", text)
	case KindDate:
		if v, err := time.Parse(time.DateOnly, text); err == nil {
			return v, op, nil
		}
		v, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return nil, op, fmt.Errorf("%q is not a date such as 2026-09-30", text)
		}
		day := civil(v.In(zone))
		midnight := v.Equal(time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, zone))
		switch {
		case midnight:
		case equality:
			return nil, op, fmt.Errorf("%q is not a date such as 2026-09-30", text)
		case op == measure.LessThan:
			op = measure.AtMost
		case op == measure.AtLeast:
			op = measure.GreaterThan
		}
		return day, op, nil
	case KindTimestamp, KindInstant:
		v, err := time.Parse(time.RFC3339, text)
		for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", time.DateOnly} {
			if err == nil {
				break
			}
			v, err = time.ParseInLocation(layout, text, t.zone)
		}
		if err != nil {
			return nil, op, fmt.Errorf("%q is not a time such as 2026-09-30T18:00:00Z", text)
		}
		return t.wall(col.kind, v, zone), op, nil
	}
	return nil, op, fmt.Errorf("a column of kind %s cannot be compared", col.kind)
}

func finite(text string) (float64, error) {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || v-v != 0 {
		return 0, fmt.Errorf("%q is not a number", text)
	}
	return v, nil
}

// wall is an instant as a column of the kind tells it, written as if in UTC: the civil date in zone for
// a DATE, the wall clock of the dataset's zone for a naive timestamp, UTC for an instant.
func (t *table) wall(kind Kind, at time.Time, zone *time.Location) time.Time {
	switch kind {
	case KindDate:
		return civil(at.In(zone))
	case KindTimestamp:
		at = at.In(t.zone)
		return time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), time.UTC)
	}
	return at.UTC()
}

func civil(at time.Time) time.Time {
	return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)
}

// holds evaluates the condition on a key that came back; nil is NULL.
func (c condition) holds(v any) bool {
	switch {
	case c.op == measure.DoesNotExist:
		return v == nil
	case v == nil:
		return false
	case c.op == measure.Exists:
		return true
	case c.op == measure.In, c.op == measure.NotIn:
		found := slices.ContainsFunc(c.values, func(w any) bool { return compare(v, w) == 0 })
		return found == (c.op == measure.In)
	}
	order := compare(v, c.values[0])
	switch c.op {
	case measure.AtLeast:
		return order >= 0
	case measure.AtMost:
		return order <= 0
	case measure.GreaterThan:
		return order > 0
	default:
		return order < 0
	}
}

// compare orders two values of one column.
func compare(a, b any) int {
	switch a := a.(type) {
	case string:
		return strings.Compare(a, b.(string))
	case bool:
		b := b.(bool)
		switch {
		case a == b:
			return 0
		case b:
			return -1
		}
		return 1
	case time.Time:
		return a.Compare(b.(time.Time))
	case int64:
		if b, ok := b.(int64); ok {
			return cmpNumber(a, b)
		}
		return cmpNumber(float64(a), b.(float64))
	case float64:
		if b, ok := b.(int64); ok {
			return cmpNumber(a, float64(b))
		}
		return cmpNumber(a, b.(float64))
	}
	return 0
}

// cmpNumber orders numbers as both engines do: NaN equals itself and is above every other.
func cmpNumber[T int64 | float64](a, b T) int {
	switch aNaN, bNaN := math.IsNaN(float64(a)), math.IsNaN(float64(b)); {
	case aNaN && bNaN:
		return 0
	case aNaN:
		return 1
	case bNaN:
		return -1
	}
	return cmp.Compare(a, b)
}

// sql writes the condition on ref, the column's expression; it may be NULL where it does not hold.
func (c condition) sql(t *table, ref string, args *arguments) string {
	switch c.op {
	case measure.Exists:
		return ref + " IS NOT NULL"
	case measure.DoesNotExist:
		return ref + " IS NULL"
	}
	bound := make([]string, len(c.values))
	for i, v := range c.values {
		bound[i] = args.bind(t, c.column.kind, v)
	}
	ref = t.comparable(c.column.kind, ref)
	switch c.op {
	case measure.In, measure.NotIn:
		if len(bound) == 1 {
			return ref + map[measure.Operator]string{measure.In: " = ", measure.NotIn: " <> "}[c.op] + bound[0]
		}
		return ref + map[measure.Operator]string{measure.In: " IN (", measure.NotIn: " NOT IN ("}[c.op] + strings.Join(bound, ", ") + ")"
	}
	if _, isText := c.values[0].(string); isText && t.dialect == Postgres {
		ref += ` COLLATE "C"` // order by bytes, as DuckDB and Go do
	}
	return ref + map[measure.Operator]string{
		measure.AtLeast: " >= ", measure.AtMost: " <= ", measure.GreaterThan: " > ", measure.LessThan: " < ",
	}[c.op] + bound[0]
}

// comparable makes a column comparable with bound values of its kind.
func (t *table) comparable(kind Kind, ref string) string {
	switch kind {
	case KindOther:
		if t.dialect != MySQL { // where it is text already
			return t.asText(ref)
		}
	case KindText:
		return t.text(ref)
	}
	return ref
}

// conjunction is conditions that must all hold; none means every row.
type conjunction struct {
	conditions []condition
	key        string
}

func (t *table) conjunctionOf(list []measure.Condition, zone *time.Location) (conjunction, error) {
	var out conjunction
	for _, c := range list {
		one, err := t.conditionOf(c, zone)
		if err != nil {
			return out, err
		}
		out.conditions = append(out.conditions, one)
	}
	return out.canonical(), nil
}

// canonical sorts and dedupes the conditions, so that equal conjunctions have equal keys.
func (c conjunction) canonical() conjunction {
	slices.SortFunc(c.conditions, func(a, b condition) int { return strings.Compare(a.key, b.key) })
	c.conditions = slices.CompactFunc(c.conditions, func(a, b condition) bool { return a.key == b.key })
	keys := make([]string, len(c.conditions))
	for i, one := range c.conditions {
		keys[i] = one.key
	}
	c.key = strings.Join(keys, " AND ")
	return c
}

func (c conjunction) and(d conjunction) conjunction {
	return conjunction{conditions: slices.Concat(c.conditions, d.conditions)}.canonical()
}

// sql writes the conjunction; ref gives the expression of a column. Empty if every row is meant.
func (c conjunction) sql(t *table, ref func(string) string, args *arguments) string {
	parts := make([]string, len(c.conditions))
	for i, one := range c.conditions {
		parts[i] = one.sql(t, ref(one.column.name), args)
	}
	return strings.Join(parts, " AND ")
}

// arguments collects bound values; an equal value is bound once.
type arguments struct {
	values []any
	index  map[string]int
}

// bind adds a user's value and returns its placeholder, cast to the type its column is compared with.
func (a *arguments) bind(t *table, kind Kind, value any) string {
	sqlType := "VARCHAR"
	if t.dialect == Postgres {
		sqlType = "text"
	}
	switch v := value.(type) {
	case int64:
		sqlType = "BIGINT"
	case float64:
		sqlType = "DOUBLE PRECISION"
	case bool:
		sqlType = "BOOLEAN"
	case time.Time:
		kind = t.dialect.literalKind(kind)
		sqlType = timeType(kind)
		value = clockText(kind, v)
	}
	if t.dialect == MySQL {
		sqlType = mysqlTypes[sqlType]
	}
	key := sqlType + fmt.Sprintf(" %v", value)
	n, ok := a.index[key]
	if !ok {
		if a.index == nil {
			a.index = map[string]int{}
		}
		a.values = append(a.values, value)
		n = len(a.values)
		a.index[key] = n
	}
	return "CAST(" + t.placeholder(n) + " AS " + sqlType + ")"
}

func timeType(kind Kind) string {
	switch kind {
	case KindDate:
		return "DATE"
	case KindTimestamp:
		return "TIMESTAMP"
	}
	return "TIMESTAMPTZ"
}

// clockText writes a wall clock for a column of the kind.
func clockText(kind Kind, at time.Time) string {
	switch kind {
	case KindDate:
		return at.Format(time.DateOnly)
	case KindTimestamp:
		return at.Format("2006-01-02 15:04:05.999999")
	}
	return at.Format("2006-01-02 15:04:05.999999") + "+00"
}

// timeLiteral is a boundary computed in Go, as SQL.
func timeLiteral(kind Kind, at time.Time) string {
	return timeType(kind) + " '" + clockText(kind, at) + "'"
}
