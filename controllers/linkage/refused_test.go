package linkage_test

import (
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
)

// What the schema sees is refused at once.
func TestRefusedWhenApplied(t *testing.T) {
	w := newWorld(t)
	with := func(drivers, rest string) string {
		if drivers == "" {
			drivers = "[{cpiRef: {name: support-nps}, expected: Positive}]"
		}
		return "{kpiRef: {name: renewal-rate}, drivers: " + drivers + rest + "}"
	}
	for name, c := range map[string]struct{ spec, want string }{
		"no level":                 {with("", ""), "set customerLevel, periodLevel or both"},
		"no driver":                {with("[]", ", periodLevel: {}"), "spec.drivers: Required value"},
		"a driver twice":           {with("[{cpiRef: {name: a}, expected: Positive}, {cpiRef: {name: a}, expected: Negative}]", ", periodLevel: {}"), "a CPI may stand only once"},
		"no expectation":           {with("[{cpiRef: {name: a}}]", ", periodLevel: {}"), "expected"},
		"exposure w/o follow-up":   {with("", ", customerLevel: {unit: account, index: Exposure, exposureWindow: 90d}"), "followUp"},
		"decision with follow-up":  {with("", ", customerLevel: {unit: account, index: OutcomeDecision, exposureWindow: 90d, followUp: 90d}"), "followUp"},
		"decision w/o window":      {with("", ", customerLevel: {unit: account, index: OutcomeDecision}"), "exposureWindow"},
		"vouched with window":      {with("", ", customerLevel: {unit: account, index: Vouched, exposureWindow: 90d}"), "takes no exposureWindow"},
		"mean without cohorts":     {with("", ", customerLevel: {unit: account, index: Vouched, collapse: Mean}"), "collapse Mean needs cohorts"},
		"one cohort":               {with("", ", customerLevel: {unit: account, index: Vouched, cohorts: {high: {atLeast: 9}}}"), "low"},
		"both effects":             {with("", ", periodLevel: {}, minEffect: {absolute: 2%, relative: 10%}"), "exactly one"},
		"relative without percent": {with("", ", periodLevel: {}, minEffect: {relative: 2}"), "write a percentage"},
		"too many lags":            {with("", ", periodLevel: {maxLagPeriods: 25}"), "maxLagPeriods"},
		"a number as text":         {with("[{cpiRef: {name: a}, expected: Positive, guardrail: {minWorsening: much}}]", ", periodLevel: {}"), "minWorsening"},
	} {
		t.Run(name, func(t *testing.T) {
			l := parse(t, w.namespace, c.spec)
			if err := w.client.Create(t.Context(), l); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

// What only the objects together show is refused with a reason of its own.
func TestRefusedWithAReason(t *testing.T) {
	w := newWorld(t)
	driver := func(name string) string { return ", drivers: [{cpiRef: {name: " + name + "}, expected: Positive}]" }
	const customers = ", customerLevel: {unit: account, index: OutcomeDecision, exposureWindow: 90d}"
	for name, c := range map[string]struct{ spec, reason, message string }{
		"no-kpi":                {"{kpiRef: {name: nobody}" + driver("support-nps") + ", periodLevel: {}}", "ReferenceNotFound", `spec.kpiRef: KPITarget "nobody" does not exist`},
		"no-cpi":                {"{kpiRef: {name: renewal-rate}" + driver("nobody") + ", periodLevel: {}}", "ReferenceNotFound", `spec.drivers[0].cpiRef: CPIDefinition "nobody" does not exist`},
		"no-decision":           {"{kpiRef: {name: undecided}" + driver("support-nps") + customers + "}", "NoDecisionTime", "measure.renewal.decidedAt"},
		"goal-on-nps":           {"{kpiRef: {name: loved}" + driver("tickets") + customers + "}", "OutcomeUnsupported", "spec.kpiRef"},
		"of-tickets":            {"{kpiRef: {name: renewal-rate}" + driver("tickets") + customers + "}", "ExposureUnsupported", "spec.drivers[0].cpiRef"},
		"undated":               {"{kpiRef: {name: left}" + driver("undated-nps") + ", periodLevel: {}}", "Undated", "has no periods"},
		"entity":                {"{kpiRef: {name: renewal-rate}" + driver("support-nps") + strings.Replace(customers, "account", "contact", 1) + "}", "Invalid", `declares no entity "contact"`},
		"effect":                {"{kpiRef: {name: renewal-rate}" + driver("support-nps") + ", periodLevel: {}, minEffect: {absolute: 2}}", "Invalid", "write a percentage"},
		"itself":                {"{kpiRef: {name: loved}" + driver("support-nps") + ", periodLevel: {}}", "CyclicReferences", "a CPI cannot move itself"},
		"vouched-taken":         {"{kpiRef: {name: left}" + driver("undated-nps") + ", customerLevel: {unit: account, index: Vouched}}", "", ""},
		"two-sources-by-period": {"{kpiRef: {name: renewal-rate}" + driver("faraway-nps") + ", periodLevel: {}}", "", ""},
	} {
		l := w.claim(name, c.spec)
		if c.reason == "" {
			w.want(l.Status.Conditions, "Ready", "True", "Ready")
			continue
		}
		if message := w.want(l.Status.Conditions, "Ready", "False", c.reason); !strings.Contains(message, c.message) {
			t.Errorf("%s: message %s", name, message)
		}
		stalled := "True"
		if strings.HasPrefix(c.reason, "Reference") {
			stalled = "False"
		}
		for _, condition := range l.Status.Conditions {
			if condition.Type == "Stalled" && string(condition.Status) != stalled {
				t.Errorf("%s: stalled %s", name, condition.Status)
			}
		}
		if l.Status.Verdict != "" || l.Status.Drivers != nil {
			t.Errorf("%s has findings: %+v", name, l.Status)
		}
		must(t, w.client.Delete(t.Context(), l)) // a circle would hold others up
	}
}

// Two claims that lead back to each other are both told, step by step; without one of them the other is tested.
func TestACircleOfClaimsIsSpelledOut(t *testing.T) {
	w := newWorld(t)
	w.apply(`{apiVersion: cpi-operator.io/v1alpha1, kind: KPITarget, metadata: {name: few-tickets}, spec: {title: Few tickets, category: Efficiency, owner: {team: a}, cpiRef: {name: tickets}, targets: [{from: "2026-01-01", atMost: 100}]}}`)
	there := w.claim("there", "{kpiRef: {name: loved}, drivers: [{cpiRef: {name: tickets}, expected: Negative}], periodLevel: {}}")
	w.want(there.Status.Conditions, "Ready", "True", "Ready")
	back := w.claim("back", "{kpiRef: {name: few-tickets}, drivers: [{cpiRef: {name: support-nps}, expected: Negative}], periodLevel: {}}")
	w.reconcile(there)
	for _, l := range []*v1alpha1.CPILinkage{there, back} {
		message := w.want(l.Status.Conditions, "Ready", "False", "CyclicReferences")
		for _, step := range []string{"CPILinkage/there", "CPILinkage/back", "CPIDefinition/tickets", "CPIDefinition/support-nps"} {
			if !strings.Contains(message, step) {
				t.Errorf("%s: %s is not in %s", l.Name, step, message)
			}
		}
	}
	must(t, w.client.Delete(t.Context(), back))
	w.reconcile(there)
	w.want(there.Status.Conditions, "Ready", "True", "Ready")
}
