package compute_test

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Contracts that customers decide on two months after their mood, and that are due up to five months later: rows and
// answers of testdata/decided/made.py.
const decidedRows = "testdata/decided"

// decidedWorld has a claim that answers tell who renews, compared by due date or by decision.
func decidedWorld(t *testing.T, byDecision bool) *world {
	t.Helper()
	w := newWorld(t)
	months := plan.Period{
		Grain: plan.Month, Window: 1, History: 49, Settle: 31 * 24 * time.Hour, TimeZone: "Europe/Berlin",
		WeekStart: time.Monday, FiscalYearStartMonth: time.January,
	}
	series := func(kind, name, unit, dataset string, grace time.Duration, spec measure.Spec) plan.Series {
		period := months
		period.Maturity = grace
		return plan.Series{
			Key: plan.Key{Kind: kind, Name: name}, Unit: unit, Direction: measure.HigherIsBetter,
			Indicator: &plan.Indicator{
				Key: plan.Key{Kind: plan.KindLinkage, Name: "claim"}, RequestHash: "hash-" + dataset, Dataset: dataset, Measure: spec,
				Period: &period, Quality: plan.Quality{MinSampleSize: 10, Confidence: .95},
			},
		}
	}
	renewal := func(grace time.Duration) measure.Spec {
		return measure.Spec{Renewal: &measure.Renewal{Decision: "status", Renewed: []string{"Renewed"}, Lost: []string{"Lost"}, DecidedAt: "decided", Grace: grace}}
	}
	const grace = 30 * 24 * time.Hour
	w.dataset("contracts", event("due"), nil)
	w.dataset("answers", event("at"), nil)
	claim := w.link("claim", series("KPITarget", "renewal", "ratio", "contracts", grace, renewal(grace)),
		series("CPIDefinition", "nps", "points", "answers", 0, nps("score")))
	claim.Calendar = &months
	if byDecision {
		w.dataset("decided", plan.Time{Event: plan.DecidedColumn}, func(d *plan.Dataset) {
			d.Table.Name = "contracts"
			d.Decided = &plan.Decided{Due: "due", Decision: "status", At: "decided", Grace: grace, TimeZone: months.TimeZone}
		})
		claim.ByDecision = &plan.ByDecision{Series: series("KPITarget", "renewal", "ratio", "decided", 0, renewal(0))}
	}
	return w
}

// onFiles has the rows as files.
func (w *world) onFiles(t *testing.T) *world {
	t.Helper()
	for name, columns := range map[string]map[string]plan.ColumnType{
		"contracts": {"due": plan.Date, "decided": plan.Timestamp}, "answers": {"at": plan.Timestamp},
	} {
		w.Source.Files.Tables = append(w.Source.Files.Tables, plan.FileTable{
			Name: name, Format: plan.CSV, Path: filepath.Join(decidedRows, name+".csv"), Columns: columns,
		})
	}
	return w
}

// madeRows are a file's rows as an SQL list; moments cut off what a database's own type cannot read.
func madeRows(t *testing.T, name string, moments func(string) string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(decidedRows, name+".csv"))
	if err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(strings.NewReader(string(content))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, line := range lines[1:] {
		for i, cell := range line {
			if line[i] = "NULL"; cell != "" {
				line[i] = "'" + moments(cell) + "'"
			}
		}
		rows = append(rows, "("+strings.Join(line, ", ")+")")
	}
	return strings.Join(rows, ", ")
}

// made is what the script counted.
type made struct {
	ByDue, ByDecision []struct {
		Label               string
		N                   int64
		Value, Lower, Upper float64
	}
	NPS     []float64
	Follows struct {
		Lag                    int
		Slope, Lower, Upper, T float64
	}
}

func readMade(t *testing.T) (out made) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(decidedRows, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// By decision, customers' mood is found where it is, and as strong as elsewhere computed; on every engine, which all read
// the script's numbers.
func TestRenewalsByDecisionFollowWhatCustomersSaid(t *testing.T) {
	want := readMade(t)
	for engine, run := range map[string]func(*testing.T, *world) *results{
		"DuckDB": func(t *testing.T, w *world) *results { return w.onFiles(t).run(t) },
		"PostgreSQL": func(t *testing.T, w *world) *results {
			there, database := onPostgres(t)
			w.Source.Files, w.Source.Postgres = nil, there.Source.Postgres
			asWritten := func(cell string) string { return cell }
			database.Exec(t, "CREATE TABLE contracts (due date, decided timestamptz, status text)", "INSERT INTO contracts VALUES "+madeRows(t, "contracts", asWritten),
				"CREATE TABLE answers_made (at timestamptz, score integer)", "INSERT INTO answers_made VALUES "+madeRows(t, "answers", asWritten))
			w.Datasets[1].Table.Name = "answers_made"
			found, _ := w.runPostgres(t, nil)
			return found
		},
		"MySQL": func(t *testing.T, w *world) *results {
			there, database := onMySQL(t)
			w.Source.Files, w.Source.MySQL = nil, there.Source.MySQL
			withoutZone := func(cell string) string { return strings.TrimSuffix(cell, "Z") }
			database.Exec(t, "CREATE TABLE contracts (due date, decided timestamp NULL, status varchar(20))", "INSERT INTO contracts VALUES "+madeRows(t, "contracts", withoutZone),
				"CREATE TABLE answers_made (at timestamp NULL, score integer)", "INSERT INTO answers_made VALUES "+madeRows(t, "answers", withoutZone))
			w.Datasets[1].Table.Name = "answers_made"
			found, _ := w.runMySQL(t)
			return found
		},
	} {
		t.Run(engine, func(t *testing.T) {
			link := run(t, decidedWorld(t, true)).link("claim")
			if len(link.Series) != 3 || link.Series[0].ByDecision || !link.Series[2].ByDecision || link.Series[2].Name != "renewal" {
				t.Fatalf("series %+v", link.Series)
			}
			for i, m := range want.ByDecision {
				due, nps, decided := link.Series[0].Periods[i], link.Series[1].Periods[i], link.Series[2].Periods[i]
				if decided.Label != m.Label || decided.N != m.N || !near(*decided.Value, m.Value, 1e-12) || !near(*decided.Lower, m.Lower, 1e-9) || !near(*decided.Upper, m.Upper, 1e-9) {
					t.Errorf("decided in %s: %v of %d [%v, %v], want %+v", decided.Label, *decided.Value, decided.N, *decided.Lower, *decided.Upper, m)
				}
				if over := decided.State == plan.Mature || decided.State == plan.Settled; !over || decided.Detail["pending"] != 0 {
					t.Errorf("%s is %s with %v pending: nothing in it can change", decided.Label, decided.State, decided.Detail["pending"])
				}
				if b := want.ByDue[i]; due.N != b.N || !near(*due.Value, b.Value, 1e-12) {
					t.Errorf("due in %s: %v of %d, want %+v", due.Label, *due.Value, due.N, b)
				}
				if !near(*nps.Value, want.NPS[i], 1e-9) {
					t.Errorf("NPS of %s: %v, want %v", nps.Label, *nps.Value, want.NPS[i])
				}
			}
			f := link.Drivers[0]
			if f.Verdict != plan.Supported || f.Effect == nil || *f.Effect.Lag != want.Follows.Lag || f.Effect.N != 48 {
				t.Fatalf("%s (%s): %+v", f.Verdict, f.Reason, f.Effect)
			}
			o, s := want.Follows, f.Periods.Slope
			if !near(s.Value, o.Slope, 1e-9) || !near(s.Lower, o.Lower, 1e-9) || !near(s.Upper, o.Upper, 1e-9) || !near(f.Periods.Lags[2].Statistic, o.T, 1e-6) {
				t.Errorf("slope %+v, t %v, want %+v", s, f.Periods.Lags[2].Statistic, o)
			}
			if says := "+10 points nps goes with +4.8 percentage points renewal two months later (95 % CI 3.9 to 5.7; 48 months, contracts in the month of their decision)"; !strings.Contains(f.Sentence, says) {
				t.Errorf("%q lacks %q", f.Sentence, says)
			}
			if a := link.Forecast; a == nil || len(a.Points) == 0 || a.Method == "Drivers" || len(a.WhatIf) > 0 || len(link.Warnings) != 1 || !strings.Contains(link.Warnings[0], "without the drivers") {
				t.Errorf("forecast %+v, warnings %q", link.Forecast, link.Warnings)
			}
		})
	}
}

// The same contracts by their due date tell nothing: months of deciding lie between.
func TestRenewalsByDueDateBlurIt(t *testing.T) {
	link := decidedWorld(t, false).onFiles(t).run(t).link("claim")
	if f := link.Drivers[0]; f.Verdict != plan.InsufficientData || f.Reason != "Underpowered" || *f.Periods.Lag == 2 {
		t.Errorf("%s (%s) at lag %d", f.Verdict, f.Reason, *f.Periods.Lag)
	}
	if len(link.Series) != 2 {
		t.Errorf("%d series", len(link.Series))
	}
	// Spread over half a year, the 4.8 points even look ruled out.
	w := decidedWorld(t, false).onFiles(t)
	w.Linkages[0].MinEffect = &plan.MinEffect{Absolute: new(.02)}
	if f := w.run(t).link("claim").Drivers[0]; f.Verdict != plan.NotSupported {
		t.Errorf("%s (%s) of two points", f.Verdict, f.Reason)
	}
}

// Without a time of decision there is nothing to compare, and the KPI is forecast all the same.
func TestRenewalsByADecisionThatIsNotThere(t *testing.T) {
	for column, reason := range map[string]string{"nowhere": "ColumnMissing", "status": "TypeMismatch"} {
		w := decidedWorld(t, true).onFiles(t)
		w.Datasets[2].Decided.At = column
		link := w.run(t).link("claim")
		f := link.Drivers[0]
		if f.Verdict != plan.InsufficientData || f.Reason != reason || f.Effect != nil || f.Periods.Slope != nil || len(f.Periods.Warnings) != 1 || !strings.Contains(f.Periods.Warnings[0], column) {
			t.Errorf("%s (%s): %+v", f.Verdict, f.Reason, f.Periods)
		}
		if link.Forecast == nil || len(link.Forecast.Points) == 0 {
			t.Errorf("forecast %+v", link.Forecast)
		}
	}
}
