package query

import (
	"strconv"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// widest bounds scores without a scale: what lies beyond is no number that anybody gave.
const widest = 1e300

// readExposures types the responses.
func (c *claim) readExposures() (err error) {
	if c.exposure, err = c.read(c.ExposureRows, nil); err != nil {
		return err
	}
	at, name := c.ExposureRows.Dataset.Time, c.ExposureRows.Dataset.Name
	switch {
	case at.Start != "":
		return fail(plan.UnsupportedCombination, "dataset %s holds intervals, which are no responses at an instant: declare time.event", name)
	case at.Undated() && c.Level.Index != plan.Vouched:
		return fail(plan.UnsupportedCombination, "responses of dataset %s have no time, so that none can be seen to come before an outcome: declare time.event, or vouch for the order", name)
	}
	if err := c.exposure.derive(c.Score.Derived); err != nil {
		return err
	}
	if c.exposure.where, err = c.exposure.conjunctionOf(c.ExposureWhere, c.zone); err != nil {
		return err
	}
	if c.Score.Of == nil {
		return c.exposure.numeric(c.Score.Column)
	}
	for _, list := range [][]measure.Condition{c.Score.Of, c.Score.Less} {
		if _, err := c.exposure.conjunctionOf(list, c.zone); err != nil {
			return err
		}
	}
	return nil
}

// scored selects responses: e is the unit (NULL for none), x the instant, s the score (NULL if missing), and v 1 where
// there was one that cannot be read. more are columns that are read too.
func (c *claim) scored(args *arguments, more ...string) (sql string, b *base) {
	t := c.exposure.table
	b = t.base(args)
	b.extra = []string{c.exposure.unit() + " AS e"}
	for _, name := range more {
		b.ref(name)
	}
	at := "0"
	switch kind := c.exposure.kindOfTime(); {
	case kind == "":
	case c.Level.Index == plan.Vouched:
		b.filter(raw(t.time) + " IS NOT NULL")
	default:
		b.filter(c.near(t, raw(t.time), kind, c.clock.from, c.Known))
		at = c.number(t, raw(t.time), kind)
	}
	b.extra = append(b.extra, at+" AS x")
	b.filter(c.exposure.where.sql(t, t.own, args))
	var score string
	unreadable := "0"
	if c.Score.Of != nil {
		b.extra = append(b.extra, c.indicator(c.Score.Of, args)+" - "+c.indicator(c.Score.Less, args)+" AS s")
		score = t.double("b.s")
	} else {
		score = t.double(b.number(c.Score.Column))
		if t.columns[c.Score.Column].unreadable != "" {
			unreadable = "CASE WHEN " + b.flag(c.Score.Column) + " THEN 1 ELSE 0 END"
		}
	}
	columns := []string{"b.e", "b.x", score + " AS s", unreadable + " AS v"}
	for i := range b.names {
		columns = append(columns, "b.c"+strconv.Itoa(i))
	}
	sql = "SELECT " + strings.Join(columns, ", ") + "\nFROM (" + b.sql() + ") AS b"
	if c.Level.Index != plan.Vouched {
		from := c.from - c.reach
		if c.Level.Exposure == 0 {
			from = c.clock.at(c.clock.from)
		}
		sql = "SELECT b.*\nFROM (" + sql + ") AS b\nWHERE " + inside("b.x", from, c.to-1)
	}
	return sql, b
}

// indicator is 1 for rows that meet all of a list, 0 for others, and for all if there is no list.
func (c *claim) indicator(list []measure.Condition, args *arguments) string {
	if len(list) == 0 {
		return "0"
	}
	all, _ := c.exposure.conjunctionOf(list, c.zone) // typed before
	return "CASE WHEN " + all.sql(c.exposure.table, c.exposure.own, args) + " THEN 1 ELSE 0 END"
}

// onScale is when a score counts.
func (c *claim) onScale(ref string) string {
	scale := measure.Scale{Min: -widest, Max: widest}
	if c.Score.Scale != nil {
		scale = *c.Score.Scale
	}
	return ref + " BETWEEN " + number(scale.Min) + " AND " + number(scale.Max)
}

// responsePart is the usable responses of units: they count within reach before the index.
func (c *claim) responsePart(args *arguments) part {
	var ties []string
	chosen := c.Level.Collapse == plan.CollapseLatest
	if chosen {
		ties = c.exposure.ties()
		if c.exposure.time != "" {
			ties = append([]string{c.exposure.time}, ties...)
		}
	}
	rows, b := c.scored(args, ties...)
	rank := "1" // all count
	if chosen {
		order := b.tieOrder(ties)
		if !c.clock.days { // an hour that comes twice
			order = append([]string{"b.x"}, order...)
		}
		rank = "row_number() OVER (PARTITION BY b.e ORDER BY " + strings.Join(order, ", ") + ")"
	}
	kept := indexed
	if c.Level.Index != plan.Vouched {
		kept = "b.x < b.ix"
		if c.Level.Exposure > 0 {
			kept += " AND b.x >= b.ix - " + strconv.FormatInt(c.reach, 10)
		}
	}
	return part{
		name: "responses", has: []string{"x", "s"}, kept: kept,
		sql: "SELECT b.e, " + rank + " AS r, b.x, b.s\nFROM (" + rows + ") AS b\nWHERE b.e IS NOT NULL AND " + c.onScale("b.s"),
	}
}

// responseAccount counts responses in reach, and why some are not used: each once, at the first that holds.
func (c *claim) responseAccount(args *arguments) string {
	rows, _ := c.scored(args)
	t := c.exposure.table
	const known = "b.e IS NOT NULL AND "
	return "SELECT count(*) AS n, " + t.countIf("b.e IS NULL") + " AS u, " + t.countIf(known+"b.s IS NULL AND b.v = 0") + " AS m, " +
		t.countIf(known+"b.s IS NULL AND b.v = 1") + " AS v, " + t.countIf(known+"b.s IS NOT NULL AND NOT ("+c.onScale("b.s")+")") + " AS o\nFROM (" + rows + ") AS b"
}

func (c *claim) foldResponses(result *Table) (ResponseRows, error) {
	in := &cursor{table: result}
	vectors := in.take(5)
	if in.err != nil || result.Len != 1 {
		return ResponseRows{}, in.err
	}
	var counts [5]int64
	for i, v := range vectors {
		if !v.null(0) {
			counts[i] = v.int(0)
		}
	}
	return ResponseRows{Read: counts[0], Nobodys: counts[1], Missing: counts[2], Unreadable: counts[3], OutOfScale: counts[4]}, nil
}
