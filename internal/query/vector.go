package query

import (
	"strconv"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/plan"
)

func (v *Vector) null(row int) bool { return v.Null != nil && v.Null[row] }

func (v *Vector) int(row int) int64 {
	if v.Ints == nil && v.Floats != nil {
		return int64(v.Floats[row])
	}
	return v.Ints[row]
}

func (v *Vector) float(row int) float64 {
	if v.Floats == nil {
		return float64(v.Ints[row])
	}
	return v.Floats[row]
}

// floats are a column of sums as numbers; NULL, of no rows, is 0.
func (v *Vector) floats(n int) ([]float64, error) {
	out := make([]float64, n)
	for row := range n {
		if v.null(row) {
			continue
		}
		out[row] = v.float(row)
		if out[row]-out[row] != 0 {
			return nil, errNotFinite
		}
	}
	return out, nil
}

var errNotFinite = fail(plan.TypeMismatch, "a sum is not a finite number: a column holds NaN or infinity; cast it under columns or drop such rows with a filter")

// value is a cell as string, int64, float64, bool, time.Time (UTC) or nil.
func (v *Vector) value(row int) any {
	switch {
	case v.null(row):
		return nil
	case v.Ints != nil:
		return v.Ints[row]
	case v.Floats != nil:
		return v.Floats[row]
	case v.Strings != nil:
		return v.Strings[row]
	case v.Bools != nil:
		return v.Bools[row]
	case v.Times != nil:
		return v.Times[row].UTC()
	}
	return nil
}

// cursor hands out a result's columns in order.
type cursor struct {
	table *Table
	at    int
	err   error
}

func (c *cursor) next() *Vector {
	if c.at >= len(c.table.Columns) {
		c.err = fail(plan.QueryFailed, "the result has %d columns, more were asked for", len(c.table.Columns))
		return &Vector{Null: make([]bool, c.table.Len), Ints: make([]int64, c.table.Len)}
	}
	c.at++
	return &c.table.Columns[c.at-1]
}

func (c *cursor) take(n int) []*Vector {
	out := make([]*Vector, n)
	for i := range out {
		out[i] = c.next()
	}
	return out
}

// tuples numbers the different combinations of values in some columns.
type tuples struct {
	vectors []*Vector
	codes   [][]int32 // by column and row: a number for each distinct value
	id      []int32   // by row: the combination's number
	first   []int32   // by combination: the first row that has it
}

func newTuples(vectors []*Vector, n int) *tuples {
	t := &tuples{vectors: vectors, id: make([]int32, n)}
	for _, v := range vectors {
		t.codes = append(t.codes, encode(v, n))
	}
	if len(vectors) == 1 {
		t.id = t.codes[0]
		for row, id := range t.id {
			if int(id) == len(t.first) {
				t.first = append(t.first, int32(row))
			}
		}
		return t
	}
	index := map[string]int32{}
	var key []byte
	for row := range n {
		key = key[:0]
		for _, codes := range t.codes {
			key = strconv.AppendInt(key, int64(codes[row]), 36)
			key = append(key, ' ')
		}
		id, ok := index[string(key)]
		if !ok {
			id = int32(len(t.first))
			index[string(key)] = id
			t.first = append(t.first, int32(row))
		}
		t.id[row] = id
	}
	return t
}

// encode numbers a column's distinct values in the order they appear; NULL is one of them.
func encode(v *Vector, n int) []int32 {
	switch {
	case v.Strings != nil:
		return encodeAs(v, n, func(row int) string { return v.Strings[row] })
	case v.Ints != nil:
		return encodeAs(v, n, func(row int) int64 { return v.Ints[row] })
	case v.Floats != nil:
		return encodeAs(v, n, func(row int) float64 { return v.Floats[row] })
	case v.Bools != nil:
		return encodeAs(v, n, func(row int) bool { return v.Bools[row] })
	case v.Times != nil:
		return encodeAs(v, n, func(row int) time.Time { return v.Times[row].UTC() })
	}
	return make([]int32, n)
}

func encodeAs[T comparable](v *Vector, n int, at func(row int) T) []int32 {
	codes := make([]int32, n)
	index := map[T]int32{}
	null, count := int32(none), int32(0)
	for row := range n {
		if v.null(row) {
			if null == none {
				null = count
				count++
			}
			codes[row] = null
			continue
		}
		value := at(row)
		code, ok := index[value]
		if !ok {
			code = count
			index[value] = code
			count++
		}
		codes[row] = code
	}
	return codes
}
