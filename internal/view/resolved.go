package view

import (
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/metrics"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

// Resolved is a definition with everything it refers to.
type Resolved struct {
	resolve.Followed
	// Waits is what keeps the source from being read, empty if nothing does. The last numbers hold meanwhile.
	Waits string
}

// Resolve follows the definition's references and checks it against them. An error is a *Blocked or one of objects.
func (d Definition) Resolve(objects resolve.Objects) (*Resolved, error) {
	var found resolve.Followed
	var err error
	switch o := d.Object.(type) {
	case *v1alpha1.CPIDefinition:
		found, err = resolve.FollowCPI(o, objects)
	case *v1alpha1.KPITarget:
		found, err = resolve.FollowKPI(o, objects)
	}
	if err != nil {
		return nil, blockedBy(err)
	}
	out := &Resolved{Followed: found}
	spec, whose := d.Spec, ""
	if found.CPI != nil {
		spec, whose = &found.CPI.Spec.Indicator, "its "
	}
	if resolve.Parts(spec) != nil { // parts say themselves what they wait for
		return out, nil
	}
	if why := invalid(found.On.Source); why != "" {
		out.Waits = fmt.Sprintf("%s: DataSource %q is not ready: %s", whose+readFrom(spec), found.On.Source.Name, why)
	}
	return out, nil
}

// readFrom is the field that leads to an indicator's source.
func readFrom(spec *v1alpha1.Indicator) string {
	if spec.DataSourceRef != nil {
		return "spec.dataSourceRef"
	}
	return "spec.datasetRef"
}

// invalid is what is wrong with a data source, empty if nothing is. What else than a fault of its own keeps it from being
// ready may hang on its indicators: to wait for it could be to wait for us.
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

// ResolvedClaim is a claim with everything it refers to.
type ResolvedClaim struct {
	Claim plan.Linkage
	On    resolve.LinkageContext
	// Source is that of the KPI.
	Source *v1alpha1.DataSource
	// Other is the second data source that customers are in; nil if there is none.
	Other *v1alpha1.DataSource
	// Owner of the KPI, who is told where the claim names nobody.
	Owner v1alpha1.Owner
	// Withheld: what the claim names does not leave the cluster's API, nor does what is found of it.
	Withheld bool
	// Waits is what keeps the source from being read, empty if nothing does. The last findings hold meanwhile.
	Waits string
}

// ResolveClaim follows the claim's references and checks it against them and against the other claims of its namespace,
// which all gives. An error is a *Blocked or one of objects or all.
func ResolveClaim(linkage *v1alpha1.CPILinkage, objects resolve.Objects, all func() (resolve.Claims, error)) (*ResolvedClaim, error) {
	on, err := resolve.FollowLinkage(linkage, objects)
	if err != nil {
		return nil, blockedBy(err)
	}
	claims, err := all()
	if err != nil {
		return nil, err
	}
	if cycle := claims.Cycle(linkage); cycle != "" {
		return nil, &Blocked{Reason: v1alpha1.ReasonCyclicReferences, Message: cycle, Stalled: true}
	}
	claim, refusal := resolve.Linkage(linkage, on)
	if refusal != nil {
		reason := string(refusal.Reason)
		if reason == "" {
			reason = v1alpha1.ReasonInvalid
		}
		return nil, &Blocked{Reason: reason, Message: refusal.String(), Stalled: true}
	}
	out := &ResolvedClaim{Claim: claim, On: on}
	if out.Source, err = objects.Source(on.KPI.Source); err != nil {
		return nil, err
	}
	if out.Source == nil {
		return nil, &Blocked{Reason: v1alpha1.ReasonReferenceNotReady, Message: fmt.Sprintf("spec.kpiRef: DataSource %q, which computes the KPI, does not exist.", on.KPI.Source)}
	}
	if claim.Other != "" {
		if out.Other, err = objects.Source(claim.Other); err != nil {
			return nil, err
		}
		if out.Other == nil {
			return nil, &Blocked{Reason: v1alpha1.ReasonReferenceNotReady, Message: fmt.Sprintf("DataSource %q, which customers are read from, does not exist.", claim.Other)}
		}
	}
	if err := out.readOwners(linkage, objects); err != nil {
		return nil, err
	}
	if why := invalid(out.Source); why != "" {
		out.Waits = fmt.Sprintf("spec.kpiRef: DataSource %q, which computes the KPI, is not ready: %s", out.Source.Name, why)
	} else if why := invalid(out.Other); why != "" {
		out.Waits = fmt.Sprintf("DataSource %q, which customers are read from, is not ready: %s", out.Other.Name, why)
	}
	return out, nil
}

// readOwners takes over who owns the KPI, and whether KPI or drivers withhold their numbers.
func (out *ResolvedClaim) readOwners(linkage *v1alpha1.CPILinkage, objects resolve.Objects) error {
	kpi, err := objects.KPI(linkage.Spec.KPIRef.Name)
	if err != nil || kpi == nil {
		return err
	}
	out.Owner, out.Withheld = kpi.Spec.Owner, withholds(kpi.Spec.Publish)
	var names []string
	if ref := kpi.Spec.CPIRef; ref != nil {
		names = append(names, ref.Name)
	}
	for _, d := range linkage.Spec.Drivers {
		names = append(names, d.CPIRef.Name)
	}
	for _, name := range names {
		cpi, err := objects.CPI(name)
		if err != nil {
			return err
		}
		out.Withheld = out.Withheld || cpi != nil && withholds(cpi.Spec.Publish)
	}
	return nil
}

func withholds(p *v1alpha1.Publish) bool {
	return p != nil && p.Metrics == string(metrics.PublishNone)
}

// ClaimTeam is who is told of a claim: its own team or, where it names none, the KPI's. An error is one of objects.
func ClaimTeam(linkage *v1alpha1.CPILinkage, objects resolve.Objects) (string, error) {
	if o := linkage.Spec.Owner; o != nil {
		return o.Team, nil
	}
	kpi, err := objects.KPI(linkage.Spec.KPIRef.Name)
	if err != nil || kpi == nil {
		return "", err
	}
	return kpi.Spec.Owner.Team, nil
}
