package indicator

import (
	"context"
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/controllers/reports"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

// resolved is a definition with everything it refers to.
type resolved struct {
	resolve.Followed
	// waits is what keeps the source from being read, empty if nothing does. The last numbers hold meanwhile.
	waits string
}

// resolve follows the definition's references and checks it against them.
func (r *Reconciler) resolve(ctx context.Context, d definition) (*resolved, error) {
	objects := reports.Objects{Context: ctx, Client: r.Client, Namespace: d.object.GetNamespace()}
	var found resolve.Followed
	var err error
	switch o := d.object.(type) {
	case *v1alpha1.CPIDefinition:
		found, err = resolve.FollowCPI(o, objects)
	case *v1alpha1.KPITarget:
		found, err = resolve.FollowKPI(o, objects)
	}
	if unmet, ok := errors.AsType[*resolve.Unmet](err); ok {
		return nil, &reports.Blocked{Reason: unmet.Reason, Message: unmet.Message}
	}
	if invalid, ok := errors.AsType[*resolve.Invalid](err); ok {
		return nil, &reports.Blocked{Reason: v1alpha1.ReasonInvalid, Message: invalid.Error(), Stalled: true}
	}
	if err != nil {
		return nil, err
	}
	out := &resolved{Followed: found}
	spec, whose := d.spec, ""
	if found.CPI != nil {
		spec, whose = &found.CPI.Spec.Indicator, "its "
	}
	if resolve.Parts(spec) == nil { // parts say themselves what they wait for
		out.waits = waitsFor(found.On.Source, whose+readFrom(spec))
	}
	return out, nil
}

// readFrom is the field that leads to an indicator's source.
func readFrom(spec *v1alpha1.Indicator) string {
	if spec.DataSourceRef != nil {
		return "spec.dataSourceRef"
	}
	return "spec.datasetRef"
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
