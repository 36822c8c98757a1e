package linkage

import (
	"context"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/controllers/reports"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
	"github.com/cpi-operator/cpi-operator/internal/view"
)

// resolve follows the claim's references and checks it against them.
func (r *Reconciler) resolve(ctx context.Context, linkage *v1alpha1.CPILinkage) (*view.ResolvedClaim, error) {
	return view.ResolveClaim(linkage, r.objects(ctx, linkage), func() (resolve.Claims, error) { return r.claims(ctx, linkage.Namespace) })
}

// objects that a claim may refer to.
func (r *Reconciler) objects(ctx context.Context, linkage *v1alpha1.CPILinkage) reports.Objects {
	return reports.Objects{Context: ctx, Client: r.Client, Namespace: linkage.Namespace}
}

// claims are all definitions of a namespace that lead from one indicator to another. They are the cache's own.
func (r *Reconciler) claims(ctx context.Context, namespace string) (resolve.Claims, error) {
	var cpis v1alpha1.CPIDefinitionList
	var kpis v1alpha1.KPITargetList
	var linkages v1alpha1.CPILinkageList
	for _, list := range []client.ObjectList{&cpis, &kpis, &linkages} {
		if err := r.Client.List(ctx, list, client.InNamespace(namespace), client.UnsafeDisableDeepCopy); err != nil {
			return resolve.Claims{}, err
		}
	}
	return resolve.Claims{CPIs: cpis.Items, KPIs: kpis.Items, Linkages: linkages.Items}, nil
}
