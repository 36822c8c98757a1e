package query

import (
	"slices"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// attribute is a column of a dataset, as it is at a unit's index.
type attribute struct {
	*table
	column column
	set    int // place among attributeSets; -1 for the outcome's own row
	rows   rowsOf
}

// readAttributes types strata and covariates.
func (c *claim) readAttributes() error {
	var names []string
	var read []rowsOf
	list := slices.Concat(c.Level.StratifyBy, c.Level.Covariates)
	for i, asked := range list {
		rows, set := c.outcome, -1
		if asked.Dataset != "" || c.Level.Index == plan.ForwardExposure {
			set = slices.Index(names, asked.Dataset)
			if set < 0 {
				found, ok := c.Attributes[asked.Dataset]
				if asked.Dataset == "" {
					found, ok = c.OutcomeRows, true
				}
				if !ok {
					return fail(plan.UnsupportedCombination, "dataset %s of %q is not there", asked.Dataset, asked.Column)
				}
				one, err := c.read(found, nil)
				if err != nil {
					return err
				}
				set, names, read = len(names), append(names, asked.Dataset), append(read, one)
			}
			rows = read[set]
		}
		column, err := rows.column(asked.Column)
		if err != nil {
			return err
		}
		if i >= len(c.Level.StratifyBy) {
			switch column.kind {
			case KindDate, KindTimestamp, KindInstant:
				return fail(plan.TypeMismatch, "covariate %q of dataset %s holds a time: give the regression a number, such as an age, or a category", asked.Column, rows.rows.Dataset.Name)
			}
		}
		c.attributes = append(c.attributes, attribute{table: rows.table, column: column, set: set, rows: rows})
	}
	return nil
}

// attributeSets are the datasets that attributes are looked up in, in the order of their places.
func (c *claim) attributeSets() []rowsOf {
	var sets []rowsOf
	for _, a := range c.attributes {
		if a.set == len(sets) {
			sets = append(sets, a.rows)
		}
	}
	return sets
}

// attributePart is the rows of a dataset: of those that hold at the index, or came before it, the last counts.
func (c *claim) attributePart(args *arguments, name string, rows rowsOf) part {
	t, at := rows.table, rows.rows.Dataset.Time
	b := t.base(args)
	b.extra = []string{rows.unit() + " AS e"}
	b.filter(rows.unit() + " IS NOT NULL")
	has, kept, ties := []string{}, indexed, t.ties()
	if t.time != "" {
		kind, ref := t.columns[t.time].kind, raw(t.time)
		begins := c.bounded(t, ref, kind)
		switch {
		case at.Start != "":
			kept = "b.x <= b.ix"
		case kind == KindDate && !c.clock.days: // known when that day is over
			begins, kept = c.bounded(t, t.dayAfter(ref), kind), "b.x <= b.ix"
		default:
			kept = "b.x < b.ix"
		}
		b.extra, has = append(b.extra, begins+" AS x"), append(has, "x")
		if at.End != "" {
			kept += " AND (b.z IS NULL OR b.z > b.ix)"
			ends := "CASE WHEN " + raw(at.End) + " IS NOT NULL THEN " + c.bounded(t, raw(at.End), t.columns[at.End].kind) + " END"
			b.extra, has = append(b.extra, ends+" AS z"), append(has, "z")
		}
		b.filter(ref + " IS NOT NULL")
		ties = append([]string{t.time}, ties...)
	}
	values, names := c.attributeValues(b, c.placeOf(t))
	list := append([]string{"b.e", "row_number() OVER (PARTITION BY b.e ORDER BY " + strings.Join(b.tieOrder(ties), ", ") + ") AS r"}, values...)
	for _, column := range has {
		list = append(list, "b."+column)
	}
	return part{name: name, has: append(has, names...), kept: kept, sql: "SELECT " + strings.Join(list, ", ") + "\nFROM (" + b.sql() + ") AS b"}
}

// placeOf is a table's place among attributeSets.
func (c *claim) placeOf(t *table) int {
	return slices.IndexFunc(c.attributeSets(), func(rows rowsOf) bool { return rows.table == t })
}

// dayAfter is the day after a date.
func (t *table) dayAfter(ref string) string {
	if t.dialect == MySQL {
		return "(" + ref + " + INTERVAL 1 DAY)"
	}
	return "(" + ref + " + 1)"
}
