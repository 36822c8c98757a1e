package publish

import (
	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// history is what a report says of an indicator's history.
func history(h *plan.History) *v1alpha1.ReportHistory {
	if h == nil {
		return nil
	}
	out := &v1alpha1.ReportHistory{
		Label: cut(h.Label, maxLabel),
		Trend: &v1alpha1.ReportTrend{
			Direction: h.Trend.Direction, Slope: decimal(h.Trend.Slope), Lower: decimal(h.Trend.Lower), Upper: decimal(h.Trend.Upper),
			P: decimal(h.Trend.P), N: whole(h.Trend.N), Dependent: flag(h.Trend.Dependent), Reason: cut(h.Trend.Reason, maxReason),
		},
		Control: &v1alpha1.ReportControl{
			Centre: decimal(h.Control.Centre), Lower: decimal(h.Control.Lower), Upper: decimal(h.Control.Upper),
			Side: h.Control.Side, N: whole(h.Control.N), Reason: cut(h.Control.Reason, maxReason),
		},
	}
	for _, c := range h.Changes {
		out.Changes = append(out.Changes, v1alpha1.ReportChange{
			Against: string(c.Against), Label: cut(c.Label, maxLabel), Difference: decimal(c.Difference), Lower: decimal(c.Lower), Upper: decimal(c.Upper),
			P: decimal(c.P), Clear: flag(c.Clear), Reason: cut(c.Reason, maxReason),
		})
	}
	return out
}

func whole(n int) *int32 {
	short := int32(n)
	return &short
}

// flag leaves out what is not the case.
func flag(is bool) *bool {
	if !is {
		return nil
	}
	return &is
}
