package main

import (
	"context"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/source"
	"github.com/cpi-operator/cpi-operator/internal/source/files"
	"github.com/cpi-operator/cpi-operator/internal/source/postgres"
)

// open opens the engine that the source declares.
func open(ctx context.Context, declared plan.Source, scratch string) (source.Engine, error) {
	switch {
	case declared.Files != nil:
		return files.Open(ctx, files.Config{Source: declared, ScratchDir: scratch})
	case declared.Postgres != nil:
		return postgres.Open(ctx, postgres.Config{Source: declared})
	}
	return nil, source.FailSource(plan.QueryFailed, nil, "source %s declares no engine that this release knows", declared.Name)
}
