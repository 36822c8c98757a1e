package child

import (
	"time"

	"github.com/cpi-operator/cpi-operator/internal/query"
)

// tableBuilder joins chunks to a table.
type tableBuilder struct{ table *query.Table }

func (b tableBuilder) columns(columns []Column) {
	b.table.Names = make([]string, len(columns))
	b.table.Columns = make([]query.Vector, len(columns))
	for i, c := range columns {
		b.table.Names[i] = c.Name
		// An empty result still has typed columns.
		switch v := &b.table.Columns[i]; c.Kind {
		case query.KindInteger:
			v.Ints = []int64{}
		case query.KindNumber:
			v.Floats = []float64{}
		case query.KindBoolean:
			v.Bools = []bool{}
		case query.KindDate, query.KindTimestamp, query.KindInstant:
			v.Times = []time.Time{}
		default:
			v.Strings = []string{}
		}
	}
}

func (b tableBuilder) append(c *chunk) {
	before := b.table.Len
	b.table.Len += c.Len
	for i := range c.Columns {
		from, to := unpack(c.Columns[i]), &b.table.Columns[i]
		to.Ints = append(to.Ints, from.Ints...)
		to.Floats = append(to.Floats, from.Floats...)
		to.Strings = append(to.Strings, from.Strings...)
		to.Bools = append(to.Bools, from.Bools...)
		for row, us := range from.Times {
			if from.Null != nil && from.Null[row] {
				to.Times = append(to.Times, time.Time{})
			} else {
				to.Times = append(to.Times, time.UnixMicro(us).UTC())
			}
		}
		switch {
		case from.Null != nil:
			if to.Null == nil {
				to.Null = make([]bool, before, b.table.Len)
			}
			to.Null = append(to.Null, from.Null...)
		case to.Null != nil:
			to.Null = append(to.Null, make([]bool, c.Len)...)
		}
	}
}
