package compute

import (
	"context"
	"slices"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
)

// lastChanges asks when rows of each period were last changed; nil for a dataset that does not tell.
func (d *dataset) lastChanges(ctx context.Context, windows []query.Window, zone string) (*query.Changes, error) {
	statement, fold, err := query.LastChanges(d.engine.Dialect(), d.rows, windows, zone)
	if err != nil || statement.SQL == "" {
		return nil, err
	}
	table, err := d.engine.Query(ctx, statement)
	if err != nil {
		return nil, err
	}
	changes, err := fold(table)
	return &changes, err
}

// reopened reports whether rows that a settled period rests on were changed after it was last looked at: a contract
// of June that is decided in September. The period is then read again, and only it.
func (j *job) reopened(i int) bool {
	if j.FrozenAsOf == nil {
		return false
	}
	for n, v := range j.datasets() {
		if v.looked.changes != nil && j.changed(i, n, v.looked) {
			return true
		}
	}
	return false
}

// changed reports whether rows of the n-th dataset that a period rests on were changed after it was last looked at.
func (j *job) changed(i, n int, looked *survey) bool {
	changes, s := looked.changes, j.layout.sights()[n]
	after := func(t *time.Time) bool { return t != nil && t.After(*j.FrozenAsOf) }
	skip := len(looked.periods) - len(s.rows)
	if n > 0 || j.request.Combination != measure.AsOf {
		return slices.ContainsFunc(append(j.layout.rests(s, i), j.layout.following(s, i)...), func(k int) bool { return after(changes.Periods[skip+k]) })
	}
	// Everything up to the end is read, and what follows as long as the value may move by design.
	if after(changes.Before) {
		return true
	}
	closing := skip + len(j.layout.before) + i
	until := j.layout.periods[i].End.Add(j.Period.Maturity)
	for k, p := range looked.periods {
		if (k <= closing || p.Start.Before(until)) && after(changes.Periods[k]) {
			return true
		}
	}
	return false
}

// settled is what an earlier run settled for a period; nil if it was open.
func (j *job) settled(i int) *plan.PeriodResult {
	for k, old := range j.Frozen {
		if p := j.layout.periods[i]; old.Start.Equal(p.Start) && old.End.Equal(p.End) {
			return &j.Frozen[k]
		}
	}
	return nil
}

// frozen is what an earlier run settled for a period, nil if it is still open or was reopened.
func (j *job) frozen(i int) *plan.PeriodResult {
	if old := j.settled(i); old != nil && !j.reopened(i) {
		return old
	}
	return nil
}
