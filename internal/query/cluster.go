package query

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// cluster plans a reading whose errors need sums within each cluster first. Such sums do not add up over
// periods or segments, so total and breakdowns are grouped each by itself.
func (p *planner) cluster(r *reading) {
	for _, part := range p.split([]*reading{r}) {
		r := part[0]
		b := &bucket{readings: part, segments: r.segmentColumns(), bounds: boundsOf(r)}
		s := &clusterStatement{cellStatement: p.cells(PerEntity, b), reading: r}
		s.sets = breakdownSets(part)
		sql := s.sql()
		if len(s.sums) > maxAggregates {
			p.refuse(r.ids, fail(plan.UnsupportedCombination, "the measure asks for %d sums, the limit is %d", len(s.sums), maxAggregates))
			return
		}
		p.emit(PerEntity, part, sql, s.args, s.fold)
	}
}

type clusterStatement struct {
	*cellStatement
	reading *reading
	// joined tells that rows were joined with the windows they count for; otherwise a window is a period.
	joined bool
}

// pairSums lists a pair's terms among the aggregates and writes their weighted sum over a cluster.
func (s *clusterStatement) pairSums(list []weighted) string {
	parts := []string{s.double("0")}
	for _, w := range list {
		if w.term.zero {
			continue
		}
		i := s.sum(w.term.aggregate(s.base, w.term.anySQL(s.base)))
		parts = append(parts, fmt.Sprintf("(%s) * coalesce(b.a%d, 0)", number(w.weight), i))
	}
	return strings.Join(parts, " + ")
}

// rowsOfX counts the rows that X's terms read: a cluster without any is not one.
func (s *clusterStatement) rowsOfX() int {
	var parts []string
	for _, w := range s.reading.cluster.x {
		when := []string{}
		for _, one := range []string{w.term.contributes(s.base), w.term.anySQL(s.base)} {
			if one != "" {
				when = append(when, one)
			}
		}
		if len(when) == 0 {
			return s.sum(sum{op: measure.Rows}.aggregate(s.base, ""))
		}
		parts = append(parts, "("+strings.Join(when, " AND ")+")")
	}
	return s.sum(s.countIf(strings.Join(parts, " OR ")))
}

func (s *clusterStatement) sql() string {
	r := s.reading
	s.collectSums(true)
	y, x := s.pairSums(r.cluster.y), s.pairSums(r.cluster.x)
	present := s.rowsOfX()
	key := s.base.ref(r.cluster.key)
	for _, name := range s.segments {
		s.base.ref(name)
	}
	number := "row_number() OVER ()" // tells rows without the cluster's key apart
	if key := s.rows.Dataset.PrimaryKey; len(key) == 1 && r.strangersAlone() {
		number = s.base.ref(key[0]) // needs no pass in order
	}
	s.place()
	layer, following := s.chosen(s.rowsOf(r), r)
	own := []string{key}
	if r.strangersAlone() {
		layer = "SELECT b.*, CASE WHEN " + key + " IS NULL THEN " + number + " END AS k\nFROM (" + layer + ") AS b"
		own = append(own, "b.k")
	}
	layer = "(" + layer + ") AS b"

	aggregates := slices.Clone(s.sums)
	if s.grid != nil && !s.disjoint() {
		layer = s.join(layer, own, following)
		for i := range aggregates {
			aggregates[i] = fmt.Sprintf("sum(b.a%d)", i)
		}
		own[0] = "b.e"
	}

	// Within clusters, once for the total and once for each breakdown.
	list, group := []string{}, slices.Clone(own)
	if s.grid != nil {
		list, group = append(list, "b.p"), append(group, "b.p")
	}
	always := strings.Join(group, ", ")
	segments := make([]string, len(s.segments))
	for i, name := range s.segments {
		segments[i] = s.base.ref(name)
		list = append(list, segments[i]+" AS s"+strconv.Itoa(i))
	}
	by, union := always, ""
	if len(s.sets) > 0 && s.dialect == MySQL {
		sets := &unionOfSets{head: list[:len(list)-len(segments)], group: group, segments: list[len(list)-len(segments):], refs: segments, names: s.segments, sets: s.sets}
		for i, a := range aggregates {
			sets.tail = append(sets.tail, a+" AS a"+strconv.Itoa(i))
		}
		union = sets.sql(layer)
	} else if len(s.sets) > 0 {
		list = append(list, "GROUPING("+strings.Join(segments, ", ")+") AS g")
		by = "GROUPING SETS ((" + always + ")"
		for _, set := range s.sets {
			by += ", (" + always
			for _, name := range set {
				by += ", " + s.base.ref(name)
			}
			by += ")"
		}
		by += ")"
	}
	for i, a := range aggregates {
		list = append(list, a+" AS a"+strconv.Itoa(i))
	}
	clusters := "SELECT " + strings.Join(list, ",\n  ") + "\nFROM " + layer + "\nGROUP BY " + by
	if union != "" {
		clusters = union
	}

	// Then over clusters.
	list, group = nil, nil
	if s.grid != nil {
		list, group = append(list, "b.p"), append(group, "b.p")
	}
	for i, name := range s.segments {
		ref := "b.s" + strconv.Itoa(i)
		list, group = append(list, s.output(name, ref)+" AS s"+strconv.Itoa(i)), append(group, ref)
	}
	if len(s.sets) > 0 {
		list, group = append(list, s.bigint("b.g")+" AS g"), append(group, "b.g")
	}
	for i := range s.sums {
		list = append(list, s.double(fmt.Sprintf("sum(b.a%d)", i))+fmt.Sprintf(" AS a%d", i))
	}
	list = append(list, s.countIf(fmt.Sprintf("b.a%d > 0", present))+" AS n")
	for i, of := range []string{"b.y", "b.x", "b.y * b.y", "b.x * b.x", "b.x * b.y"} {
		list = append(list, fmt.Sprintf("sum(%s) AS z%d", of, i))
	}
	sql := "SELECT " + strings.Join(list, ",\n  ") + "\nFROM (SELECT b.*, " + y + " AS y, " + x + " AS x\nFROM (" + clusters + ") AS b) AS b"
	if len(group) > 0 {
		return sql + "\nGROUP BY " + strings.Join(group, ", ")
	}
	return sql + "\nHAVING count(*) > 0"
}

// strangersAlone reports whether a row without the cluster's key is a cluster of its own: a guest's order counts in
// a sum as every other. Responses of nobody in particular are no responses; they are left out and counted.
func (r *reading) strangersAlone() bool {
	return r.cluster != nil && (r.ask.Responses == nil || r.ask.Responses.Entity != r.ask.Request.Cluster.Entity)
}

// disjoint reports whether every window is one period of its own.
func (s *clusterStatement) disjoint() bool {
	taken := map[int]bool{}
	for _, w := range s.grid.runs(s.reading.windows) {
		if w.to-w.from != 1 || taken[w.from] {
			return false
		}
		taken[w.from] = true
	}
	return true
}

// join sums within cluster, period and segment first, then pairs these sums with the windows that hold
// their period; p becomes the window's number.
func (s *clusterStatement) join(layer string, own []string, following bool) string {
	s.joined = true
	list, group := []string{own[0] + " AS e", "b.p"}, append(slices.Clone(own), "b.p")
	names := []string{"b.e", "v.w AS p"}
	if len(own) > 1 {
		list, names = append(list, own[1]), append(names, own[1])
	}
	if following {
		list, group = append(list, "b.q"), append(group, "b.q")
	}
	for _, name := range s.segments {
		ref := s.base.ref(name)
		list, group, names = append(list, ref), append(group, ref), append(names, ref)
	}
	for i, a := range s.sums {
		list = append(list, a+" AS a"+strconv.Itoa(i))
		names = append(names, "b.a"+strconv.Itoa(i))
	}
	var values [][]int
	for w, run := range s.grid.runs(s.reading.windows) {
		for p := run.from; p < run.to; p++ {
			values = append(values, []int{p, w, run.from, run.to})
		}
	}
	on := "b.p = v.p"
	switch {
	case following && s.reading.keep == plan.KeepLatest:
		on += " AND (b.q IS NULL OR b.q >= v.t)"
	case following:
		on += " AND (b.q IS NULL OR b.q < v.f)"
	}
	return "(SELECT " + strings.Join(names, ", ") + "\nFROM (SELECT " + strings.Join(list, ", ") + "\nFROM " + layer + "\nGROUP BY " + strings.Join(group, ", ") +
		") AS b\nJOIN " + s.values("v", "p, w, f, t", values) + " ON " + on + ") AS b"
}

// fold reads the groups, which are final.
func (s *clusterStatement) fold(result *Table) (map[int][]Group, error) {
	in := &cursor{table: result}
	var period, grouping *Vector
	if s.grid != nil {
		period = in.next()
	}
	segments := s.keysOf(in, s.segments)
	if len(s.sets) > 0 {
		grouping = in.next()
	}
	sums := in.take(len(s.sums))
	pair := in.take(measure.ClusterSums)
	if in.err != nil {
		return nil, in.err
	}
	r := s.reading
	window := map[int]int{}
	for w, run := range s.windowRuns() {
		window[run.from] = w
	}
	var groups []Group
	for breakdown := -1; breakdown < len(r.ask.Breakdowns); breakdown++ {
		columns := s.columnsOf(r, breakdown)
		mask := s.groupingOf(r, breakdown)
		var positions []int
		if breakdown >= 0 {
			positions = s.positions(r.ask.Breakdowns[breakdown].By)
		}
		for row := range result.Len {
			if grouping != nil && grouping.int(row) != mask {
				continue
			}
			g := Group{Breakdown: breakdown}
			if period != nil {
				g.Window = int(period.int(row))
				if !s.joined {
					w, ok := window[g.Window]
					if !ok {
						continue // between windows
					}
					g.Window = w
				}
			}
			g.Window += r.offset
			for i, pos := range positions {
				g.Values = append(g.Values, segmentText(columns[i].kind, segments[pos].value(row)))
			}
			for _, i := range s.termSums[0] {
				v := 0.0
				if i >= 0 && !sums[i].null(row) {
					v = sums[i].float(row)
				}
				g.Sums = append(g.Sums, v)
			}
			for _, one := range pair {
				v := 0.0
				if !one.null(row) {
					v = one.float(row)
				}
				g.Sums = append(g.Sums, v)
			}
			if err := checkFinite(g.Sums); err != nil {
				return nil, err
			}
			groups = append(groups, g)
		}
	}
	out := map[int][]Group{}
	groupsFor(out, r, groups)
	return out, nil
}

func (s *clusterStatement) windowRuns() []run {
	if s.grid == nil {
		return nil
	}
	return s.grid.runs(s.reading.windows)
}

func checkFinite(sums measure.Sums) error {
	for _, v := range sums {
		if v-v != 0 {
			return errNotFinite
		}
	}
	return nil
}
