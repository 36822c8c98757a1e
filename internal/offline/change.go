package offline

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/board"
	"github.com/cpi-operator/cpi-operator/internal/history"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

// What an edit does to an indicator or a claim.
type What string

// What an edit does. Numbers under a new formula are not to be compared with those before.
const (
	Unchanged  What = "unchanged"
	Added      What = "new"
	Removed    What = "removed"
	Broken     What = "broken" // it can be computed no more
	NewFormula What = "new formula"
	Rejudged   What = "judged otherwise" // the same numbers, or findings, mean something else
	Reworded   What = "edited"           // numbers and judgement stay: its texts, its owner or the like change
	Awaited    What = "not computed yet" // no edit, but there were no numbers before
)

// Change of one indicator or claim.
type Change struct {
	Kind, Name, Title string
	What              What
	// Was and Is what is told of it; nil where it is not there.
	Was, Is *Told
	// Begin and End are the alerts that do. Moved ones go on, and are told to another team.
	Begin, End, Moved []alert.Alert
	// Edits of the definition or, where it is as it was, of the datasets and sources that it reads, in words.
	Edits []string
	// Why it cannot be computed as it stands; empty where it can.
	Why string
}

// Told of an indicator or a claim, as people read it.
type Told struct {
	// Value with its Interval and n, of an indicator; of a claim, the effect of the strongest driver.
	Value, Interval string
	N               *int64
	Period, Target  string
	// State of an indicator; verdict on a claim.
	State string
	// Variant is the name in public of an indicator's formula, if it has one; of a claim, the strongest driver.
	Variant string
}

// side of a change: an indicator or a claim before it, or after.
type side struct {
	plan.Key
	title    string
	told     Told
	formula  string
	blocked  string
	awaited  bool // a run is awaited, and nothing else
	spec     any
	datasets []string
}

// Changes that an edit makes, one of each indicator and claim: CPIs, KPIs, claims, each by name.
func (e *Edited) Changes() []Change {
	before, after := sidesOf(e.Before), sidesOf(e.After)
	all := maps.Clone(before)
	maps.Copy(all, after)
	kinds := []string{resolve.KindCPIDefinition, resolve.KindKPITarget, plan.KindLinkage}
	var out []Change
	for _, key := range slices.SortedFunc(maps.Keys(all), func(a, b plan.Key) int {
		return cmp.Or(cmp.Compare(slices.Index(kinds, a.Kind), slices.Index(kinds, b.Kind)), cmp.Compare(a.Name, b.Name))
	}) {
		out = append(out, e.change(before[key], after[key]))
	}
	return out
}

// change of one that is there before, after, or both.
func (e *Edited) change(was, is *side) Change {
	if was == nil {
		return Change{Kind: is.Kind, Name: is.Name, Title: is.title, What: Added, Is: &is.told, Begin: e.AlertsAfter[is.String()], Why: is.blocked}
	}
	out := Change{Kind: was.Kind, Name: was.Name, Title: was.title, What: Removed, Was: &was.told, End: e.AlertsBefore[was.String()]}
	if is == nil {
		return out
	}
	out.Title, out.Is, out.Why = is.title, &is.told, is.blocked
	out.Begin = without(e.AlertsAfter[is.String()], e.AlertsBefore[is.String()])
	out.End = without(e.AlertsBefore[is.String()], e.AlertsAfter[is.String()])
	out.Moved = moved(e.AlertsBefore[was.String()], e.AlertsAfter[is.String()])
	out.Edits = e.edits(was, is)
	switch {
	case len(out.Edits) == 0 && was.awaited && !is.awaited && is.blocked == "":
		out.What = Awaited
	case is.blocked != "" && was.blocked == "":
		out.What = Broken
	case is.formula != was.formula:
		out.What = NewFormula
	case !same(was.told, is.told) || len(out.Begin)+len(out.End) > 0:
		out.What = Rejudged
	case len(out.Edits) > 0:
		out.What = Reworded
	default:
		out.What = Unchanged
	}
	return out
}

// without gives the alerts of a that b has not.
func without(a, b []alert.Alert) []alert.Alert {
	return slices.DeleteFunc(slices.Clone(a), func(one alert.Alert) bool {
		return slices.ContainsFunc(b, func(other alert.Alert) bool { return alike(one, other) })
	})
}

// moved gives the alerts of now that were those of another team.
func moved(was, now []alert.Alert) []alert.Alert {
	return slices.DeleteFunc(slices.Clone(now), func(one alert.Alert) bool {
		return !slices.ContainsFunc(was, func(other alert.Alert) bool { return alike(one, other) && one.Team != other.Team })
	})
}

// alike alerts have the same name, severity and segment.
func alike(a, b alert.Alert) bool {
	return a.Name == b.Name && a.Severity == b.Severity && a.Segment == b.Segment
}

// edits in words.
func (e *Edited) edits(was, is *side) []string {
	out := history.Differences("spec", decoded(was.spec), decoded(is.spec))
	if len(out) > 0 || was.formula == is.formula {
		return out
	}
	between := func(kind, name string, was, is any) {
		out = append(out, history.Differences(fmt.Sprintf("%s/%s: spec", kind, name), decoded(was), decoded(is))...)
	}
	for _, name := range is.datasets {
		old, _ := e.Before.Dataset(name)
		now, _ := e.After.Dataset(name)
		if old == nil || now == nil {
			continue
		}
		between("Dataset", name, old.Spec, now.Spec)
		from, _ := e.Before.Source(old.Spec.DataSourceRef.Name)
		to, _ := e.After.Source(old.Spec.DataSourceRef.Name)
		if from != nil && to != nil {
			between("DataSource", from.Name, from.Spec, to.Spec)
		}
	}
	return history.Bounded(out)
}

// decoded JSON of a spec.
func decoded(spec any) any {
	text, err := json.Marshal(spec)
	var out any
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		panic(err) // objects of the API always go to JSON and back
	}
	return out
}

// sidesOf all indicators and claims of a namespace.
func sidesOf(o board.Objects) map[plan.Key]*side {
	out := map[plan.Key]*side{}
	add := func(kind, name, title string, spec any, indicator *v1alpha1.Indicator, s v1alpha1.IndicatorStatus, reported string) {
		one := &side{
			Key: plan.Key{Kind: kind, Name: name}, title: title, spec: spec, datasets: resolve.Datasets(indicator),
			formula: formulaOf(s.Baseline),
		}
		if sum := s.Summary; sum != nil {
			one.told = Told{Value: sum.Value, Interval: sum.Interval, N: sum.N, Period: sum.Period, Target: sum.Target, State: sum.State}
			if state := alert.State(sum.State); state == alert.StatePending || state == alert.StateInvalid {
				one.blocked = unready(s.Conditions)
				one.awaited = state == alert.StatePending && one.blocked == ""
			}
		} else {
			one.awaited = true
		}
		if report := o.Reports[reported]; report != nil && report.Status.Result != nil {
			one.told.Variant = report.Status.Result.Variant
		}
		out[one.Key] = one
	}
	for _, c := range o.CPIs {
		add(resolve.KindCPIDefinition, c.Name, c.Spec.Title, c.Spec, &c.Spec.Indicator, c.Status, resolve.KindCPIDefinition+"/"+c.Name)
	}
	for _, k := range o.KPIs {
		reported := resolve.KindKPITarget + "/" + k.Name
		if k.Spec.CPIRef != nil {
			reported = resolve.KindCPIDefinition + "/" + k.Spec.CPIRef.Name
		}
		add(resolve.KindKPITarget, k.Name, k.Spec.Title, k.Spec, &k.Spec.Indicator, k.Status, reported)
	}
	for i := range o.Linkages {
		l := &o.Linkages[i]
		one := &side{
			Key: plan.Key{Kind: plan.KindLinkage, Name: l.Name}, title: o.TitleOf(l), spec: l.Spec,
			formula: formulaOf(l.Status.Baseline),
		}
		if l.Status.Verdict == "" {
			one.blocked = unready(l.Status.Conditions)
			one.awaited = one.blocked == ""
		}
		if sum := l.Status.Summary; sum != nil {
			one.told = Told{Value: sum.Effect, State: sum.Verdict, Variant: sum.Driver}
		}
		out[one.Key] = one
	}
	return out
}

func formulaOf(b *v1alpha1.Baseline) string {
	if b == nil {
		return ""
	}
	return b.RequestHash
}

// unready is why an object is not, empty if it is.
func unready(conditions []metav1.Condition) string {
	if c := meta.FindStatusCondition(conditions, v1alpha1.ConditionReady); c != nil && c.Status == metav1.ConditionFalse {
		return c.Message
	}
	return ""
}
