package dashboards

import (
	"fmt"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/metrics"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/promise"
)

// fedNamespace holds what the demo has none of: problems, response rates, forecasts, claims on periods.
const fedNamespace = "fed"

// feed puts objects into the store as the controllers do.
func feed(store *metrics.Store, now time.Time) {
	store.SetIndicator(indicatorOf(alert.CPI, "plenty", "EUR", now))
	store.SetIndicator(indicatorOf(alert.KPI, "plenty", "EUR", now))
	store.SetIndicator(indicatorOf(alert.KPI, "share", "ratio", now))
	store.SetLinkage(claim())
	store.SetSource(metrics.Source{Namespace: fedNamespace, Name: "paused", Muted: &alert.Muted{Reason: alert.ReasonPaused, Until: now.Add(time.Hour)}})
	metrics.RunFinished("RunFailed")
	metrics.RulesStand(fedNamespace, "Rejected")
}

func estimate(value, scale float64) measure.Estimate {
	return measure.Estimate{Value: new(value * scale), Lower: new((value - 3) * scale), Upper: new((value + 3) * scale), N: 500}
}

// indicatorOf has everything that an indicator can have, and more segments than are held.
func indicatorOf(kind alert.Kind, name, unit string, now time.Time) metrics.Indicator {
	end := now.AddDate(0, 0, -20)
	scale := 1.
	if unit == "ratio" {
		scale = .01
	}
	period := func(value float64) plan.PeriodResult {
		return plan.PeriodResult{Label: "latest", Start: end.AddDate(0, -1, 0), End: end, State: plan.Mature, Estimate: estimate(value, scale)}
	}
	latest := period(17)
	latest.Rejected = map[measure.Rejection]int64{measure.RejectedMissing: 7}
	latest.Responded = &plan.Responded{Invited: 1000, Answered: 120}
	view := &alert.Indicator{
		Kind: kind, Name: name, Title: "Plenty of " + name, Team: "support", Direction: measure.HigherIsBetter, Unit: unit, Percent: unit == "ratio",
		Confidence: .95, FreshWithin: 24 * time.Hour,
		Result: &alert.Result{Periods: []plan.PeriodResult{latest}, Watermark: new(now.Add(-time.Hour))}, Source: alert.SourceRuns{LastSuccess: new(now)},
	}
	for i := range segments {
		view.Result.Segments = append(view.Result.Segments, alert.Segment{By: []string{"plan"}, Values: []string{fmt.Sprint("plan ", i)}, Current: period(float64(i))})
	}
	if kind == alert.KPI {
		view.Targets = []alert.Target{{By: now.AddDate(1, 0, 0), Bound: alert.Bound{Level: 30 * scale}}}
	} else {
		view.Thresholds = alert.Thresholds{Warning: new(30.), Critical: new(25.)}
	}
	decision := alert.Decide(view, now)
	if kind == alert.CPI {
		view.Period = &plan.Period{Grain: plan.Day}
		decision.Promise = &promise.Standing{Remaining: .4, Lower: .2, Upper: .6, Budget: promise.Window{Length: 28, Burn: .6}}
	}
	return metrics.Indicator{Namespace: fedNamespace, View: view, Decision: decision, Now: now, Theme: "Advocacy", Class: "Perception"}
}

const segments = 40

// limits hold all of the demo's segments and not all of those above.
var limits = metrics.Limits{PerIndicator: 3 * segments, PerNamespace: 10_000}

// claim on periods, of two drivers with a forecast; its KPI is in a unit of its own.
func claim() metrics.Linkage {
	found := func(driver string, value float64) plan.DriverFinding {
		return plan.DriverFinding{
			Driver: driver, Verdict: plan.Supported, Q: new(.01),
			Effect: &plan.LinkEffect{Level: "Periods", Value: value, Lower: value - 1, Upper: value + 1, Per: new(10.), Lag: new(2), N: 30},
		}
	}
	due := time.Date(2027, time.June, 30, 0, 0, 0, 0, time.UTC)
	return metrics.Linkage{
		Namespace: fedNamespace, Name: "claim", KPI: "plenty", Unit: "EUR", Title: "A claim",
		Found: &plan.Link{
			Drivers:   []plan.DriverFinding{found("plenty", 4), found("other", 2)},
			Influence: &plan.Influence{Shares: []plan.InfluenceShare{{Driver: "plenty", Bounded: plan.Bounded{Value: .7}}, {Driver: "other", Bounded: plan.Bounded{Value: .3}}}},
			Forecast:  &plan.Forecast{Goals: []plan.GoalChance{{Goal: plan.Goal{By: &due, AtLeast: new(30.)}, Probability: new(.4)}}},
		},
		Decision: alert.ClaimDecision{Standing: []alert.DriverStanding{{Driver: "plenty", Verdict: plan.Supported}, {Driver: "other", Verdict: plan.NotSupported}}},
	}
}
