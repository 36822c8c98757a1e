package main

import (
	"context"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/source"
	"github.com/cpi-operator/cpi-operator/internal/source/files"
	"github.com/cpi-operator/cpi-operator/internal/source/postgres"
)

// scratchSpace is a writable folder and how much of it one query or download may take.
type scratchSpace struct {
	dir   string
	bytes int64
}

// open opens the engine that the source declares.
func open(ctx context.Context, declared plan.Source, scratch scratchSpace) (source.Engine, error) {
	switch {
	case declared.Files != nil:
		return files.Open(ctx, files.Config{Source: declared, ScratchDir: scratch.dir, ScratchBytes: scratch.bytes})
	case declared.Postgres != nil:
		return postgres.Open(ctx, postgres.Config{Source: declared})
	}
	return nil, source.FailSource(plan.QueryFailed, nil, "source %s declares no engine that this release knows", declared.Name)
}
