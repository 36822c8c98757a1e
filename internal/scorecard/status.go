package scorecard

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/board"
	"github.com/cpi-operator/cpi-operator/internal/portfolio"
	"github.com/cpi-operator/cpi-operator/internal/view"
)

// Bounds of the schema, in characters.
const (
	maxMessage = 4096
	maxDo      = 512
	maxWhy     = 1024
)

// Counts of how members stand. One can be in several, or in none but the first.
type Counts struct {
	Members int `json:"members"`
	// Attention: something about it is wrong, late or doubtful.
	Attention int `json:"attention"`
	// OnTarget and OffTarget are KPIs whose whole interval lies on one side of the target.
	OnTarget  int `json:"onTarget"`
	OffTarget int `json:"offTarget"`
	// Unknown: nobody can tell how it stands.
	Unknown int `json:"unknown"`
}

// Counts of the set. A member that does not exist is unknown and needs attention.
func (s *Set) Counts() Counts {
	out := Counts{Members: len(s.Members) + len(s.Missing), Attention: len(s.Missing), Unknown: len(s.Missing)}
	troubled := map[Reference]bool{}
	for _, p := range s.problems {
		if p.Gravity != board.Advice {
			troubled[Reference{p.Kind, p.Name}] = true
		}
	}
	for _, m := range s.Members {
		state := alert.State(m.Summary.State)
		switch m.Standing() {
		case board.Broken, board.Critical, board.Warned, board.Doubtful:
			out.Attention++
		default:
			if troubled[m.Reference()] {
				out.Attention++
			}
		}
		switch {
		case state == alert.StateOnTarget:
			out.OnTarget++
		case state == alert.StateOffTarget:
			out.OffTarget++
		case !judged(state):
			out.Unknown++
		}
	}
	return out
}

// judged states say how an indicator stands; the others why nobody can tell.
func judged(s alert.State) bool {
	return slices.Contains([]alert.State{
		alert.StateOK, alert.StateWarning, alert.StateCritical, alert.StateUndated, alert.StateOnTarget, alert.StateOffTarget, alert.StateNotYet,
	}, s)
}

// Status of the card as of now, following its present one, and when it changes by time alone; zero if it does not.
func (s *Set) Status(now time.Time) (out v1alpha1.ScorecardStatus, next time.Time) {
	s.Card.Status.DeepCopyInto(&out)
	set := func(condition string, ok bool, reason, message string) {
		status := metav1.ConditionFalse
		if ok {
			status = metav1.ConditionTrue
		}
		meta.SetStatusCondition(&out.Conditions, metav1.Condition{
			Type: condition, Status: status, Reason: reason, Message: view.Cut(message, maxMessage), ObservedGeneration: s.Card.Generation,
		})
	}
	if len(s.Missing) == 0 {
		set(v1alpha1.ConditionReady, true, v1alpha1.ReasonReady, "All members exist.")
	} else {
		set(v1alpha1.ConditionReady, false, v1alpha1.ReasonReferenceNotFound, s.unready())
	}
	reason, message := told(s.Coverage(), v1alpha1.ReasonCovered, "Each theme in which customers gain has a member, and so has each department that is expected.")
	set(v1alpha1.ConditionCovered, reason == v1alpha1.ReasonCovered, reason, message)
	reason, message = told(s.Balance(), v1alpha1.ReasonBalanced, "The members look at customers too, and no topic has most of the weight.")
	set(v1alpha1.ConditionBalanced, reason == v1alpha1.ReasonBalanced, reason, message)

	review := alert.DecideReview(view.Review(s.Card, s.Card.Spec.Review), s.Card.Spec.Owner.Team, now)
	if c := review.Condition(alert.ReviewDue); c != nil {
		set(v1alpha1.ConditionReviewDue, c.Status == alert.True, string(c.Reason), c.Message)
	} else {
		meta.RemoveStatusCondition(&out.Conditions, v1alpha1.ConditionReviewDue)
	}
	c := s.Counts()
	out.Summary = &v1alpha1.ScorecardSummary{
		Members: count(c.Members), Attention: count(c.Attention), OnTarget: count(c.OnTarget), OffTarget: count(c.OffTarget), Unknown: count(c.Unknown),
	}
	out.Actions = nil
	for _, a := range s.Foremost() {
		out.Actions = append(out.Actions, v1alpha1.ScorecardAction{
			Do: view.Cut(a.Do, maxDo), Team: a.Team, Why: view.Cut(strings.Join(a.Why, " "), maxWhy), Kind: a.Kind, Name: a.Name,
		})
	}
	out.ObservedGeneration = s.Card.Generation
	return out, review.Next
}

func count(n int) *int32 { return new(int32(n)) } //nolint:gosec // a card has at most 64 members

// told puts findings into a condition's words; with none, all is well.
func told(findings []portfolio.Finding, well, message string) (string, string) {
	if len(findings) == 0 {
		return well, message
	}
	var texts []string
	for _, f := range findings {
		texts = append(texts, f.Message)
	}
	return string(findings[0].Rule), strings.Join(texts, " ")
}

// unready says which members do not exist.
func (s *Set) unready() string {
	return fmt.Sprintf("spec.members: %s not exist in this namespace.", absent(s.Missing))
}

func absent(missing []Reference) string {
	var names []string
	for _, m := range missing {
		names = append(names, fmt.Sprintf("%s %q", m.Kind, m.Name))
	}
	if len(names) == 1 {
		return names[0] + " does"
	}
	return strings.Join(names, ", ") + " do"
}
