package query

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A customer is open at an instant if a spell (a row of an interval dataset) covers it: start ≤ t < end.
// Spells no farther apart than the tolerated gap make one stay. What happens within a window happens
// after its opening instant and up to its closing one, so that open + new − lost = close for customers
// who come or go once.
//
// Instants divide time into whole numbers: a stay covers the bounds from i (those before its start) up to
// k (those before its end). Counting stays by (i, k) answers every window at once; the fold looks the
// states up. A customer's segment in a window is that of the spell covering its opening (the latest to
// start; of equals, the larger text), or, for one not open then, of the spell that begins the first stay.
// A stay that ended less than the gap before Ask.Known is not known to be over: it counts as open.
type sweepStatement struct {
	*cellStatement
	reading *reading
	// part of parts of the customers.
	part, parts int
}

// Kinds of a sweep's cells, with what their four numbers are.
const (
	sweepOpen     = iota // a stay's part in one segment: covers [0, 1); 2: the stay covers up to here
	sweepOpenPair        // such a part and a later stay of the customer: covers [0, 1), then [2, 3)
	sweepNew             // a stay: 0: the previous stay's end; covers [1, 2)
	sweepNewPair         // a stay and a later one: 0: the previous stay's end; begins at 1; then [2, 3)
)

func (p *planner) state(r *reading) {
	if p.rows.Dataset.Time.Snapshot != "" || r.ask.Request.State.Amount != "" {
		p.compare(r)
		return
	}
	s := &sweepStatement{reading: r, parts: 1}
	if limit := p.options.MaxRowsPerStatement; limit > 0 && !p.single(r) {
		s.parts = int(math.Ceil(p.estimatedRows() / float64(limit))) // a spell may meet every window: split by customer
	}
	for part := range s.parts {
		one := *s
		b := &bucket{readings: []*reading{r}, segments: r.orderedSegments(), bounds: boundsOf(r)}
		one.cellStatement, one.part = p.cells(StateSweep, b), part
		p.emit(StateSweep, []*reading{r}, one.sql(), one.args, one.fold)
	}
}

// splitState cuts a state request by window where memory asks for it.
func (p *planner) splitState(r *reading) []*reading {
	var out []*reading
	for _, part := range p.split([]*reading{r}) {
		one := part[0]
		if opening := r.ask.Opening; len(opening) == len(r.windows) {
			one.ask.Opening = opening[one.offset : one.offset+len(one.windows)]
			one.ask.Closing = r.ask.Closing[one.offset : one.offset+len(one.windows)]
		}
		out = append(out, one)
	}
	return out
}

// single reports whether the primary key allows an entity one spell only.
func (t *table) single(r *reading) bool {
	key := t.rows.Dataset.PrimaryKey
	return len(key) == 1 && key[0] == r.state
}

// spells selects e, s, f (end, infinity if open), i, k and the segments' columns.
func (s *sweepStatement) spells() string {
	r, b, at := s.reading, s.base, s.rows.Dataset.Time
	kind := s.dialect.literalKind(s.columns[at.Start].kind)
	start, end := raw(at.Start), raw(at.Start)
	finish := s.forever(kind)
	if at.End != "" {
		end = raw(at.End)
		finish = "coalesce(" + end + ", " + finish + ")"
		b.filter("(" + end + " > " + start + ") IS NOT FALSE")
	}
	gap := r.ask.Request.State.ToleratedGapSeconds
	first, last := s.grid.bounds[0], s.grid.bounds[len(s.grid.bounds)-1]
	// Where stays must be put together, spells far outside are left out. Those just outside may bridge a
	// gap across the first or the last bound; which of them decides the segment within such a gap, earlier
	// ones have a say in. A primary key without NULL, as single promises, needs no such care: the fold
	// passes over what covers no bound, and filters would cost more than they save.
	if !s.single(s.reading) {
		b.filter(start + " <= " + s.shifted(timeLiteral(kind, last), "+", gap))
		if at.End != "" && (gap == 0 || len(s.segments) == 0) {
			b.filter("(" + end + " IS NULL OR " + end + " > " + s.shifted(timeLiteral(kind, first), "-", gap) + ")")
		}
		b.filter(raw(r.state) + " IS NOT NULL")
		if s.parts > 1 {
			b.filter(s.partOf(s.own(r.state), s.part, s.parts))
		}
	}
	b.filter(r.where.sql(s.table, s.own, s.args))
	k := strconv.Itoa(len(s.grid.bounds))
	if at.End != "" {
		forever, passed := k, s.grid.passed(end)
		k = passed
		if known := r.ask.Known; gap > 0 && !known.IsZero() {
			// Who left less than the gap before what is known may yet come back.
			mayReturn := s.shifted(end, "+", gap) + " > " + timeLiteral(kind, s.wall(s.columns[at.Start].kind, known, r.zone))
			finish = "CASE WHEN " + mayReturn + " THEN " + s.forever(kind) + " ELSE " + finish + " END"
			k = "CASE WHEN " + mayReturn + " THEN " + forever + " ELSE " + passed + " END"
		}
	}
	b.extra = []string{s.own(r.state) + " AS e", start + " AS s", finish + " AS f", s.grid.passed(start) + " AS i", k + " AS k"}
	for _, name := range s.segments {
		b.ref(name)
	}
	return b.sql()
}

// partOf holds for the keys of one of so many parts.
func (t *table) partOf(key string, part, parts int) string {
	hash := "hash(" + key + ")"
	switch t.dialect {
	case Postgres:
		hash = "(hashtextextended(" + t.asText(key) + ", 0) & 2147483647)"
	case MySQL:
		hash = "crc32(" + key + ")"
	}
	return fmt.Sprintf("%s %% %d = %d", hash, parts, part)
}

func (s *sweepStatement) shifted(expr, sign string, seconds int64) string {
	if seconds == 0 {
		return expr
	}
	interval := "'" + strconv.FormatInt(seconds, 10) + " seconds'"
	if s.dialect == MySQL {
		interval = strconv.FormatInt(seconds, 10) + " SECOND"
	}
	return "(" + expr + " " + sign + " INTERVAL " + interval + ")"
}

// seconds sums instants as seconds since the first bound. Instants outside the bounds, infinity among
// them, only reach cells whose sum the fold does not read.
func (s *sweepStatement) seconds(ref string) string {
	first := s.grid.bounds[0].Unix()
	switch s.dialect {
	case DuckDB:
		return "CAST(sum(epoch_us(" + ref + ") - " + strconv.FormatInt(first*1_000_000, 10) + ") AS DOUBLE PRECISION) / 1e6"
	case MySQL:
		return s.double("sum(timestampdiff(MICROSECOND, "+timeLiteral(KindTimestamp, s.grid.bounds[0])+", "+ref+"))") + " / 1e6"
	}
	return "sum(date_part('epoch', " + ref + ") - " + strconv.FormatInt(first, 10) + ")"
}

func (s *sweepStatement) sql() string {
	var segments, ties []string
	for _, name := range s.segments {
		ref := s.base.ref(name)
		segments = append(segments, ref)
		ties = append(ties, s.tie(ref))
	}
	out := make([]string, len(segments))
	for i, name := range s.segments {
		out[i] = s.output(name, segments[i]) + " AS s" + strconv.Itoa(i)
	}
	with := func(sep string, parts ...[]string) string { return strings.Join(slices.Concat(parts...), sep) }

	if s.single(s.reading) {
		return "SELECT " + with(", ", []string{"b.i", "b.k"}, out, []string{"count(*) AS n", s.seconds("b.s") + " AS es", s.seconds("b.f") + " AS ef"}) +
			"\nFROM (" + s.apart() + s.spells() + ") AS b\nGROUP BY " + with(", ", []string{"b.i", "b.k"}, segments)
	}

	// In order of start, a spell begins a stay unless one before it (all end by m) reaches it. A stay ends
	// where all before the next one have ended. a is what its spells have in common: its start.
	gap := s.reading.ask.Request.State.ToleratedGapSeconds
	if s.dialect == MySQL {
		ties = append(ties, "b.f") // it reads spells anew for each use of them, in an order that must not change
	}
	over := "OVER (PARTITION BY b.e ORDER BY " + with(", ", []string{"b.s"}, ties)
	ahead := ""
	if len(segments) > 0 {
		ahead = ",\n  lead(b.i) " + over + ") AS ni, lead(b.s) " + over + ") AS ns, max(b.k) " + over + " ROWS UNBOUNDED PRECEDING) AS mk, max(b.f) " + over + " ROWS UNBOUNDED PRECEDING) AS mf"
	}
	sql := "WITH spells AS (SELECT b.*, max(b.f) " + over + " ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS m, max(b.f) OVER (PARTITION BY b.e) AS l" + ahead +
		"\nFROM (" + s.spells() + ") AS b),\n" +
		"stays AS (SELECT b.e, b.a, b.a AS s, b.f, b.i, b.times, " + s.grid.passed("b.f") + " AS k, CASE WHEN b.m IS NOT NULL THEN " + s.grid.passed("b.m") + " END AS o\n" +
		"FROM (SELECT b.e, b.s AS a, b.m, b.i, coalesce(lead(b.m) OVER (PARTITION BY b.e ORDER BY b.s), b.l) AS f, count(*) OVER (PARTITION BY b.e) AS times\n" +
		"FROM spells AS b WHERE b.m IS NULL OR " + s.shifted("b.s", "-", gap) + " > b.m) AS b)"
	parts, entries := "stays", "stays"
	if len(segments) > 0 {
		sql += ",\n" + s.pieces(over, segments)
		parts, entries = "parts", "entries"
	}
	longest := 0
	for _, w := range s.grid.runs(s.reading.windows) {
		longest = max(longest, w.to-w.from)
	}
	reach := fmt.Sprintf("c.i <= b.k + %d", longest) // a later return meets no window of this stay
	group := func(numbers ...string) string { return "\nGROUP BY " + with(", ", numbers, segments) }
	row := func(kind int, numbers [4]string, of string) string {
		list := []string{strconv.Itoa(kind) + " AS kind"}
		for i, n := range numbers {
			list = append(list, s.bigint(n)+" AS n"+strconv.Itoa(i))
		}
		return "\nSELECT " + with(", ", list, out, []string{"count(*) AS n", s.seconds(of+".s") + " AS es", s.seconds(of+".f") + " AS ef"})
	}
	stayEnd := "b.k"
	if len(segments) > 0 {
		stayEnd = "b.z"
	}
	pair := " AS b JOIN stays AS c ON c.e = b.e AND c.a > b.a AND " + reach + "\nWHERE b.times > 1"
	if len(segments) > 0 {
		pair = strings.Replace(pair, "b.k +", "b.z +", 1)
	}
	sql += row(sweepOpen, [4]string{"b.i", "b.k", stayEnd, "0"}, "b") + "\nFROM " + parts + " AS b WHERE b.i < b.k" + group("b.i", "b.k", stayEnd)
	sql += "\nUNION ALL" + row(sweepOpenPair, [4]string{"b.i", "b.k", "c.i", "c.k"}, "c") + "\nFROM " + parts + pair + " AND b.i < b.k" + group("b.i", "b.k", "c.i", "c.k")
	sql += "\nUNION ALL" + row(sweepNew, [4]string{"b.o", "b.i", "b.k", "0"}, "b") + "\nFROM " + entries + " AS b WHERE b.i > 0" + group("b.o", "b.i", "b.k")
	sql += "\nUNION ALL" + row(sweepNewPair, [4]string{"b.o", "b.i", "c.i", "c.k"}, "c") + "\nFROM " + entries +
		strings.Replace(pair, "b.z +", "b.k +", 1) + " AND b.i > 0" + group("b.o", "b.i", "c.i", "c.k")
	return sql
}

// expanded repeats the rows b of a relation for each whole number j from from up to to.
func (s *cellStatement) expanded(relation, from, to, where string) string {
	series := "generate_series(" + from + ", " + to + " - 1)"
	switch s.dialect {
	case DuckDB:
		series = "unnest(range(" + from + ", " + to + "))"
	case MySQL:
		series = "g.j"
		var numbers [][]int
		for j := range len(s.grid.bounds) + 1 {
			numbers = append(numbers, []int{j})
		}
		relation += " STRAIGHT_JOIN " + s.values("g", "j", numbers) + " ON g.j >= " + from + " AND g.j < " + to
	}
	sql := "SELECT b.*, " + series + " AS j FROM " + relation
	if where != "" {
		sql += " WHERE " + where
	}
	return sql
}

// tie orders equals by their text, NULL first, alike on all engines.
func (t *table) tie(ref string) string {
	ref = t.asText(ref)
	switch t.dialect {
	case Postgres:
		ref += ` COLLATE "C"`
	case MySQL:
		return ref + " ASC" // NULL is first
	}
	return ref + " ASC NULLS FIRST"
}

// latestFirst turns tie's order round.
var latestFirst = strings.NewReplacer(" ASC NULLS FIRST", " DESC NULLS LAST", " ASC", " DESC")

// pieces cuts stays by the spell that decides the segment: at each bound the latest to start of those
// that cover it; across a tolerated gap, the last before it. Spells in order of start hand over to the
// next, unless one outlives a later one: such customers' bounds are looked at one by one.
func (s *sweepStatement) pieces(over string, segments []string) string {
	columns := strings.Join(segments, ", ")
	// The latest to start first; of equals, the larger text.
	latest := strings.NewReplacer(" ASC NULLS FIRST", " DESC NULLS LAST", " ASC", " DESC", "PARTITION BY b.e", "PARTITION BY v.e, v.j", "ORDER BY b.s", "ORDER BY v.s DESC", "b.", "v.").Replace(over)
	expanded := func(from, to, where string) string { // one row for each bound
		return s.expanded("followed AS b JOIN hard AS h ON h.e = b.e", from, to, where)
	}
	gap := s.reading.ask.Request.State.ToleratedGapSeconds
	same := s.shifted("b.ns", "-", gap) + " <= b.mf" // the next spell belongs to the same stay
	// Of spells with one start, any may come first here: all are of the stay that begins with one of them.
	begins := "b.m IS NULL OR " + s.shifted("b.s", "-", gap) + " > b.m"
	return "followed AS (SELECT b.*, max(CASE WHEN " + begins + " THEN b.s END) OVER (PARTITION BY b.e ORDER BY b.s) AS a FROM spells AS b),\n" +
		"hard AS (SELECT DISTINCT b.e FROM spells AS b WHERE b.mk > b.k),\n" +
		"parts AS (SELECT b.e, b.a, b.i, b.k, c.k AS z, c.s, c.f, c.times, " + columns + "\n" +
		"FROM (SELECT b.e, b.a, b.i, CASE WHEN " + same + " THEN b.ni ELSE b.k END AS k, " + columns + "\n" +
		"FROM followed AS b WHERE NOT EXISTS (SELECT 1 FROM hard AS h WHERE h.e = b.e)\nUNION ALL\n" +
		"SELECT b.e, b.a, b.j AS i, b.j + 1 AS k, " + columns + "\n" +
		"FROM (SELECT v.*, row_number() " + latest + ") AS nth\nFROM (" + expanded("b.i", "b.k", "") + "\nUNION ALL\n" +
		expanded("b.mk", "b.ni", same+" AND b.ns > b.mf") + ") AS v) AS b\n" +
		"WHERE b.nth = 1) AS b\nJOIN stays AS c ON c.e = b.e AND c.a = b.a),\n" +
		"entries AS (SELECT c.e, c.a, c.i, c.k, c.o, c.s, c.f, c.times, " + columns + "\nFROM followed AS b JOIN stays AS c ON c.e = b.e AND c.a = b.a\n" +
		"WHERE b.s = c.a AND (b.ns IS NULL OR b.ns > b.s))"
}
