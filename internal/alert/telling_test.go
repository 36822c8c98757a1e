package alert_test

import (
	"strings"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// months are mature periods with these values, an interval of ±1 and n 100; the last is October.
func months(values ...float64) []plan.PeriodResult {
	var out []plan.PeriodResult
	for i, v := range values {
		start := time.Date(2026, time.October, 1, 0, 0, 0, 0, time.UTC).AddDate(0, i-len(values)+1, 0)
		out = append(out, month(start.Format("2006-01"), plan.Mature, estimate(v, v-1, v+1, 100)))
	}
	return out
}

// A value is beyond its threshold in each case (warning 30, critical 20); it is told after so many mature periods in a row.
func TestEvaluationsOfAThreshold(t *testing.T) {
	broken := months(25, 25, 25)
	broken[1].Flag = plan.InsufficientSample
	for name, c := range map[string]struct {
		periods []plan.PeriodResult
		needed  int
		alerts  string
		says    string // by the condition
	}{
		"one is enough by default":           {months(35, 25), 0, "CPIBelowThreshold/warning/support", "warning level 30. Find"},
		"the first of two":                   {months(35, 25), 2, "", "level 30 (1 of 2 evaluations)"},
		"the second of two":                  {months(35, 25, 25), 2, "CPIBelowThreshold/warning/support", "level 30 (2 of 2 evaluations)"},
		"and no more are counted":            {months(25, 25, 25), 2, "CPIBelowThreshold/warning/support", "(2 of 2 evaluations)"},
		"not in a row":                       {months(25, 25, 35, 25), 3, "", "(1 of 3 evaluations)"},
		"a period that cannot be judged":     {broken, 3, "", "(1 of 3 evaluations)"},
		"more than are kept":                 {months(25, 25), 3, "", "(2 of 3 evaluations). Find out what changed for these customers; the report's segments show where. Nobody is told yet."},
		"critical once, warning before":      {months(25, 15), 2, "CPIBelowThreshold/warning/support", "critical level 20 (1 of 2 evaluations)"},
		"the interval touches in the middle": {months(25, 29.5, 25), 2, "", "(1 of 2 evaluations)"},
	} {
		in := nps(estimate(0, 0, 0, 0))
		in.Result.Periods, in.Telling.Evaluations = c.periods, c.needed
		d := alert.Decide(in, now)
		if got := told(d.Alerts); got != c.alerts {
			t.Errorf("%s: alerts %q, want %q", name, got, c.alerts)
		}
		if got := d.Condition(alert.WithinThresholds); got.Status != alert.False || !strings.Contains(got.Message, c.says) {
			t.Errorf("%s: %s %q lacks %q", name, got.Status, got.Message, c.says)
		}
	}
}

// A warning of two evaluations whose latest is beyond the critical level speaks of the level that it is told for.
func TestAnAlertSpeaksOfTheLevelItIsToldFor(t *testing.T) {
	in := nps(estimate(0, 0, 0, 0))
	in.Result.Periods, in.Telling.Evaluations = months(25, 15), 2
	if got := alert.Decide(in, now).Alerts[0].Message; !strings.Contains(got, "below the warning level 30 (2 of 2 evaluations)") {
		t.Errorf("%q", got)
	}
}

// Of a segment two periods are kept: more evaluations than two are two there.
func TestEvaluationsOfASegment(t *testing.T) {
	bad, good := month("2026-10", plan.Mature, estimate(25, 24, 26, 100)), month("2026-09", plan.Mature, estimate(35, 34, 36, 100))
	for name, c := range map[string]struct {
		previous *plan.PeriodResult
		needed   int
		alerts   string
	}{
		"one is enough":      {nil, 1, "CPIBelowThreshold/warning/support/plan=p0"},
		"the first":          {&good, 2, ""},
		"nothing before":     {nil, 2, ""},
		"two":                {&bad, 2, "CPIBelowThreshold/warning/support/plan=p0"},
		"three, two of them": {&bad, 3, "CPIBelowThreshold/warning/support/plan=p0"},
	} {
		in := nps(estimate(35, 31, 39, 1204))
		in.Telling.Evaluations = c.needed
		in.Overrides = []alert.Override{{Match: map[string]string{"plan": "p0"}}}
		in.Result.Segments = []alert.Segment{{By: []string{"plan"}, Values: []string{"p0"}, Current: bad, Previous: c.previous}}
		if got := told(alert.Decide(in, now).Alerts); got != c.alerts {
			t.Errorf("%s: %q, want %q", name, got, c.alerts)
		}
	}
}

// Each period counts against the bound that stood for it; a target with a day is judged once, and told at once.
func TestEvaluationsOfATarget(t *testing.T) {
	standing := []alert.Target{{From: day("2026-01-01"), Bound: alert.Bound{Level: 90}}}
	raised := append([]alert.Target{{From: day("2026-01-01"), Bound: alert.Bound{Level: 80}}}, alert.Target{From: day("2026-10-01"), Bound: alert.Bound{Level: 90}})
	dated := []alert.Target{{By: day("2026-10-15"), Bound: alert.Bound{Level: 90}}}
	for name, c := range map[string]struct {
		targets []alert.Target
		values  []float64
		alerts  string
		says    string
	}{
		"the first miss":           {standing, []float64{95, 85}, "", "(1 of 2 evaluations)"},
		"the second":               {standing, []float64{85, 85}, "KPITargetMissed/warning/support", "(2 of 2 evaluations)"},
		"the bound was raised":     {raised, []float64{85, 85}, "", "(1 of 2 evaluations)"},
		"and is missed once more":  {raised, []float64{75, 85}, "KPITargetMissed/warning/support", "(2 of 2 evaluations)"},
		"a day is judged once":     {dated, []float64{95, 85}, "KPITargetMissed/critical/support", "missed by the whole interval. Look"},
		"before any target stood":  {[]alert.Target{{From: day("2026-10-01"), Bound: alert.Bound{Level: 90}}}, []float64{85, 85}, "", "(1 of 2 evaluations)"},
		"one that was not covered": {[]alert.Target{{From: day("2026-09-02"), Bound: alert.Bound{Level: 90}}}, []float64{85, 85}, "", "(1 of 2 evaluations)"},
	} {
		in := kpi(c.targets, months(c.values...)...)
		in.Telling.Evaluations = 2
		d := alert.Decide(in, now)
		if got := told(d.Alerts); got != c.alerts {
			t.Errorf("%s: %q, want %q", name, got, c.alerts)
		}
		if got := d.Condition(alert.TargetMet); got.Status != alert.False || !strings.Contains(got.Message, c.says) {
			t.Errorf("%s: %s %q lacks %q", name, got.Status, got.Message, c.says)
		}
	}
}

// Of a segment's standing target too, but not of one with a day.
func TestEvaluationsOfASegmentsTarget(t *testing.T) {
	override := []alert.TargetOverride{{Match: map[string]string{"plan": "p0"}, Bound: alert.Bound{Level: 90}}}
	bad, good := month("2026-10", plan.Mature, estimate(85, 84, 86, 100)), month("2026-09", plan.Mature, estimate(95, 94, 96, 100))
	for name, c := range map[string]struct {
		target   alert.Target
		previous *plan.PeriodResult
		alerts   string
	}{
		"the first miss":       {alert.Target{From: day("2026-01-01"), Overrides: override}, &good, ""},
		"the second":           {alert.Target{From: day("2026-01-01"), Overrides: override}, &bad, "KPITargetMissed/warning/support/plan=p0"},
		"a day is judged once": {alert.Target{By: day("2026-10-15"), Overrides: override}, &good, "KPITargetMissed/critical/support/plan=p0"},
	} {
		in := kpi([]alert.Target{c.target}, months(95, 95)...)
		in.Telling.Evaluations = 3
		in.Result.Segments = []alert.Segment{{By: []string{"plan"}, Values: []string{"p0"}, Current: bad, Previous: c.previous}}
		if got := told(alert.Decide(in, now).Alerts); got != c.alerts {
			t.Errorf("%s: %q, want %q", name, got, c.alerts)
		}
	}
}

func TestSeveritiesAreReplaced(t *testing.T) {
	in := nps(estimate(17, 15, 19.3, 500))
	in.Review = &alert.Review{Last: now.AddDate(-1, 0, 0), Every: 90 * 24 * time.Hour}
	in.Telling = alert.Telling{Declared: true, Severities: map[alert.Name]alert.Severity{alert.BelowThreshold: alert.Warning, alert.ReviewOverdue: alert.Silent, alert.DataStale: alert.Critical}}
	d := alert.Decide(in, now)
	if got := told(d.Alerts); got != "CPIBelowThreshold/warning/support" {
		t.Errorf("alerts %q", got)
	}
	if d.StaleSeverity != alert.Critical || d.Condition(alert.ReviewDue).Status != alert.True || d.Condition(alert.Alerting).Status != alert.True {
		t.Errorf("%+v", d)
	}
	if d := alert.Decide(nps(estimate(17, 15, 19.3, 500)), now); d.StaleSeverity != alert.Warning || d.Condition(alert.Alerting) != nil {
		t.Errorf("without spec.alerting: %+v", d)
	}
}

// What is muted is seen: every condition stands, and one says what would be told.
func TestNobodyIsTold(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	end := time.Date(2026, time.November, 22, 0, 0, 0, 0, berlin)
	for name, c := range map[string]struct {
		telling alert.Telling
		reason  alert.Reason
		until   time.Time
		says    string
	}{
		"a pause":      {alert.Telling{Declared: true, PausedUntil: end}, alert.ReasonPaused, end, "before 2026-11-22 (Europe/Berlin)"},
		"a dry run":    {alert.Telling{Declared: true, DryRun: true, PausedUntil: end}, alert.ReasonDryRun, time.Time{}, "spec.alerting.mode is DryRun"},
		"the operator": {alert.Telling{Everywhere: true}, alert.ReasonDryRun, time.Time{}, "the operator runs with --dry-run"},
	} {
		in := nps(estimate(17, 15, 19.3, 500))
		in.Telling = c.telling
		d := alert.Decide(in, now)
		if len(d.Alerts) != 0 || told(d.Withheld) != "CPIBelowThreshold/critical/support" || d.Muted == nil || d.Muted.Reason != c.reason || !d.Muted.Until.Equal(c.until) {
			t.Errorf("%s: told %q, withheld %q, %+v", name, told(d.Alerts), told(d.Withheld), d.Muted)
		}
		if got := d.Condition(alert.WithinThresholds); got.Status != alert.False {
			t.Errorf("%s: %+v", name, got)
		}
		got := d.Condition(alert.Alerting)
		if got == nil || got.Status != alert.False || got.Reason != c.reason || !strings.Contains(got.Message, c.says) || !strings.Contains(got.Message, "Would be told now: CPIBelowThreshold (critical).") {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// A pause ends by time alone.
func TestAPauseEnds(t *testing.T) {
	in := nps(estimate(17, 15, 19.3, 500))
	in.Telling = alert.Telling{Declared: true, PausedUntil: now.Add(10 * time.Minute)}
	d := alert.Decide(in, now)
	if !d.Next.Equal(in.Telling.PausedUntil) {
		t.Fatalf("next = %s, want the end of the pause", d.Next)
	}
	if d = alert.Decide(in, d.Next); told(d.Alerts) != "CPIBelowThreshold/critical/support" || d.Muted != nil || d.Condition(alert.Alerting).Status != alert.True {
		t.Errorf("then %q, %+v", told(d.Alerts), d.Muted)
	}
}

func TestTellingOfClaimsAndOfWhatIsBlocked(t *testing.T) {
	c := claimOf(plan.Supported)
	c.Team, c.Review = "sales", &alert.Review{Last: now.AddDate(-1, 0, 0), Every: 90 * 24 * time.Hour}
	if d := alert.DecideClaim(c, now); told(d.Alerts) != "CPIReviewDue/warning/sales" || !strings.Contains(d.Alerts[0].Message, "since 2026-02-19. Team sales should ask") {
		t.Errorf("%+v", d.Alerts)
	}
	c.Telling = alert.Telling{Declared: true, DryRun: true}
	if d := alert.DecideClaim(c, now); len(d.Alerts) != 0 || told(d.Withheld) != "CPIReviewDue/warning/sales" || d.Condition(alert.Alerting).Status != alert.False {
		t.Errorf("dry run: %+v", d.Decision)
	}
	if d := alert.Blocked(alert.Telling{}, "support", "spec.where", now); told(d.Alerts) != "CPIComputationFailing/warning/support" || d.Muted != nil {
		t.Errorf("blocked: %+v", d)
	}
	if d := alert.Blocked(alert.Telling{Everywhere: true}, "support", "spec.where", now); len(d.Alerts) != 0 || d.Muted == nil {
		t.Errorf("blocked and muted: %+v", d)
	}
}
