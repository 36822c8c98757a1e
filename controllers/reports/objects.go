package reports

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

// Objects finds what definitions of a namespace refer to, in the cluster.
type Objects struct {
	Context   context.Context //nolint:containedctx // one look, within one reconcile
	Client    client.Reader
	Namespace string
}

func read[T client.Object](o Objects, name string, into T) (T, error) {
	err := o.Client.Get(o.Context, types.NamespacedName{Namespace: o.Namespace, Name: name}, into)
	if err != nil {
		var none T
		return none, client.IgnoreNotFound(err)
	}
	return into, nil
}

// CPI by name.
func (o Objects) CPI(name string) (*v1alpha1.CPIDefinition, error) {
	return read(o, name, &v1alpha1.CPIDefinition{})
}

// KPI by name.
func (o Objects) KPI(name string) (*v1alpha1.KPITarget, error) {
	return read(o, name, &v1alpha1.KPITarget{})
}

// Dataset by name.
func (o Objects) Dataset(name string) (*v1alpha1.Dataset, error) {
	return read(o, name, &v1alpha1.Dataset{})
}

// Source by name.
func (o Objects) Source(name string) (*v1alpha1.DataSource, error) {
	return read(o, name, &v1alpha1.DataSource{})
}

// Report of an indicator, if it is its own.
func (o Objects) Report(kind, name string) (*v1alpha1.IndicatorReport, error) {
	report, err := read(o, planstep.ReportName(kind, name), &v1alpha1.IndicatorReport{})
	if err != nil || report == nil {
		return nil, err
	}
	var owner metav1.Object
	switch kind {
	case resolve.KindKPITarget:
		kpi, err := o.KPI(name)
		if err != nil || kpi == nil {
			return nil, err
		}
		owner = kpi
	default:
		cpi, err := o.CPI(name)
		if err != nil || cpi == nil {
			return nil, err
		}
		owner = cpi
	}
	if !metav1.IsControlledBy(report, owner) {
		return nil, nil
	}
	return report, nil
}
