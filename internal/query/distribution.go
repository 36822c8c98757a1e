package query

import (
	"math"
	"slices"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// distributionStatement counts each value of a derived column by period and segment. Quantiles do not add up, so
// the counts are brought to each window and segment and summed up there.
type distributionStatement struct {
	*cellStatement
	reading *reading
	// unreadable is the aggregate that counts values that could not be read, −1 if there can be none.
	unreadable int
}

// distribution plans a reading by itself, some of its windows at a time where memory asks for it: half as many rows as
// others, because where nearly each has a time of its own they are held twice, by the engine that counts and by the fold.
func (p *planner) distribution(r *reading) {
	half := *p
	half.options.MaxRowsPerStatement = (p.options.MaxRowsPerStatement + 1) / 2
	for _, part := range half.split([]*reading{r}) {
		wish := part[0].ask.Request.Distribution
		b := &bucket{readings: part, segments: r.segmentColumns(), bounds: boundsOf(part[0])}
		s := &distributionStatement{cellStatement: p.cells(Distribution, b), reading: part[0], unreadable: -1}
		s.sets = nil
		s.keys = []string{wish.Value, wish.Open}
		for _, name := range slices.Concat(s.keys, s.segments) {
			s.base.ref(name)
		}
		s.sum(sum{op: measure.Rows}.aggregate(s.base, ""))
		if p.columns[wish.Value].unreadable != "" {
			s.unreadable = s.sum(sum{op: measure.Unreadable, column: wish.Value}.aggregate(s.base, ""))
		}
		s.place()
		p.emit(Distribution, part, s.sql("("+s.rowsOf(part[0])+") AS b"), s.args, s.fold)
	}
}

// fold sums up the distribution of each window and segment.
func (s *distributionStatement) fold(result *Table) (map[int][]Group, error) {
	in := &cursor{table: result}
	var period *Vector
	if s.grid != nil {
		period = in.next()
	}
	keys := s.keysOf(in, s.keys)
	value, open := keys[0], keys[1]
	segments := newTuples(s.keysOf(in, s.segments), result.Len)
	counts := in.take(len(s.sums))
	if in.err != nil {
		return nil, in.err
	}
	d := distributionFold{value: value, open: open, counts: counts, unreadable: s.unreadable}
	d.sort(result.Len)

	r := s.reading
	within := s.windowsOf(period, result.Len)
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
		columns := s.columnsOf(r, breakdown)
		for w := range max(1, len(r.windows)) {
			cells, err := d.distributions(len(a.values), func(row int) (int32, bool) { return a.group[segments.id[row]], within(row, w) })
			if err != nil {
				return nil, err
			}
			for g, cell := range cells {
				if cell == nil {
					continue
				}
				one := Group{Window: r.offset + w, Breakdown: breakdown}
				for i, v := range a.values[g] {
					one.Values = append(one.Values, segmentText(columns[i].kind, v))
				}
				if one.Sums, err = measure.Summarise(*r.ask.Request.Distribution, *cell); err != nil {
					return nil, err
				}
				groups = append(groups, one)
			}
		}
	}
	out := map[int][]Group{}
	groupsFor(out, r, groups)
	return out, nil
}

// windowsOf tells whether a cell's period lies in a window.
func (s *distributionStatement) windowsOf(period *Vector, n int) func(row, window int) bool {
	if period == nil {
		return func(int, int) bool { return true }
	}
	in := make([][]bool, len(s.reading.windows))
	for w := range in {
		in[w] = make([]bool, s.grid.periods())
	}
	places := s.placesOf(s.reading, s.present(period, n))
	for p := range s.grid.periods() {
		for _, w := range places(p, none) {
			in[w][p] = true
		}
	}
	return func(row, w int) bool { return in[w][period.int(row)] }
}

// distributionFold reads cells in the order of their values.
type distributionFold struct {
	value, open *Vector
	counts      []*Vector
	unreadable  int
	order       []int32 // rows by value, those without one last
}

func (d *distributionFold) sort(n int) {
	d.order = make([]int32, n)
	keys := make([]float64, n)
	for row := range n {
		d.order[row] = int32(row)
		if keys[row] = math.Inf(1); !d.value.null(row) {
			keys[row] = d.value.float(row)
		}
	}
	slices.SortFunc(d.order, func(a, b int32) int {
		switch x, y := keys[a], keys[b]; {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
}

// distributions are those of groups, nil of a group without rows. of tells a row's group, and whether it counts.
func (d *distributionFold) distributions(groups int, of func(row int) (int32, bool)) ([]*measure.Distribution, error) {
	out := make([]*measure.Distribution, groups)
	for _, at := range d.order {
		row := int(at)
		group, counts := of(row)
		if !counts {
			continue
		}
		if out[group] == nil {
			out[group] = &measure.Distribution{}
		}
		one, n := out[group], d.counts[0].float(row)
		if d.unreadable >= 0 {
			one.Unreadable += d.counts[d.unreadable].float(row)
		}
		if open := !d.open.null(row) && d.open.Bools[row]; d.value.null(row) {
			if one.Missing += n; open {
				one.Missing -= n
				one.Unknown += n
			}
		} else if v := d.value.float(row); v-v != 0 {
			return nil, errNotFinite
		} else {
			one.Add(v, n, open)
		}
	}
	return out, nil
}
