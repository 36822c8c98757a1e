package console

import (
	"slices"
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// tellerOf what was found of a claim on a share.
func tellerOf(t *testing.T, found *v1alpha1.ReportLink) teller {
	t.Helper()
	return teller{locale: localeOf(t, "en"), found: found, objects: demo(t), kpi: &alert.Indicator{Percent: true}}
}

// A lag's band lies on both sides of zero, and only the lag that the verdict rests on is marked.
func TestLags(t *testing.T) {
	c := tellerOf(t, nil).lags(&v1alpha1.LinkPeriods{Lag: new(int32(1)), Lags: []v1alpha1.LinkLag{
		{Lag: new(int32(0)), Statistic: "0.1", Band: "0.4"}, {Lag: new(int32(1)), Statistic: "-0.6", Band: "0.41"}, {Lag: new(int32(2)), Statistic: "0.2"}, {Lag: new(int32(3))},
	}})
	points := c.Data.Points
	if len(points) != 3 || points[0].Chosen || !points[1].Chosen || points[2].Chosen {
		t.Fatalf("%+v", points)
	}
	if p := points[1]; *p.Value != -0.6 || *p.Lower != -0.41 || *p.Upper != 0.41 || p.Row != 1 || points[2].Lower != nil || points[2].Upper != nil {
		t.Errorf("%+v %+v", p, points[2])
	}
	if want := []string{"1", "−0.60", "± 0.41"}; !slices.Equal(c.Table.Rows[1], want) {
		t.Errorf("%q", c.Table.Rows[1])
	}
	if got := c.Table.Rows[2][2]; got != dash {
		t.Errorf("a band that is not known is told as %q", got)
	}
}

// How sure an order of drivers is, and that drivers go together, is told beside their shares.
func TestInfluenceTellsWhatIsUnsettled(t *testing.T) {
	share := func(driver string, rank int32, stable bool) v1alpha1.LinkShare {
		return v1alpha1.LinkShare{Driver: driver, LinkInterval: v1alpha1.LinkInterval{Value: "0.5", Lower: "0.3", Upper: "0.7"}, Rank: &rank, Stable: &stable}
	}
	influence := &v1alpha1.LinkInfluence{RSquared: "0.4", N: new(int32(24)), Collinear: new(true), Shares: []v1alpha1.LinkShare{share("software-nps", 1, true), share("telco-support", 2, false)}}
	tell := tellerOf(t, &v1alpha1.ReportLink{Influence: influence})
	c, notes := tell.influence()
	unsettled := tell.T("influence.unsettled")
	if first, second := c.Table.Rows[0][3], c.Table.Rows[1][3]; strings.Contains(first, unsettled) || !strings.Contains(second, unsettled) {
		t.Errorf("%q", c.Table.Rows)
	}
	if p := c.Data.Points[0]; *p.Value != 0.5 || *p.Lower != 0.3 || *p.Upper != 0.7 {
		t.Errorf("%+v", p)
	}
	if !slices.Contains(notes, tell.T("influence.collinear")) {
		t.Errorf("%q", notes)
	}
	influence.Collinear = new(false)
	if _, notes := tell.influence(); slices.Contains(notes, tell.T("influence.collinear")) {
		t.Errorf("%q", notes)
	}
}

// A chance is never told as certain, and a bound says on which side it is.
func TestChancesOfTargets(t *testing.T) {
	tell := tellerOf(t, nil)
	for p, want := range map[float64]string{0: "< 1 %", 0.004: "< 1 %", 0.01: "1 %", 0.5: "50 %", 0.99: "99 %", 0.996: "> 99 %", 1: "> 99 %"} {
		if got := tell.chance(p); got != want {
			t.Errorf("%v is told as %q, want %q", p, got, want)
		}
	}
	aim, row := tell.goal(plan.GoalChance{Goal: plan.Goal{AtMost: new(0.2)}, Label: "2026-12", Probability: new(0.25), Previous: new(0.5)})
	if aim == nil || aim.Value != 0.2 || !strings.HasPrefix(aim.Label, "≤ 20 %") || row[2] != "25 %" || row[3] != "50 %" {
		t.Errorf("%+v %q", aim, row)
	}
	if aim, _ := tell.goal(plan.GoalChance{Goal: plan.Goal{AtLeast: new(0.8)}}); aim == nil || aim.Label != "≥ 80 %" {
		t.Errorf("%+v", aim)
	}
	if aim, row := tell.goal(plan.GoalChance{Label: "2026-12", Reason: "NoTargets"}); aim != nil || row[2] == dash || row[3] != dash {
		t.Errorf("%+v %q", aim, row)
	}
}

// A guardrail that cannot be judged says why; one that got worse does not hold.
func TestGuardrailsSayWhatTheyDo(t *testing.T) {
	state := func(worse *bool, reason string) v1alpha1.LinkGuardrailState {
		return v1alpha1.LinkGuardrailState{Driver: "software-nps", Worse: worse, Reason: reason}
	}
	tell := tellerOf(t, &v1alpha1.ReportLink{Divergence: &v1alpha1.LinkDivergence{Guardrails: []v1alpha1.LinkGuardrailState{
		state(new(false), ""), state(new(true), ""), state(new(false), "NoSuchPeriod"), state(nil, "NoSuchPeriod"),
	}}})
	rows := tell.guardrails().Rows
	holds, worse, why := tell.T("guardrail.holds"), tell.T("guardrail.worse"), tell.Word("linkreason", "NoSuchPeriod")
	for i, want := range []string{holds, worse, why, why} {
		if got := rows[i]; got[1] != want || got[2] != dash || got[3] != dash || got[4] != dash {
			t.Errorf("%d: %q, want %q", i, got, want)
		}
	}
	if holds == worse || holds == why || worse == why {
		t.Errorf("%q %q %q", holds, worse, why)
	}
}

// p and q are told apart, as are what was compared as it is and like with like.
func TestNumbersOfDriversAreTheirOwn(t *testing.T) {
	found := &v1alpha1.ReportLink{Drivers: []v1alpha1.LinkFinding{{Driver: "nps", P: "0.0004", Q: "0.0321"}}}
	l := &v1alpha1.CPILinkage{Spec: v1alpha1.CPILinkageSpec{Drivers: []v1alpha1.LinkDriver{{CPIRef: v1alpha1.LocalReference{Name: "nps"}}, {CPIRef: v1alpha1.LocalReference{Name: "ease"}}}}}
	rows := tellerOf(t, found).drivers(l)
	if rows[0].P != "< 0.001" || rows[0].Q != "0.032" || rows[1].P != dash || rows[1].Q != dash || rows[1].Verdict != "Pending" {
		t.Errorf("%+v", rows)
	}
	difference := &v1alpha1.LinkInterval{Value: "0.2", Lower: "0.1", Upper: "0.3"}
	tell := tellerOf(t, nil)
	for _, c := range []struct {
		adjusted *v1alpha1.LinkAdjusted
		want     string
	}{
		{&v1alpha1.LinkAdjusted{RiskDifference: &v1alpha1.LinkInterval{Value: "0.1", Lower: "-0.1", Upper: "0.3"}}, "+10.0 pp [−10.0, 30.0]"},
		{&v1alpha1.LinkAdjusted{Reason: "TooFewRows"}, tell.Word("linkreason", "TooFewRows")},
		{&v1alpha1.LinkAdjusted{}, dash},
	} {
		row := tell.measures(&v1alpha1.LinkCustomers{RiskDifference: difference, Adjusted: c.adjusted}).Rows[0]
		if !strings.HasPrefix(row[1], "+20.0 pp") || row[2] != c.want {
			t.Errorf("%q, want %q", row, c.want)
		}
	}
}

// Before a forecast stand the KPI's last two years of results, and nothing that still moves.
func TestCourseBeforeAForecast(t *testing.T) {
	tell := tellerOf(t, &v1alpha1.ReportLink{})
	kpi, err := tell.objects.View("KPITarget", "software-renewal")
	if err != nil {
		t.Fatal(err)
	}
	tell.kpi = kpi
	first := kpi.Result.Periods[0]
	for n := range 60 {
		p := first
		p.Label, p.Start, p.State = p.Start.AddDate(0, n-60, 0).Format("2006-01"), p.Start.AddDate(0, n-60, 0), plan.Settled
		kpi.Result.Periods = slices.Insert(kpi.Result.Periods, n, p)
	}
	course := tell.course()
	for _, p := range course {
		if p.State != plan.Mature && p.State != plan.Settled {
			t.Errorf("%+v", p)
		}
	}
	if len(course) != 24 || !course[0].Start.Before(course[23].Start) {
		t.Errorf("%d periods from %s to %s", len(course), course[0].Label, course[len(course)-1].Label)
	}
}
