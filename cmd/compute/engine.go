package main

import (
	"context"
	"io"
	"log/slog"

	"github.com/cpi-operator/cpi-operator/internal/compute"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/source"
	"github.com/cpi-operator/cpi-operator/internal/source/files"
	"github.com/cpi-operator/cpi-operator/internal/source/mysql"
	"github.com/cpi-operator/cpi-operator/internal/source/postgres"
	"github.com/cpi-operator/cpi-operator/internal/source/prometheus"
)

// scratchSpace is a writable folder and how much of it one query or download may take.
type scratchSpace struct {
	dir   string
	bytes int64
}

// computeAll computes a plan by the means that its source asks for. An error of open is the source's; any other, the
// results folder's.
func computeAll(ctx context.Context, work plan.Plan, scratch scratchSpace, folder compute.Folder, log *slog.Logger) (plan.Done, error) {
	if work.Source.Prometheus != nil {
		server, err := prometheus.Open(ctx, prometheus.Config{Source: work.Source})
		return with(ctx, work, server, err, folder, log, compute.Evaluate)
	}
	engine, err := open(ctx, work.Source, scratch)
	return with(ctx, work, engine, err, folder, log, compute.Run)
}

// with runs a plan on what was opened, if it could be.
func with[S io.Closer](ctx context.Context, work plan.Plan, opened S, err error, folder compute.Folder, log *slog.Logger,
	run func(context.Context, plan.Plan, S, compute.Sink, *slog.Logger) (plan.Done, error),
) (plan.Done, error) {
	if ctx.Err() != nil {
		return plan.Done{Run: work.Run, Expected: len(work.Indicators), Interrupted: true}, nil
	}
	if err != nil {
		failure := compute.FailureOf(err)
		log.Error("the source cannot be opened", "reason", failure.Reason, "message", failure.Message)
		return compute.Refuse(work, failure, folder)
	}
	defer func() {
		if err := opened.Close(); err != nil {
			log.Warn("the engine did not close cleanly", "error", err.Error())
		}
	}()
	return run(ctx, work, opened, folder, log)
}

// open opens the engine that the source declares.
func open(ctx context.Context, declared plan.Source, scratch scratchSpace) (source.Engine, error) {
	switch {
	case declared.Files != nil:
		return files.Open(ctx, files.Config{Source: declared, ScratchDir: scratch.dir, ScratchBytes: scratch.bytes})
	case declared.Postgres != nil:
		return postgres.Open(ctx, postgres.Config{Source: declared})
	case declared.MySQL != nil:
		return mysql.Open(ctx, mysql.Config{Source: declared})
	}
	return nil, source.FailSource(plan.QueryFailed, nil, "source %s declares no engine that this release knows", declared.Name)
}
