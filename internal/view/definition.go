package view

import (
	"fmt"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/metrics"
)

// Definition is what CPIDefinition and KPITarget share, with pointers into the object.
type Definition struct {
	Object client.Object
	Kind   alert.Kind
	Spec   *v1alpha1.Indicator
	Status *v1alpha1.IndicatorStatus

	Title    string
	Owner    v1alpha1.Owner
	Theme    string // category of a KPITarget
	Class    string
	Alerting *v1alpha1.Alerting
	Publish  *v1alpha1.Publish
	// GoalOn names the CPI whose report a KPITarget judges; empty for an indicator with a measure of its own.
	GoalOn string
}

// Define an object, which is a *CPIDefinition or a *KPITarget.
func Define(object client.Object) Definition {
	switch o := object.(type) {
	case *v1alpha1.CPIDefinition:
		return Definition{Object: o, Kind: alert.CPI, Spec: &o.Spec.Indicator, Status: &o.Status, Title: o.Spec.Title,
			Owner: o.Spec.Owner, Theme: o.Spec.Theme, Class: o.Spec.Class, Alerting: o.Spec.Alerting, Publish: o.Spec.Publish}
	case *v1alpha1.KPITarget:
		d := Definition{Object: o, Kind: alert.KPI, Spec: &o.Spec.Indicator, Status: &o.Status, Title: o.Spec.Title,
			Owner: o.Spec.Owner, Theme: o.Spec.Category, Alerting: o.Spec.Alerting, Publish: o.Spec.Publish}
		if o.Spec.CPIRef != nil {
			d.GoalOn = o.Spec.CPIRef.Name
		}
		return d
	}
	panic(fmt.Sprintf("%T is not an indicator", object))
}

// Published says which series leave; a goal's segments are its CPI's and are exported there.
func (d Definition) Published() metrics.Publish {
	out := metrics.PublishAll
	if d.Publish != nil && d.Publish.Metrics != "" {
		out = metrics.Publish(d.Publish.Metrics)
	}
	if d.GoalOn != "" && out == metrics.PublishAll {
		return metrics.PublishTotalOnly
	}
	return out
}

// zone in which the days of a definition begin that may not be valid.
func (d Definition) zone() *time.Location {
	if p := d.Spec.Period; p != nil {
		if zone, err := time.LoadLocation(string(p.TimeZone)); err == nil {
			return zone
		}
	}
	return time.UTC
}
