package alert_test

import (
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/alert"
)

func TestATargetAtRisk(t *testing.T) {
	bound := alert.Bound{Level: 90}
	by, past := alert.Target{By: day("2027-06-30"), Bound: bound}, alert.Target{By: day("2026-09-30"), Bound: alert.Bound{Level: 10}}
	chance := func(linkage string, of alert.Target, before, now float64) alert.Chance {
		return alert.Chance{Linkage: linkage, Target: of, Label: "2027-06", Probability: now, Previous: &before}
	}
	first := chance("support", by, 0, 0.3)
	first.Previous = nil
	for name, c := range map[string]struct {
		chances []alert.Chance
		want    string
		alerts  string
		says    string
	}{
		"two in a row":               {[]alert.Chance{chance("support", by, 0.4, 0.3)}, "False AtRisk", "KPITargetAtRisk/warning/support", "30 %, as CPILinkage support forecasts 2027-06 by its confirmed drivers (40 % one period earlier); below 50 % in two"},
		"the first":                  {[]alert.Chance{chance("support", by, 0.6, 0.3)}, "Unknown Inconclusive", "", "below 50 % in one forecast"},
		"nothing is known before":    {[]alert.Chance{first}, "Unknown Inconclusive", "", "below 50 % in one forecast"},
		"it has recovered":           {[]alert.Chance{chance("support", by, 0.3, 0.6)}, "True InReach", "", "60 %"},
		"just below the limit":       {[]alert.Chance{chance("support", by, 0.4996, 0.496)}, "False AtRisk", "KPITargetAtRisk/warning/support", "probability of 49.6 %, as CPILinkage support forecasts 2027-06 by its confirmed drivers (49.96 % one period earlier); below 50 %"},
		"on the limit":               {[]alert.Chance{chance("support", by, 0.3, 0.5)}, "True InReach", "", "at least 50 %"},
		"the lowest names itself":    {[]alert.Chance{chance("a", by, 0.4, 0.3), chance("b", by, 0.2, 0.1), chance("c", by, 0.9, 0.05)}, "False AtRisk", "KPITargetAtRisk/warning/support", "CPILinkage b"},
		"a risk before a doubt":      {[]alert.Chance{chance("c", by, 0.9, 0.05), chance("b", by, 0.2, 0.1)}, "False AtRisk", "KPITargetAtRisk/warning/support", "CPILinkage b"},
		"no forecast":                {nil, "Unknown NoForecast", "", "No linkage has a forecast"},
		"of a target that is past":   {[]alert.Chance{chance("support", past, 0.1, 0.1)}, "Unknown NoForecast", "", ""},
		"of a bound since replaced":  {[]alert.Chance{chance("support", alert.Target{By: by.By, Bound: alert.Bound{Level: 95}}, 0.1, 0.1)}, "Unknown NoForecast", "", ""},
		"of another day than stands": {[]alert.Chance{chance("support", alert.Target{By: day("2027-12-31"), Bound: bound}, 0.1, 0.1)}, "Unknown NoForecast", "", ""},
	} {
		in := kpi([]alert.Target{past, by}, months(95, 95)...)
		in.Guards, in.AtRiskBelow, in.Chances = &alert.Guards{Linkages: 1, Guardrails: 1}, 0.5, c.chances
		d := alert.Decide(in, now)
		got := d.Condition(alert.TargetInReach)
		if text := string(got.Status) + " " + string(got.Reason); text != c.want || !strings.Contains(got.Message, c.says) {
			t.Errorf("%s: %s %q, want %s %q", name, text, got.Message, c.want, c.says)
		}
		if got := told(d.Alerts); got != c.alerts {
			t.Errorf("%s: alerts %q, want %q", name, got, c.alerts)
		}
		if len(d.Alerts) > 0 && d.Alerts[0].Message != got.Message {
			t.Errorf("%s: the alert says %q, the condition %q", name, d.Alerts[0].Message, got.Message)
		}
	}
}

// Without a linkage nobody forecasts, and a bound that stands is judged by what was measured.
func TestWhereReachDoesNotApply(t *testing.T) {
	by := []alert.Target{{By: day("2027-06-30"), Bound: alert.Bound{Level: 90}}}
	standing := []alert.Target{{From: day("2026-01-01"), Bound: alert.Bound{Level: 90}}}
	for name, c := range map[string]struct {
		targets  []alert.Target
		linkages int
	}{"no linkage": {by, 0}, "a bound that stands": {standing, 1}, "no target": {nil, 1}} {
		in := kpi(c.targets, months(95, 95)...)
		in.Guards, in.AtRiskBelow = &alert.Guards{Linkages: c.linkages, Guardrails: c.linkages}, 0.5
		in.Chances = []alert.Chance{{Target: standing[0], Previous: new(0.1), Probability: 0.1}}
		if d := alert.Decide(in, now); d.Condition(alert.TargetInReach) != nil || len(d.Alerts) != 0 {
			t.Errorf("%s: %+v %q", name, d.Condition(alert.TargetInReach), told(d.Alerts))
		}
	}
}

// The chance that a muted linkage gives is shown; told is the smallest of the others.
func TestAMutedChanceIsShown(t *testing.T) {
	by := alert.Target{By: day("2027-06-30"), Bound: alert.Bound{Level: 90}}
	chance := func(linkage string, p float64, muted bool) alert.Chance {
		return alert.Chance{Linkage: linkage, Target: by, Label: "2027-06", Probability: p, Previous: &p, Muted: muted}
	}
	for name, c := range map[string]struct {
		chances []alert.Chance
		says    string
	}{
		"alone":                   {[]alert.Chance{chance("quiet", 0.1, true)}, ""},
		"and one in reach":        {[]alert.Chance{chance("quiet", 0.1, true), chance("loud", 0.8, false)}, ""},
		"and another one at risk": {[]alert.Chance{chance("quiet", 0.1, true), chance("loud", 0.3, false)}, "CPILinkage loud"},
	} {
		in := kpi([]alert.Target{by}, months(95, 95)...)
		in.Guards, in.AtRiskBelow, in.Chances = &alert.Guards{Linkages: 2, Guardrails: 1}, 0.5, c.chances
		d := alert.Decide(in, now)
		if shown := d.Condition(alert.TargetInReach); shown.Reason != alert.ReasonAtRisk || !strings.Contains(shown.Message, "CPILinkage quiet") {
			t.Errorf("%s: %+v", name, shown)
		}
		if (len(d.Alerts) > 0) != (c.says != "") || len(d.Alerts) > 0 && !strings.Contains(d.Alerts[0].Message, c.says) {
			t.Errorf("%s: %+v", name, d.Alerts)
		}
	}
}
