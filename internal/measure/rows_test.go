package measure

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// row is a row of a dataset as the engine sees it: float64, string, time.Time, nil for NULL, or unreadable.
type row map[string]any

// unreadable is a value that the column's declared type cannot hold.
type unreadable string

// sumsOf is the contract of Request in plain Go: what an engine must return for rows. The entity's
// column is taken to have the entity's name.
func sumsOf(request Request, rows []row) Sums {
	rows = withDerived(request.Derived, rows)
	if request.Distribution != nil {
		return summary(*request.Distribution, rows)
	}
	var sums Sums
	for _, t := range request.Terms {
		sums = append(sums, t.sum(rows))
	}
	var second Sums
	if request.Second != nil {
		for _, t := range request.Second.Terms {
			second = append(second, t.sum(rows))
		}
	}
	if request.Cluster == nil {
		return append(sums, second...)
	}
	clusters := map[any][]row{}
	for _, r := range rows {
		clusters[r[request.Cluster.Entity]] = append(clusters[r[request.Cluster.Entity]], r)
	}
	six := make(Sums, ClusterSums)
	for _, members := range clusters {
		var y, x float64
		var contributes bool
		for _, t := range request.Cluster.Y {
			y += t.Weight * t.Term.sum(members)
		}
		for _, t := range request.Cluster.X {
			x += t.Weight * t.Term.sum(members)
			contributes = contributes || t.Term.rows(members) > 0
		}
		if !contributes {
			continue
		}
		for i, v := range []float64{1, y, x, y * y, x * x, x * y} {
			six[i] += v
		}
	}
	return append(append(sums, six...), second...)
}

// withDerived adds the derived columns to copies of the rows.
func withDerived(list []Derived, rows []row) []row {
	if len(list) == 0 {
		return rows
	}
	out := make([]row, len(rows))
	for i, r := range rows {
		out[i] = maps.Clone(r)
		for _, d := range list {
			out[i][d.Name] = d.of(r)
		}
	}
	return out
}

func (d Derived) of(r row) any {
	if d.Kind == Product {
		a, known := r[d.Factors[0]].(float64)
		b, also := r[d.Factors[1]].(float64)
		if !known || !also {
			return nil
		}
		return a * b
	}
	e := d.Of
	var seconds, lasted, open any
	if e.Column != "" {
		if v, ok := r[e.Column].(float64); ok {
			seconds = v * e.Unit
		}
		if _, bad := r[e.Column].(unreadable); bad {
			seconds = unreadable("")
		}
		open, lasted = strconv.FormatBool(r[e.Column] == nil), seconds
	} else {
		start, started := r[e.Start].(time.Time)
		end, ended := r[e.End].(time.Time)
		ended = ended && !end.After(e.AsOf)
		open = strconv.FormatBool(started && !ended)
		switch {
		case started && ended:
			seconds = end.Sub(start).Seconds()
			lasted = seconds
		case started:
			lasted = e.AsOf.Sub(start).Seconds()
		}
	}
	switch d.Kind {
	case Seconds:
		return seconds
	case Lasted:
		return lasted
	case Open:
		return open
	}
	if v, ok := seconds.(float64); ok && v > 0 {
		return math.Log(v)
	}
	if bad, ok := seconds.(unreadable); ok {
		return bad
	}
	return nil
}

func summary(request DistributionRequest, rows []row) Sums {
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(a, b row) int {
		x, _ := a[request.Value].(float64)
		y, _ := b[request.Value].(float64)
		return cmp.Compare(x, y)
	})
	var d Distribution
	for _, r := range rows {
		v, known := r[request.Value].(float64)
		_, bad := r[request.Value].(unreadable)
		open := r[request.Open] == "true"
		switch {
		case known:
			d.Add(v, 1, open)
		case open:
			d.Unknown++
		default:
			d.Missing++
		}
		if bad {
			d.Unreadable++
		}
	}
	sums, err := Summarise(request, d)
	if err != nil {
		panic(err)
	}
	return sums
}

func (t Term) sum(rows []row) float64 {
	var total float64
	for _, r := range rows {
		if v, in := t.value(r); in {
			total += v
		}
	}
	return total
}

// rows is how many rows contribute to the term.
func (t Term) rows(rows []row) (n int) {
	for _, r := range rows {
		if _, in := t.value(r); in {
			n++
		}
	}
	return n
}

func (t Term) value(r row) (float64, bool) {
	if len(t.Any) > 0 && !slices.ContainsFunc(t.Any, func(group []Condition) bool { return meetsAll(group, r) }) {
		return 0, false
	}
	if t.Op == Rows {
		return 1, true
	}
	if t.Op == Unreadable {
		_, bad := r[t.Column].(unreadable)
		return 1, bad
	}
	if t.Op == Present {
		return 1, exists(r[t.Column])
	}
	v, isNumber := r[t.Column].(float64)
	other, otherIsNumber := r[t.Other].(float64)
	inside := t.Lo <= v && v <= t.Hi
	switch t.Op {
	case InRange:
		return 1, isNumber && inside
	case SumOf:
		return v, isNumber && (t.Lo >= t.Hi || inside)
	case SumSquares:
		return v * v, isNumber && (t.Lo >= t.Hi || inside)
	case SumProduct:
		return v * other, isNumber && otherIsNumber
	case SumPaired:
		return v, isNumber && otherIsNumber
	}
	panic("unknown term " + t.Op)
}

func exists(value any) bool {
	_, bad := value.(unreadable)
	return value != nil && !bad
}

func meetsAll(group []Condition, r row) bool {
	return !slices.ContainsFunc(group, func(c Condition) bool { return !c.meets(r[c.Column]) })
}

func (c Condition) meets(value any) bool {
	if !exists(value) {
		return c.Operator == DoesNotExist
	}
	order := func() int {
		switch v := value.(type) {
		case float64:
			bound, err := strconv.ParseFloat(c.Values[0], 64)
			if err != nil {
				panic(err)
			}
			return int(max(-1, min(1, (v-bound)*1e9)))
		case time.Time:
			bound, err := time.Parse(time.RFC3339Nano, c.Values[0])
			if err != nil {
				panic(err)
			}
			return v.Compare(bound)
		}
		return strings.Compare(value.(string), c.Values[0])
	}
	switch c.Operator {
	case In:
		return slices.Contains(c.Values, value.(string))
	case NotIn:
		return !slices.Contains(c.Values, value.(string))
	case AtLeast:
		return order() >= 0
	case AtMost:
		return order() <= 0
	case GreaterThan:
		return order() > 0
	case LessThan:
		return order() < 0
	case Exists:
		return true
	}
	return false
}

// column makes rows of one numeric column.
func column(name string, values ...float64) []row {
	rows := make([]row, len(values))
	for i, v := range values {
		rows[i] = row{name: v}
	}
	return rows
}

// estimateRows runs a family over rows at 95 %.
func estimateRows(f Family, in Setting, rows []row) Estimate {
	return f.Estimate(sumsOf(f.Request(in), rows), in, 0.95)
}
