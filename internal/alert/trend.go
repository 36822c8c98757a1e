package alert

import (
	"fmt"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/amount"
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

// deteriorating tells whether a test shows that mature periods get worse. Only periods that share no rows are tested
// (plan.History), so that a trailing window is not taken for a trend; an undated indicator has none.
func (d *Decision) deteriorating(in *Indicator) {
	if in.Period == nil {
		return
	}
	p := in.Judged()
	if reason, message, ok := in.unjudged(p); !ok {
		d.condition(Worsening, Unknown, reason, message)
		return
	}
	if in.trend(p) == "" {
		d.condition(Worsening, Unknown, ReasonTooFewPeriods, fmt.Sprintf("Too few mature periods that share no rows, up to %s, for a test of a trend.", in.periodName(p)))
		return
	}
	found := in.Result.History.Trend
	if in.trend(p) != TrendWorsening {
		d.condition(Worsening, False, ReasonNotWorsening, fmt.Sprintf("%d periods up to %s: no worsening is shown. That does not show that there is none.", found.N, p.Label))
		return
	}
	message := fmt.Sprintf("%s, after %s over %d periods that share no rows%s. Find out since when and for whom: the report's periods and segments show it.",
		in.told(p.Estimate, p.Label), in.slope(found), found.N, in.howSure(found))
	d.condition(Worsening, True, ReasonWorsening, message)
	d.Alerts = append(d.Alerts, Alert{Name: Deteriorating, Severity: Warning, Team: in.Team, Message: message})
}

// slope is how fast it gets worse, such as −1.2 points [−2.0, −0.4] a month.
func (in *Indicator) slope(t plan.Trend) string {
	per := " a " + strings.ToLower(string(in.Period.Grain))
	if t.Slope == nil {
		return "getting worse"
	}
	if t.Lower == nil || t.Upper == nil {
		return "getting worse by " + in.Step(*t.Slope) + per
	}
	return "getting worse by " + in.Change(*t.Slope, t.Lower, t.Upper) + per
}

// howSure is the test's p value; where neighbouring periods are alike it allows for that, but not wholly.
func (in *Indicator) howSure(t plan.Trend) string {
	text := ""
	if t.P != nil {
		text = fmt.Sprintf(" (Mann–Kendall, p %s", amount.P(*t.P))
		if t.Dependent {
			text += "; neighbouring periods are alike, so it may be a little less sure"
		}
		text += ")"
	}
	return text
}
