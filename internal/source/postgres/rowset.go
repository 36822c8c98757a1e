package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
	"github.com/cpi-operator/cpi-operator/internal/source"
)

// rowSet describes a dataset: its columns exactly, its size and distinct values from the server's
// statistics, which cost nothing to read.
func (e *engine) rowSet(ctx context.Context, dataset plan.Dataset) (query.RowSet, error) {
	set := query.RowSet{Dataset: dataset}
	from := query.Relation(query.Postgres, dataset) + " AS t"
	var err error
	if set.Columns, err = e.describe(ctx, "SELECT * FROM "+from); err != nil {
		return set, err
	}
	for i, column := range dataset.Columns {
		if _, err := e.describe(ctx, fmt.Sprintf("SELECT (\n%s\n) FROM %s", column.Expr, from)); err != nil {
			return set, source.Within(err, "dataset %s: columns[%d].expr (%s)", dataset.Name, i, column.Name)
		}
	}
	if set.Rows, err = e.estimateRows(ctx, from); err != nil {
		return set, err
	}
	tables := []plan.Table{}
	if dataset.Table != nil {
		tables = append(tables, *dataset.Table)
	}
	for _, name := range dataset.Tables {
		tables = append(tables, splitTable(name))
	}
	for _, table := range tables {
		if err := e.addDistinct(ctx, &set, table); err != nil {
			return set, err
		}
	}
	return set, nil
}

// estimateRows asks the server's planner.
func (e *engine) estimateRows(ctx context.Context, from string) (int64, error) {
	table, err := e.run(ctx, query.Statement{SQL: "EXPLAIN (FORMAT JSON) SELECT * FROM " + from})
	if err != nil {
		return 0, err
	}
	if len(table.Columns) != 1 || len(table.Columns[0].Strings) == 0 {
		return 0, nil
	}
	return plannedRows(strings.Join(table.Columns[0].Strings, "\n")), nil
}

// plannedRows reads the estimate out of an EXPLAIN; one that cannot be read is none.
func plannedRows(explanation string) int64 {
	var explained []struct {
		Plan struct {
			Rows float64 `json:"Plan Rows"`
		}
	}
	if json.Unmarshal([]byte(explanation), &explained) != nil || len(explained) == 0 {
		return 0
	}
	return int64(explained[0].Plan.Rows)
}

// addDistinct fills in distinct values of columns that have a table column's name. n_distinct is
// negative where it grows with the rows: then it is their share.
func (e *engine) addDistinct(ctx context.Context, set *query.RowSet, table plan.Table) error {
	name := query.Quote(table.Name)
	if table.Schema != "" {
		name = query.Quote(table.Schema) + "." + name
	}
	stats, err := e.run(ctx, query.Statement{
		SQL: `SELECT s.attname::text,
       (CASE WHEN s.n_distinct >= 0 THEN s.n_distinct ELSE -s.n_distinct * greatest(c.reltuples, 0) END)::bigint
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname
WHERE c.oid = to_regclass($1)`,
		Args: []any{name},
	})
	if err != nil {
		return err
	}
	for i := range set.Columns {
		for row, column := range stats.Columns[0].Strings {
			if column == set.Columns[i].Name {
				set.Columns[i].Distinct = max(set.Columns[i].Distinct, stats.Columns[1].Ints[row])
			}
		}
	}
	return nil
}
