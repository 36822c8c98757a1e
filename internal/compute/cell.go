package compute

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
)

// theTotal stands for the whole where a breakdown's place is asked for.
const theTotal = -1

// cellWhere is the indicator's where. If each row stands for a cell of its own, it is narrowed to the rows of the total,
// which have NULL for all in every breakdown's column, or to those of one breakdown's segments, which have it in all
// but their own.
func (j *job) cellWhere(breakdown int) []measure.Condition {
	if !measure.PerSegment(j.family) {
		return j.Where
	}
	var own []string
	if breakdown != theTotal {
		own = j.Breakdowns[breakdown].By
	}
	where := slices.Clone(j.Where)
	seen := map[string]bool{}
	for _, b := range j.Breakdowns {
		for _, column := range b.By {
			if seen[column] {
				continue
			}
			seen[column] = true
			operator := measure.DoesNotExist
			if slices.Contains(own, column) {
				operator = measure.Exists
			}
			where = append(where, measure.Condition{Column: column, Operator: operator})
		}
	}
	return where
}

// addSegments asks for the segments of periods: of all breakdowns together or, if each row stands for a cell, of each
// one's own rows.
func (j *job) addSegments(base query.Ask, periods []int) {
	if !measure.PerSegment(j.family) {
		base.Breakdowns = j.Breakdowns
		j.add(forSegments, base, periods)
		return
	}
	for i, breakdown := range j.Breakdowns {
		ask := base
		ask.Where, ask.Breakdowns = j.cellWhere(i), []plan.Breakdown{breakdown}
		before := len(j.asks)
		j.add(forSegments, ask, periods)
		for k := before; k < len(j.asks); k++ {
			j.asks[k].breakdown = i
		}
	}
}

// breach is the failure of a cell whose rows break what the measure takes for granted, nil if they do not. It names no
// segment: what a row holds does not leave the data but as a number.
func (j *job) breach(period int, group query.Group) *plan.Failure {
	why := measure.Breach(j.family, group.Sums, j.setting)
	if why == "" {
		return nil
	}
	cell := "The dataset"
	if j.Period != nil {
		cell = j.layout.periods[period].Label
	}
	if group.Breakdown >= 0 {
		cell = fmt.Sprintf("A segment by %s of %s", strings.Join(j.Breakdowns[group.Breakdown].By, " and "), strings.ToLower(cell[:1])+cell[1:])
	}
	return &plan.Failure{Reason: plan.SeveralRows, Message: cell + " " + why + "."}
}

// rowsOfTotal is how many rows stand for a period's total, where each stands for a cell: the first of its sums.
func (j *job) rowsOfTotal(period int) int64 {
	if sums := j.totals[period]; len(sums) > 0 {
		return int64(sums[0])
	}
	return 0
}
