package resolve

import (
	"fmt"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Objects finds objects of a claim's namespace by name; nil where there is none.
type Objects interface {
	CPI(name string) (*v1alpha1.CPIDefinition, error)
	KPI(name string) (*v1alpha1.KPITarget, error)
	Dataset(name string) (*v1alpha1.Dataset, error)
	Source(name string) (*v1alpha1.DataSource, error)
	// Report is the indicator's own.
	Report(kind, name string) (*v1alpha1.IndicatorReport, error)
}

// Unmet is a reference that leads nowhere, or to something that is not ready. It heals without an edit of the claim.
type Unmet struct {
	// Reason is v1alpha1.ReasonReferenceNotFound or v1alpha1.ReasonReferenceNotReady.
	Reason  string
	Message string
}

// Error is reason and message.
func (u *Unmet) Error() string { return u.Reason + ": " + u.Message }

func notFound(field, kind, name string) error {
	return &Unmet{v1alpha1.ReasonReferenceNotFound, fmt.Sprintf("%s: %s %q does not exist in this namespace, and references do not lead out of it.", field, kind, name)}
}

func notReady(field, kind, name, why string) error {
	return &Unmet{v1alpha1.ReasonReferenceNotReady, fmt.Sprintf("%s: %s %q is not ready: %s", field, kind, name, why)}
}

// FollowLinkage finds what a claim refers to. An error is an *Unmet, or one of objects.
func FollowLinkage(l *v1alpha1.CPILinkage, objects Objects) (LinkageContext, error) {
	f := follower{objects}
	out := LinkageContext{Datasets: map[string]plan.Dataset{}, Sources: map[string]string{}, Rowless: map[string]bool{}}
	var err error
	if out.KPI, err = f.kpi(l.Spec.KPIRef.Name); err != nil {
		return out, err
	}
	for i, d := range l.Spec.Drivers {
		within := out.KPI.Source
		if l.Spec.CustomerLevel != nil {
			within = "" // its own runs read the rows, wherever they are
		}
		side, err := f.driver(fmt.Sprintf("spec.drivers[%d].cpiRef", i), d.CPIRef.Name, within)
		if err != nil {
			return out, err
		}
		out.Drivers = append(out.Drivers, side)
	}
	for _, name := range LinkageDatasets(&l.Spec) {
		dataset, source, err := f.dataset(customerLevel, name)
		if err != nil {
			return out, err
		}
		out.Datasets[name], out.Sources[name] = dataset, source
		declared, err := f.Source(source)
		if err != nil {
			return out, err
		}
		out.Rowless[name] = declared != nil && declared.Spec.Prometheus != nil
	}
	return out, nil
}

// follower follows references.
type follower struct{ Objects }

// kpi is the side that should move.
func (f follower) kpi(name string) (Side, error) {
	const field = "spec.kpiRef"
	kpi, err := f.KPI(name)
	switch {
	case err != nil:
		return Side{}, err
	case kpi == nil:
		return Side{}, notFound(field, KindKPITarget, name)
	}
	key := plan.Key{Kind: KindKPITarget, Name: name}
	out := Side{Key: key, Measured: key, Title: kpi.Spec.Title, Spec: &kpi.Spec.Indicator, Targets: kpi.Spec.Targets}
	check := func(on Context) (plan.Indicator, Problems) { return KPI(kpi, on) }
	if ref := kpi.Spec.CPIRef; ref != nil {
		cpi, err := f.CPI(ref.Name)
		switch {
		case err != nil:
			return out, err
		case cpi == nil:
			return out, notReady(field, KindKPITarget, name, fmt.Sprintf("CPIDefinition %q of its spec.cpiRef does not exist", ref.Name))
		}
		out.Spec, out.Measured = &cpi.Spec.Indicator, plan.Key{Kind: KindCPIDefinition, Name: ref.Name}
		check = func(on Context) (plan.Indicator, Problems) {
			formula, problems := CPI(cpi, on)
			return formula, append(problems, Goal(kpi, formula)...)
		}
	}
	return f.complete(field, out, "", check)
}

// driver is a side that should move the KPI. Its rows are read where its data source is within, or within is empty.
func (f follower) driver(field, name, within string) (Side, error) {
	cpi, err := f.CPI(name)
	switch {
	case err != nil:
		return Side{}, err
	case cpi == nil:
		return Side{}, notFound(field, KindCPIDefinition, name)
	}
	key := plan.Key{Kind: KindCPIDefinition, Name: name}
	out := Side{Key: key, Measured: key, Title: cpi.Spec.Title, Spec: &cpi.Spec.Indicator}
	return f.complete(field, out, within, func(on Context) (plan.Indicator, Problems) { return CPI(cpi, on) })
}

// complete finds the data source of a side and what it is resolved on. One of another data source than within, or that
// joins other indicators, speaks through its report.
func (f follower) complete(field string, out Side, within string, check func(Context) (plan.Indicator, Problems)) (Side, error) {
	if out.Spec.Measure == nil {
		return out, notReady(field, out.Kind, out.Name, "spec.measure: is required")
	}
	names := Parts(out.Spec)
	var err error
	if names == nil {
		if out.On, out.Source, err = f.context(field, out); err != nil {
			return out, err
		}
	}
	if names != nil || within != "" && out.Source != within {
		return f.fromReport(field, out, names)
	}
	source, err := f.Source(out.Source)
	switch {
	case err != nil:
		return out, err
	case source == nil:
		return out, notReady(field, out.Kind, out.Name, fmt.Sprintf("its DataSource %q does not exist", out.Source))
	}
	out.On.Source = source
	formula, problems := check(out.On)
	if len(problems) > 0 {
		return out, notReady(field, out.Kind, out.Name, problems.String())
	}
	out.RequestHash = formula.RequestHash
	return out, nil
}

// fromReport is a side whose values are in its report.
func (f follower) fromReport(field string, out Side, parts []string) (Side, error) {
	reported := out.Measured
	report, err := f.Report(reported.Kind, reported.Name)
	switch {
	case err != nil:
		return out, err
	case report == nil:
		return out, notReady(field, out.Kind, out.Name, fmt.Sprintf("%s has no report yet; its Ready condition says why", reported))
	}
	out.Source, out.RequestHash = report.Spec.DataSourceRef.Name, report.Spec.RequestHash
	out.On.Parts = map[string]Part{}
	for _, name := range parts {
		cpi, err := f.CPI(name)
		if err != nil {
			return out, err
		}
		out.On.Parts[name] = Part{Definition: cpi}
	}
	return out, nil
}

// context is what a side with rows of its own, or an expression, is resolved on, but for the data source, which it names.
func (f follower) context(field string, side Side) (on Context, source string, err error) {
	if ref := side.Spec.DataSourceRef; ref != nil {
		return on, ref.Name, nil
	}
	if side.Spec.DatasetRef == nil {
		return on, "", notReady(field, side.Kind, side.Name, "spec.datasetRef: is required")
	}
	if on.Dataset, source, err = f.dataset(fmt.Sprintf("%s: %s", field, side.Key), side.Spec.DatasetRef.Name); err != nil {
		return on, "", err
	}
	if second, _ := SecondDataset(side.Spec); second != "" {
		other, of, err := f.dataset(fmt.Sprintf("%s: %s", field, side.Key), second)
		switch {
		case err != nil:
			return on, "", err
		case of != source:
			return on, "", notReady(field, side.Kind, side.Name, "its two datasets are of two data sources")
		}
		on.Other = &other
	}
	return on, source, nil
}

// dataset by name, and its data source.
func (f follower) dataset(field, name string) (plan.Dataset, string, error) {
	declared, err := f.Dataset(name)
	switch {
	case err != nil:
		return plan.Dataset{}, "", err
	case declared == nil:
		return plan.Dataset{}, "", notFound(field, "Dataset", name)
	}
	out, problems := Dataset(declared)
	if len(problems) > 0 {
		return out, "", notReady(field, "Dataset", name, problems.String())
	}
	return out, declared.Spec.DataSourceRef.Name, nil
}
