package compute

import (
	"fmt"
	"maps"
	"slices"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// waterfall tells what became of every row read, down to those that the headline's value used.
func (j *job) waterfall() []plan.Waterstep {
	audit := j.looked.audit
	left := audit.Read
	steps := []plan.Waterstep{{Step: "read", Rows: audit.Read}}
	drop := func(step string, rows int64) {
		// Statements do not share a snapshot of the data: what came in between must not read as a negative drop.
		if rows = min(rows, left); rows > 0 {
			steps = append(steps, plan.Waterstep{Step: step, Rows: rows})
			left -= rows
		}
	}
	for _, d := range audit.Dropped {
		drop("filter/"+d.Filter, d.False)
		drop("filter/"+d.Filter+":null", d.Null)
	}
	drop("undated", audit.NoTime)
	drop("rejected/InvalidInterval", audit.Backward)
	drop("outside-history", left-j.layout.rowsIn(j.layout.headline))
	if j.request.State == nil {
		j.rejectedRows(left, drop)
	}
	return append(steps, plan.Waterstep{Step: "used", Rows: left})
}

// rejectedRows are the steps that tell an indicator from its neighbours on the same rows.
func (j *job) rejectedRows(inPeriod int64, drop func(step string, rows int64)) {
	meeting := inPeriod
	if j.accounts() {
		meeting = 0
		if counted := j.counted[j.layout.headline]; counted != nil {
			meeting = int64(counted[countedRows])
		}
		drop("where", inPeriod-meeting)
	}
	if measure.PerSegment(j.family) {
		own := j.rowsOfTotal(j.layout.headline)
		drop("segments", meeting-own)
		meeting = own
	}
	headline := j.total(j.layout.headline)
	for _, reason := range slices.Sorted(maps.Keys(headline.Rejected)) {
		drop(fmt.Sprintf("rejected/%s", reason), headline.Rejected[reason])
		meeting -= headline.Rejected[reason]
	}
	if j.Responses != nil && j.Responses.Keep != plan.KeepAll {
		taken := headline.N + int64(headline.Detail["pending"]) + int64(headline.Detail["notDue"])
		drop("duplicates", meeting-taken)
	}
}
