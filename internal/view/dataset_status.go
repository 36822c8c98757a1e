package view

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

// TellDataset tells whether a row set is valid and whether its source, nil if there is none, exists and is ready.
func TellDataset(d *v1alpha1.Dataset, source *v1alpha1.DataSource) {
	c := conditions{&d.Status.Conditions, d.Generation}
	if _, problems := resolve.Dataset(d); len(problems) > 0 {
		c.blocked(&Blocked{Reason: v1alpha1.ReasonInvalid, Message: problems.String(), Stalled: true})
		return
	}
	name := d.Spec.DataSourceRef.Name
	switch {
	case source == nil:
		c.blocked(&Blocked{Reason: v1alpha1.ReasonReferenceNotFound, Message: fmt.Sprintf("spec.dataSourceRef: DataSource %q does not exist in this namespace.", name)})
	case SourceBroken(source):
		c.blocked(&Blocked{Reason: v1alpha1.ReasonReferenceNotReady, Message: fmt.Sprintf("spec.dataSourceRef: DataSource %q is not ready; it says why.", name)})
	default:
		c.ready("The row set is valid and its source exists. Whether the source has its tables and columns is found out by the runs.", "")
	}
}

// SourceBroken reports whether a source, as it stands, is known not to be ready.
func SourceBroken(source *v1alpha1.DataSource) bool {
	ready := meta.FindStatusCondition(source.Status.Conditions, v1alpha1.ConditionReady)
	return ready != nil && ready.Status == metav1.ConditionFalse && ready.ObservedGeneration == source.Generation
}

// Readers is how many definitions read a row set.
func Readers(dataset string, cpis []v1alpha1.CPIDefinition, kpis []v1alpha1.KPITarget) int32 {
	var count int32
	for i := range cpis {
		if slices.Contains(resolve.Datasets(&cpis[i].Spec.Indicator), dataset) {
			count++
		}
	}
	for i := range kpis {
		if slices.Contains(resolve.Datasets(&kpis[i].Spec.Indicator), dataset) {
			count++
		}
	}
	return count
}
