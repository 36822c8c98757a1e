// Package look reads the facts that starter judges a table by, through the operator's own engines.
package look

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
	"github.com/cpi-operator/cpi-operator/internal/source"
	"github.com/cpi-operator/cpi-operator/internal/starter"
)

// MostRows is how many rows of a table are looked at.
const MostRows = 100_000

// mostSamples is how many values of a text are looked at for times.
const mostSamples = 200

type looker struct {
	engine source.Engine
	from   string
	out    starter.Table
}

// Table looks at a table of an opened engine. Its errors are *source.Error.
func Table(ctx context.Context, engine source.Engine, table plan.Table) (starter.Table, error) {
	dataset := plan.Dataset{Name: table.Name, Table: &table, TimeZone: "UTC"}
	set, err := engine.Open(ctx, dataset)
	if err != nil {
		return starter.Table{}, err
	}
	l := looker{
		engine: engine,
		from:   fmt.Sprintf("(SELECT * FROM %s LIMIT %d) AS t", query.Relation(engine.Dialect(), dataset), MostRows),
		out:    starter.Table{Schema: table.Schema, Name: table.Name},
	}
	for _, c := range set.Columns {
		if c.Kind != query.KindOther { // of what some engines cannot compare two values
			l.out.Columns = append(l.out.Columns, starter.Column{Name: c.Name, Kind: c.Kind})
		}
	}
	for _, step := range []func(context.Context) error{l.count, l.values, l.textTimes, l.follow} {
		if err := step(ctx); err != nil {
			return starter.Table{}, err
		}
	}
	l.out.Partial = l.out.Looked == MostRows
	return l.out, nil
}

func (l *looker) text(expr string) string {
	if l.engine.Dialect() == query.MySQL {
		return "CAST(" + expr + " AS CHAR)"
	}
	return "CAST(" + expr + " AS VARCHAR)"
}

func isNumber(k query.Kind) bool { return k == query.KindInteger || k == query.KindNumber }

func isTime(k query.Kind) bool {
	return k == query.KindDate || k == query.KindTimestamp || k == query.KindInstant
}

// count reads counts and bounds of all columns at once.
func (l *looker) count(ctx context.Context) error {
	selected := []string{"count(*)"}
	for _, c := range l.out.Columns {
		name := query.Quote(c.Name)
		fraction, low, high := "0", "NULL", "NULL"
		if isNumber(c.Kind) {
			fraction = fmt.Sprintf("count(CASE WHEN %s <> floor(%s) THEN 1 END)", name, name)
		}
		if isNumber(c.Kind) || isTime(c.Kind) {
			low, high = "min("+name+")", "max("+name+")"
		}
		selected = append(selected, "count("+name+")", "count(DISTINCT "+name+")", fraction, l.text(low), l.text(high))
	}
	found, err := l.query(ctx, "SELECT "+strings.Join(selected, ", ")+" FROM "+l.from)
	if err != nil {
		return err
	}
	l.out.Looked = found.Columns[0].Ints[0]
	for i := range l.out.Columns {
		c, of := &l.out.Columns[i], found.Columns[1+5*i:]
		c.Filled, c.Distinct, c.Whole = of[0].Ints[0], of[1].Ints[0], isNumber(c.Kind) && of[2].Ints[0] == 0
		low, high := textAt(of[3], 0), textAt(of[4], 0)
		if isNumber(c.Kind) {
			c.Min, _ = strconv.ParseFloat(low, 64) // empty where there are none: Filled tells
			c.Max, _ = strconv.ParseFloat(high, 64)
		} else {
			c.From, c.Until = parse(low), parse(high)
		}
	}
	return nil
}

// textAt gives a text of a column; empty where it is NULL.
func textAt(column query.Vector, row int) string {
	if column.Null != nil && column.Null[row] || len(column.Strings) == 0 {
		return ""
	}
	return column.Strings[row]
}

// parse reads a time as engines write it; zero if it is none.
func parse(text string) time.Time {
	for _, layout := range []string{time.DateOnly, "2006-01-02 15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07", "2006-01-02 15:04:05.999999999Z07:00"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t
		}
	}
	return time.Time{}
}

// values reads those of columns that have few, and samples of other texts.
func (l *looker) values(ctx context.Context) error {
	for i := range l.out.Columns {
		c := &l.out.Columns[i]
		few := c.Distinct <= starter.MaxValues
		if isTime(c.Kind) || c.Filled == 0 || !few && c.Kind != query.KindText {
			continue
		}
		name := query.Quote(c.Name)
		found, err := l.query(ctx, fmt.Sprintf("SELECT %s AS v, count(*) AS n FROM %s WHERE %s IS NOT NULL GROUP BY %s ORDER BY n DESC, v LIMIT %d",
			l.text(name), l.from, name, name, mostSamples))
		if err != nil {
			return err
		}
		texts := found.Columns[0].Strings
		if few {
			c.Values = texts
		}
		if c.Kind == query.KindText {
			if c.Reads = starter.ReadsAs(c.Name, texts, l.engine.Dialect()); c.Reads == nil {
				c.Unread = starter.Unread(texts)
			}
		}
	}
	return nil
}

// instant is a column as a time that can be compared, and its kind; empty if it is none. Texts are compared in files only:
// servers have no cast that forgives a text that it cannot read.
func (l *looker) instant(c starter.Column) (expr string, kind query.Kind) {
	switch {
	case isTime(c.Kind):
		return query.Quote(c.Name), c.Kind
	case c.Reads != nil && l.engine.Dialect() == query.DuckDB:
		return fmt.Sprintf("TRY_CAST(%s AS %s)", c.Reads.Expr, strings.ToUpper(string(c.Reads.Kind))), query.Kind(c.Reads.Kind)
	}
	return "", ""
}

// textTimes reads the bounds of texts that are times.
func (l *looker) textTimes(ctx context.Context) error {
	for i := range l.out.Columns {
		c := &l.out.Columns[i]
		expr, _ := l.instant(*c)
		if c.Reads == nil || expr == "" {
			continue
		}
		found, err := l.query(ctx, "SELECT "+l.text("min("+expr+")")+", "+l.text("max("+expr+")")+" FROM "+l.from)
		if err != nil {
			return err
		}
		c.From, c.Until = parse(textAt(found.Columns[0], 0)), parse(textAt(found.Columns[1], 0))
	}
	return nil
}

// follow finds out which times come after which.
func (l *looker) follow(ctx context.Context) error {
	var selected []string
	var pairs []starter.Pair
	for _, first := range l.out.Columns {
		for _, then := range l.out.Columns {
			a, of := l.instant(first)
			b, kind := l.instant(then)
			if first.Name == then.Name || a == "" || kind != of || first.Filled == 0 || then.Filled == 0 {
				continue
			}
			pairs = append(pairs, starter.Pair{First: first.Name, Then: then.Name})
			selected = append(selected, fmt.Sprintf("count(CASE WHEN %s < %s THEN 1 END), count(CASE WHEN %s > %s THEN 1 END)", b, a, b, a))
		}
	}
	if len(pairs) == 0 {
		return nil
	}
	found, err := l.query(ctx, "SELECT "+strings.Join(selected, ", ")+" FROM "+l.from)
	if err != nil {
		return err
	}
	for i, pair := range pairs {
		if before, after := found.Columns[2*i].Ints[0], found.Columns[2*i+1].Ints[0]; before == 0 && after > 0 {
			l.out.Follows = append(l.out.Follows, pair)
		}
	}
	return nil
}

func (l *looker) query(ctx context.Context, sql string) (*query.Table, error) {
	return l.engine.Query(ctx, query.Statement{SQL: sql, Positional: l.engine.Dialect() == query.MySQL})
}

// Tables lists the tables of a database that its user can read, as schema.table where they are not in the one that is
// searched first.
func Tables(ctx context.Context, engine source.Engine) ([]plan.Table, error) {
	l := looker{engine: engine}
	sql := `SELECT CAST(table_schema AS VARCHAR) AS s, CAST(table_name AS VARCHAR) AS t FROM information_schema.tables
WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2`
	if engine.Dialect() == query.MySQL {
		sql = `SELECT CAST('' AS CHAR) AS s, CAST(table_name AS CHAR) AS t FROM information_schema.tables
WHERE table_schema = database() ORDER BY 2`
	}
	found, err := l.query(ctx, sql)
	if err != nil {
		return nil, err
	}
	var out []plan.Table
	for i := range found.Len {
		table := plan.Table{Schema: textAt(found.Columns[0], i), Name: textAt(found.Columns[1], i)}
		if table.Schema == "public" {
			table.Schema = ""
		}
		out = append(out, table)
	}
	return slices.Clip(out), nil
}
