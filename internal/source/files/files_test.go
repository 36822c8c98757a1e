package files_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
	"github.com/cpi-operator/cpi-operator/internal/source"
	"github.com/cpi-operator/cpi-operator/internal/source/files"
)

// open opens an engine over tables, with limits of a small pod.
func open(t *testing.T, tables ...plan.FileTable) source.Engine {
	t.Helper()
	return openWithin(t, plan.Limits{QueryTimeout: time.Minute, MemoryBytes: 512 << 20, CPUs: 1}, tables...)
}

func openWithin(t *testing.T, limits plan.Limits, tables ...plan.FileTable) source.Engine {
	t.Helper()
	return openConfig(t, files.Config{Source: plan.Source{Files: &plan.Files{Tables: tables}, Limits: limits}, ScratchDir: t.TempDir()})
}

func openIn(t *testing.T, scratch string, tables ...plan.FileTable) source.Engine {
	t.Helper()
	return openConfig(t, files.Config{Source: plan.Source{Files: &plan.Files{Tables: tables}}, ScratchDir: scratch})
}

func openConfig(t *testing.T, cfg files.Config) source.Engine {
	t.Helper()
	cfg.Source.Namespace, cfg.Source.Name = "test", "rows"
	engine, err := files.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	})
	return engine
}

func write(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o444); err != nil {
		t.Fatal(err)
	}
	return path
}

func gzipped(t *testing.T, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func table(name string) plan.Dataset {
	return plan.Dataset{Name: name, Table: &plan.Table{Name: name}}
}

func ask(t *testing.T, engine source.Engine, sql string, args ...any) *query.Table {
	t.Helper()
	result, err := engine.Query(t.Context(), query.Statement{SQL: sql, Args: args})
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return result
}

func reason(t *testing.T, err error) plan.Reason {
	t.Helper()
	var typed *source.Error
	if !errors.As(err, &typed) {
		t.Fatalf("got %v, want a *source.Error", err)
	}
	return typed.Reason
}

const answers = "customer,score,plan,at\n" +
	"c1,10,basic,2026-01-05\n" +
	"c2,3,\"pro, yearly\",2026-01-06\n" +
	"c3,,basic,2026-02-01\n"

func TestCSVOfEveryWriter(t *testing.T) {
	for name, content := range map[string][]byte{
		"plain.csv":   []byte(answers),
		"bom.csv":     []byte("\ufeff" + answers),
		"crlf.csv":    bytes.ReplaceAll([]byte(answers), []byte("\n"), []byte("\r\n")),
		"rows.csv.gz": gzipped(t, []byte(answers)),
	} {
		t.Run(name, func(t *testing.T) {
			engine := open(t, plan.FileTable{Name: "answers", Format: plan.CSV, Path: write(t, name, content)})
			set, err := engine.Open(t.Context(), table("answers"))
			if err != nil {
				t.Fatal(err)
			}
			want := []query.ColumnInfo{
				{Name: "customer", Kind: query.KindText, Distinct: 3}, {Name: "score", Kind: query.KindInteger, Distinct: 2},
				{Name: "plan", Kind: query.KindText, Distinct: 2}, {Name: "at", Kind: query.KindDate, Distinct: 3},
			}
			if diff := cmp.Diff(want, set.Columns); diff != "" {
				t.Errorf("columns (-want +got):\n%s", diff)
			}
			if set.Rows != 3 {
				t.Errorf("rows = %d, want 3", set.Rows)
			}
			got := ask(t, engine, `SELECT plan, count(*), count(score), sum(score), avg(score), min("at") FROM answers WHERE score >= $1 OR score IS NULL GROUP BY plan ORDER BY plan`, int64(1))
			day := func(month time.Month, d int) time.Time { return time.Date(2026, month, d, 0, 0, 0, 0, time.UTC) }
			wanted := &query.Table{
				Names: []string{"plan", "count_star()", "count(score)", "sum(score)", "avg(score)", `min("at")`}, Len: 2,
				Columns: []query.Vector{
					{Strings: []string{"basic", "pro, yearly"}}, {Ints: []int64{2, 1}}, {Ints: []int64{1, 1}},
					{Ints: []int64{10, 3}}, {Floats: []float64{10, 3}}, {Times: []time.Time{day(1, 5), day(1, 6)}},
				},
			}
			if diff := cmp.Diff(wanted, got); diff != "" {
				t.Errorf("result (-want +got):\n%s", diff)
			}
		})
	}
}
