package attempts_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
	"github.com/cpi-operator/cpi-operator/internal/source"
	"github.com/cpi-operator/cpi-operator/test/attempts"
)

// asQuery is how a user's query reaches an engine.
func asQuery(sql string) plan.Dataset {
	return plan.Dataset{Name: "d", Query: sql, Tables: []string{"orders"}}
}

func asExpression(sql string) plan.Dataset {
	return plan.Dataset{Name: "d", Table: &plan.Table{Name: "orders"}, Columns: []plan.Column{{Name: "c", Type: plan.Text, Expr: sql}}}
}

func refused(err error) bool {
	typed, ok := errors.AsType[*source.Error](err)
	return ok && typed.Reason == plan.QueryRefused
}

func TestQueriesAndExpressionsAreRefused(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, engine source.Engine, corpus attempts.Corpus) {
		try := func(sql string, dataset plan.Dataset) {
			if _, err := engine.Open(t.Context(), dataset); !refused(err) {
				t.Errorf("%s: got %v, want QueryRefused", sql, err)
			}
		}
		for _, sql := range corpus.Queries {
			try(sql, asQuery(sql))
		}
		for _, sql := range corpus.Expressions {
			try(sql, asExpression(sql))
		}
		t.Logf("%d queries, %d expressions", len(corpus.Queries), len(corpus.Expressions))
	})
}

func TestDangerousFunctionsAreRefused(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, engine source.Engine, _ attempts.Corpus) {
		names, dangerous := functions(t, engine), 0
		for _, name := range names {
			if !attempts.Dangerous.MatchString(name) {
				continue
			}
			dangerous++
			call := fmt.Sprintf(`"%s"('a')`, name)
			if engine.Dialect() == query.MySQL {
				call = name + "('a')"
			}
			for _, dataset := range []plan.Dataset{asQuery("SELECT " + call + " FROM orders"), asQuery("SELECT * FROM " + call), asExpression(call)} {
				if _, err := engine.Open(t.Context(), dataset); !refused(err) {
					t.Errorf("%s: got %v, want QueryRefused", call, err)
				}
			}
		}
		if dangerous < 30 {
			t.Errorf("only %d of %d functions look dangerous", dangerous, len(names))
		}
		t.Logf("%d functions of %d", dangerous, len(names))
	})
}

// What the guard might overlook must still do no harm: these go straight to the locked child, or to the server.
func TestStatementsFailBehindTheGuard(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, engine source.Engine, corpus attempts.Corpus) {
		if _, err := engine.Open(t.Context(), plan.Dataset{Name: "orders", Table: &plan.Table{Name: "orders"}}); err != nil {
			t.Fatal(err)
		}
		rows := func() int64 {
			t.Helper()
			got, err := engine.Query(t.Context(), query.Statement{SQL: "SELECT count(*) FROM orders"})
			if err != nil {
				t.Fatal(err)
			}
			return got.Columns[0].Ints[0]
		}
		before := rows()
		for _, sql := range corpus.Statements {
			if _, err := engine.Query(t.Context(), query.Statement{SQL: sql}); err == nil {
				t.Errorf("the engine did it: %s", sql)
			}
			if after := rows(); after != before {
				t.Fatalf("%s: %d orders, before %d", sql, after, before)
			}
		}
		t.Logf("%d statements", len(corpus.Statements))
	})
}
