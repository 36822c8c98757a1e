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
	// Confidence is the level (0–1) of the intervals that Estimate will be asked for. Only a request that is
	// summed up before it is estimated needs to know it.
	Confidence float64
}

// Description is what a reader must know to compare a value with another.
type Description struct {
	// Family is the name in the API, such as netPromoterScore.
	Family string
	// Unit is "points", "ratio", "seconds", a currency or other declared unit; empty for plain numbers.
	Unit string
	// Direction says which way is better.
	Direction Direction
	// Variant tells the formula in one line, with everything that makes it incomparable to its neighbours.
	Variant string
}

// UnitSeconds is the unit of times.
const UnitSeconds = "seconds"

// checked is a family that can tell whether its spec makes sense.
type checked interface {
	Family
	check() error
}

// Of returns the family that spec sets. It is an error to set none or several, or one whose spec contradicts itself.
func Of(spec Spec) (Family, error) {
	var found []checked
	if spec.NetPromoterScore != nil {
		found = append(found, spec.NetPromoterScore)
	}
	if spec.CustomerSatisfaction != nil {
		found = append(found, spec.CustomerSatisfaction)
	}
	if spec.CustomerEffortScore != nil {
		found = append(found, spec.CustomerEffortScore)
	}
	if spec.Share != nil {
		found = append(found, spec.Share)
	}
	if spec.Aggregate != nil {
		found = append(found, spec.Aggregate)
	}
	if spec.Ratio != nil {
		found = append(found, spec.Ratio)
	}
	if spec.Churn != nil {
		found = append(found, spec.Churn)
	}
	if spec.Retention != nil {
		found = append(found, spec.Retention)
	}
	if spec.RevenueRetention != nil {
		found = append(found, spec.RevenueRetention)
	}
	if spec.Renewal != nil {
		found = append(found, spec.Renewal)
	}
	if spec.Index != nil {
		found = append(found, spec.Index)
	}
	if spec.Precomputed != nil {
		found = append(found, spec.Precomputed)
	}
	if spec.Duration != nil {
		found = append(found, spec.Duration)
	}
	if len(found) != 1 {
		return nil, fmt.Errorf("measure: exactly one family must be set, %d are", len(found))
	}
	if err := found[0].check(); err != nil {
		return nil, err
	}
	return found[0], nil
}
