package planstep

import (
	"errors"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

// errElsewhere: a claim on a KPI of another source, whose runs test it.
var errElsewhere = errors.New("another source's runs test it")

// objects finds what claims refer to among a run's inputs.
type objects struct {
	in Inputs
}

func objectsOf(in Inputs) objects { return objects{in} }

func named[T any](items []T, name string, nameOf func(*T) string) *T {
	for i := range items {
		if nameOf(&items[i]) == name {
			return &items[i]
		}
	}
	return nil
}

// CPI by name.
func (o objects) CPI(name string) (*v1alpha1.CPIDefinition, error) {
	return named(o.in.CPIs, name, func(c *v1alpha1.CPIDefinition) string { return c.Name }), nil
}

// KPI by name.
func (o objects) KPI(name string) (*v1alpha1.KPITarget, error) {
	return named(o.in.KPIs, name, func(k *v1alpha1.KPITarget) string { return k.Name }), nil
}

// Dataset by name.
func (o objects) Dataset(name string) (*v1alpha1.Dataset, error) {
	return named(o.in.Datasets, name, func(d *v1alpha1.Dataset) string { return d.Name }), nil
}

// Source is the run's; a claim that asks for another one is not this run's, unless it has the run to itself.
func (o objects) Source(name string) (*v1alpha1.DataSource, error) {
	if o.in.Linkage != "" {
		return named(o.in.Sources, name, func(s *v1alpha1.DataSource) string { return s.Name }), nil
	}
	if name != o.in.Source.Name {
		return nil, errElsewhere
	}
	return o.in.Source, nil
}

// Report of an indicator.
func (o objects) Report(kind, name string) (*v1alpha1.IndicatorReport, error) {
	var uid string
	switch kind {
	case resolve.KindCPIDefinition:
		if cpi, _ := o.CPI(name); cpi != nil {
			uid = string(cpi.UID)
		}
	case resolve.KindKPITarget:
		if kpi, _ := o.KPI(name); kpi != nil {
			uid = string(kpi.UID)
		}
	}
	return named(o.in.Reports, uid, func(r *v1alpha1.IndicatorReport) string { return r.Spec.IndicatorRef.UID }), nil
}

// reportOf a side of a claim: of a goal on a CPI, the CPI's.
func (o objects) reportOf(key plan.Key) (*v1alpha1.IndicatorReport, error) {
	if key.Kind == resolve.KindKPITarget {
		if kpi, _ := o.KPI(key.Name); kpi != nil && kpi.Spec.CPIRef != nil {
			key = plan.Key{Kind: resolve.KindCPIDefinition, Name: kpi.Spec.CPIRef.Name}
		}
	}
	return o.Report(key.Kind, key.Name)
}
