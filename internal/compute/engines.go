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

// inTurn lets one engine at a time hold memory, where there are several, and has what they refuse name the data source:
// own is the plan's.
func (e Engines) inTurn(own string) Engines {
	if len(e.Others) == 0 {
		return e
	}
	turn := new(source.Engine)
	out := Engines{Own: turnTaker{e.Own, own, turn}, Others: map[string]source.Engine{}, Scratch: e.Scratch}
	for name, other := range e.Others {
		out.Others[name] = turnTaker{other, name, turn}
	}
	out.Join = func(ctx context.Context, tables plan.Files) (source.Engine, error) {
		joined, err := e.Join(ctx, tables)
		if err != nil {
			return nil, err
		}
		return turnTaker{Engine: joined, turn: turn}, nil
	}
	return out
}

// turnTaker is an engine that sends the one that had its turn before to rest.
type turnTaker struct {
	source.Engine
	name string // of the data source; empty of what was brought together
	turn *source.Engine
}

func (t turnTaker) take() {
	if before, ok := (*t.turn).(source.Rester); ok && *t.turn != t.Engine {
		before.Rest()
	}
	*t.turn = t.Engine
}

// of names the data source in an error.
func (t turnTaker) of(err error) error {
	if err == nil || t.name == "" {
		return err
	}
	return source.Within(err, "data source %s", t.name)
}

// Open implements source.Engine.
func (t turnTaker) Open(ctx context.Context, d plan.Dataset) (query.RowSet, error) {
	t.take()
	rows, err := t.Engine.Open(ctx, d)
	return rows, t.of(err)
}

// Query implements source.Engine.
func (t turnTaker) Query(ctx context.Context, statement query.Statement) (*query.Table, error) {
	t.take()
	table, err := t.Engine.Query(ctx, statement)
	return table, t.of(err)
}

// Stream implements source.Engine.
func (t turnTaker) Stream(ctx context.Context, statement query.Statement, take func(*query.Table) error) error {
	t.take()
	return t.of(t.Engine.Stream(ctx, statement, take))
}
