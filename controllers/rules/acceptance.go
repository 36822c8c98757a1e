package rules

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// state is what became of a namespace's rules.
type state string

const (
	written  state = "Written" // and nothing tells whether a Prometheus takes them
	accepted state = "Accepted"
	rejected state = "Rejected"
	foreign  state = "Foreign"
)

// reasonInvalid is that of the Event by which the Prometheus operator rejects an object.
const reasonInvalid = "InvalidConfiguration"

// becameOf reads back what the Prometheus operator says of rules as they stand now: in their status, if it writes one, or
// by an Event. Of a ConfigMap nobody says anything.
func (r *Reconciler) becameOf(ctx context.Context, got client.Object) (state, error) {
	rule, ok := got.(*unstructured.Unstructured)
	if !ok {
		return written, nil
	}
	out, why := bindings(rule)
	if out != rejected {
		var events corev1.EventList
		if err := r.Live.List(ctx, &events, client.InNamespace(rule.GetNamespace()),
			client.MatchingFields{"involvedObject.uid": string(rule.GetUID()), "reason": reasonInvalid}); err != nil {
			return "", err
		}
		for i := range events.Items {
			if events.Items[i].InvolvedObject.ResourceVersion == rule.GetResourceVersion() {
				out, why = rejected, events.Items[i].Message
			}
		}
	}
	if out == rejected {
		ctrl.LoggerFrom(ctx).Info("the Prometheus operator rejects the rules, so nobody is told of the namespace's alerts", "namespace", rule.GetNamespace(), "why", why)
	}
	return out, nil
}

// bindings are what each Prometheus that selects the rules says of them. One that rejects them is one whose readers are told
// nothing.
func bindings(rule *unstructured.Unstructured) (state, string) {
	out := written
	each, _, _ := unstructured.NestedSlice(rule.Object, "status", "bindings")
	for _, binding := range each {
		fields, _ := binding.(map[string]any)
		conditions, _, _ := unstructured.NestedSlice(fields, "conditions")
		for _, condition := range conditions {
			c, _ := condition.(map[string]any)
			if c["type"] != "Accepted" || c["observedGeneration"] != rule.GetGeneration() {
				continue
			}
			switch c["status"] {
			case "True":
				out = accepted
			case "False":
				message, _ := c["message"].(string)
				return rejected, message
			}
		}
	}
	return out, ""
}
