package query

import (
	"strings"
	"testing"
	"time"
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
