package compute

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/source"
)

// Evaluate computes a plan whose source answers expressions rather than holding rows. What fails, fails as in Run.
func Evaluate(ctx context.Context, p plan.Plan, server source.Evaluator, sink Sink, log *slog.Logger) (plan.Done, error) {
	r := newRun(p, Engines{}, sink, log)
	err := r.evaluateAll(ctx, server, false)
	if err == nil {
		err = r.evaluateAll(ctx, server, true)
	}
	if err == nil {
		err = r.composites()
	}
	if err == nil {
		err = r.linkages(ctx)
	}
	return r.end(ctx, err)
}

// evaluateAll computes the indicators one by one; those that must run alone come after the others.
func (r *run) evaluateAll(ctx context.Context, server source.Evaluator, alone bool) error {
	for place, indicator := range r.plan.Indicators {
		if indicator.Alone != alone || indicator.Measure.Composite != nil {
			continue
		}
		if err := r.attempt(plan.Attempt{Run: r.plan.Run, Keys: []plan.Key{indicator.Key}}); err != nil {
			return err
		}
		numbers, err := evaluate(ctx, server, indicator, r.plan)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil {
			err = r.tell(place, numbers, nil)
		} else if failure := FailureOf(err); failure.Source {
			err = sourceFailed{failure}
		} else {
			err = r.tell(place, nil, &failure)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// evaluate computes one indicator.
func evaluate(ctx context.Context, server source.Evaluator, indicator plan.Indicator, p plan.Plan) (*plan.Numbers, error) {
	family, err := measure.Of(indicator.Measure)
	if err == nil && (indicator.Measure.PromQL == nil || indicator.Period == nil) {
		err = fmt.Errorf("a Prometheus is read by the measure promql, over periods")
	}
	if err != nil {
		return nil, source.Fail(plan.UnsupportedCombination, err, "The measure cannot be computed: %v. Correct the definition.", err)
	}
	e := expression{Indicator: indicator, measure: indicator.Measure.PromQL, server: server, now: p.Now, asked: map[span]*float64{}}
	periods, err := e.periods(ctx)
	if err != nil {
		return nil, err
	}
	over := chronicle{period: *indicator.Period, quality: indicator.Quality}
	jumps := over.suspectJumps(periods, e.settled)
	described := family.Describe()
	return &plan.Numbers{
		Unit: described.Unit, Direction: described.Direction, Variant: described.Variant,
		Periods: periods, SQL: e.query(periods), Warnings: append(e.warnings(periods), jumps...), History: over.history(periods),
	}, nil
}
