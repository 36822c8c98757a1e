package alert

import (
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Words for a trend. One is told only where its test passed; that none is shown does not show that there is none.
const (
	TrendImproving = "improving"
	TrendWorsening = "worsening"
	TrendNone      = "none shown"
)

// trend of the shown period's history in the customer's or the company's eyes; empty if too little is known.
func (in *Indicator) trend(p *plan.PeriodResult) string {
	h := in.Result.History
	if h == nil || h.Label != p.Label || h.Trend.Reason != "" {
		return ""
	}
	rising := h.Trend.Direction == "Rising"
	switch {
	case h.Trend.Direction == "NoTrend":
		return TrendNone
	case rising == (in.Direction == measure.HigherIsBetter):
		return TrendImproving
	}
	return TrendWorsening
}
