package metrics_test

import (
	"strings"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/metrics"
)

// The series of an alert is the same when its numbers change; only what it says is another.
func TestAnAlertStaysTheSameWhenItsNumbersChange(t *testing.T) {
	var alerts, messages []string
	for _, value := range []float64{17, 16} {
		store := exporting()
		store.SetIndicator(cpi("nps", estimate(value, value-2, value+2, 1204)))
		found := scrape(t, store, false)
		alerts, messages = append(alerts, series(found, "cpi_alert")...), append(messages, series(found, "cpi_alert_message")...)
	}
	if len(alerts) != 2 || alerts[0] != alerts[1] {
		t.Errorf("alerts %q", alerts)
	}
	const want = `namespace="cx",name="nps",kind="CPIDefinition",alert="CPIBelowThreshold",segment="",message="16.0 [14.0, 18.0], n 1,204, in 2026-10: the whole interval lies below the critical level 20.`
	if len(messages) != 2 || messages[0] == messages[1] || !strings.HasPrefix(messages[1], want) {
		t.Errorf("messages %q, want %s", messages, want)
	}
}

func TestWhatAMessageHolds(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"one line":        {"a\nb\r\n\tc", "a b c"},
		"controls":        {"a\x00b\x1b[31m", "a\uFFFDb\uFFFD[31m"},
		"invalid UTF-8":   {"a\xffb", "a\uFFFDb"},
		"as long as may":  {strings.Repeat("x", 1024), strings.Repeat("x", 1024)},
		"longer":          {strings.Repeat("x", 1025), strings.Repeat("x", 1021) + "…"},
		"no half letters": {strings.Repeat("ü", 2000), strings.Repeat("ü", 510) + "…"},
	} {
		store := exporting()
		in := cpi("nps", estimate(35, 31, 39, 100))
		in.Decision.Alerts = []alert.Alert{{Name: alert.BelowThreshold, Severity: alert.Warning, Message: c.text}}
		store.SetIndicator(in)
		found := scrape(t, store, false)["cpi_alert_message"].Metric
		for _, l := range found[0].Label {
			if l.GetName() == "message" && l.GetValue() != c.want {
				t.Errorf("%s: %q, want %q", name, l.GetValue(), c.want)
			}
		}
	}
}

// Two alerts of one name and segment that differ in severity have one message: a template reads the first there is.
func TestOneMessageForEachAlertAndSegment(t *testing.T) {
	store := exporting()
	in := cpi("nps", estimate(35, 31, 39, 100))
	for _, severity := range []alert.Severity{alert.Warning, alert.Critical} {
		for _, segment := range []string{"", "plan=pro"} {
			in.Decision.Alerts = append(in.Decision.Alerts, alert.Alert{Name: alert.BelowThreshold, Severity: severity, Segment: segment, Message: string(severity) + segment})
		}
	}
	in.Decision.Alerts = append(in.Decision.Alerts, alert.Alert{Name: alert.Deteriorating, Severity: alert.Warning, Message: "another"})
	store.SetIndicator(in)
	found := scrape(t, store, false)
	if n := len(series(found, "cpi_alert")); n != 5 {
		t.Errorf("%d alerts", n)
	}
	of := `namespace="cx",name="nps",kind="CPIDefinition",alert=`
	expect(t, found, "cpi_alert_message", of+`"CPIBelowThreshold",segment="",message="warning" 1`, of+`"CPIBelowThreshold",segment="plan=pro",message="warningplan=pro" 1`,
		of+`"CPIDeteriorating",segment="",message="another" 1`)
}

func TestSeriesOfWhatIsMuted(t *testing.T) {
	end := time.Date(2026, time.December, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		telling alert.Telling
		want    string
		stale   string
	}{
		"told":    {alert.Telling{}, "", `severity="warning"`},
		"louder":  {alert.Telling{Severities: map[alert.Name]alert.Severity{alert.DataStale: alert.Critical}}, "", `severity="critical"`},
		"silent":  {alert.Telling{Severities: map[alert.Name]alert.Severity{alert.DataStale: alert.Silent}}, "", `severity="none"`},
		"paused":  {alert.Telling{PausedUntil: end}, `namespace="cx",name="nps",kind="CPIDefinition",reason="Paused" 1.7960832e+09`, `severity="warning"`},
		"dry run": {alert.Telling{DryRun: true}, `namespace="cx",name="nps",kind="CPIDefinition",reason="DryRun" +Inf`, `severity="warning"`},
	} {
		store := exporting()
		in := cpi("nps", estimate(17, 15, 19, 1204))
		in.View.Telling, in.View.FreshWithin = c.telling, time.Hour
		in.Decision = alert.Decide(in.View, now)
		store.SetIndicator(in)
		found := scrape(t, store, false)
		if got := strings.Join(series(found, "cpi_muted_until_timestamp_seconds"), "\n"); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		if got := len(series(found, "cpi_alert")) + len(series(found, "cpi_alert_message")); (got == 0) != (c.want != "") {
			t.Errorf("%s: %d series of alerts", name, got)
		}
		if got := series(found, "cpi_stale_after_timestamp_seconds"); len(got) != 1 || !strings.Contains(got[0], c.stale) {
			t.Errorf("%s: %q", name, got)
		}
	}
	store := exporting()
	store.SetSource(metrics.Source{Namespace: "cx", Name: "crm", Muted: &alert.Muted{Reason: alert.ReasonDryRun}})
	store.SetLinkage(metrics.Linkage{Namespace: "cx", Name: "claim", Source: "crm", Decision: alert.ClaimDecision{Decision: alert.Decision{
		Alerts: []alert.Alert{{Name: alert.ReviewOverdue, Severity: alert.Warning}}, Muted: &alert.Muted{Reason: alert.ReasonPaused, Until: end}}}})
	found := scrape(t, store, false)
	if got := series(found, "cpi_muted_until_timestamp_seconds"); len(got) != 2 {
		t.Errorf("a source and a claim: %q", got)
	}
	expect(t, found, "cpi_alert", `namespace="cx",name="claim",kind="CPILinkage",alert="CPIReviewDue",severity="warning",owner="",theme="",title="",segment="",source="crm",cpi="" 1`)
}
