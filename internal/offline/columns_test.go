package offline

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
)

// columnFindings as line: field: message.
func columnFindings(t *testing.T, n *Namespace, binds ...string) []string {
	t.Helper()
	opts := Options{Now: monday, Scratch: t.TempDir(), Log: slog.New(slog.DiscardHandler)}
	for _, text := range binds {
		b, err := ParseBind(text)
		if err != nil {
			t.Fatal(err)
		}
		opts.Binds = append(opts.Binds, b)
	}
	found, err := n.ValidateColumns(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range found {
		out = append(out, fmt.Sprintf("%d: %s: %s: %s", f.Line, f.Object, f.Field, f.Message))
	}
	return out
}

func TestColumnsOfTheSamples(t *testing.T) {
	if found := columnFindings(t, load(t, "../../config/samples")); len(found) > 0 {
		t.Errorf("%q", found)
	}
}

// What is named and is not there is told where it stands, with what may have been meant.
func TestColumns(t *testing.T) {
	rows := write(t, "answers.csv", "id,score,answered_at,plan\n1,10,2026-01-01,basic\n2,9,2026-01-02,pro\n3,3,2026-01-03,pro\n")
	plain := strings.Replace(survey, "entities: {customer: id}}", "entities: {customer: id}, time: {event: {column: answered_at}}}", 1)
	for name, c := range map[string]struct {
		old, text string
		want      []string
	}{
		"all there": {"", "", nil},
		"indicator": {"score: score", "score: Score", []string{`21: CPIDefinition/nps: spec.measure.netPromoterScore.score: Dataset "answers" has no column "Score"; did you mean score?`}},
		"entity":    {"customer: id", "customer: customer_id", []string{`10: Dataset/answers: spec.entities.customer: Dataset "answers" has no column "customer_id"; it has answered_at, id, plan, score`}},
		"time":      {"column: answered_at", "column: answeredat", []string{`10: Dataset/answers: spec.time.event.column: Dataset "answers" has no column "answeredat"; did you mean answered_at?`}},
		"no time":   {"column: answered_at", "column: plan", []string{`10: Dataset/answers: spec.time: time column "plan" of dataset answers holds text; declare it under columns with type Date or Timestamp`}},
		"breakdown": {"  quality:", "  breakdowns: [{by: [region]}]\n  quality:", []string{`23: CPIDefinition/nps: spec.breakdowns[0].by[0]: Dataset "answers" has no column "region"; it has answered_at, id, plan, score`}},
		"condition": {"  quality:", "  where:\n  - {column: paln, operator: Exists}\n  quality:", []string{`24: CPIDefinition/nps: spec.where[0].column: Dataset "answers" has no column "paln"; did you mean plan?`}},
	} {
		text := strings.Replace(plain, c.old, c.text, 1)
		if c.old == "" {
			text = plain
		}
		if got := columnFindings(t, load(t, write(t, "nps.yaml", text)), "crm/answers=file:"+rows); !slices.Equal(got, c.want) {
			t.Errorf("%s: %s", name, cmp.Diff(c.want, got))
		}
	}
	if found := columnFindings(t, load(t, write(t, "nps.yaml", strings.Replace(plain, "score: score", "score: nothing", 1)))); len(found) > 0 {
		t.Errorf("nobody has looked: %q", found)
	}
}

// SQL of a dataset is understood by its engine.
func TestColumnsInSQL(t *testing.T) {
	rows := write(t, "answers.csv", "id,score,plan\n1,10,basic\n2,9,pro\n")
	for sql, want := range map[string]string{
		`columns: [{name: tier, type: Text, expr: "upper(plan)"}]`:                           "",
		`columns: [{name: tier, type: Text, expr: "upper(paln)"}]`:                           "spec.columns[0].expr: ",
		`filters: [{name: real, expr: "plan <> 'test'"}]`:                                    "",
		`filters: [{name: real, expr: "plan <> 'test'"}, {name: b, expr: "paln <> 'test'"}]`: "spec.filters[1].expr: ",
	} {
		text := strings.Replace(survey, "entities: {customer: id}}", "entities: {customer: id}, "+sql+"}", 1)
		got := columnFindings(t, load(t, write(t, "nps.yaml", text)), "crm/answers=file:"+rows)
		switch {
		case want == "" && len(got) > 0, want != "" && (len(got) != 1 || !strings.Contains(got[0], "10: Dataset/answers: "+want) || !strings.Contains(got[0], "paln")):
			t.Errorf("%s: %q, want %q", sql, got, want)
		}
	}
}

// Columns of a second dataset are looked for there.
func TestColumnsOfAnotherDataset(t *testing.T) {
	spec := v1alpha1.Indicator{
		DatasetRef: &v1alpha1.LocalReference{Name: "complaints"},
		Where:      []v1alpha1.Condition{{Column: "open"}},
		Measure: &v1alpha1.Measure{Rate: &v1alpha1.Rate{
			Events:   &v1alpha1.ColumnReference{Column: "number"},
			Exposure: v1alpha1.Exposure{DatasetRef: &v1alpha1.LocalReference{Name: "orders"}, Column: "quantity"},
		}},
	}
	want := []columnReference{
		{"spec.where[0].column", "complaints", "open"},
		{"spec.measure.rate.events.column", "complaints", "number"},
		{"spec.measure.rate.exposure.column", "orders", "quantity"},
	}
	got := columnsIn(v1alpha1.CPIDefinitionSpec{Indicator: spec}, "")
	slices.SortFunc(got, func(a, b columnReference) int { return strings.Compare(a.column, b.column) })
	slices.SortFunc(want, func(a, b columnReference) int { return strings.Compare(a.column, b.column) })
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(columnReference{})); diff != "" {
		t.Error(diff)
	}
}
