package planstep

import (
	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// Cohort of customers that were compared.
type Cohort struct {
	Name string
	// N customers, and Outcomes among them; nil where the report does not tell.
	N, Outcomes *int64
	// Share with the outcome, 0 to 1, within Wilson's interval at the confidence of the findings; without a value where
	// the counts or the confidence are not known, for a share is no result without its interval.
	Share measure.Estimate
}

// Cohorts of a comparison with their shares, of which a report has the counts. The level is the findings'
// confidenceLevel, 0 to 1.
func Cohorts(c *v1alpha1.LinkCustomers, level string) []Cohort {
	confidence := number(level)
	out := make([]Cohort, len(c.Cohorts))
	for i, counted := range c.Cohorts {
		out[i] = Cohort{Name: counted.Name, N: counted.N, Outcomes: counted.Outcomes}
		if counted.N == nil || counted.Outcomes == nil || *counted.N <= 0 || confidence == nil || *confidence <= 0 || *confidence >= 1 {
			continue
		}
		n := float64(*counted.N)
		share := float64(*counted.Outcomes) / n
		wilson := interval.Wilson(share, n, *confidence)
		out[i].Share = measure.Estimate{Value: &share, Lower: &wilson.Lower, Upper: &wilson.Upper, N: *counted.N}
	}
	return out
}
