package indicator

import (
	"context"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
)

// guards are what the linkages of a KPITarget tell of it; nil for a CPI.
func (r *Reconciler) guards(ctx context.Context, d definition) (*alert.Guards, error) {
	kpi, ok := d.object.(*v1alpha1.KPITarget)
	if !ok {
		return nil, nil
	}
	var list v1alpha1.CPILinkageList
	if err := r.Client.List(ctx, &list, client.InNamespace(kpi.Namespace), client.UnsafeDisableDeepCopy); err != nil {
		return nil, err
	}
	guardrails := map[string]bool{} // a CPI counts once, however many claims name it
	out := &alert.Guards{Incentivised: ptr.Deref(kpi.Spec.Incentivised, false)}
	for i := range list.Items {
		l := &list.Items[i]
		if l.Spec.KPIRef.Name != kpi.Name || !l.DeletionTimestamp.IsZero() {
			continue
		}
		out.Linkages++
		for _, driver := range l.Spec.Drivers {
			if driver.Guardrail != nil {
				guardrails[driver.CPIRef.Name] = true
			}
		}
		switch c := meta.FindStatusCondition(l.Status.Conditions, v1alpha1.ConditionDiverging); {
		case c == nil:
		case c.Status == metav1.ConditionTrue:
			out.Diverging = append(out.Diverging, c.Message)
		case c.Status == metav1.ConditionFalse:
			out.Steady++
		}
	}
	out.Guardrails = len(guardrails)
	return out, nil
}

// byLinkage leads from a claim to the KPI that it is on.
func byLinkage(_ context.Context, object client.Object) []reconcile.Request {
	l := object.(*v1alpha1.CPILinkage)
	return []reconcile.Request{{NamespacedName: client.ObjectKey{Namespace: l.Namespace, Name: l.Spec.KPIRef.Name}}}
}
