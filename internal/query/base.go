package query

import (
	"slices"
	"strconv"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// base collects what a statement reads of each row: SELECT columns FROM the dataset WHERE its named
// filters hold. Columns get short names of their own (c0, c1, …), so that no user's name collides.
type base struct {
	t     *table
	args  *arguments
	names []string // columns, read as c<i>
	flags []string // columns whose unreadable values are told, read as u<i>
	extra []string // "expression AS name"
	where []string
}

func (t *table) base(args *arguments) *base { return &base{t: t, args: args} }

// ref is a column's short name, for use outside the base.
func (b *base) ref(name string) string {
	i := slices.Index(b.names, name)
	if i < 0 {
		i = len(b.names)
		b.names = append(b.names, name)
	}
	return "b.c" + strconv.Itoa(i)
}

// flag is the short name of a column's unreadable flag, for use outside the base.
func (b *base) flag(name string) string {
	i := slices.Index(b.flags, name)
	if i < 0 {
		i = len(b.flags)
		b.flags = append(b.flags, name)
	}
	return "b.u" + strconv.Itoa(i)
}

// raw is a column's own name, for use inside the base.
func raw(name string) string { return "r." + Quote(name) }

func (b *base) filter(predicate string) {
	if predicate != "" {
		b.where = append(b.where, predicate)
	}
}

func (b *base) sql() string {
	var list []string
	for i, name := range b.names {
		list = append(list, b.t.own(name)+" AS c"+strconv.Itoa(i))
	}
	for i, name := range b.flags {
		list = append(list, b.t.ownFlag(name)+" AS u"+strconv.Itoa(i))
	}
	list = append(list, b.extra...)
	if len(list) == 0 {
		list = []string{"1 AS one"}
	}
	var where []string
	for _, f := range b.t.rows.Dataset.Filters {
		where = append(where, filterSQL(f))
	}
	where = append(where, b.where...)
	sql := "SELECT " + strings.Join(list, ", ") + "\nFROM "
	if b.t.source != nil {
		sql += "(" + b.t.source(b.args) + ") AS r"
	} else {
		sql += b.t.from(b.derived(where), b.flags)
	}
	if len(where) > 0 {
		sql += "\nWHERE " + strings.Join(where, "\n  AND ")
	}
	return sql
}

// derived are the derived columns that are read, by name, also those that only a condition of where does.
func (b *base) derived(where []string) []string {
	var names []string
	for name, c := range b.t.columns {
		if c.derived && (slices.Contains(b.names, name) || slices.ContainsFunc(where, func(w string) bool { return strings.Contains(w, raw(name)) })) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// filterSQL sets a filter's expression on lines of its own: a trailing comment stays harmless.
func filterSQL(f plan.Filter) string { return "(\n" + f.Expr + "\n)" }

// sum is a term without its Any: one aggregate over rows.
type sum struct {
	op            measure.TermOp
	column, other string
	lo, hi        float64
	ranged        bool
}

// term is a measure's term on typed columns.
type term struct {
	sum
	zero bool          // nothing can contribute: an unreadable value in a column that is not cast
	any  []conjunction // of which one must hold; empty: every row
}

func (t *table) termOf(m measure.Term, r *reading) (term, error) {
	out := term{sum: sum{op: m.Op, column: m.Column, other: m.Other}}
	var err error
	switch m.Op {
	case measure.Rows:
		out.column, out.other = "", ""
	case measure.Present:
		_, err = t.column(m.Column)
	case measure.Unreadable:
		var c column
		c, err = t.column(m.Column)
		out.zero = c.unreadable == ""
	case measure.InRange:
		out.lo, out.hi, out.ranged = m.Lo, m.Hi, true
		err = t.numeric(m.Column)
	case measure.SumOf, measure.SumSquares:
		if m.Lo < m.Hi {
			out.lo, out.hi, out.ranged = m.Lo, m.Hi, true
		}
		err = t.numeric(m.Column)
	case measure.SumProduct, measure.SumPaired:
		if err = t.numeric(m.Column); err == nil {
			err = t.numeric(m.Other)
		}
	default:
		err = fail(plan.UnsupportedCombination, "unknown term %q", m.Op)
	}
	if err != nil {
		return out, err
	}
	for _, group := range m.Any {
		c, err := t.conjunctionOf(group, r.zone)
		if err != nil {
			return out, err
		}
		if len(c.conditions) == 0 { // an empty group holds for every row
			out.any = nil
			return out, nil
		}
		out.any = append(out.any, c)
	}
	return out, nil
}

// anySQL writes the term's restriction over the base's columns; empty if there is none.
func (m term) anySQL(b *base) string {
	if len(m.any) == 0 {
		return ""
	}
	parts := make([]string, len(m.any))
	for i, c := range m.any {
		parts[i] = "(" + c.sql(b.t, b.ref, b.args) + ")"
	}
	return "(" + strings.Join(parts, " OR ") + ")"
}

// number is a column as a number: booleans count 1 and 0.
func (b *base) number(name string) string {
	ref := b.ref(name)
	if b.t.columns[name].kind == KindBoolean {
		return "CASE WHEN " + ref + " THEN 1 WHEN NOT " + ref + " THEN 0 END"
	}
	return ref
}

// contributes is when a row counts for a sum; empty if always.
func (s sum) contributes(b *base) string {
	switch s.op {
	case measure.Rows:
		return ""
	case measure.Present:
		return b.ref(s.column) + " IS NOT NULL"
	case measure.Unreadable:
		return b.flag(s.column)
	case measure.SumProduct, measure.SumPaired:
		return b.ref(s.column) + " IS NOT NULL AND " + b.ref(s.other) + " IS NOT NULL"
	}
	value := b.number(s.column)
	if !s.ranged {
		return value + " IS NOT NULL"
	}
	if value != b.ref(s.column) {
		value = "(" + value + ")"
	}
	if s.lo == s.hi {
		return value + " = " + number(s.lo)
	}
	return value + " BETWEEN " + number(s.lo) + " AND " + number(s.hi)
}

// aggregate writes the sum over rows that meet when (empty: all): a BIGINT for counts, a DOUBLE for sums.
func (s sum) aggregate(b *base, when string) string {
	both := func(a, b string) string {
		if a == "" || b == "" {
			return a + b
		}
		return a + " AND " + b
	}
	switch s.op {
	case measure.Rows:
		if when == "" {
			return "count(*)"
		}
		return "count(CASE WHEN " + when + " THEN 1 END)"
	case measure.Present:
		if when == "" {
			return "count(" + b.ref(s.column) + ")"
		}
		return "count(CASE WHEN " + when + " THEN " + b.ref(s.column) + " END)"
	case measure.Unreadable, measure.InRange:
		return b.t.countIf(both(s.contributes(b), when))
	}
	var value string
	switch s.op {
	case measure.SumOf, measure.SumPaired:
		value = b.number(s.column)
	case measure.SumSquares:
		value = b.t.double(b.number(s.column))
		value += " * " + value
	case measure.SumProduct:
		value = b.t.double(b.number(s.column)) + " * " + b.t.double(b.number(s.other))
	}
	condition := ""
	if s.ranged {
		condition = s.contributes(b)
	} else if s.op == measure.SumPaired {
		condition = b.ref(s.other) + " IS NOT NULL"
	}
	if condition = both(condition, when); condition != "" {
		value = "CASE WHEN " + condition + " THEN " + value + " END"
	}
	return b.t.double("sum(" + value + ")")
}

// countIf counts rows for which the predicate is true.
func (t *table) countIf(predicate string) string {
	switch t.dialect {
	case DuckDB:
		return "CAST(sum(CASE WHEN " + predicate + " THEN 1 ELSE 0 END) AS BIGINT)"
	case MySQL:
		return "count(CASE WHEN " + predicate + " THEN 1 END)"
	}
	return "count(*) FILTER (WHERE " + predicate + ")"
}
