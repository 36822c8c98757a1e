package publish_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
)

// claim adds a linkage with its report to a run.
func (r *run) claim(name string) plan.Linkage {
	r.Helper()
	report := &v1alpha1.IndicatorReport{
		ObjectMeta: metav1.ObjectMeta{Namespace: r.namespace, Name: planstep.ReportName(plan.KindLinkage, name)},
		Spec: v1alpha1.IndicatorReportSpec{
			IndicatorRef: v1alpha1.IndicatorReference{Kind: plan.KindLinkage, Name: name, UID: "uid-" + name}, RequestHash: "l1-abc",
			DataSourceRef: v1alpha1.LocalReference{Name: source}, ServiceAccountName: "crm-cpi",
		},
	}
	envtestkit.Create(r, r.client, report)
	r.reports[name] = report
	l := plan.Linkage{Key: plan.Key{Kind: plan.KindLinkage, Name: name}, UID: "uid-" + name, RequestHash: "l1-abc", Confidence: 0.95}
	r.plan.Linkages = append(r.plan.Linkages, l)
	return l
}

// tested writes what a run found of a claim.
func (r *run) tested(l plan.Linkage, link plan.Link) {
	r.Helper()
	must(r, r.results.WriteResult(len(r.plan.Indicators), plan.Result{Key: l.Key, UID: l.UID, RequestHash: l.RequestHash, Run: r.plan.Run, Link: &link}))
	r.done(plan.Done{Succeeded: 1})
}

// series of so many settled months, the last one mature.
func months(n int) []plan.PeriodResult {
	var out []plan.PeriodResult
	first := time.Date(2021, time.January, 1, 0, 0, 0, 0, time.UTC)
	for i := range n {
		start := first.AddDate(0, i, 0)
		p := plan.PeriodResult{Label: start.Format("2006-01"), Start: start, End: first.AddDate(0, i+1, 0), State: plan.Settled}
		p.Estimate = measure.Estimate{Value: new(31.25 + float64(i)/7), Lower: new(30.125), Upper: new(40.5), N: 1204, Numerator: new(376.0), Denominator: new(1204.0), Rejected: map[measure.Rejection]int64{measure.RejectedMissing: 3}}
		out = append(out, p)
	}
	out[n-1].State = plan.Mature
	return out
}

func found(drivers, periods int) plan.Link {
	out := plan.Link{
		Unit: "ratio",
		Divergence: &plan.Divergence{Diverging: true, Label: "2026-10", Since: "2026-09", KPIGood: new(true), Guardrails: []plan.GuardrailState{{Driver: "nps-0", MinWorsening: 5}},
			Lost: []plan.GuardrailState{{Driver: "nps-0", Worse: true, Loss: new(6.5), Q: new(0.001), MinWorsening: 5}}, LostIn: "2026-09", Clean: 1},
		Influence: &plan.Influence{Method: "LMG", RSquared: 0.41, N: 54, Shares: []plan.InfluenceShare{{Driver: "nps-0", Bounded: plan.Bounded{Value: 0.7, Lower: 0.5, Upper: 0.8}, Rank: 1}}, TopActions: []string{"nps-0"}},
		Forecast:  &plan.Forecast{Reason: "NoConfirmedDriver"},
		Series:    []plan.LinkSeries{{Key: plan.Key{Kind: "KPITarget", Name: "renewal"}, RequestHash: "v1-kpi", Periods: months(periods)}},
	}
	for i := range drivers {
		name := fmt.Sprintf("nps-%d", i)
		out.Drivers = append(out.Drivers, plan.DriverFinding{
			Driver: name, Verdict: plan.Supported, Sentence: "+21.0 points renewals, 13.4 to 28.4.",
			Effect: &plan.LinkEffect{Level: "Customers", Value: 0.21, Lower: 0.134, Upper: 0.284, N: 400}, P: new(1.16e-7), Q: new(3e-123),
			Customers: &plan.CustomerLink{
				Cohorts:        []plan.Cohort{{Name: "promoters", N: 200, Outcomes: 182}, {Name: "detractors", N: 200, Outcomes: 140}},
				RiskDifference: &plan.Bounded{Value: 0.21, Lower: 0.13389199, Upper: 0.28419634}, P: new(1.16e-7), SQL: strings.Repeat("SELECT 1; ", 500),
				To: time.Date(2026, time.November, 21, 12, 0, 0, 0, time.UTC),
			},
			Periods: &plan.PeriodLink{Reason: "TooFewPeriods", N: 11},
		})
		out.Series = append(out.Series, plan.LinkSeries{Key: plan.Key{Kind: "CPIDefinition", Name: name}, RequestHash: "v1-" + name, Periods: months(periods)})
	}
	return out
}

func TestFindingsAreWrittenWhenTheyChange(t *testing.T) {
	r := newRun(t)
	l := r.claim("support")
	r.tested(l, found(1, 24))
	if got := r.publish(); got.Succeeded != 1 || got.Unchanged != 0 {
		t.Errorf("summary %+v", got)
	}
	first := r.report("support")
	link := first.Status.Link
	d := link.Drivers[0]
	if first.Status.Result != nil || first.Status.Attempt.Outcome != "Succeeded" || d.Effect.Value != "0.21" || d.P != "1.16e-07" || d.Q != "3e-123" ||
		*d.Customers.Cohorts[1].Outcomes != 140 || d.Customers.RiskDifference.Lower != "0.13389199" || *d.Periods.N != 11 || *link.Divergence.Diverging != true {
		content, _ := json.MarshalIndent(first.Status, "", " ")
		t.Errorf("report %s", content)
	}
	if v := planstep.Found(link).Divergence; !v.Diverging || v.LostIn != "2026-09" || v.Clean != 1 || v.Guardrails[0].Worse || *v.Lost[0].Loss != 6.5 || *v.Lost[0].Q != 0.001 {
		t.Errorf("divergence %+v", v)
	}
	if p := link.Series[1].Periods[0]; p.Label != "2021-01" || p.Rejected != nil || p.Numerator != "376" {
		t.Errorf("period %+v", p)
	}

	// The clock alone is no news, and a failure leaves the findings.
	r.anew()
	r.plan.Now = r.plan.Now.Add(time.Hour)
	same := found(1, 24)
	same.Drivers[0].Customers.To = same.Drivers[0].Customers.To.Add(time.Hour)
	r.tested(l, same)
	if got := r.publish(); got.Unchanged != 1 {
		t.Errorf("summary %+v", got)
	}
	if again := r.report("support"); again.ResourceVersion != first.ResourceVersion {
		t.Error("written though nothing changed")
	}
	r.anew()
	must(r, r.results.WriteResult(0, plan.Result{Key: l.Key, UID: l.UID, RequestHash: l.RequestHash, Run: r.plan.Run, Failure: &plan.Failure{Reason: plan.QueryFailed, Message: "No."}}))
	r.done(plan.Done{Failed: 1})
	r.publish()
	if s := r.report("support").Status; s.Attempt.Outcome != "Failed" || s.Attempt.Reason != "QueryFailed" || s.Link == nil {
		t.Errorf("status %+v", s)
	}

	r.anew()
	other := found(1, 24)
	other.Drivers[0].Verdict = plan.Conflicting
	r.tested(l, other)
	r.publish()
	if s := r.report("support").Status; s.Link.Drivers[0].Verdict != "Conflicting" || !s.Link.AsOf.Time.Equal(r.plan.Now) {
		t.Errorf("link %+v", s.Link)
	}
}

func TestManyDriversFitTheReport(t *testing.T) {
	r := newRun(t)
	l := r.claim("support")
	all := found(16, 60)
	all.Series = append(all.Series, plan.LinkSeries{Key: all.Series[0].Key, RequestHash: "v1-decided", ByDecision: true, Periods: months(60)})
	r.tested(l, all)
	if got := r.publish(); got.Succeeded != 1 {
		t.Fatalf("summary %+v", got)
	}
	link := r.report("support").Status.Link
	content, err := json.Marshal(link)
	if err != nil || len(content) > 64<<10 {
		t.Errorf("%d bytes, %v", len(content), err)
	}
	newest := link.Series[16].Periods
	if len(link.Drivers) != 16 || len(newest) == 0 && link.Drivers[15].Customers.SQL != "" || len(link.Warnings) == 0 {
		t.Errorf("%d drivers, %d periods, warnings %q", len(link.Drivers), len(newest), link.Warnings)
	}
	if s := link.Series; len(s) != 18 || s[0].AttributeOutcomeTo != "" || s[17].AttributeOutcomeTo != "DecidedAt" {
		t.Errorf("%d series", len(s))
	}
}

func TestADeadRunIsHeldAgainstTheClaimUnderWay(t *testing.T) {
	r := newRun(t)
	l := r.claim("support")
	must(r, r.results.WriteAttempt(plan.Attempt{Run: r.plan.Run, Keys: []plan.Key{l.Key}}))
	if got := r.publish(); !got.Died || got.Failed != 1 {
		t.Errorf("summary %+v", got)
	}
	if a := r.report("support").Status.Attempt; a.Reason != "EngineCrashed" || *a.Kills != 1 {
		t.Errorf("attempt %+v", a)
	}
}
