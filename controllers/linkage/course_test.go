package linkage_test

import (
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
)

const twoDrivers = `{kpiRef: {name: renewal-rate}, periodLevel: {},
  drivers: [{cpiRef: {name: tickets}, expected: Negative}, {cpiRef: {name: support-nps}, expected: Positive}]}`

// bothSay are findings on the claim of two drivers.
func bothSay(tickets, nps string) *v1alpha1.ReportLink {
	return &v1alpha1.ReportLink{Unit: "ratio", Drivers: []v1alpha1.LinkFinding{
		{Driver: "tickets", Verdict: tickets, Sentence: tickets + "."}, {Driver: "support-nps", Verdict: nps, Sentence: nps + "."},
	}}
}

// What becomes of a driver is told though the claim stays Confirmed by another, and remembered while the claim is blocked.
func TestARefutedDriverIsTold(t *testing.T) {
	w := newWorld(t)
	const changed = `kind="CPILinkage",alert="CPILinkVerdictChanged"`
	l := w.claim("support", twoDrivers)
	w.publish(l, bothSay("Supported", "Supported"))
	w.told()
	confirmed := w.clock.Now()
	w.clock.Step(time.Hour)
	w.publish(l, bothSay("NotSupported", "Supported"))
	if told := w.told(); !strings.Contains(told, "Warning VerdictChanged tickets was Confirmed, is Refuted. 1 of 2 drivers are supported.") {
		t.Errorf("events %s", told)
	}
	w.wantMetric(changed, true)
	w.wantMetric("The claim Tickets and others → Contract renewals: tickets was Confirmed and is Refuted.", true)
	driver := l.Status.Drivers[0]
	if l.Status.Stage != "Confirmed" || len(driver.Course) != 2 || driver.Course[0].Stage != "Confirmed" || !driver.Course[0].Since.Time.Equal(confirmed) ||
		driver.Course[1].Stage != "Refuted" || driver.Course[1].Verdict != "NotSupported" || !driver.Since.Time.Equal(w.clock.Now()) {
		t.Errorf("status %+v", l.Status)
	}

	// While the claim is blocked there is no verdict, but what the last one was is not forgotten.
	dataset := envtestkit.Reload(t, w.client, &v1alpha1.Dataset{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "support-survey"}})
	must(t, w.client.Delete(t.Context(), dataset))
	w.reconcile(l)
	w.want(l.Status.Conditions, "Ready", "False", "ReferenceNotFound")
	w.told()
	dataset.ObjectMeta = metav1.ObjectMeta{Namespace: w.namespace, Name: "support-survey"}
	must(t, w.client.Create(t.Context(), dataset))
	w.clock.Step(8 * 24 * time.Hour)
	opposite := bothSay("Conflicting", "Supported")
	opposite.Drivers[0].Reason = "OppositeDirection"
	w.publish(l, opposite)
	if told := w.told(); !strings.Contains(told, "VerdictChanged tickets was NotSupported, is Conflicting.") {
		t.Errorf("events %s", told)
	}
	w.wantMetric(changed, true)
}

// A status that was written without verdicts in its course, and without courses of drivers, goes on as it is.
func TestAStatusWithoutVerdictsGoesOn(t *testing.T) {
	w := newWorld(t)
	l := w.claim("support", twoDrivers)
	w.publish(l, bothSay("InsufficientData", "Supported"))
	since := l.Status.Since.DeepCopy()
	for i := range l.Status.Course {
		l.Status.Course[i].Verdict = ""
	}
	for i := range l.Status.Drivers {
		l.Status.Drivers[i].Course = nil
	}
	must(t, w.client.Status().Update(t.Context(), l))
	w.told()
	w.clock.Step(time.Hour)
	w.reconcile(l)
	if told := w.told(); told != "" {
		t.Errorf("events %s", told)
	}
	w.wantMetric(`alert="CPILinkVerdictChanged"`, false)
	s := l.Status
	if last := s.Course[len(s.Course)-1]; last.Verdict != "Supported" || !last.Since.Equal(since) || s.Drivers[0].Course[0].Verdict != "InsufficientData" || !s.Drivers[0].Since.Equal(since) {
		t.Errorf("status %+v", s)
	}
}
