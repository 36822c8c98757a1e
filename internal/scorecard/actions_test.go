package scorecard_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/scorecard"
)

func TestForemost(t *testing.T) {
	type row struct {
		build func(*world) scorecard.Set
		want  []string // kind/name: beginning of what to do
	}
	for name, c := range map[string]row{
		"nothing wrong": {func(w *world) scorecard.Set {
			w.cpi("nps", "Advocacy", "OK")
			return w.set("nps")
		}, nil},
		"advice may wait": {func(w *world) scorecard.Set {
			w.cpi("nps", "Advocacy", "OK")
			w.goal("grow", "nps", "OnTarget", advice)
			return w.set("nps", "/grow")
		}, nil},
		"what is no member is not told": {func(w *world) scorecard.Set {
			w.cpi("nps", "Advocacy", "OK")
			w.cpi("ease", "Convenience", "Critical", critical)
			return w.set("nps")
		}, nil},
		"gravity before weight": {func(w *world) scorecard.Set {
			w.cpi("nps", "Advocacy", "Warning", warning)
			w.cpi("ease", "Convenience", "Critical", critical)
			card := w.card("nps", "ease")
			card.Spec.Members[0].Weight = new(v1alpha1.Value("9"))
			return scorecard.Of(w.Objects, card)
		}, []string{"CPIDefinition/ease: Look into “Title of ease”, which is beyond its critical threshold.", "CPIDefinition/nps: Look into “Title of nps”, which is beyond its threshold."}},
		"weight before order, a guardrail before another, three at most": {func(w *world) scorecard.Set {
			for _, name := range []string{"a", "b", "c", "d"} {
				w.cpi(name, "Time", "Warning", warning)
			}
			card := w.card("a", "b", "c", "d")
			card.Spec.Members[3].Weight, card.Spec.Members[2].Guardrail = new(v1alpha1.Value("1.5")), new(true)
			return scorecard.Of(w.Objects, card)
		}, []string{"CPIDefinition/d: ", "CPIDefinition/c: ", "CPIDefinition/a: "}},
		"data that fail come first, then a divergence": {func(w *world) scorecard.Set {
			w.cpi("nps", "Advocacy", "Critical", critical)
			w.goal("grow", "nps", "OnTarget", diverging)
			w.Sources[0].Status.Conditions = append(w.Sources[0].Status.Conditions, said("Computed", "False", "Unreachable", "No answer."))
			return w.set("nps", "/grow")
		}, []string{"DataSource/crm: Mend the data source “crm”", "KPITarget/grow: Look at the customers behind “Title of grow”", "CPIDefinition/nps: "}},
		"a member that does not exist is a matter of the set": {func(w *world) scorecard.Set {
			w.cpi("nps", "Advocacy", "Critical", critical)
			return w.set("nps", "gone", "/lost")
		}, []string{"Scorecard/board: Mend the members of “Customers”: some of them do not exist.", "CPIDefinition/nps: "}},
		"doubtful data before other warnings": {func(w *world) scorecard.Set {
			w.cpi("ease", "Convenience", "Warning", warning)
			w.cpi("nps", "Advocacy", "SuspectData", suspect)
			return w.set("ease", "nps")
		}, []string{"CPIDefinition/nps: Check the data of “Title of nps”", "CPIDefinition/ease: "}},
		"a goal and its CPI are one matter": {func(w *world) scorecard.Set {
			w.cpi("nps", "Advocacy", "Critical", critical)
			w.goal("grow", "nps", "OffTarget", offTarget)
			return w.set("nps", "/grow")
		}, []string{"CPIDefinition/nps: Look into “Title of nps”, which is beyond its critical threshold."}},
		"the lever of a missed target": {func(w *world) scorecard.Set {
			w.cpi("ease", "Convenience", "OK")
			w.cpi("nps", "Advocacy", "OK")
			w.goal("grow", "nps", "OffTarget", offTarget)
			w.claim("ease-grow", "grow", "ease")
			return w.set("/grow")
		}, []string{"CPIDefinition/ease: Work on “Title of ease”: it goes with “Title of grow”, and its owner can change it."}},
		"of several drivers the one with most influence": {func(w *world) scorecard.Set {
			w.cpi("ease", "Convenience", "OK")
			w.cpi("wait", "Time", "OK")
			w.cpi("nps", "Advocacy", "OK")
			w.goal("grow", "nps", "OffTarget", offTarget)
			w.claim("both", "grow", "ease", "wait")
			w.Reports["CPILinkage/both"].Status.Link.Influence = &v1alpha1.LinkInfluence{TopActions: []string{"wait", "ease"}}
			return w.set("/grow")
		}, []string{"CPIDefinition/wait: "}},
		"a driver that nobody can change is no lever": {func(w *world) scorecard.Set {
			w.cpi("ease", "Convenience", "OK")
			w.cpi("nps", "Advocacy", "OK")
			w.goal("grow", "nps", "OffTarget", offTarget)
			w.claim("ease-grow", "grow", "ease").Spec.Drivers[0].Influenceable = nil
			return w.set("/grow")
		}, []string{"KPITarget/grow: Look into “Title of grow”, which misses its target; no claim names"}},
		"nor is one that is not confirmed": {func(w *world) scorecard.Set {
			w.cpi("ease", "Convenience", "OK")
			w.cpi("nps", "Advocacy", "OK")
			w.goal("grow", "nps", "OffTarget", offTarget)
			w.claim("ease-grow", "grow", "ease").Status.Drivers[0].Verdict = "InsufficientData"
			return w.set("/grow")
		}, []string{"KPITarget/grow: "}},
		"a lever that is in trouble itself is told once": {func(w *world) scorecard.Set {
			w.cpi("ease", "Convenience", "Critical", critical)
			w.cpi("nps", "Advocacy", "OK")
			w.goal("grow", "nps", "OffTarget", offTarget)
			w.claim("ease-grow", "grow", "ease")
			return w.set("/grow", "ease")
		}, []string{"CPIDefinition/ease: Look into “Title of ease”, which is beyond its critical threshold. It goes with “Title of grow”, and its owner can change it."}},
		"a segment is a matter of its own": {func(w *world) scorecard.Set {
			w.cpi("nps", "Advocacy", "Warning", warning)
			w.CPIs[0].Status.SegmentAlerts = []v1alpha1.SegmentAlert{{Segment: "plan=Basic", Severity: "critical", Team: "basic", Message: "2 [1, 3], n 90"}}
			return w.set("nps")
		}, []string{"CPIDefinition/nps: Look into “Title of nps”, which is beyond its threshold. Segment: plan=Basic.", "CPIDefinition/nps: "}},
		"a claim that waits for its review": {func(w *world) scorecard.Set {
			w.cpi("nps", "Advocacy", "OK")
			w.goal("grow", "nps", "OnTarget")
			w.claim("nps-grow", "grow", "nps").Status.Conditions = []metav1.Condition{review}
			return w.set("/grow")
		}, []string{"CPILinkage/nps-grow: Review the definition of “Title of nps-grow”."}},
	} {
		set := c.build(newWorld())
		var got []string
		for _, a := range set.Foremost() {
			got = append(got, a.Kind+"/"+a.Name+": "+a.Do)
		}
		if len(got) != len(c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
			continue
		}
		for i := range got {
			if !strings.HasPrefix(got[i], c.want[i]) {
				t.Errorf("%s: %q, want %q", name, got[i], c.want[i])
			}
		}
	}
}

// An action gives the decisions' own sentences, and who can act on them.
func TestActionsSayWhyAndWho(t *testing.T) {
	w := newWorld()
	w.cpi("ease", "Convenience", "Warning", warning)
	w.cpi("nps", "Advocacy", "OK")
	w.goal("grow", "nps", "OffTarget", offTarget)
	w.claim("ease-grow", "grow", "ease")
	set := w.set("ease", "/grow")
	want := []scorecard.Action{{
		Gravity: "warning", Do: "Look into “Title of ease”, which is beyond its threshold. It goes with “Title of grow”, and its owner can change it.", Team: "support",
		Why:  []string{warning.Message, offTarget.Message, "Supported: ease +2 pp [1, 3], n 400."},
		Kind: "CPIDefinition", Name: "ease", Title: "Title of ease",
	}}
	if diff := cmp.Diff(want, set.Actions()); diff != "" {
		t.Error(diff)
	}
}
