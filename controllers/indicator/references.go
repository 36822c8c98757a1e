package indicator

import (
	"context"
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/controllers/reports"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

func invalid(problems resolve.Problems) error {
	return &reports.Blocked{Reason: v1alpha1.ReasonInvalid, Message: problems.String(), Stalled: true}
}

// resolved is a definition with everything it refers to.
type resolved struct {
	formula plan.Indicator
	on      resolve.Context
	// waits is what keeps the source from being read, empty if nothing does. The last numbers hold meanwhile.
	waits string
	// cpi whose report a goal judges.
	cpi *v1alpha1.CPIDefinition
	// annotations of the definition that the report belongs to.
	annotations map[string]string
}

// resolve follows the definition's references and checks it against them.
func (r *Reconciler) resolve(ctx context.Context, d definition) (*resolved, error) {
	if d.goalOn != "" {
		return r.resolveGoal(ctx, d)
	}
	out, err := r.resolveContext(ctx, d.object.GetNamespace(), d.spec, "")
	if err != nil {
		return nil, err
	}
	var problems resolve.Problems
	switch o := d.object.(type) {
	case *v1alpha1.CPIDefinition:
		out.formula, problems = resolve.CPI(o, out.on)
	case *v1alpha1.KPITarget:
		out.formula, problems = resolve.KPI(o, out.on)
	}
	if len(problems) > 0 {
		return nil, invalid(problems)
	}
	out.annotations = d.object.GetAnnotations()
	return out, nil
}

// resolveGoal resolves the CPI that the KPITarget sets a goal on, then the goal.
func (r *Reconciler) resolveGoal(ctx context.Context, d definition) (*resolved, error) {
	cpi := &v1alpha1.CPIDefinition{}
	if err := r.get(ctx, d.object.GetNamespace(), d.goalOn, cpi, "spec.cpiRef", "CPIDefinition"); err != nil {
		return nil, err
	}
	notReady := func(why string) error {
		return &reports.Blocked{Reason: v1alpha1.ReasonReferenceNotReady, Message: fmt.Sprintf("spec.cpiRef: CPIDefinition %q is not ready: %s", d.goalOn, why)}
	}
	out, err := r.resolveContext(ctx, cpi.Namespace, &cpi.Spec.Indicator, "its ")
	if err != nil {
		if blocked, ok := errors.AsType[*reports.Blocked](err); ok {
			return nil, notReady(blocked.Message)
		}
		return nil, err
	}
	var problems resolve.Problems
	if out.formula, problems = resolve.CPI(cpi, out.on); len(problems) > 0 {
		return nil, notReady(problems.String())
	}
	if problems = resolve.Goal(d.object.(*v1alpha1.KPITarget), out.formula); len(problems) > 0 {
		return nil, invalid(problems)
	}
	out.cpi, out.annotations = cpi, cpi.Annotations
	return out, nil
}

// resolveContext follows an indicator's references. whose is put before the fields told.
func (r *Reconciler) resolveContext(ctx context.Context, namespace string, spec *v1alpha1.Indicator, whose string) (*resolved, error) {
	switch {
	case resolve.Parts(spec) != nil:
		return r.resolveParts(ctx, namespace, resolve.Parts(spec), whose)
	case spec.DataSourceRef != nil:
		return r.resolveSource(ctx, namespace, spec.DataSourceRef.Name, whose+"spec.dataSourceRef")
	case spec.DatasetRef == nil:
		return nil, invalid(resolve.Problems{{Field: whose + "spec.datasetRef", Message: "is required"}})
	}
	return r.resolveDatasets(ctx, namespace, spec, whose)
}

// resolveParts follows a composite's references to CPIs and their reports. It is computed where its first part is.
func (r *Reconciler) resolveParts(ctx context.Context, namespace string, names []string, whose string) (*resolved, error) {
	out := &resolved{on: resolve.Context{Source: &v1alpha1.DataSource{}, Parts: map[string]resolve.Part{}}}
	for i, name := range names {
		field := whose + resolve.PartField(i)
		cpi := &v1alpha1.CPIDefinition{}
		if err := r.get(ctx, namespace, name, cpi, field, "CPIDefinition"); err != nil {
			return nil, err
		}
		report, err := r.findReport(ctx, namespace, planstep.ReportName(string(alert.CPI), name))
		if err != nil {
			return nil, err
		}
		if report == nil || !metav1.IsControlledBy(report, cpi) {
			return nil, &reports.Blocked{Reason: v1alpha1.ReasonReferenceNotReady, Message: fmt.Sprintf("%s: CPIDefinition %q has no report yet; its Ready condition says why.", field, name)}
		}
		out.on.Parts[name] = resolve.Part{Definition: cpi, RequestHash: report.Spec.RequestHash}
		if i > 0 {
			continue
		}
		if err := r.get(ctx, namespace, report.Spec.DataSourceRef.Name, out.on.Source, field, "DataSource"); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// resolveDatasets follows the references to datasets and from there to their source. whose is put before the fields told.
func (r *Reconciler) resolveDatasets(ctx context.Context, namespace string, spec *v1alpha1.Indicator, whose string) (*resolved, error) {
	name, field := spec.DatasetRef.Name, whose+"spec.datasetRef"
	dataset, sourceName, err := r.dataset(ctx, namespace, name, field)
	if err != nil {
		return nil, err
	}
	out := &resolved{on: resolve.Context{Dataset: dataset, Source: &v1alpha1.DataSource{}}}
	if second, at := resolve.SecondDataset(spec); second != "" {
		other, of, err := r.dataset(ctx, namespace, second, whose+at)
		if err != nil {
			return nil, err
		}
		if of != sourceName {
			return nil, invalid(resolve.Problems{{Field: whose + at, Message: fmt.Sprintf(
				"Dataset %q is of DataSource %q, but %q of spec.datasetRef is of %q; name a dataset of the same source", second, of, name, sourceName)}})
		}
		out.on.Other = &other
	}
	source := out.on.Source
	if err := r.get(ctx, namespace, sourceName, source, fmt.Sprintf("%s: spec.dataSourceRef of Dataset %q", field, name), "DataSource"); err != nil {
		return nil, err
	}
	out.waits = waitsFor(source, field)
	return out, nil
}

// resolveSource follows the reference of an indicator that asks a data source itself.
func (r *Reconciler) resolveSource(ctx context.Context, namespace, name, field string) (*resolved, error) {
	out := &resolved{on: resolve.Context{Source: &v1alpha1.DataSource{}}}
	if err := r.get(ctx, namespace, name, out.on.Source, field, "DataSource"); err != nil {
		return nil, err
	}
	out.waits = waitsFor(out.on.Source, field)
	return out, nil
}

// waitsFor is what keeps a source from being read, empty if nothing does. What else than a fault of its own keeps it from
// being ready may hang on its indicators: to wait for it could be to wait for us.
func waitsFor(source *v1alpha1.DataSource, field string) string {
	ready := meta.FindStatusCondition(source.Status.Conditions, v1alpha1.ConditionReady)
	if ready == nil || ready.Reason != v1alpha1.ReasonInvalid || ready.ObservedGeneration != source.Generation {
		return ""
	}
	return fmt.Sprintf("%s: DataSource %q is not ready: %s", field, source.Name, ready.Message)
}

// dataset that a field refers to, and the name of its source.
func (r *Reconciler) dataset(ctx context.Context, namespace, name, field string) (plan.Dataset, string, error) {
	declared := &v1alpha1.Dataset{}
	if err := r.get(ctx, namespace, name, declared, field, "Dataset"); err != nil {
		return plan.Dataset{}, "", err
	}
	out, problems := resolve.Dataset(declared)
	if len(problems) > 0 {
		return plan.Dataset{}, "", &reports.Blocked{Reason: v1alpha1.ReasonReferenceNotReady, Message: fmt.Sprintf("%s: Dataset %q is invalid: %s", field, name, problems)}
	}
	return out, declared.Spec.DataSourceRef.Name, nil
}

// get reads an object that a field refers to.
func (r *Reconciler) get(ctx context.Context, namespace, name string, into client.Object, field, kind string) error {
	err := r.Client.Get(ctx, types.NamespacedName{Namespace: namespace, Name: name}, into)
	if apierrors.IsNotFound(err) {
		return &reports.Blocked{Reason: v1alpha1.ReasonReferenceNotFound, Message: fmt.Sprintf("%s: %s %q does not exist in this namespace.", field, kind, name)}
	}
	return err
}
