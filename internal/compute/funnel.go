package compute

import (
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/trend"
)

// standouts tells which segments of a breakdown lie beyond what chance does to parts of their size; nil for one that
// does not. All segments count in the overall value, also those too small to be told. Only measures whose rows are
// independent have such limits.
func (j *job) standouts(all []segment) []*plan.Standout {
	funnel, ok := j.funnel(all)
	if !ok || funnel.Reason != "" {
		return make([]*plan.Standout, len(all))
	}
	out := make([]*plan.Standout, len(all))
	for i, place := range funnel.Places {
		if place.Reason == "" && place.Side != trend.Within {
			out[i] = &plan.Standout{Side: string(place.Side), Level: place.Beyond, Dispersion: funnel.Dispersion}
		}
	}
	return out
}

func (j *job) funnel(all []segment) (trend.Funnel, bool) {
	if j.setting.KeepAll != "" || j.Weighting != nil || len(all) == 0 {
		return trend.Funnel{}, false
	}
	if measure.Weighable(j.family) && j.Measure.Share == nil { // whose counts have limits of their own
		var groups []trend.Group
		for _, s := range all {
			groups = append(groups, groupOf(measure.Moments(j.family, s.sums, j.setting)))
		}
		return trend.FunnelOfMeans(groups), true
	}
	var shares []interval.Share
	var rates []trend.Rate
	for _, s := range all {
		if s.Value == nil {
			shares, rates = append(shares, interval.Share{}), append(rates, trend.Rate{})
			continue
		}
		if s.Numerator == nil || s.Denominator == nil {
			return trend.Funnel{}, false
		}
		shares = append(shares, interval.Share{Hits: *s.Numerator, N: *s.Denominator})
		rates = append(rates, trend.Rate{Events: *s.Numerator, Exposure: *s.Denominator})
	}
	switch method := methodOf(all); {
	case method == "Wilson":
		return trend.FunnelOfShares(shares), true
	case strings.HasPrefix(method, "Garwood"):
		return trend.FunnelOfRates(rates), true
	}
	return trend.Funnel{}, false
}

// methodOf is the interval that all segments have, empty if they differ.
func methodOf(all []segment) string {
	method := ""
	for _, s := range all {
		if s.Value == nil || s.Method == "" || s.Method == method {
			continue
		}
		if method != "" {
			return ""
		}
		method = s.Method
	}
	return method
}

// groupOf turns moments with divisor N into those of a sample.
func groupOf(m interval.Stratum) trend.Group {
	g := trend.Group{N: m.N, Mean: m.Mean, Variance: m.Variance}
	if m.N > 1 {
		g.Variance *= m.N / (m.N - 1)
	}
	return g
}
