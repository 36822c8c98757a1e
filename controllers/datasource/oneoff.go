package datasource

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/controllers/runs"
	"github.com/cpi-operator/cpi-operator/internal/job"
)

// requestRun starts a one-off run for what is new, edited or to be restated, once for each such set, when
// the set has been left alone for a while and no run of the source is under way.
func (r *Reconciler) requestRun(ctx context.Context, s *scope) error {
	key := client.ObjectKeyFromObject(s.source)
	wanted := identity(s.source, s.indicators)
	if wanted == "" || wanted == s.source.Status.Requested || ptr.Deref(s.source.Spec.Suspend, false) {
		r.settling.Forget(key) // the next wish is to settle from its own start
		return nil
	}
	if len(s.runs.Active) > 0 {
		return nil // its end brings us back here
	}
	if left := r.settling.Left(key, wanted, r.Clock.Now(), r.Debounce); left > 0 {
		s.again(left)
		return nil
	}
	err := r.keeper().OneOff(ctx, job.OfSource(s.source), wanted, s.schedule, r.Images)
	if err == nil {
		s.source.Status.Requested = wanted
		r.settling.Forget(key)
	}
	return err
}

// identity stands for what a one-off run is wanted for; empty if for nothing. Besides indicators that wait
// for a try, that is a source edited after its last run failed, and a run whose results were lost.
func identity(ds *v1alpha1.DataSource, indicators []indicator) string {
	if len(indicators) == 0 {
		return ""
	}
	var parts []string
	for _, i := range indicators {
		if i.pending() {
			parts = append(parts, runs.Wish(i.report, i.circumstances))
		}
	}
	computed := meta.FindStatusCondition(ds.Status.Conditions, v1alpha1.ConditionComputed)
	mended := computed != nil && computed.Status == metav1.ConditionFalse && computed.ObservedGeneration < ds.Generation
	lost := computed != nil && computed.Reason == v1alpha1.ReasonResultMissing
	if len(parts) == 0 && !mended && !lost {
		return ""
	}
	parts = append(parts, fmt.Sprintf("source %s %d", ds.UID, ds.Generation))
	if lost {
		parts = append(parts, runs.OnceMore(ds.Status.LastSuccessTime))
	}
	return runs.Identity(parts)
}
