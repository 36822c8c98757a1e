package indicator

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/controllers/reports"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
	"github.com/cpi-operator/cpi-operator/internal/view"
)

// report gives the report that the definition is judged by: its own, made and kept in line here, or that of
// the CPI it sets a goal on, which may not exist yet (nil).
func (r *Reconciler) report(ctx context.Context, d view.Definition, found *view.Resolved) (*v1alpha1.IndicatorReport, error) {
	if found.CPI == nil {
		return reports.Ensure(ctx, r.Client, d.Object, string(d.Kind), found.Formula.RequestHash, found.On.Source.Name)
	}
	if err := r.dropOwnReport(ctx, d); err != nil {
		return nil, err
	}
	report, err := r.findReport(ctx, d.Object.GetNamespace(), planstep.ReportName(string(alert.CPI), found.CPI.Name))
	if err != nil || report == nil || !metav1.IsControlledBy(report, found.CPI) {
		return nil, err
	}
	return report, nil
}

func (r *Reconciler) findReport(ctx context.Context, namespace, name string) (*v1alpha1.IndicatorReport, error) {
	return reports.Find(ctx, r.Client, namespace, name)
}

// dropOwnReport deletes the report of a KPITarget that had a measure of its own before it became a goal.
func (r *Reconciler) dropOwnReport(ctx context.Context, d view.Definition) error {
	report, err := r.findReport(ctx, d.Object.GetNamespace(), planstep.ReportName(string(d.Kind), d.Object.GetName()))
	if err != nil || report == nil || !metav1.IsControlledBy(report, d.Object) {
		return err
	}
	return client.IgnoreNotFound(r.Client.Delete(ctx, report, client.Preconditions{UID: &report.UID}))
}
