package query

import (
	"errors"

	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Plan writes the statements that answer the asks, all on one dataset. Additive asks that can share
// a pass over the rows share it; the others run alone. An ask that cannot be answered is refused by
// itself and harms no other.
//
// Rows that count are those the dataset's named filters keep (NULL drops) and that lie in a window by
// their time column; rows without time lie in none. Of a snapshot dataset, only the rows of the last
// snapshot in a window count. Per-entity requests leave out rows whose entity is NULL; Audit counts
// them. Among an entity's rows in a window, those without a usable answer (missing, unreadable, out of
// scale) do not compete to be the latest or the first: they are told as rejected.
func Plan(dialect Dialect, rows RowSet, asks []Ask, options Options) ([]Batch, []Refusal) {
	var refusals []Refusal
	refuse := func(ids []int, err error) {
		var failure *Error
		if !errors.As(err, &failure) {
			failure = &Error{plan.Failure{Reason: plan.QueryFailed, Message: err.Error()}}
		}
		for _, id := range ids {
			refusals = append(refusals, Refusal{ID: id, Failure: failure.Failure})
		}
	}
	t, err := newTable(dialect, rows)
	if err != nil {
		for _, ask := range asks {
			refuse([]int{ask.ID}, err)
		}
		return nil, refusals
	}

	var additive, choices, alone []*reading
	seen := map[string]*reading{}
	for _, ask := range asks {
		key := identity(ask)
		if twin := seen[key]; twin != nil {
			twin.ids = append(twin.ids, ask.ID)
			continue
		}
		r, err := t.readingOf(ask)
		if err != nil {
			refuse([]int{ask.ID}, err)
			continue
		}
		seen[key] = r
		switch {
		case r.state != "" || r.cluster != nil || r.follow != nil || r.ask.Request.Distribution != nil || r.ask.Request.Customers != nil:
			alone = append(alone, r)
		case r.keep != "":
			choices = append(choices, r)
		default:
			additive = append(additive, r)
		}
	}

	p := planner{table: t, options: options, refuse: refuse}
	p.additive(additive)
	p.choices(choices)
	for _, r := range alone {
		switch {
		case r.state != "":
			p.state(r)
		case r.follow != nil:
			p.follow(r)
		case r.ask.Request.Distribution != nil:
			p.distribution(r)
		case r.ask.Request.Customers != nil:
			p.customers(r)
		default:
			p.cluster(r)
		}
	}
	return p.batches, refusals
}

// planner collects the batches for one dataset.
type planner struct {
	*table
	options Options
	batches []Batch
	refuse  func(ids []int, err error)
}

// Caps on one statement. Beyond them it is split; a single ask beyond them is refused.
const (
	maxSQL        = 256 << 10
	maxAggregates = 400 // result columns; Postgres takes 1,664
	maxPredicates = 240
	maxGroups     = 100_000 // segments of one breakdown
)

// emit adds a statement that answers the readings. It reports false if the statement is over the cap.
func (p *planner) emit(shape Shape, readings []*reading, sql string, args *arguments, fold func(*Table) (map[int][]Group, error)) bool {
	if len(sql) > maxSQL {
		if len(readings) == 1 {
			p.refuse(readings[0].ids, fail(plan.WhereInvalid,
				"the query has %d bytes, the limit is %d: use fewer values in where, or fewer periods", len(sql), maxSQL))
			return true
		}
		return false
	}
	var ids []int
	for _, r := range readings {
		ids = append(ids, r.ids...)
	}
	p.batches = append(p.batches, Batch{IDs: ids, Shape: shape, Statement: p.statement(sql, args.values), Fold: fold})
	return true
}

// estimatedRows is the row count that the cost rules use.
func (t *table) estimatedRows() float64 {
	if t.rows.Rows > 0 {
		return float64(t.rows.Rows)
	}
	return 1e6
}
