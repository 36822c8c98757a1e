package resolve_test

import (
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

func TestAlertingIsCheckedAgainstTheKind(t *testing.T) {
	for name, c := range map[string]struct{ alerting, period, field, says string }{
		"severities":             {alerting: `{severities: [{alert: CPIDeteriorating, severity: None}, {alert: CPIPromiseBurning, severity: Warning}]}`},
		"one of another kind":    {alerting: `{severities: [{alert: CPIDataStale, severity: None}, {alert: KPITargetMissed, severity: None}]}`, field: "spec.alerting.severities[1].alert", says: "a CPIDefinition never has KPITargetMissed; it has CPIBelowThreshold, CPIComputationFailing,"},
		"as many as are kept":    {alerting: `{evaluations: 11}`, period: "history: 12"},
		"the running one counts": {alerting: `{evaluations: 12}`, period: "history: 12", field: "spec.alerting.evaluations", says: "keeps 12 periods, of which up to 1 are not mature yet, the running one included"},
		"as mature as are kept":  {alerting: `{evaluations: 9}`, period: "history: 12, maturity: 14d"},
		"what matures counts":    {alerting: `{evaluations: 9}`, period: "history: 12, maturity: 15d", field: "spec.alerting.evaluations", says: "up to 4 are not mature yet"},
		"one of none":            {alerting: `{evaluations: 1}`, period: "history: 1"},
	} {
		spec := nps + "alerting: " + c.alerting + "\n"
		if c.period != "" {
			spec = strings.Replace(spec, "history: 104", c.period, 1)
		}
		_, problems := resolve.CPI(cpi(t, spec), resolve.Context{Dataset: survey, Source: crm})
		wantProblem(t, name, problems, c.field, c.says)
	}
	for alert, says := range map[string]string{"KPITargetMissed": "", "CPIDeteriorating": "a KPITarget on a CPI never has CPIDeteriorating", "CPIResponseRateLow": "it has CPIComputationFailing,"} {
		on, problems := resolve.CPI(cpi(t, nps), resolve.Context{Dataset: survey, Source: crm})
		goal := &v1alpha1.KPITarget{}
		goal.Spec.Alerting = &v1alpha1.Alerting{Severities: []v1alpha1.AlertSeverity{{Alert: alert, Severity: "None"}}}
		field := ""
		if says != "" {
			field = "spec.alerting.severities[0].alert"
		}
		wantProblem(t, alert+" of a goal", append(problems, resolve.Goal(goal, on)...), field, says)
	}
	undated := survey
	undated.Time.Event = ""
	spec := strings.Replace(nps, "period: {grain: Week, window: 13, history: 104, timeZone: Europe/Berlin}", "alerting: {evaluations: 2}", 1)
	spec = strings.Replace(spec, "keep: Latest", "keep: All", 1)
	_, problems := resolve.CPI(cpi(t, spec), resolve.Context{Dataset: undated, Source: crm})
	wantProblem(t, "undated", problems, "spec.alerting.evaluations", "has no time")
}

func wantProblem(t *testing.T, name string, problems resolve.Problems, field, says string) {
	t.Helper()
	switch {
	case field == "" && len(problems) > 0:
		t.Errorf("%s: %s", name, problems)
	case field != "" && (len(problems) != 1 || problems[0].Field != field || !strings.Contains(problems[0].Message, says)):
		t.Errorf("%s: %q, want %s: … %s", name, problems, field, says)
	}
}
