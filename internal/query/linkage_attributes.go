package query

import (
	"slices"
	"strconv"
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

// attributesAt selects, of each unit that has one, the row of a dataset that holds at its index: e and the columns a….
func (c *claim) attributesAt(args *arguments, rows rowsOf) string {
	t, at := rows.table, rows.rows.Dataset.Time
	b := t.base(args)
	b.extra = []string{rows.unit() + " AS e"}
	b.filter(rows.unit() + " IS NOT NULL")
	when := ""
	if t.time != "" {
		kind := t.columns[t.time].kind
		b.extra = append(b.extra, c.bounded(t, raw(t.time), kind)+" AS x")
		b.filter(raw(t.time) + " IS NOT NULL")
		switch {
		case at.Start == "":
			if kind == KindDate && !c.clock.days { // some time of that day
				b.extra[len(b.extra)-1] = c.bounded(t, t.dayAfter(raw(t.time)), kind) + " - 1 AS x"
			}
			when = " AND r.x < o.i"
		case at.End == "":
			when = " AND r.x <= o.i"
		default:
			b.extra = append(b.extra, "CASE WHEN "+raw(at.End)+" IS NOT NULL THEN "+c.bounded(t, raw(at.End), t.columns[at.End].kind)+" END AS z")
			when = " AND r.x <= o.i AND (r.z IS NULL OR r.z > o.i)"
		}
	}
	var values []string
	for i, a := range c.attributes {
		if a.table == t {
			values = append(values, t.output(a.column.name, b.ref(a.column.name))+" AS a"+strconv.Itoa(i))
		}
	}
	ties := t.ties()
	if t.time != "" {
		ties = append([]string{t.time}, ties...)
	}
	order := b.lastFirst(ties)
	columns := make([]string, len(b.names))
	for i := range b.names {
		columns[i] = "r.c" + strconv.Itoa(i)
	}
	return "SELECT b.e, " + strings.Join(values, ", ") + "\nFROM (SELECT b.*, row_number() OVER (PARTITION BY b.e ORDER BY " + strings.Join(order, ", ") + ") AS nth\nFROM (SELECT o.e, " +
		strings.Join(columns, ", ") + "\nFROM " + c.name("outcomes") + " AS o JOIN (" + b.sql() + ") AS r ON r.e = o.e" + when + ") AS b) AS b\nWHERE b.nth = 1"
}

// dayAfter is the day after a date.
func (t *table) dayAfter(ref string) string {
	if t.dialect == MySQL {
		return "(" + ref + " + INTERVAL 1 DAY)"
	}
	return "(" + ref + " + 1)"
}
