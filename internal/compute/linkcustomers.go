package compute

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/linkage"
	"github.com/cpi-operator/cpi-operator/internal/linkage/cohort"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// customerEvidence is what a comparison of customers tells of one driver.
type customerEvidence struct {
	rows    *customerRows
	failure *plan.Failure // why there are no rows
	found   cohort.Finding
	q, bar  float64 // the p value after correction; the largest one that would count
}

// customerEvidence counts a claim's customers and compares them. Its error ends the run.
func (r *run) customerEvidence(ctx context.Context, c *claim, s *contender) (*customerEvidence, error) {
	for _, refused := range []*plan.Failure{c.KPI.Refused, s.Refused} {
		if refused != nil && (c.KPI.Indicator == nil || s.Indicator == nil) {
			return &customerEvidence{failure: refused}, nil
		}
	}
	if err := r.attempt(plan.Attempt{Run: r.plan.Run, Keys: []plan.Key{c.Key}}); err != nil {
		return nil, err
	}
	failure := r.openFor(ctx, customerDatasets(c.Linkage, s.Driver))
	e := &customerEvidence{}
	if failure == nil {
		e.rows, failure = r.customerLink(ctx, c.Linkage, s.Driver)
	}
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case failure != nil && failure.Source:
		return nil, sourceFailed{*failure}
	case failure != nil:
		return &customerEvidence{failure: failure}, nil
	}
	e.found = cohort.Compare(e.rows.Units, cohort.Options{
		Levels: len(e.rows.Cohorts), Confidence: c.Confidence, Strata: e.rows.Strata, Covariates: e.rows.Covariates,
		MinPerCohort: c.Customers.MinPerCohort, MinEffect: c.minEffect(worstShare(e.rows.Units)),
	})
	return e, nil
}

// worstShare is the share with the outcome among the worst cohort, to which a relative effect refers; NaN if it is empty.
func worstShare(units []cohort.Unit) float64 {
	var worst cohort.Count
	for _, u := range units {
		if u.Level != 0 {
			continue
		}
		if worst.N += u.N; u.Outcome {
			worst.Outcomes += u.N
		}
	}
	return worst.Share()
}

// towards is the sign that the claim expects of the best cohort's outcomes less the worst one's: a CPI of which less is
// better has its best cohort at the low end.
func (c *claim) towards(s *contender) int {
	if s.Direction == measure.LowerIsBetter {
		return -s.Expected
	}
	return s.Expected
}

// openFor opens the datasets that a claim reads beside its indicators'.
func (r *run) openFor(ctx context.Context, names []string) *plan.Failure {
	for _, name := range names {
		if r.opened[name] != nil {
			continue
		}
		declared, ok := r.declared[name]
		if !ok {
			return &plan.Failure{Reason: plan.QueryFailed, Message: "The plan does not hold dataset " + name + "."}
		}
		opened, err := openDataset(ctx, r.engines.of(declared), declared, r.plan)
		if err == nil {
			err = opened.check(ctx, nil)
		}
		if err != nil {
			failure := FailureOf(err)
			return &failure
		}
		r.opened[name] = opened
	}
	return nil
}

// reason is why nothing was compared, empty if it was.
func (e *customerEvidence) reason() string {
	if e.failure != nil {
		return string(e.failure.Reason)
	}
	return string(e.found.Reason)
}

// held is the strictest comparison that has numbers; nil if nothing was held constant.
func (e *customerEvidence) held() *cohort.Adjustment { return e.found.Adjusted() }

// effects are the adjusted ones where customers were adjusted for something, else the crude ones; nil if there are none.
func (e *customerEvidence) effects() *cohort.Effects {
	if a := e.held(); a != nil {
		return a.Effects
	}
	return e.found.Crude
}

// tested reports whether there is a p value, and which.
func (e *customerEvidence) tested() (p float64, ok bool) {
	if e == nil || e.reason() != "" || e.effects() == nil {
		return 0, false
	}
	return e.effects().P, true
}

// customerLevel is what customers tell, turned towards the expectation, with the smallest effect that matters.
func (c *claim) customerLevel(s *contender) (linkage.Evidence, float64) {
	e := s.customers
	if e == nil {
		return linkage.Evidence{Reason: "NotCompared"}, 0
	}
	if reason := e.reason(); reason != "" {
		return linkage.Evidence{Reason: reason}, 0
	}
	minEffect := c.minEffect(e.found.Cohorts[0].Share())
	effects, held := e.effects(), e.held()
	if effects == nil {
		return linkage.Evidence{Reason: string(held.Reason)}, minEffect
	}
	sign := float64(c.towards(s))
	b := turned(effects.RiskDifference, sign)
	out := linkage.Evidence{Effect: b.Value, Lower: b.Lower, Upper: b.Upper, Q: e.q}
	if held != nil {
		crude := turned(e.found.Crude.RiskDifference, sign)
		out.Crude = &linkage.Bounds{Effect: crude.Value, Lower: crude.Lower, Upper: crude.Upper}
		out.StrataDisagree = held.Heterogeneity.Opposed(1 - c.Confidence)
	}
	return out, minEffect
}

// headCustomers makes the customers' effect the headline.
func (c *claim) headCustomers(s *contender, minEffect float64) {
	f, e := &s.finding, s.customers
	if minEffect > 0 {
		f.MinEffect = &minEffect
	}
	if e == nil || e.failure != nil {
		return
	}
	if f.Verdict == plan.InsufficientData {
		f.Needed = e.needed(f.Reason, minEffect, 1-c.Confidence)
	}
	p, ok := e.tested()
	if !ok {
		return
	}
	b := turned(e.effects().RiskDifference, 1)
	f.Effect = &plan.LinkEffect{
		Level: linkage.LevelCustomers, Value: b.Value, Lower: b.Lower, Upper: b.Upper,
		N: e.found.Cohorts[0].N + e.found.Cohorts[len(e.found.Cohorts)-1].N,
	}
	if held := e.held(); held != nil {
		f.Effect.Adjusted, f.Effect.N = e.by(held), held.N
	}
	f.P, f.Q = &p, &e.q
}

// needed is how many units in each cohort would be enough; nil where units are not what is missing. Where there are as
// many as usually show an effect that matters, and did not, it is the size at which an interval is too narrow to hold
// both none and one that matters. Where only the correction for other links keeps it open, it is the size at which the
// difference would stand that too.
func (e *customerEvidence) needed(reason string, minEffect, alpha float64) *int64 {
	switch reason {
	case string(linkage.Underpowered), string(cohort.CohortTooSmall), string(cohort.OneCohortOnly):
	default:
		return nil
	}
	table := e.found.Table()
	have, sizes := min(table.Best.N, table.Worst.N), e.found.Needed.Declared
	if p, ok := e.tested(); ok && p <= alpha && e.q > alpha {
		return new(linkage.Enough(have, p, e.bar))
	}
	if sizes == nil {
		sizes = e.found.Needed.Observed
	}
	if sizes != nil && sizes.Each > have {
		return &sizes.Each
	}
	if effects := e.effects(); effects != nil && minEffect > 0 {
		ends := effects.RiskDifference.Interval
		narrower := (ends.Upper - ends.Lower) / minEffect
		if n := int64(math.Ceil(float64(have) * narrower * narrower)); n > have {
			return &n
		}
	}
	return nil
}

// fewestTold is the smallest cohort whose outcomes are told: that of the schema, below which none is compared either.
const fewestTold = 10

// told is the comparison in full; nil if customers are not compared.
func (e *customerEvidence) told() *plan.CustomerLink {
	if e == nil {
		return nil
	}
	out := &plan.CustomerLink{Reason: e.reason()}
	if e.failure != nil {
		out.Message = e.failure.Message
		return out
	}
	out.Waterfall, out.From, out.To, out.SQL = e.rows.Waterfall, e.rows.From, e.rows.To, e.rows.SQL
	var few []string
	for i, count := range e.found.Cohorts {
		if name := e.rows.Cohorts[i]; count.N == 0 || count.N >= fewestTold {
			out.Cohorts = append(out.Cohorts, plan.Cohort{Name: name, N: count.N, Outcomes: count.Outcomes})
		} else {
			few = append(few, name)
		}
	}
	if few != nil {
		out.Message = fmt.Sprintf("Cohorts of fewer than %d are not told, lest single ones be known by them: %s.", fewestTold, strings.Join(few, ", "))
	}
	if e.found.Crude != nil {
		out.RiskDifference, out.RelativeRisk, out.OddsRatio = boundedEffects(e.found.Crude)
		out.P, out.Test = &e.found.Crude.P, string(e.found.Crude.Test)
	}
	if d := e.found.DoseResponse; d != nil {
		out.DoseResponse = &d.P
	}
	if held := e.held(); held != nil {
		out.Adjusted = adjusted(held, e.by(held))
	}
	return out
}

// by are the columns that were held constant. The values of a category are not told: a rare one may be a single customer's.
func (e *customerEvidence) by(held *cohort.Adjustment) []string {
	var out []string
	for _, name := range held.By {
		if column, ok := e.rows.Columns[name]; ok {
			name = column
		}
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

func adjusted(held *cohort.Adjustment, by []string) *plan.AdjustedLink {
	out := &plan.AdjustedLink{Method: string(held.Method), By: by, Strata: held.Strata, Reason: string(held.Reason)}
	if held.Effects != nil {
		out.RiskDifference, out.RelativeRisk, out.OddsRatio = boundedEffects(held.Effects)
		out.P = &held.Effects.P
	}
	if h := held.Heterogeneity; h != nil {
		out.Heterogeneity = &h.P
	}
	return out
}

func boundedEffects(e *cohort.Effects) (difference, relative, odds *plan.Bounded) {
	of := func(b *interval.Bounded) *plan.Bounded {
		if b == nil {
			return nil
		}
		return bounded(*b)
	}
	return bounded(e.RiskDifference), of(e.RelativeRisk), of(e.OddsRatio)
}
