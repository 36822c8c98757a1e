package query

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// part is the rows of one dataset in a claim: a subquery of its own, which could as well be brought here from elsewhere.
//
// Its columns are e (the unit as text), r (the place among the unit's rows of the part, the latest last), and those of
// has: i and o (index and outcome), x and z (when a row holds from, and up to), s (score) and a0, a1 … (attributes).
type part struct {
	name, sql string
	has       []string
	// kept is when a row counts for its unit, whose index is b.ix.
	kept string
}

// indexed is part of kept where nothing else says that there is an index.
const indexed = "b.ix IS NOT NULL"

// Places of the parts, told by k. Attributes are behind them.
const (
	partOutcomes  = 0 // or what happens, looking forward
	partResponses = 1
)

// reader writes a part, of these rows.
type reader struct {
	rows rowsOf
	part func(*arguments) part
}

// readers of the parts, by k.
func (c *claim) readers() []reader {
	outcomes := c.outcome
	if c.Level.Index == plan.ForwardExposure {
		outcomes = c.happening
	}
	readers := []reader{{outcomes, c.outcomePart}, {c.exposure, c.responsePart}}
	for i, set := range c.attributeSets() {
		readers = append(readers, reader{set, func(args *arguments) part { return c.attributePart(args, "attributes"+strconv.Itoa(i), set) }})
	}
	return readers
}

// parts of the claim, by k.
func (c *claim) parts(args *arguments) []part {
	if c.apart != nil {
		return c.apart.parts
	}
	var parts []part
	for _, reader := range c.readers() {
		parts = append(parts, reader.part(args))
	}
	return parts
}

// cells selects the counted units. All parts are laid in one row, unit by unit: so no part is joined with another, which
// engines that know nothing of a subquery's size do in ways that take hours.
func (c *claim) cells(args *arguments) string {
	parts := c.parts(args)
	columns := []string{"i", "o", "x", "z", "s"}
	for i := range c.attributes {
		columns = append(columns, attributeName(i))
	}
	var with, rows, kept []string
	for k, p := range parts {
		with = append(with, c.name(p.name)+" AS (\n"+p.sql+")")
		rows = append(rows, c.inStream(k, p, columns))
		kept = append(kept, "b.k = "+strconv.Itoa(k)+" AND "+p.kept)
	}
	units := []string{c.outcomeOf() + " AS o", c.scoreOf() + " AS s"}
	list := make([]string, 0, len(c.attributes)+3)
	for i, a := range c.attributes {
		k := partOutcomes
		if a.set >= 0 {
			k = partResponses + 1 + a.set
		}
		units = append(units, last(k, attributeName(i))+" AS "+attributeName(i))
		list = append(list, "u."+attributeName(i))
	}
	list = append(list, "u.s", "u.o")
	return "WITH " + strings.Join(with, ",\n") +
		"\nSELECT " + strings.Join(list, ", ") + ", count(*) AS n\nFROM (SELECT " + strings.Join(units, ",\n  ") +
		"\nFROM (SELECT b.*, max(b.r) OVER (PARTITION BY b.e, b.k) AS l\nFROM (SELECT b.*, " + c.indexOf() + " AS ix\nFROM (" + strings.Join(rows, "\nUNION ALL\n") +
		") AS b) AS b\nWHERE " + strings.Join(kept, "\n  OR ") + ") AS b\nGROUP BY b.e) AS u" +
		"\nGROUP BY " + strings.Join(list, ", ") + "\nLIMIT " + strconv.Itoa(maxClaimCells+1)
}

// inStream selects a part with the columns of all parts: those that it has not are NULL.
func (c *claim) inStream(k int, p part, columns []string) string {
	list := []string{strconv.Itoa(k) + " AS k", "p.e", "p.r"}
	for _, name := range columns {
		list = append(list, c.nullOf(name)+" AS "+name)
		for _, own := range p.has {
			if own == name {
				list[len(list)-1] = "p." + name
			}
		}
	}
	return "SELECT " + strings.Join(list, ", ") + " FROM " + c.name(p.name) + " AS p"
}

// nullOf is NULL of a column's type, without which Postgres takes it for text.
func (c *claim) nullOf(column string) string {
	t := c.joined().table
	switch column {
	case "i", "o", "x", "z":
		return t.bigint("NULL")
	case "s":
		return t.double("NULL")
	}
	n, _ := strconv.Atoi(column[1:])
	if c.apart != nil {
		return c.broughtNull(n)
	}
	switch kind := c.attributes[n].column.kind; kind {
	case KindInteger, KindBoolean:
		return t.bigint("NULL")
	case KindNumber:
		return t.double("NULL")
	case KindDate, KindTimestamp, KindInstant:
		name := timeType(t.dialect.literalKind(kind))
		if t.dialect == MySQL {
			name = mysqlTypes[name]
		}
		return "CAST(NULL AS " + name + ")"
	}
	return t.asText("NULL")
}

// indexOf is the unit's index on each of its rows: that of its latest outcome or, looking forward, the end of the first
// stretch in which it responded.
func (c *claim) indexOf() string {
	if c.Level.Index != plan.ForwardExposure {
		return "max(b.i) OVER (PARTITION BY b.e)"
	}
	first := fmt.Sprintf("min(CASE WHEN b.k = %d THEN b.x END) OVER (PARTITION BY b.e)", partResponses)
	return fmt.Sprintf("%d - (%s) * %d", c.to, quotient(c.dialect, fmt.Sprintf("%d - %s", c.to-1, first), c.reach), c.reach)
}

// last is a column's value in the last row of a part.
func last(k int, column string) string {
	return fmt.Sprintf("max(CASE WHEN b.k = %d AND b.r = b.l THEN b.%s END)", k, column)
}

// outcomeOf is 1 for units with the outcome, 0 for others.
func (c *claim) outcomeOf() string {
	if c.Level.Index != plan.ForwardExposure {
		return last(partOutcomes, "o")
	}
	there, missing := 1, 0
	if c.Outcomes.Happening.Absent {
		there, missing = missing, there
	}
	return fmt.Sprintf("CASE WHEN count(CASE WHEN b.k = %d THEN 1 END) > 0 THEN %d ELSE %d END", partOutcomes, there, missing)
}

// scoreOf makes one score of a unit's responses; NULL without any.
func (c *claim) scoreOf() string {
	score := fmt.Sprintf("CASE WHEN b.k = %d THEN b.s END", partResponses)
	switch c.Level.Collapse {
	case plan.CollapseMean:
		return "sum(" + score + ") / count(" + score + ")"
	case plan.CollapseMinimum:
		return "min(" + score + ")"
	}
	return last(partResponses, "s")
}

func attributeName(i int) string { return "a" + strconv.Itoa(i) }

// attributeValues selects the attributes that a table holds, as numbers or text, and their names.
func (c *claim) attributeValues(b *base, set int) (list, names []string) {
	for i, a := range c.attributes {
		if a.set != set {
			continue
		}
		value := b.number(a.column.name) // truth has no greatest value everywhere
		if a.column.kind != KindBoolean {
			value = b.t.output(a.column.name, b.ref(a.column.name))
		}
		list, names = append(list, value+" AS "+attributeName(i)), append(names, attributeName(i))
	}
	return list, names
}
