package indicator

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/job"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
)

// report gives the report that the definition is judged by: its own, made and kept in line here, or that of
// the CPI it sets a goal on, which may not exist yet (nil).
func (r *Reconciler) report(ctx context.Context, d definition, found *resolved) (*v1alpha1.IndicatorReport, error) {
	if found.cpi == nil {
		return r.ensureReport(ctx, d, found)
	}
	if err := r.dropOwnReport(ctx, d); err != nil {
		return nil, err
	}
	report, err := r.findReport(ctx, d.object.GetNamespace(), planstep.ReportName(string(alert.CPI), found.cpi.Name))
	if err != nil || report == nil || !metav1.IsControlledBy(report, found.cpi) {
		return nil, err
	}
	return report, nil
}

func (r *Reconciler) findReport(ctx context.Context, namespace, name string) (*v1alpha1.IndicatorReport, error) {
	report := &v1alpha1.IndicatorReport{}
	err := r.Client.Get(ctx, types.NamespacedName{Namespace: namespace, Name: name}, report)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	return report, err
}

// ensureReport makes the report or brings its spec in line. One that belongs to somebody else is left alone.
func (r *Reconciler) ensureReport(ctx context.Context, d definition, found *resolved) (*v1alpha1.IndicatorReport, error) {
	namespace, name := d.object.GetNamespace(), planstep.ReportName(string(d.kind), d.object.GetName())
	want := v1alpha1.IndicatorReportSpec{
		IndicatorRef:       v1alpha1.IndicatorReference{Kind: string(d.kind), Name: d.object.GetName(), UID: string(d.object.GetUID())},
		RequestHash:        found.formula.RequestHash,
		DataSourceRef:      v1alpha1.LocalReference{Name: found.on.Source.Name},
		ServiceAccountName: job.ServiceAccountName(found.on.Source.Name),
	}
	report, err := r.findReport(ctx, namespace, name)
	switch {
	case err != nil:
		return nil, err
	case report == nil:
		report = &v1alpha1.IndicatorReport{
			ObjectMeta: metav1.ObjectMeta{
				Namespace: namespace, Name: name,
				OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(d.object, v1alpha1.GroupVersion.WithKind(string(d.kind)))},
			},
			Spec: want,
		}
		err := r.Client.Create(ctx, report)
		if !apierrors.IsAlreadyExists(err) {
			return report, refused(name, err)
		}
		return nil, errLagging // the cache does not show it yet
	case report.UID != "" && !metav1.IsControlledBy(report, d.object):
		return nil, &blockedError{reason: v1alpha1.ReasonConflict, message: fmt.Sprintf("IndicatorReport %q belongs to something else and is left alone; delete it, or rename this object.", name)}
	case report.Spec == want:
		return report, nil
	}
	report = report.DeepCopy()
	report.Spec = want
	if err := r.Client.Update(ctx, report); err != nil {
		if apierrors.IsConflict(err) || apierrors.IsNotFound(err) {
			return nil, errLagging
		}
		return nil, refused(name, err)
	}
	return report, nil
}

// refused makes an error of writing a report a blockedError if the API server will not have it as it is.
func refused(name string, err error) error {
	if apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause) || !apierrors.IsInvalid(err) && !apierrors.IsForbidden(err) {
		return err
	}
	return &blockedError{reason: v1alpha1.ReasonChildRefused, message: fmt.Sprintf("The API server refuses IndicatorReport %s: %s", name, err)}
}

// dropOwnReport deletes the report of a KPITarget that had a measure of its own before it became a goal.
func (r *Reconciler) dropOwnReport(ctx context.Context, d definition) error {
	report, err := r.findReport(ctx, d.object.GetNamespace(), planstep.ReportName(string(d.kind), d.object.GetName()))
	if err != nil || report == nil || !metav1.IsControlledBy(report, d.object) {
		return err
	}
	return client.IgnoreNotFound(r.Client.Delete(ctx, report, client.Preconditions{UID: &report.UID}))
}
