package cases

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

// expectedVerdict is what one goal says. Those of a KPITarget begin with the one it declares; the others are the same
// goal with another date or level.
type expectedVerdict struct {
	Target v1alpha1.Target
	Status alert.Status
	Reason alert.Reason
	// Period and the numbers judged; empty where nothing can be judged yet.
	Period              string
	Value, Lower, Upper *float64
	N                   int64
}

// compareTargets decides on the numbers of a run as the operator does, and compares with verdicts made by hand.
func compareTargets(t *testing.T, all map[string][]expectedVerdict, got found) {
	t.Helper()
	m := readManifests(t)
	for _, key := range slices.Sorted(maps.Keys(all)) {
		t.Run("target of "+key, func(t *testing.T) {
			namespace, name, _ := strings.Cut(key, "/KPITarget/")
			kpi := m.kpi(t, namespace, name)
			judged := key
			if kpi.Spec.CPIRef != nil { // a goal on a CPI judges its numbers
				judged = namespace + "/CPIDefinition/" + kpi.Spec.CPIRef.Name
			}
			for i, want := range all[key] {
				if i == 0 && (len(kpi.Spec.Targets) != 1 || *kpi.Spec.Targets[0].AtLeast != *want.Target.AtLeast || kpi.Spec.Targets[0].By != want.Target.By) {
					t.Errorf("declared are %+v, want %+v", kpi.Spec.Targets, want.Target)
				}
				kpi.Spec.Targets = []v1alpha1.Target{want.Target}
				compareTarget(t, want, view(t, kpi, got.indicators[judged], got.results[judged]))
			}
		})
	}
}

func (m manifests) kpi(t *testing.T, namespace, name string) *v1alpha1.KPITarget {
	t.Helper()
	for i := range m.world[namespace].KPIs {
		if k := &m.world[namespace].KPIs[i]; k.Name == name {
			return k
		}
	}
	t.Fatalf("no KPITarget %s/%s", namespace, name)
	return nil
}

// view is what decisions look at: the goal, and the numbers that it judges.
func view(t *testing.T, kpi *v1alpha1.KPITarget, judged plan.Indicator, result plan.Result) *alert.Indicator {
	t.Helper()
	if kpi.Spec.CPIRef != nil {
		if problems := resolve.Goal(kpi, judged); len(problems) > 0 {
			t.Fatal(problems)
		}
	}
	family, err := measure.Of(judged.Measure)
	if err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation(judged.Period.TimeZone)
	if err != nil {
		t.Fatal(err)
	}
	described, asked := family.Describe(), kpi.Spec.Targets[0]
	day := func(text string) time.Time {
		at, _ := time.ParseInLocation(time.DateOnly, text, zone)
		return at
	}
	level, err := asked.AtLeast.Float()
	if err != nil {
		t.Fatal(err)
	}
	return &alert.Indicator{
		Kind: alert.KPI, Name: kpi.Name, Team: kpi.Spec.Owner.Team, Formula: judged.RequestHash,
		Direction: described.Direction, Unit: described.Unit, Percent: resolve.IsPercent(judged.Measure, described),
		MinSampleSize: judged.Quality.MinSampleSize, Confidence: judged.Quality.Confidence, Period: judged.Period, Location: zone,
		Targets: []alert.Target{{From: day(asked.From), By: day(asked.By), Bound: alert.Bound{Level: level}, FiscalYear: asked.Accumulate != ""}},
		Result:  &alert.Result{Formula: judged.RequestHash, Periods: result.Numbers.Periods},
	}
}

func compareTarget(t *testing.T, want expectedVerdict, in *alert.Indicator) {
	t.Helper()
	decision := alert.Decide(in, now)
	got := decision.Condition(alert.TargetMet)
	if got.Status != want.Status || got.Reason != want.Reason {
		t.Errorf("%+v: %s %s (%s), want %s %s", want.Target, got.Status, got.Reason, got.Message, want.Status, want.Reason)
	}
	missed := slices.ContainsFunc(decision.Alerts, func(a alert.Alert) bool { return a.Name == alert.TargetMissed && a.Team == in.Team })
	if missed != (want.Reason == alert.ReasonOffTarget) {
		t.Errorf("%+v: alerts %+v", want.Target, decision.Alerts)
	}
	if want.Period == "" {
		return
	}
	e := measure.Estimate{Value: want.Value, Lower: want.Lower, Upper: want.Upper, N: want.N}
	for _, part := range []string{in.Value(e) + " " + in.Interval(e), want.Period} {
		if !strings.Contains(got.Message, part) {
			t.Errorf("%+v: %q does not tell %s", want.Target, got.Message, part)
		}
	}
}
