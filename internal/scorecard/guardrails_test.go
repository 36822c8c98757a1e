package scorecard_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
)

// Of a divergence the numbers of those that lost stand there with interval and n, and the KPI's that looks good.
func TestADivergenceIsToldWithItsNumbers(t *testing.T) {
	w := newWorld()
	w.cpi("nps", "Advocacy", "Warning")
	w.cpi("ease", "Convenience", "OK")
	w.goal("grow", "ease", "OnTarget", diverging)
	w.CPIs[0].Status.Summary = &v1alpha1.IndicatorSummary{State: "Warning", Value: "10.3", Interval: "[3.8, 16.7]", N: new(int64(680)), Period: "2026-10"}
	w.KPIs[0].Status.Summary = &v1alpha1.IndicatorSummary{State: "OnTarget", Value: "1.2 M EUR", Period: "2026-10"}
	w.claim("nps-grow", "grow", "nps", "ease")
	w.Reports["CPILinkage/nps-grow"].Status.Link.Divergence = &v1alpha1.LinkDivergence{Diverging: new(true), Lost: []v1alpha1.LinkGuardrailState{{Driver: "nps"}}}
	set := w.set("/grow")
	want := []string{diverging.Message, "“Title of nps”: 10.3 [3.8, 16.7], n 680, in 2026-10.", "“Title of grow”: 1.2 M EUR, in 2026-10."}
	if got := set.Foremost(); len(got) != 1 || !cmp.Equal(got[0].Why, want) {
		t.Errorf("%+v, want %q", got, want)
	}
}

// That nobody can tell whether a KPI and its guardrails drift apart is a doubt, with the reason in words.
func TestGuardrailsThatCannotBeJudged(t *testing.T) {
	w := newWorld()
	w.cpi("nps", "Advocacy", "OK")
	w.goal("grow", "nps", "OnTarget", said("Diverging", "Unknown", "Pending", "The guardrails have not been judged yet; the conditions of the CPILinkages say why."))
	w.KPIs[0].Status.Summary.Value = "1.2 M EUR"
	w.claim("nps-grow", "grow", "nps")
	set := w.set("/grow")
	if got := set.Drift("grow"); got != w.KPIs[0].Status.Conditions[0].Message {
		t.Errorf("without a run there is nothing else to say: %q", got)
	}
	for reason, want := range map[string]string{
		"NoSuchPeriod": "Not known: “Title of nps”: there is no value in the KPI's latest period.",
		"TooFewRows":   "Not known: “Title of nps”: there are too few rows.",
		"Else":         "Not known: “Title of nps”: Else.",
	} {
		w.Reports["CPILinkage/nps-grow"].Status.Link.Divergence = &v1alpha1.LinkDivergence{Guardrails: []v1alpha1.LinkGuardrailState{{Driver: "nps", Reason: reason}}}
		if got := set.Drift("grow"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if got := set.Doubts(); len(got) != 1 || got[0].What != "whether it and its guardrails drift apart" || got[0].Why != want || got[0].Name != "grow" {
			t.Errorf("%+v", got)
		}
	}
	w.KPIs[0].Status.Summary.Value = "" // without a value nobody misses the comparison
	set = w.set("/grow")
	if got := set.Doubts(); got != nil {
		t.Errorf("%+v", got)
	}
	w.KPIs[0].Status.Summary.Value = "1.2 M EUR"
	w.KPIs[0].Status.Conditions[0] = said("Diverging", "False", "NotDiverging", "The KPI and its guardrails do not drift apart.")
	set = w.set("/grow")
	if got := set.Doubts(); got != nil || set.Drift("grow") != w.KPIs[0].Status.Conditions[0].Message {
		t.Errorf("%+v", got)
	}
}

// Of a source that fails its own words are told, once; numbers that were never there are not called the last good ones.
func TestDoubtsOfWhatFails(t *testing.T) {
	w := newWorld()
	w.Sources[0].Status.Conditions = append(w.Sources[0].Status.Conditions, said("Computed", "False", "Unreachable", "No answer from db.example."))
	failing := said("Computed", "False", "SourceFailed", "DataSource crm: Unreachable. Its own Computed condition says what to do.")
	never := said("SampleSufficient", "Unknown", "NoData", "No run has finished under the present formula yet.")
	w.cpi("nps", "Advocacy", "Failing", failing, never)
	w.cpi("ease", "Convenience", "Failing", failing)
	w.CPIs[1].Status.Summary.Value = "50.0 %"
	set := w.set("nps", "ease")
	var got []string
	for _, d := range set.Doubts() {
		got = append(got, d.Name+": "+d.What+": "+d.Why)
	}
	want := []string{
		"nps: the value: there is none: DataSource crm: Unreachable: No answer from db.example.",
		"ease: a new value: the last good one stands: DataSource crm: Unreachable: No answer from db.example.",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
