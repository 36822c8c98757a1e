package publish

import (
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Bounds of a claim's findings in the report's schema.
const (
	maxName      = 63
	maxSentence  = 1024
	maxMethod    = 512
	maxTest      = 128
	maxDrivers   = 16
	maxShares    = 16
	maxLags      = 32
	maxPoints    = 24
	maxGoals     = 32
	maxAdjusted  = 16
	maxLinkWarns = 8
	maxTop       = 3
)

// reportLink is what a run found of a claim, as its report holds it; when it changed is not in it yet.
func reportLink(t task, l *plan.Link) *v1alpha1.ReportLink {
	out := &v1alpha1.ReportLink{
		RequestHash: t.requestHash, Restatement: t.restatement, Unit: cut(l.Unit, maxUnit), ConfidenceLevel: decimal(&t.confidence),
		Drivers: each(l.Drivers, maxDrivers, finding), Influence: influence(l.Influence), Forecast: forecast(l.Forecast), Divergence: divergence(l.Divergence),
		Series: each(l.Series, maxDrivers+2, linkSeries), Warnings: texts(l.Warnings, maxWarnings, maxWarning),
	}
	fitLink(out)
	return out
}

// changedLink is what to write of a claim's findings, nil if the report says it already. What only tells how far back the
// run looked follows when findings change.
func changedLink(old, found *v1alpha1.ReportLink, now metav1.Time) *v1alpha1.ReportLink {
	if old != nil {
		if found.Restatement == "" && found.RequestHash == old.RequestHash {
			found.Restatement = old.Restatement // the annotation was taken off; what it asked for was done
		}
		if equality.Semantic.DeepEqual(timeless(old), timeless(found)) {
			return nil
		}
	}
	found.ChangedTime = &now
	return found
}

// timeless is a claim's findings without what differs from run to run by the clock alone.
func timeless(l *v1alpha1.ReportLink) *v1alpha1.ReportLink {
	out := l.DeepCopy()
	out.ChangedTime, out.AsOf = nil, nil
	for i := range out.Drivers {
		if c := out.Drivers[i].Customers; c != nil {
			c.From, c.To, c.SQL = nil, nil, ""
		}
	}
	return out
}

func finding(d plan.DriverFinding) v1alpha1.LinkFinding {
	return v1alpha1.LinkFinding{
		Driver: cut(d.Driver, maxName), Verdict: string(d.Verdict), Reason: cut(d.Reason, maxReason), Sentence: cut(d.Sentence, maxSentence),
		Effect: effect(d.Effect), P: chance(d.P), Q: chance(d.Q), Needed: d.Needed, MinEffect: decimal(d.MinEffect),
		Customers: customers(d.Customers), Periods: periods(d.Periods),
	}
}

func effect(e *plan.LinkEffect) *v1alpha1.LinkEffect {
	if e == nil {
		return nil
	}
	return &v1alpha1.LinkEffect{
		Level: e.Level, LinkInterval: *linkInterval(&plan.Bounded{Value: e.Value, Lower: e.Lower, Upper: e.Upper}),
		Per: decimal(e.Per), Lag: short(e.Lag), N: &e.N, Adjusted: texts(e.Adjusted, maxAdjusted, maxTest),
	}
}

func customers(c *plan.CustomerLink) *v1alpha1.LinkCustomers {
	if c == nil {
		return nil
	}
	out := &v1alpha1.LinkCustomers{
		Reason: cut(c.Reason, maxReason), Message: cut(c.Message, maxMessage),
		Cohorts: each(c.Cohorts, maxShares, func(g plan.Cohort) v1alpha1.LinkCohort {
			return v1alpha1.LinkCohort{Name: cut(g.Name, maxTest), N: &g.N, Outcomes: &g.Outcomes}
		}),
		RiskDifference: linkInterval(c.RiskDifference), RelativeRisk: linkInterval(c.RelativeRisk), OddsRatio: linkInterval(c.OddsRatio),
		P: chance(c.P), Test: cut(c.Test, maxTest), DoseResponse: chance(c.DoseResponse),
		Waterfall: waterfall(c.Waterfall), From: day(c.From), To: day(c.To), SQL: cut(c.SQL, maxSQL),
	}
	if a := c.Adjusted; a != nil {
		out.Adjusted = &v1alpha1.LinkAdjusted{
			Method: cut(a.Method, maxTest), By: texts(a.By, maxAdjusted, maxTest),
			RiskDifference: linkInterval(a.RiskDifference), RelativeRisk: linkInterval(a.RelativeRisk), OddsRatio: linkInterval(a.OddsRatio),
			P: chance(a.P), Heterogeneity: chance(a.Heterogeneity), Strata: positive(a.Strata), Reason: cut(a.Reason, maxReason),
		}
	}
	return out
}

func periods(p *plan.PeriodLink) *v1alpha1.LinkPeriods {
	if p == nil {
		return nil
	}
	return &v1alpha1.LinkPeriods{
		Reason: cut(p.Reason, maxReason), N: whole(p.N), Lag: short(p.Lag), Differenced: flag(p.Differenced), Deseasonalised: flag(p.Deseasonalised),
		Slope: linkInterval(p.Slope), P: chance(p.P), Reverse: chance(p.Reverse),
		Lags: each(p.Lags, maxLags, func(l plan.LagEvidence) v1alpha1.LinkLag {
			return v1alpha1.LinkLag{Lag: whole(l.Lag), Statistic: decimal(&l.Statistic), Band: decimal(&l.Band)}
		}),
		Method: cut(p.Method, maxMethod), Warnings: texts(p.Warnings, maxLinkWarns, maxWarning),
	}
}

// linkSeries keeps of each period what is compared and plotted.
func linkSeries(s plan.LinkSeries) v1alpha1.LinkSeries {
	attributed := ""
	if s.ByDecision {
		attributed = "DecidedAt"
	}
	return v1alpha1.LinkSeries{
		Kind: s.Kind, Name: cut(s.Name, maxName), RequestHash: s.RequestHash, AttributeOutcomeTo: attributed, Reason: cut(s.Reason, maxReason),
		Periods: each(newest(s.Periods, maxPeriods), maxPeriods, func(p plan.PeriodResult) v1alpha1.PeriodValue {
			p.Rejected, p.Responded, p.Worst, p.Best = nil, nil, nil, nil
			return period(p)
		}),
	}
}

func newest[T any](items []T, limit int) []T { return items[max(0, len(items)-limit):] }

func linkInterval(b *plan.Bounded) *v1alpha1.LinkInterval {
	if b == nil {
		return nil
	}
	return &v1alpha1.LinkInterval{Value: decimal(&b.Value), Lower: decimal(&b.Lower), Upper: decimal(&b.Upper)}
}

// each converts the first limit items.
func each[F, T any](items []F, limit int, convert func(F) T) []T {
	var out []T
	for _, item := range items[:min(len(items), limit)] {
		out = append(out, convert(item))
	}
	return out
}

func texts(items []string, limit, length int) []string {
	return each(items, limit, func(text string) string { return cut(text, length) })
}

func short(n *int) *int32 {
	if n == nil {
		return nil
	}
	return whole(*n)
}

func day(t time.Time) *metav1.Time {
	if t.IsZero() {
		return nil
	}
	return instant(t)
}
