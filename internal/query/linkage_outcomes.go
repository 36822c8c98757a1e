package query

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// fate is a measure.Fate on typed columns.
type fate struct {
	name  string
	kind  measure.FateKind
	any   []conjunction // of which one must hold; empty: every row
	at    string        // column of the decision; empty for rows that are left out, or always decided
	after time.Duration
}

// readOutcomes types the rows that tell of outcomes.
func (c *claim) readOutcomes() (err error) {
	if c.Level.Index == plan.ForwardExposure {
		return c.readHappenings()
	}
	if follow := c.Outcomes.Follow; follow != nil {
		c.outcome, err = c.followed(*follow)
	} else {
		c.outcome, err = c.read(c.OutcomeRows, c.OutcomeWhere)
	}
	if err != nil {
		return err
	}
	name := c.OutcomeRows.Dataset.Name
	if c.OutcomeRows.Dataset.Time.Start != "" {
		return fail(plan.UnsupportedCombination, "dataset %s holds intervals, whose rows are not decided at an instant: declare time.event", name)
	}
	for _, f := range c.Outcomes.Fates {
		one := fate{name: f.Name, kind: f.Kind, at: f.At, after: f.After}
		for _, group := range f.Any {
			conditions, err := c.outcome.conjunctionOf(group, c.zone)
			if err != nil {
				return err
			}
			one.any = append(one.any, conditions)
		}
		switch {
		case f.Kind == measure.FateLeftOut:
			one.at = ""
		case one.at != "":
		case c.Level.Index == plan.Vouched:
			one.at = c.outcome.time // or none: decided, as is known now
		default:
			return fail(plan.UnsupportedCombination, "nothing tells when rows of dataset %s were decided, so that no response can be seen to come before: "+
				"name the column (decidedAt of a renewal, time.event of the dataset), or vouch for the order", name)
		}
		if one.at != "" {
			if err := c.outcome.temporal(one.at); err != nil {
				return err
			}
		}
		c.fates = append(c.fates, one)
	}
	return nil
}

// followed is the base rows of a conversion, as far as their time is over, with what follows them.
func (c *claim) followed(request measure.FollowRequest) (rowsOf, error) {
	base, err := c.read(c.OutcomeRows, nil)
	if err != nil {
		return rowsOf{}, err
	}
	columns := append(base.ties(), base.key)
	for _, a := range slices.Concat(c.Level.StratifyBy, c.Level.Covariates) {
		if a.Dataset == "" {
			if _, err := base.column(a.Column); err != nil {
				return rowsOf{}, err
			}
			columns = append(columns, a.Column)
		}
	}
	r, err := base.readingOf(Ask{
		Where: c.OutcomeWhere, Request: measure.Request{Follow: &request}, Other: c.Other, Known: c.Known, TimeZone: c.TimeZone,
		Breakdowns: []plan.Breakdown{{By: columns}}, Windows: []Window{{Start: c.Known.Add(-c.Level.History), End: c.Known.Add(time.Microsecond)}},
	})
	if err != nil {
		return rowsOf{}, err
	}
	rows := followed{table: base.table, follow: r.follow, reading: r, parts: 1}
	return rowsOf{table: rows.asTable(), key: base.key}, nil
}

// fated selects the rows of outcomes: e is the unit, f the place of the fate, i the index (NULL outside the history),
// z 1 where no column tells it, h 1 where the row's own time lies in the history. more are columns that are read too.
func (c *claim) fated(args *arguments, more ...string) (sql string, b *base) {
	t := c.outcome.table
	b = t.base(args)
	b.extra = []string{c.outcome.unit() + " AS e", c.fateOf(args) + " AS f"}
	if t.time != "" {
		b.ref(t.time)
	}
	for _, name := range more {
		b.ref(name)
	}
	b.filter(c.outcome.where.sql(t, t.own, args))
	start := c.Known.Add(-c.Level.History)
	index, untimed := "", ""
	for place, f := range c.fates {
		when := " WHEN b.f = " + strconv.Itoa(place) + " THEN "
		if f.kind == measure.FateLeftOut {
			continue
		}
		if f.at == "" {
			index += when + strconv.FormatInt(c.to, 10)
			untimed += when + "0"
			continue
		}
		ref, kind := b.ref(f.at), t.columns[f.at].kind
		number := c.number(t, ref, kind)
		if after, _ := c.clock.span(f.after, 0); after > 0 {
			number += " + " + strconv.FormatInt(after, 10)
		}
		index += when + "CASE WHEN " + c.near(t, ref, kind, start.Add(-f.after), c.Known.Add(-f.after)) + " THEN " + number + " END"
		untimed += when + "CASE WHEN " + ref + " IS NULL THEN 1 ELSE 0 END"
	}
	here := "1"
	if t.time != "" {
		ref, kind := b.ref(t.time), t.columns[t.time].kind
		here = "CASE WHEN " + ref + " >= " + c.literal(t, kind, start) + " AND " + ref + " <= " + c.literal(t, kind, c.Known) + " THEN 1 ELSE 0 END"
	}
	rows := b.sql()
	return "SELECT b.*, CASE" + index + " END AS i, CASE" + untimed + " ELSE 1 END AS z, " + here + " AS h\nFROM (" + rows + ") AS b", b
}

// fateOf writes the place of a row's fate, inside the base; −1 for none.
func (c *claim) fateOf(args *arguments) string {
	t := c.outcome.table
	sql := "CASE"
	for place, f := range c.fates {
		if len(f.any) == 0 {
			return sql + " WHEN 1 = 1 THEN " + strconv.Itoa(place) + " ELSE -1 END"
		}
		groups := make([]string, len(f.any))
		for i, group := range f.any {
			groups[i] = "(" + group.sql(t, t.own, args) + ")"
		}
		sql += " WHEN " + strings.Join(groups, " OR ") + " THEN " + strconv.Itoa(place)
	}
	return sql + " ELSE -1 END"
}

// places are those of the fates of a kind.
func (c *claim) places(kind measure.FateKind) string {
	var list []string
	for place, f := range c.fates {
		if f.kind == kind {
			list = append(list, strconv.Itoa(place))
		}
	}
	return strings.Join(list, ", ")
}

// outcomePart is the outcomes in the history or, looking forward, what happens.
func (c *claim) outcomePart(args *arguments) part {
	if c.Level.Index == plan.ForwardExposure {
		return c.happeningPart(args)
	}
	var own []string
	for _, a := range c.attributes {
		if a.set < 0 {
			own = append(own, a.column.name)
		}
	}
	ties := c.outcome.ties()
	if c.clock.days && c.outcome.time != "" { // within a day, by the time that rows tell
		ties = append([]string{c.outcome.time}, ties...)
	}
	rows, b := c.fated(args, append(own, ties...)...)
	values, names := c.attributeValues(b, -1)
	order := append([]string{"b.i"}, b.tieOrder(ties)...)
	list := append([]string{
		"b.e", "row_number() OVER (PARTITION BY b.e ORDER BY " + strings.Join(order, ", ") + ") AS r", "b.i",
		"CASE WHEN b.f IN (" + c.places(measure.FateYes) + ") THEN 1 ELSE 0 END AS o",
	}, values...)
	return part{
		name: "outcomes", has: append([]string{"i", "o"}, names...), kept: indexed,
		sql: "SELECT " + strings.Join(list, ", ") + "\nFROM (" + rows + ") AS b\nWHERE b.e IS NOT NULL AND " + inside("b.i", c.from, c.to),
	}
}

// outcomeAccount counts the rows of outcomes in the history by what became of them.
func (c *claim) outcomeAccount(args *arguments) string {
	rows, _ := c.fated(args)
	return "SELECT " + c.outcome.bigint("b.f") + " AS f, " + c.outcome.bigint("b.z") + " AS z, " + c.outcome.bigint("b.u") + " AS u, count(*) AS n\n" +
		"FROM (SELECT b.f, b.z, CASE WHEN b.e IS NULL THEN 1 ELSE 0 END AS u\nFROM (" + rows + ") AS b\n" +
		"WHERE " + inside("b.i", c.from, c.to) + " OR b.z = 1 AND b.h = 1) AS b\nGROUP BY b.f, b.z, b.u"
}

func (c *claim) foldOutcomes(result *Table) ([]FateRows, error) {
	in := &cursor{table: result}
	place, untimed, nobodys, n := in.next(), in.next(), in.next(), in.next()
	if in.err != nil {
		return nil, in.err
	}
	out := make([]FateRows, result.Len)
	for row := range out {
		one := FateRows{Nobodys: nobodys.int(row) == 1, Rows: n.int(row)}
		if p := place.int(row); p >= 0 {
			f := c.fates[p]
			one.Fate, one.Kind = f.name, f.kind
			one.Untimed = f.kind != measure.FateLeftOut && untimed.int(row) == 1
		}
		out[row] = one
	}
	slices.SortFunc(out, func(a, b FateRows) int {
		return strings.Compare(fmt.Sprint(a.Fate, a.Untimed, a.Nobodys), fmt.Sprint(b.Fate, b.Untimed, b.Nobodys))
	})
	return out, nil
}

// readHappenings types the rows whose being there is an outcome.
func (c *claim) readHappenings() (err error) {
	happening := c.Outcomes.Happening
	if happening == nil {
		return fail(plan.UnsupportedCombination, "%s", c.Outcomes.Refused)
	}
	rows, where := c.OutcomeRows, slices.Concat(c.OutcomeWhere, happening.Where)
	if happening.Dataset != "" {
		if c.Other == nil {
			return fail(plan.UnsupportedCombination, "dataset %s of the outcome is not there", happening.Dataset)
		}
		rows, where = *c.Other, happening.Where
	}
	if c.happening, err = c.read(rows, where); err != nil {
		return err
	}
	if rows.Dataset.Time.Event == "" {
		return fail(plan.UnsupportedCombination, "outcomes are awaited after an experience; dataset %s has no event time: declare time.event", rows.Dataset.Name)
	}
	return nil
}

// happeningPart is the rows that are outcomes: they count if they follow the index in time.
func (c *claim) happeningPart(args *arguments) part {
	t := c.happening.table
	b, kind := t.base(args), t.columns[t.time].kind
	b.extra = []string{c.happening.unit() + " AS e", "1 AS r", c.number(t, raw(t.time), kind) + " AS x"}
	b.filter(c.near(t, raw(t.time), kind, c.instant(c.from), c.Known))
	b.filter(c.happening.unit() + " IS NOT NULL")
	b.filter(c.happening.where.sql(t, t.own, args))
	return part{name: "happenings", has: []string{"x"}, kept: "b.x > b.ix AND b.x <= b.ix + " + strconv.FormatInt(c.follow, 10), sql: b.sql()}
}
