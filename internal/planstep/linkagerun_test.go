package planstep_test

import (
	"errors"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
)

// apart is a claim that answers in source billing tell of what happens in source crm, customer by customer.
func apart() planstep.Inputs {
	in := inputs("loyal")
	for i := range in.Datasets {
		in.Datasets[i].Spec.Entities = map[string]v1alpha1.Identifier{"customer": "customer", "contact": "contact"}
	}
	in.Sources = []v1alpha1.DataSource{*in.Source, *envtestkit.DataSource(namespace, "billing")}
	far := envtestkit.CPI(namespace, "far", "elsewhere", func(cpi *v1alpha1.CPIDefinition) { cpi.UID = "uid-far" })
	in.CPIs = append(in.CPIs, *far)
	in.KPIs = []v1alpha1.KPITarget{{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "goal", UID: "uid-goal"},
		Spec: v1alpha1.KPITargetSpec{Title: "Goal", Indicator: v1alpha1.Indicator{
			DatasetRef: &v1alpha1.LocalReference{Name: "survey"}, Period: far.Spec.Period,
			Measure: &v1alpha1.Measure{Share: &v1alpha1.Share{Of: []v1alpha1.Condition{{Column: "bought", Operator: "In", Values: []string{"yes"}}}, Direction: "HigherIsBetter"}},
		}, Targets: []v1alpha1.Target{{From: "2026-01-01", AtLeast: new(v1alpha1.Value("40%"))}}},
	}}
	in.Linkages = []v1alpha1.CPILinkage{{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "by-far", UID: "uid-by-far"},
		Spec: v1alpha1.CPILinkageSpec{
			KPIRef:        v1alpha1.LocalReference{Name: "goal"},
			Drivers:       []v1alpha1.LinkDriver{{CPIRef: v1alpha1.LocalReference{Name: "far"}, Expected: "Positive"}},
			CustomerLevel: &v1alpha1.LinkCustomerLevel{Unit: "customer", Index: "Exposure", ExposureWindow: "90d", FollowUp: "90d"},
		},
	}}
	return in
}

func TestClaimOverTwoSourcesHasARunOfItsOwn(t *testing.T) {
	in := apart()
	in.Linkage = "by-far"
	got := assemble(t, in)
	if len(got.Linkages) != 1 || got.Linkages[0].Other != "billing" || len(got.Indicators) != 0 {
		t.Fatalf("%d indicators, linkages %+v", len(got.Indicators), got.Linkages)
	}
	if len(got.Others) != 1 || got.Others[0].Name != "billing" || got.Source.Name != "crm" {
		t.Errorf("sources %s and %+v", got.Source.Name, got.Others)
	}
	if own, other := got.Source.Files.Tables[0].Path, got.Others[0].Files.Tables[0].Path; own == other {
		t.Errorf("both sources have one file at %s", own)
	}
	of := map[string]string{}
	for _, d := range got.Datasets {
		of[d.Name] = d.Source
	}
	if len(of) != 2 || of["survey"] != "" || of["elsewhere"] != "billing" {
		t.Errorf("datasets are of %v", of)
	}
}

func TestSourcesLeaveAClaimOverTwoToItsRun(t *testing.T) {
	in := apart()
	if got := assemble(t, in); len(got.Linkages) != 0 || len(got.Others) != 0 || len(got.Indicators) != 2 {
		t.Errorf("source crm: %d indicators, linkages %v", len(got.Indicators), got.Linkages)
	}
	in.Source = envtestkit.DataSource(namespace, "billing")
	if got := assemble(t, in); len(got.Linkages) != 0 || len(got.Indicators) != 1 {
		t.Errorf("source billing: %d indicators, linkages %v", len(got.Indicators), got.Linkages)
	}
	// A claim within one source, or by periods alone, has no run of its own, whatever asks for one.
	in = apart()
	in.Linkage = "by-far"
	in.Linkages[0].Spec.Drivers[0].CPIRef.Name = "loyal"
	if got := assemble(t, in); len(got.Linkages) != 0 {
		t.Errorf("within one source: %v", got.Linkages)
	}
}

func TestSecondSourceThatIsGone(t *testing.T) {
	in := apart()
	in.Linkage, in.Sources = "by-far", in.Sources[:1]
	in.Reports = []v1alpha1.IndicatorReport{linkReport("by-far", "crm", "any", nil)}
	got, skipped, err := planstep.Assemble(in)
	if err != nil && !errors.Is(err, planstep.ErrInvalid) || len(got.Linkages) != 0 || err == nil && len(skipped) == 0 {
		t.Errorf("%v, skipped %v, linkages %v", err, skipped, got.Linkages)
	}
}
