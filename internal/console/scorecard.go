package console

import (
	"regexp"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/board"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
	"github.com/cpi-operator/cpi-operator/internal/scorecard"
)

// cardPage is a Scorecard with its members. It has no score.
type cardPage struct {
	Namespace string
	Name      string
	Spec      v1alpha1.ScorecardSpec
	Counts    scorecard.Counts
	Actions   []cardAction
	// Findings are conditions that say that something is left out, or due.
	Findings []metav1.Condition
	KPIs     []row
	Groups   []group
	Missing  []scorecard.Reference
	Doubts   []scorecard.Doubt
	// Since when things have changed, Changed of which members.
	Since   time.Time
	Changed []scorecard.ValueChange
}

type cardAction struct {
	scorecard.Action
	// Path of the object's page below the namespace; empty if it has none.
	Path string
}

// ReportCommand writes the scorecard as a document, of the same objects that the page shows.
func (v *visit) ReportCommand(name string) string {
	words := []string{"kubectl cpi report", name, "-n", v.Namespace}
	for _, path := range v.site.options.Files {
		words = append(words, "-f", shellWord(path))
	}
	return strings.Join(words, " ")
}

var plainWord = regexp.MustCompile(`^[\w./:@%+,=-]+$`)

// shellWord is text as a shell takes it for one word.
func shellWord(text string) string {
	if plainWord.MatchString(text) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

func (s *site) scorecard(v *visit) (*answer, error) {
	name := v.PathValue("name")
	var names []string
	var card *v1alpha1.Scorecard
	for i := range v.Objects.Scorecards {
		c := &v.Objects.Scorecards[i]
		if names = append(names, c.Name); c.Name == name {
			card = c
		}
	}
	if card == nil {
		return nil, unknownName{kind: "scorecard", name: name, known: names}
	}
	set := scorecard.Of(v.Objects, card)
	page := cardPage{Namespace: v.Namespace, Name: name, Spec: card.Spec, Counts: set.Counts(), Missing: set.Missing, Doubts: set.Doubts()}
	for _, a := range set.Foremost() {
		action := cardAction{Action: a}
		if kind := linkable[a.Kind]; kind != "" && a.Name != "" {
			action.Path = kind + "/" + a.Name
		}
		page.Actions = append(page.Actions, action)
	}
	status, _ := set.Status(v.Objects.At)
	for _, c := range status.Conditions {
		wrong := metav1.ConditionFalse
		if c.Type == v1alpha1.ConditionReviewDue {
			wrong = metav1.ConditionTrue
		}
		if c.Status == wrong {
			page.Findings = append(page.Findings, c)
		}
	}
	claims := claimsOf(v.Objects.Claims())
	for _, m := range set.Members {
		r := rowOf(v.Namespace, m.Entry, claims)
		r.Guardrail = m.Guardrail
		if m.Kind == resolve.KindKPITarget {
			page.KPIs = append(page.KPIs, r)
			continue
		}
		at := slices.IndexFunc(page.Groups, func(g group) bool { return g.Theme == m.Theme })
		if at < 0 {
			at = len(page.Groups)
			page.Groups = append(page.Groups, group{Theme: m.Theme})
		}
		page.Groups[at].Rows = append(page.Groups[at].Rows, r)
	}
	slices.SortStableFunc(page.Groups, func(a, b group) int { return slices.Index(board.Themes, a.Theme) - slices.Index(board.Themes, b.Theme) })
	since := set.LastTime()
	page.Since, page.Changed = since.At, set.Changes(since).Values
	return &answer{page: "scorecard", title: card.Spec.Title, data: page}, nil
}
