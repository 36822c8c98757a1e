package planstep

import (
	"k8s.io/utils/ptr"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// History of a report in the plan's terms; nil if it has none.
func History(h *v1alpha1.ReportHistory) *plan.History {
	if h == nil {
		return nil
	}
	out := &plan.History{Label: h.Label}
	if t := h.Trend; t != nil {
		out.Trend = plan.Trend{
			Direction: t.Direction, Slope: number(t.Slope), Lower: number(t.Lower), Upper: number(t.Upper),
			P: number(t.P), N: int(ptr.Deref(t.N, 0)), Dependent: ptr.Deref(t.Dependent, false), Reason: t.Reason,
		}
	}
	if c := h.Control; c != nil {
		out.Control = plan.Control{
			Centre: number(c.Centre), Lower: number(c.Lower), Upper: number(c.Upper), Side: c.Side, N: int(ptr.Deref(c.N, 0)), Reason: c.Reason,
		}
	}
	for _, c := range h.Changes {
		out.Changes = append(out.Changes, plan.Change{
			Against: plan.ChangeBase(c.Against), Label: c.Label, Difference: number(c.Difference), Lower: number(c.Lower), Upper: number(c.Upper),
			P: number(c.P), Clear: ptr.Deref(c.Clear, false), Reason: c.Reason,
		})
	}
	return out
}
