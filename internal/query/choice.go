package query

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// choices plans readings that keep each entity's latest or first usable row of a window. Readings that
// choose alike share a statement.
func (p *planner) choices(readings []*reading) {
	groups := map[string][]*reading{}
	var order []string
	for _, r := range readings {
		key := fmt.Sprint(r.entity, " ", r.keep, " ", r.where.key, " ", usableKey(r), " ", r.windows)
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], r)
	}
	for _, key := range order {
		p.choice(groups[key])
	}
}

func (p *planner) choice(readings []*reading) {
	for _, part := range p.split(readings) {
		b := &bucket{readings: part, bounds: boundsOf(part[0])}
		for _, r := range part {
			b.segments = unionOf(b.segments, r.segmentColumns())
		}
		s := p.cells(PerEntity, b)
		s.collectSums(true)
		for _, name := range s.segments {
			s.base.ref(name)
		}
		s.place()
		layer := s.rowsOf(part[0])
		layer, s.following = s.chosen(layer, part[0])
		if len(s.sums) <= maxAggregates && p.emit(PerEntity, part, s.sql("("+layer+") AS b"), s.args, s.fold) {
			continue
		}
		if len(part) == 1 {
			p.refuse(part[0].ids, fail(plan.UnsupportedCombination, "the measure asks for %d sums, the limit is %d", len(s.sums), maxAggregates))
			continue
		}
		p.choice(part[:len(part)/2])
		p.choice(part[len(part)/2:])
	}
}

// split cuts readings of the same windows by window: where memory asks for it, and for snapshots, of
// which each window has a last one of its own.
func (p *planner) split(readings []*reading) [][]*reading {
	windows := len(readings[0].windows)
	parts := 1
	if limit := p.options.MaxRowsPerStatement; limit > 0 {
		parts = int(math.Ceil(p.estimatedRows() / float64(limit)))
	}
	if p.rows.Dataset.Time.Snapshot != "" && readings[0].state == "" {
		parts = windows
	}
	parts = min(parts, windows)
	if parts <= 1 {
		return [][]*reading{readings}
	}
	var out [][]*reading
	for i := range parts {
		from, to := i*windows/parts, (i+1)*windows/parts
		var part []*reading
		for _, r := range readings {
			one := *r
			one.windows, one.offset = r.windows[from:to], r.offset+from
			part = append(part, &one)
		}
		out = append(out, part)
	}
	return out
}

// rowsOf selects the rows that the reading's where keeps, of those with the entity's key. Of a snapshot
// dataset the last snapshot is found before where applies.
func (s *cellStatement) rowsOf(r *reading) string {
	keyed := func(ref func(string) string) string {
		var parts []string
		if where := r.where.sql(s.table, ref, s.args); where != "" {
			parts = append(parts, where)
		}
		if r.entity != "" {
			parts = append(parts, ref(r.entity)+" IS NOT NULL")
		}
		if r.cluster != nil && !r.strangersAlone() {
			parts = append(parts, ref(r.cluster.key)+" IS NOT NULL")
		}
		return strings.Join(parts, " AND ")
	}
	for _, name := range append([]string{r.entity, s.time}, s.ties()...) {
		if name != "" && r.entity != "" {
			s.base.ref(name)
		}
	}
	usable(r, s.base)
	if s.rows.Dataset.Time.Snapshot == "" {
		s.base.filter(keyed(s.own))
		return s.base.sql()
	}
	where := keyed(s.base.ref)
	if where == "" {
		return s.rowsSQL()
	}
	return "SELECT b.* FROM (" + s.rowsSQL() + ") AS b\nWHERE " + where
}

// chosen keeps each entity's latest (first) usable row of each period, and every unusable row, which is
// told as rejected. In order of time, a row is the latest of its period if the entity's next row lies in
// another one, q. Where windows span periods, q tells the rest: the latest row of period p is the latest
// of a window that holds p but not q. following reports whether windows do.
func (s *cellStatement) chosen(rows string, r *reading) (layer string, following bool) {
	if r.entity == "" {
		return rows, false
	}
	partition := s.base.ref(r.entity)
	keep := "b.q IS NULL OR b.q <> b.p"
	if predicate := usable(r, s.base); predicate != "" {
		rows = "SELECT b.*, CASE WHEN " + predicate + " THEN 1 ELSE 0 END AS u\nFROM (" + rows + ") AS b"
		partition += ", b.u"
		keep += " OR b.u = 0"
	}
	longest := 0
	for _, w := range s.grid.runs(r.windows) {
		longest = max(longest, w.to-w.from)
	}
	neighbour := "lead"
	if r.keep == plan.KeepFirst {
		neighbour = "lag"
	}
	ties := slices.DeleteFunc(s.ties(), func(name string) bool { return name == s.time || name == r.entity })
	order := append([]string{s.base.ref(s.time)}, s.base.tieOrder(ties)...)
	layer = "SELECT b.*, " + neighbour + "(b.p) OVER (PARTITION BY " + partition + " ORDER BY " + strings.Join(order, ", ") + ") AS q\nFROM (" + rows + ") AS b"
	if longest <= 1 {
		return "SELECT b.* FROM (" + layer + ") AS b\nWHERE " + keep, false
	}
	near := fmt.Sprintf("abs(b.q - b.p) < %d", longest) // a row farther away meets no window of this one
	if strings.HasSuffix(partition, "b.u") {
		near += " AND b.u = 1"
	}
	columns := []string{"b.p"}
	for i := range s.base.names {
		columns = append(columns, fmt.Sprintf("b.c%d", i))
	}
	for i := range s.base.flags {
		columns = append(columns, fmt.Sprintf("b.u%d", i))
	}
	return "SELECT " + strings.Join(columns, ", ") + ", CASE WHEN " + near + " THEN b.q END AS q\nFROM (" + layer + ") AS b\nWHERE " + keep, true
}

// ties are the columns that decide between rows of one time: the primary key or, without one, all columns, so
// that the choice is the same in every statement and run.
func (t *table) ties() []string {
	if key := t.rows.Dataset.PrimaryKey; len(key) > 0 {
		return slices.Clone(key)
	}
	var names []string
	for name, c := range t.columns {
		if c.kind != KindOther { // which may have no order
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// tieOrder orders by columns, by bytes where they hold text, as every engine can.
func (b *base) tieOrder(names []string) []string {
	var out []string
	for _, name := range names {
		ref := b.ref(name)
		switch {
		case b.t.dialect == Postgres && b.t.columns[name].kind == KindText:
			ref = b.t.text(ref) + ` COLLATE "C"`
		case b.t.dialect == MySQL:
			out = append(out, ref+" IS NULL") // NULL last, as elsewhere
		}
		out = append(out, ref)
	}
	return out
}

// usable is when a row holds an answer: every column that the terms sum has a value within the hull of
// the ranges asked of it. Empty if every row does.
func usable(r *reading, b *base) string {
	var parts []string
	for _, a := range answers(r) {
		if !a.ranged {
			parts = append(parts, b.number(a.column)+" IS NOT NULL")
			continue
		}
		parts = append(parts, "("+b.number(a.column)+") BETWEEN "+number(a.lo)+" AND "+number(a.hi))
	}
	return strings.Join(parts, " AND ")
}

func usableKey(r *reading) string { return fmt.Sprint(answers(r)) }

// answers lists the columns that hold a reading's answer, with the hull of their ranges.
func answers(r *reading) []sum {
	var out []sum
	add := func(column string, s sum) {
		i := slices.IndexFunc(out, func(o sum) bool { return o.column == column })
		if i < 0 {
			out = append(out, sum{column: column, lo: s.lo, hi: s.hi, ranged: s.ranged})
			return
		}
		switch {
		case !s.ranged:
		case !out[i].ranged:
			out[i].lo, out[i].hi, out[i].ranged = s.lo, s.hi, true
		default:
			out[i].lo, out[i].hi = min(out[i].lo, s.lo), max(out[i].hi, s.hi)
		}
	}
	for _, m := range r.terms {
		if len(m.any) > 0 {
			continue
		}
		switch m.op {
		case measure.Present, measure.InRange, measure.SumOf, measure.SumSquares:
			add(m.column, m.sum)
		case measure.SumProduct, measure.SumPaired:
			add(m.column, sum{})
			add(m.other, sum{})
		}
	}
	return out
}
