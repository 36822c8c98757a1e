package compute_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

func TestCautionsStandAmongTheWarnings(t *testing.T) {
	w := newWorld(t)
	w.csv(t, "answers", "at,customer,a,b", "2026-10-01,x,1,5", "2026-10-02,y,5,1", "2026-10-03,z,3,4", "2026-10-04,u,9,9", "2026-10-05,v,2,")
	w.dataset("answers", event("at"), nil)
	five := measure.Scale{Min: 1, Max: 5}
	w.cpi("index", "answers", measure.Spec{Index: &measure.Index{Items: []measure.IndexItem{
		{Column: "a", Weight: 0.5, Scale: five}, {Column: "b", Weight: 0.5, Scale: five},
	}}}, nil)
	r := w.run(t)
	october := r.period("index", "2026-10")
	if october.N != 3 || october.Rejected[measure.RejectedOutOfScale] != 1 || october.Rejected[measure.RejectedMissing] != 1 {
		t.Errorf("n %d, rejected %v", october.N, october.Rejected)
	}
	if warnings := strings.Join(r.numbers("index").Warnings, "\n"); !strings.Contains(warnings, "Cronbach's alpha") {
		t.Errorf("warnings %q", warnings)
	}
}

// An answer that leaves a question out never hides an earlier whole one of the same customer.
func TestIndexKeepsTheLatestWholeAnswer(t *testing.T) {
	w := newWorld(t)
	w.csv(t, "answers", "id,at,customer,a,b",
		"1,2026-10-01,x,5,5", "2,2026-10-09,x,1,", "3,2026-10-02,y,1,1", "4,2026-10-08,y,3,3", "5,2026-10-03,z,2,4", "6,2026-10-04,z,9,1")
	w.dataset("answers", event("at"), func(d *plan.Dataset) {
		d.PrimaryKey, d.Entities = []string{"id"}, map[string]string{"customer": "customer"}
	})
	five := measure.Scale{Min: 1, Max: 5}
	w.cpi("index", "answers", measure.Spec{Index: &measure.Index{Items: []measure.IndexItem{
		{Column: "a", Weight: 0.5, Scale: five}, {Column: "b", Weight: 0.5, Scale: five},
	}}}, func(i *plan.Indicator) { i.Responses = &plan.Responses{Entity: "customer", Keep: plan.KeepLatest} })
	r := w.run(t)
	october := r.period("index", "2026-10") // x 100, y 50, z 50
	want := map[measure.Rejection]int64{measure.RejectedMissing: 1, measure.RejectedOutOfScale: 1}
	if october.N != 3 || *october.Value != 200.0/3 || !maps.Equal(october.Rejected, want) {
		t.Errorf("n %d, value %v, rejected %v", october.N, *october.Value, october.Rejected)
	}
	steps := map[string]int64{}
	for _, step := range r.numbers("index").Waterfall {
		steps[step.Step] = step.Rows
	}
	if steps["read"] != 6 || steps["duplicates"] != 1 || steps["used"] != 3 {
		t.Errorf("waterfall %v", steps)
	}
}
