package board

import (
	"fmt"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
	"github.com/cpi-operator/cpi-operator/internal/view"
)

func find[T any](items []T, is func(*T) bool) *T {
	for i := range items {
		if is(&items[i]) {
			return &items[i]
		}
	}
	return nil
}

// CPI by name; nil if there is none. The error is always nil, as of all lookups here.
func (o Objects) CPI(name string) (*v1alpha1.CPIDefinition, error) {
	return find(o.CPIs, func(c *v1alpha1.CPIDefinition) bool { return c.Name == name }), nil
}

// KPI by name; nil if there is none.
func (o Objects) KPI(name string) (*v1alpha1.KPITarget, error) {
	return find(o.KPIs, func(k *v1alpha1.KPITarget) bool { return k.Name == name }), nil
}

// Linkage by name; nil if there is none.
func (o Objects) Linkage(name string) *v1alpha1.CPILinkage {
	return find(o.Linkages, func(l *v1alpha1.CPILinkage) bool { return l.Name == name })
}

// Dataset by name; nil if there is none.
func (o Objects) Dataset(name string) (*v1alpha1.Dataset, error) {
	return find(o.Datasets, func(d *v1alpha1.Dataset) bool { return d.Name == name }), nil
}

// Source by name; nil if there is none.
func (o Objects) Source(name string) (*v1alpha1.DataSource, error) {
	return find(o.Sources, func(s *v1alpha1.DataSource) bool { return s.Name == name }), nil
}

// Report of an indicator or a linkage; nil before there is one.
func (o Objects) Report(kind, name string) (*v1alpha1.IndicatorReport, error) {
	return o.Reports[kind+"/"+name], nil
}

// View of a CPIDefinition or KPITarget, which knows how its numbers are written and which of its periods people are shown.
// An error says why the definition cannot be read as it stands.
func (o Objects) View(kind, name string) (*alert.Indicator, error) {
	switch kind {
	case resolve.KindCPIDefinition:
		cpi, _ := o.CPI(name)
		if cpi == nil {
			break
		}
		found, err := resolve.FollowCPI(cpi, o)
		if err != nil {
			return nil, err
		}
		return view.Indicator(cpi, found, o.Reports[kind+"/"+name]), nil
	case resolve.KindKPITarget:
		kpi, _ := o.KPI(name)
		if kpi == nil {
			break
		}
		found, err := resolve.FollowKPI(kpi, o)
		if err != nil {
			return nil, err
		}
		return view.Indicator(kpi, found, o.reportOf(kpi)), nil
	}
	return nil, fmt.Errorf("there is no %s %q in namespace %s", kind, name, o.Namespace)
}

// reportOf a KPITarget is its own or, of a goal, that of its CPI; nil before there is one.
func (o Objects) reportOf(kpi *v1alpha1.KPITarget) *v1alpha1.IndicatorReport {
	if kpi.Spec.CPIRef != nil {
		return o.Reports[resolve.KindCPIDefinition+"/"+kpi.Spec.CPIRef.Name]
	}
	return o.Reports[resolve.KindKPITarget+"/"+kpi.Name]
}

// Found is what the last run found of a claim as it stands; nil before there is anything, or only of a former claim.
func (o Objects) Found(linkage string) *v1alpha1.ReportLink {
	r := o.Reports[plan.KindLinkage+"/"+linkage]
	if r == nil || r.Status.Link == nil || r.Status.Link.RequestHash != r.Spec.RequestHash {
		return nil
	}
	return r.Status.Link
}
