package indicator

import (
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
)

// definition is what CPIDefinition and KPITarget share, with pointers into the object.
type definition struct {
	object client.Object
	kind   alert.Kind
	spec   *v1alpha1.Indicator
	status *v1alpha1.IndicatorStatus

	title    string
	owner    v1alpha1.Owner
	theme    string // category of a KPITarget
	class    string
	alerting *v1alpha1.Alerting
	publish  *v1alpha1.Publish
	// goalOn names the CPI whose report a KPITarget judges; empty for an indicator with a measure of its own.
	goalOn string
}

func newObject(kind alert.Kind) client.Object {
	if kind == alert.KPI {
		return &v1alpha1.KPITarget{}
	}
	return &v1alpha1.CPIDefinition{}
}

func define(object client.Object) definition {
	switch o := object.(type) {
	case *v1alpha1.CPIDefinition:
		return definition{object: o, kind: alert.CPI, spec: &o.Spec.Indicator, status: &o.Status, title: o.Spec.Title,
			owner: o.Spec.Owner, theme: o.Spec.Theme, class: o.Spec.Class, alerting: o.Spec.Alerting, publish: o.Spec.Publish}
	case *v1alpha1.KPITarget:
		d := definition{object: o, kind: alert.KPI, spec: &o.Spec.Indicator, status: &o.Status, title: o.Spec.Title,
			owner: o.Spec.Owner, theme: o.Spec.Category, alerting: o.Spec.Alerting, publish: o.Spec.Publish}
		if o.Spec.CPIRef != nil {
			d.goalOn = o.Spec.CPIRef.Name
		}
		return d
	}
	panic(fmt.Sprintf("%T is not an indicator", object))
}
