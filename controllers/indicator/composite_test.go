package indicator_test

import (
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
)

func ofParts(first, second string) func(*v1alpha1.CPIDefinition) {
	posts := v1alpha1.Goalposts{Worst: new(v1alpha1.Value("-20")), Best: new(v1alpha1.Value("60"))}
	return func(cpi *v1alpha1.CPIDefinition) {
		cpi.Spec.DatasetRef, cpi.Spec.Responses = nil, nil
		cpi.Spec.Measure = &v1alpha1.Measure{Composite: &v1alpha1.Composite{Method: "Arithmetic", MissingPart: "NoValue", Parts: []v1alpha1.CompositePart{
			{CPIRef: v1alpha1.LocalReference{Name: first}, Weight: "60%", Goalposts: posts},
			{CPIRef: v1alpha1.LocalReference{Name: second}, Weight: "40%", Goalposts: posts},
		}}}
	}
}

func TestACompositeFollowsItsParts(t *testing.T) {
	w := newWorld(t)
	first := w.cpi("first")
	index := w.cpi("index", ofParts("first", "second"))
	message := w.want(index.Status.Conditions, "Ready", "False", "ReferenceNotFound")
	if !strings.Contains(message, `spec.measure.composite.parts[1].cpiRef: CPIDefinition "second" does not exist`) {
		t.Errorf("message = %s", message)
	}
	w.cpi("second")
	w.reconcile(index)
	w.want(index.Status.Conditions, "Ready", "True", "Ready")
	before := w.report("cpi-index").Spec
	if before.DataSourceRef.Name != "crm" || before.RequestHash == w.report("cpi-first").Spec.RequestHash {
		t.Errorf("report = %+v", before)
	}

	first = envtestkit.Reload(w, w.client, first)
	first.Spec.Measure.NetPromoterScore.Score = "score2"
	w.update(first)
	w.reconcile(first)
	w.reconcile(index)
	if after := w.report("cpi-index").Spec; after.RequestHash == before.RequestHash {
		t.Error("another formula of a part is the same composite")
	}
}
