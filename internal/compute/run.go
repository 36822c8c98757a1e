// Package compute turns a plan into results: it reads each dataset once, lets the planner merge what the
// indicators ask, and estimates every period with its state and flags. It knows engines, no cluster, and
// no clock but the plan's.
package compute

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/source"
)

// Sink takes a run's results as they come.
type Sink interface {
	// Attempt is told what is about to be computed, so that a kill can be laid at its door.
	Attempt(plan.Attempt) error
	// Result takes the result of the plan's place-th indicator; each place at most once.
	Result(place int, result plan.Result) error
}

// Run computes every indicator of a plan. An indicator that fails is a result with its reason and harms no
// other; a source that fails gives that failure to everything still open and ends the run. When ctx ends,
// the indicators without a result had no turn. An error means that the sink failed.
func Run(ctx context.Context, p plan.Plan, engine source.Engine, sink Sink, log *slog.Logger) (plan.Done, error) {
	return RunOn(ctx, p, Engines{Own: engine}, sink, log)
}

// RunOn is Run for a plan whose datasets are of several sources. One that fails does to the run what its own does.
func RunOn(ctx context.Context, p plan.Plan, engines Engines, sink Sink, log *slog.Logger) (plan.Done, error) {
	r := newRun(p, engines.inTurn(p.Source.Name), sink, log)
	err := r.datasets(ctx)
	if err == nil {
		err = r.loners(ctx)
	}
	if err == nil {
		err = r.composites()
	}
	if err == nil {
		err = r.linkages(ctx)
	}
	return r.end(ctx, err)
}

// end sums up a run that err ended early, if it is one of those that may.
func (r *run) end(ctx context.Context, err error) (plan.Done, error) {
	gone, isGone := errors.AsType[sourceFailed](err)
	switch {
	case isGone:
		err = r.failOpen(gone.Failure)
	case err != nil && ctx.Err() != nil:
		r.done.Interrupted, err = true, nil
	}
	return *r.done, err
}

// Refuse gives every indicator of a plan the failure of its source, where no engine could be opened.
func Refuse(p plan.Plan, failure plan.Failure, sink Sink) (plan.Done, error) {
	failure.Source = true
	r := newRun(p, Engines{}, sink, slog.New(slog.DiscardHandler))
	err := r.failOpen(failure)
	return *r.done, err
}

// run is the state of one Run.
type run struct {
	plan     plan.Plan // with the series of linkages behind its indicators
	engines  Engines
	sink     Sink
	log      *slog.Logger
	done     *plan.Done
	told     []bool // by place: has a result
	declared map[string]plan.Dataset
	opened   map[string]*dataset
	found    map[plan.Key][]plan.PeriodResult // of this run, as far as a composite or a linkage reads them
	series   *seriesOf
	linked   []bool // by place among the linkages: has a result
}

func newRun(p plan.Plan, engines Engines, sink Sink, log *slog.Logger) *run {
	r := &run{
		plan: p, engines: engines, sink: sink, log: log,
		done:     &plan.Done{FormatVersion: plan.FormatVersion, Run: p.Run, Expected: len(p.Indicators) + len(p.Linkages)},
		declared: map[string]plan.Dataset{},
		opened:   map[string]*dataset{},
		found:    map[plan.Key][]plan.PeriodResult{},
	}
	for _, d := range p.Datasets {
		r.declared[d.Name] = d
	}
	r.plan.Indicators, r.series = withSeries(p)
	r.told, r.linked = make([]bool, len(r.plan.Indicators)), make([]bool, len(p.Linkages))
	return r
}

// datasets opens each dataset, in the order in which the plan's indicators name them, and computes its
// indicators together, but for those that must run alone.
func (r *run) datasets(ctx context.Context) error {
	var names []string
	places := map[string][]int{}
	readers := map[string][]int{} // the indicators that read a dataset, as their own or as the second
	for place, indicator := range r.plan.Indicators {
		if indicator.Measure.Composite != nil {
			continue // joined last
		}
		if places[indicator.Dataset] == nil {
			names = append(names, indicator.Dataset)
		}
		places[indicator.Dataset] = append(places[indicator.Dataset], place)
		readers[indicator.Dataset] = append(readers[indicator.Dataset], place)
		if other := indicator.Other; other != "" && other != indicator.Dataset {
			readers[other] = append(readers[other], place)
		}
	}
	for _, name := range names {
		reads := []string{name}
		for _, place := range places[name] {
			if other := r.plan.Indicators[place].Other; other != "" && !slices.Contains(reads, other) {
				reads = append(reads, other)
			}
		}
		for _, one := range reads {
			if err := r.open(ctx, one, readers[one]); err != nil {
				return err
			}
		}
		together := slices.DeleteFunc(slices.Clone(places[name]), func(place int) bool {
			return r.told[place] || r.plan.Indicators[place].Alone
		})
		if err := r.compute(ctx, r.opened[name], together); err != nil {
			return err
		}
	}
	return nil
}

// loners computes, one by one and last, what was in flight when an earlier run was killed.
func (r *run) loners(ctx context.Context) error {
	for place, indicator := range r.plan.Indicators {
		if r.told[place] || !indicator.Alone || indicator.Measure.Composite != nil {
			continue
		}
		if err := r.compute(ctx, r.opened[indicator.Dataset], []int{place}); err != nil {
			return err
		}
	}
	return nil
}

// open opens and checks a dataset, if it is not open yet. Where that fails, so do the indicators at places.
func (r *run) open(ctx context.Context, name string, places []int) error {
	open := slices.ContainsFunc(places, func(place int) bool { return !r.told[place] })
	if r.opened[name] != nil || !open {
		return nil
	}
	declared, ok := r.declared[name]
	if !ok {
		return r.failAll(places, plan.Failure{Reason: plan.QueryFailed, Message: fmt.Sprintf("The plan does not hold dataset %s.", name)})
	}
	attempt := plan.Attempt{Run: r.plan.Run, Dataset: name}
	for _, place := range places {
		attempt.Keys = append(attempt.Keys, r.plan.Indicators[place].Key)
	}
	if err := r.attempt(attempt); err != nil {
		return err
	}
	opened, err := openDataset(ctx, r.engines.of(declared), declared, r.plan)
	if err == nil {
		err = opened.check(ctx, r.indicators(places))
	}
	switch {
	case err == nil:
		r.opened[name] = opened
		r.log.Info("dataset opened", "dataset", name, "rows", opened.rows.Rows, "indicators", len(places))
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	}
	failure := FailureOf(err)
	if failure.Source {
		return sourceFailed{failure}
	}
	return r.failAll(places, failure)
}

func (r *run) indicators(places []int) []plan.Indicator {
	found := make([]plan.Indicator, len(places))
	for i, place := range places {
		found[i] = r.plan.Indicators[place]
	}
	return found
}

func (r *run) attempt(attempt plan.Attempt) error {
	if err := r.sink.Attempt(attempt); err != nil {
		return recordFailed{err}
	}
	return nil
}

// tell hands an indicator's result on; that of a linkage's series is kept.
func (r *run) tell(place int, numbers *plan.Numbers, failure *plan.Failure) error {
	indicator := r.plan.Indicators[place]
	if r.series.keeps(place) {
		r.series.keep(place, numbers, failure)
		r.told[place] = true
		return nil
	}
	result := plan.Result{
		FormatVersion: plan.FormatVersion, Key: indicator.Key, UID: indicator.UID, RequestHash: indicator.RequestHash,
		Run: r.plan.Run, Numbers: numbers, Failure: failure,
	}
	if err := r.sink.Result(place, result); err != nil {
		return recordFailed{err}
	}
	r.told[place] = true
	if numbers != nil && r.joins(indicator.Key) {
		r.found[indicator.Key] = numbers.Periods
	}
	if failure != nil {
		r.done.Failed++
		r.log.Warn("indicator failed", "indicator", indicator.String(), "reason", failure.Reason, "message", failure.Message)
	} else {
		r.done.Succeeded++
		r.log.Info("indicator computed", "indicator", indicator.String(), "periods", len(numbers.Periods), "segments", len(numbers.Segments))
	}
	return nil
}

func (r *run) failAll(places []int, failure plan.Failure) error {
	for _, place := range places {
		if r.told[place] {
			continue
		}
		if err := r.tell(place, nil, &failure); err != nil {
			return err
		}
	}
	return nil
}

// failOpen gives the source's failure to every indicator without a result.
func (r *run) failOpen(failure plan.Failure) error {
	r.done.Source = &failure
	places := make([]int, len(r.plan.Indicators))
	for place := range places {
		places[place] = place
	}
	if err := r.failAll(places, failure); err != nil {
		return err
	}
	return r.failLinkages(failure)
}
