package resolve

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// stratumSeparator joins the values of several columns in a key.
const stratumSeparator = "/"

func (r *resolver) weighting(spec *v1alpha1.Indicator, m measure.Spec) *plan.Weighting {
	if spec.Weighting == nil {
		return nil
	}
	const field = "spec.weighting"
	family, err := measure.Of(m)
	if err != nil {
		return nil // told elsewhere
	}
	if !measure.Weighable(family) {
		r.problems.add(field, "goes with netPromoterScore, customerSatisfaction, customerEffortScore, index, and share without classifier")
		return nil
	}
	if spec.Responses != nil && plan.Keep(spec.Responses.Keep) == plan.KeepAll {
		r.problems.add("spec.responses.keep", "weighting takes one answer of each; choose Latest or First")
	}
	p := spec.Weighting.PostStratify
	if p == nil {
		return &plan.Weighting{Column: string(spec.Weighting.Column)}
	}
	out := &plan.Weighting{Largest: float64(p.MaxWeight)}
	for _, c := range p.By {
		out.By = append(out.By, string(c))
	}
	var sum float64
	for _, key := range slices.Sorted(maps.Keys(p.Population.Shares)) {
		at := fmt.Sprintf("%s.postStratify.population.shares[%s]", field, key)
		values := []string{key}
		if len(out.By) > 1 {
			values = strings.Split(key, stratumSeparator)
		}
		if len(values) != len(out.By) {
			r.problems.add(at, fmt.Sprintf("names %d values, by has %d columns; join them by %s", len(values), len(out.By), stratumSeparator))
		}
		share := r.share(at, p.Population.Shares[key], 0, 1e-9, 1)
		sum += share
		out.Strata = append(out.Strata, plan.Stratum{Values: values, Share: share})
	}
	if sum < 0.995 || sum > 1.005 { // people round
		r.problems.add(field+".postStratify.population.shares", fmt.Sprintf("add up to %.4g %%, not to 100 %%", 100*sum))
	}
	for i, b := range spec.Breakdowns {
		for _, c := range p.By {
			if !slices.Contains(b.By, c) {
				r.problems.add(fmt.Sprintf("spec.breakdowns[%d].by", i), fmt.Sprintf("a segment must lie within one part of the population; name %q here too", c))
			}
		}
	}
	return out
}

func (r *resolver) responseRate(spec *v1alpha1.Quality, m measure.Spec) *plan.ResponseRate {
	if spec == nil || spec.ResponseRate == nil {
		return nil
	}
	const field = "spec.quality.responseRate"
	out := &plan.ResponseRate{Column: scoreOf(m)}
	if out.Column == "" {
		r.problems.add(field, "goes with survey scores: netPromoterScore, customerSatisfaction, customerEffortScore")
	}
	out.Minimum = r.share(field+".minimum", spec.ResponseRate.Minimum, 0, 0, 1)
	for _, c := range spec.ResponseRate.CompareBy {
		out.CompareBy = append(out.CompareBy, string(c))
	}
	if late := spec.ResponseRate.Late; late != nil {
		if r.dataset.Time.Event == "" {
			r.problems.add(field+".late", fmt.Sprintf("needs the time of the invitation: dataset %s has no event time", r.dataset.Name))
		}
		out.AnsweredAt = string(late.AnsweredAt)
		out.After = duration(field+".late.after", late.After, 0, &r.problems)
	}
	return out
}

// scoreOf is the column with a survey's answers, empty if there is no such one.
func scoreOf(m measure.Spec) string {
	switch {
	case m.NetPromoterScore != nil:
		return m.NetPromoterScore.Score
	case m.CustomerSatisfaction != nil:
		return m.CustomerSatisfaction.Score
	case m.CustomerEffortScore != nil:
		return m.CustomerEffortScore.Score
	}
	return ""
}
