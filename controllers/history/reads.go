package history

import (
	"context"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

// readsOf are the generations of all that a definition's formula is made of, by Kind/name. What does not exist is left out.
func (r *Reconciler) readsOf(ctx context.Context, d definition) (map[string]int64, error) {
	w := walk{Client: r.Client, namespace: d.object.GetNamespace(), seen: map[string]int64{}}
	switch o := d.object.(type) {
	case *v1alpha1.CPIDefinition:
		return w.seen, w.indicator(ctx, &o.Spec.Indicator)
	case *v1alpha1.KPITarget:
		return w.seen, w.target(ctx, &o.Spec)
	case *v1alpha1.CPILinkage:
		return w.seen, w.linkage(ctx, &o.Spec)
	}
	return nil, nil
}

// walk follows references, each once.
type walk struct {
	client.Client
	namespace string
	seen      map[string]int64
}

// visit reads an object and notes its generation; false if it was visited before, or is not there.
func (w walk) visit(ctx context.Context, kind, name string, into client.Object) (bool, error) {
	key := kind + "/" + name
	if _, again := w.seen[key]; again || name == "" {
		return false, nil
	}
	if err := w.Get(ctx, client.ObjectKey{Namespace: w.namespace, Name: name}, into); err != nil {
		return false, client.IgnoreNotFound(err)
	}
	w.seen[key] = into.GetGeneration()
	return true, nil
}

func (w walk) indicator(ctx context.Context, spec *v1alpha1.Indicator) error {
	for _, name := range resolve.Datasets(spec) {
		if err := w.dataset(ctx, name); err != nil {
			return err
		}
	}
	if ref := spec.DataSourceRef; ref != nil {
		if err := w.source(ctx, ref.Name); err != nil {
			return err
		}
	}
	for _, part := range resolve.Parts(spec) {
		if err := w.cpi(ctx, part); err != nil {
			return err
		}
	}
	return nil
}

func (w walk) target(ctx context.Context, spec *v1alpha1.KPITargetSpec) error {
	if spec.CPIRef != nil {
		return w.cpi(ctx, spec.CPIRef.Name)
	}
	return w.indicator(ctx, &spec.Indicator)
}

func (w walk) linkage(ctx context.Context, spec *v1alpha1.CPILinkageSpec) error {
	kpi := &v1alpha1.KPITarget{}
	found, err := w.visit(ctx, resolve.KindKPITarget, spec.KPIRef.Name, kpi)
	if err == nil && found {
		err = w.target(ctx, &kpi.Spec)
	}
	if err != nil {
		return err
	}
	for _, d := range spec.Drivers {
		if err := w.cpi(ctx, d.CPIRef.Name); err != nil {
			return err
		}
	}
	for _, name := range resolve.LinkageDatasets(spec) {
		if err := w.dataset(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

func (w walk) cpi(ctx context.Context, name string) error {
	cpi := &v1alpha1.CPIDefinition{}
	if found, err := w.visit(ctx, resolve.KindCPIDefinition, name, cpi); err != nil || !found {
		return err
	}
	return w.indicator(ctx, &cpi.Spec.Indicator)
}

func (w walk) dataset(ctx context.Context, name string) error {
	dataset := &v1alpha1.Dataset{}
	if found, err := w.visit(ctx, "Dataset", name, dataset); err != nil || !found {
		return err
	}
	return w.source(ctx, dataset.Spec.DataSourceRef.Name)
}

func (w walk) source(ctx context.Context, name string) error {
	_, err := w.visit(ctx, "DataSource", name, &v1alpha1.DataSource{})
	return err
}
