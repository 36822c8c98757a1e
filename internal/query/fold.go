package query

import (
	"slices"
	"strconv"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// fold adds the cells up to each reading's windows and segments.
func (s *cellStatement) fold(result *Table) (map[int][]Group, error) {
	in := &cursor{table: result}
	var period, following *Vector
	if s.grid != nil {
		period = in.next()
	}
	if s.following {
		following = in.next()
	}
	match := s.matcher(in)
	segments := newTuples(s.keysOf(in, s.segments), result.Len)
	var grouping *Vector
	if s.sets != nil {
		grouping = in.next()
	}
	sums, err := byRow(in.take(len(s.sums)), result.Len)
	if in.err != nil {
		return nil, in.err
	}
	if err != nil {
		return nil, err
	}

	present := s.present(period, result.Len)
	cells := match.cells()
	out := map[int][]Group{}
	for i, r := range s.readings {
		places := s.placesOf(r, present)
		accounts := []*account{newAccount(r, nil, segments)}
		for _, b := range r.ask.Breakdowns {
			accounts = append(accounts, newAccount(r, s.positions(b.By), segments))
		}
		fed := 0
		if grouping == nil && len(accounts) > 1 {
			fed = 1 // the total is the sum of any breakdown's segments
		}
		for _, hit := range match.hits(i) {
			for _, row := range cells[hit.combination] {
				p, q := 0, none
				if period != nil {
					p = int(period.int(int(row)))
				}
				if following != nil && !following.null(int(row)) {
					q = int(following.int(int(row)))
				}
				windows := places(p, q)
				if len(windows) == 0 {
					continue
				}
				for j := fed; j < len(accounts); j++ {
					if grouping != nil && grouping.int(int(row)) != s.groupingOf(r, j-1) {
						continue
					}
					cell := sums[int(row)*len(s.sums):]
					if err := accounts[j].add(segments.id[row], windows, s.termSums[i], hit.terms, cell); err != nil {
						return nil, err
					}
				}
			}
		}
		if fed > 0 {
			accounts[0].total(accounts[1])
		}
		var groups []Group
		for j, a := range accounts {
			groups = a.groups(groups, j-1, s.columnsOf(r, j-1))
		}
		groupsFor(out, r, groups)
	}
	return out, nil
}

// byRow are columns of sums, those of a row side by side.
func byRow(vectors []*Vector, n int) ([]float64, error) {
	out := make([]float64, n*len(vectors))
	for i, v := range vectors {
		column, err := v.floats(n)
		if err != nil {
			return nil, err
		}
		for row, sum := range column {
			out[row*len(vectors)+i] = sum
		}
	}
	return out, nil
}

// none stands for no following period.
const none = -1

// hit is a combination of filter values, classes or masks whose cells belong to a reading, and which of its terms
// they feed; nil is all.
type hit struct {
	combination int32
	terms       []bool
}

// matcher tells which cells belong to a reading.
type matcher struct {
	*cellStatement
	vectors []*Vector // values, classes and masks of the filter columns
	keys    *tuples   // of vectors; nil if there are none and every cell belongs to every reading
	bit     map[string]int
	rows    int
}

func (s *cellStatement) matcher(in *cursor) *matcher {
	m := &matcher{cellStatement: s, rows: in.table.Len, bit: map[string]int{}}
	if len(s.keys)+len(s.classes)+len(s.masked) == 0 {
		return m
	}
	m.vectors = slices.Concat(s.keysOf(in, s.keys), in.take(len(s.classes)+s.maskColumns()))
	m.keys = newTuples(m.vectors, m.rows)
	for i, c := range s.masked {
		m.bit[c.key] = i
	}
	return m
}

// cells lists the rows of each combination.
func (m *matcher) cells() [][]int32 {
	if m.keys == nil {
		all := make([]int32, m.rows)
		for row := range all {
			all[row] = int32(row)
		}
		return [][]int32{all}
	}
	out := make([][]int32, len(m.keys.first))
	for row, id := range m.keys.id {
		out[id] = append(out[id], int32(row))
	}
	return out
}

// hits lists the combinations that belong to reading i.
func (m *matcher) hits(i int) []hit {
	if m.keys == nil {
		return []hit{{}}
	}
	r := m.readings[i]
	var hits []hit
	for id, row := range m.keys.first {
		if !m.holds(r.where, int(row)) {
			continue
		}
		h := hit{combination: int32(id)}
		for j, term := range r.terms {
			if len(term.any) == 0 {
				continue
			}
			if h.terms == nil {
				h.terms = slices.Repeat([]bool{true}, len(r.terms))
			}
			h.terms[j] = slices.ContainsFunc(term.any, func(c conjunction) bool { return m.holds(r.where.and(c), int(row)) })
		}
		hits = append(hits, h)
	}
	return hits
}

// holds reports whether a row's cell is of rows that meet c.
func (m *matcher) holds(c conjunction, row int) bool {
	if len(m.masked) > 0 {
		i := m.bit[c.key]
		return m.vectors[i/maskBits].int(row)&(1<<(i%maskBits)) != 0
	}
	return !slices.ContainsFunc(c.conditions, func(one condition) bool {
		if i := slices.Index(m.cellStatement.keys, one.column.name); i >= 0 {
			return !one.holds(m.vectors[i].value(row))
		}
		i := slices.IndexFunc(m.classes, func(c *classes) bool { return c.column.name == one.column.name })
		return !m.classes[i].holds(int(m.vectors[len(m.cellStatement.keys)+i].int(row)), one)
	})
}

// present tells which periods have rows at all; only snapshots need it.
func (s *cellStatement) present(period *Vector, n int) []bool {
	if period == nil || s.rows.Dataset.Time.Snapshot == "" {
		return nil
	}
	out := make([]bool, s.grid.periods())
	for row := range n {
		out[period.int(row)] = true
	}
	return out
}

// placesOf tells the windows of a reading that a cell counts for, by its period p and, for choices,
// the period q of the entity's following (or preceding) row.
func (s *cellStatement) placesOf(r *reading, present []bool) func(p, q int) []int32 {
	if s.grid == nil {
		return func(int, int) []int32 { return []int32{0} }
	}
	runs := s.grid.runs(r.windows)
	if present != nil { // of a window's snapshots, only the last counts
		for i, w := range runs {
			for w.to > w.from && !present[w.to-1] {
				w.to--
			}
			runs[i] = run{max(w.from, w.to-1), w.to}
		}
	}
	of := make([][]int32, s.grid.periods())
	for i, w := range runs {
		for p := w.from; p < w.to; p++ {
			of[p] = append(of[p], int32(i))
		}
	}
	if !s.following {
		return func(p, _ int) []int32 { return of[p] }
	}
	var buffer []int32
	return func(p, q int) []int32 {
		if q == none {
			return of[p]
		}
		buffer = buffer[:0]
		for _, w := range of[p] {
			if r.keep == plan.KeepLatest && q >= runs[w].to || r.keep == plan.KeepFirst && q < runs[w].from {
				buffer = append(buffer, w)
			}
		}
		return buffer
	}
}

// positions are the indexes of columns among the segments.
func (s *cellStatement) positions(names []string) []int {
	out := make([]int, len(names))
	for i, name := range names {
		out[i] = slices.Index(s.segments, name)
	}
	return out
}

func (t *table) columnsOf(r *reading, breakdown int) []column {
	if breakdown < 0 {
		return nil
	}
	var out []column
	for _, name := range r.ask.Breakdowns[breakdown].By {
		out = append(out, t.columns[name])
	}
	return out
}

// groupingOf is the value of GROUPING(…) for a breakdown: a bit for each segment column left out, the
// first column's the highest.
func (s *cellStatement) groupingOf(r *reading, breakdown int) int64 {
	mask := int64(1)<<len(s.segments) - 1
	if breakdown >= 0 {
		for _, i := range s.positions(r.ask.Breakdowns[breakdown].By) {
			mask &^= 1 << (len(s.segments) - 1 - i)
		}
	}
	return mask
}

// account adds up one breakdown of one reading.
type account struct {
	reading *reading
	windows int
	group   []int32 // by segment tuple: its group
	values  [][]any // by group: the values of the breakdown's columns
	sums    []*groupSums
}

type groupSums struct {
	sums []float64 // windows × terms
	seen []bool    // by window
}

func newAccount(r *reading, positions []int, segments *tuples) *account {
	a := &account{reading: r, windows: max(1, len(r.windows)), group: make([]int32, len(segments.first))}
	index := map[string]int32{}
	var key []byte
	for id, row := range segments.first {
		key = key[:0]
		for _, pos := range positions {
			key = strconv.AppendInt(key, int64(segments.codes[pos][row]), 10)
			key = append(key, ' ')
		}
		g, ok := index[string(key)]
		if !ok {
			g = int32(len(a.values))
			index[string(key)] = g
			var values []any
			for _, pos := range positions {
				values = append(values, segments.vectors[pos].value(int(row)))
			}
			a.values = append(a.values, values)
			a.sums = append(a.sums, nil)
		}
		a.group[id] = g
	}
	return a
}

// add counts one cell, of the segment tuple, in the windows: of its sums, those that index names for each term.
func (a *account) add(tuple int32, windows []int32, index []int, terms []bool, cell []float64) error {
	g := a.group[tuple]
	into := a.sums[g]
	if into == nil {
		if len(a.sums) > maxGroups {
			return fail(plan.TooManySegments, "a breakdown has more than %d segments: break down by a column with few values", maxGroups)
		}
		into = &groupSums{make([]float64, a.windows*len(index)), make([]bool, a.windows)}
		a.sums[g] = into
	}
	for _, w := range windows {
		into.seen[w] = true
		sums := into.sums[int(w)*len(index):][:len(index)]
		for k, i := range index {
			if i >= 0 && (terms == nil || terms[k]) {
				sums[k] += cell[i]
			}
		}
	}
	return nil
}

// total sums the segments of another account.
func (a *account) total(segments *account) {
	for _, s := range segments.sums {
		if s == nil {
			continue
		}
		if a.sums[0] == nil {
			a.sums[0] = &groupSums{make([]float64, len(s.sums)), make([]bool, len(s.seen))}
		}
		for i, v := range s.sums {
			a.sums[0].sums[i] += v
		}
		for w, seen := range s.seen {
			a.sums[0].seen[w] = a.sums[0].seen[w] || seen
		}
	}
}

// groups appends what was added up, by window within segment.
func (a *account) groups(out []Group, breakdown int, columns []column) []Group {
	size := len(a.reading.terms)
	for g, s := range a.sums {
		if s == nil {
			continue
		}
		var texts []*string
		for i, v := range a.values[g] {
			texts = append(texts, segmentText(columns[i].kind, v))
		}
		for w := range a.windows {
			if s.seen[w] {
				out = append(out, Group{Window: a.reading.offset + w, Breakdown: breakdown, Values: texts, Sums: s.sums[w*size : (w+1)*size : (w+1)*size]})
			}
		}
	}
	return out
}

// segmentText is a segment's value for people and labels, the same from every engine; nil is NULL.
func segmentText(kind Kind, v any) *string {
	var text string
	switch v := v.(type) {
	case nil:
		return nil
	case string:
		text = v
	case int64:
		text = strconv.FormatInt(v, 10)
	case float64:
		text = strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		text = strconv.FormatBool(v)
	case time.Time:
		switch kind {
		case KindDate:
			text = v.Format(time.DateOnly)
		case KindTimestamp:
			text = v.Format("2006-01-02 15:04:05.999999")
		default:
			text = v.Format(time.RFC3339Nano)
		}
	}
	return &text
}
