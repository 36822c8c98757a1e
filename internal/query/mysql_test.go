package query

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// TestMySQLZones compares the offsets written as SQL with Go's time zones: at each change of the clocks, just before
// and after, of instants and of wall clocks.
func TestMySQLZones(t *testing.T) {
	e := openMySQL(t)
	for _, name := range []string{"Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Casablanca", "UTC"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		var instants []time.Time
		for year := 1971; year < 2069; year += 2 {
			for day := range 366 {
				at := time.Date(year, 1, 1+day, 0, 0, 0, 0, time.UTC)
				_, before := at.In(zone).Zone()
				_, after := at.AddDate(0, 0, 1).In(zone).Zone()
				if before == after && day%100 != 0 {
					continue
				}
				for minute := -180; minute < 1440+180; minute += 30 {
					instants = append(instants, at.Add(time.Duration(minute)*time.Minute+time.Second))
				}
			}
		}
		for _, civil := range []bool{false, true} {
			var rows []string
			for _, at := range instants {
				wall := at.UTC()
				if civil {
					wall = at.In(zone)
				}
				rows = append(rows, "SELECT TIMESTAMP '"+wall.Format(time.DateTime)+"' AS a")
				if len(rows) < 2000 && !at.Equal(instants[len(instants)-1]) {
					continue
				}
				got, err := e.run(Statement{SQL: "SELECT a, " + mysqlOffset(zone, "a", civil) + " FROM (" + strings.Join(rows, " UNION ALL ") + ") AS t"})
				if err != nil {
					t.Fatal(err)
				}
				for row := range got.Len {
					wall := got.Columns[0].Times[row]
					_, want := wall.In(zone).Zone()
					if civil {
						want = civilOffset(wall, zone)
					}
					if offset := int(got.Columns[1].int(row)); offset != want {
						t.Errorf("%s, civil %t, %s: offset %d, want %d", name, civil, wall.Format(time.DateTime), offset, want)
					}
				}
				rows = rows[:0]
			}
		}
	}
}

// civilOffset finds by search what offset a wall clock has: of two, that which makes it later; of none, that before.
func civilOffset(wall time.Time, zone *time.Location) int {
	_, before := wall.Add(-24 * time.Hour).In(zone).Zone()
	_, after := wall.Add(24 * time.Hour).In(zone).Zone()
	fits := func(offset int) bool {
		_, is := wall.Add(-time.Duration(offset) * time.Second).In(zone).Zone()
		return is == offset
	}
	switch {
	case fits(before) && fits(after):
		return min(before, after)
	case fits(after):
		return after
	}
	return before
}

func TestDisplayOfMySQL(t *testing.T) {
	statement := Statement{Positional: true, Args: []any{`it's a \`, int64(-1), nil, true}, SQL: "SELECT ?, '?''?', '\\'?', \"?\", `?`, ? -- ?\n# ?\n/* ? */, ?, ?, ?"}
	want := "SELECT 'it''s a \\\\', '?''?', '\\'?', \"?\", `?`, -1 -- ?\n# ?\n/* ? */, NULL, true, ?"
	if got := Display(statement); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// A BOOLEAN of MySQL's may hold scores. Read as a boolean they are unreadable, not true; declared Integer they are scores.
func TestMySQLBooleansThatAreNone(t *testing.T) {
	e := openMySQL(t)
	if err := e.exec("CREATE TABLE t (stars BOOLEAN); INSERT INTO t VALUES (0), (1), (1), (5), (9), (NULL)"); err != nil {
		t.Fatal(err)
	}
	set := RowSet{Columns: []ColumnInfo{{Name: "stars", Kind: KindBoolean}}, Dataset: plan.Dataset{Name: "t", Table: &plan.Table{Name: "t"}}}
	ask := Ask{Breakdowns: []plan.Breakdown{{By: []string{"stars"}}}, Request: measure.Request{Terms: []measure.Term{
		{Op: measure.Rows}, {Op: measure.Present, Column: "stars"}, {Op: measure.Unreadable, Column: "stars"}, {Op: measure.SumOf, Column: "stars"},
	}}}
	for declared, want := range map[plan.ColumnType]map[string]measure.Sums{
		"":           {"": {6, 3, 2, 2}, "true": {2, 2, 0, 2}, "false": {1, 1, 0, 0}, "NULL": {3, 0, 2, 0}},
		plan.Boolean: {"": {6, 3, 2, 2}, "true": {2, 2, 0, 2}, "false": {1, 1, 0, 0}, "NULL": {3, 0, 2, 0}},
		plan.Integer: {"": {6, 5, 0, 16}, "0": {1, 1, 0, 0}, "1": {2, 2, 0, 2}, "5": {1, 1, 0, 5}, "9": {1, 1, 0, 9}, "NULL": {1, 0, 0, 0}},
	} {
		if set.Dataset.Columns = nil; declared != "" {
			set.Dataset.Columns = []plan.Column{{Name: "stars", Type: declared, Expr: "stars"}}
		}
		batches, refusals := Plan(MySQL, set, []Ask{ask}, Options{})
		if len(refusals) > 0 {
			t.Fatal(refusals)
		}
		answer, err := e.answer(batches)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]measure.Sums{}
		for _, g := range answer[0] {
			switch {
			case g.Breakdown < 0:
				got[""] = g.Sums
			case g.Values[0] == nil:
				got["NULL"] = g.Sums
			default:
				got[*g.Values[0]] = g.Sums
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("declared %q (-want +got):\n%s", declared, diff)
		}
	}
}
