package compute

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
	"github.com/cpi-operator/cpi-operator/internal/source"
)

// executor answers asks on one dataset. What the planner merged and the database refused, it takes
// apart again, so that only what is broken fails.
type executor struct {
	engine source.Engine
	// plan merges asks into batches; an ask that it refuses fails.
	plan func([]query.Ask) ([]query.Batch, []query.Refusal)
	// attempting is told the IDs of the wishes in flight before each statement.
	attempting func(ids []int) error
	// answered is told each wish's answer as soon as it is whole.
	answered func(id int, answer answer) error
}

// answer is what the database said to one ask, in total.
type answer struct {
	groups  []query.Group
	failure *plan.Failure
}

// wish is an ask on its way to its answer.
type wish struct {
	id     int
	parts  int // still without an answer
	answer answer
}

// part is a wish's ask, or that ask over some of its windows.
type part struct {
	*wish
	ask    query.Ask
	offset int // of the first window among the wish's
}

// sourceFailed ends a run: no other statement would fare better.
type sourceFailed struct{ plan.Failure }

func (f sourceFailed) Error() string { return string(f.Reason) + ": " + f.Message }

// run answers asks. It returns early with sourceFailed, or with the context's error; the asks without
// an answer had no turn.
func (e executor) run(ctx context.Context, asks []query.Ask) error {
	lot := make([]part, len(asks))
	for i, ask := range asks {
		lot[i] = part{wish: &wish{id: ask.ID, parts: 1}, ask: ask}
	}
	return e.runLot(ctx, lot)
}

// runLot plans parts together and runs the batches; a batch that fails is tried again in halves.
func (e executor) runLot(ctx context.Context, lot []part) error {
	lot = slices.DeleteFunc(lot, func(p part) bool { return p.answer.failure != nil })
	if len(lot) == 0 {
		return nil
	}
	asks := make([]query.Ask, len(lot))
	for i, p := range lot {
		asks[i] = p.ask
		asks[i].ID = i
	}
	batches, refusals := e.plan(asks)
	// Those whose last attempt is longest ago come first in the plan, and so here.
	slices.SortStableFunc(batches, func(a, b query.Batch) int { return slices.Min(a.IDs) - slices.Min(b.IDs) })
	open := make([]int, len(lot)) // batches that a part still waits for
	for _, batch := range batches {
		for _, i := range batch.IDs {
			open[i]++
		}
	}
	groups := make([][]query.Group, len(lot))
	again := make([]bool, len(lot)) // broken: its other batches are of no use
	for _, refusal := range refusals {
		if err := e.fail(lot[refusal.ID], refusal.Failure); err != nil {
			return err
		}
	}
	for _, batch := range batches {
		useful := slices.DeleteFunc(slices.Clone(batch.IDs), func(i int) bool { return again[i] || lot[i].answer.failure != nil })
		if len(useful) == 0 {
			continue
		}
		folded, err := e.runBatch(ctx, batch, lot, useful)
		if err != nil {
			for _, i := range useful {
				again[i] = true
			}
			if err := e.retry(ctx, pick(lot, useful), err); err != nil {
				return err
			}
			continue
		}
		for _, i := range useful {
			groups[i] = query.Merge(groups[i], folded[i])
			if open[i]--; open[i] == 0 {
				if err := e.settle(lot[i], groups[i]); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (e executor) runBatch(ctx context.Context, batch query.Batch, lot []part, useful []int) (map[int][]query.Group, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	ids := make([]int, len(useful))
	for k, i := range useful {
		ids[k] = lot[i].id
	}
	if err := e.attempting(ids); err != nil {
		return nil, recordFailed{err}
	}
	table, err := e.engine.Query(ctx, batch.Statement)
	if err != nil {
		return nil, err
	}
	return batch.Fold(table)
}

// retry takes a failed batch apart: by ask, until the broken one is alone; and where the batch was too much
// for the database, one ask by its windows. What fails alone, fails.
func (e executor) retry(ctx context.Context, lot []part, cause error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if failed := (recordFailed{}); errors.As(cause, &failed) {
		return cause
	}
	failure := FailureOf(cause)
	if failure.Source {
		return sourceFailed{failure}
	}
	var halves [2][]part
	switch {
	case len(lot) > 1:
		halves = [2][]part{lot[:len(lot)/2], lot[len(lot)/2:]}
	case tooMuch(failure.Reason) && len(lot[0].ask.Windows) > 1:
		early, late := split(lot[0])
		halves = [2][]part{{early}, {late}}
	default:
		return e.fail(lot[0], failure)
	}
	for _, half := range halves {
		if err := e.runLot(ctx, half); err != nil {
			return err
		}
	}
	return nil
}

// split halves a part by its windows.
func split(whole part) (early, late part) {
	half := len(whole.ask.Windows) / 2
	early, late = whole, whole
	early.ask.Windows, late.ask.Windows = whole.ask.Windows[:half], whole.ask.Windows[half:]
	if whole.ask.Opening != nil {
		early.ask.Opening, late.ask.Opening = whole.ask.Opening[:half], whole.ask.Opening[half:]
		early.ask.Closing, late.ask.Closing = whole.ask.Closing[:half], whole.ask.Closing[half:]
	}
	late.offset += half
	whole.parts++
	return early, late
}

// settle adds a part's groups to its wish's answer.
func (e executor) settle(done part, groups []query.Group) error {
	for _, group := range groups {
		group.Window += done.offset
		done.answer.groups = append(done.answer.groups, group)
	}
	if done.parts--; done.parts > 0 {
		return nil
	}
	return e.answered(done.id, done.answer)
}

func (e executor) fail(broken part, failure plan.Failure) error {
	if broken.answer.failure != nil {
		return nil
	}
	broken.answer = answer{failure: &failure}
	return e.answered(broken.id, broken.answer)
}

func pick(lot []part, indices []int) []part {
	picked := make([]part, len(indices))
	for k, i := range indices {
		picked[k] = lot[i]
	}
	return picked
}

// tooMuch reports whether a smaller piece of the same work could succeed.
func tooMuch(reason plan.Reason) bool {
	switch reason {
	case plan.QueryTimeout, plan.OutOfMemory, plan.DiskFull, plan.EngineCrashed:
		return true
	}
	return false
}

// FailureOf classifies an error of an engine or of the planner.
func FailureOf(err error) plan.Failure {
	if failed, ok := errors.AsType[*source.Error](err); ok {
		return failed.Failure
	}
	if failed, ok := errors.AsType[*query.Error](err); ok {
		return failed.Failure
	}
	return plan.Failure{Reason: plan.QueryFailed, Message: fmt.Sprintf("The result of the query could not be read: %v", err)}
}

// recordFailed means that the results folder cannot be written.
type recordFailed struct{ error }

func (f recordFailed) Unwrap() error { return f.error }
