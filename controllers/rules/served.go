package rules

import (
	"context"
	"fmt"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
)

// lookEvery is how soon it is noticed that the Prometheus operator has come or gone. Asking costs one small answer.
const lookEvery = 30 * time.Second

// served reports whether the API server has PrometheusRules now.
func (r *Reconciler) served() (bool, error) {
	known, err := r.APIs.ServerResourcesForGroupVersion(ruleKind.GroupVersion().String())
	if apierrors.IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("ask whether there are PrometheusRules: %w", err)
	}
	return slices.ContainsFunc(known.APIResources, func(a metav1.APIResource) bool { return a.Kind == ruleKind.Kind }), nil
}

// watchServed asks for every namespace whenever the API has come or gone, so that neither needs a restart.
func (r *Reconciler) watchServed(ctx context.Context, queue workqueue.TypedRateLimitingInterface[reconcile.Request]) error {
	was, err := r.served()
	if err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "look for PrometheusRules") // and look again
	}
	go func() {
		tick := time.NewTicker(lookEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			is, err := r.served()
			if err == nil && is != was {
				err = r.requestAll(ctx, queue)
			}
			if err != nil {
				ctrl.LoggerFrom(ctx).Error(err, "look for PrometheusRules") // and look again
				continue
			}
			was = is
		}
	}()
	return nil
}

// requestAll asks for every namespace that has or may have rules.
func (r *Reconciler) requestAll(ctx context.Context, queue workqueue.TypedRateLimitingInterface[reconcile.Request]) error {
	if r.Namespace != "" {
		queue.Add(requestFor(r.Namespace))
	}
	var cpis v1alpha1.CPIDefinitionList
	if err := r.Client.List(ctx, &cpis, client.UnsafeDisableDeepCopy); err != nil {
		return err
	}
	for i := range cpis.Items {
		queue.Add(requestFor(cpis.Items[i].Namespace))
	}
	var kpis v1alpha1.KPITargetList
	if err := r.Client.List(ctx, &kpis, client.UnsafeDisableDeepCopy); err != nil {
		return err
	}
	for i := range kpis.Items {
		queue.Add(requestFor(kpis.Items[i].Namespace))
	}
	return nil
}
