package planstep_test

import (
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
)

// claims adds a KPI that is a goal on CPI "loyal", and a claim on it for each driver.
func claims(in planstep.Inputs, drivers ...string) planstep.Inputs {
	in.KPIs = append(in.KPIs, v1alpha1.KPITarget{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "goal", UID: "uid-goal"},
		Spec: v1alpha1.KPITargetSpec{Title: "Goal", CPIRef: &v1alpha1.LocalReference{Name: "loyal"},
			Targets: []v1alpha1.Target{{From: "2026-01-01", AtLeast: new(v1alpha1.Value("40"))}}},
	})
	for _, driver := range drivers {
		in.Linkages = append(in.Linkages, v1alpha1.CPILinkage{
			ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "by-" + driver, UID: types.UID("uid-by-" + driver)},
			Spec: v1alpha1.CPILinkageSpec{KPIRef: v1alpha1.LocalReference{Name: "goal"}, PeriodLevel: &v1alpha1.LinkPeriodLevel{},
				Drivers: []v1alpha1.LinkDriver{{CPIRef: v1alpha1.LocalReference{Name: driver}, Expected: "Positive"}}},
		})
	}
	return in
}

func linkReport(name, source, formula string, link *v1alpha1.ReportLink) v1alpha1.IndicatorReport {
	return v1alpha1.IndicatorReport{
		Spec: v1alpha1.IndicatorReportSpec{
			IndicatorRef: v1alpha1.IndicatorReference{Kind: "CPILinkage", Name: name, UID: "uid-" + name}, RequestHash: formula,
			DataSourceRef: v1alpha1.LocalReference{Name: source},
		},
		Status: v1alpha1.IndicatorReportStatus{Link: link},
	}
}

func TestClaimsOnItsKPIsAreInThePlan(t *testing.T) {
	in := claims(inputs("loyal", "nps"), "nps")
	got := assemble(t, in)
	if len(got.Linkages) != 1 || len(got.Datasets) != 1 {
		t.Fatalf("%d linkages, %d datasets", len(got.Linkages), len(got.Datasets))
	}
	l := got.Linkages[0]
	if l.KPI.Key != (plan.Key{Kind: "KPITarget", Name: "goal"}) || l.KPI.Indicator == nil || l.Drivers[0].Indicator.Period.History != 60 || *l.Goals[0].AtLeast != 40 {
		t.Errorf("linkage %+v", l)
	}
	in.Source.Name = "billing"
	if other := assemble(t, in); len(other.Linkages) != 0 {
		t.Error("another source's run tests it too")
	}
}

// What was settled under the same formula is not computed again, even if the claim is another one by now.
func TestSettledSeriesAreFrozen(t *testing.T) {
	in := claims(inputs("loyal", "nps"), "nps")
	formula := assemble(t, in).Linkages[0].Drivers[0].Indicator.RequestHash
	month := func(m time.Month, state string) v1alpha1.PeriodValue {
		return v1alpha1.PeriodValue{
			Label: "x", State: state, Value: "31.5", N: new(int64(50)),
			Start: new(metav1.Date(2026, m, 1, 0, 0, 0, 0, time.UTC)), End: new(metav1.Date(2026, m+1, 1, 0, 0, 0, 0, time.UTC)),
		}
	}
	asOf := metav1.Date(2026, time.November, 20, 0, 0, 0, 0, time.UTC)
	in.Reports = append(in.Reports, linkReport("by-nps", "crm", "l1-other", &v1alpha1.ReportLink{
		RequestHash: "l1-other", AsOf: &asOf,
		Series: []v1alpha1.LinkSeries{
			{Kind: "KPITarget", Name: "goal", RequestHash: "v1-other", Periods: []v1alpha1.PeriodValue{month(8, "Settled")}},
			{Kind: "CPIDefinition", Name: "nps", RequestHash: formula, Periods: []v1alpha1.PeriodValue{month(8, "Settled"), month(9, "Mature")}},
		},
	}))
	l := assemble(t, in).Linkages[0]
	if frozen := l.Drivers[0].Indicator.Frozen; len(frozen) != 1 || *frozen[0].Value != 31.5 || !l.Drivers[0].Indicator.FrozenAsOf.Equal(asOf.Time) {
		t.Errorf("frozen %+v", frozen)
	}
	if l.KPI.Indicator.Frozen != nil {
		t.Error("values of another formula are kept")
	}
	in.Linkages[0].Annotations = map[string]string{v1alpha1.RestateAnnotation: "again"}
	if l := assemble(t, in).Linkages[0]; l.Drivers[0].Indicator.Frozen != nil || l.Restatement != "again" {
		t.Errorf("a restatement leaves %+v", l.Drivers[0].Indicator.Frozen)
	}
}

// A driver of another source hands in what its report holds; other links of the KPI that this run does not test hand
// in how probable they were.
func TestWhatOtherRunsFoundIsHandedIn(t *testing.T) {
	in := claims(inputs("loyal", "nps", "far"), "far", "nps")
	in.CPIs[2].Spec.DatasetRef.Name = "elsewhere"
	values := report("far", v1alpha1.IndicatorReportStatus{Result: &v1alpha1.ReportResult{RequestHash: "v1-far", Periods: []v1alpha1.PeriodValue{{Label: "2026-10", State: "Mature", Value: "12"}}}})
	values.Spec.RequestHash, values.Spec.DataSourceRef.Name = "v1-far", "billing"
	dead := linkReport("by-nps", "crm", "", &v1alpha1.ReportLink{Drivers: []v1alpha1.LinkFinding{{
		Driver: "nps", P: "0.03",
		Customers: &v1alpha1.LinkCustomers{P: "0.01", Adjusted: &v1alpha1.LinkAdjusted{P: "0.03"}},
		Periods:   &v1alpha1.LinkPeriods{P: "0.5"},
	}}})
	for _, l := range assemble(t, in).Linkages {
		if l.Name == "by-nps" {
			dead.Spec.RequestHash, dead.Status.Link.RequestHash = l.RequestHash, l.RequestHash
		}
	}
	dead.Status.Attempt = &v1alpha1.ReportAttempt{RequestHash: dead.Spec.RequestHash, Kills: new(int32(2)), SourceGeneration: new(int64(0))}
	in.Reports = append(in.Reports, values, dead)
	out, skipped, err := planstep.Assemble(in)
	if err != nil || len(out.Linkages) != 1 || len(skipped) != 1 || !strings.Contains(skipped[0].Why, "quarantined") {
		t.Fatalf("%d linkages, skipped %v, %v", len(out.Linkages), skipped, err)
	}
	l := out.Linkages[0]
	if d := l.Drivers[0]; d.Indicator != nil || d.Refused != nil || len(d.Periods) != 1 || *d.Periods[0].Value != 12 {
		t.Errorf("driver %+v", d)
	}
	if !slices.Equal(l.Family, []float64{0.03, 0.5}) { // both levels, each as it was judged
		t.Errorf("family %v", l.Family)
	}
}

// Goals on one CPI are moved by the same drivers, whichever run tests a claim, and what a run reads of other claims'
// reports is what it needs of them.
func TestFamilyFollowsTheCPIAcrossRuns(t *testing.T) {
	c, ns := envtestkit.Client(t), envtestkit.Namespace(t)
	goal := func(name string) *v1alpha1.KPITarget {
		return &v1alpha1.KPITarget{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name}, Spec: v1alpha1.KPITargetSpec{
			Title: name, Category: "CustomerGoal", Owner: v1alpha1.Owner{Team: "sales"}, CPIRef: &v1alpha1.LocalReference{Name: "loyal"},
			Targets: []v1alpha1.Target{{From: "2026-01-01", AtLeast: new(v1alpha1.Value("40"))}},
		}}
	}
	claim := func(name, kpi, driver string) *v1alpha1.CPILinkage {
		return &v1alpha1.CPILinkage{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name}, Spec: v1alpha1.CPILinkageSpec{
			KPIRef: v1alpha1.LocalReference{Name: kpi}, PeriodLevel: &v1alpha1.LinkPeriodLevel{},
			Drivers: []v1alpha1.LinkDriver{{CPIRef: v1alpha1.LocalReference{Name: driver}, Expected: "Positive"}},
		}}
	}
	apart := claim("apart", "goal", "far")
	apart.Spec.PeriodLevel, apart.Spec.CustomerLevel = nil, &v1alpha1.LinkCustomerLevel{Unit: "customer", Index: "Exposure", ExposureWindow: "90d", FollowUp: "90d"}
	envtestkit.Create(t, c, envtestkit.DataSource(ns, "crm"), envtestkit.DataSource(ns, "billing"),
		envtestkit.Dataset(ns, "survey", "crm"), envtestkit.Dataset(ns, "elsewhere", "billing"),
		envtestkit.CPI(ns, "loyal", "survey"), envtestkit.CPI(ns, "nps", "survey"), envtestkit.CPI(ns, "far", "elsewhere"),
		goal("goal"), goal("another-goal"), apart, claim("near", "another-goal", "nps"), claim("unconcerned", "revenue", "nps"))
	report := linkReport("apart", "crm", "l1-apart", nil)
	report.Namespace, report.Name = ns, "link-apart"
	report.Spec.IndicatorRef.UID, report.Spec.ServiceAccountName = string(apart.UID), "apart-cpilink"
	envtestkit.Create(t, c, &report)
	report.Status.Link = &v1alpha1.ReportLink{RequestHash: "l1-apart", Drivers: []v1alpha1.LinkFinding{{
		Driver: "far", Verdict: "InsufficientData", P: "0.5",
		Customers: &v1alpha1.LinkCustomers{P: "0.01", Adjusted: &v1alpha1.LinkAdjusted{P: "0.03"}}, Periods: &v1alpha1.LinkPeriods{P: "0.5"},
	}}}
	if err := c.Status().Update(t.Context(), &report); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "plan.json")
	step := planstep.Step{Client: c, Namespace: ns, Source: "crm", Run: "crm-cpi-1", Now: time.Now(), Output: path, Log: slog.New(slog.DiscardHandler)}
	if err := step.Do(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, err := plan.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Linkages) != 1 || got.Linkages[0].Moves != (plan.Key{Kind: "CPIDefinition", Name: "loyal"}) {
		t.Fatalf("linkages %+v", got.Linkages)
	}
	if family := got.Linkages[0].Family; !slices.Equal(family, []float64{0.03, 0.5}) {
		t.Errorf("family %v", family)
	}
}

// A claim whose data source rests keeps its findings, and stays in the family; one that cannot be tested as it stands leaves.
func TestOnlyWithdrawnClaimsLeaveTheFamily(t *testing.T) {
	for verdict, want := range map[string]int{"NotSupported": 1, "": 0} {
		in := claims(inputs("loyal", "nps", "far"), "far", "nps")
		in.Linkages[1].Spec.Drivers[0].CPIRef.Name = "gone" // not tested by this run
		in.Linkages[1].Status = v1alpha1.CPILinkageStatus{Verdict: verdict, Conditions: []metav1.Condition{{Type: v1alpha1.ConditionReady, Status: "False"}}}
		in.Reports = append(in.Reports, linkReport("by-nps", "billing", "l1-x", &v1alpha1.ReportLink{
			RequestHash: "l1-x", Drivers: []v1alpha1.LinkFinding{{Driver: "gone", Periods: &v1alpha1.LinkPeriods{P: "0.2"}}},
		}))
		if got := assemble(t, in).Linkages; len(got) != 1 || len(got[0].Family) != want {
			t.Errorf("verdict %q: %+v", verdict, got)
		}
	}
}

func TestClaimsThatCannotBeTestedAreLeftOut(t *testing.T) {
	in := claims(inputs("loyal", "nps"), "nps", "loyal", "gone")
	in.Reports = append(in.Reports, linkReport("by-gone", "crm", "l1-x", nil))
	_, skipped, err := planstep.Assemble(in)
	if err != nil || len(skipped) != 2 {
		t.Fatalf("skipped %v, %v", skipped, err)
	}
	for i, want := range []string{"a CPI cannot move itself", `CPIDefinition "gone" does not exist`} {
		if !strings.Contains(skipped[i].Why, want) {
			t.Errorf("%s is left out: %s", skipped[i], skipped[i].Why)
		}
	}
}
