package planstep_test

import (
	"encoding/json"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
)

// renewing has a claim that CPI "nps" moves renewals, compared by decision; change of the contracts' dataset.
func renewing(change func(*v1alpha1.Dataset)) planstep.Inputs {
	in := claims(inputs("loyal", "nps"), "nps")
	contracts := in.Datasets[0].DeepCopy()
	contracts.Name, contracts.UID = "contracts", "uid-contracts"
	change(contracts)
	in.Datasets = append(in.Datasets, *contracts)
	in.KPIs[0].Spec.CPIRef, in.KPIs[0].Spec.Indicator = nil, v1alpha1.Indicator{
		DatasetRef: &v1alpha1.LocalReference{Name: "contracts"}, Period: in.CPIs[0].Spec.Period,
		Measure: &v1alpha1.Measure{Renewal: &v1alpha1.Renewal{
			Decision: v1alpha1.RenewalDecision{Column: "status", Renewed: []string{"R"}, Lost: []string{"L"}}, DecidedAt: "decided_at", Grace: "30d",
		}},
	}
	in.KPIs[0].Spec.Targets[0].AtLeast = new(v1alpha1.Value("90%"))
	in.Linkages[0].Spec.PeriodLevel.AttributeOutcomeTo = "DecidedAt"
	return in
}

func TestRenewalsByDecisionHaveARowSetInThePlan(t *testing.T) {
	content, err := json.Marshal(assemble(t, renewing(func(*v1alpha1.Dataset) {})))
	if err != nil {
		t.Fatal(err)
	}
	var got plan.Plan // as the next step of the run reads it
	if err := json.Unmarshal(content, &got); err != nil {
		t.Fatal(err)
	}
	l := got.Linkages[0]
	if l.ByDecision == nil || l.KPI.Indicator == nil || l.KPI.Indicator.Dataset != "contracts" {
		t.Fatalf("linkage %+v", l)
	}
	var found *plan.Dataset
	for i, d := range got.Datasets {
		if d.Name == l.ByDecision.Indicator.Dataset {
			found = &got.Datasets[i]
		}
	}
	if found == nil || found.Decided == nil || found.Decided.Grace != 30*24*time.Hour || len(got.Datasets) != 3 {
		t.Errorf("datasets %+v", got.Datasets)
	}
}

// What is decided leaves the month in which it counted as lost. Months that were settled are kept where rows tell that they
// changed, and else computed anew; those by due date are kept either way, and the two never meet.
func TestSettledRenewalsByDecisionAreKeptIfChangesAreTold(t *testing.T) {
	for name, change := range map[string]func(*v1alpha1.Dataset){
		"": func(*v1alpha1.Dataset) {},
		"changed": func(d *v1alpha1.Dataset) {
			d.Spec.ChangedAt, d.Spec.Freshness = "changed", &v1alpha1.Freshness{Column: "loaded", Within: "26h"}
		},
	} {
		in := renewing(change)
		l := assemble(t, in).Linkages[0]
		month := func(value string) []v1alpha1.PeriodValue {
			return []v1alpha1.PeriodValue{{
				Label: "2026-08", State: "Settled", Value: value, N: new(int64(50)),
				Start: new(metav1.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)), End: new(metav1.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)),
			}}
		}
		asOf := metav1.Date(2026, time.November, 20, 0, 0, 0, 0, time.UTC)
		in.Reports = append(in.Reports, linkReport("by-nps", "crm", l.RequestHash, &v1alpha1.ReportLink{
			RequestHash: l.RequestHash, AsOf: &asOf,
			Series: []v1alpha1.LinkSeries{
				{Kind: "KPITarget", Name: "goal", RequestHash: l.KPI.Indicator.RequestHash, Periods: month("0.7")},
				{Kind: "KPITarget", Name: "goal", RequestHash: l.ByDecision.Indicator.RequestHash, AttributeOutcomeTo: "DecidedAt", Periods: month("0.8")},
			},
		}))
		l = assemble(t, in).Linkages[0]
		if due := l.KPI.Indicator.Frozen; len(due) != 1 || *due[0].Value != .7 {
			t.Errorf("changed %q: by due date %+v", name, due)
		}
		decided := l.ByDecision.Indicator
		if name == "" {
			if decided.Frozen != nil {
				t.Errorf("kept: %+v", decided.Frozen)
			}
			continue
		}
		if len(decided.Frozen) != 1 || *decided.Frozen[0].Value != .8 || !decided.FrozenAsOf.Equal(asOf.Add(-26*time.Hour)) {
			t.Errorf("by decision %+v, seen until %v", decided.Frozen, decided.FrozenAsOf)
		}
	}
}
