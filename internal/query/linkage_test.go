package query

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// claimed is what a claim's statements answer.
type claimed struct {
	cells     []string // in order
	outcomes  []FateRows
	responses ResponseRows
}

// claimOn runs a claim's statements.
func (e *engine) claimOn(t *testing.T, ask Claim) claimed {
	t.Helper()
	statements, err := PlanClaim(e.dialect, ask)
	if err != nil {
		t.Fatalf("%s: %v", e.dialect, err)
	}
	answer := func(s Statement) *Table {
		table, err := e.run(s)
		if err != nil {
			t.Fatalf("%s: %v", e.dialect, err)
		}
		return table
	}
	must := func(err error) {
		if err != nil {
			t.Fatalf("%s: %v\n%s", e.dialect, err, Display(statements.Cells))
		}
	}
	var out claimed
	cells, err := statements.FoldCells(answer(statements.Cells))
	must(err)
	for _, cell := range cells {
		out.cells = append(out.cells, cell.text())
	}
	slices.Sort(out.cells)
	if statements.FoldOutcomes != nil {
		out.outcomes, err = statements.FoldOutcomes(answer(statements.Outcomes))
		must(err)
	}
	out.responses, err = statements.FoldResponses(answer(statements.Responses))
	must(err)
	return out
}

// text reads "plan=Team|1.5|score 9|yes × 12".
func (c Cell) text() string {
	var parts []string
	for _, s := range c.Strata {
		if s == nil {
			parts = append(parts, "(none)")
		} else {
			parts = append(parts, *s)
		}
	}
	for _, v := range c.Covariates {
		if v == nil {
			v = "(none)"
		}
		parts = append(parts, fmt.Sprint(v))
	}
	score := "no response"
	if c.Score != nil {
		score = "score " + strconv.FormatFloat(*c.Score, 'g', 10, 64)
	}
	outcome := map[bool]string{true: "yes", false: "no"}[c.Outcome]
	return strings.Join(append(parts, score, outcome+" × "+strconv.FormatInt(c.N, 10)), "|")
}

// set makes rows of a table a dataset.
func (t testTable) set(at plan.Time, key string, change func(*plan.Dataset)) RowSet {
	d := plan.Dataset{Name: t.name, Table: &plan.Table{Name: t.name}, TimeZone: "UTC", Time: at, PrimaryKey: []string{"id"}, Entities: map[string]string{"customer": key}}
	if change != nil {
		change(&d)
	}
	return RowSet{Dataset: d, Columns: t.columns, Rows: int64(len(t.rows))}
}

// tableOf reads lines of values separated by spaces; - is NULL. The first line names columns as name:Kind.
func tableOf(t *testing.T, name string, lines ...string) testTable {
	t.Helper()
	out := testTable{name: name}
	for field := range strings.FieldsSeq(lines[0]) {
		column, kind, _ := strings.Cut(field, ":")
		out.columns = append(out.columns, ColumnInfo{Name: column, Kind: Kind(kind)})
	}
	for _, line := range lines[1:] {
		row := map[string]any{}
		for i, text := range strings.Fields(line) {
			row[out.columns[i].Name] = valueOf(t, out.columns[i].Kind, text)
		}
		out.rows = append(out.rows, row)
	}
	return out
}

func valueOf(t *testing.T, kind Kind, text string) any {
	t.Helper()
	if text == "-" {
		return nil
	}
	var v any
	var err error
	switch kind {
	case KindInteger:
		v, err = strconv.ParseInt(text, 10, 64)
	case KindNumber:
		v, err = strconv.ParseFloat(text, 64)
	case KindBoolean:
		v = text == "true"
	case KindDate:
		v, err = time.Parse(time.DateOnly, text)
	case KindTimestamp, KindInstant:
		v, err = time.Parse("2006-01-02T15:04", text)
	default:
		v = text
	}
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// sample reads a table of the demo, its columns by kind.
func sample(t *testing.T, name string, kinds map[string]Kind) testTable {
	t.Helper()
	file, err := os.Open("../../config/samples/data/" + name + ".csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := testTable{name: name}
	for _, column := range lines[0] {
		kind := KindText
		if other, ok := kinds[column]; ok {
			kind = other
		}
		out.columns = append(out.columns, ColumnInfo{Name: column, Kind: kind})
	}
	for _, line := range lines[1:] {
		row := map[string]any{}
		for i, text := range line {
			if column := out.columns[i]; text != "" {
				if column.Kind == KindInstant {
					at, err := time.Parse(time.RFC3339, text)
					if err != nil {
						t.Fatal(err)
					}
					row[column.Name] = at
					continue
				}
				row[column.Name] = valueOf(t, column.Kind, text)
			}
		}
		out.rows = append(out.rows, row)
	}
	return out
}

var renewal = measure.Spec{Renewal: &measure.Renewal{
	Decision: "status", Renewed: []string{"Renewed", "AutoRenewed", "Upsold"}, Lost: []string{"Churned", "Lost"}, NotDue: []string{"Void"},
	DecidedAt: "decided_at", Grace: 14 * oneDay,
}}

// ask makes a claim of two measures on two datasets.
func claimOf(t *testing.T, known time.Time, kpi, cpi measure.Spec, outcomes, responses RowSet, change func(*Claim)) Claim {
	t.Helper()
	told, err := measure.OutcomeOf(kpi, measure.Setting{TimeColumn: outcomes.Dataset.Time.Event, Now: known})
	if err != nil {
		t.Fatal(err)
	}
	score, err := measure.ScoreOf(cpi, measure.Setting{TimeColumn: responses.Dataset.Time.Event, Now: known})
	if err != nil {
		t.Fatal(err)
	}
	c := Claim{
		Level: plan.CustomerLevel{
			Unit: "customer", Collapse: plan.CollapseLatest, Index: plan.OutcomeDecision, Exposure: 365 * oneDay, History: 730 * oneDay,
		},
		Known: known, TimeZone: "Europe/Berlin", Outcomes: told, OutcomeRows: outcomes, Score: score, ExposureRows: responses,
	}
	if change != nil {
		change(&c)
	}
	return c
}

// byClass adds cells up by the classes of a measure: "promoters 182/200".
func byClass(t *testing.T, cells []Cell, classes []measure.Class) []string {
	t.Helper()
	n, yes := make([]int64, len(classes)), make([]int64, len(classes))
	for _, cell := range cells {
		for i, class := range classes {
			if cell.Score != nil && *cell.Score >= class.Min && *cell.Score <= class.Max {
				n[i] += cell.N
				if cell.Outcome {
					yes[i] += cell.N
				}
			}
		}
	}
	var out []string
	for i, class := range classes {
		out = append(out, fmt.Sprintf("%s %d/%d", class.Name, yes[i], n[i]))
	}
	return out
}

// The two published cases, as the demo's tables hold them.
func TestClaimsOfTheSampleCompanies(t *testing.T) {
	known := time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)
	nps := measure.Spec{NetPromoterScore: &measure.NetPromoterScore{Score: "score"}}
	ces := measure.Spec{CustomerEffortScore: &measure.CustomerEffortScore{Score: "ces", Version: measure.CESV2, Form: measure.CESShare, Bound: 5}}
	again := measure.Spec{Share: &measure.Share{Of: []measure.Condition{{Column: "bought_again", Operator: measure.In, Values: []string{"yes"}}}}}
	survey := sample(t, "nps_survey", map[string]Kind{"score": KindInteger, "answered_at": KindInstant})
	contracts := sample(t, "contracts", map[string]Kind{"due_at": KindDate, "decided_at": KindInstant, "acv_eur": KindNumber})
	effort := sample(t, "ces_survey", map[string]Kind{"ces": KindInteger, "answered_at": KindInstant})
	repeat := sample(t, "repeat_purchase", map[string]Kind{"surveyed_at": KindInstant})
	keyed := func(key string) func(*plan.Dataset) {
		return func(d *plan.Dataset) { d.PrimaryKey = []string{key} }
	}
	for _, e := range engines(t) {
		for _, table := range []testTable{survey, contracts, effort, repeat} {
			e.load(t, table)
		}
		for name, test := range map[string]struct {
			claim   Claim
			classes []measure.Class
			want    []string
		}{
			"software": {
				claim: claimOf(t, known, renewal, nps, contracts.set(plan.Time{Event: "due_at"}, "customer_id", keyed("contract_id")),
					survey.set(plan.Time{Event: "answered_at"}, "customer_id", keyed("response_id")), nil),
				classes: measure.ClassesOf(nps), want: []string{"detractors 140/200", "passives 104/130", "promoters 182/200"},
			},
			"retailer": {
				claim: claimOf(t, known, again, ces, repeat.set(plan.Time{Event: "surveyed_at"}, "customer_id", keyed("customer_id")),
					effort.set(plan.Time{Event: "answered_at"}, "customer_id", keyed("response_id")), func(c *Claim) { c.Level.Index = plan.Vouched }),
				classes: measure.ClassesOf(ces), want: []string{"high effort 48/240", "low effort 96/240"},
			},
		} {
			statements, err := PlanClaim(e.dialect, test.claim)
			if err != nil {
				t.Fatal(err)
			}
			table, err := e.run(statements.Cells)
			if err != nil {
				t.Fatal(err)
			}
			cells, err := statements.FoldCells(table)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, byClass(t, cells, test.classes)); diff != "" {
				t.Errorf("%s: %s (-want +got):\n%s", e.dialect, name, diff)
			}
		}
	}
}

// errorOf is the failure of a claim that cannot be planned.
func errorOf(t *testing.T, ask Claim) string {
	t.Helper()
	_, err := PlanClaim(DuckDB, ask)
	var failed *Error
	if !errors.As(err, &failed) {
		t.Fatalf("planned, or failed as %T: %v", err, err)
	}
	return failed.Error()
}
