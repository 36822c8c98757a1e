package offline

import (
	"cmp"
	"maps"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/board"
	"github.com/cpi-operator/cpi-operator/internal/job"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/publish"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
	"github.com/cpi-operator/cpi-operator/internal/view"
)

// Objects of the namespace with the reports of a computation and the statuses that the operator would give them as of now,
// as if they had been created at that instant, and the alerts that it would tell. The namespace's own objects stay as they are.
func (n *Namespace) Objects(c Computed, now time.Time) (board.Objects, Alerts) {
	out := board.Objects{
		Namespace: n.Name, At: now, Reports: maps.Clone(c.Reports),
		Sources: copied(n.Sources), Datasets: copied(n.Datasets), CPIs: copied(n.CPIs), KPIs: copied(n.KPIs),
		Linkages: copied(n.Linkages), Scorecards: copied(n.Scorecards),
	}
	at := metav1.NewTime(now)
	objects, conditions := all(&out)
	for _, object := range objects {
		object.SetCreationTimestamp(at)
	}
	for i := range out.Sources {
		tellSource(&out.Sources[i], c, now)
	}
	for i := range out.Datasets {
		d := &out.Datasets[i]
		source, _ := out.Source(d.Spec.DataSourceRef.Name)
		view.TellDataset(d, source)
		d.Status.Indicators = new(view.Readers(d.Name, out.CPIs, out.KPIs))
		d.Status.ObservedGeneration = d.Generation
	}
	alerts := Judge(&out, now)
	for _, list := range conditions {
		for i := range *list {
			(*list)[i].LastTransitionTime = at
		}
	}
	return out, alerts
}

// copied objects share nothing with the old ones. They are in the order of their names.
func copied[T any, P interface {
	*T
	client.Object
	DeepCopy() *T
}](list []T) []T {
	out := make([]T, 0, len(list))
	for i := range list {
		out = append(out, *P(&list[i]).DeepCopy())
	}
	slices.SortFunc(out, func(a, b T) int { return cmp.Compare(P(&a).GetName(), P(&b).GetName()) })
	return out
}

// all objects of a namespace, and where those that are judged keep their conditions.
func all(o *board.Objects) (objects []client.Object, conditions []*[]metav1.Condition) {
	add := func(object client.Object, its *[]metav1.Condition) {
		objects, conditions = append(objects, object), append(conditions, its)
	}
	for i := range o.Sources {
		add(&o.Sources[i], &o.Sources[i].Status.Conditions)
	}
	for i := range o.Datasets {
		add(&o.Datasets[i], &o.Datasets[i].Status.Conditions)
	}
	for i := range o.CPIs {
		add(&o.CPIs[i], &o.CPIs[i].Status.Conditions)
	}
	for i := range o.KPIs {
		add(&o.KPIs[i], &o.KPIs[i].Status.Conditions)
	}
	for i := range o.Linkages {
		add(&o.Linkages[i], &o.Linkages[i].Status.Conditions)
	}
	for i := range o.Scorecards {
		add(&o.Scorecards[i], &o.Scorecards[i].Status.Conditions)
	}
	return objects, conditions
}

// tellSource notes how the run on a source went.
func tellSource(s *v1alpha1.DataSource, c Computed, now time.Time) {
	set := func(condition string, status metav1.ConditionStatus, reason, message string) {
		s.Status.Conditions = append(s.Status.Conditions, metav1.Condition{Type: condition, Status: status, Reason: reason, Message: message, ObservedGeneration: s.Generation})
	}
	s.Status.ObservedGeneration = s.Generation
	summary, indicators := ran(s.Name, c)
	s.Status.Indicators = &indicators
	if _, problems := resolve.Source(s); len(problems) > 0 {
		set(v1alpha1.ConditionReady, metav1.ConditionFalse, v1alpha1.ReasonInvalid, problems.String())
		set(v1alpha1.ConditionStalled, metav1.ConditionTrue, v1alpha1.ReasonInvalid, problems.String())
		set(v1alpha1.ConditionComputed, metav1.ConditionUnknown, v1alpha1.ReasonPending, "No run has ended yet.")
		return
	}
	if schedule, err := job.ScheduleOf(s); err == nil && s.Spec.Schedule != "" { // of any other, the cluster chooses the minute
		s.Status.Schedule = schedule.String()
	}
	set(v1alpha1.ConditionReady, metav1.ConditionTrue, v1alpha1.ReasonReady, "The source is valid.")
	set(v1alpha1.ConditionStalled, metav1.ConditionFalse, v1alpha1.ReasonProgressing, "")
	if failure, failed := c.Failed[s.Name]; failed {
		set(v1alpha1.ConditionComputed, metav1.ConditionFalse, string(failure.Reason), failure.Message)
		return
	}
	set(v1alpha1.ConditionComputed, metav1.ConditionTrue, v1alpha1.ReasonSucceeded, summary.Sentence())
	s.Status.LastSuccessTime = new(metav1.NewTime(now))
}

// ran counts what a run on a source computed, and the indicators alone.
func ran(source string, c Computed) (summary publish.Summary, indicators int32) {
	for _, report := range c.Reports {
		if report.Spec.DataSourceRef.Name != source {
			continue
		}
		if report.Spec.IndicatorRef.Kind != plan.KindLinkage {
			indicators++
		}
		summary.Expected++
		if a := report.Status.Attempt; a != nil && a.Outcome == "Failed" {
			summary.Failed++
		} else {
			summary.Succeeded++
		}
	}
	return summary, indicators
}
