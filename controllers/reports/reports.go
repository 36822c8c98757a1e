// Package reports keeps the IndicatorReport of an indicator or a linkage in place: runs write their results to it, and
// its spec says of which formula.
package reports

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/job"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
	"github.com/cpi-operator/cpi-operator/internal/view"
)

// ErrLagging says that the cache does not show yet what is known to be so.
var ErrLagging = errors.New("the cache lags behind")

// Find reads a report; nil if there is none.
func Find(ctx context.Context, c client.Reader, namespace, name string) (*v1alpha1.IndicatorReport, error) {
	report := &v1alpha1.IndicatorReport{}
	err := c.Get(ctx, types.NamespacedName{Namespace: namespace, Name: name}, report)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	return report, err
}

// RunsAlone reports whether a report is of a linkage that has runs of its own, and not of those of its data source.
func RunsAlone(report *v1alpha1.IndicatorReport) bool {
	ref := report.Spec.IndicatorRef
	return ref.Kind == plan.KindLinkage && report.Spec.ServiceAccountName == job.LinkageAccountName(ref.Name)
}

// Ensure makes the report of an object of kind, or brings its spec in line: results of requestHash are taken from runs of
// source. One that belongs to somebody else is left alone: *view.Blocked.
func Ensure(ctx context.Context, c client.Client, owner client.Object, kind, requestHash, source string) (*v1alpha1.IndicatorReport, error) {
	return EnsureFor(ctx, c, owner, kind, requestHash, source, job.ServiceAccountName(source))
}

// EnsureFor is Ensure where the runs have an account of their own.
func EnsureFor(ctx context.Context, c client.Client, owner client.Object, kind, requestHash, source, account string) (*v1alpha1.IndicatorReport, error) {
	namespace, name := owner.GetNamespace(), planstep.ReportName(kind, owner.GetName())
	want := v1alpha1.IndicatorReportSpec{
		IndicatorRef:       v1alpha1.IndicatorReference{Kind: kind, Name: owner.GetName(), UID: string(owner.GetUID())},
		RequestHash:        requestHash,
		DataSourceRef:      v1alpha1.LocalReference{Name: source},
		ServiceAccountName: account,
	}
	report, err := Find(ctx, c, namespace, name)
	switch {
	case err != nil:
		return nil, err
	case report == nil:
		report = &v1alpha1.IndicatorReport{
			ObjectMeta: metav1.ObjectMeta{
				Namespace: namespace, Name: name,
				OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(owner, v1alpha1.GroupVersion.WithKind(kind))},
			},
			Spec: want,
		}
		err := c.Create(ctx, report)
		if !apierrors.IsAlreadyExists(err) {
			return report, refused(name, err)
		}
		return nil, ErrLagging // the cache does not show it yet
	case report.UID != "" && !metav1.IsControlledBy(report, owner):
		return nil, &view.Blocked{Reason: v1alpha1.ReasonConflict, Message: fmt.Sprintf("IndicatorReport %q belongs to something else and is left alone; delete it, or rename this object.", name)}
	case report.Spec == want:
		return report, nil
	}
	report = report.DeepCopy()
	report.Spec = want
	if err := c.Update(ctx, report); err != nil {
		if apierrors.IsConflict(err) || apierrors.IsNotFound(err) {
			return nil, ErrLagging
		}
		return nil, refused(name, err)
	}
	return report, nil
}

// refused makes an error of writing a report a *view.Blocked if the API server will not have it as it is.
func refused(name string, err error) error {
	if apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause) || !apierrors.IsInvalid(err) && !apierrors.IsForbidden(err) {
		return err
	}
	return &view.Blocked{Reason: v1alpha1.ReasonChildRefused, Message: fmt.Sprintf("The API server refuses IndicatorReport %s: %s", name, err)}
}
