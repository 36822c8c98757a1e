package scorecard_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/scorecard"
)

// The heaviest member comes first; one without a weight, or with one that the schema should have refused, counts as 1.
func TestMembersByWeight(t *testing.T) {
	w := newWorld()
	for _, name := range []string{"a", "b", "c", "d"} {
		w.cpi(name, "Time", "OK")
	}
	card := w.card("a", "b", "c", "d")
	card.Spec.Members[1].Weight, card.Spec.Members[2].Weight, card.Spec.Members[3].Weight = new(v1alpha1.Value("0.5")), new(v1alpha1.Value("0")), new(v1alpha1.Value("2.5"))
	var got []string
	weights := map[string]float64{}
	for _, m := range scorecard.Of(w.Objects, card).Members {
		got = append(got, m.Name)
		weights[m.Name] = m.Weight
	}
	if diff := cmp.Diff([]string{"d", "a", "c", "b"}, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]float64{"a": 1, "b": 0.5, "c": 1, "d": 2.5}, weights); diff != "" {
		t.Error(diff)
	}
}

// What many members rest on has the weight of all of them.
func TestASourceHasTheWeightOfItsMembers(t *testing.T) {
	w := newWorld()
	for _, name := range []string{"a", "b"} {
		w.cpi(name, "Time", "OK")
	}
	w.cpi("heavy", "Time", "Failing", said("Computed", "False", "QueryFailed", "No such column."))
	w.Sources[0].Status.Conditions = []metav1.Condition{said("Computed", "False", "Unreachable", "No answer.")}
	w.Reports["CPIDefinition/heavy"].Spec.DataSourceRef.Name = "other"
	card := w.card("heavy", "a", "b")
	card.Spec.Members[0].Weight = new(v1alpha1.Value("1.5"))
	set := scorecard.Of(w.Objects, card)
	if got := set.Actions(); len(got) != 2 || got[0].Name != "crm" || got[1].Name != "heavy" {
		t.Errorf("two members of weight 1 rest on the source, one of 1.5 fails by itself: %+v", got)
	}
}

// A goal brings in its CPI, which need not be a member: what is wrong with that, and its theme.
func TestAGoalBringsInItsCPI(t *testing.T) {
	w := newWorld()
	w.cpi("wait", "Time", "Critical", critical)
	w.goal("grow", "wait", "NotYet")
	set := w.set("/grow")
	if got := set.Actions(); len(got) != 1 || got[0].Name != "wait" {
		t.Errorf("actions %+v", got)
	}
	for _, f := range set.Coverage() {
		if strings.Contains(f.Message, "Time") {
			t.Errorf("the goal's CPI has the theme Time: %s", f.Message)
		}
	}
	if got := set.Counts(); got.Unknown != 0 || got.Attention != 0 {
		t.Errorf("that a target is not due yet is known: %+v", got)
	}
}

// A claim speaks of the set if its KPI or one of its drivers is a member.
func TestClaimsThatTouchASet(t *testing.T) {
	w := newWorld()
	w.cpi("ease", "Convenience", "OK")
	w.cpi("nps", "Advocacy", "OK")
	w.goal("grow", "nps", "OnTarget")
	w.claim("ease-grow", "grow", "ease")
	for member, want := range map[string]int{"ease": 1, "/grow": 1, "nps": 0} {
		if got := w.set(member).Claims; len(got) != want {
			t.Errorf("claims on %s: %+v", member, got)
		}
	}
}

// A doubtful number asks for attention by its state, whatever else is told of it.
func TestDoubtfulMembersNeedAttention(t *testing.T) {
	for state, want := range map[string]int{"NoData": 1, "InsufficientSample": 1, "SuspectData": 1, "OffTarget": 1, "Running": 0, "Inconclusive": 0, "OK": 0} {
		w := newWorld()
		w.cpi("nps", "Advocacy", state)
		set := w.set("nps")
		if got := set.Counts().Attention; got != want {
			t.Errorf("%s: attention %d, want %d", state, got, want)
		}
	}
}

// A review falls due by time alone; a card that declares none is told of none.
func TestReview(t *testing.T) {
	w := newWorld()
	w.cpi("nps", "Advocacy", "OK")
	card := w.card("nps")
	card.Spec.Review = &v1alpha1.Review{Every: "30d", LastReviewed: "2026-11-01"}
	set := scorecard.Of(w.Objects, card)
	status, next := set.Status(monday)
	if !next.After(monday) || next.After(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("looked at again at %s", next)
	}
	card.Status, card.Spec.Review = status, nil
	set = scorecard.Of(w.Objects, card)
	if status, next = set.Status(monday); !next.IsZero() {
		t.Errorf("looked at again at %s", next)
	}
	for _, c := range status.Conditions {
		if c.Type == "ReviewDue" {
			t.Errorf("%+v", c)
		}
	}
}

// The lever of a KPI is named by a claim on that KPI, and its owner says that it can be changed.
func TestLeversAreOfTheKPI(t *testing.T) {
	w := newWorld()
	w.cpi("ease", "Convenience", "OK")
	w.cpi("wait", "Time", "OK")
	w.cpi("nps", "Advocacy", "OK")
	w.goal("grow", "nps", "OffTarget", offTarget)
	w.goal("other", "ease", "OnTarget")
	w.claim("a-wait-other", "other", "wait")
	w.claim("ease-grow", "grow", "ease").Spec.Drivers[0].Influenceable = new(false)
	set := w.set("/grow", "/other")
	if got := set.Actions(); len(got) != 1 || got[0].Name != "grow" {
		t.Errorf("%+v", got)
	}
}

// Members of one title are told apart by their names; others keep theirs.
func TestMembersOfOneTitle(t *testing.T) {
	w := newWorld()
	for _, name := range []string{"nps", "nps-team", "ease"} {
		w.cpi(name, "Advocacy", "OK")
	}
	w.CPIs[0].Spec.Title, w.CPIs[1].Spec.Title = "Would you?", "Would you?"
	set := w.set("nps", "nps-team", "ease")
	for i, want := range []string{"Would you? (nps)", "Would you? (nps-team)", "Title of ease"} {
		if got := set.Members[i].Title; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
