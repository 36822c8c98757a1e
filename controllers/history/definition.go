package history

import (
	"encoding/json"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
)

// Card is the kind of Scorecards, of which nobody is alerted.
const Card alert.Kind = "Scorecard"

// noFormula stands where a definition has none: a set of indicators computes nothing.
const noFormula = "none"

// definition is an object whose edits are remembered, of whatever kind.
type definition struct {
	object   client.Object
	kind     alert.Kind
	spec     any
	observed *int64
	baseline **v1alpha1.Baseline
	changes  *[]v1alpha1.DefinitionChange
}

// define makes an empty one of a kind.
func define(kind alert.Kind) definition {
	switch kind {
	case alert.KPI:
		return of(&v1alpha1.KPITarget{})
	case alert.Link:
		return of(&v1alpha1.CPILinkage{})
	case Card:
		return of(&v1alpha1.Scorecard{})
	}
	return of(&v1alpha1.CPIDefinition{})
}

// of an object.
func of(object client.Object) definition {
	indicator := func(kind alert.Kind, spec any, s *v1alpha1.IndicatorStatus) definition {
		return definition{object: object, kind: kind, spec: spec, observed: &s.ObservedGeneration, baseline: &s.Baseline, changes: &s.Changes}
	}
	switch o := object.(type) {
	case *v1alpha1.KPITarget:
		return indicator(alert.KPI, &o.Spec, &o.Status)
	case *v1alpha1.CPILinkage:
		s := &o.Status
		return definition{object: o, kind: alert.Link, spec: &o.Spec, observed: &s.ObservedGeneration, baseline: &s.Baseline, changes: &s.Changes}
	case *v1alpha1.Scorecard:
		s := &o.Status
		return definition{object: o, kind: Card, spec: &o.Spec, observed: &s.ObservedGeneration, baseline: new(&v1alpha1.Baseline{RequestHash: noFormula}), changes: &s.Changes}
	case *v1alpha1.CPIDefinition:
		return indicator(alert.CPI, &o.Spec, &o.Status)
	}
	panic("history: a definition of an unknown kind")
}

// looked reports whether the status speaks of the definition as it stands, its formula included.
func (d definition) looked() bool { return *d.observed == d.object.GetGeneration() }

// formula in force; empty before there is one.
func (d definition) formula() string {
	if *d.baseline == nil {
		return ""
	}
	return (*d.baseline).RequestHash
}

// specOf is the spec as decoded JSON.
func specOf(d definition) (map[string]any, error) {
	encoded, err := json.Marshal(d.spec)
	if err != nil {
		return nil, err
	}
	var out map[string]any
	return out, json.Unmarshal(encoded, &out)
}
