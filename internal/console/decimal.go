package console

import (
	"strconv"

	"github.com/cpi-operator/cpi-operator/internal/amount"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// decimal reads a number of a report; nil of an absent one.
func decimal(text string) *float64 {
	if v, err := strconv.ParseFloat(text, 64); err == nil {
		return &v
	}
	return nil
}

// bounded reads a number with its interval; not ok unless all of it is there.
func bounded(value, lower, upper string) (out plan.Bounded, ok bool) {
	v, low, high := decimal(value), decimal(lower), decimal(upper)
	if v == nil || low == nil || high == nil {
		return out, false
	}
	return plan.Bounded{Value: *v, Lower: *low, Upper: *high}, true
}

// probability is a p value such as 0.034, or < 0.001; a dash if it is not known.
func (l *locale) probability(p *float64) string {
	if p == nil {
		return dash
	}
	return l.Figure(amount.P(*p))
}
