// Package runner opens the engines that a plan asks for and computes it on them.
package runner

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"slices"

	"github.com/cpi-operator/cpi-operator/internal/compute"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/source"
	"github.com/cpi-operator/cpi-operator/internal/source/files"
	"github.com/cpi-operator/cpi-operator/internal/source/mysql"
	"github.com/cpi-operator/cpi-operator/internal/source/postgres"
	"github.com/cpi-operator/cpi-operator/internal/source/prometheus"
)

// Scratch is a writable folder for imported tables and what does not fit in memory.
type Scratch struct {
	Dir string
	// Bytes of it that one query may spill, or one download hold; 0: the engine decides.
	Bytes int64
}

// Compute works through a plan by the means that its source asks for. A source that cannot be opened is a failure of
// each indicator, in the sink; an error is the sink's.
func Compute(ctx context.Context, work plan.Plan, scratch Scratch, sink compute.Sink, log *slog.Logger) (plan.Done, error) {
	if work.Source.Prometheus != nil {
		server, err := prometheus.Open(ctx, prometheus.Config{Source: work.Source})
		return with(ctx, work, server, err, sink, log, compute.Evaluate)
	}
	if len(work.Others) > 0 {
		all, err := openAll(ctx, work, scratch)
		return with(ctx, work, all, err, sink, log, func(ctx context.Context, p plan.Plan, all *several, sink compute.Sink, log *slog.Logger) (plan.Done, error) {
			return compute.RunOn(ctx, p, all.Engines, sink, log)
		})
	}
	engine, err := Open(ctx, work.Source, scratch)
	return with(ctx, work, engine, err, sink, log, compute.Run)
}

// with runs a plan on what was opened, if it could be.
func with[S io.Closer](ctx context.Context, work plan.Plan, opened S, err error, sink compute.Sink, log *slog.Logger,
	run func(context.Context, plan.Plan, S, compute.Sink, *slog.Logger) (plan.Done, error),
) (plan.Done, error) {
	if ctx.Err() != nil {
		return plan.Done{Run: work.Run, Expected: len(work.Indicators), Interrupted: true}, nil
	}
	if err != nil {
		failure := compute.FailureOf(err)
		log.Error("the source cannot be opened", "reason", failure.Reason, "message", failure.Message)
		return compute.Refuse(work, failure, sink)
	}
	defer func() {
		if err := opened.Close(); err != nil {
			log.Warn("the engine did not close cleanly", "error", err.Error())
		}
	}()
	return run(ctx, work, opened, sink, log)
}

// several are the engines of a plan with rows in several sources.
type several struct{ compute.Engines }

// Close closes those that were opened.
func (s *several) Close() error {
	var all []error
	for _, engine := range append(slices.Collect(maps.Values(s.Others)), s.Own) {
		if engine != nil {
			all = append(all, engine.Close())
		}
	}
	return errors.Join(all...)
}

// openAll opens the engines of all sources of a plan. An error names the source.
func openAll(ctx context.Context, work plan.Plan, scratch Scratch) (*several, error) {
	all := &several{compute.Engines{Others: map[string]source.Engine{}, Scratch: scratch.Dir}}
	all.Join = func(ctx context.Context, tables plan.Files) (source.Engine, error) {
		return Open(ctx, plan.Source{Namespace: work.Source.Namespace, Name: work.Source.Name, Files: &tables, Limits: work.Source.Limits}, scratch)
	}
	var err error
	if all.Own, err = Open(ctx, work.Source, scratch); err != nil {
		return nil, source.Within(err, "data source %s", work.Source.Name)
	}
	for _, other := range work.Others {
		engine, err := Open(ctx, other, scratch)
		if err != nil {
			_ = all.Close()
			return nil, source.Within(err, "data source %s", other.Name)
		}
		all.Others[other.Name] = engine
	}
	return all, nil
}

// Open opens the engine of a source that has rows. Its errors are *source.Error.
func Open(ctx context.Context, declared plan.Source, scratch Scratch) (source.Engine, error) {
	switch {
	case declared.Files != nil:
		return files.Open(ctx, files.Config{Source: declared, ScratchDir: scratch.Dir, ScratchBytes: scratch.Bytes})
	case declared.Postgres != nil:
		return postgres.Open(ctx, postgres.Config{Source: declared})
	case declared.MySQL != nil:
		return mysql.Open(ctx, mysql.Config{Source: declared})
	}
	return nil, source.FailSource(plan.QueryFailed, nil, "source %s declares no engine that this release knows", declared.Name)
}
