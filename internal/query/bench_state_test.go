package query

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// spellRows is intervals over 24 months as portable SQL: each customer's follow one another, most with
// gaps; the last may be open.
func (e *engine) spellRows(rows, customers int) string {
	jitter := 60 // days
	if customers == rows {
		jitter = 900
	}
	sql := fmt.Sprintf(`SELECT n AS id, n %% %[1]d AS account, 'plan ' || CAST(n %% 5 AS VARCHAR) AS plan, (n * 31) %% 90 * 10.0 AS mrr,
  TIMESTAMP '2023-06-01' + ((n / %[1]d) * 260 + (n * 104729) %% %[3]d) * INTERVAL '1 day' AS began,
  CASE WHEN n %% 3 = 0 AND n + %[1]d >= %[2]d THEN NULL
    ELSE TIMESTAMP '2023-06-01' + ((n / %[1]d) * 260 + (n * 104729) %% %[3]d + 1 + (n * 7919) %% 200) * INTERVAL '1 day' END AS ended FROM numbers`, customers, rows, jitter)
	if e.dialect == DuckDB {
		sql = strings.ReplaceAll(sql, "(n / ", "(n // ")
	}
	return numbers(e.dialect, rows) + sql
}

// spells creates 1 M intervals: one a customer, or several.
func (e *engine) spells(t testing.TB, customers int) {
	t.Helper()
	if e.dialect == DuckDB {
		e.must(t, "CREATE OR REPLACE TABLE spells AS "+e.spellRows(1_000_000, customers))
		return
	}
	e.must(t, "DROP TABLE IF EXISTS spells; CREATE UNLOGGED TABLE spells AS "+e.spellRows(1_000_000, customers))
	e.must(t, "VACUUM ANALYZE spells")
}

func spellSet(key ...string) RowSet {
	return RowSet{Rows: 1_000_000, Columns: []ColumnInfo{{"id", KindInteger, 0}, {"account", KindInteger, 0}, {"plan", KindText, 5}, {"mrr", KindNumber, 0}, {"began", KindTimestamp, 0}, {"ended", KindTimestamp, 0}},
		Dataset: plan.Dataset{Name: "spells", Table: &plan.Table{Name: "spells"}, PrimaryKey: key, Entities: map[string]string{"account": "account"},
			Time: plan.Time{Start: "began", End: "ended"}, TimeZone: "UTC"}}
}

func TestBenchmarkChurn(t *testing.T) {
	benchOnly(t)
	churn := Ask{Request: measure.Request{State: &measure.StateRequest{Entity: "account"}}, TimeZone: "UTC", Windows: benchWindows(0, 24)}
	byPlan, revenue := churn, churn
	byPlan.Breakdowns = []plan.Breakdown{{By: []string{"plan"}}}
	revenue.Request.State = &measure.StateRequest{Entity: "account", Amount: "mrr"}
	for _, e := range benchEngines(t) {
		var single, several []string
		for m := range 24 {
			single, several = append(single, handChurn(m)), append(several, handChurnSpells(m))
		}
		e.spells(t, 1_000_000)
		m := e.timed(t, 3, e.planned(t, spellSet("account"), []Ask{churn}, Options{}), e.all(single...))
		t.Logf("%-8s churn, one spell a customer: %.3f s, a query per month %.3f s (%.1fx)", e.dialect, m[0], m[1], m[1]/m[0])
		e.spells(t, 400_000)
		m = e.timed(t, 3, e.planned(t, spellSet("id"), []Ask{churn}, Options{}), e.all(several...),
			e.planned(t, spellSet("id"), []Ask{byPlan}, Options{}), e.planned(t, spellSet("id"), []Ask{revenue}, Options{}))
		t.Logf("%-8s churn, several spells: %.3f s, a query per month %.3f s (%.1fx); by plan %.3f s; revenue retention %.3f s", e.dialect, m[0], m[1], m[1]/m[0], m[2], m[3])
	}
}

// TestBenchmarkPeriods reads the last two of 24 months of 20 M rows, ordered by time and shuffled.
func TestBenchmarkPeriods(t *testing.T) {
	benchOnly(t)
	dir := benchDir(t)
	e := openDuckDB(t, "")
	for _, ordered := range []bool{true, false} {
		e.surveys(t, dir, 20_000_000, ordered)
		set := benchSet(20_000_000)
		all, two := npsAsk(0), npsAsk(0)
		two.Windows = benchWindows(22, 24)
		m := e.timed(t, 3, e.planned(t, set, []Ask{all}, Options{}), e.planned(t, set, []Ask{two}, Options{}))
		t.Logf("20 M rows, ordered %v: 24 months %.3f s, the last two %.3f s (%.1fx)", ordered, m[0], m[1], m[0]/m[1])
	}
}

// memoryAsks are every way of reading rows, on the benchmark's rows.
func memoryAsks() map[string][]Ask {
	nps := npsAsk(0)
	latest, trailing, cluster, mean, ratio, share := nps, nps, nps, nps, nps, nps
	latest.Responses = &plan.Responses{Entity: "customer", Keep: plan.KeepLatest}
	trailing.Responses = latest.Responses
	trailing.Windows = nil
	for i := 3; i <= 24; i++ {
		trailing.Windows = append(trailing.Windows, Window{benchMonths[i-3], benchMonths[i]})
	}
	cluster.Request = (&measure.NetPromoterScore{Score: "score"}).Request(measure.Setting{KeepAll: "customer"})
	mean.Request = (&measure.Aggregate{Function: measure.Mean, Column: "amount"}).Request(measure.Setting{})
	ratio.Request = (&measure.Ratio{Numerator: "amount", Denominator: "age", ClusterBy: "customer"}).Request(measure.Setting{})
	share.Request = (&measure.Share{Of: []measure.Condition{in("channel", "channel 1", "channel 2")}}).Request(measure.Setting{})
	state := Ask{Request: measure.Request{State: &measure.StateRequest{Entity: "account"}}, TimeZone: "UTC", Windows: benchWindows(0, 24), Breakdowns: []plan.Breakdown{{By: []string{"plan"}}}}
	revenue := state
	revenue.Request.State = &measure.StateRequest{Entity: "account", Amount: "mrr"}
	total := state
	total.Breakdowns = nil
	asks := readingAsks(nps)
	for name, ask := range map[string]Ask{"churn-total": total, "nps": nps, "nps-latest": latest, "nps-latest-trailing": trailing, "nps-cluster": cluster, "mean": mean, "ratio-by-customer": ratio, "share": share,
		"churn": state, "revenue": revenue} {
		asks[name] = []Ask{ask}
	}
	asks["audit"], asks["duplicates"] = nil, nil
	return asks
}

// readingAsks are those of rates, conversions, times and customers' histories, put as the plain one is. A rate is two: its
// events, and the exposure in another dataset.
func readingAsks(plain Ask) map[string][]Ask {
	rate := &measure.Rate{Exposure: measure.Exposure{Dataset: "surveys"}}
	events, exposure := plain, plain
	events.Request, events.Where = rate.Request(measure.Setting{}), []measure.Condition{in("channel", "channel 1")}
	exposure.ID, exposure.Request = 1, measure.Request{Terms: events.Request.Second.Terms}
	rateBy := events
	rateBy.Request = rate.Request(measure.Setting{KeepAll: "customer"})

	ask := func(family measure.Family) []Ask {
		one := plain
		one.Request = family.Request(measure.Setting{TimeColumn: "ts", Now: benchMonths[24], Confidence: 0.95})
		one.Known = benchMonths[24]
		return []Ask{one}
	}
	total := func(family measure.Family) []Ask { // histories are not broken down
		asks := ask(family)
		asks[0].Breakdowns = nil
		return asks
	}
	outcome := measure.Outcome{Where: []measure.Condition{in("channel", "channel 1", "channel 2")}}
	const month = 30 * 24 * time.Hour
	return map[string][]Ask{
		"rate": {events, exposure}, "rate-by-customer": {rateBy, exposure},
		"conversion-first":  ask(&measure.Conversion{Entity: "customer", Occurrence: measure.First, Outcome: outcome, Within: month}),
		"conversion-every":  ask(&measure.Conversion{Entity: "customer", Occurrence: measure.Every, Outcome: outcome, Within: month}),
		"duration-quantile": ask(&measure.Duration{End: "answered", Form: measure.DurationQuantile, Quantile: 0.9, Open: measure.Censor}),
		"duration-within":   ask(&measure.Duration{End: "answered", Form: measure.DurationShareWithin, Limit: 24 * time.Hour, Open: measure.CountAsMissedAfterLimit}),
		"lifetime-historic": total(&measure.LifetimeValue{Model: measure.Historic, Entity: "customer", Amount: "amount", Age: 12 * month}),
		"lifetime-bgnbd":    total(&measure.LifetimeValue{Model: measure.BGNBD, Entity: "customer", Amount: "amount", TimeUnit: 7 * 24 * time.Hour, Horizon: 52, Discount: 0.08}),
	}
}

// TestBenchmarkMemory runs each measure on 20 M rows in a process of its own, with one thread and a
// memory limit of 312 MiB, and tells time and peak resident memory.
func TestBenchmarkMemory(t *testing.T) {
	benchOnly(t)
	dir := benchDir(t)
	if name := os.Getenv("CPI_BENCH_MEASURE"); name != "" {
		measureMemory(t, dir, name)
		return
	}
	e := openDuckDB(t, "")
	e.surveys(t, dir, 20_000_000, true)
	if path := filepath.Join(dir, "spells-20m.parquet"); !exists(path) {
		e.must(t, "COPY ("+e.spellRows(20_000_000, 8_000_000)+") TO '"+path+"'")
	}
	for name := range memoryAsks() {
		if only := os.Getenv("CPI_BENCH_MIX"); only != "" && !slices.Contains(strings.Split(only, ","), name) {
			continue
		}
		cmd := exec.Command(os.Args[0], "-test.run=TestBenchmarkMemory", "-test.v", "-test.timeout=30m")
		cmd.Env = append(os.Environ(), "CPI_BENCH_MEASURE="+name, "CPI_BENCH_DIR="+dir, "GOMEMLIMIT=64MiB")
		out, err := cmd.CombinedOutput()
		for line := range strings.Lines(string(out)) {
			if strings.Contains(line, "peak") || err != nil && len(line) < 400 {
				t.Log(strings.TrimSpace(line))
			}
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func exists(path string) bool { _, err := os.Stat(path); return err == nil }

func measureMemory(t *testing.T, dir, name string) {
	e := openDuckDB(t, "?threads=1&memory_limit=327155712B&temp_directory="+t.TempDir()+ // 312 MiB, as the files engine sets
		"&preserve_insertion_order=false&allocator_flush_threshold=1MB&allocator_bulk_deallocation_flush_threshold=1MB")
	e.surveys(t, dir, 20_000_000, true)
	// Answered to the second within two weeks, or not yet: as many different times as there can be.
	e.must(t, "CREATE OR REPLACE VIEW surveys AS SELECT *, CASE WHEN id % 50 > 0 THEN ts + (id * 7919) % 1209600 * INTERVAL '1 second' END AS answered FROM read_parquet('"+
		filepath.Join(dir, "surveys-20000000-true.parquet")+"')")
	e.must(t, "CREATE OR REPLACE VIEW spells AS SELECT * FROM read_parquet('"+filepath.Join(dir, "spells-20m.parquet")+"')")
	set := benchSet(20_000_000)
	set.Columns = append(set.Columns, ColumnInfo{"answered", KindTimestamp, 20_000_000})
	asks := memoryAsks()[name]
	if len(asks) > 0 && asks[0].Request.State != nil {
		set = spellSet("id")
		set.Rows = 20_000_000
	}
	options := Options{MaxRowsPerStatement: (512 << 20) / 4 / 100} // as compute asks for in a pod of 512 MiB
	start := time.Now()
	statements := 1
	switch name {
	case "audit":
		statement, _, err := Audit(DuckDB, set, benchWindows(0, 24), "UTC")
		if err == nil {
			_, err = e.run(statement)
		}
		if err != nil {
			t.Fatal(err)
		}
	case "duplicates":
		statement, _, err := Duplicates(DuckDB, set, Window{benchMonths[0], benchMonths[24]}, "UTC")
		if err == nil {
			_, err = e.run(statement)
		}
		if err != nil {
			t.Fatal(err)
		}
	default:
		batches, _ := Plan(DuckDB, set, asks, options)
		statements = len(batches)
		if err := e.planned(t, set, asks, options)(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%-20s %6.1f s, peak %3d MB, %d statements", name, time.Since(start).Seconds(), peak(t)>>20, statements)
}

// peak is this process's largest resident memory in bytes.
func peak(t testing.TB) int64 {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var kb int64
		if n, _ := fmt.Sscanf(lines.Text(), "VmHWM: %d kB", &kb); n == 1 {
			return kb << 10
		}
	}
	return 0
}
