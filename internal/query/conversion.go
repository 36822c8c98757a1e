package query

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// follow is a request for base rows and what follows them, on typed columns.
type follow struct {
	measure.FollowRequest
	key string // column of the base's entity
	// outcome is where outcomes stand: a table of its own, or the base's.
	outcome    *table
	outcomeKey string
	where      conjunction // of outcomes
	// first and last bound the windows.
	first, last time.Time
	clock       clock
}

// followOf checks a reading's request against the columns of both datasets.
func (t *table) followOf(r *reading) (*follow, error) {
	ask := r.ask
	f := &follow{FollowRequest: *ask.Request.Follow, outcome: t}
	if f.Dataset != "" {
		if ask.Other == nil {
			return nil, fail(plan.UnsupportedCombination, "dataset %s of the outcome is not there", f.Dataset)
		}
		var err error
		if f.outcome, err = newTable(t.dialect, *ask.Other); err != nil {
			return nil, err
		}
	}
	for _, one := range []*table{t, f.outcome} {
		if one.rows.Dataset.Time.Event == "" {
			return nil, fail(plan.UnsupportedCombination, "a conversion tells what comes first; dataset %s has no event time: declare time.event", one.rows.Dataset.Name)
		}
	}
	var err error
	if f.key, err = t.entity(f.Entity); err != nil {
		return nil, err
	}
	if f.outcomeKey, err = f.outcome.entity(f.Entity); err != nil {
		return nil, err
	}
	if base, other := t.columns[f.key].kind, f.outcome.columns[f.outcomeKey].kind; base != other && (!isText(base) || !isText(other)) {
		return nil, fail(plan.TypeMismatch, "entity %s is %s in dataset %s and %s in %s, so that none would be found again; declare both under columns with one type",
			f.Entity, strings.ToLower(string(base)), t.rows.Dataset.Name, strings.ToLower(string(other)), f.outcome.rows.Dataset.Name)
	}
	if f.where, err = f.outcome.conjunctionOf(f.Where, r.zone); err != nil {
		return nil, err
	}
	f.first, f.last = ask.Windows[0].Start, ask.Windows[0].End
	for _, w := range ask.Windows {
		f.first, f.last = earlier(f.first, w.Start), later(f.last, w.End)
	}
	days := t.columns[t.time].kind == KindDate || f.outcome.columns[f.outcome.time].kind == KindDate
	f.clock = clock{days: days, zone: r.zone, from: f.first, to: f.last.Add(f.Within)}
	if days && f.Within < oneDay {
		return nil, fail(plan.UnsupportedCombination, "within is %s, but dates tell days only: give it a day or more, or name columns that hold times", f.Within)
	}
	return f, nil
}

func isText(kind Kind) bool { return kind == KindText || kind == KindOther }

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// followed is a reading's base rows as a table of their own, with columns that tell of each whether an outcome follows.
// All the rest (windows, segments, choices, clusters) is then as with any table.
//
// One pass in order of entity and time finds what follows: a frame over the times from after to within later holds an
// outcome or not. An entity with very many rows costs no more than others do, as it would where each of its rows is
// compared with each. Base rows of another period than asked for are read for First alone.
type followed struct {
	*table
	*follow
	reading *reading
	columns []string // of the dataset, that statements read
	// part of parts of the entities.
	part, parts int
}

// follow plans a reading that asks what follows its rows.
func (p *planner) follow(r *reading) {
	parts := 1
	if limit := p.options.MaxRowsPerStatement; limit > 0 {
		rows := p.estimatedRows()
		if r.follow.outcome != p.table {
			rows += r.follow.outcome.estimatedRows()
		}
		parts = int(math.Ceil(rows / float64(limit)))
	}
	for part := range parts {
		f := &followed{table: p.table, follow: r.follow, reading: r, part: part, parts: parts}
		ask := r.ask
		ask.Where, ask.Request.Follow, ask.Other = nil, nil, nil
		switch f.Occurrence {
		case measure.FirstInPeriod:
			ask.Responses = &plan.Responses{Entity: f.Entity, Keep: plan.KeepFirst}
		case measure.Every:
			ask.Responses = &plan.Responses{Entity: f.Entity, Keep: plan.KeepAll}
		}
		sub := planner{table: f.asTable(), refuse: p.refuse}
		one, err := sub.readingOf(ask)
		if err != nil {
			p.refuse(r.ids, err)
			return
		}
		one.ids = r.ids
		switch f.Occurrence {
		case measure.First:
			sub.additive([]*reading{one})
		case measure.FirstInPeriod:
			sub.choices([]*reading{one})
		default:
			sub.cluster(one)
		}
		for _, batch := range sub.batches {
			batch.Shape = Following
			p.batches = append(p.batches, batch)
		}
	}
}

// asTable is the base rows as a table: the columns that are needed, and those that tell what follows.
func (f *followed) asTable() *table {
	names := append([]string{f.time, f.key}, f.reading.segmentColumns()...)
	if f.Occurrence != measure.Every {
		names = append(names, f.ties()...)
	}
	slices.Sort(names)
	f.columns = slices.Compact(names)
	t := *f.table
	t.rows.Dataset.Filters = nil // applied within
	t.rows.Rows = int64(math.Ceil(f.estimatedRows() / float64(f.parts)))
	t.columns = map[string]column{}
	for _, name := range f.columns {
		c := f.table.columns[name]
		t.columns[name] = column{name: name, kind: c.kind, distinct: c.distinct}
	}
	for _, name := range []string{measure.FollowFound, measure.FollowOver} {
		t.columns[name] = column{name: name, kind: KindBoolean}
	}
	t.source = f.sql
	return &t
}

// sql selects the base rows.
func (f *followed) sql(args *arguments) string {
	b := f.base(args)
	for _, name := range f.columns {
		b.ref(name)
	}
	over := "b.x <= " + strconv.FormatInt(f.clock.latest(f.reading.ask.Known, f.Within), 10)
	if f.reading.ask.Known.IsZero() {
		over = "1 = 1"
	}
	var list []string
	for i, name := range b.names {
		list = append(list, fmt.Sprintf("b.c%d AS %s", i, Quote(name)))
	}
	list = append(list, "(b.n > 0) AS "+Quote(measure.FollowFound), "("+over+") AS "+Quote(measure.FollowOver))
	rows := f.ownRows
	if f.outcome != f.table {
		rows = f.joinedRows
	}
	return "SELECT " + strings.Join(list, ", ") + "\nFROM " + rows(b)
}

// ownRows selects base rows, with n outcomes among the same rows.
func (f *followed) ownRows(b *base) string {
	base, outcome := f.reading.where.sql(f.table, f.own, b.args), f.where.sql(f.table, f.own, b.args)
	b.extra = []string{f.own(f.key) + " AS e", f.baseClock() + " AS x"}
	isBase, isOutcome := "", "*"
	if base != "" {
		b.extra, isBase = append(b.extra, "CASE WHEN "+base+" THEN 1 ELSE 0 END AS w"), "b.w"
	}
	if outcome != "" {
		b.extra, isOutcome = append(b.extra, "CASE WHEN "+outcome+" THEN 1 END AS o"), "b.o"
	}
	if base != "" && outcome != "" {
		b.filter("((" + base + ") OR (" + outcome + "))")
	}
	f.whose(b, f.own(f.key))
	if f.Occurrence != measure.First {
		b.filter(f.bound(f.table, " >= ", f.first))
	}
	b.filter(f.bound(f.table, " <= ", f.last.Add(f.Within+oneDay))) // a day may have 25 hours
	after, within := f.clock.span(f.After, f.Within)
	columns := "b.*, " + following(isOutcome, max(after, 1), within)
	var keep []string
	if isBase != "" {
		keep = append(keep, "b.w = 1")
	}
	if f.Occurrence == measure.First {
		partition := "b.e"
		if isBase != "" {
			partition += ", b.w"
		}
		columns += ", " + f.rank(b, partition)
		keep = append(keep, "b.nth = 1")
	}
	sql := "(SELECT " + columns + "\nFROM (" + b.sql() + ") AS b) AS b"
	if len(keep) > 0 {
		sql += "\nWHERE " + strings.Join(keep, " AND ")
	}
	return sql
}

// joinedRows selects base rows, with n outcomes among the rows of another dataset: both in one order, told apart by o.
func (f *followed) joinedRows(b *base) string {
	b.extra = []string{f.entityKey(f.table, f.key) + " AS e", f.baseClock() + " AS x"}
	b.filter(f.reading.where.sql(f.table, f.own, b.args))
	f.whose(b, f.entityKey(f.table, f.key))
	if f.Occurrence != measure.First {
		b.filter(f.bound(f.table, " >= ", f.first))
	}
	b.filter(f.bound(f.table, " < ", f.last))
	columns, nulls := make([]string, len(b.names)), make([]string, len(b.names))
	for i := range b.names {
		columns[i], nulls[i] = fmt.Sprintf("b.c%d", i), "NULL"
	}
	rows, keep := "("+b.sql()+") AS b", ""
	if f.Occurrence == measure.First {
		rows, keep = "(SELECT b.*, "+f.rank(b, "b.e")+"\nFROM "+rows+") AS b", "\nWHERE b.nth = 1"
	}
	rows = "SELECT " + strings.Join(columns, ", ") + ", b.e, b.x, NULL AS o\nFROM " + rows + keep

	o := f.outcome.base(b.args)
	at := f.outcome.columns[f.outcome.time]
	o.extra = []string{f.entityKey(f.outcome, f.outcomeKey) + " AS e", f.clock.number(f.outcome, raw(at.name), at.kind) + " AS x"}
	o.filter(f.where.sql(f.outcome, f.outcome.own, b.args))
	f.whose(o, f.entityKey(f.outcome, f.outcomeKey))
	o.filter(f.bound(f.outcome, " >= ", f.first.Add(f.After-oneDay)))
	o.filter(f.bound(f.outcome, " <= ", f.last.Add(f.Within+oneDay)))
	outcomes := "SELECT " + strings.Join(nulls, ", ") + ", b.e, b.x, 1 AS o\nFROM (" + o.sql() + ") AS b"
	after, within := f.clock.span(f.After, f.Within)
	return "(SELECT b.*, " + following("b.o", after, within) + "\nFROM (" + rows + "\nUNION ALL\n" + outcomes + ") AS b) AS b\nWHERE b.o IS NULL"
}

// following counts the outcomes from after to within later, in numbers of the clock.
func following(outcome string, after, within int64) string {
	return fmt.Sprintf("count(%s) OVER (PARTITION BY b.e ORDER BY b.x RANGE BETWEEN %d FOLLOWING AND %d FOLLOWING) AS n", outcome, after, within)
}

// rank numbers an entity's base rows from its first on.
func (f *followed) rank(b *base, partition string) string {
	order := []string{"b.x"}
	if f.clock.days { // within a day, by the time that the column tells
		order = append(order, b.ref(f.time))
	}
	order = append(order, b.tieOrder(f.ties())...)
	return "row_number() OVER (PARTITION BY " + partition + " ORDER BY " + strings.Join(order, ", ") + ") AS nth"
}

// baseClock numbers the time of base rows. All that lie before the windows are alike: they tell that an entity's first
// row is past, and nothing else.
func (f *followed) baseClock() string {
	at := f.table.columns[f.time]
	number := f.clock.number(f.table, raw(at.name), at.kind)
	if f.Occurrence != measure.First {
		return number
	}
	return "CASE WHEN " + f.bound(f.table, " < ", f.first) + " THEN " + strconv.FormatInt(f.clock.at(f.first)-1, 10) + " ELSE " + number + " END"
}

// bound compares a table's time with an instant.
func (f *followed) bound(t *table, operator string, at time.Time) string {
	kind := t.columns[t.time].kind
	return raw(t.time) + operator + timeLiteral(t.dialect.literalKind(kind), t.wall(kind, at, f.reading.zone))
}

// entityKey is an entity's key, as both datasets write it.
func (f *followed) entityKey(t *table, column string) string {
	if f.outcome == f.table || t.dialect == MySQL {
		return t.own(column)
	}
	switch t.columns[column].kind {
	case KindText:
		return t.text(raw(column))
	case KindOther:
		return t.asText(raw(column))
	}
	return raw(column)
}

// whose leaves out rows without the entity, and those of the entities of other parts.
func (f *followed) whose(b *base, key string) {
	b.filter(key + " IS NOT NULL")
	if f.parts > 1 {
		if f.outcome != f.table {
			key = f.asText(key) // the same hash from either dataset
		}
		b.filter(f.partOf(key, f.part, f.parts))
	}
}
