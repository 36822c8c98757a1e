package query

import (
	"fmt"
	"slices"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
)

var forever = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// states evaluates a state request for one window, customer by customer.
func (ref *reference) states(out map[string]measure.Sums, ask Ask, w int, window Window) {
	state := ask.Request.State
	key := ref.dataset.Entities[state.Entity]
	customers := map[any][]map[string]any{}
	for _, row := range ref.rows {
		if row[key] != nil && ref.all(row, ask.Where) {
			customers[row[key]] = append(customers[row[key]], row)
		}
	}
	add := func(row map[string]any, sums measure.Sums) {
		for breakdown := -1; breakdown < len(ask.Breakdowns); breakdown++ {
			var by []string
			if breakdown >= 0 {
				by = ask.Breakdowns[breakdown].By
			}
			segment, _ := ref.values(row, by)
			name := fmt.Sprintf("w%d b%d", w, breakdown) + segment
			if out[name] == nil {
				out[name] = make(measure.Sums, ask.Request.Size())
			}
			for i, v := range sums {
				out[name][i] += v
			}
		}
	}
	if at := ref.dataset.Time.Snapshot; at != "" {
		opening, some := ref.lastSnapshot(at, ask.Opening[w], ask.TimeZone)
		closing, also := ref.lastSnapshot(at, ask.Closing[w], ask.TimeZone)
		if !some || !also {
			return
		}
		for _, rows := range customers {
			pick := func(t time.Time) []map[string]any {
				return slices.DeleteFunc(slices.Clone(rows), func(row map[string]any) bool {
					v, ok := row[at].(time.Time)
					return !ok || !v.Equal(t)
				})
			}
			ref.compared(add, ask, window, pick(opening), pick(closing))
		}
		return
	}
	start, end := ref.dataset.Time.Start, ref.dataset.Time.End
	a, b := ref.wall(ref.kinds[start], window.Start, ask.TimeZone), ref.wall(ref.kinds[start], window.End, ask.TimeZone)
	for _, rows := range customers {
		rows = slices.DeleteFunc(slices.Clone(rows), func(row map[string]any) bool {
			s, ok := row[start].(time.Time)
			return !ok || !ref.endOf(row, end).After(s)
		})
		if state.Amount != "" {
			cover := func(t time.Time) []map[string]any {
				return slices.DeleteFunc(slices.Clone(rows), func(row map[string]any) bool {
					return row[start].(time.Time).After(t) || !ref.endOf(row, end).After(t)
				})
			}
			ref.compared(add, ask, window, cover(a), cover(b))
			continue
		}
		ref.customer(add, ask, rows, start, end, a, b)
	}
}

func (ref *reference) endOf(row map[string]any, end string) time.Time {
	if v, ok := row[end].(time.Time); ok {
		return v
	}
	return forever
}

func (ref *reference) lastSnapshot(at string, in Window, zone string) (last time.Time, found bool) {
	for _, row := range ref.rows {
		t, ok := row[at].(time.Time)
		if ok && !t.Before(ref.wall(ref.kinds[at], in.Start, zone)) && t.Before(ref.wall(ref.kinds[at], in.End, zone)) && t.After(last) {
			last, found = t, true
		}
	}
	return last, found
}

// ties picks the row of a segment: the latest to start; of equals, the larger text, column by column, NULL the smallest.
func (ref *reference) ties(ask Ask, rows []map[string]any, start string) map[string]any {
	return slices.MaxFunc(rows, func(x, y map[string]any) int {
		if start != "" {
			if c := x[start].(time.Time).Compare(y[start].(time.Time)); c != 0 {
				return c
			}
		}
		for _, breakdown := range ask.Breakdowns {
			for _, name := range breakdown.By {
				p, q := segmentText(ref.kinds[name], x[name]), segmentText(ref.kinds[name], y[name])
				switch {
				case p == nil && q == nil:
				case p == nil:
					return -1
				case q == nil:
					return 1
				case *p < *q:
					return -1
				case *p > *q:
					return 1
				}
			}
		}
		return 0
	})
}

func (ref *reference) compared(add func(map[string]any, measure.Sums), ask Ask, window Window, opening, closing []map[string]any) {
	if len(opening)+len(closing) == 0 {
		return
	}
	start := ref.dataset.Time.Start
	var segment map[string]any
	if len(opening) > 0 {
		segment = ref.ties(ask, opening, start)
	} else {
		segment = ref.ties(ask, closing, start)
	}
	one := func(b bool) float64 {
		if b {
			return 1
		}
		return 0
	}
	open, close := one(len(opening) > 0), one(len(closing) > 0)
	lost := open * (1 - close)
	amount := ask.Request.State.Amount
	if amount == "" {
		at := ref.dataset.Time.Snapshot
		seconds := ref.wall(ref.kinds[at], window.End, ask.TimeZone).Sub(ref.wall(ref.kinds[at], window.Start, ask.TimeZone)).Seconds()
		add(segment, measure.Sums{open, lost, lost, close * (1 - open), close, (open + close) / 2 * seconds})
		return
	}
	sum := func(rows []map[string]any) (total float64, ok bool) {
		for _, row := range rows {
			v, known := num(row[amount])
			if !known {
				return 0, false
			}
			total += v
		}
		return total, true
	}
	s, known := sum(opening)
	e, also := sum(closing)
	if !known || !also {
		add(segment, measure.Sums{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, open})
		return
	}
	m := min(s, e)
	open, close = one(s > 0), one(e != 0)
	lost = open * (1 - close)
	add(segment, measure.Sums{open, lost, open * s, open * e, open * m, open * s * s, open * e * e, open * m * m, open * s * e, open * s * m, close, 0})
}

// customer evaluates one customer's spells in a window.
func (ref *reference) customer(add func(map[string]any, measure.Sums), ask Ask, rows []map[string]any, start, end string, a, b time.Time) {
	type stay struct {
		from, to time.Time
		rows     []map[string]any
	}
	slices.SortFunc(rows, func(x, y map[string]any) int { return x[start].(time.Time).Compare(y[start].(time.Time)) })
	gap := time.Duration(ask.Request.State.ToleratedGapSeconds) * time.Second
	var stays []stay
	for _, row := range rows {
		from, to := row[start].(time.Time), ref.endOf(row, end)
		if n := len(stays); n > 0 && !from.Add(-gap).After(stays[n-1].to) {
			if to.After(stays[n-1].to) {
				stays[n-1].to = to
			}
			stays[n-1].rows = append(stays[n-1].rows, row)
			continue
		}
		stays = append(stays, stay{from, to, []map[string]any{row}})
	}
	var segment map[string]any
	var open, lostAll, isNew, close, exposure float64
	for _, s := range stays {
		if known := ref.wall(ref.kinds[start], ask.Known, ask.TimeZone); gap > 0 && !ask.Known.IsZero() && s.to.Add(gap).After(known) {
			s.to = forever
		}
		opens := !s.from.After(a) && s.to.After(a)
		enters := s.from.After(a) && !s.from.After(b)
		if opens {
			open = 1
			covering := slices.DeleteFunc(slices.Clone(s.rows), func(row map[string]any) bool {
				return row[start].(time.Time).After(a) || !ref.endOf(row, end).After(a)
			})
			if len(covering) == 0 { // within a tolerated gap: the last before it
				covering = slices.DeleteFunc(slices.Clone(s.rows), func(row map[string]any) bool { return row[start].(time.Time).After(a) })
			}
			segment = ref.ties(ask, covering, start)
		}
		if enters && segment == nil {
			isNew = 1
			first := slices.DeleteFunc(slices.Clone(s.rows), func(row map[string]any) bool { return row[start].(time.Time).After(s.from) })
			segment = ref.ties(ask, first, start)
		}
		if s.to.After(a) && !s.to.After(b) {
			lostAll = 1
		}
		if !s.from.After(b) && s.to.After(b) {
			close = 1
		}
		from, to := s.from, s.to
		if from.Before(a) {
			from = a
		}
		if to.After(b) {
			to = b
		}
		if to.After(from) {
			exposure += to.Sub(from).Seconds()
		}
	}
	if segment == nil {
		return
	}
	add(segment, measure.Sums{open, open * (1 - close), lostAll, isNew, close, exposure})
}
