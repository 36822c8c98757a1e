package compute

import (
	"context"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
	"github.com/cpi-operator/cpi-operator/internal/source"
)

// Engines are what a run computes on.
type Engines struct {
	// Own has the rows of the plan's source, Others those of its other sources, by name.
	Own    source.Engine
	Others map[string]source.Engine
	// Join opens an engine over files that the run has written to the folder Scratch. It brings rows of two sources
	// together; nil where there are no Others.
	Join    func(ctx context.Context, tables plan.Files) (source.Engine, error)
	Scratch string
}

// of the dataset's source.
func (e Engines) of(d plan.Dataset) source.Engine {
	if d.Source == "" {
		return e.Own
	}
	return e.Others[d.Source]
}

// inTurn lets one engine at a time hold memory, where there are several.
func (e Engines) inTurn() Engines {
	if len(e.Others) == 0 {
		return e
	}
	turn := new(source.Engine)
	out := Engines{Own: turnTaker{e.Own, turn}, Others: map[string]source.Engine{}, Scratch: e.Scratch}
	for name, other := range e.Others {
		out.Others[name] = turnTaker{other, turn}
	}
	out.Join = func(ctx context.Context, tables plan.Files) (source.Engine, error) {
		joined, err := e.Join(ctx, tables)
		if err != nil {
			return nil, err
		}
		return turnTaker{joined, turn}, nil
	}
	return out
}

// turnTaker is an engine that sends the one that had its turn before to rest.
type turnTaker struct {
	source.Engine
	turn *source.Engine
}

func (t turnTaker) take() {
	if before, ok := (*t.turn).(source.Rester); ok && *t.turn != t.Engine {
		before.Rest()
	}
	*t.turn = t.Engine
}

// Open implements source.Engine.
func (t turnTaker) Open(ctx context.Context, d plan.Dataset) (query.RowSet, error) {
	t.take()
	return t.Engine.Open(ctx, d)
}

// Query implements source.Engine.
func (t turnTaker) Query(ctx context.Context, statement query.Statement) (*query.Table, error) {
	t.take()
	return t.Engine.Query(ctx, statement)
}

// Stream implements source.Engine.
func (t turnTaker) Stream(ctx context.Context, statement query.Statement, take func(*query.Table) error) error {
	t.take()
	return t.Engine.Stream(ctx, statement, take)
}
