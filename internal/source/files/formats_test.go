package files_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
)

func zstandard(t *testing.T, content []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll(content, nil)
}

// writeParquet lets the engine itself write a file, outside the locked child.
func writeParquet(t *testing.T, dir, name, sql string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	runUnlocked(t, "COPY ("+sql+") TO '"+path+"' (FORMAT parquet)")
	return path
}

const events = `{"customer":"c1","score":10,"at":"2026-01-05T10:00:00Z","tags":["a"],"vip":true}
{"customer":"c2","score":3,"at":"2026-01-06T10:00:00Z","tags":[],"vip":false}
{"customer":"c3","score":null,"at":null}
`

func TestNDJSONOfEveryCompression(t *testing.T) {
	for name, content := range map[string][]byte{
		"events.ndjson":     []byte(events),
		"events.ndjson.gz":  gzipped(t, []byte(events)),
		"events.ndjson.zst": zstandard(t, []byte(events)),
	} {
		t.Run(name, func(t *testing.T) {
			engine := open(t, plan.FileTable{Name: "events", Format: plan.NDJSON, Path: write(t, name, content)})
			set, err := engine.Open(t.Context(), table("events"))
			if err != nil {
				t.Fatal(err)
			}
			want := []query.ColumnInfo{
				{Name: "customer", Kind: query.KindText, Distinct: 3}, {Name: "score", Kind: query.KindInteger, Distinct: 2},
				{Name: "at", Kind: query.KindInstant, Distinct: 2}, {Name: "tags", Kind: query.KindOther}, {Name: "vip", Kind: query.KindBoolean, Distinct: 2},
			}
			if diff := cmp.Diff(want, set.Columns); diff != "" {
				t.Errorf("columns (-want +got):\n%s", diff)
			}
			got := ask(t, engine, `SELECT sum(score), max("at") FROM events`)
			latest := time.Date(2026, 1, 6, 10, 0, 0, 0, time.UTC)
			if got.Columns[0].Ints[0] != 13 || !got.Columns[1].Times[0].Equal(latest) {
				t.Errorf("got %v, want 13 and %v", got.Columns, latest)
			}
		})
	}
}

func TestCSVZstandard(t *testing.T) {
	engine := open(t, plan.FileTable{Name: "answers", Format: plan.CSV, Path: write(t, "answers.csv.zst", zstandard(t, []byte(answers)))})
	if set, err := engine.Open(t.Context(), table("answers")); err != nil || set.Rows != 3 {
		t.Fatalf("%d rows, %v; want 3", set.Rows, err)
	}
}

// A mounted ConfigMap's files are links into a dated folder; a volume may be read-only.
func TestParquetThroughLinksAndGlobs(t *testing.T) {
	dir := t.TempDir()
	dated := filepath.Join(dir, "..2026_01_01")
	if err := os.Mkdir(dated, 0o755); err != nil {
		t.Fatal(err)
	}
	writeParquet(t, dated, "a.parquet", "SELECT i AS id, i % 7 AS g, DATE '2026-01-01' AS day FROM range(1000) t(i)")
	writeParquet(t, dated, "b.parquet", "SELECT i AS id, 1.5::DECIMAL(10,2) AS amount, i % 7 AS g FROM range(500) t(i)")
	if err := os.Symlink("..2026_01_01", filepath.Join(dir, "..data")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a.parquet", "b.parquet"} {
		if err := os.Symlink(filepath.Join("..data", name), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	engine := open(t, plan.FileTable{Name: "parts", Format: plan.Parquet, Path: filepath.Join(dir, "*.parquet")})
	set, err := engine.Open(t.Context(), table("parts"))
	if err != nil {
		t.Fatal(err)
	}
	if set.Rows != 1500 {
		t.Errorf("rows = %d, want 1500", set.Rows)
	}
	got := ask(t, engine, `SELECT g, count(*), sum(amount) FROM parts GROUP BY g ORDER BY g`)
	if got.Len != 7 || got.Columns[1].Ints[0] != 143+72 || got.Columns[2].Floats[0] != 72*1.5 {
		t.Errorf("got %+v", got)
	}
}

// A declared type is kept where every value fits; where one does not, the column stays text and
// its cast is handed to the planner, which counts what does not fit.
func TestDeclaredTypes(t *testing.T) {
	content := "zip,amount,count,day,zoned,naive,flag,mixed\n" +
		"01234,1.5,1,2026-01-05,2026-01-05T10:00:00+02:00,2026-01-05 10:00:00,true,2026-01-05T10:00:00Z\n" +
		"00001,N/A,2,2026-01-06,2026-01-05T10:00:00Z,2026-01-05 11:00:00,false,2026-01-05 10:00:00\n"
	declared := map[string]plan.ColumnType{"zip": plan.Text, "amount": plan.Number, "count": plan.Number, "day": plan.Date,
		"zoned": plan.Timestamp, "naive": plan.Timestamp, "flag": plan.Boolean, "mixed": plan.Timestamp}
	engine := open(t, plan.FileTable{Name: "rows", Format: plan.CSV, Path: write(t, "rows.csv", []byte(content)), Columns: declared})
	set, err := engine.Open(t.Context(), table("rows"))
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]query.Kind{}
	for _, c := range set.Columns {
		kinds[c.Name] = c.Kind
	}
	want := map[string]query.Kind{"zip": query.KindText, "amount": query.KindText, "count": query.KindNumber, "day": query.KindDate,
		"zoned": query.KindInstant, "naive": query.KindTimestamp, "flag": query.KindBoolean, "mixed": query.KindText}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Errorf("kinds (-want +got):\n%s", diff)
	}
	implied := []plan.Column{{Name: "amount", Type: plan.Number, Expr: `"amount"`}, {Name: "mixed", Type: plan.Timestamp, Expr: `"mixed"`}}
	if diff := cmp.Diff(implied, set.Dataset.Columns); diff != "" {
		t.Errorf("implied columns (-want +got):\n%s", diff)
	}
	got := ask(t, engine, `SELECT min(zip), min(zoned) FROM rows`)
	if got.Columns[0].Strings[0] != "00001" || !got.Columns[1].Times[0].Equal(time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)) {
		t.Errorf("got %+v", got.Columns)
	}
}

// Types are first guessed from a sample; a later value that does not fit must not stop the import.
func TestLateMisfitIsReadAsText(t *testing.T) {
	var b strings.Builder
	b.WriteString("id,score\n")
	for range 250_000 {
		b.WriteString("1,5\n")
	}
	b.WriteString("1,none\n")
	engine := open(t, plan.FileTable{Name: "rows", Format: plan.CSV, Path: write(t, "rows.csv", []byte(b.String()))})
	set, err := engine.Open(t.Context(), table("rows"))
	if err != nil {
		t.Fatal(err)
	}
	if set.Rows != 250_001 || set.Columns[1].Kind != query.KindText {
		t.Errorf("%d rows, score is %s; want 250001 and Text", set.Rows, set.Columns[1].Kind)
	}
}

func TestAmbiguousDatesStayText(t *testing.T) {
	engine := open(t, plan.FileTable{Name: "rows", Format: plan.CSV, Path: write(t, "rows.csv", []byte("day,n\n03/04/2026,1\n05/06/2026,2\n"))})
	set, err := engine.Open(t.Context(), table("rows"))
	if err != nil {
		t.Fatal(err)
	}
	if set.Columns[0].Kind != query.KindText {
		t.Errorf("day is %s, want Text: which is the month is not known", set.Columns[0].Kind)
	}
}

func TestEmptyFilesHaveNoRows(t *testing.T) {
	for _, test := range []struct {
		name   string
		format plan.FileFormat
		rows   string
	}{{"header.csv", plan.CSV, "a,b\n"}, {"empty.parquet", plan.Parquet, ""}} {
		t.Run(test.name, func(t *testing.T) {
			path := write(t, test.name, []byte(test.rows))
			if test.format == plan.Parquet {
				path = writeParquet(t, t.TempDir(), test.name, "SELECT 1 AS a, 2 AS b WHERE false")
			}
			engine := open(t, plan.FileTable{Name: "none", Format: test.format, Path: path})
			set, err := engine.Open(t.Context(), table("none"))
			if err != nil {
				t.Fatal(err)
			}
			if set.Rows != 0 || len(set.Columns) != 2 {
				t.Errorf("%d rows, %d columns; want 0 and 2", set.Rows, len(set.Columns))
			}
			got := ask(t, engine, `SELECT count(*), sum(b::BIGINT), max(a::VARCHAR) FROM none`)
			if got.Columns[0].Ints[0] != 0 || !got.Columns[1].Null[0] {
				t.Errorf("got %+v, want a count of 0 and no sum", got.Columns)
			}
			if got := ask(t, engine, `SELECT a FROM none`); got.Len != 0 || len(got.Columns) != 1 {
				t.Errorf("got %+v, want one column without rows", got)
			}
		})
	}
}

func TestHugeTextCell(t *testing.T) {
	cell := strings.Repeat("long ", 1_000_000) // 5 MB
	engine := open(t, plan.FileTable{Name: "rows", Format: plan.CSV, Path: write(t, "rows.csv", []byte("id,note\n1,\""+cell+"\"\n2,short\n"))})
	if _, err := engine.Open(t.Context(), table("rows")); err != nil {
		t.Fatal(err)
	}
	got := ask(t, engine, `SELECT note FROM rows ORDER BY id`)
	if !bytes.Equal([]byte(got.Columns[0].Strings[0]), []byte(cell)) || got.Columns[0].Strings[1] != "short" {
		t.Error("the cell did not arrive as it was written")
	}
}
