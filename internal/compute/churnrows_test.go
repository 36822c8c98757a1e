package compute_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// customerMonths is docs/linkages.md's row set: one row for each customer and month that began with them.
const customerMonths = `SELECT s.customer, CASE WHEN s.ended_at < m.ends_at THEN s.ended_at ELSE m.starts_at END AS at,
  CASE WHEN s.ended_at < m.ends_at THEN 'yes' ELSE 'no' END AS has_left
FROM months m JOIN spells s ON s.started_at <= m.starts_at AND (s.ended_at IS NULL OR s.ended_at >= m.starts_at)`

// leavers are 80 customers: of 40 who were content 4 leave, of 40 who were not 20, each in some month and all asked
// why afterwards. months begin with May 2026.
func leavers() (months, spells, answers []string) {
	at := func(month, day, hour int) string {
		return time.Date(2026, time.Month(month), day, hour, 0, 0, 0, time.UTC).Format("2006-01-02 15:04:05")
	}
	for month := 5; month <= 11; month++ {
		months = append(months, at(month, 1, 0)+","+at(month+1, 1, 0))
	}
	for i := range 80 {
		customer, score, ended := fmt.Sprintf("C%02d", i), 10, ""
		if i%2 == 1 {
			score = 3
		}
		answers = append(answers, fmt.Sprintf("%s,%s,%d", customer, at(4, 1+i%28, 9), score))
		if i%2 == 0 && i < 8 || i%2 == 1 && i < 40 {
			ended = at(6+i%5, 2+i%20, 12)
			answers = append(answers, fmt.Sprintf("%s,%s,%d", customer, at(6+i%5, 3+i%20, 12), 0))
		}
		spells = append(spells, customer+","+at(1, 1, 0)+","+ended)
	}
	return months, spells, answers
}

// Churn over intervals cannot be compared customer by customer, the same as rows of a month can: its rate is that of the
// intervals, and what leavers said afterwards does not count against them.
func TestChurnAsRowsOfCustomersAndMonths(t *testing.T) {
	months, spells, answers := leavers()
	tables := map[string][]string{
		"months": append([]string{"starts_at,ends_at"}, months...), "spells": append([]string{"customer,started_at,ended_at"}, spells...),
		"responses": append([]string{"customer,answered_at,score"}, answers...),
	}
	for engine, run := range map[string]func(*testing.T, *world) *results{
		"DuckDB": func(t *testing.T, w *world) *results {
			for name, lines := range tables {
				w.csv(t, name, lines...)
			}
			return w.run(t)
		},
		"PostgreSQL": func(t *testing.T, w *world) *results {
			there, database := onPostgres(t)
			w.Source.Files, w.Source.Postgres = nil, there.Source.Postgres
			database.Exec(t, inserts(tables, "timestamptz")...)
			found, _ := w.runPostgres(t, nil)
			return found
		},
		"MySQL": func(t *testing.T, w *world) *results {
			there, database := onMySQL(t)
			w.Source.Files, w.Source.MySQL = nil, there.Source.MySQL
			database.Exec(t, inserts(tables, "timestamp NULL")...)
			found, _ := w.runMySQL(t)
			return found
		},
	} {
		t.Run(engine, func(t *testing.T) {
			w := newWorld(t)
			entity := func(d *plan.Dataset) { d.Entities = map[string]string{"customer": "customer"} }
			w.dataset("spells", plan.Time{Start: "started_at", End: "ended_at"}, entity)
			w.dataset("customer-months", event("at"), func(d *plan.Dataset) {
				entity(d)
				d.Table, d.Query, d.Tables = nil, customerMonths, []string{"months", "spells"}
			})
			w.dataset("responses", event("answered_at"), entity)
			left := measure.Spec{Share: &measure.Share{Of: []measure.Condition{{Column: "has_left", Operator: measure.In, Values: []string{"yes"}}}, Direction: measure.LowerIsBetter}}
			sixMonths := func(i *plan.Indicator) { i.Period.History = 6 }
			w.cpi("churn", "spells", measure.Spec{Churn: &measure.Churn{Entity: "customer", Definition: measure.OpeningCohort}}, sixMonths)
			w.cpi("left", "customer-months", left, sixMonths)
			kpi, cpi := w.Indicators[1], w.Indicators[0]
			cpi.Dataset, cpi.Measure = "responses", nps("score")
			claim := w.link("claim", plan.Series{Key: plan.Key{Kind: "KPITarget", Name: "left"}, Unit: "ratio", Indicator: &kpi},
				plan.Series{Key: plan.Key{Kind: "CPIDefinition", Name: "nps"}, Unit: "points", Indicator: &cpi})
			cpi.RequestHash, claim.Periods = "hash-nps", nil
			claim.Drivers[0].Expected = -1
			claim.Customers = &plan.CustomerLevel{Unit: "customer", Collapse: plan.CollapseLatest, Index: plan.OutcomeDecision, Exposure: 365 * 24 * time.Hour, History: 365 * 24 * time.Hour, MinPerCohort: 30}
			found := run(t, w)

			for i, want := range found.numbers("churn").Periods {
				got := found.numbers("left").Periods[i]
				if got.N != want.N || want.N == 0 || *got.Value != *want.Value {
					t.Errorf("%s: %v of %d left, churn is %v of %d", got.Label, *got.Value, got.N, *want.Value, want.N)
				}
			}
			f := found.link("claim").Drivers[0]
			if f.Verdict != plan.Supported || f.Customers == nil || len(f.Customers.Cohorts) != 3 {
				t.Fatalf("%s (%s): %+v", f.Verdict, f.Reason, f.Customers)
			}
			for i, want := range map[int]plan.Cohort{0: {Name: "detractors", N: 40, Outcomes: 20}, 2: {Name: "promoters", N: 40, Outcomes: 4}} {
				if got := f.Customers.Cohorts[i]; got != want {
					t.Errorf("cohort %+v, want %+v", got, want)
				}
			}
		})
	}
}

// inserts are tables of lines as SQL: a column whose name ends in _at holds times, score a number.
func inserts(tables map[string][]string, times string) (out []string) {
	for name, lines := range tables {
		var columns, rows []string
		for column := range strings.SplitSeq(lines[0], ",") {
			kind := "varchar(20)"
			if strings.HasSuffix(column, "_at") {
				kind = times
			} else if column == "score" {
				kind = "integer"
			}
			columns = append(columns, column+" "+kind)
		}
		for _, line := range lines[1:] {
			rows = append(rows, strings.ReplaceAll("('"+strings.ReplaceAll(line, ",", "', '")+"')", "''", "NULL"))
		}
		out = append(out, "CREATE TABLE "+name+" ("+strings.Join(columns, ", ")+")", "INSERT INTO "+name+" VALUES "+strings.Join(rows, ", "))
	}
	return out
}
