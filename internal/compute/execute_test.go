package compute

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
	"github.com/cpi-operator/cpi-operator/internal/source"
)

// brittle is a planner that merges everything and an engine that fails as told: faults that no real
// database shows on demand. A statement's text lists column:windows of its asks.
type brittle struct {
	fault      func(statement string, asks int, windows int) plan.Reason
	statements []string
	attempts   [][]int
}

func (b *brittle) plan(asks []query.Ask) ([]query.Batch, []query.Refusal) {
	var refused []query.Refusal
	batch := query.Batch{}
	var names []string
	windows := 0
	for _, ask := range asks {
		if ask.TimeZone == "Refused" {
			refused = append(refused, query.Refusal{ID: ask.ID, Failure: plan.Failure{Reason: plan.WhereInvalid}})
			continue
		}
		batch.IDs = append(batch.IDs, ask.ID)
		names = append(names, ask.TimeZone)
		windows = max(windows, len(ask.Windows))
	}
	if len(batch.IDs) == 0 {
		return nil, refused
	}
	batch.Statement = query.Statement{SQL: strings.Join(names, " "), Args: []any{windows}}
	batch.Fold = func(*query.Table) (map[int][]query.Group, error) {
		groups := map[int][]query.Group{}
		for _, ask := range asks {
			for window := range ask.Windows {
				// The sum is the window's own start, so that a misplaced group shows.
				groups[ask.ID] = append(groups[ask.ID], query.Group{Window: window, Sums: []float64{float64(ask.Windows[window].Start.Unix())}})
			}
		}
		return groups, nil
	}
	return []query.Batch{batch}, refused
}

func (b *brittle) Query(_ context.Context, statement query.Statement) (*query.Table, error) {
	b.statements = append(b.statements, statement.SQL)
	asks := len(strings.Fields(statement.SQL))
	if reason := b.fault(statement.SQL, asks, statement.Args[0].(int)); reason != "" {
		return nil, &source.Error{Failure: plan.Failure{Reason: reason, Source: reason == plan.SourceUnreachable}}
	}
	return &query.Table{}, nil
}

func (b *brittle) Dialect() query.Dialect { return query.DuckDB }
func (b *brittle) Open(context.Context, plan.Dataset) (query.RowSet, error) {
	return query.RowSet{}, nil
}
func (b *brittle) Stream(context.Context, query.Statement, func(*query.Table) error) error {
	return errors.New("not asked for")
}
func (b *brittle) Close() error { return nil }

// answersOf runs asks called a, b, c… over windows starting at second 0, 1, 2…
func (b *brittle) answersOf(t *testing.T, names string, windows int) (map[string]string, error) {
	t.Helper()
	var asks []query.Ask
	for i, name := range strings.Fields(names) {
		ask := query.Ask{ID: 100 + i, TimeZone: name}
		for w := range windows {
			ask.Windows = append(ask.Windows, query.Window{Start: time.Unix(int64(w), 0)})
		}
		asks = append(asks, ask)
	}
	answers := map[string]string{}
	executor := executor{
		engine: b,
		plan:   b.plan,
		attempting: func(ids []int) error {
			b.attempts = append(b.attempts, ids)
			return nil
		},
		answered: func(id int, answer answer) error {
			name := asks[id-100].TimeZone
			if _, twice := answers[name]; twice {
				t.Errorf("%s was answered twice", name)
			}
			if answer.failure != nil {
				answers[name] = string(answer.failure.Reason)
				return nil
			}
			slices.SortFunc(answer.groups, func(a, b query.Group) int { return a.Window - b.Window })
			var told []string
			for _, group := range answer.groups {
				if float64(group.Window) != group.Sums[0] {
					t.Errorf("%s: window %d holds the sums of window %v", name, group.Window, group.Sums[0])
				}
				told = append(told, fmt.Sprint(group.Window))
			}
			answers[name] = strings.Join(told, ",")
			return nil
		},
	}
	return answers, executor.run(t.Context(), asks)
}

func TestWhatIsBrokenFailsAlone(t *testing.T) {
	fails := func(reason plan.Reason, names ...string) func(string, int, int) plan.Reason {
		return func(statement string, _, _ int) plan.Reason {
			for _, name := range names {
				if strings.Contains(statement, name) {
					return reason
				}
			}
			return ""
		}
	}
	for name, test := range map[string]struct {
		asks       string
		windows    int
		fault      func(string, int, int) plan.Reason
		want       map[string]string
		statements int // at most
	}{
		"nothing fails": {
			asks: "a b c", windows: 2, fault: fails(""),
			want: map[string]string{"a": "0,1", "b": "0,1", "c": "0,1"}, statements: 1,
		},
		"one of eight": {
			asks: "a b c d e f g h", windows: 1, fault: fails(plan.TypeMismatch, "f"),
			want:       map[string]string{"a": "0", "b": "0", "c": "0", "d": "0", "e": "0", "f": "TypeMismatch", "g": "0", "h": "0"},
			statements: 7, // 2·log2(8) + 1
		},
		"two of four, far apart": {
			asks: "a b c d", windows: 1, fault: fails(plan.ColumnMissing, "a", "d"),
			want: map[string]string{"a": "ColumnMissing", "b": "0", "c": "0", "d": "ColumnMissing"}, statements: 7,
		},
		"the planner's refusal": {
			asks: "a Refused b", windows: 1, fault: fails(""),
			want: map[string]string{"a": "0", "Refused": "WhereInvalid", "b": "0"}, statements: 1,
		},
		"a wrong type is not tried by windows": {
			asks: "a", windows: 4, fault: fails(plan.TypeMismatch, "a"),
			want: map[string]string{"a": "TypeMismatch"}, statements: 1,
		},
		"too much memory together": {
			asks: "a b", windows: 4, want: map[string]string{"a": "0,1,2,3", "b": "0,1,2,3"},
			fault: func(_ string, asks, windows int) plan.Reason {
				if asks > 1 || windows > 2 {
					return plan.OutOfMemory
				}
				return ""
			},
			statements: 7,
		},
		"too much memory even in pieces": {
			asks: "a b", windows: 8, fault: fails(plan.OutOfMemory, "b"),
			want: map[string]string{"a": "0,1,2,3,4,5,6,7", "b": "OutOfMemory"}, statements: 6, // gives up at its first smallest piece
		},
	} {
		t.Run(name, func(t *testing.T) {
			database := &brittle{fault: test.fault}
			answers, err := database.answersOf(t, test.asks, test.windows)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, answers); diff != "" {
				t.Errorf("answers (-want +got):\n%s", diff)
			}
			if len(database.statements) > test.statements {
				t.Errorf("ran %d statements, want at most %d: %q", len(database.statements), test.statements, database.statements)
			}
			if len(database.attempts) != len(database.statements) {
				t.Errorf("told of %d attempts for %d statements", len(database.attempts), len(database.statements))
			}
		})
	}
}

func TestSourceGoneEndsTheRun(t *testing.T) {
	database := &brittle{fault: func(statement string, _, _ int) plan.Reason {
		if strings.Contains(statement, "b") {
			return plan.OutOfMemory
		}
		if strings.Contains(statement, "c") {
			return plan.SourceUnreachable
		}
		return ""
	}}
	answers, err := database.answersOf(t, "a b c d", 1)
	if _, gone := errors.AsType[sourceFailed](err); !gone {
		t.Fatalf("run ended with %v, want the source's failure", err)
	}
	if got := slices.Sorted(maps.Keys(answers)); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("answered %q, want only what had its turn before", got)
	}
}
