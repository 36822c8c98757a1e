package datasource

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/controllers/runs"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

// Bounds of texts in bytes; an Event with a longer one is refused.
const (
	maxMessage = 4096
	maxEvent   = 1024
)

func set(ds *v1alpha1.DataSource, condition string, status metav1.ConditionStatus, reason, message string) {
	meta.SetStatusCondition(&ds.Status.Conditions, metav1.Condition{
		Type: condition, Status: status, Reason: reason, Message: runs.Cut(message, maxMessage), ObservedGeneration: ds.Generation,
	})
}

// setReady: valid, and its account and CronJob are in place.
func setReady(ds *v1alpha1.DataSource) {
	if ptr.Deref(ds.Spec.Suspend, false) {
		set(ds, v1alpha1.ConditionReady, metav1.ConditionTrue, v1alpha1.ReasonSuspended, "No runs are started while spec.suspend is set.")
	} else {
		set(ds, v1alpha1.ConditionReady, metav1.ConditionTrue, v1alpha1.ReasonReady, "The source is valid and its runs are scheduled.")
	}
	set(ds, v1alpha1.ConditionStalled, metav1.ConditionFalse, v1alpha1.ReasonProgressing, "")
}

// setInvalid: only an edit helps.
func setInvalid(ds *v1alpha1.DataSource, problems resolve.Problems) {
	set(ds, v1alpha1.ConditionReady, metav1.ConditionFalse, v1alpha1.ReasonInvalid, problems.String())
	set(ds, v1alpha1.ConditionStalled, metav1.ConditionTrue, v1alpha1.ReasonInvalid, problems.String())
}

// setHindered: a child cannot be made, for a reason that may lie outside this object.
func setHindered(ds *v1alpha1.DataSource, reason string, why error) {
	set(ds, v1alpha1.ConditionReady, metav1.ConditionFalse, reason, why.Error())
	set(ds, v1alpha1.ConditionStalled, metav1.ConditionFalse, v1alpha1.ReasonProgressing, "")
}

// setComputed tells how the last run went, or why the present one does not start.
func setComputed(ds *v1alpha1.DataSource, told runs.Verdict) {
	status := metav1.ConditionFalse
	if told.Good() {
		status = metav1.ConditionTrue
	}
	set(ds, v1alpha1.ConditionComputed, status, told.Reason, told.Message)
}

// setAlerting says that nobody is told of failures, where that is so.
func setAlerting(ds *v1alpha1.DataSource, dryRun bool) {
	if dryRun {
		set(ds, v1alpha1.ConditionAlerting, metav1.ConditionFalse, v1alpha1.ReasonDryRun, "Nobody is told anything: the operator runs with --dry-run.")
	} else {
		meta.RemoveStatusCondition(&ds.Status.Conditions, v1alpha1.ConditionAlerting)
	}
}

// setDefaults makes every condition present from the first look on.
func setDefaults(ds *v1alpha1.DataSource) {
	for _, missing := range []metav1.Condition{
		{Type: v1alpha1.ConditionReady, Reason: v1alpha1.ReasonProgressing, Message: "The source's account and CronJob are not in place yet."},
		{Type: v1alpha1.ConditionStalled, Reason: v1alpha1.ReasonProgressing},
		{Type: v1alpha1.ConditionComputed, Reason: v1alpha1.ReasonPending, Message: "No run has ended yet."},
	} {
		if meta.FindStatusCondition(ds.Status.Conditions, missing.Type) == nil {
			set(ds, missing.Type, metav1.ConditionUnknown, missing.Reason, missing.Message)
		}
	}
}

// tellTransitions sends one Event for each condition whose status or reason changed, but for the start.
func (r *Reconciler) tellTransitions(before, after *v1alpha1.DataSource) {
	for _, now := range after.Status.Conditions {
		was := meta.FindStatusCondition(before.Status.Conditions, now.Type)
		if was != nil && was.Status == now.Status && was.Reason == now.Reason {
			continue
		}
		switch {
		case now.Type == v1alpha1.ConditionStalled, now.Type == v1alpha1.ConditionAlerting, now.Status == metav1.ConditionUnknown:
		case now.Status == metav1.ConditionFalse:
			r.Events.Eventf(after, nil, corev1.EventTypeWarning, now.Reason, now.Type, "%s", runs.Cut(now.Message, maxEvent))
		case was != nil && was.Status == metav1.ConditionFalse:
			r.Events.Eventf(after, nil, corev1.EventTypeNormal, now.Reason, now.Type, "%s", runs.Cut(now.Message, maxEvent))
		}
	}
}

// neverStarted is what the Computed condition says of a run that did not start, and whether the source was edited since.
func neverStarted(ds *v1alpha1.DataSource) (message string, edited bool) {
	computed := meta.FindStatusCondition(ds.Status.Conditions, v1alpha1.ConditionComputed)
	if computed == nil || computed.Reason != v1alpha1.ReasonNeverStarted {
		return "", false
	}
	return computed.Message, computed.ObservedGeneration < ds.Generation
}
