// Package promises follows promises from rows of tickets to what their owners are told, with the real engine.
package promises

import (
	"encoding/csv"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/compute"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
	"github.com/cpi-operator/cpi-operator/internal/source/files"
)

func TestMain(m *testing.M) {
	files.Main()
	os.Exit(m.Run())
}

// now is two days and some hours after the last day that can be judged: whether a ticket is answered in time is not known before.
var now = time.Date(2026, time.November, 22, 9, 0, 0, 0, time.UTC)

const (
	days   = 50
	perDay = 50
)

// late is how many of a day's tickets in each team are not answered within two days; day 0 is the last that can be judged, and two
// more follow.
var late = map[string]func(day int) int{
	"steady": func(int) int { return 1 },
	"slower": func(day int) int { return 1 + 5*before(day, 7) },
	"broken": func(day int) int { return 1 + 19*before(day, 2) },
	"outage": func(day int) int { return 1 + 39*before(day, 1) },
}

func before(day, limit int) int {
	if day < limit {
		return 1
	}
	return 0
}

// tickets writes each team's. Half of the late ones have no answer yet; a customer has two tickets a day.
func tickets(t *testing.T, path string) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := csv.NewWriter(file)
	rows := [][]string{{"id", "team", "customer", "opened", "answered", "late", "stars"}}
	for team, number := range late {
		for day := -2; day < days; day++ {
			noon := time.Date(2026, time.November, 19-day, 12, 0, 0, 0, time.UTC)
			for i := range perDay {
				answered, isLate, stars := noon.Add(3*time.Hour).Format(time.RFC3339), "no", "5"
				if i < number(day) {
					answered, isLate, stars = noon.Add(49*time.Hour).Format(time.RFC3339), "yes", "1"
					if i%2 == 1 {
						answered = ""
					}
				}
				rows = append(rows, []string{fmt.Sprint(len(rows)), team, strconv.Itoa(i / 2), noon.Format(time.RFC3339), answered, isLate, stars})
			}
		}
	}
	if err := w.WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

const (
	inTime   = `{duration: {end: answered, form: {shareWithin: 2d}, open: CountAsMissedAfterLimit}}`
	tooLate  = `{share: {of: [{column: late, operator: In, values: ["yes"]}], direction: LowerIsBetter}}`
	answered = `{conversion: {entity: ticket, base: {occurrence: Every}, outcome: {datasetRef: {name: answers}}, within: 2d, direction: HigherIsBetter}}`
	happy    = `{customerSatisfaction: {score: stars, scale: {min: 1, max: 5}, form: {topBox: {boxes: 2}}}}`
	easy     = `{customerEffortScore: {version: V2, score: stars, form: {share: {atLeast: 5}}}}`
	renewed  = `{renewal: {decision: {column: late, renewed: ["no"], lost: ["yes"]}, grace: 2d}}`
)

var definitions = []struct {
	name, team, measure, more string
	status                    alert.Status
	reason                    alert.Reason
	alert                     alert.Severity
}{
	{"steady", "steady", inTime, "", alert.True, alert.ReasonKept, ""},
	{"slower", "slower", inTime, "", alert.False, alert.ReasonBurningSlowly, alert.Warning},
	{"broken", "broken", inTime, "", alert.False, alert.ReasonBurningFast, alert.Critical},
	{"slower-share", "slower", tooLate, "", alert.False, alert.ReasonBurningSlowly, alert.Warning},
	{"broken-conversion", "broken", answered, "", alert.False, alert.ReasonBurningFast, alert.Critical},
	{"slower-satisfaction", "slower", happy, "responses: {entity: ticket, keep: Latest}", alert.False, alert.ReasonBurningSlowly, alert.Warning},
	{"broken-effort", "broken", easy, "responses: {entity: ticket, keep: First}", alert.False, alert.ReasonBurningFast, alert.Critical},
	{"slower-renewal", "slower", renewed, "", alert.False, alert.ReasonBurningSlowly, alert.Warning},
	// A customer's tickets of a day belong together, so that half as many rows tell anything.
	{"slower-by-customer", "slower", inTime, "responses: {entity: customer, keep: All}", alert.False, alert.ReasonBurningSlowly, alert.Warning},
	// A day far outside its history is doubted until the next one, or told at once.
	{"outage", "outage", inTime, "", alert.Unknown, alert.ReasonSuspectData, ""},
	{"outage-believed", "outage", inTime, "quality: {jumps: Believe}", alert.False, alert.ReasonBurningFast, alert.Critical},
	// A minimum that no day reaches: the sum is judged by its own size.
	{"small-days", "slower", inTime, "quality: {minSampleSize: 60}", alert.False, alert.ReasonBurningSlowly, alert.Warning},
}

func definition(t *testing.T, name, team, measure, more string) v1alpha1.CPIDefinition {
	t.Helper()
	bound := "atLeast: 95%"
	if measure == tooLate {
		bound = "atMost: 5%"
	}
	var out v1alpha1.CPIDefinition
	parse(t, &out, fmt.Sprintf(`
metadata: {name: %s, uid: %s}
spec:
  title: Answered within two days
  theme: Time
  owner: {team: support}
  datasetRef: {name: tickets}
  where: [{column: team, operator: In, values: [%s]}]
  measure: %s
  period: {grain: Day, history: 40}
  promise: {%s, over: 28d}
  %s
`, name, name, team, measure, bound, more))
	return out
}

func parse(t *testing.T, into any, text string) {
	t.Helper()
	if err := yaml.UnmarshalStrict([]byte(text), into); err != nil {
		t.Fatal(err)
	}
}

type results map[string]plan.Result

func (results) Attempt(plan.Attempt) error { return nil }

func (r results) Result(_ int, result plan.Result) error {
	r[result.Name] = result
	return nil
}

func inputs(t *testing.T) planstep.Inputs {
	t.Helper()
	in := planstep.Inputs{Run: "promises", Now: now, Source: &v1alpha1.DataSource{}, Datasets: make([]v1alpha1.Dataset, 2)}
	parse(t, in.Source, `
metadata: {name: desk}
spec: {files: {tables: [{name: tickets, format: CSV, configMap: {name: desk, key: tickets.csv}}]}}
`)
	parse(t, &in.Datasets[0], `
metadata: {name: tickets}
spec:
  dataSourceRef: {name: desk}
  table: {name: tickets}
  primaryKey: [id]
  entities: {customer: customer, ticket: id}
  time: {event: {column: opened}}
`)
	parse(t, &in.Datasets[1], `
metadata: {name: answers}
spec:
  dataSourceRef: {name: desk}
  table: {name: tickets}
  primaryKey: [id]
  entities: {ticket: id}
  time: {event: {column: answered}}
`)
	for _, d := range definitions {
		in.CPIs = append(in.CPIs, definition(t, d.name, d.team, d.measure, d.more))
	}
	return in
}

func TestFromTicketsToAlerts(t *testing.T) {
	work, skipped, err := planstep.Assemble(inputs(t))
	if err != nil || len(skipped) > 0 {
		t.Fatalf("%v, skipped %v", err, skipped)
	}
	path := filepath.Join(t.TempDir(), "tickets.csv")
	tickets(t, path)
	work.Source.Files.Tables[0].Path = path
	engine, err := files.Open(t.Context(), files.Config{Source: work.Source, ScratchDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	}()
	found := results{}
	if done, err := compute.Run(t.Context(), work, engine, found, slog.New(slog.DiscardHandler)); err != nil || done.Failed > 0 {
		for _, r := range found {
			if r.Failure != nil {
				t.Errorf("%s: %+v", r.Name, r.Failure)
			}
		}
		t.Fatalf("%+v %v", done, err)
	}
	for i, d := range definitions {
		t.Run(d.name, func(t *testing.T) {
			numbers := found[d.name].Numbers
			if numbers == nil {
				t.Fatalf("%+v", found[d.name])
			}
			checkCounts(t, numbers, d.team)
			decision := alert.Decide(view(t, inputs(t).CPIs[i], work, numbers), now)
			got := decision.Condition(alert.PromiseKept)
			t.Log(got.Message)
			if got.Status != d.status || got.Reason != d.reason {
				t.Errorf("%s %s, want %s %s", got.Status, got.Reason, d.status, d.reason)
			}
			var severity alert.Severity
			for _, a := range decision.Alerts {
				if a.Name == alert.PromiseBurning {
					severity = a.Severity
				}
			}
			if severity != d.alert {
				t.Errorf("told as %q, want %q", severity, d.alert)
			}
		})
	}
}

// checkCounts holds the counts of each mature period against those that were written.
func checkCounts(t *testing.T, numbers *plan.Numbers, team string) {
	t.Helper()
	checked := 0
	for _, p := range numbers.Periods {
		day := int(time.Date(2026, time.November, 19, 0, 0, 0, 0, time.UTC).Sub(p.Start) / (24 * time.Hour))
		if day < 0 {
			continue
		}
		bad, good := float64(late[team](day)), float64(perDay-late[team](day))
		want := good
		if numbers.Direction == measure.LowerIsBetter {
			want = bad
		}
		if p.Numerator == nil || *p.Numerator != want || *p.Denominator != perDay {
			t.Errorf("%s: %+v, want %g of %d", p.Label, p.Estimate, want, perDay)
		}
		checked++
	}
	if checked < 36 {
		t.Errorf("only %d days", checked)
	}
}

// view is what the controller would make of the definition and its numbers.
func view(t *testing.T, cpi v1alpha1.CPIDefinition, work plan.Plan, numbers *plan.Numbers) *alert.Indicator {
	t.Helper()
	for _, formula := range work.Indicators {
		if formula.Name == cpi.Name {
			return &alert.Indicator{
				Kind: alert.CPI, Name: cpi.Name, Team: cpi.Spec.Owner.Team, Formula: formula.RequestHash, Direction: numbers.Direction, Unit: numbers.Unit,
				Percent: true, MinSampleSize: formula.Quality.MinSampleSize, Confidence: formula.Quality.Confidence, Period: formula.Period,
				Promise: resolve.PromiseTerms(cpi.Spec.Promise, formula),
				Result:  &alert.Result{Formula: formula.RequestHash, Periods: numbers.Periods},
			}
		}
	}
	t.Fatalf("%s is not in the plan", cpi.Name)
	return nil
}
