package query

import (
	"slices"
	"strconv"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// cellStatement is a statement whose result is cells: sums by period, segment columns and whatever
// tells which readings a cell belongs to (filter values or masks). The fold adds cells up.
type cellStatement struct {
	*table
	shape    Shape
	args     *arguments
	base     *base
	grid     *grid // nil if undated
	readings []*reading
	segments []string
	sets     [][]string // breakdowns aggregated each by itself; nil: segments are crossed and folded
	// following adds to each cell the entity's next period (previous, for First) with a usable row.
	following bool
	keys      []string      // filter columns in the cell's key
	classes   []*classes    // filter columns whose class is in the cell's key
	masked    []conjunction // DictMasks: predicates by bit
	sums      []string      // aggregates
	sumIndex  map[string]int
	termSums  [][]int // by reading and term: its aggregate, −1 for a sum that is always 0
}

func (p *planner) cells(shape Shape, b *bucket) *cellStatement {
	args := &arguments{}
	s := &cellStatement{
		table: p.table, shape: shape, args: args, base: p.base(args), readings: b.readings,
		segments: b.segments, sumIndex: map[string]int{},
	}
	if p.time != "" {
		windows := make([][]Window, len(b.readings))
		for i, r := range b.readings {
			windows[i] = r.windows
		}
		s.grid = newGrid(p.dialect.literalKind(p.columns[p.time].kind), windows...).on(p.dialect)
	}
	if sets := breakdownSets(b.readings); len(sets) > 1 && p.segmentGroups(b.segments)*b.periods() > p.estimatedRows()/8 {
		s.sets = sets
	}
	return s
}

// breakdownSets are the different breakdowns of readings, each sorted.
func breakdownSets(readings []*reading) [][]string {
	var sets [][]string
	for _, r := range readings {
		for _, b := range r.ask.Breakdowns {
			set := slices.Sorted(slices.Values(b.By))
			if !slices.ContainsFunc(sets, func(other []string) bool { return slices.Equal(other, set) }) {
				sets = append(sets, set)
			}
		}
	}
	return sets
}

// collectSums lists the aggregates of all terms. inline writes a term's Any into its aggregate;
// otherwise the fold decides by the cell which terms it feeds.
func (s *cellStatement) collectSums(inline bool) {
	for _, r := range s.readings {
		index := make([]int, len(r.terms))
		for i, m := range r.terms {
			if m.zero {
				index[i] = -1
				continue
			}
			when := ""
			if inline {
				when = m.anySQL(s.base)
			}
			index[i] = s.sum(m.aggregate(s.base, when))
		}
		s.termSums = append(s.termSums, index)
	}
}

func (s *cellStatement) sum(aggregate string) int {
	i, ok := s.sumIndex[aggregate]
	if !ok {
		i = len(s.sums)
		s.sumIndex[aggregate] = i
		s.sums = append(s.sums, aggregate)
	}
	return i
}

// place restricts the base to the windows and adds the period as p.
func (s *cellStatement) place() {
	s.restrict()
	if s.grid != nil {
		s.base.extra = append(s.base.extra, s.grid.period(raw(s.time))+" AS p")
	}
}

// restrict restricts the base to the windows.
func (s *cellStatement) restrict() {
	if s.grid == nil {
		return
	}
	var used []run
	for _, r := range s.readings {
		used = append(used, s.grid.runs(r.windows)...)
	}
	s.base.filter(s.grid.within(raw(s.time), used))
}

// narrow restricts the base to rows that some reading wants, where that is cheap to tell.
func (s *cellStatement) narrow() {
	if s.rows.Dataset.Time.Snapshot != "" {
		return // the last snapshot is that of all rows
	}
	var wheres []conjunction
	for _, r := range s.readings {
		if r.where.key == "" {
			return
		}
		if !slices.ContainsFunc(wheres, func(c conjunction) bool { return c.key == r.where.key }) {
			wheres = append(wheres, r.where)
		}
	}
	if len(wheres) > fewPredicates {
		return
	}
	var parts []string
	for _, c := range wheres {
		parts = append(parts, c.sql(s.table, s.own, s.args))
	}
	if len(parts) == 1 {
		s.base.filter(parts[0])
	} else {
		s.base.filter("((" + strings.Join(parts, ") OR (") + "))")
	}
}

// rowsSQL is the base; of a snapshot dataset only the rows of each period's last snapshot.
func (s *cellStatement) rowsSQL() string {
	if s.rows.Dataset.Time.Snapshot == "" {
		return s.base.sql()
	}
	at := s.base.ref(s.time)
	return "SELECT b.* FROM (" + s.base.sql() + ") AS b JOIN (" + s.lastSnapshots() + ") AS l ON b.p = l.p AND " + at + " = l.t"
}

// lastSnapshots selects each period's last snapshot instant, of all rows that the named filters keep.
func (s *cellStatement) lastSnapshots() string {
	only := s.table.base(s.args)
	at := only.ref(s.time)
	only.where = []string{s.grid.within(raw(s.time), nil)}
	only.extra = []string{s.grid.period(raw(s.time)) + " AS p"}
	return "SELECT b.p, max(" + at + ") AS t FROM (" + only.sql() + ") AS b GROUP BY b.p"
}

// sql selects the cells from a layer, which is aliased b and has the base's columns.
func (s *cellStatement) sql(layer string) string {
	var list, group []string
	add := func(expr, name, by string) {
		list = append(list, expr+" AS "+name)
		group = append(group, by)
	}
	if s.grid != nil {
		add("b.p", "p", "b.p")
	}
	if s.following {
		add("b.q", "q", "b.q")
	}
	for i, name := range s.keys {
		add(s.output(name, s.base.ref(name)), "k"+strconv.Itoa(i), s.base.ref(name))
	}
	for i := range s.classes {
		h := "h" + strconv.Itoa(i)
		add("b."+h, h, "b."+h)
	}
	for i := range s.maskColumns() {
		m := "m" + strconv.Itoa(i)
		add("b."+m, m, "b."+m)
	}
	always := len(group)
	for i, name := range s.segments {
		add(s.output(name, s.base.ref(name)), "s"+strconv.Itoa(i), s.base.ref(name))
	}
	by := strings.Join(group, ", ")
	if s.sets != nil && s.dialect == MySQL {
		sets := &unionOfSets{head: list[:always], group: group[:always], segments: list[always:], refs: group[always:], names: s.segments, sets: s.sets}
		for i, a := range s.sums {
			sets.tail = append(sets.tail, a+" AS a"+strconv.Itoa(i))
		}
		return sets.sql(layer)
	}
	if s.sets != nil {
		refs := make([]string, len(s.segments))
		for i, name := range s.segments {
			refs[i] = s.base.ref(name)
		}
		list = append(list, s.bigint("GROUPING("+strings.Join(refs, ", ")+")")+" AS g")
		sets := []string{"(" + strings.Join(group[:always], ", ") + ")"}
		for _, set := range s.sets {
			one := slices.Clone(group[:always])
			for _, name := range set {
				one = append(one, s.base.ref(name))
			}
			sets = append(sets, "("+strings.Join(one, ", ")+")")
		}
		by = "GROUPING SETS (" + strings.Join(sets, ", ") + ")"
	}
	for i, a := range s.sums {
		list = append(list, a+" AS a"+strconv.Itoa(i))
	}
	if len(list) == 0 {
		list = []string{"count(*) AS n"}
	}
	sql := "SELECT " + strings.Join(list, ",\n  ") + "\nFROM " + layer
	if by != "" {
		sql += "\nGROUP BY " + by
	}
	if s.sets != nil || by == "" {
		sql += "\nHAVING count(*) > 0" // no rows make no group, not even a total
	}
	return sql
}

// output brings a key to a type that every driver reads alike: numbers as DOUBLE, other kinds as text.
func (t *table) output(name, ref string) string {
	switch t.columns[name].kind {
	case KindInteger:
		if t.dialect == MySQL {
			return ref // a cast would turn a number beyond a signed integer's into a negative one
		}
		return t.bigint(ref)
	case KindNumber:
		return t.double(ref)
	case KindText, KindOther:
		return t.asText(ref)
	}
	return ref
}

// additive plans readings whose cells add up.
func (p *planner) additive(readings []*reading) {
	for _, b := range p.buckets(readings) {
		p.bucket(b)
	}
}

func (p *planner) bucket(b *bucket) {
	snapshot := p.rows.Dataset.Time.Snapshot != ""
	shape := Single
	var keys []string
	var byClass []*classes
	if len(b.readings) > 1 || snapshot && len(b.filters) > 0 { // whose rows may not be filtered before the last snapshot is known
		shape, keys, byClass = p.shape(b)
	}
	s := p.cells(shape, b)
	s.collectSums(shape == Single)
	masked := predicates(b.readings)
	tooMany := len(s.sums) > maxAggregates || shape == DictMasks &&
		(len(masked) > maxPredicates || p.maskGroups(b, masked) > p.estimatedRows()/splitPart && len(b.readings) > 2)
	if tooMany && len(b.readings) > 1 {
		p.halves(b)
		return
	}
	if len(s.sums) > maxAggregates {
		p.refuse(b.readings[0].ids, fail(plan.UnsupportedCombination, "the measure asks for %d sums, the limit is %d", len(s.sums), maxAggregates))
		return
	}
	if shape == DictMasks && !snapshot {
		s.restrict() // the layer places what is left of the rows
	} else {
		s.place()
	}
	s.narrow()
	for _, name := range s.segments {
		s.base.ref(name)
	}
	if snapshot {
		s.base.ref(s.time)
	}
	var layer string
	if shape == DictMasks {
		s.masked = masked
		layer = s.maskLayer(b.filters)
	} else {
		layer = s.keyLayer(keys, byClass)
	}
	if !p.emit(shape, b.readings, s.sql(layer), s.args, s.fold) {
		p.halves(b)
	}
}

// keyLayer is the rows with their keys: filter columns as they are, and the classes of others.
func (s *cellStatement) keyLayer(keys []string, byClass []*classes) string {
	s.keys, s.classes = keys, byClass
	for _, name := range keys {
		s.base.ref(name)
	}
	var computed []string
	for i, c := range byClass {
		computed = append(computed, c.sql(s.table, s.base.ref(c.column.name), s.args)+" AS h"+strconv.Itoa(i))
	}
	return "(" + s.apart() + s.classed(computed) + ") AS b"
}

// halves plans each half of a bucket by itself.
func (p *planner) halves(b *bucket) {
	half := len(b.readings) / 2
	for _, part := range [][]*reading{b.readings[:half], b.readings[half:]} {
		one := &bucket{readings: part}
		for _, r := range part {
			one.filters = unionOf(one.filters, r.filterColumns())
			one.segments = unionOf(one.segments, r.segmentColumns())
			one.bounds = unionOfTimes(one.bounds, boundsOf(r))
		}
		p.bucket(one)
	}
}
