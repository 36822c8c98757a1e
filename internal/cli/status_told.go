package cli

import (
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/board"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

// namespaceStatus is a namespace as status tells it.
type namespaceStatus struct {
	objects  board.Objects
	entries  []board.Entry
	problems []board.Problem
}

func statusOf(objects board.Objects) namespaceStatus {
	return namespaceStatus{objects: objects, entries: objects.Entries(), problems: objects.Problems()}
}

// toldStatus is the same as programs read it.
type toldStatus struct {
	Namespace  string        `json:"namespace"`
	At         time.Time     `json:"at"`
	Problems   []toldProblem `json:"problems"`
	Indicators []toldEntry   `json:"indicators"`
	Claims     []toldLink    `json:"claims"`
	Sources    []toldSource  `json:"sources"`
}

type toldProblem struct {
	Severity  string     `json:"severity"`
	Kind      string     `json:"kind,omitempty"`
	Name      string     `json:"name,omitempty"`
	Segment   string     `json:"segment,omitempty"`
	Condition string     `json:"condition,omitempty"`
	Reason    string     `json:"reason"`
	Owner     string     `json:"owner,omitempty"`
	Since     *time.Time `json:"since,omitempty"`
	Message   string     `json:"message"`
}

type toldEntry struct {
	Kind      string `json:"kind"`
	Name      string `json:"name"`
	Title     string `json:"title"`
	Theme     string `json:"theme,omitempty"`
	Category  string `json:"category,omitempty"`
	Objective string `json:"objective,omitempty"`
	Owner     string `json:"owner"`
	GoalOn    string `json:"goalOn,omitempty"`
	v1alpha1.IndicatorSummary
	Number *board.Number `json:"number,omitempty"`
}

func entryTold(e board.Entry) toldEntry {
	return toldEntry{
		Kind: e.Kind, Name: e.Name, Title: e.Title, Theme: e.Theme, Category: e.Category, Objective: e.Objective, Owner: e.Team, GoalOn: e.GoalOn,
		IndicatorSummary: e.Summary, Number: e.Number(),
	}
}

type toldLink struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	KPI   string `json:"kpi"`
	Owner string `json:"owner,omitempty"`
	Stage string `json:"stage,omitempty"`
	v1alpha1.LinkSummary
	toldEffect
}

func linkTold(o board.Objects, c board.Claim) toldLink {
	return toldLink{Name: c.Name, Title: c.Title, KPI: c.KPI, Owner: c.Team, Stage: c.Stage, LinkSummary: c.Summary, toldEffect: effectTold(o, c)}
}

// toldEffect is what the effect of a claim's strongest driver rests on, and the effect for programs.
type toldEffect struct {
	N *int64 `json:"n,omitempty"`
	// Level is what N counts: Customers or Periods.
	Level string `json:"level,omitempty"`
	// Number is a difference of the KPI; Per, of periods, the step of the CPI that it goes with.
	Number *board.Number `json:"number,omitempty"`
	Per    string        `json:"per,omitempty"`
}

func effectTold(o board.Objects, c board.Claim) toldEffect {
	effect := c.Effect()
	if effect == nil {
		return toldEffect{}
	}
	return toldEffect{N: effect.N, Level: effect.Level, Number: o.Number(c), Per: effect.Per}
}

// sample in words, such as 5517 customers.
func (e toldEffect) sample() string {
	if e.N == nil {
		return ""
	}
	return strconv.FormatInt(*e.N, 10) + " " + strings.ToLower(e.Level)
}

type toldSource struct {
	Name            string       `json:"name"`
	State           string       `json:"state"`
	Message         string       `json:"message,omitempty"`
	Schedule        string       `json:"schedule,omitempty"`
	Indicators      *int32       `json:"indicators,omitempty"`
	LastRun         *metav1.Time `json:"lastRun,omitempty"`
	LastSuccessTime *metav1.Time `json:"lastSuccessTime,omitempty"`
}

func (s namespaceStatus) told() toldStatus {
	out := toldStatus{
		Namespace: s.objects.Namespace, At: s.objects.At,
		Problems: []toldProblem{}, Indicators: []toldEntry{}, Claims: []toldLink{}, Sources: []toldSource{},
	}
	for _, p := range s.problems {
		told := toldProblem{
			Severity: string(p.Gravity), Kind: p.Kind, Name: p.Name, Segment: p.Segment, Condition: p.Condition, Reason: p.Reason, Owner: p.Team, Message: p.Message,
		}
		if s.objects.Happened(p.Since) {
			told.Since = &p.Since
		}
		out.Problems = append(out.Problems, told)
	}
	for _, e := range s.entries {
		out.Indicators = append(out.Indicators, entryTold(e))
	}
	for _, c := range s.objects.Claims() {
		out.Claims = append(out.Claims, linkTold(s.objects, c))
	}
	for i := range s.objects.Sources {
		out.Sources = append(out.Sources, sourceTold(s.objects, &s.objects.Sources[i]))
	}
	return out
}

// sourceTold is how runs on a data source go: the reason of what is wrong, if anything is.
func sourceTold(o board.Objects, s *v1alpha1.DataSource) toldSource {
	out := toldSource{Name: s.Name, State: v1alpha1.ReasonPending, Schedule: s.Status.Schedule, Indicators: s.Status.Indicators}
	if last := s.Status.LastSuccessTime; last != nil && o.Happened(last.Time) {
		out.LastSuccessTime = last
	}
	if run := s.Status.LastRun; run != nil {
		out.LastRun = run.CompletionTime
	}
	for _, kind := range []string{v1alpha1.ConditionReady, v1alpha1.ConditionComputed} {
		c := meta.FindStatusCondition(s.Status.Conditions, kind)
		if c == nil {
			continue
		}
		if c.Status == metav1.ConditionFalse {
			out.State, out.Message = c.Reason, c.Message
			return out
		}
		if kind == v1alpha1.ConditionComputed || c.Reason == v1alpha1.ReasonSuspended {
			out.State = c.Reason
		}
	}
	if s.Spec.Suspend != nil && *s.Spec.Suspend {
		out.State = v1alpha1.ReasonSuspended
	}
	return out
}

// shortNames of the kinds as kubectl takes them.
var shortNames = map[string]string{
	resolve.KindCPIDefinition: "cpi", resolve.KindKPITarget: "kpi", plan.KindLinkage: "cpilink", string(alert.Source): "cpisource", "Dataset": "dataset", kindScorecard: "scorecard",
}

// called is an object as kubectl takes it, such as cpi/telco-churn.
func called(kind, name string) string {
	if short, known := shortNames[kind]; known {
		kind = short
	}
	return kind + "/" + name
}

// ago is how long something is past, as of now; empty if it is not known.
func ago(now time.Time, then *metav1.Time) string {
	if then.IsZero() {
		return ""
	}
	return duration.HumanDuration(now.Sub(then.Time)) + " ago"
}
