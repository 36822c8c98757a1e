package lifetime

import (
	"fmt"
	"math"
)

// Warning is a doubt about a value that stands.
type Warning struct {
	Kind    WarningKind
	Message string
}

// WarningKind names a doubt.
type WarningKind string

const (
	DependentSpend   WarningKind = "DependentSpend"   // frequency and spend are correlated by more than MaxCorrelation
	HeavySpend       WarningKind = "HeavySpend"       // the spread of spend over customers has no finite variance
	UnusableSpend    WarningKind = "UnusableSpend"    // repeat buyers without a positive spend
	BeyondExperience WarningKind = "BeyondExperience" // the horizon is longer than any customer has been seen
)

// MaxCorrelation of frequency and mean spend, either way, that is not warned of. A convention: the authors take the 0.11 of
// CDNOW's customers for independent enough. It is a weak check where customers leave early, because few purchases hide how
// often they would have bought.
const MaxCorrelation = 0.2

func purchaseWarnings(groups []Group, e Expectation) []Warning {
	oldest := 0.0
	for _, g := range groups {
		if g.Customers > 0 {
			oldest = max(oldest, g.Age)
		}
	}
	if e.Horizon.Time <= oldest {
		return nil
	}
	return []Warning{{BeyondExperience, fmt.Sprintf("the horizon of %.4g is longer than the %.4g for which the oldest customer has been seen", e.Horizon.Time, oldest)}}
}

func spendWarnings(groups []Group, e Expectation) (warnings []Warning) {
	if math.Abs(e.Correlation) > MaxCorrelation {
		warnings = append(warnings, Warning{DependentSpend, fmt.Sprintf("how often customers buy and how much they spend are correlated (r = %.2f); the model takes them to be independent", e.Correlation)})
	}
	if e.GammaGamma.Q <= 2 {
		warnings = append(warnings, Warning{HeavySpend, fmt.Sprintf("spend differs so much between customers (q = %.2f) that its variance is infinite: the interval cannot be trusted", e.GammaGamma.Q)})
	}
	unusable := int64(0)
	for _, g := range groups {
		if g.Frequency > 0 && !g.spends() {
			unusable += g.Customers
		}
	}
	if unusable > 0 {
		warnings = append(warnings, Warning{UnusableSpend, fmt.Sprintf("%d of %d repeat buyers have no positive spend; they were left out when its spread was fitted", unusable, e.RepeatBuyers)})
	}
	return warnings
}

// correlation of frequency and mean spend over the repeat buyers with a positive one; 0 if either is constant.
func correlation(groups []Group) float64 {
	var n, x, z float64
	for _, g := range groups {
		if g.spends() {
			w := float64(g.Customers)
			n, x, z = n+w, x+w*float64(g.Frequency), z+w*g.Spend
		}
	}
	x, z = x/n, z/n
	var xx, xz, zz float64
	for _, g := range groups {
		if g.spends() {
			w, dx, dz := float64(g.Customers), float64(g.Frequency)-x, g.Spend-z
			xx, xz, zz = xx+w*dx*dx, xz+w*dx*dz, zz+w*dz*dz
		}
	}
	if xx == 0 || zz == 0 {
		return 0
	}
	return xz / math.Sqrt(xx*zz)
}
