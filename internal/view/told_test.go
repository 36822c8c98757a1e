package view

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
)

// A status tells of this decision alone: what applies no more is removed, in the order of the conditions, and so is what a segment
// was beyond. A paused alert is shown as one that is told; those of the total are conditions.
func TestTell(t *testing.T) {
	cpi := &v1alpha1.CPIDefinition{ObjectMeta: metav1.ObjectMeta{Name: "nps", Generation: 1}}
	cpi.Status.Conditions = []metav1.Condition{{Type: "Published", Status: "True"}}
	d := Define(cpi)
	decision := alert.Decision{
		Conditions: []alert.Condition{{Type: alert.TargetMet, Status: alert.False, Reason: "OffTarget"}, {Type: alert.Computed, Status: alert.True, Reason: "Succeeded"}},
		Alerts:     []alert.Alert{{Severity: alert.Critical, Message: "of the total"}, {Severity: alert.Warning, Segment: "plan=pro", Message: "told"}},
		Withheld:   []alert.Alert{{Severity: alert.Warning, Segment: "plan=basic", Message: "paused"}},
	}
	d.Tell(&alert.Indicator{Formula: "one"}, decision, nil, "", 3, noon)
	d.Conclude()
	var types []string
	for _, c := range cpi.Status.Conditions {
		types = append(types, c.Type)
	}
	if diff := cmp.Diff([]string{"Ready", "Stalled", "Computed", "TargetMet", "Published"}, types); diff != "" {
		t.Error(diff)
	}
	var segments []string
	for _, a := range cpi.Status.SegmentAlerts {
		segments = append(segments, a.Segment+": "+a.Message)
	}
	if diff := cmp.Diff([]string{"plan=pro: told", "plan=basic: paused"}, segments); diff != "" {
		t.Error(diff)
	}
	if got := reasonOf(cpi.Status.Conditions, "Published"); got != "False SeriesCapped" {
		t.Errorf("with series left out, Published is %q", got)
	}

	before := cpi.Status.Baseline
	later := noon.Add(time.Hour)
	d.Tell(&alert.Indicator{Formula: "one"}, alert.Decision{}, nil, "DataSource crm is not ready.", 0, later)
	s := cpi.Status
	if reasonOf(s.Conditions, "TargetMet") != "" || reasonOf(s.Conditions, "Ready") != "False ReferenceNotReady" || reasonOf(s.Conditions, "Published") != "True Published" || s.SegmentAlerts != nil {
		t.Errorf("%+v", s)
	}
	if s.Baseline != before {
		t.Errorf("the same formula begins another baseline: %+v", s.Baseline)
	}
	d.Tell(&alert.Indicator{Formula: "two"}, decision, nil, "", 0, later)
	if b := cpi.Status.Baseline; b.RequestHash != "two" || !b.Since.Time.Equal(later) {
		t.Errorf("another formula keeps the baseline: %+v", b)
	}
	d.TellBlocked(&Blocked{Reason: v1alpha1.ReasonInvalid}, false, later)
	if cpi.Status.SegmentAlerts != nil {
		t.Errorf("what cannot be computed is beyond nothing: %+v", cpi.Status.SegmentAlerts)
	}
}

// A fault of a source that was edited since is not told of its indicators.
func TestAFaultOfAFormerSource(t *testing.T) {
	source := envtestkit.DataSource("demo", "crm")
	source.Generation = 2
	source.Status.Conditions = []metav1.Condition{{Type: "Ready", Status: "False", Reason: "Invalid", Message: "no host", ObservedGeneration: 2}}
	if got := invalid(source); got != "no host" {
		t.Errorf("%q", got)
	}
	source.Generation = 3
	if got := invalid(source); got != "" {
		t.Errorf("%q", got)
	}
	source.Generation, source.Status.Conditions[0].Reason = 2, "Unreachable"
	if got := invalid(source); got != "" {
		t.Errorf("to wait for what hangs on us: %q", got)
	}
}

// lookup finds objects by name.
type lookup map[string]*v1alpha1.CPIDefinition

func (l lookup) CPI(name string) (*v1alpha1.CPIDefinition, error) { return l[name], nil }
func (lookup) KPI(name string) (*v1alpha1.KPITarget, error) {
	return &v1alpha1.KPITarget{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: v1alpha1.KPITargetSpec{Owner: v1alpha1.Owner{Team: "sales"}}}, nil
}
func (lookup) Dataset(string) (*v1alpha1.Dataset, error)             { return nil, nil }
func (lookup) Source(string) (*v1alpha1.DataSource, error)           { return nil, nil }
func (lookup) Report(_, _ string) (*v1alpha1.IndicatorReport, error) { return nil, nil }

// What one of a claim's CPIs keeps within the cluster, the claim does not give away.
func TestAClaimWithholdsWhatItsDriversDo(t *testing.T) {
	drivers := lookup{"open": {}, "closed": {Spec: v1alpha1.CPIDefinitionSpec{Publish: &v1alpha1.Publish{Metrics: "None"}}}}
	for _, names := range [][]string{{"open"}, {"open", "closed"}, {"closed", "open"}, {"gone"}} {
		l := &v1alpha1.CPILinkage{}
		for _, name := range names {
			l.Spec.Drivers = append(l.Spec.Drivers, v1alpha1.LinkDriver{CPIRef: v1alpha1.LocalReference{Name: name}})
		}
		out := &ResolvedClaim{}
		if err := out.readOwners(l, drivers); err != nil || out.Withheld != slices.Contains(names, "closed") || out.Owner.Team != "sales" {
			t.Errorf("%q: %v %+v", names, err, out)
		}
	}
}

// A pause ends where the definition's days begin; a review that never was counts from when the object was created.
func TestDaysOfDefinitions(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	if got := Telling(&v1alpha1.Alerting{PausedUntil: "2026-11-20"}, berlin, false).PausedUntil; !got.Equal(time.Date(2026, 11, 19, 23, 0, 0, 0, time.UTC)) {
		t.Errorf("paused until %s", got)
	}
	created := &v1alpha1.CPIDefinition{ObjectMeta: metav1.ObjectMeta{CreationTimestamp: metav1.NewTime(noon)}}
	if got := Review(created, &v1alpha1.Review{Every: "30d"}); got == nil || !got.Last.Equal(noon) || got.Every != 30*24*time.Hour {
		t.Errorf("%+v", got)
	}
	if got := Review(created, &v1alpha1.Review{Every: "30d", LastReviewed: "2026-11-01"}); !got.Last.Equal(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v", got)
	}
	if got := Review(created, nil); got != nil {
		t.Errorf("%+v", got)
	}
}
