package alert_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

var now = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// hourly is a schedule on the hour.
type hourly struct{}

func (hourly) Next(t time.Time) time.Time { return t.Truncate(time.Hour).Add(time.Hour) }

func estimate(value, lower, upper float64, n int64) measure.Estimate {
	return measure.Estimate{Value: &value, Lower: &lower, Upper: &upper, N: n}
}

func month(label string, state plan.State, e measure.Estimate) plan.PeriodResult {
	start, err := time.Parse("2006-01", label)
	if err != nil {
		panic(err)
	}
	return plan.PeriodResult{Label: label, Start: start, End: start.AddDate(0, 1, 0), State: state, Estimate: e}
}

func flagged(p plan.PeriodResult, f plan.Flag) plan.PeriodResult {
	p.Flag = f
	return p
}

// nps is a CPI in good order whose latest mature period is October.
func nps(e measure.Estimate) *alert.Indicator {
	last := now.Add(-20 * time.Minute)
	load := now.Add(-time.Hour)
	return &alert.Indicator{
		Kind: alert.CPI, Name: "support-nps", Title: "NPS after a support contact", Team: "support", Formula: "v1-a",
		Direction: measure.HigherIsBetter, Unit: "points", MinSampleSize: 30, Confidence: 0.95,
		Period:      &plan.Period{Grain: plan.Month, Window: 1, FiscalYearStartMonth: time.January},
		Thresholds:  alert.Thresholds{Warning: new(30.0), Critical: new(20.0)},
		FreshWithin: 26 * time.Hour,
		Result: &alert.Result{Formula: "v1-a", Watermark: &load, Periods: []plan.PeriodResult{
			month("2026-09", plan.Settled, estimate(41, 38, 44, 900)),
			month("2026-10", plan.Mature, e),
			month("2026-11", plan.Running, estimate(-50, -60, -40, 800)),
		}},
		Attempt: &alert.Attempt{Formula: "v1-a", Since: now.Add(-48 * time.Hour)},
		Source:  alert.SourceRuns{Name: "crm", Schedule: hourly{}, LastSuccess: &last, Created: now.AddDate(-1, 0, 0)},
	}
}

// churn is the same for a share of which less is better.
func churn(e measure.Estimate) *alert.Indicator {
	in := nps(e)
	in.Direction, in.Unit, in.Percent = measure.LowerIsBetter, "ratio", true
	in.Thresholds = alert.Thresholds{Warning: new(0.025), Critical: new(0.04)}
	return in
}

func TestDecide(t *testing.T) {
	with := func(in *alert.Indicator, change func(*alert.Indicator)) *alert.Indicator {
		change(in)
		return in
	}
	good := func() *alert.Indicator { return nps(estimate(35, 31, 39, 1204)) }
	cases := []struct {
		name      string
		in        *alert.Indicator
		condition alert.Type
		want      string // status reason
		alerts    string // name/severity/team/segment …
		state     alert.State
	}{
		{"within", good(), alert.WithinThresholds, "True Within", "", "OK"},
		{"the interval touches the warning level", nps(estimate(27, 24, 30, 500)), alert.WithinThresholds, "True Within", "", "OK"},
		{"the whole interval is below warning", nps(estimate(27, 24, 29.9, 500)), alert.WithinThresholds, "False Warning", "CPIBelowThreshold/warning/support", "Warning"},
		{"the whole interval is below critical", nps(estimate(17, 15, 19.3, 500)), alert.WithinThresholds, "False Critical", "CPIBelowThreshold/critical/support", "Critical"},
		{"the running period is never judged", good(), alert.WithinThresholds, "True Within", "", "OK"},
		{"lower is better: above", churn(estimate(0.05, 0.041, 0.06, 7043)), alert.WithinThresholds, "False Critical", "CPIBelowThreshold/critical/support", "Critical"},
		{"lower is better: between", churn(estimate(0.03, 0.026, 0.035, 7043)), alert.WithinThresholds, "False Warning", "CPIBelowThreshold/warning/support", "Warning"},
		{"lower is better: below is fine", churn(estimate(0.01, 0.005, 0.015, 7043)), alert.WithinThresholds, "True Within", "", "OK"},
		{"a complete count is its own interval", nps(measure.Estimate{Value: new(29.0), N: 500}), alert.WithinThresholds, "False Warning", "CPIBelowThreshold/warning/support", "Warning"},
		{"no data is Unknown, never below", with(nps(measure.Estimate{Reason: measure.NoRows}), func(in *alert.Indicator) {
			in.Result.Periods[1].Flag = plan.NoData
		}), alert.WithinThresholds, "Unknown NoData", "", "NoData"},
		{"suspect data raises nothing about the value", with(nps(estimate(-80, -90, -70, 3)), func(in *alert.Indicator) {
			in.Result.Periods[1].Flag = plan.SuspectData
		}), alert.WithinThresholds, "Unknown SuspectData", "", "SuspectData"},
		{"too small a sample is told as that", with(nps(estimate(-80, -90, -70, 12)), func(in *alert.Indicator) {
			in.Result.Periods[1].Flag = plan.InsufficientSample
		}), alert.WithinThresholds, "Unknown TooSmall", "CPISampleTooSmall/warning/support", "InsufficientSample"},
		{"enough", good(), alert.SampleSufficient, "True Enough", "", "OK"},
		{"no thresholds", with(good(), func(in *alert.Indicator) { in.Thresholds = alert.Thresholds{} }), alert.WithinThresholds, "Unknown NoThresholds", "", "OK"},
		{"only maturing periods yet", with(nps(estimate(1, 0, 2, 100)), func(in *alert.Indicator) {
			in.Result.Periods = []plan.PeriodResult{month("2026-10", plan.Maturing, estimate(1, 0, 2, 100))}
		}), alert.WithinThresholds, "Unknown NoData", "", "Maturing"},
		{"undated without thresholds", with(good(), func(in *alert.Indicator) {
			in.Thresholds = alert.Thresholds{}
			in.Result.Periods = []plan.PeriodResult{{State: plan.Undated, Estimate: estimate(1, 0, 2, 100)}}
		}), alert.WithinThresholds, "Unknown NoThresholds", "", "Undated"},
		{"undated below", with(good(), func(in *alert.Indicator) {
			in.Result.Periods = []plan.PeriodResult{{State: plan.Undated, Estimate: estimate(1, 0, 2, 100)}}
		}), alert.WithinThresholds, "False Critical", "CPIBelowThreshold/critical/support", "Critical"},

		{"computed", good(), alert.Computed, "True Succeeded", "", "OK"},
		{"no result yet", with(good(), func(in *alert.Indicator) { in.Result, in.Attempt = nil, nil }), alert.Computed, "Unknown Pending", "", "Pending"},
		{"the result of an edited formula is not judged", with(nps(estimate(1, 0, 2, 500)), func(in *alert.Indicator) { in.Formula = "v1-b" }),
			alert.WithinThresholds, "Unknown NoData", "", "Pending"},
		{"a failure that only an edit mends is told at once", with(good(), func(in *alert.Indicator) {
			in.Attempt = &alert.Attempt{Formula: "v1-a", Failed: true, Reason: "ColumnMissing", Message: "x", Since: now.Add(-time.Second)}
		}), alert.Computed, "False ColumnMissing", "CPIComputationFailing/warning/support", "Failing"},
		{"a failure that may pass waits for the next run", with(good(), func(in *alert.Indicator) {
			in.Attempt = &alert.Attempt{Formula: "v1-a", Failed: true, Reason: "QueryTimeout", Message: "x", Since: now.Add(-time.Second)}
		}), alert.Computed, "False QueryTimeout", "", "Failing"},
		{"and is told when that failed too", with(good(), func(in *alert.Indicator) {
			in.Attempt = &alert.Attempt{Formula: "v1-a", Failed: true, Reason: "QueryTimeout", Message: "x", Since: now.Add(-3 * time.Hour)}
		}), alert.Computed, "False QueryTimeout", "CPIComputationFailing/warning/support", "Failing"},
		{"quarantined", with(good(), func(in *alert.Indicator) {
			in.Attempt = &alert.Attempt{Formula: "v1-a", Failed: true, Reason: "OutOfMemory", Kills: 2, Since: now}
		}), alert.Computed, "False Quarantined", "CPIComputationFailing/warning/support", "Failing"},
		{"the failure of a former formula is forgotten", with(good(), func(in *alert.Indicator) {
			in.Attempt = &alert.Attempt{Formula: "v1-old", Failed: true, Reason: "ColumnMissing", Kills: 2}
		}), alert.Computed, "Unknown Pending", "", "OK"},
		{"a source's failure is told on the source alone", with(good(), func(in *alert.Indicator) {
			in.Source.Failed, in.Source.Reason, in.Source.FailedSince = true, "SourceUnreachable", now.AddDate(0, 0, -1)
		}), alert.Computed, "False SourceFailed", "", "Failing"},

		{"fresh", good(), alert.Fresh, "True UpToDate", "", "OK"},
		{"two runs overdue", with(good(), func(in *alert.Indicator) { in.Source.LastSuccess = new(now.Add(-2*time.Hour - 15*time.Minute)) }), alert.Fresh, "False RunOverdue", "CPIDataStale/warning/support", "OK"},
		{"one run overdue is no news", with(good(), func(in *alert.Indicator) { in.Source.LastSuccess = new(now.Add(-61 * time.Minute)) }), alert.Fresh, "True UpToDate", "", "OK"},
		{"old data when last looked at", with(good(), func(in *alert.Indicator) { in.Result.Watermark = new(now.Add(-27 * time.Hour)) }), alert.Fresh, "False DataStale", "CPIDataStale/warning/support", "OK"},
		{"data too old by now, but no run has looked since", with(good(), func(in *alert.Indicator) {
			in.Source.LastSuccess, in.Result.Watermark = new(now.Add(-50*time.Minute)), new(now.Add(-26*time.Hour-time.Minute))
		}), alert.Fresh, "True UpToDate", "", "OK"},
		{"data just within", with(good(), func(in *alert.Indicator) { in.Result.Watermark = new(now.Add(-26*time.Hour + time.Second)) }), alert.Fresh, "True UpToDate", "", "OK"},
		{"never run, but new", with(good(), func(in *alert.Indicator) {
			in.Source.LastSuccess, in.Source.Created, in.Result, in.Attempt = nil, now.Add(-time.Minute), nil, nil
		}), alert.Fresh, "Unknown Pending", "", "Pending"},
		{"never run, though due twice", with(good(), func(in *alert.Indicator) {
			in.Source.LastSuccess, in.Source.Created, in.Result, in.Attempt = nil, now.Add(-3*time.Hour), nil, nil
		}), alert.Fresh, "False RunOverdue", "CPIDataStale/warning/support", "Pending"},

		{"review due", with(good(), func(in *alert.Indicator) {
			in.Review = &alert.Review{Last: now.AddDate(0, 0, -90), Every: 90 * 24 * time.Hour}
		}), alert.ReviewDue, "True Overdue", "CPIReviewDue/warning/support", "OK"},
		{"review due in a fortnight", with(good(), func(in *alert.Indicator) {
			in.Review = &alert.Review{Last: now.AddDate(0, 0, -76), Every: 90 * 24 * time.Hour}
		}), alert.ReviewDue, "False DueSoon", "", "OK"},
		{"reviewed", with(good(), func(in *alert.Indicator) {
			in.Review = &alert.Review{Last: now.AddDate(0, 0, -75), Every: 90 * 24 * time.Hour}
		}), alert.ReviewDue, "False Reviewed", "", "OK"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := alert.Decide(c.in, now)
			got := d.Condition(c.condition)
			if got == nil {
				t.Fatalf("no condition %s in %+v", c.condition, d.Conditions)
			}
			if text := string(got.Status) + " " + string(got.Reason); text != c.want {
				t.Errorf("%s = %s (%s), want %s", c.condition, text, got.Message, c.want)
			}
			if got := told(d.Alerts); got != c.alerts {
				t.Errorf("alerts = %q, want %q", got, c.alerts)
			}
			if d.Summary.State != c.state {
				t.Errorf("state = %s, want %s", d.Summary.State, c.state)
			}
			for _, a := range d.Alerts {
				if a.Message == "" {
					t.Errorf("alert %s says nothing", a.Name)
				}
			}
		})
	}
}

func told(alerts []alert.Alert) string {
	var texts []string
	for _, a := range alerts {
		text := string(a.Name) + "/" + string(a.Severity) + "/" + a.Team
		if a.Segment != "" {
			text += "/" + a.Segment
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, " ")
}

func TestMessageTellsEverything(t *testing.T) {
	d := alert.Decide(nps(estimate(17.24, 15.1, 19.3, 1204)), now)
	want := "17.2 [15.1, 19.3], n 1,204, in 2026-10: the whole interval lies below the critical level 20. Find out what changed for these customers; the report's segments show where."
	if got := d.Alerts[0].Message; got != want {
		t.Errorf("message\n got %s\nwant %s", got, want)
	}
	if got := d.Condition(alert.WithinThresholds).Message; got != want {
		t.Errorf("the condition tells another story: %s", got)
	}
}

func TestSegmentsAlertOnlyByOverride(t *testing.T) {
	in := nps(estimate(35, 31, 39, 1204))
	bad := month("2026-10", plan.Mature, estimate(10, 6, 14, 200))
	in.Result.Segments = []alert.Segment{
		{By: []string{"plan"}, Values: []string{"free"}, Current: bad},
		{By: []string{"plan"}, Values: []string{"enterprise"}, Current: bad},
		{By: []string{"plan", "region"}, Values: []string{"enterprise", "EU"}, Current: bad},
		{By: []string{"plan"}, Values: []string{"tiny"}, Current: flagged(bad, plan.InsufficientSample)},
	}
	in.Overrides = []alert.Override{
		{Match: map[string]string{"plan": "enterprise"}, Team: "key-accounts", Thresholds: alert.Thresholds{Warning: new(40.0)}},
		{Match: map[string]string{"plan": "tiny"}},
		{Match: map[string]string{"plan": "gone"}},
		{Match: map[string]string{"region": "EU", "plan": "enterprise"}},
	}
	want := "CPIBelowThreshold/warning/key-accounts/plan=enterprise CPIBelowThreshold/critical/support/plan=enterprise,region=EU"
	if got := told(alert.Decide(in, now).Alerts); got != want {
		t.Errorf("alerts = %q, want %q", got, want)
	}
}

// With several segments looked at, each needs a wider interval: with 8 looks the factor is z(0.99375)/z(0.95) = 2.734/1.960.
func TestManySegmentsNeedStrongerEvidence(t *testing.T) {
	in := nps(estimate(35, 31, 39, 1204))
	in.Result.Segments = []alert.Segment{{By: []string{"plan"}, Values: []string{"p0"}, Current: month("2026-10", plan.Mature, estimate(25, 21, 29, 200))}}
	alone := alert.Override{Match: map[string]string{"plan": "p0"}}
	in.Overrides = []alert.Override{alone}
	if got := told(alert.Decide(in, now).Alerts); got != "CPIBelowThreshold/warning/support/plan=p0" {
		t.Errorf("alone: %q", got)
	}
	for i := range 7 {
		in.Overrides = append(in.Overrides, alert.Override{Match: map[string]string{"plan": "q" + string(rune('0'+i))}})
	}
	if got := told(alert.Decide(in, now).Alerts); got != "" {
		t.Errorf("one of eight, widened to 30.58, must not alert at 30: %q", got)
	}
	in.Result.Segments[0].Current = month("2026-10", plan.Mature, estimate(24, 20, 28, 200))
	if got := told(alert.Decide(in, now).Alerts); got != "CPIBelowThreshold/warning/support/plan=p0" {
		t.Errorf("one of eight, widened to 29.58: %q", got)
	}
}

func TestNextIsTheEarliestChangeByTime(t *testing.T) {
	in := nps(estimate(35, 31, 39, 1204))
	in.Review = &alert.Review{Last: now, Every: time.Hour / 2}
	d := alert.Decide(in, now)
	if want := now.Add(time.Hour / 4); !d.Next.Equal(want) {
		t.Errorf("next = %s, want when the review is due soon, %s", d.Next, want)
	}
	d = alert.Decide(in, d.Next)
	if want := now.Add(time.Hour / 2); !d.Next.Equal(want) {
		t.Errorf("next = %s, want the review at %s", d.Next, want)
	}
	if want := now.Add(75 * time.Minute); !d.StaleAfter.Equal(want) {
		t.Errorf("stale after = %s, want a quarter of an hour after the second run, %s", d.StaleAfter, want)
	}
	later := alert.Decide(in, d.Next)
	if got := later.Condition(alert.ReviewDue).Status; got != alert.True {
		t.Errorf("at next, ReviewDue = %s", got)
	}
	if !later.Next.Equal(d.StaleAfter) {
		t.Errorf("then next = %s, want %s", later.Next, d.StaleAfter)
	}
	if got := told(alert.Decide(in, later.Next).Alerts); got != "CPIDataStale/warning/support CPIReviewDue/warning/support" {
		t.Errorf("then alerts = %q", got)
	}
}

func TestSourceAlertsOnce(t *testing.T) {
	s := alert.SourceRuns{Name: "crm", Schedule: hourly{}, Failed: true, Reason: "AuthenticationFailed", FailedSince: now}
	alerts, next := alert.SourceAlerts(s, "", "wrong password", now)
	if len(alerts) != 0 || !next.Equal(now.Add(75*time.Minute)) {
		t.Errorf("at first: %v, next %s", alerts, next)
	}
	in := nps(estimate(-80, -90, -70, 300))
	in.Source = s
	in.Source.LastSuccess = new(now.Add(-time.Hour)) // the run before the first that failed
	if stale := alert.Decide(in, now).StaleAfter; next.After(stale) {
		t.Errorf("the source is told of at %s, after its indicators are stale at %s", next, stale)
	}
	for team, told := range map[string]string{"": "platform", "databases": "databases"} {
		alerts, _ = alert.SourceAlerts(s, team, "wrong password", next)
		if diff := cmp.Diff([]alert.Alert{{Name: alert.ComputationFailed, Severity: alert.Critical, Team: told, Message: "AuthenticationFailed: wrong password"}}, alerts); diff != "" {
			t.Error(diff)
		}
	}
}

// Rows that collapsed and a value that jumped are looked for in different places.
func TestSuspectDataTellWhatToLookFor(t *testing.T) {
	for reason, says := range map[measure.NoValueReason]string{"": "rows of 2026-10 have collapsed", measure.FarOut: "value of 2026-10 lies far outside its history"} {
		in := nps(estimate(-80, -90, -70, 300))
		in.Result.Periods = []plan.PeriodResult{flagged(month("2026-10", plan.Mature, estimate(-80, -90, -70, 300)), plan.SuspectData)}
		in.Result.Periods[0].Reason = reason
		d := alert.Decide(in, now)
		if c := d.Condition(alert.WithinThresholds); c.Status != alert.Unknown || !strings.Contains(c.Message, says) {
			t.Errorf("%q: %+v", reason, c)
		}
	}
}

func TestNumbersForPeople(t *testing.T) {
	cases := []struct {
		in   alert.Indicator
		e    measure.Estimate
		want string
	}{
		{alert.Indicator{Unit: "ratio", Percent: true}, estimate(0.265370, 0.25518, 0.275802, 7043), "26.5 % [25.5, 27.6]"},
		{alert.Indicator{Unit: "ratio", Percent: true}, estimate(0.0034, 0.0030, 0.0038, 90000), "0.34 % [0.30, 0.38]"},
		{alert.Indicator{Unit: "points"}, estimate(-0.04, -3.2, 3.1, 90), "0.0 [−3.2, 3.1]"},
		{alert.Indicator{Unit: "EUR"}, estimate(1204311.4, 1190000, 1220000, 90), "1,204,311 EUR [1,190,000, 1,220,000]"},
		{alert.Indicator{}, measure.Estimate{Value: new(12000.0)}, "12,000 "},
		{alert.Indicator{Unit: "minutes"}, estimate(4.267, 4.1, 4.4, 90), "4.27 minutes [4.10, 4.40]"},
		{alert.Indicator{Unit: "points"}, measure.Estimate{}, " "},
		{alert.Indicator{Unit: "seconds"}, estimate(93600, 79200, 108000, 90), "26.00 h [22.00, 30.00]"},
		{alert.Indicator{Unit: "seconds"}, estimate(259200, 172800, 345600, 90), "3.00 d [2.00, 4.00]"},
		{alert.Indicator{Unit: "seconds"}, estimate(41, 30, 52, 90), "41.00 s [30.00, 52.00]"},
		{alert.Indicator{Unit: "seconds"}, measure.Estimate{Value: new(2592000.0), Lower: new(1728000.0)}, "30.00 d [20.00, ∞)"},
		{alert.Indicator{Unit: "months"}, estimate(7, 6, 10, 90), "7 months [6, 10]"},
		{alert.Indicator{Unit: "months"}, measure.Estimate{Value: new(7.0), Lower: new(6.0)}, "7 months [6, ∞)"},
		{alert.Indicator{Unit: "months"}, estimate(7, 6.5, 7.5, 90), "7.00 months [6.50, 7.50]"}, // a mean
		{alert.Indicator{}, estimate(1e300, -1e300, 1e301, 90), "1e+300 [−1e+300, 1e+301]"},
	}
	for _, c := range cases {
		if got := c.in.Value(c.e) + " " + c.in.Interval(c.e); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
	percent := alert.Indicator{Percent: true}
	if got := percent.Level(0.025); got != "2.5 %" {
		t.Errorf("level = %q", got)
	}
}
