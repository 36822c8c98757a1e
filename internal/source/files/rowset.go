package files

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
	"github.com/cpi-operator/cpi-operator/internal/source"
	"github.com/cpi-operator/cpi-operator/internal/source/child"
)

// statisticsRows is how many rows distinct values are counted in; more are sampled.
const statisticsRows = 200_000

// rowSet describes a dataset: its columns exactly; its size and distinct values from its tables.
func (e *engine) rowSet(ctx context.Context, dataset plan.Dataset, tables []*table) (query.RowSet, error) {
	set := query.RowSet{Dataset: dataset}
	from := query.Relation(query.DuckDB, dataset) + " AS t"
	columns, err := e.describe(ctx, "SELECT * FROM "+from)
	if err != nil {
		return set, err
	}
	for _, c := range columns {
		set.Columns = append(set.Columns, query.ColumnInfo{Name: c.Name, Kind: c.Kind})
	}
	for i, column := range dataset.Columns {
		if _, err := e.describe(ctx, fmt.Sprintf("SELECT (\n%s\n) FROM %s", column.Expr, from)); err != nil {
			return set, source.Within(err, "dataset %s: columns[%d].expr (%s)", dataset.Name, i, column.Name)
		}
	}
	for _, t := range tables {
		if err := e.measure(ctx, t); err != nil {
			return set, err
		}
		set.Rows = max(set.Rows, t.stats.rows)
		for i := range set.Columns {
			for _, known := range t.stats.columns {
				if strings.EqualFold(known.Name, set.Columns[i].Name) {
					set.Columns[i].Distinct = max(set.Columns[i].Distinct, known.Distinct)
				}
			}
		}
		if dataset.Table != nil {
			set.Dataset.Columns = withImplied(dataset.Columns, t.untyped)
		}
	}
	return set, nil
}

// withImplied adds the casts that a table's declared types imply, where the dataset has none.
func withImplied(own, implied []plan.Column) []plan.Column {
	columns := slices.Clone(own)
	for _, c := range implied {
		if !slices.ContainsFunc(own, func(o plan.Column) bool { return strings.EqualFold(o.Name, c.Name) }) {
			columns = append(columns, c)
		}
	}
	return columns
}

func (e *engine) describe(ctx context.Context, sql string) ([]child.Column, error) {
	var columns []child.Column
	err := e.inChild(ctx, func(p *child.Process) (err error) {
		columns, err = p.Describe(ctx, sql)
		return err
	})
	return columns, err
}

// measure counts a table's rows, which is in the files' metadata, and estimates its columns'
// distinct values from a sample.
func (e *engine) measure(ctx context.Context, t *table) error {
	if t.stats != nil {
		return nil
	}
	name := query.Quote(t.Name)
	columns, err := e.describe(ctx, "SELECT * FROM "+name)
	if err != nil {
		return err
	}
	count, err := e.run(ctx, query.Statement{SQL: "SELECT count(*) FROM " + name})
	if err != nil {
		return err
	}
	stats := &statistics{rows: count.Columns[0].Ints[0]}
	selected := []string{"count(*)"}
	for _, c := range columns {
		if c.Kind == query.KindOther {
			continue
		}
		stats.columns = append(stats.columns, query.ColumnInfo{Name: c.Name, Kind: c.Kind})
		selected = append(selected, "approx_count_distinct("+query.Quote(c.Name)+")")
	}
	from := name
	if stats.rows > statisticsRows {
		from += fmt.Sprintf(" TABLESAMPLE SYSTEM (%.4f%%) REPEATABLE (1)", 100*float64(statisticsRows)/float64(stats.rows))
	}
	sample, err := e.run(ctx, query.Statement{SQL: "SELECT " + strings.Join(selected, ", ") + " FROM " + from})
	if err != nil {
		return err
	}
	seen := sample.Columns[0].Ints[0]
	for i := range stats.columns {
		stats.columns[i].Distinct = extrapolate(sample.Columns[i+1].Ints[0], seen, stats.rows)
	}
	t.stats = stats
	return nil
}

// extrapolate guesses the distinct values among all rows from those in a sample: few in many rows
// are all there are; nearly as many as rows grow with them.
func extrapolate(distinct, sample, rows int64) int64 {
	if sample == 0 || distinct <= sample/2 {
		return distinct
	}
	return min(rows, int64(float64(distinct)*float64(rows)/float64(sample)))
}
