package resolve_test

import (
	"strings"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// By decision, nothing of a period can change by design once it is over: whoever has not decided counts where the grace ends.
func TestRenewalsByDecisionAreASeriesOfTheirOwn(t *testing.T) {
	const day = 24 * time.Hour
	w := cx(t)
	w.kpis["renewal-rate"].Spec.Period.Maturity = "60d"
	got := linked(t, w, case15)
	due, decided := got.KPI.Indicator, got.ByDecision
	if decided == nil {
		t.Fatal("there is none")
	}
	if due.Dataset != "contracts" || due.Measure.Renewal.Grace != 45*day || due.Period.Maturity != 60*day {
		t.Errorf("the KPI itself is changed: %+v", due)
	}
	want := plan.Decided{Due: "due_at", Decision: "status", At: "decided_at", Grace: 45 * day, TimeZone: "Europe/Berlin"}
	d := decided.Dataset
	if d.Decided == nil || *d.Decided != want || d.Time != (plan.Time{Event: plan.DecidedColumn}) || d.Table.Name != "contracts" || d.Name == "contracts" {
		t.Errorf("contracts are read as %+v", d)
	}
	i := decided.Indicator
	if i.Dataset != d.Name || i.Measure.Renewal.Grace != 0 || i.Measure.Renewal.DecidedAt != "decided_at" || i.Period.Maturity != 15*day || i.Period.Settle != due.Period.Settle {
		t.Errorf("computed as %+v in %+v", i, i.Period)
	}
	if i.RequestHash == due.RequestHash || decided.Key != got.KPI.Key {
		t.Errorf("the series goes by %s and %s", decided.Key, i.RequestHash)
	}
	for name, change := range map[string]func(world){
		"the grace":     func(w world) { w.kpis["renewal-rate"].Spec.Measure.Renewal.Grace = "30d" },
		"the due date":  func(w world) { w.datasets["contracts"].Spec.Time.Event.Column = "ends_at" },
		"the decision":  func(w world) { w.kpis["renewal-rate"].Spec.Measure.Renewal.Decision.Column = "state" },
		"its time":      func(w world) { w.kpis["renewal-rate"].Spec.Measure.Renewal.DecidedAt = "signed_at" },
		"the time zone": func(w world) { w.kpis["renewal-rate"].Spec.Period.TimeZone = "Europe/Lisbon" },
	} {
		other := cx(t)
		other.kpis["renewal-rate"].Spec.Period.Maturity = "60d"
		change(other)
		if linked(t, other, case15).ByDecision.Indicator.RequestHash == i.RequestHash {
			t.Errorf("%s makes no other series", name)
		}
	}
	if byDue := linked(t, cx(t), "{kpiRef: {name: renewal-rate}, drivers: [{cpiRef: {name: support-nps}, expected: Positive}], periodLevel: {attributeOutcomeTo: DueDate}}"); byDue.ByDecision != nil {
		t.Error("by due date there is another series")
	}
}

// What cannot be compared customer by customer as it stands says what can.
func TestChurnNamesTheRowsThatItNeeds(t *testing.T) {
	_, refusal := link(t, cx(t), "{kpiRef: {name: left}, drivers: [{cpiRef: {name: support-nps}, expected: Negative}], customerLevel: {unit: account, index: OutcomeDecision, exposureWindow: 90d}}")
	if refusal == nil || !strings.Contains(refusal.String(), "one for each customer and month") {
		t.Errorf("%+v", refusal)
	}
}

// A goal on a CPI that is a renewal is one too.
func TestGoalsOnRenewalsGoByDecision(t *testing.T) {
	w := cx(t)
	renewal := w.kpis["renewal-rate"].Spec.Indicator
	renewal.Period.Window = 0
	w.cpis["renewals"] = w.cpis["on-time"].DeepCopy()
	w.cpis["renewals"].Name, w.cpis["renewals"].Spec.Indicator = "renewals", *renewal.DeepCopy()
	w.kpis["easy"].Spec.CPIRef = &v1alpha1.LocalReference{Name: "renewals"}
	got := linked(t, w, "{kpiRef: {name: easy}, drivers: [{cpiRef: {name: support-nps}, expected: Positive}], periodLevel: {attributeOutcomeTo: DecidedAt}}")
	if got.ByDecision == nil || got.ByDecision.Key != (plan.Key{Kind: "KPITarget", Name: "easy"}) || got.ByDecision.Dataset.Decided.Due != "due_at" {
		t.Errorf("%+v", got.ByDecision)
	}
}
