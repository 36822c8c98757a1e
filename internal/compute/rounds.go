package compute

import (
	"context"
	"fmt"
	"slices"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
)

// compute asks for the indicators at places together and tells their results as they come. Those whose totals show
// that another period must be explained than was expected are asked for once more.
func (r *run) compute(ctx context.Context, data *dataset, places []int) error {
	var jobs []*job
	for _, place := range places {
		indicator := r.plan.Indicators[place]
		j, err := newJob(data, r.opened[indicator.Other], indicator, place)
		if err == nil {
			jobs = append(jobs, j)
			continue
		}
		failure := unsupported(err)
		if err := r.tell(place, nil, &failure); err != nil {
			return err
		}
	}
	for len(jobs) > 0 {
		var err error
		if jobs, err = r.round(ctx, data, jobs); err != nil {
			return err
		}
	}
	return nil
}

// round answers the asks of jobs, each on its dataset, and tells the results that are whole. It returns the jobs that ask
// for more.
func (r *run) round(ctx context.Context, data *dataset, jobs []*job) (again []*job, err error) {
	whole := func(j *job) error {
		if j.failure != nil {
			return r.tell(j.place, nil, j.failure)
		}
		if j.explain(); j.open > 0 {
			again = append(again, j)
			return nil
		}
		return r.tell(j.place, j.numbers(r.plan.Source.Limits.MaxSegments), nil)
	}
	var owners []*job // by ask ID
	var purposes []purposeful
	datasets := []*dataset{data}
	asks := map[*dataset][]query.Ask{}
	for _, j := range jobs {
		if j.open == 0 { // nothing is known of any of its periods
			if err := whole(j); err != nil {
				return nil, err
			}
		}
		for _, ask := range j.asks {
			on := data
			if ask.second {
				on = j.second.data
			}
			if !slices.Contains(datasets, on) {
				datasets = append(datasets, on)
			}
			ask.ID = len(owners)
			asks[on] = append(asks[on], ask.Ask)
			owners, purposes = append(owners, j), append(purposes, ask)
		}
	}
	executor := executor{
		engine: data.engine,
		attempting: func(ids []int) error {
			attempt := plan.Attempt{Run: r.plan.Run}
			for _, id := range ids {
				if key := owners[id].Key; !slices.Contains(attempt.Keys, key) {
					attempt.Keys = append(attempt.Keys, key)
				}
			}
			return r.attempt(attempt)
		},
		answered: func(id int, answer answer) error {
			j := owners[id]
			if j.take(purposes[id], answer); j.open > 0 {
				return nil
			}
			return whole(j)
		},
	}
	for _, on := range datasets {
		executor.plan = func(asks []query.Ask) ([]query.Batch, []query.Refusal) {
			return query.Plan(on.engine.Dialect(), on.rows, asks, r.options(on.engine.Dialect()))
		}
		if err := executor.run(ctx, asks[on]); err != nil {
			return again, err
		}
	}
	return again, nil
}

// bytesPerRow is about what a statement that sorts or joins rows holds for each of them.
const bytesPerRow = 100

// mysqlRows are what one statement that sorts or joins handles on MySQL: MariaDB computes a common table expression
// anew for each use of it, and puts larger ones on disk.
const mysqlRows = 250_000

// options keep statements that sort or join within a quarter of the memory, where rows are read by this pod.
func (r *run) options(dialect query.Dialect) query.Options {
	memory := r.plan.Source.Limits.MemoryBytes
	if dialect == query.MySQL {
		return query.Options{MaxRowsPerStatement: mysqlRows}
	}
	if dialect != query.DuckDB || memory == 0 {
		return query.Options{}
	}
	return query.Options{MaxRowsPerStatement: memory / 4 / bytesPerRow}
}

// unsupported is the failure of a measure that contradicts itself.
func unsupported(err error) plan.Failure {
	return plan.Failure{Reason: plan.UnsupportedCombination, Message: fmt.Sprintf("The measure cannot be computed: %v. Correct the definition.", err)}
}
