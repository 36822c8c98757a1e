package access

import (
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
	"github.com/cpi-operator/cpi-operator/internal/job"
)

// revisions: the operator makes and deletes those of definitions, and can do nothing to those that StatefulSets and
// DaemonSets roll back to.
func revisions(t *testing.T, admin, asOperator client.Client, cpi *v1alpha1.CPIDefinition) {
	revision := func(name string, changes ...func(*appsv1.ControllerRevision)) *appsv1.ControllerRevision {
		out := &appsv1.ControllerRevision{
			ObjectMeta: metav1.ObjectMeta{
				Namespace: cpi.Namespace, Name: name, Labels: map[string]string{job.LabelManagedBy: job.ManagedBy},
				OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(cpi, v1alpha1.GroupVersion.WithKind("CPIDefinition"))},
			},
			Revision: 1, Data: runtime.RawExtension{Raw: []byte("{}")},
		}
		for _, change := range changes {
			change(out)
		}
		return out
	}
	foreign := map[string]func(*appsv1.ControllerRevision){
		"unlabelled": func(r *appsv1.ControllerRevision) { r.Labels = nil },
		"by-another": func(r *appsv1.ControllerRevision) { r.Labels[job.LabelManagedBy] = "other" },
		"unowned":    func(r *appsv1.ControllerRevision) { r.OwnerReferences = nil },
		"of-a-set": func(r *appsv1.ControllerRevision) {
			r.OwnerReferences[0].APIVersion, r.OwnerReferences[0].Kind, r.OwnerReferences[0].Name = "apps/v1", "StatefulSet", "db"
		},
		"held": func(r *appsv1.ControllerRevision) { r.OwnerReferences[0].Controller = nil },
	}
	envtestkit.Eventually(t, func() bool { // the policy takes a moment until it is in force
		probe := revision("", foreign["unlabelled"])
		probe.GenerateName = "probe-"
		return apierrors.IsForbidden(asOperator.Create(t.Context(), probe))
	})
	for name, change := range foreign {
		if err := asOperator.Create(t.Context(), revision(name, change)); !apierrors.IsForbidden(err) {
			t.Errorf("%s: made with error %v, want forbidden", name, err)
		}
		theirs := revision(name, change)
		envtestkit.Create(t, admin, theirs)
		if err := asOperator.Delete(t.Context(), theirs); !apierrors.IsForbidden(err) {
			t.Errorf("%s: deleted with error %v, want forbidden", name, err)
		}
		if err := admin.Delete(t.Context(), theirs); err != nil {
			t.Errorf("%s: others are not concerned: %v", name, err)
		}
	}

	own := revision("own")
	envtestkit.Create(t, asOperator, own)
	own.Revision = 2
	if err := asOperator.Update(t.Context(), own); !apierrors.IsForbidden(err) {
		t.Errorf("edited with error %v, want forbidden", err)
	}
	if err := asOperator.Delete(t.Context(), own); err != nil {
		t.Errorf("its own cannot be deleted: %v", err)
	}
}
