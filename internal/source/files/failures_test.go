package files_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
	"github.com/cpi-operator/cpi-operator/internal/source/child"
)

// runUnlocked runs SQL in a child that may still write files.
func runUnlocked(t *testing.T, sql string) {
	t.Helper()
	process, err := child.Start(t.Context(), child.Config{TempDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer process.Close()
	if _, err := process.Query(t.Context(), query.Statement{SQL: sql}, 0); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// children are the engine children of this test binary.
func children(t *testing.T) []int {
	t.Helper()
	entries, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	var pids []int
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		line, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		_, rest, _ := strings.Cut(string(stat), ") ")
		fields := strings.Fields(rest)
		if len(fields) > 1 && fields[1] == strconv.Itoa(os.Getpid()) && fields[0] != "Z" && strings.Contains(string(line), "engine-child") {
			pids = append(pids, pid)
		}
	}
	return pids
}

func mustFail(t *testing.T, err error, want plan.Reason, says ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %s", want)
	}
	if got := reason(t, err); got != want {
		t.Errorf("reason %s, want %s: %v", got, want, err)
	}
	for _, text := range says {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("%q does not say %q", err, text)
		}
	}
}

func TestUnreadableFiles(t *testing.T) {
	var rows strings.Builder
	rows.WriteString("id,name\n")
	for i := range 20_000 {
		fmt.Fprintf(&rows, "%d,name %d of a customer\n", i, i*7919)
	}
	whole := gzipped(t, []byte(rows.String()))
	parquet, err := os.ReadFile(writeParquet(t, t.TempDir(), "x.parquet", "SELECT range AS i FROM range(10000)"))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name    string
		format  plan.FileFormat
		content []byte
		want    plan.Reason
		says    string
	}{
		{"latin1.csv", plan.CSV, []byte("name,n\nM\xfcller,1\n"), plan.FileUnreadable, "UTF-8"},
		{"cut.csv.gz", plan.CSV, whole[:len(whole)/2], plan.FileUnreadable, "cut off"},
		{"cut.ndjson.gz", plan.NDJSON, gzipped(t, []byte(events))[:60], plan.FileUnreadable, "cut off"},
		{"notgzip.csv.gz", plan.CSV, []byte(answers), plan.FileUnreadable, "compressed"},
		{"cut.csv.zst", plan.CSV, zstandard(t, []byte(rows.String()))[:2000], plan.FileUnreadable, "cut off"},
		{"ragged.csv", plan.CSV, []byte("a,b,c\n1,2,3\nsecret-value,5\n6,7,8\n"), plan.FileUnreadable, "line 3"},
		{"cut.parquet", plan.Parquet, parquet[:len(parquet)/2], plan.FileUnreadable, "Parquet"},
		{"text.parquet", plan.Parquet, []byte(answers), plan.FileUnreadable, "Parquet"},
		{"broken.ndjson", plan.NDJSON, []byte("{\"a\":1}\n{\"secret-value\n"), plan.FileUnreadable, "NDJSON"},
		{"empty.csv", plan.CSV, nil, plan.FileUnreadable, "is empty"},
		{"empty.ndjson", plan.NDJSON, nil, plan.FileUnreadable, "one JSON object on each line"},
		{"array.ndjson", plan.NDJSON, []byte("[{\"a\":1}]"), plan.FileUnreadable, "one JSON object on each line"},
		{"quote.csv", plan.CSV, []byte("a,b\n1,\"secret-value\n2,x\n"), plan.FileUnreadable, "line 2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			engine := open(t,
				plan.FileTable{Name: "bad", Format: test.format, Path: write(t, test.name, test.content)},
				plan.FileTable{Name: "good", Format: plan.CSV, Path: write(t, "good.csv", []byte(answers))})
			_, err := engine.Open(t.Context(), table("bad"))
			mustFail(t, err, test.want, "table bad", test.says)
			if strings.Contains(err.Error(), "secret-value") {
				t.Errorf("the message shows a row's value: %v", err)
			}
			if _, err := engine.Open(t.Context(), table("good")); err != nil {
				t.Errorf("the other table suffers: %v", err)
			}
		})
	}
}

func TestWhatIsMissing(t *testing.T) {
	engine := open(t, plan.FileTable{Name: "gone", Format: plan.CSV, Path: "/nonexistent/*.csv"},
		plan.FileTable{Name: "answers", Format: plan.CSV, Path: write(t, "answers.csv", []byte(answers))})
	_, err := engine.Open(t.Context(), table("gone"))
	mustFail(t, err, plan.TableMissing, "no file matches /nonexistent/*.csv")
	_, err = engine.Open(t.Context(), table("nope"))
	mustFail(t, err, plan.TableMissing, `"nope"`, "gone, answers")
	_, err = engine.Open(t.Context(), plan.Dataset{Name: "d", Table: &plan.Table{Name: "answers"}, Columns: []plan.Column{{Name: "x", Type: plan.Number, Expr: "scor + 1"}}})
	mustFail(t, err, plan.ColumnMissing, "columns[0].expr (x)", "scor", "score")
	_, err = engine.Open(t.Context(), plan.Dataset{Name: "d", Query: "SELECT nope FROM answers", Tables: []string{"answers"}})
	mustFail(t, err, plan.ColumnMissing, "nope")
	_, err = engine.Open(t.Context(), plan.Dataset{Name: "d", Query: "SELECT * FROM other", Tables: []string{"answers"}})
	mustFail(t, err, plan.QueryRefused, "dataset d: query", "other is not declared")
	_, err = engine.Query(t.Context(), query.Statement{SQL: "SELECT sum(plan::BIGINT) FROM answers"})
	mustFail(t, err, plan.TypeMismatch)
	if strings.Contains(err.Error(), "basic") || strings.Contains(err.Error(), "yearly") {
		t.Errorf("the message shows a row's value: %v", err)
	}
	_, err = engine.Query(t.Context(), query.Statement{SQL: "SELECT plan + 1 FROM nope"})
	mustFail(t, err, plan.TableMissing, "nope")
}

func TestQueryDatasetReadsItsTablesOnly(t *testing.T) {
	engine := open(t, plan.FileTable{Name: "answers", Format: plan.CSV, Path: write(t, "answers.csv", []byte(answers))})
	dataset := plan.Dataset{Name: "d", Tables: []string{"answers"}, Query: "SELECT plan, score AS points -- trailing\nFROM Answers WHERE score > 0;"}
	set, err := engine.Open(t.Context(), dataset)
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Columns) != 2 || set.Columns[0].Distinct != 2 || set.Rows != 3 {
		t.Errorf("got %+v", set)
	}
	got := ask(t, engine, "SELECT count(*), sum(points) FROM "+query.Relation(query.DuckDB, dataset)+" AS t")
	if got.Columns[0].Ints[0] != 2 || got.Columns[1].Ints[0] != 13 {
		t.Errorf("got %+v", got.Columns)
	}
}

// What the guard might overlook must still do no harm (test/attempts has more of it): these statements go straight to the
// child.
func TestLockedChildIsHarmless(t *testing.T) {
	written := filepath.Join(t.TempDir(), "written")
	engine := open(t, plan.FileTable{Name: "answers", Format: plan.CSV, Path: write(t, "answers.csv", []byte(answers))})
	if _, err := engine.Open(t.Context(), table("answers")); err != nil {
		t.Fatal(err)
	}
	// These get past the lock, as far as the child's own life.
	for _, sql := range []string{
		"SELECT * FROM enable_logging(storage='file', storage_config={'path': '" + written + "'})",
		"SELECT * FROM enable_profiling(save_location='" + written + "')",
		// One value beyond all memory, which the engine does not count: the kernel says no.
		"SELECT length(repeat('x', 1000000000))", "SELECT length(repeat('x', 2000000000))", "SELECT len(range(1000000000))",
	} {
		_, err := engine.Query(t.Context(), query.Statement{SQL: sql})
		t.Logf("%s: %v", sql, err)
		if strings.Contains(sql, "1000000000") || strings.Contains(sql, "2000000000") {
			mustFail(t, err, plan.OutOfMemory)
		}
		got := ask(t, engine, "SELECT count(*) FROM answers")
		if got.Columns[0].Ints[0] != 3 {
			t.Errorf("after %s: %v", sql, got.Columns)
		}
	}
}

const slow = "SELECT count(*) FROM range(100000000) a, range(100000000) b WHERE (a.range * b.range) % 7 = 3"

func TestTimeoutLeavesTheEngineHealthy(t *testing.T) {
	engine := openWithin(t, plan.Limits{QueryTimeout: 2 * time.Second, CPUs: 1, MemoryBytes: 512 << 20},
		plan.FileTable{Name: "answers", Format: plan.CSV, Path: write(t, "answers.csv", []byte(answers))})
	if _, err := engine.Open(t.Context(), table("answers")); err != nil {
		t.Fatal(err)
	}
	_, err := engine.Query(t.Context(), query.Statement{SQL: slow})
	mustFail(t, err, plan.QueryTimeout, "2s", "limits.queryTimeout")
	if got := ask(t, engine, "SELECT count(*) FROM answers"); got.Columns[0].Ints[0] != 3 {
		t.Errorf("got %+v", got.Columns)
	}
}

func TestCancelledRun(t *testing.T) {
	engine := open(t, plan.FileTable{Name: "answers", Format: plan.CSV, Path: write(t, "answers.csv", []byte(answers))})
	if _, err := engine.Open(t.Context(), table("answers")); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	_, err := engine.Query(ctx, query.Statement{SQL: slow})
	mustFail(t, err, plan.ComputeInterrupted)
	if got := ask(t, engine, "SELECT count(*) FROM answers"); got.Columns[0].Ints[0] != 3 {
		t.Errorf("got %+v", got.Columns)
	}
}

func TestKilledChildIsReplaced(t *testing.T) {
	engine := open(t, plan.FileTable{Name: "answers", Format: plan.CSV, Path: write(t, "answers.csv", []byte(answers))})
	if _, err := engine.Open(t.Context(), table("answers")); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		signal os.Signal
		want   plan.Reason
	}{{os.Kill, plan.OutOfMemory}, {abort, plan.EngineCrashed}} {
		failed := make(chan error)
		go func() {
			_, err := engine.Query(t.Context(), query.Statement{SQL: slow})
			failed <- err
		}()
		pids := children(t)
		if len(pids) != 1 {
			t.Fatalf("%d children, want 1", len(pids))
		}
		process, err := os.FindProcess(pids[0])
		if err != nil {
			t.Fatal(err)
		}
		if err := process.Signal(test.signal); err != nil {
			t.Fatal(err)
		}
		mustFail(t, <-failed, test.want)
		if got := ask(t, engine, "SELECT count(*) FROM answers"); got.Columns[0].Ints[0] != 3 {
			t.Errorf("after %v: got %+v", test.signal, got.Columns)
		}
	}
}

func TestClosedEngineLeavesNothing(t *testing.T) {
	scratch := t.TempDir()
	engine := openIn(t, scratch, plan.FileTable{Name: "answers", Format: plan.CSV, Path: write(t, "answers.csv", []byte(answers))})
	if _, err := engine.Open(t.Context(), table("answers")); err != nil {
		t.Fatal(err)
	}
	if err := engine.Close(); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(scratch); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if pids := children(t); len(pids) > 0 {
		t.Errorf("children left: %v", pids)
	}
}

// abort is what a failed assertion in the engine sends.
const abort = syscall.SIGABRT
