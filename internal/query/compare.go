package query

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// compareStatement joins the customers at a window's opening with those at its closing: over snapshots,
// and over intervals where amounts are compared.
//
// Of snapshots, the state at the opening is the last snapshot in Ask.Opening, that at the closing the
// last in Ask.Closing; a window that lacks one has no group. Nothing is known between two snapshots:
// everyone lost is lost from the opening cohort, and exposure is the mean of the two states times the
// window. A customer's amount at an instant is the sum over its rows; one whose amount is zero pays
// nothing, and is as good as not there. A customer with a missing amount at either instant is left out
// of the window and counted as missing. A segment is that of the opening row (the latest to
// start; of equals, the larger text), or of the closing row for customers not there at the opening.
type compareStatement struct {
	*cellStatement
	reading *reading
}

func (p *planner) compare(r *reading) {
	for _, part := range p.splitState(r) {
		b := &bucket{readings: []*reading{part}, segments: part.orderedSegments(), bounds: boundsOf(part)}
		s := &compareStatement{cellStatement: p.cells(StateCompare, b), reading: part}
		var sql string
		if p.rows.Dataset.Time.Snapshot != "" {
			sql = s.snapshots()
		} else {
			sql = s.spells()
		}
		p.emit(StateCompare, []*reading{part}, sql, s.args, s.fold)
	}
}

// snapshots selects the groups over the last snapshots of the opening and closing periods.
func (s *compareStatement) snapshots() string {
	r := s.reading
	opening, closing := s.walls(r.ask.Opening, r.zone), s.walls(r.ask.Closing, r.zone)
	s.grid = newGrid(s.dialect.literalKind(s.columns[s.time].kind), opening, closing).on(s.dialect)
	var looks [][]int
	openings, closings := s.grid.runs(opening), s.grid.runs(closing)
	for w := range r.windows {
		looks = append(looks,
			[]int{w, 0, openings[w].from, openings[w].to},
			[]int{w, 1, closings[w].from, closings[w].to})
	}
	at := s.base.ref(s.time)
	s.base.filter(s.grid.within(raw(s.time), append(openings, closings...)))
	s.rowColumns()
	looked := "SELECT v.w, v.c, max(l.t) AS t FROM " + s.values("v", "w, c, f, g", looks) + "\n" +
		"JOIN (" + s.lastSnapshots() + ") AS l ON l.p >= v.f AND l.p < v.g GROUP BY v.w, v.c"
	both := "SELECT b.w, b.c, b.t FROM (SELECT l.*, count(*) OVER (PARTITION BY l.w) AS n FROM (" + looked + ") AS l) AS b WHERE b.n = 2"
	rows := "SELECT b.*, l.w, l.c, 0 AS s FROM (" + s.base.sql() + ") AS b JOIN (" + both + ") AS l ON " + at + " = l.t"
	return s.groups(rows)
}

// spells selects the groups over the intervals that cover an opening or a closing.
func (s *compareStatement) spells() string {
	r, at := s.reading, s.rows.Dataset.Time
	var looks [][]int
	for w, run := range s.grid.runs(r.windows) {
		looks = append(looks, []int{w, 0, run.from}, []int{w, 1, run.to})
	}
	kind, bounds := s.dialect.literalKind(s.columns[s.time].kind), s.grid.bounds
	s.base.filter(raw(at.Start) + " <= " + timeLiteral(kind, bounds[len(bounds)-1]))
	k := strconv.Itoa(len(bounds))
	if at.End != "" {
		s.base.filter("(" + raw(at.End) + " IS NULL OR " + raw(at.End) + " > " + timeLiteral(kind, bounds[0]) + ")")
		k = s.grid.passed(raw(at.End))
	}
	s.base.extra = []string{raw(at.Start) + " AS s", s.grid.passed(raw(at.Start)) + " AS i", k + " AS k"}
	s.rowColumns()
	covered := s.expanded("("+s.base.sql()+") AS b", "b.i", "b.k", "b.i < b.k")
	return s.groups("SELECT b.*, l.w, l.c FROM (" + covered + ") AS b JOIN " + s.values("l", "w, c, j", looks) + " ON b.j = l.j")
}

// rowColumns adds what the groups need to the base, and the reading's where.
func (s *compareStatement) rowColumns() {
	r := s.reading
	s.base.ref(r.state)
	if amount := r.ask.Request.State.Amount; amount != "" {
		s.base.ref(amount)
	}
	for _, name := range s.segments {
		s.base.ref(name)
	}
	s.base.filter(raw(r.state) + " IS NOT NULL")
	s.base.filter(r.where.sql(s.table, s.own, s.args))
}

// groups sums rows (w, c: 0 at the opening, 1 at the closing; s: the spell's start) by customer, then
// customers by window and segment.
func (s *compareStatement) groups(rows string) string {
	r := s.reading
	key := s.base.ref(r.state)
	amount := ""
	if name := r.ask.Request.State.Amount; name != "" {
		amount = s.double(s.base.number(name))
	}
	list := []string{"b.w", "max(1 - b.c) AS o", "max(b.c) AS z"}
	if amount != "" {
		list = append(list, "coalesce(sum(CASE WHEN b.c = 0 THEN "+amount+" END), 0) AS s", "coalesce(sum(CASE WHEN b.c = 1 THEN "+amount+" END), 0) AS e",
			"count(*) - count("+amount+") AS missing")
	}
	if len(s.segments) > 0 {
		var order []string
		for i, name := range s.segments {
			ref := s.base.ref(name)
			list = append(list, fmt.Sprintf("coalesce(max(CASE WHEN b.nth = 1 AND b.c = 0 THEN %[1]s END), max(CASE WHEN b.nth = 1 AND b.c = 1 AND b.o = 0 THEN %[1]s END)) AS s%[2]d", s.segmentSQL(name, ref), i))
			order = append(order, latestFirst.Replace(s.tie(ref)))
		}
		over := "OVER (PARTITION BY b.w, b.c, " + key + " ORDER BY b.s DESC, " + strings.Join(order, ", ") + ") AS nth"
		rows = "SELECT b.*, row_number() " + over + ", max(1 - b.c) OVER (PARTITION BY b.w, " + key + ") AS o\nFROM (" + rows + ") AS b"
	}
	customers := "SELECT " + strings.Join(list, ", ") + "\nFROM (" + rows + ") AS b\nGROUP BY b.w, " + key

	list = []string{s.bigint("b.w") + " AS w"}
	group := []string{"b.w"}
	for i := range s.segments {
		ref := "b.s" + strconv.Itoa(i)
		list, group = append(list, ref), append(group, ref)
	}
	var sums []string
	if amount == "" {
		sums = []string{"sum(b.o)", "sum(b.o * (1 - b.z))", "sum(b.o * (1 - b.z))", "sum(b.z * (1 - b.o))", "sum(b.z)", "sum(b.o + b.z)"}
	} else {
		among := func(who, value string) string {
			return "sum(CASE WHEN b.missing = 0 AND " + who + " THEN " + value + " ELSE 0 END)"
		}
		const opening = "b.s > 0" // without a row there the amount is 0
		m := "least(b.s, b.e)"
		sums = []string{among(opening, "1"), among(opening+" AND b.e = 0", "1")}
		for _, value := range []string{"b.s", "b.e", m, "b.s * b.s", "b.e * b.e", m + " * " + m, "b.s * b.e", "b.s * " + m} {
			sums = append(sums, among(opening, value))
		}
		sums = append(sums, among("b.e <> 0", "1"), "sum(CASE WHEN b.missing = 0 THEN 0 ELSE b.o END)")
	}
	for i, one := range sums {
		list = append(list, s.double(one)+" AS a"+strconv.Itoa(i))
	}
	return "SELECT " + strings.Join(list, ",\n  ") + "\nFROM (" + customers + ") AS b\nGROUP BY " + strings.Join(group, ", ")
}

func (s *compareStatement) fold(result *Table) (map[int][]Group, error) {
	r := s.reading
	in := &cursor{table: result}
	window := in.next()
	segments := newTuples(in.take(len(s.segments)), result.Len)
	size := r.ask.Request.Size()
	sums := in.take(size)
	if in.err != nil {
		return nil, in.err
	}
	var groups []Group
	for breakdown := -1; breakdown < len(r.ask.Breakdowns); breakdown++ {
		var positions []int
		if breakdown >= 0 {
			positions = s.positions(r.ask.Breakdowns[breakdown].By)
		}
		a := newAccount(r, positions, segments)
		if len(a.values) > maxGroups {
			return nil, fail(plan.TooManySegments, "a breakdown has more than %d segments: break down by a column with few values", maxGroups)
		}
		byGroup := make([][]measure.Sums, len(a.values))
		for row := range result.Len {
			g, w := a.group[segments.id[row]], int(window.int(row))
			if byGroup[g] == nil {
				byGroup[g] = make([]measure.Sums, len(r.windows))
			}
			if byGroup[g][w] == nil {
				byGroup[g][w] = make(measure.Sums, size)
			}
			for i, v := range sums {
				byGroup[g][w][i] += v.float(row)
			}
		}
		for g, byWindow := range byGroup {
			var texts []*string
			for _, v := range a.values[g] {
				texts = append(texts, segmentText(KindText, v))
			}
			for w, one := range byWindow {
				if one == nil {
					continue
				}
				if err := checkFinite(one); err != nil {
					return nil, err
				}
				if r.ask.Request.State.Amount == "" { // the states' sum, over half the window
					one[measure.StateExposure] *= r.windows[w].End.Sub(r.windows[w].Start).Seconds() / 2
				}
				groups = append(groups, Group{Window: r.offset + w, Breakdown: breakdown, Values: texts, Sums: one})
			}
		}
	}
	out := map[int][]Group{}
	groupsFor(out, r, groups)
	return out, nil
}
