package resolve

import (
	"fmt"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Invalid are problems of a definition as an error: only an edit of it helps.
type Invalid struct{ Problems }

// Error joins the problems.
func (i *Invalid) Error() string { return i.String() }

// Followed is a definition with all that it refers to.
type Followed struct {
	Formula plan.Indicator
	On      Context
	// CPI that a KPITarget sets a goal on; nil if it has a measure of its own.
	CPI *v1alpha1.CPIDefinition
}

// FollowCPI finds what a definition refers to and checks it against that. An error is an *Unmet, an *Invalid, or one of
// objects.
func FollowCPI(cpi *v1alpha1.CPIDefinition, objects Objects) (Followed, error) {
	var out Followed
	var err error
	if out.On, err = followIndicator(&cpi.Spec.Indicator, follower{objects}, ""); err != nil {
		return out, err
	}
	var problems Problems
	out.Formula, problems = CPI(cpi, out.On)
	return out, invalid(problems)
}

// FollowKPI does the same of a KPITarget; one that sets a goal on a CPI has that one's formula.
func FollowKPI(kpi *v1alpha1.KPITarget, objects Objects) (Followed, error) {
	if kpi.Spec.CPIRef != nil {
		return followGoal(kpi, objects)
	}
	var out Followed
	var err error
	if out.On, err = followIndicator(&kpi.Spec.Indicator, follower{objects}, ""); err != nil {
		return out, err
	}
	var problems Problems
	out.Formula, problems = KPI(kpi, out.On)
	return out, invalid(problems)
}

func invalid(problems Problems) error {
	if len(problems) > 0 {
		return &Invalid{problems}
	}
	return nil
}

func followGoal(kpi *v1alpha1.KPITarget, objects Objects) (Followed, error) {
	const field = "spec.cpiRef"
	name := kpi.Spec.CPIRef.Name
	cpi, err := objects.CPI(name)
	switch {
	case err != nil:
		return Followed{}, err
	case cpi == nil:
		return Followed{}, notFound(field, KindCPIDefinition, name)
	}
	out := Followed{CPI: cpi}
	if out.On, err = followIndicator(&cpi.Spec.Indicator, follower{objects}, "its "); err == nil {
		var problems Problems
		out.Formula, problems = CPI(cpi, out.On)
		err = invalid(problems)
	}
	switch err := err.(type) { //nolint:errorlint // they are made here and not wrapped
	case nil:
	case *Unmet:
		return out, notReady(field, KindCPIDefinition, name, err.Message)
	case *Invalid:
		return out, notReady(field, KindCPIDefinition, name, err.Error())
	default:
		return out, err
	}
	return out, invalid(Goal(kpi, out.Formula))
}

// followIndicator finds what an indicator is resolved on. whose is put before the fields told.
func followIndicator(spec *v1alpha1.Indicator, f follower, whose string) (Context, error) {
	switch {
	case Parts(spec) != nil:
		return followParts(Parts(spec), f, whose)
	case spec.DataSourceRef != nil:
		source, err := f.source(spec.DataSourceRef.Name, whose+"spec.dataSourceRef")
		return Context{Source: source}, err
	case spec.DatasetRef == nil:
		return Context{}, &Invalid{Problems{{Field: whose + "spec.datasetRef", Message: "is required"}}}
	}
	return followDatasets(spec, f, whose)
}

// followParts finds the CPIs that a composite joins, and their reports. It is computed where its first part is.
func followParts(names []string, f follower, whose string) (Context, error) {
	out := Context{Parts: map[string]Part{}}
	for i, name := range names {
		field := whose + PartField(i)
		cpi, err := f.CPI(name)
		switch {
		case err != nil:
			return out, err
		case cpi == nil:
			return out, notFound(field, KindCPIDefinition, name)
		}
		report, err := f.Report(KindCPIDefinition, name)
		switch {
		case err != nil:
			return out, err
		case report == nil:
			return out, &Unmet{v1alpha1.ReasonReferenceNotReady, fmt.Sprintf("%s: CPIDefinition %q has no report yet; its Ready condition says why.", field, name)}
		}
		out.Parts[name] = Part{Definition: cpi, RequestHash: report.Spec.RequestHash}
		if i == 0 {
			if out.Source, err = f.source(report.Spec.DataSourceRef.Name, field); err != nil {
				return out, err
			}
		}
	}
	return out, nil
}

// followDatasets finds the datasets of an indicator, and their source.
func followDatasets(spec *v1alpha1.Indicator, f follower, whose string) (Context, error) {
	name, field := spec.DatasetRef.Name, whose+"spec.datasetRef"
	dataset, from, err := f.dataset(field, name)
	if err != nil {
		return Context{}, err
	}
	out := Context{Dataset: dataset}
	if second, at := SecondDataset(spec); second != "" {
		other, of, err := f.dataset(whose+at, second)
		if err != nil {
			return out, err
		}
		if of != from {
			return out, &Invalid{Problems{{Field: whose + at, Message: fmt.Sprintf(
				"Dataset %q is of DataSource %q, but %q of spec.datasetRef is of %q; name a dataset of the same source", second, of, name, from)}}}
		}
		out.Other = &other
	}
	out.Source, err = f.source(from, fmt.Sprintf("%s: spec.dataSourceRef of Dataset %q", field, name))
	return out, err
}

// source that a field refers to.
func (f follower) source(name, field string) (*v1alpha1.DataSource, error) {
	source, err := f.Source(name)
	if err == nil && source == nil {
		err = notFound(field, "DataSource", name)
	}
	return source, err
}
