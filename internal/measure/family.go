package measure

import (
	"fmt"
	"time"
)

// Family is one kind of measure: what it asks for and how it estimates.
type Family interface {
	// Describe gives the family's name, unit, direction and variant.
	Describe() Description
	// Request is what the engine must sum in the given setting.
	Request(Setting) Request
	// Estimate turns sums, as asked for by Request in the same setting, into a value with
	// its interval at the confidence level (0–1).
	Estimate(sums Sums, in Setting, confidence float64) Estimate
}

// Setting is what a family must know of its surroundings.
type Setting struct {
	// KeepAll is the entity whose repeated rows are all kept, so that errors are cluster-robust;
	// empty where rows are independent or already one an entity.
	KeepAll string
	// TimeColumn is the dataset's event column, empty if it has none.
	TimeColumn string
	// Now is the instant as of which the data is read.
	Now time.Time
}

// Description is what a reader must know to compare a value with another.
type Description struct {
	// Family is the name in the API, such as netPromoterScore.
	Family string
	// Unit is "points", "ratio", a currency or other declared unit; empty for plain numbers.
	Unit string
	// Direction says which way is better.
	Direction Direction
	// Variant tells the formula in one line, with everything that makes it incomparable to its neighbours.
	Variant string
}

// Of returns the family that spec sets.
func Of(spec Spec) (Family, error) {
	switch {
	case spec.NetPromoterScore != nil:
		return spec.NetPromoterScore, nil
	case spec.CustomerSatisfaction != nil:
		return spec.CustomerSatisfaction, nil
	case spec.CustomerEffortScore != nil:
		return spec.CustomerEffortScore, nil
	case spec.Share != nil:
		return spec.Share, nil
	case spec.Aggregate != nil:
		return spec.Aggregate, nil
	case spec.Ratio != nil:
		return spec.Ratio, nil
	case spec.Churn != nil:
		return spec.Churn, nil
	case spec.Retention != nil:
		return spec.Retention, nil
	case spec.RevenueRetention != nil:
		return spec.RevenueRetention, nil
	case spec.Renewal != nil:
		return spec.Renewal, nil
	}
	return nil, fmt.Errorf("measure: no family is set")
}
