package alert

import (
	"fmt"

	"github.com/cpi-operator/cpi-operator/internal/amount"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// responding tells whether as many have answered as should. The rate is judged as a value is: by its whole interval
// (Wilson's, at the indicator's confidence), so that few invitations raise nothing by chance. That nobody answered is a
// rate too, though the value then has no data.
func (d *Decision) responding(in *Indicator) {
	if in.MinResponse <= 0 {
		return
	}
	p := in.Judged()
	switch {
	case p == nil:
		d.condition(Responding, Unknown, ReasonNoData, in.nothingJudged())
		return
	case p.Flag == plan.SuspectData:
		d.condition(Responding, Unknown, ReasonSuspectData, in.suspect(p))
		return
	case p.Responded == nil || p.Responded.Invited <= 0:
		d.condition(Responding, Unknown, ReasonNoData, fmt.Sprintf("Nobody was asked in %s.", in.periodName(p)))
		return
	}
	share := amount.Share
	asked := float64(p.Responded.Invited)
	rate := float64(p.Responded.Answered) / asked
	wilson := interval.Wilson(rate, asked, in.Confidence)
	e := measure.Estimate{Value: &rate, Lower: &wilson.Lower, Upper: &wilson.Upper, N: p.Responded.Invited}
	text := fmt.Sprintf("%s %s of %s asked have answered in %s, at least %s should",
		share.Value(e), share.Interval(e), amount.Count(e.N), in.periodName(p), share.Level(in.MinResponse))
	switch (Bound{Level: in.MinResponse}).Judge(e) {
	case Good:
		d.condition(Responding, True, ReasonEnough, text+": they do by the whole interval.")
	case Inconclusive:
		d.condition(Responding, Unknown, ReasonInconclusive, text+": the interval contains the minimum.")
	case Bad:
		message := text + ": too few by the whole interval. The value speaks of those who answered, and the others may think differently. Ask sooner, shorter or once more; the report's biasChecks tell how those who answered differ."
		d.condition(Responding, False, ReasonTooFewAnswers, message)
		d.Alerts = append(d.Alerts, Alert{Name: ResponseRateLow, Severity: Warning, Team: in.Team, Message: message})
	}
}
