package offline

import (
	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
)

// objects finds what definitions refer to among those of the namespace.
type objects struct {
	*Namespace
	reports map[string]*v1alpha1.IndicatorReport // by kind and name
}

// Report of an indicator.
func (o objects) Report(kind, name string) (*v1alpha1.IndicatorReport, error) {
	return o.reports[kind+"/"+name], nil
}

func named[T any](list []T, name string, nameOf func(*T) string) *T {
	for i := range list {
		if nameOf(&list[i]) == name {
			return &list[i]
		}
	}
	return nil
}

// CPI by name.
func (o objects) CPI(name string) (*v1alpha1.CPIDefinition, error) {
	return named(o.CPIs, name, func(c *v1alpha1.CPIDefinition) string { return c.Name }), nil
}

// KPI by name.
func (o objects) KPI(name string) (*v1alpha1.KPITarget, error) {
	return named(o.KPIs, name, func(k *v1alpha1.KPITarget) string { return k.Name }), nil
}

// Dataset by name.
func (o objects) Dataset(name string) (*v1alpha1.Dataset, error) {
	return named(o.Datasets, name, func(d *v1alpha1.Dataset) string { return d.Name }), nil
}

// Source by name.
func (o objects) Source(name string) (*v1alpha1.DataSource, error) {
	return named(o.Sources, name, func(s *v1alpha1.DataSource) string { return s.Name }), nil
}
