package compute

import (
	"context"

	"github.com/cpi-operator/cpi-operator/internal/linkage"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// customerEvidence is what a comparison of customers tells of one driver.
type customerEvidence struct {
	reason string
	q      float64
}

func (e *customerEvidence) p() float64 { return 1 }

func (e *customerEvidence) told() *plan.CustomerLink { return nil }

func (r *run) customerEvidence(context.Context, *claim, *suspect) (*customerEvidence, error) {
	return &customerEvidence{reason: "NotYet"}, nil
}

func (c *claim) customerLevel(s *suspect) (linkage.Evidence, float64) {
	return linkage.Evidence{Reason: "NotYet"}, 0
}

func (c *claim) headCustomers(*suspect, float64) {}
func (c *claim) influence()                      {}
func (c *claim) forecast()                       {}
func (c *claim) diverge()                        {}
