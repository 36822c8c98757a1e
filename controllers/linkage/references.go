package linkage

import (
	"context"
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/controllers/reports"
	"github.com/cpi-operator/cpi-operator/internal/metrics"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

// resolved is a claim with everything it refers to.
type resolved struct {
	claim  plan.Linkage
	on     resolve.LinkageContext
	source *v1alpha1.DataSource
	// other is the second data source that customers are in; nil if there is none.
	other *v1alpha1.DataSource
	// owner of the KPI, who is told where the claim names nobody.
	owner v1alpha1.Owner
	// withheld: what the claim names does not leave the cluster's API, nor does what is found of it.
	withheld bool
	// waits is what keeps the source from being read, empty if nothing does. The last findings hold meanwhile.
	waits string
}

// resolve follows the claim's references and checks it against them.
func (r *Reconciler) resolve(ctx context.Context, linkage *v1alpha1.CPILinkage) (*resolved, error) {
	o := reports.Objects{Context: ctx, Client: r.Client, Namespace: linkage.Namespace}
	on, err := resolve.FollowLinkage(linkage, o)
	if unmet, ok := errors.AsType[*resolve.Unmet](err); ok {
		return nil, &reports.Blocked{Reason: unmet.Reason, Message: unmet.Message}
	}
	if err != nil {
		return nil, err
	}
	all, err := r.claims(ctx, linkage.Namespace)
	if err != nil {
		return nil, err
	}
	if cycle := all.Cycle(linkage); cycle != "" {
		return nil, &reports.Blocked{Reason: v1alpha1.ReasonCyclicReferences, Message: cycle, Stalled: true}
	}
	claim, refusal := resolve.Linkage(linkage, on)
	if refusal != nil {
		reason := string(refusal.Reason)
		if reason == "" {
			reason = v1alpha1.ReasonInvalid
		}
		return nil, &reports.Blocked{Reason: reason, Message: refusal.String(), Stalled: true}
	}
	out := &resolved{claim: claim, on: on}
	if out.source, err = o.Source(on.KPI.Source); err != nil {
		return nil, err
	}
	if out.source == nil {
		return nil, &reports.Blocked{Reason: v1alpha1.ReasonReferenceNotReady, Message: fmt.Sprintf("spec.kpiRef: DataSource %q, which computes the KPI, does not exist.", on.KPI.Source)}
	}
	if claim.Other != "" {
		if out.other, err = o.Source(claim.Other); err != nil {
			return nil, err
		}
		if out.other == nil {
			return nil, &reports.Blocked{Reason: v1alpha1.ReasonReferenceNotReady, Message: fmt.Sprintf("DataSource %q, which customers are read from, does not exist.", claim.Other)}
		}
	}
	if err := out.readOwners(linkage, o); err != nil {
		return nil, err
	}
	if why := invalid(out.source); why != "" {
		out.waits = fmt.Sprintf("spec.kpiRef: DataSource %q, which computes the KPI, is not ready: %s", out.source.Name, why)
	} else if why := invalid(out.other); why != "" {
		out.waits = fmt.Sprintf("DataSource %q, which customers are read from, is not ready: %s", out.other.Name, why)
	}
	return out, nil
}

// invalid is what is wrong with a data source, empty if nothing is.
func invalid(source *v1alpha1.DataSource) string {
	if source == nil {
		return ""
	}
	ready := meta.FindStatusCondition(source.Status.Conditions, v1alpha1.ConditionReady)
	if ready == nil || ready.Reason != v1alpha1.ReasonInvalid || ready.ObservedGeneration != source.Generation {
		return ""
	}
	return ready.Message
}

// readOwners takes over who owns the KPI, and whether KPI or drivers withhold their numbers.
func (out *resolved) readOwners(linkage *v1alpha1.CPILinkage, o reports.Objects) error {
	kpi, err := o.KPI(linkage.Spec.KPIRef.Name)
	if err != nil || kpi == nil {
		return err
	}
	out.owner, out.withheld = kpi.Spec.Owner, withholds(kpi.Spec.Publish)
	var names []string
	if ref := kpi.Spec.CPIRef; ref != nil {
		names = append(names, ref.Name)
	}
	for _, d := range linkage.Spec.Drivers {
		names = append(names, d.CPIRef.Name)
	}
	for _, name := range names {
		cpi, err := o.CPI(name)
		if err != nil {
			return err
		}
		out.withheld = out.withheld || cpi != nil && withholds(cpi.Spec.Publish)
	}
	return nil
}

func withholds(p *v1alpha1.Publish) bool {
	return p != nil && p.Metrics == string(metrics.PublishNone)
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
