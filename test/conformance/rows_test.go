// Package conformance holds every engine to one answer: the same definitions over the same rows print the same
// numbers from files, PostgreSQL and MySQL, in every period, zone and segment.
package conformance

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// kind of a column.
type kind int

const (
	text kind = iota
	integer
	amount // decimal, two places
	number // double
	boolean
	date
	clock   // naive
	instant // with zone
)

type column struct {
	name string
	kind kind
}

// table is rows in memory: nil, string, int64, float64, bool or time.Time (of a clock, as it shows, in UTC).
type table struct {
	name    string
	columns []column
	rows    [][]any
}

func pick[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

func maybe(r *rand.Rand, null float64, value any) any {
	if r.Float64() < null {
		return nil
	}
	return value
}

// Texts that collations take for one, that sort apart, or that SQL could misread.
var words = []any{"north", "North", "NORTH", "north ", "nörth", "no\u0308rth", "", "ß", "ss", "😀", "😁", "o'brien", `back\slash`, `per%cent_`, `"quoted"`, "NULL", "a\tb", "0", "00", nil}

// Answers as people and exports write them.
var scores = []any{"0", "3", "6", "7", "8", "9", "10", "10", "9", "8", " 9 ", "7.0", "+6", "10.", "11", "-1", "8.5", "1e1", "0x8", "1_0", "N/A", "n/a", "nine", "９", "9 9", "9,0", "--9", "9\n", "", "   ", "99999999999999999999", nil}

// Numbers as text.
var decimals = []any{"1.5", "-2.25", "1e3", "1E-2", ".5", "5.", "+0", "1e400", "NaN", "inf", "12,5", "1 000", "0x1F", "1.2.3", "", nil, "123456789012", "-0.000001"}

// Truth as text.
var truths = []any{"true", "TRUE", "t", "yes", "Y", "1", "false", "F", "no", "N", "0", "maybe", "2", "on", "", "ja", nil}

// turns are the days on which clocks change in Berlin and New York, the ends of years, and of short months.
var turns = []time.Time{
	day(2025, 3, 9), day(2025, 3, 30), day(2025, 10, 26), day(2025, 11, 2), day(2025, 12, 29), day(2025, 12, 31), day(2026, 1, 1), day(2026, 1, 4), day(2026, 1, 5),
	day(2026, 2, 28), day(2026, 3, 1), day(2026, 3, 8), day(2026, 3, 29), day(2026, 10, 25), day(2026, 11, 1), day(2026, 12, 28), day(2026, 12, 31), day(2027, 1, 1), day(2027, 1, 3),
}

func day(year, month, of int) time.Time {
	return time.Date(year, time.Month(month), of, 0, 0, 0, 0, time.UTC)
}

// now is when everything is computed: some days after the last rows.
var now = time.Date(2027, 1, 12, 9, 30, 0, 0, time.UTC)

// moment is a time near a turn, or anywhere in the last two years but for one empty summer.
func moment(r *rand.Rand) time.Time {
	if r.IntN(3) > 0 {
		at := pick(r, turns...).Add(time.Duration(r.IntN(72*4)-24*4) * 15 * time.Minute)
		return at.Add(pick(r, 0, 0, time.Microsecond, -time.Microsecond, 59*time.Second+999999*time.Microsecond))
	}
	at := day(2025, 1, 1).Add(time.Duration(r.IntN(738*24)) * time.Hour)
	if m := at.Month(); at.Year() == 2026 && (m == 6 || m == 7) {
		at = at.AddDate(0, -3, 0)
	}
	return at
}

// written is a time as text, in one of many spellings, some of which are none.
func written(r *rand.Rand, at time.Time) any {
	berlin, _ := time.LoadLocation("Europe/Berlin")
	switch r.IntN(14) {
	case 0:
		return at.Format("2006-01-02T15:04:05Z07:00")
	case 1:
		return at.In(berlin).Format("2006-01-02 15:04:05-07:00")
	case 2:
		return at.In(berlin).Format("2006-01-02T15:04:05.000000-07:00")
	case 3:
		return at.Format("2006-01-02")
	case 4:
		return at.Format(" 2006-01-02 15:04 ")
	case 5:
		return at.Format("02.01.2006 15:04")
	case 6:
		return pick[any](r, "2026-02-30", "2026-03-29T02:30:00", "2026-10-25 02:30:00", "2026-13-01", "0000-00-00", "soon", "", nil, "2026-1-1", "2026-01-01T24:00:00", "2026-01-01 10:00:00+15:00")
	}
	return at.Format("2006-01-02T15:04:05")
}

// answers are survey answers and orders in one.
func answers() table {
	r := rand.New(rand.NewPCG(1, 2))
	t := table{name: "answers", columns: []column{
		{"id", integer}, {"customer", text}, {"account", integer}, {"region", text}, {"plan", text}, {"paid", boolean}, {"test", boolean}, {"level", integer},
		{"score", text}, {"weight", text}, {"flag", text}, {"amount", amount}, {"huge", amount}, {"factor", number}, {"base", number},
		{"answered", clock}, {"happened", instant}, {"day", date}, {"told", text}, {"told_day", text}, {"solved", clock}, {"solved_at", instant}, {"loaded", instant},
	}}
	for id := range 1500 {
		at := moment(r)
		if before := len(t.rows) - 1; before >= 0 && r.IntN(25) == 0 { // at the same instant as another
			if same, ok := t.rows[before][15].(time.Time); ok {
				at = same
			}
		}
		money := pick(r, float64(r.IntN(100000))/100, float64(-r.IntN(5000))/100, 0, 0.01)
		t.rows = append(t.rows, []any{
			int64(id), maybe(r, 0.08, pick(r, "c", "C", "c ")+fmt.Sprint(r.IntN(30))), maybe(r, 0.1, pick(r, int64(r.IntN(20)), -int64(r.IntN(5)), 9007199254740993, 9007199254740992)),
			pick(r, words...), maybe(r, 0.1, pick(r, "basic", "Basic", "pro")), maybe(r, 0.1, r.IntN(3) > 0), r.IntN(12) == 0, maybe(r, 0.05, int64(r.IntN(5))),
			pick(r, scores...), pick(r, decimals...), pick(r, truths...), maybe(r, 0.1, money), maybe(r, 0.1, float64(r.IntN(1e9)-2e8)*1e4+0.99),
			maybe(r, 0.1, pick(r, r.NormFloat64()*100, 1e-7*r.Float64(), 1e12*r.Float64(), -1e12*r.Float64(), 0)), maybe(r, 0.1, r.Float64()*10+0.5),
			at, at, at.Truncate(24 * time.Hour), written(r, at), maybe(r, 0.05, at.Format("2006-01-02")+pick(r, "", "", "", " ", "x")),
			maybe(r, 0.2, at.Add(time.Duration(r.IntN(14*24*60))*time.Minute)), maybe(r, 0.2, at.Add(time.Duration(r.IntN(14*24*60))*time.Minute)), at.Add(time.Duration(r.IntN(48)) * time.Hour),
		})
		if r.IntN(40) == 0 {
			last := t.rows[len(t.rows)-1]
			for _, i := range []int{15, 16, 17} {
				last[i] = nil
			}
		}
	}
	return t
}

// spells are contracts that begin and end, follow each other, overlap, or stay open.
func spells() table {
	r := rand.New(rand.NewPCG(3, 4))
	t := table{name: "spells", columns: []column{
		{"id", integer}, {"account", text}, {"plan", text}, {"region", text}, {"began", clock}, {"ended", clock}, {"from_day", date}, {"to_day", date},
		{"began_at", instant}, {"ended_at", instant}, {"mrr", amount},
	}}
	for account := range 150 {
		at := day(2024, 12, 1).Add(time.Duration(r.IntN(400*24)) * time.Hour)
		for range 1 + r.IntN(4) {
			if r.IntN(3) == 0 {
				at = pick(r, turns...).Add(time.Duration(r.IntN(8)) * 30 * time.Minute)
			}
			end := at.AddDate(0, 0, r.IntN(150)).Add(time.Duration(r.IntN(24)) * time.Hour)
			open := r.IntN(3) == 0
			ends := func(at time.Time) any {
				if open {
					return nil
				}
				return at
			}
			t.rows = append(t.rows, []any{
				int64(len(t.rows)), maybe(r, 0.02, pick(r, "a", "a", "A")+fmt.Sprint(account)), maybe(r, 0.1, pick(r, "basic", "Basic", "basic ", "pro")), pick(r, words[:8]...),
				at, ends(end), at.Truncate(24 * time.Hour), ends(end.Truncate(24 * time.Hour)), at, ends(end), maybe(r, 0.03, float64(r.IntN(50))*9.99),
			})
			at = end.AddDate(0, 0, pick(r, 0, 0, 10, 14, 40, -5))
		}
	}
	return t
}

// snapshots are states of customers, twice a month; March 2026 has none, August one half.
func snapshots() table {
	r := rand.New(rand.NewPCG(5, 6))
	t := table{name: "snapshots", columns: []column{{"as_of", date}, {"account", text}, {"plan", text}, {"active", boolean}, {"mrr", amount}}}
	for month := 1; month <= 24; month++ {
		if month == 15 {
			continue
		}
		for _, of := range []int{14, 28} {
			for account := range 80 {
				if r.IntN(8) == 0 || month == 20 && account > 40 {
					continue
				}
				t.rows = append(t.rows, []any{day(2025, month, of), pick(r, "k", "k", "k", "K") + fmt.Sprint(account), maybe(r, 0.1, pick(r, "basic", "Basic", "pro")), maybe(r, 0.05, r.IntN(5) > 0),
					maybe(r, 0.02, float64(r.IntN(9))*25.5)})
			}
		}
	}
	return t
}

// renewals are contracts that fall due and are decided, or not yet.
func renewals() table {
	r := rand.New(rand.NewPCG(7, 8))
	t := table{name: "renewals", columns: []column{{"id", integer}, {"account", text}, {"tier", text}, {"due", date}, {"decided", clock}, {"status", text}, {"acv", amount}}}
	for id := range 900 {
		due := moment(r).Truncate(24*time.Hour).AddDate(0, r.IntN(3), 0)
		status := pick[any](r, "renewed", "renewed", "lost", "Renewed", "renewed ", "void", nil, nil, "")
		t.rows = append(t.rows, []any{int64(id), fmt.Sprint("k", id%200), pick[any](r, "gold", "Gold", "silver", nil), maybe(r, 0.02, due), maybe(r, 0.3, due.AddDate(0, 0, r.IntN(90)-60).Add(90*time.Minute)),
			status, maybe(r, 0.05, float64(r.IntN(100000))/100)})
	}
	return t
}

func tables() []table { return []table{answers(), spells(), snapshots(), renewals()} }
