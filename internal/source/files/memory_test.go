package files_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
	"github.com/cpi-operator/cpi-operator/internal/source/files"
)

// peakMiB reads the most memory a process ever held.
func peakMiB(t *testing.T, pid int) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)
	if found == nil {
		t.Fatal("no VmHWM")
	}
	kib, _ := strconv.Atoi(string(found[1]))
	return kib >> 10
}

// A pod of 512 MiB: aggregations over more rows than fit spill to the scratch folder. The peaks
// are printed; the limit asserted leaves the system's own variance room.
func TestMemoryOfASmallPod(t *testing.T) {
	if testing.Short() {
		t.Skip("makes 2 million rows")
	}
	dir := t.TempDir()
	writeParquet(t, dir, "rows.parquet", `SELECT i AS id, 'customer ' || (i * 7919 % 2000000) AS customer, i % 11 AS score, 'plan ' || i % 7 AS plan,
		TIMESTAMP '2024-01-01' + INTERVAL (i % 63072000) SECOND AS answered FROM range(2000000) t(i)`)
	engine := openConfig(t, files.Config{
		Source: plan.Source{Files: &plan.Files{Tables: []plan.FileTable{{Name: "rows", Format: plan.Parquet, Path: filepath.Join(dir, "*.parquet")}}},
			Limits: plan.Limits{QueryTimeout: 5 * time.Minute, MemoryBytes: 512 << 20, CPUs: 1}},
		ScratchDir: t.TempDir(), ScratchBytes: 2 << 30,
	})
	if _, err := engine.Open(t.Context(), table("rows")); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{
		`SELECT plan, date_trunc('month', answered)::VARCHAR, count(score), sum((score >= 9)::INT) FROM rows GROUP BY ALL`,
		`SELECT count(*) FROM (SELECT customer, count(*) FROM rows GROUP BY customer)`,
		`SELECT count(DISTINCT customer) FROM rows`,
		`SELECT sum(score) FROM (SELECT score, row_number() OVER (PARTITION BY customer ORDER BY answered DESC) AS rn FROM rows) WHERE rn = 1`,
	} {
		start := time.Now()
		ask(t, engine, sql)
		t.Logf("child's peak %d MiB, parent's %d MiB after %v: %.60s", peakMiB(t, children(t)[0]), peakMiB(t, os.Getpid()), time.Since(start).Round(time.Millisecond), sql)
	}
	if peak := peakMiB(t, children(t)[0]); peak > 430 {
		t.Errorf("the child held %d MiB, want at most 430", peak)
	}
}

// 57,600 cells of nine columns are what the largest merged statement returns.
func BenchmarkCells(b *testing.B) {
	engine, err := files.Open(b.Context(), files.Config{Source: plan.Source{Name: "rows", Files: &plan.Files{}}, ScratchDir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer engine.Close()
	statement := query.Statement{SQL: `SELECT i % 100 AS f, chr(65 + (i % 26)::INT) AS s, i % 24 AS p, i AS n, i * 1.5 AS a, i * i AS b, i / 3 AS c, i + 1 AS d, i::VARCHAR AS e FROM range(57600) t(i)`}
	for b.Loop() {
		result, err := engine.Query(b.Context(), statement)
		if err != nil || result.Len != 57_600 {
			b.Fatal(err)
		}
	}
}
