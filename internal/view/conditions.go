package view

import (
	"cmp"
	"errors"
	"slices"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

// Bounds of the schema, in characters. Longer texts are cut: a long name must not get a status refused.
const (
	maxMessage       = 4096
	maxSegmentAlerts = 32
	maxSummary       = 64
	maxPeriod        = 32
	maxSegment       = 512
	maxAlert         = 1024
	maxSentence      = 1024
	maxExplanation   = 32
	maxName          = 63
	maxEffect        = 128
	maxShort         = 32
	maxVerdict       = 96
	maxReason        = 64
)

// Cut shortens a text to so many characters.
func Cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	return string(runes[:limit-1]) + "…"
}

// Blocked is why an object cannot be computed as it stands. It is told in Ready and is no failure of the reconcile: an
// edit or a new object, which is watched, brings us back.
type Blocked struct {
	Reason  string
	Message string
	// Stalled: only an edit of this object helps.
	Stalled bool
}

// Error is reason and message.
func (b *Blocked) Error() string { return b.Reason + ": " + b.Message }

// blockedBy makes a *Blocked of what following references found; any other error stays.
func blockedBy(err error) error {
	if unmet, ok := errors.AsType[*resolve.Unmet](err); ok {
		return &Blocked{Reason: unmet.Reason, Message: unmet.Message}
	}
	if invalid, ok := errors.AsType[*resolve.Invalid](err); ok {
		return &Blocked{Reason: v1alpha1.ReasonInvalid, Message: invalid.Error(), Stalled: true}
	}
	return err
}

// conditions of an object at a generation.
type conditions struct {
	list       *[]metav1.Condition
	generation int64
}

func (c conditions) set(condition string, status metav1.ConditionStatus, reason, message string) {
	meta.SetStatusCondition(c.list, metav1.Condition{
		Type: condition, Status: status, Reason: reason, Message: Cut(message, maxMessage), ObservedGeneration: c.generation,
	})
}

func (c conditions) has(condition string) bool {
	return meta.FindStatusCondition(*c.list, condition) != nil
}

// ready: valid, and all that the object refers to exists, as message says; what it waits for may not be ready.
func (c conditions) ready(message, waits string) {
	if waits == "" {
		c.set(v1alpha1.ConditionReady, metav1.ConditionTrue, v1alpha1.ReasonReady, message)
	} else {
		c.set(v1alpha1.ConditionReady, metav1.ConditionFalse, v1alpha1.ReasonReferenceNotReady, waits)
	}
	c.set(v1alpha1.ConditionStalled, metav1.ConditionFalse, v1alpha1.ReasonProgressing, "")
}

// blocked: not ready, and stalled if only an edit helps.
func (c conditions) blocked(why *Blocked) {
	c.set(v1alpha1.ConditionReady, metav1.ConditionFalse, why.Reason, why.Message)
	if why.Stalled {
		c.set(v1alpha1.ConditionStalled, metav1.ConditionTrue, why.Reason, why.Message)
	} else {
		c.set(v1alpha1.ConditionStalled, metav1.ConditionFalse, v1alpha1.ReasonProgressing, "")
	}
}

// decided takes over the conditions of types that a decision is about; those it leaves out do not apply and are removed.
func (c conditions) decided(d *alert.Decision, types ...alert.Type) {
	for _, t := range types {
		if found := d.Condition(t); found != nil {
			c.set(string(t), metav1.ConditionStatus(found.Status), string(found.Reason), found.Message)
		} else {
			meta.RemoveStatusCondition(c.list, string(t))
		}
	}
}

// order conditions as they are told, whatever happened first: the same objects read the same.
func (c conditions) order(types []string) {
	slices.SortStableFunc(*c.list, func(a, b metav1.Condition) int {
		return cmp.Compare(slices.Index(types, a.Type), slices.Index(types, b.Type))
	})
}
