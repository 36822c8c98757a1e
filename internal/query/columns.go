package query

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// table is a dataset as statements read it: its columns after the declared casts.
type table struct {
	dialect Dialect
	rows    RowSet
	columns map[string]column
	zone    *time.Location // of naive timestamps
	// time is the event or snapshot column, or the start of intervals; empty if undated.
	time string
	// decided and lapsed compute times of a dataset that is Decided; empty elsewhere.
	decided, lapsed string
	// source selects the rows, instead of the dataset itself.
	source func(*arguments) string
}

// column is one that indicators may name.
type column struct {
	name     string
	kind     Kind
	distinct int64 // 0 if unknown
	// value is the safe cast over the row set's own columns; empty for one of these, untouched.
	value string
	// unreadable is true where there was a value that the declared type cannot hold; empty if that cannot be.
	unreadable string
	// derived columns are made of the typed ones, and of the unreadable flags of those in needs.
	derived bool
	needs   []string
}

func newTable(dialect Dialect, rows RowSet) (*table, error) {
	t := &table{dialect: dialect, rows: rows, columns: map[string]column{}, zone: time.UTC}
	if name := rows.Dataset.TimeZone; name != "" {
		zone, err := time.LoadLocation(name)
		if err != nil {
			return nil, fail(plan.UnsupportedCombination, "dataset %s: unknown time zone %q", rows.Dataset.Name, name)
		}
		t.zone = zone
	}
	for _, c := range rows.Columns {
		t.columns[c.Name] = column{name: c.Name, kind: c.Kind, distinct: c.Distinct}
	}
	if dialect == MySQL {
		t.mysqlBooleans()
	}
	own := t.columns
	t.columns = make(map[string]column, len(own)+len(rows.Dataset.Columns))
	maps.Copy(t.columns, own)
	for _, declared := range rows.Dataset.Columns {
		t.columns[declared.Name] = t.cast(declared, own)
	}

	if d := rows.Dataset.Decided; d != nil {
		if err := t.decide(*d); err != nil {
			return nil, err
		}
	}
	at := rows.Dataset.Time
	t.time = at.Event + at.Start + at.Snapshot
	for _, name := range []string{t.time, at.End} {
		if name == "" {
			continue
		}
		if err := t.temporal(name); err != nil {
			return nil, err
		}
	}
	if at.Start != "" && at.End != "" && t.columns[at.Start].kind != t.columns[at.End].kind {
		return nil, fail(plan.TypeMismatch, "dataset %s: start %q is a %s and end %q a %s; declare both under columns with one type",
			rows.Dataset.Name, at.Start, t.columns[at.Start].kind, at.End, t.columns[at.End].kind)
	}
	return t, nil
}

func (t *table) temporal(name string) error {
	c, err := t.column(name)
	if err != nil {
		return err
	}
	switch c.kind {
	case KindDate, KindTimestamp, KindInstant:
		return nil
	}
	return fail(plan.TypeMismatch, "time column %q of dataset %s holds %s; declare it under columns with type Date or Timestamp",
		name, t.rows.Dataset.Name, strings.ToLower(string(c.kind)))
}

// column finds a column by name.
func (t *table) column(name string) (column, error) {
	if c, ok := t.columns[name]; ok {
		return c, nil
	}
	names := make([]string, 0, len(t.columns))
	for n := range t.columns {
		names = append(names, n)
	}
	slices.Sort(names)
	if len(names) > 20 {
		names = append(names[:20], "…")
	}
	return column{}, fail(plan.ColumnMissing, "dataset %s has no column %q; it has %s", t.rows.Dataset.Name, name, strings.Join(names, ", "))
}

// numeric checks that a column can be summed.
func (t *table) numeric(name string) error {
	c, err := t.column(name)
	if err != nil {
		return err
	}
	switch c.kind {
	case KindInteger, KindNumber, KindBoolean:
		return nil
	}
	return fail(plan.TypeMismatch, "column %q of dataset %s holds %s where a number is needed; declare it under columns with type Integer or Number",
		name, t.rows.Dataset.Name, strings.ToLower(string(c.kind)))
}

// entity finds the key column of an entity.
func (t *table) entity(name string) (string, error) {
	key, ok := t.rows.Dataset.Entities[name]
	if !ok {
		return "", fail(plan.ColumnMissing, "dataset %s declares no entity %q; add it under entities with its key column", t.rows.Dataset.Name, name)
	}
	_, err := t.column(key)
	return key, err
}

// from is what stands behind FROM, under the alias r: every column under its own name, declared ones
// cast, and of the derived ones those among names. unreadable lists the columns whose unreadable values are
// asked for, as "name unreadable".
func (t *table) from(names, unreadable []string) string {
	var list, flags []string
	derived := func(name string) bool { return t.columns[name].derived }
	for _, name := range names {
		if c := t.columns[name]; c.derived {
			list, flags = append(list, c.value+" AS "+Quote(name)), append(flags, c.needs...)
		}
	}
	for _, name := range unreadable {
		if c := t.columns[name]; c.derived {
			list, flags = append(list, c.unreadable+" AS "+Quote(unreadableName(name))), append(flags, c.needs...)
		}
	}
	if len(list) == 0 {
		return t.castRows(unreadable)
	}
	flags = append(flags, slices.DeleteFunc(slices.Clone(unreadable), derived)...)
	return "(SELECT r.*, " + strings.Join(list, ", ") + "\nFROM " + t.castRows(flags) + ") AS r"
}

// castRows is the dataset with its declared columns cast, and its time computed where no column has it.
func (t *table) castRows(unreadable []string) string {
	rows := t.castColumns(unreadable)
	if t.decided == "" {
		return rows
	}
	return t.decidedRows(rows)
}

func (t *table) castColumns(unreadable []string) string {
	relation := Relation(t.dialect, t.rows.Dataset)
	if len(t.rows.Dataset.Columns) == 0 {
		return relation + " AS r"
	}
	var list []string
	for _, c := range t.rows.Columns {
		if t.columns[c.Name].value == "" {
			list = append(list, "o."+Quote(c.Name))
		}
	}
	for _, declared := range t.rows.Dataset.Columns {
		c := t.columns[declared.Name]
		list = append(list, c.value+" AS "+Quote(c.name))
		if slices.Contains(unreadable, c.name) && c.unreadable != "" {
			list = append(list, c.unreadable+" AS "+Quote(unreadableName(c.name)))
		}
	}
	return "(SELECT " + strings.Join(list, ", ") + "\nFROM " + relation + " AS o) AS r"
}

func unreadableName(column string) string { return column + " unreadable" }

// Error is a failure of planning or folding, as an error.
type Error struct{ plan.Failure }

func (e *Error) Error() string { return string(e.Reason) + ": " + e.Message }

func fail(reason plan.Reason, format string, args ...any) error {
	return &Error{plan.Failure{Reason: reason, Message: fmt.Sprintf(format, args...)}}
}
