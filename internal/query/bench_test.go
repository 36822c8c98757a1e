package query

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// The planner against the baselines of baseline_test.go, side by side in one run. It takes minutes and
// asserts nothing about time; it checks that the counts agree. Results stand in docs/performance.md.
//
//	CPI_BENCH=1 go test -run TestBenchmark -v -timeout 60m ./internal/query/

const benchRows = 2_000_000

func benchOnly(t *testing.T) {
	t.Helper()
	if os.Getenv("CPI_BENCH") == "" {
		t.Skip("a benchmark: set CPI_BENCH=1")
	}
}

// surveyRows is the benchmark's rows as portable SQL over n; ts is ordered by n or shuffled.
func (e *engine) surveyRows(rows int, ordered bool) string {
	at := "mix"
	if ordered {
		at = "n"
	}
	sql := fmt.Sprintf(`SELECT n AS id, (n * 7919) %% (%[1]d / 10) AS customer,
  'segment ' || CAST((mix / 7) %% 20 AS VARCHAR) AS segment, 'team ' || CAST((mix / 11) %% 100 AS VARCHAR) AS team,
  'product ' || CAST((mix / 13) %% 30 AS VARCHAR) AS product, 'channel ' || CAST((mix / 3) %% 8 AS VARCHAR) AS channel,
  CAST((mix / 17) %% 100 AS INTEGER) AS age, 'k' || CAST((n * 104729) %% 1000003 AS VARCHAR) AS code,
  CAST(((mix / 19) %% 10000) AS DOUBLE PRECISION) / 100 AS amount,
  CASE WHEN (mix / 23) %% 20 = 0 THEN NULL ELSE CAST((mix / 29) %% 11 AS INTEGER) END AS score,
  TIMESTAMP '2024-01-01' + (%[2]s * (731.0 * 86400 / %[1]d)) * INTERVAL '1 second' AS ts
FROM (SELECT n, (n * 1103515245 + 12345) %% %[1]d AS mix FROM numbers) AS x`, rows, at)
	if e.dialect == DuckDB {
		sql = strings.ReplaceAll(sql, "(mix / ", "(mix // ") // of whole numbers
	}
	return sql
}

func numbers(d Dialect, rows int) string {
	if d == DuckDB {
		return fmt.Sprintf("WITH numbers AS (SELECT range AS n FROM range(%d)) ", rows)
	}
	return fmt.Sprintf("WITH numbers AS (SELECT generate_series(0::bigint, %d) AS n) ", rows-1)
}

func (e *engine) must(t testing.TB, sql string) {
	t.Helper()
	if err := e.exec(sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func (e *engine) surveys(t testing.TB, dir string, rows int, ordered bool) {
	t.Helper()
	if e.dialect == DuckDB {
		path := filepath.Join(dir, fmt.Sprintf("surveys-%d-%v.parquet", rows, ordered))
		if _, err := os.Stat(path); err != nil {
			e.must(t, "COPY ("+numbers(e.dialect, rows)+e.surveyRows(rows, ordered)+") TO '"+path+"'")
		}
		e.must(t, "CREATE OR REPLACE VIEW surveys AS SELECT * FROM read_parquet('"+path+"')")
		return
	}
	e.must(t, "CREATE UNLOGGED TABLE surveys AS "+numbers(e.dialect, rows)+e.surveyRows(rows, ordered))
	e.must(t, "VACUUM ANALYZE surveys")
}

func benchSet(rows int64) RowSet {
	return RowSet{
		Rows: rows,
		Columns: []ColumnInfo{
			{"id", KindInteger, rows}, {"customer", KindInteger, rows / 10}, {"segment", KindText, 20}, {"team", KindText, 100},
			{"product", KindText, 30}, {"channel", KindText, 8}, {"age", KindInteger, 100}, {"code", KindText, min(rows, 1000003)},
			{"amount", KindNumber, 10000}, {"score", KindInteger, 11}, {"ts", KindTimestamp, rows},
		},
		Dataset: plan.Dataset{
			Name: "surveys", Table: &plan.Table{Name: "surveys"}, PrimaryKey: []string{"id"}, Entities: map[string]string{"customer": "customer"},
			Time: plan.Time{Event: "ts"}, TimeZone: "UTC",
		},
	}
}

func benchWindows(from, to int) []Window {
	var out []Window
	for i := from; i < to; i++ {
		out = append(out, Window{benchMonths[i], benchMonths[i+1]})
	}
	return out
}

func npsAsk(id int, where ...measure.Condition) Ask {
	m := &measure.NetPromoterScore{Score: "score"}
	return Ask{ID: id, Where: where, Request: m.Request(measure.Setting{}), TimeZone: "UTC", Windows: benchWindows(0, 24),
		Breakdowns: []plan.Breakdown{{By: []string{"segment"}}}}
}

// cpu is the processor time that this process and the engine's server processes have used, which a busy machine
// falsifies less than the clock.
func (e *engine) cpu() float64 {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return 0
	}
	used := float64(r.Utime.Nano()+r.Stime.Nano()) / 1e9
	if e.backend == 0 {
		return used
	}
	own := processStat(e.backend)
	workers := processStat(uint32(own[1])) // parallel ones, which have ended, are their parent's account
	return used + (own[11]+own[12]+workers[13]+workers[14])/100
}

// processStat are the numbers of /proc/PID/stat from its third field on; 0 for a letter.
func processStat(pid uint32) [50]float64 {
	var out [50]float64
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	text := string(stat)
	for i, field := range strings.Fields(text[strings.LastIndexByte(text, ')')+1:])[:len(out)] {
		out[i], _ = strconv.ParseFloat(field, 64)
	}
	return out
}

// timed runs fn and its rivals in turns and returns their medians in seconds: of processor time if
// CPI_BENCH is cpu, of the clock otherwise.
func (e *engine) timed(t testing.TB, turns int, fns ...func() error) []float64 {
	t.Helper()
	now := func() float64 { return float64(time.Now().UnixNano()) / 1e9 }
	if os.Getenv("CPI_BENCH") == "cpu" {
		now = e.cpu
	}
	took := make([][]float64, len(fns))
	for range turns {
		for i, fn := range fns {
			start := now()
			if err := fn(); err != nil {
				t.Fatal(err)
			}
			took[i] = append(took[i], now()-start)
		}
	}
	medians := make([]float64, len(fns))
	for i, list := range took {
		slices.Sort(list)
		medians[i] = list[len(list)/2]
	}
	return medians
}

func (e *engine) all(queries ...string) func() error {
	return func() error {
		for _, q := range queries {
			if _, err := e.run(Statement{SQL: q}); err != nil {
				return err
			}
		}
		return nil
	}
}

// planned runs the planner's statements, folds included; it plans anew each time, as a run does.
func (e *engine) planned(t testing.TB, set RowSet, asks []Ask, options Options) func() error {
	return func() error {
		batches, refusals := Plan(e.dialect, set, asks, options)
		if len(refusals) > 0 {
			return fmt.Errorf("%v", refusals)
		}
		_, err := e.answer(batches)
		return err
	}
}

func shapesOf(e *engine, set RowSet, asks []Ask) string {
	count := map[Shape]int{}
	batches, _ := Plan(e.dialect, set, asks, Options{})
	for _, b := range batches {
		count[b.Shape]++
	}
	var out []string
	for shape, n := range count {
		out = append(out, fmt.Sprintf("%d %s", n, shape))
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

func in(column string, values ...string) measure.Condition {
	return measure.Condition{Column: column, Operator: measure.In, Values: values}
}

func between(column string, lo, hi int) []measure.Condition {
	return []measure.Condition{{Column: column, Operator: measure.AtLeast, Values: []string{fmt.Sprint(lo)}}, {Column: column, Operator: measure.AtMost, Values: []string{fmt.Sprint(hi)}}}
}

// mix is a hundred indicators' filters: as asks, as SQL one by one, and as the best merged queries.
type mix struct {
	name   string
	where  [][]measure.Condition
	direct []string
	hand   []string
}

func mixes(d Dialect) []mix {
	equality, list, ranges, several, high, mixed := mix{name: "equality"}, mix{name: "IN"}, mix{name: "range"}, mix{name: "several columns"}, mix{name: "high-cardinality text"}, mix{name: "mixed sets"}
	var both []map[string]string
	var codes []string
	for i := range 100 {
		team := fmt.Sprintf("team %d", i)
		equality.where = append(equality.where, []measure.Condition{in("team", team)})
		equality.direct = append(equality.direct, fmt.Sprintf("team = '%s'", team))

		three := []string{team, fmt.Sprintf("team %d", (i+1)%100), fmt.Sprintf("team %d", (i+50)%100)}
		list.where = append(list.where, []measure.Condition{in("team", three...)})
		list.direct = append(list.direct, "team IN ('"+strings.Join(three, "', '")+"')")

		lo, hi := i%70, i%70+5+i%25
		ranges.where = append(ranges.where, between("age", lo, hi))
		ranges.direct = append(ranges.direct, fmt.Sprintf("age BETWEEN %d AND %d", lo, hi))

		product, channel := fmt.Sprintf("product %d", i%30), fmt.Sprintf("channel %d", i%8)
		several.where = append(several.where, append(between("age", lo, hi), in("product", product), in("channel", channel)))
		several.direct = append(several.direct, fmt.Sprintf("age BETWEEN %d AND %d AND product = '%s' AND channel = '%s'", lo, hi, product, channel))
		both = append(both, map[string]string{"age": fmt.Sprintf("age BETWEEN %d AND %d", lo, hi), "product": "product = '" + product + "'", "channel": "channel = '" + channel + "'"})

		code := fmt.Sprintf("k%d", 10+i*9)
		high.where = append(high.where, []measure.Condition{{Column: "code", Operator: measure.AtLeast, Values: []string{code}}})
		predicate := "code >= '" + code + "'"
		high.direct = append(high.direct, predicate)
		codes = append(codes, predicate)

		switch i % 5 {
		case 0, 1:
			mixed.where, mixed.direct = append(mixed.where, equality.where[i]), append(mixed.direct, equality.direct[i])
		case 2:
			mixed.where, mixed.direct = append(mixed.where, []measure.Condition{in("product", product)}), append(mixed.direct, "product = '"+product+"'")
		case 3:
			mixed.where, mixed.direct = append(mixed.where, ranges.where[i]), append(mixed.direct, ranges.direct[i])
		case 4:
			mixed.where = append(mixed.where, []measure.Condition{in("product", product), in("channel", channel)})
			mixed.direct = append(mixed.direct, "product = '"+product+"' AND channel = '"+channel+"'")
		}
	}
	equality.hand, list.hand, ranges.hand = []string{handCells(d, "team")}, []string{handCells(d, "team")}, []string{handCells(d, "age")}
	several.hand = []string{handDictionary(d, both, "age", "product", "channel")}
	high.hand = []string{handInline(d, codes)}
	mixed.hand = []string{handCells(d, "team"), handCells(d, "age"), handCells(d, "product", "channel")}
	return []mix{equality, list, ranges, several, mixed, high}
}

func TestBenchmarkMerging(t *testing.T) {
	benchOnly(t)
	dir := benchDir(t)
	for _, e := range benchEngines(t) {
		e.surveys(t, dir, benchRows, false)
		if e.dialect == Postgres {
			e.must(t, "SET jit = off; SET work_mem = '32MB'") // as the engine does
		}
		set := benchSet(benchRows)
		for _, m := range mixes(e.dialect) {
			if !strings.Contains(m.name, os.Getenv("CPI_BENCH_MIX")) {
				continue
			}
			if e.dialect == Postgres && m.name == "high-cardinality text" {
				for i := range m.direct { // the same order of bytes as the planner asks for
					m.direct[i] = strings.Replace(m.direct[i], "code", `code COLLATE "C"`, 1)
				}
				m.hand = []string{handInline(e.dialect, m.direct)}
			}
			var asks []Ask
			var separate []string
			for i := range m.where {
				asks = append(asks, npsAsk(i, m.where[i]...))
				separate = append(separate, handDirect(m.direct[i]))
			}
			e.verify(t, set, asks, separate)
			median := e.timed(t, 3, e.planned(t, set, asks, Options{}), e.all(m.hand...))
			alone := 10 * e.timed(t, 1, e.all(separate[0], separate[13], separate[21], separate[34], separate[42], separate[55], separate[63], separate[76], separate[84], separate[97]))[0]
			t.Logf("%-8s %-22s ours %.3f s, by hand %.3f s (%.2fx), one by one %.2f s (%.1fx)  [%s]",
				e.dialect, m.name, median[0], median[1], median[0]/median[1], alone, alone/median[0], shapesOf(e, set, asks))
		}
		median := e.timed(t, 7, e.planned(t, set, []Ask{npsAsk(0, in("team", "team 7"))}, Options{}), e.all(handDirect("team = 'team 7'")))
		t.Logf("%-8s %-22s ours %.4f s, direct %.4f s (%.2fx)", e.dialect, "single, filtered", median[0], median[1], median[0]/median[1])
		// The measure also counts rows, answers and answers on the scale, to tell what it rejects.
		full := strings.Replace(handDirect("true"), handSums, "count(*), "+handSums+", sum((score BETWEEN 0 AND 10)::int)", 1)
		median = e.timed(t, 7, e.planned(t, set, []Ask{npsAsk(0)}, Options{}), e.all(handDirect("true")), e.all(full))
		t.Logf("%-8s %-22s ours %.4f s, direct %.4f s (%.2fx), direct with the same counts %.4f s (%.2fx)", e.dialect, "single, all rows",
			median[0], median[1], median[0]/median[1], median[2], median[0]/median[2])

		plain := npsAsk(0)
		if os.Getenv("CPI_BENCH_TOTAL") != "" {
			plain.Breakdowns = nil
		}
		latest := plain
		latest.Responses = &plan.Responses{Entity: "customer", Keep: plan.KeepLatest}
		cluster := plain
		cluster.Request = (&measure.NetPromoterScore{Score: "score"}).Request(measure.Setting{KeepAll: "customer"})
		median = e.timed(t, 3, e.planned(t, set, []Ask{plain}, Options{}), e.planned(t, set, []Ask{latest}, Options{}), e.planned(t, set, []Ask{cluster}, Options{}))
		t.Logf("%-8s plain %.3f s, latest per customer %.3f s (%.1fx), cluster errors %.3f s (%.1fx)", e.dialect, median[0], median[1], median[1]/median[0], median[2], median[2]/median[0])
	}
}

// verify compares ten of the asks' answers with their direct queries.
func (e *engine) verify(t testing.TB, set RowSet, asks []Ask, separate []string) {
	t.Helper()
	batches, refusals := Plan(e.dialect, set, asks, Options{})
	if len(refusals) > 0 {
		t.Fatal(refusals)
	}
	got, err := e.answer(batches)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(asks); i += 10 {
		table, err := e.run(Statement{SQL: separate[i]})
		if err != nil {
			t.Fatal(err)
		}
		want := map[string][3]float64{}
		for row := range table.Len {
			c := table.Columns
			want[fmt.Sprint(c[0].int(row), c[1].Strings[row])] = [3]float64{c[2].float(row), c[3].float(row), c[4].float(row)}
		}
		n := 0
		for _, g := range got[i] {
			if g.Breakdown != 0 {
				continue
			}
			n++
			s := g.Sums // rows, present, unreadable, answers, promoters, detractors
			if w := want[fmt.Sprint(g.Window, *g.Values[0])]; w != [3]float64{s[3], s[4], s[5]} {
				t.Fatalf("ask %d window %d %s: %v, directly %v", i, g.Window, *g.Values[0], s, w)
			}
		}
		if n != len(want) {
			t.Fatalf("ask %d: %d groups, directly %d", i, n, len(want))
		}
	}
}

// benchEngines are both, or the one named by CPI_BENCH_ENGINE.
func benchEngines(t testing.TB) []*engine {
	switch Dialect(os.Getenv("CPI_BENCH_ENGINE")) {
	case DuckDB:
		return []*engine{openDuckDB(t, "")}
	case Postgres:
		return []*engine{openPostgres(t)}
	}
	return []*engine{openDuckDB(t, ""), openPostgres(t)}
}

func benchDir(t testing.TB) string {
	if dir := os.Getenv("CPI_BENCH_DIR"); dir != "" {
		return dir
	}
	return t.TempDir()
}
