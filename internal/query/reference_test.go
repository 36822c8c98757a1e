package query

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// reference evaluates asks row by row in memory, straight from their meaning, sharing no code with the
// planner but the types.
type reference struct {
	dataset plan.Dataset
	kinds   map[string]Kind
	rows    []map[string]any
}

const unreadable = "\x00unreadable"

func newReference(set RowSet, table testTable, keep func(map[string]any) bool) *reference {
	ref := &reference{dataset: set.Dataset, kinds: map[string]Kind{}}
	for _, c := range table.columns {
		ref.kinds[c.Name] = c.Kind
	}
	for _, row := range table.rows {
		if !keep(row) {
			continue
		}
		one := map[string]any{}
		maps.Copy(one, row)
		for _, c := range set.Dataset.Columns { // text columns declared Integer under their own name
			ref.kinds[c.Name] = KindInteger
			text, ok := row[c.Expr].(string)
			one[c.Name] = nil
			if text = strings.TrimSpace(text); !ok || text == "" {
				continue
			}
			whole, frac, _ := strings.Cut(text, ".")
			n, err := strconv.ParseInt(strings.TrimPrefix(whole, "+"), 10, 64)
			if err != nil || strings.Trim(frac, "0") != "" {
				one[c.Name+unreadable] = true
				continue
			}
			one[c.Name] = n
		}
		ref.rows = append(ref.rows, one)
	}
	return ref
}

func (ref *reference) wall(kind Kind, at time.Time, zone string) time.Time {
	load := func(name string) *time.Location {
		l, err := time.LoadLocation(name)
		if err != nil {
			panic(err)
		}
		return l
	}
	switch kind {
	case KindDate:
		y, m, d := at.In(load(zone)).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	case KindTimestamp:
		at = at.In(load(ref.dataset.TimeZone))
		return time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), 0, time.UTC)
	}
	return at.UTC()
}

func (ref *reference) meets(row map[string]any, c measure.Condition) bool {
	v := row[c.Column]
	switch c.Operator {
	case measure.Exists:
		return v != nil
	case measure.DoesNotExist:
		return v == nil
	}
	if v == nil {
		return false
	}
	order := func(text string) int {
		switch v := v.(type) {
		case string:
			return strings.Compare(v, text)
		case int64:
			f, _ := strconv.ParseFloat(text, 64)
			return cmpNumber(float64(v), f)
		case float64:
			f, _ := strconv.ParseFloat(text, 64)
			return cmpNumber(v, f)
		case bool:
			if strconv.FormatBool(v) == text {
				return 0
			}
			return 1
		case time.Time:
			zone, _ := time.LoadLocation(ref.dataset.TimeZone)
			if at, err := time.Parse(time.RFC3339, text); err == nil {
				if ref.kinds[c.Column] == KindDate { // a day begins at midnight
					return time.Date(v.Year(), v.Month(), v.Day(), 0, 0, 0, 0, zone).Compare(at)
				}
				return v.Compare(ref.wall(ref.kinds[c.Column], at, ref.dataset.TimeZone))
			}
			at, err := time.Parse(time.DateOnly, text)
			if err != nil {
				panic(err)
			}
			if ref.kinds[c.Column] == KindInstant {
				at = time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, zone)
			}
			return v.Compare(at)
		}
		panic(fmt.Sprintf("%T", v))
	}
	among := slices.ContainsFunc(c.Values, func(text string) bool { return order(text) == 0 })
	switch c.Operator {
	case measure.In:
		return among
	case measure.NotIn:
		return !among
	case measure.AtLeast:
		return order(c.Values[0]) >= 0
	case measure.AtMost:
		return order(c.Values[0]) <= 0
	case measure.GreaterThan:
		return order(c.Values[0]) > 0
	default:
		return order(c.Values[0]) < 0
	}
}

func (ref *reference) all(row map[string]any, list []measure.Condition) bool {
	return !slices.ContainsFunc(list, func(c measure.Condition) bool { return !ref.meets(row, c) })
}

func num(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	}
	return 0, false
}

// term is a row's part in a sum, and whether it has one.
func (ref *reference) term(row map[string]any, m measure.Term) (float64, bool) {
	if len(m.Any) > 0 && !slices.ContainsFunc(m.Any, func(group []measure.Condition) bool { return ref.all(row, group) }) {
		return 0, false
	}
	v, ok := num(row[m.Column])
	w, also := num(row[m.Other])
	within := ok && m.Lo <= v && v <= m.Hi
	if !within && m.Lo < m.Hi || !ok {
		v = 0
	}
	switch m.Op {
	case measure.Rows:
		return 1, true
	case measure.Present:
		if row[m.Column] != nil {
			return 1, true
		}
	case measure.Unreadable:
		if row[m.Column+unreadable] != nil {
			return 1, true
		}
	case measure.InRange:
		if within {
			return 1, true
		}
	case measure.SumOf:
		return v, ok && (within || m.Lo >= m.Hi)
	case measure.SumSquares:
		return v * v, ok && (within || m.Lo >= m.Hi)
	case measure.SumProduct:
		if ok && also {
			return v * w, true
		}
	case measure.SumPaired:
		if ok && also {
			return v, true
		}
	}
	return 0, false
}

func (ref *reference) values(row map[string]any, by []string) (string, []*string) {
	key, out := "", []*string(nil)
	for _, name := range by {
		text := segmentText(ref.kinds[name], row[name])
		out = append(out, text)
		if text == nil {
			key += "|NULL"
		} else {
			key += "|" + strconv.Quote(*text)
		}
	}
	return key, out
}

func groupKey(g Group) string {
	key := fmt.Sprintf("w%d b%d", g.Window, g.Breakdown)
	for _, v := range g.Values {
		if v == nil {
			key += "|NULL"
		} else {
			key += "|" + strconv.Quote(*v)
		}
	}
	return key
}

// answer evaluates an ask; groups by key.
func (ref *reference) answer(ask Ask) map[string]measure.Sums {
	out := map[string]measure.Sums{}
	windows := ask.Windows
	if len(windows) == 0 {
		windows = []Window{{}}
	}
	for w, window := range windows {
		if ask.Request.State != nil {
			ref.states(out, ask, w, window)
			continue
		}
		rows := ref.inWindow(ask, window)
		for breakdown := -1; breakdown < len(ask.Breakdowns); breakdown++ {
			var by []string
			if breakdown >= 0 {
				by = ask.Breakdowns[breakdown].By
			}
			segments := map[string][]map[string]any{}
			for _, row := range rows {
				key, _ := ref.values(row, by)
				segments[key] = append(segments[key], row)
			}
			for key, rows := range segments {
				out[fmt.Sprintf("w%d b%d", w, breakdown)+key] = ref.sums(ask, rows)
			}
		}
	}
	return out
}

func (ref *reference) sums(ask Ask, rows []map[string]any) measure.Sums {
	if wish := ask.Request.Distribution; wish != nil {
		return ref.summary(*wish, rows)
	}
	var sums measure.Sums
	for _, m := range ask.Request.Terms {
		total := 0.0
		for _, row := range rows {
			if v, ok := ref.term(row, m); ok {
				total += v
			}
		}
		sums = append(sums, total)
	}
	pair := ask.Request.Cluster
	if pair == nil {
		return sums
	}
	type cluster struct {
		y, x float64
		some bool
	}
	clusters := map[any]*cluster{}
	for _, row := range rows {
		key := row[ref.dataset.Entities[pair.Entity]]
		if key == nil {
			key = &cluster{} // whose row it is nobody knows: a cluster of its own
		}
		if clusters[key] == nil {
			clusters[key] = &cluster{}
		}
		for _, m := range pair.Y {
			v, _ := ref.term(row, m.Term)
			clusters[key].y += m.Weight * v
		}
		for _, m := range pair.X {
			v, ok := ref.term(row, m.Term)
			clusters[key].x += m.Weight * v
			clusters[key].some = clusters[key].some || ok
		}
	}
	six := make(measure.Sums, measure.ClusterSums)
	for _, c := range clusters {
		if c.some {
			six[0]++
		}
		for i, v := range []float64{c.y, c.x, c.y * c.y, c.x * c.x, c.x * c.y} {
			six[i+1] += v
		}
	}
	return append(sums, six...)
}

// inWindow are the rows that count: in the window, of its last snapshot, meeting where, chosen within entities.
func (ref *reference) inWindow(ask Ask, window Window) []map[string]any {
	at := ref.dataset.Time.Event + ref.dataset.Time.Snapshot
	var rows []map[string]any
	var last time.Time
	for _, row := range ref.rows {
		if at != "" {
			t, ok := row[at].(time.Time)
			if !ok || t.Before(ref.wall(ref.kinds[at], window.Start, ask.TimeZone)) || !t.Before(ref.wall(ref.kinds[at], window.End, ask.TimeZone)) {
				continue
			}
			if t.After(last) {
				last = t
			}
		}
		rows = append(rows, row)
	}
	key := ""
	choose := ask.Responses != nil && ask.Responses.Keep != plan.KeepAll
	if choose {
		key = ref.dataset.Entities[ask.Responses.Entity]
	}
	// Responses of nobody in particular are left out where they are clustered by whose they are.
	nobody := func(row map[string]any) bool {
		pair := ask.Request.Cluster
		return pair != nil && ask.Responses != nil && ask.Responses.Entity == pair.Entity && row[ref.dataset.Entities[pair.Entity]] == nil
	}
	rows = slices.DeleteFunc(rows, func(row map[string]any) bool {
		return ref.dataset.Time.Snapshot != "" && !row[at].(time.Time).Equal(last) || !ref.all(row, ask.Where) ||
			key != "" && row[key] == nil || nobody(row)
	})
	if !choose {
		return rows
	}
	best := map[any]map[string]any{}
	var out []map[string]any
	for _, row := range rows {
		if !ref.usable(row, ask.Request.Terms) {
			out = append(out, row)
			continue
		}
		b := best[row[key]]
		if b == nil {
			best[row[key]] = row
			continue
		}
		order := row[at].(time.Time).Compare(b[at].(time.Time))
		for _, name := range ref.dataset.PrimaryKey {
			if order == 0 {
				order = compare(row[name], b[name])
			}
		}
		if ask.Responses.Keep == plan.KeepLatest && order > 0 || ask.Responses.Keep == plan.KeepFirst && order < 0 {
			best[row[key]] = row
		}
	}
	for _, row := range best {
		out = append(out, row)
	}
	return out
}

// usable: every column that is summed has a value within all that is asked of it.
func (ref *reference) usable(row map[string]any, terms []measure.Term) bool {
	type hull struct {
		lo, hi float64
		ranged bool
	}
	hulls := map[string]hull{}
	for _, m := range terms {
		if len(m.Any) > 0 || m.Op == measure.Rows || m.Op == measure.Unreadable {
			continue
		}
		for _, name := range []string{m.Column, m.Other} {
			if name == "" {
				continue
			}
			h := hulls[name]
			if m.Op == measure.InRange || (m.Op == measure.SumOf || m.Op == measure.SumSquares) && m.Lo < m.Hi {
				if !h.ranged {
					h = hull{m.Lo, m.Hi, true}
				}
				h.lo, h.hi = min(h.lo, m.Lo), max(h.hi, m.Hi)
			}
			hulls[name] = h
		}
	}
	for name, h := range hulls {
		if row[name] == nil {
			return false
		}
		if v, ok := num(row[name]); h.ranged && (!ok || v < h.lo || v > h.hi) {
			return false
		}
	}
	return true
}
