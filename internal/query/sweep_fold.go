package query

import (
	"github.com/cpi-operator/cpi-operator/internal/measure"
)

// sweepCell is one counted cell.
type sweepCell struct {
	kind     int
	at       [4]int
	n, s, f  float64 // customers; Σ start and Σ end in seconds since the first bound, clamped to the bounds
	segments int32
}

func (s *sweepStatement) fold(result *Table) (map[int][]Group, error) {
	in := &cursor{table: result}
	var cells []sweepCell
	single := s.single(s.reading)
	numbers := 5
	if single {
		numbers = 2
	}
	keys := in.take(numbers)
	segments := newTuples(s.keysOf(in, s.segments), result.Len)
	sums := in.take(3)
	if in.err != nil {
		return nil, in.err
	}
	for row := range result.Len {
		c := sweepCell{n: sums[0].float(row), s: sums[1].float(row), f: sums[2].float(row), segments: segments.id[row]}
		if !single {
			c.kind = int(keys[0].int(row))
			for i := range c.at {
				c.at[i] = none
				if !keys[i+1].null(row) {
					c.at[i] = int(keys[i+1].int(row))
				}
			}
			cells = append(cells, c)
			continue
		}
		i, k := int(keys[0].int(row)), int(keys[1].int(row))
		if i < k {
			c.kind, c.at = sweepOpen, [4]int{i, k, k, 0}
			cells = append(cells, c)
		}
		if i > 0 {
			c.kind, c.at = sweepNew, [4]int{none, i, k, 0}
			cells = append(cells, c)
		}
	}

	r := s.reading
	runs := s.grid.runs(r.windows)
	var groups []Group
	for breakdown := -1; breakdown < len(r.ask.Breakdowns); breakdown++ {
		var positions []int
		if breakdown >= 0 {
			positions = s.positions(r.ask.Breakdowns[breakdown].By)
		}
		a := newAccount(r, positions, segments)
		sums := make([][]measure.Sums, len(a.values))
		for _, c := range cells {
			g := a.group[c.segments]
			if sums[g] == nil {
				sums[g] = make([]measure.Sums, len(runs))
			}
			for w, run := range runs {
				if !c.meets(run) {
					continue
				}
				if sums[g][w] == nil {
					sums[g][w] = make(measure.Sums, r.ask.Request.Size())
				}
				s.tally(sums[g][w], c, run)
			}
		}
		columns := s.columnsOf(r, breakdown)
		for g, byWindow := range sums {
			var texts []*string
			for i, v := range a.values[g] {
				texts = append(texts, segmentText(columns[i].kind, v))
			}
			for w, one := range byWindow {
				if one != nil {
					groups = append(groups, Group{Window: r.offset + w, Breakdown: breakdown, Values: texts, Sums: one})
				}
			}
		}
	}
	out := map[int][]Group{}
	groupsFor(out, r, groups)
	return out, nil
}

// meets reports whether the cell's customers are open at the window's opening, or come new in it.
func (c sweepCell) meets(w run) bool {
	if c.kind == sweepOpen || c.kind == sweepOpenPair {
		return c.at[0] <= w.from && w.from < c.at[1]
	}
	return c.at[0] <= w.from && w.from < c.at[1] && c.at[1] <= w.to
}

// tally adds a cell that meets the window to its sums.
func (s *sweepStatement) tally(sums measure.Sums, c sweepCell, w run) {
	second := func(bound int) float64 { return s.grid.bounds[bound].Sub(s.grid.bounds[0]).Seconds() }
	opening, closing := second(w.from), second(w.to)
	switch c.kind {
	case sweepOpen:
		sums[measure.StateOpen] += c.n
		if c.at[2] > w.to { // stays throughout
			sums[measure.StateClose] += c.n
			sums[measure.StateExposure] += c.n * (closing - opening)
			return
		}
		sums[measure.StateLostOpen] += c.n // unless a later stay is open at the end
		sums[measure.StateLostAll] += c.n
		sums[measure.StateExposure] += c.f - c.n*opening
	case sweepNew:
		sums[measure.StateNew] += c.n
		if c.at[2] > w.to {
			sums[measure.StateClose] += c.n
			sums[measure.StateExposure] += c.n*closing - c.s
			return
		}
		sums[measure.StateLostAll] += c.n
		sums[measure.StateExposure] += c.f - c.s
	case sweepOpenPair, sweepNewPair:
		if c.at[2] > w.to {
			return // comes back after the window
		}
		if c.at[3] > w.to {
			sums[measure.StateClose] += c.n
			sums[measure.StateExposure] += c.n*closing - c.s
			if c.kind == sweepOpenPair {
				sums[measure.StateLostOpen] -= c.n
			}
			return
		}
		sums[measure.StateExposure] += c.f - c.s
	}
}
