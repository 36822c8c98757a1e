package mysql

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
	"github.com/cpi-operator/cpi-operator/internal/source"
)

// sampleRows of a table tell about how many values its columns have: the server keeps no such statistics that a reader
// may see.
const sampleRows = 10_000

// rowSet describes a dataset: its columns exactly, its size by the server's estimate, distinct values by a sample.
func (e *engine) rowSet(ctx context.Context, dataset plan.Dataset) (query.RowSet, error) {
	set := query.RowSet{Dataset: dataset, Computed: map[string]query.Kind{}}
	from := query.Relation(query.MySQL, dataset) + " AS t"
	own, err := e.describe(ctx, "SELECT * FROM "+from)
	if err != nil {
		return set, err
	}
	set.Columns = make([]query.ColumnInfo, len(own.Names))
	for i, name := range own.Names {
		set.Columns[i] = query.ColumnInfo{Name: name, Kind: kindOf(own.types[i])}
	}
	for i, column := range dataset.Columns {
		described, err := e.describe(ctx, fmt.Sprintf("SELECT (\n%s\n) FROM %s", column.Expr, from))
		if err != nil {
			return set, source.Within(err, "dataset %s: columns[%d].expr (%s)", dataset.Name, i, column.Name)
		}
		set.Computed[column.Name] = kindOf(described.types[0])
	}
	if set.Rows, err = e.estimateRows(ctx, from); err != nil {
		return set, err
	}
	var tables []plan.Table
	if dataset.Table != nil {
		tables = append(tables, *dataset.Table)
	}
	for _, name := range dataset.Tables {
		tables = append(tables, splitTable(name))
	}
	if err := e.addBooleans(ctx, &set, own.types, tables); err != nil {
		return set, err
	}
	for _, table := range tables {
		if err := e.addDistinct(ctx, &set, table); err != nil {
			return set, err
		}
	}
	return set, nil
}

// describe tells a statement's columns; no row of it is read.
func (e *engine) describe(ctx context.Context, sql string) (*result, error) {
	return e.run(ctx, query.Statement{SQL: sql + "\nLIMIT 0"})
}

// estimateRows asks the server's planner: what it thinks each table of the outermost SELECT yields, multiplied.
func (e *engine) estimateRows(ctx context.Context, from string) (int64, error) {
	plan, err := e.run(ctx, query.Statement{SQL: "EXPLAIN FORMAT=TRADITIONAL SELECT * FROM " + from})
	if err != nil {
		return 0, err
	}
	id, rows := slices.Index(plan.Names, "id"), slices.Index(plan.Names, "rows")
	if id < 0 || rows < 0 || plan.Len == 0 {
		return 0, nil
	}
	total := 1.0
	for row := range plan.Len {
		step, estimate := plan.Columns[id], plan.Columns[rows]
		if step.Null != nil && step.Null[row] || estimate.Null != nil && estimate.Null[row] || number(step, row) != 1 {
			continue
		}
		total *= max(1, number(estimate, row))
	}
	return int64(min(total, 1e15)), nil
}

// number reads a cell that one server tells as a number and another as text; 0 if it is neither.
func number(v query.Vector, row int) float64 {
	switch {
	case v.Ints != nil:
		return float64(v.Ints[row])
	case v.Floats != nil:
		return v.Floats[row]
	case v.Strings != nil:
		n, _ := strconv.ParseFloat(v.Strings[row], 64)
		return n
	}
	return 0
}

// addBooleans finds the columns that were declared BOOLEAN, which is TINYINT(1), or BIT(1): those of a table of their name
// and type. In a query, a column that is given another name stays a number.
func (e *engine) addBooleans(ctx context.Context, set *query.RowSet, types []string, tables []plan.Table) error {
	if !slices.Contains(types, "TINYINT") && !slices.Contains(types, "BIT") {
		return nil
	}
	is := map[string]bool{}
	for _, table := range tables {
		schema := table.Schema
		if schema == "" {
			schema = e.cfg.Source.MySQL.Database
		}
		declared, err := e.run(ctx, query.Statement{
			SQL:  "SELECT column_name, lower(column_type) FROM information_schema.columns WHERE table_schema = ? AND table_name = ? AND data_type IN ('tinyint', 'bit')",
			Args: []any{schema, table.Name}, Positional: true,
		})
		if err != nil {
			return err
		}
		for row := range declared.Len {
			name, width := declared.Columns[0].Strings[row], declared.Columns[1].Strings[row]
			boolean := width == "tinyint(1)" || width == "bit(1)"
			if known, seen := is[name]; seen {
				boolean = boolean && known
			}
			is[name] = boolean
		}
	}
	for i, column := range set.Columns {
		if is[column.Name] && (types[i] == "TINYINT" || types[i] == "BIT") {
			set.Columns[i].Kind = query.KindBoolean
		}
	}
	for _, column := range set.Dataset.Columns { // by its bare name, of the kind it has
		if i := slices.IndexFunc(set.Columns, func(own query.ColumnInfo) bool { return own.Name == column.Expr }); i >= 0 {
			set.Computed[column.Name] = set.Columns[i].Kind
		}
	}
	return nil
}

// addDistinct fills in distinct values of columns that have a table column's name. A column of which the sample has few
// has few; of others their number grows with the rows.
func (e *engine) addDistinct(ctx context.Context, set *query.RowSet, table plan.Table) error {
	from := query.Relation(query.MySQL, plan.Dataset{Table: &table})
	own, err := e.describe(ctx, "SELECT * FROM "+from)
	if err != nil {
		return err
	}
	list := []string{"count(*)"}
	var names []string
	for i, name := range own.Names {
		if kindOf(own.types[i]) != query.KindOther && slices.ContainsFunc(set.Columns, func(c query.ColumnInfo) bool { return c.Name == name }) {
			list, names = append(list, "count(DISTINCT "+query.Quote(name)+")"), append(names, name)
		}
	}
	rows, err := e.estimateRows(ctx, from)
	if err != nil || len(names) == 0 {
		return err
	}
	sample, err := e.run(ctx, query.Statement{SQL: "SELECT " + strings.Join(list, ", ") + fmt.Sprintf(" FROM (SELECT * FROM %s LIMIT %d) AS t", from, sampleRows)})
	if err != nil {
		return err
	}
	seen := sample.Columns[0].Ints[0]
	for i, name := range names {
		distinct := sample.Columns[i+1].Ints[0]
		if distinct > seen/10 && rows > seen {
			distinct = int64(float64(distinct) / float64(max(1, seen)) * float64(rows))
		}
		for k := range set.Columns {
			if set.Columns[k].Name == name {
				set.Columns[k].Distinct = max(set.Columns[k].Distinct, distinct)
			}
		}
	}
	return nil
}

// splitTable reads "schema.table" or "table", as a dataset declares it.
func splitTable(name string) plan.Table {
	if schema, table, ok := strings.Cut(name, "."); ok {
		return plan.Table{Schema: schema, Name: table}
	}
	return plan.Table{Name: name}
}
