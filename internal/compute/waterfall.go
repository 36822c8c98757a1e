package compute

import (
	"fmt"
	"maps"
	"slices"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
)

// cascade leads from the rows read down to those used.
type cascade struct {
	prefix string
	steps  []plan.Waterstep
	left   int64
}

func (c *cascade) step(name string, rows int64) {
	c.steps = append(c.steps, plan.Waterstep{Step: c.prefix + name, Rows: rows})
}

// drop tells rows that were left out here.
func (c *cascade) drop(name string, rows int64) {
	// Statements do not share a snapshot of the data: what came in between must not read as a negative drop.
	if rows = min(rows, c.left); rows > 0 {
		c.step(name, rows)
		c.left -= rows
	}
}

// audited begins a cascade: from the rows read to those that lie in a period.
func audited(prefix string, audit query.AuditResult, inPeriod int64) *cascade {
	c := &cascade{prefix: prefix, left: audit.Read}
	c.step("read", audit.Read)
	for _, d := range audit.Dropped {
		c.drop("filter/"+d.Filter, d.False)
		c.drop("filter/"+d.Filter+":null", d.Null)
	}
	c.drop("undated", audit.NoTime)
	c.drop("rejected/InvalidInterval", audit.Backward)
	c.drop("outside-history", c.left-inPeriod)
	return c
}

// waterfall tells what became of every row read, down to those that the headline's value used; then the same of the
// second dataset.
func (j *job) waterfall() []plan.Waterstep {
	c := audited("", j.looked.audit, j.layout.rowsIn(j.layout.headline))
	if j.request.State == nil {
		j.rejectedRows(c)
	}
	c.step("used", c.left)
	if j.second == nil {
		return c.steps
	}
	second := j.exposureRows
	if j.request.Follow != nil {
		second = j.outcomeRows
	}
	return append(c.steps, second()...)
}

// rejectedRows are the steps that tell an indicator from its neighbours on the same rows.
func (j *job) rejectedRows(c *cascade) {
	meeting := c.left
	if j.accounts() {
		meeting = 0
		if counted := j.counted[j.layout.headline]; counted != nil {
			meeting = int64(counted[countedRows])
		}
		c.drop("where", c.left-meeting)
	}
	if measure.PerSegment(j.family) {
		own := j.rowsOfTotal(j.layout.headline)
		c.drop("segments", meeting-own)
		meeting = own
	}
	headline := j.total(j.layout.headline)
	for _, reason := range slices.Sorted(maps.Keys(headline.Rejected)) {
		c.drop(fmt.Sprintf("rejected/%s", reason), headline.Rejected[reason])
		meeting -= headline.Rejected[reason]
	}
	taken := headline.N + int64(headline.Detail["pending"]) + int64(headline.Detail["notDue"])
	if j.request.Second != nil {
		taken = int64(headline.Detail["eventRows"])
	}
	switch {
	case j.request.Follow != nil && j.request.Follow.Occurrence != measure.Every:
		c.drop("not-first", meeting-taken)
	case j.Responses != nil && j.Responses.Keep != plan.KeepAll:
		c.drop("duplicates", meeting-taken)
	}
}

// exposureRows are the steps of the second dataset of a rate.
func (j *job) exposureRows() []plan.Waterstep {
	c := audited("exposure/", j.second.looked.audit, j.layout.rowsOf(j.layout.second, j.layout.headline))
	detail := j.total(j.layout.headline).Detail
	used, missing, unreadable := int64(detail["exposureRows"]), int64(detail["exposureMissing"]), int64(detail["exposureUnreadable"])
	c.drop("where", c.left-used-missing-unreadable)
	c.drop("rejected/Missing", missing)
	c.drop("rejected/Unreadable", unreadable)
	c.step("used", c.left)
	return c.steps
}

// outcomeRows are the steps of the second dataset of a conversion: used are those that could follow a base row.
func (j *job) outcomeRows() []plan.Waterstep {
	var near, meeting int64
	if counted := j.second.outcomes[j.layout.headline]; counted != nil {
		near, meeting = int64(counted[outcomesNear]), int64(counted[outcomesMeeting])
	}
	c := audited("outcome/", j.second.looked.audit, near)
	c.drop("where", c.left-meeting)
	c.step("used", c.left)
	return c.steps
}
