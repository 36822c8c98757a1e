package planstep_test

import (
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
)

// joining makes a composite of two parts of inputs.
func joining(first, second string) func(*v1alpha1.CPIDefinition) {
	posts := v1alpha1.Goalposts{Worst: new(v1alpha1.Value("-20")), Best: new(v1alpha1.Value("60"))}
	return func(cpi *v1alpha1.CPIDefinition) {
		cpi.UID = types.UID("uid-" + cpi.Name)
		cpi.Spec.DatasetRef, cpi.Spec.Responses = nil, nil
		cpi.Spec.Measure = &v1alpha1.Measure{Composite: &v1alpha1.Composite{Method: "Geometric", MissingPart: "NoValue", Parts: []v1alpha1.CompositePart{
			{CPIRef: v1alpha1.LocalReference{Name: first}, Weight: "60%", Goalposts: posts},
			{CPIRef: v1alpha1.LocalReference{Name: second}, Weight: "40%", Goalposts: posts},
		}}}
	}
}

// partReport is a report with one value in October.
func partReport(name, source, formula string) v1alpha1.IndicatorReport {
	r := report(name, v1alpha1.IndicatorReportStatus{Result: &v1alpha1.ReportResult{RequestHash: formula, Periods: []v1alpha1.PeriodValue{{
		Label: "2026-10", State: "Mature", Value: "12", N: new(int64(90)), Start: new(metav1.Now()), End: new(metav1.Now()),
	}}}})
	r.Spec.DataSourceRef.Name, r.Spec.RequestHash = source, "v1-now"
	return r
}

func TestACompositeIsComputedWhereItsFirstPartIs(t *testing.T) {
	in := inputs("ours", "theirs")
	in.CPIs[1].Spec.DatasetRef.Name = "elsewhere"
	in.Reports = []v1alpha1.IndicatorReport{partReport("ours", "crm", "v1-now"), partReport("theirs", "billing", "v1-old")}
	in.CPIs = append(in.CPIs,
		*envtestkit.CPI(namespace, "index", "", joining("ours", "theirs")),
		*envtestkit.CPI(namespace, "of-billing", "", joining("theirs", "ours")),
	)
	p := assemble(t, in)
	var found *plan.Indicator
	for i := range p.Indicators {
		switch p.Indicators[i].Name {
		case "index":
			found = &p.Indicators[i]
		case "of-billing":
			t.Error("a composite whose first part is of another source is computed here too")
		}
	}
	if found == nil {
		t.Fatalf("plan has %q", names(p))
	}
	if len(found.Parts) != 2 || len(found.Parts[0].Periods) != 1 || *found.Parts[0].Periods[0].Value != 12 {
		t.Errorf("parts %+v", found.Parts)
	}
	if len(found.Parts[1].Periods) != 0 {
		t.Errorf("values of another formula are joined: %+v", found.Parts[1])
	}

	again := assemble(t, in)
	in.Reports[1].Spec.RequestHash = "v1-other"
	edited := assemble(t, in)
	if again.Indicators[0].RequestHash == edited.Indicators[0].RequestHash && again.Indicators[1].RequestHash == edited.Indicators[1].RequestHash {
		t.Error("another formula of a part is the same composite")
	}
}

func TestACompositeWithoutAPartIsSkipped(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*planstep.Inputs)
		why    string
	}{
		"missing":        {func(in *planstep.Inputs) { in.CPIs = append(in.CPIs[:1], in.CPIs[2:]...) }, "CPIDefinition theirs does not exist"},
		"no report":      {func(in *planstep.Inputs) { in.Reports = in.Reports[:1] }, "has no report yet"},
		"longer periods": {func(in *planstep.Inputs) { in.CPIs[1].Spec.Period.Grain = "Quarter" }, "has grain Quarter, longer than Month"},
		"a composite":    {func(in *planstep.Inputs) { joining("ours", "index")(&in.CPIs[1]) }, "is a composite itself"},
		"a per cent": {func(in *planstep.Inputs) {
			in.CPIs[2].Spec.Measure.Composite.Parts[0].Goalposts.Best = new(v1alpha1.Value("60%"))
		}, "write a plain number"},
		"weights": {func(in *planstep.Inputs) { in.CPIs[2].Spec.Measure.Composite.Parts[0].Weight = "50%" }, "90 %, not to 100 %"},
	} {
		t.Run(name, func(t *testing.T) {
			in := inputs("ours", "theirs")
			in.Reports = []v1alpha1.IndicatorReport{partReport("ours", "crm", "v1-now"), partReport("theirs", "crm", "v1-now")}
			in.CPIs = append(in.CPIs, *envtestkit.CPI(namespace, "index", "", joining("ours", "theirs")))
			c.change(&in)
			_, skipped, err := planstep.Assemble(in)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range skipped {
				if s.Name == "index" && strings.Contains(s.Why, c.why) {
					return
				}
			}
			t.Errorf("skipped %+v, want index for %q", skipped, c.why)
		})
	}
}
