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
	matches := s.matcher(in)
	segments := newTuples(s.keysOf(in, s.segments), result.Len)
	var grouping *Vector
	if s.sets != nil {
		grouping = in.next()
	}
	vectors := in.take(len(s.sums))
	if in.err != nil {
		return nil, in.err
	}
	sums := make([][]float64, len(vectors))
	for i, v := range vectors {
		var err error
		if sums[i], err = v.floats(result.Len); err != nil {
			return nil, err
		}
	}

	present := s.present(period, result.Len)
	accounts := make([][]*account, len(s.readings))
	places := make([]func(p, q int) []int32, len(s.readings))
	for i, r := range s.readings {
		places[i] = s.placesOf(r, present)
		accounts[i] = make([]*account, len(r.ask.Breakdowns)+1)
		accounts[i][0] = newAccount(r, nil, segments)
		for j, b := range r.ask.Breakdowns {
			accounts[i][j+1] = newAccount(r, s.positions(b.By), segments)
		}
	}
	for row := range result.Len {
		p, q := 0, none
		if period != nil {
			p = int(period.int(row))
		}
		if following != nil && !following.null(row) {
			q = int(following.int(row))
		}
		for _, hit := range matches(row) {
			r := s.readings[hit.reading]
			windows := places[hit.reading](p, q)
			if len(windows) == 0 {
				continue
			}
			of := accounts[hit.reading]
			if grouping == nil && len(of) > 1 {
				of = of[1:] // the total is the sum of any breakdown's segments
			}
			for j, a := range of {
				j += len(accounts[hit.reading]) - len(of)
				if grouping != nil && grouping.int(row) != s.groupingOf(r, j-1) {
					continue
				}
				if err := a.add(segments.id[row], row, windows, s.termSums[hit.reading], hit.terms, sums); err != nil {
					return nil, err
				}
			}
		}
	}
	out := map[int][]Group{}
	for i, r := range s.readings {
		var groups []Group
		if grouping == nil && len(accounts[i]) > 1 {
			accounts[i][0].total(accounts[i][1])
		}
		for j, a := range accounts[i] {
			groups = a.groups(groups, j-1, s.columnsOf(r, j-1))
		}
		groupsFor(out, r, groups)
	}
	return out, nil
}

// none stands for no following period.
const none = -1

// hit is a reading that a cell belongs to, and which of its terms the cell feeds; nil is all.
type hit struct {
	reading int
	terms   []bool
}

// matcher tells each row's readings, from its filter values or masks.
func (s *cellStatement) matcher(in *cursor) func(row int) []hit {
	if len(s.keys) == 0 && len(s.classes) == 0 && len(s.masked) == 0 {
		all := make([]hit, len(s.readings))
		for i := range all {
			all[i].reading = i
		}
		return func(int) []hit { return all }
	}
	vectors := slices.Concat(s.keysOf(in, s.keys), in.take(len(s.classes)+s.maskColumns()))
	tuples := newTuples(vectors, in.table.Len)
	bit := map[string]int{}
	for i, c := range s.masked {
		bit[c.key] = i
	}
	memo := make([][]hit, len(tuples.first))
	return func(row int) []hit {
		id := tuples.id[row]
		if memo[id] != nil {
			return memo[id]
		}
		holds := func(c conjunction) bool {
			if len(s.masked) > 0 {
				i := bit[c.key]
				return vectors[i/maskBits].int(row)&(1<<(i%maskBits)) != 0
			}
			return !slices.ContainsFunc(c.conditions, func(one condition) bool {
				if i := slices.Index(s.keys, one.column.name); i >= 0 {
					return !one.holds(vectors[i].value(row))
				}
				i := slices.IndexFunc(s.classes, func(c *classes) bool { return c.column.name == one.column.name })
				return !s.classes[i].holds(int(vectors[len(s.keys)+i].int(row)), one)
			})
		}
		hits := []hit{}
		for i, r := range s.readings {
			if !holds(r.where) {
				continue
			}
			h := hit{reading: i}
			for j, m := range r.terms {
				if len(m.any) == 0 {
					continue
				}
				if h.terms == nil {
					h.terms = slices.Repeat([]bool{true}, len(r.terms))
				}
				h.terms[j] = slices.ContainsFunc(m.any, func(c conjunction) bool { return holds(r.where.and(c)) })
			}
			hits = append(hits, h)
		}
		memo[id] = hits
		return hits
	}
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

// add counts one cell, of the segment tuple, in the windows: the sums that index names for each term.
func (a *account) add(tuple int32, row int, windows []int32, index []int, terms []bool, sums [][]float64) error {
	g := a.group[tuple]
	if a.sums[g] == nil {
		if len(a.sums) > maxGroups {
			return fail(plan.TooManySegments, "a breakdown has more than %d segments: break down by a column with few values", maxGroups)
		}
		a.sums[g] = &groupSums{make([]float64, a.windows*len(index)), make([]bool, a.windows)}
	}
	into := a.sums[g]
	for _, w := range windows {
		into.seen[w] = true
	}
	for k, i := range index {
		if i < 0 || terms != nil && !terms[k] {
			continue
		}
		v := sums[i][row]
		for _, w := range windows {
			into.sums[int(w)*len(index)+k] += v
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
