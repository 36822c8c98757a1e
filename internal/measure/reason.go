package measure

import "github.com/cpi-operator/cpi-operator/internal/lifetime"

// NoValueReason is why an estimate has no value.
type NoValueReason string

const (
	NoRows          NoValueReason = "NoRows"          // nothing to measure in the period
	ZeroDenominator NoValueReason = "ZeroDenominator" // the denominator sums to zero
	StratumEmpty    NoValueReason = "StratumEmpty"    // a part of the population that the weighting names has no answers
	Endless         NoValueReason = "Endless"         // nobody leaves and nothing is discounted: the value has no end
	NotPaidBack     NoValueReason = "NotPaidBack"     // customers have not brought in what they cost by the age that is looked at
	PartMissing     NoValueReason = "PartMissing"     // a part of a composite has no value to act on
	NotReached      NoValueReason = "NotReached"      // too many cases are open: the quantile lies beyond what was seen
	Contradictory   NoValueReason = "Contradictory"   // a precomputed row's value lies outside its own interval, or its sample size is negative; or events sum to less than none
	Incomplete      NoValueReason = "Incomplete"      // the data begins or ends within the period, or its source has forgotten a part
	FarOut          NoValueReason = "FarOut"          // there is a value, so far outside its history that the data are to be doubted first
	NoEvents        NoValueReason = "NoEvents"        // exposure without events, and nothing proves that all rows are loaded
	NothingDecided  NoValueReason = "NothingDecided"  // everything is still pending: contracts due, base rows of a conversion
	NotFinite       NoValueReason = "NotFinite"       // a column holds NaN or infinity, or its sums overflow
)

// words that go on with "no value:".
var words = map[NoValueReason]string{
	NoRows:          "there is nothing to measure, which is not zero",
	ZeroDenominator: "what it is divided by is zero",
	StratumEmpty:    "a part of the population that the weighting names has no answers",
	Endless:         "nobody leaves and nothing is discounted, so it has no end",
	NotPaidBack:     "customers have not brought in what they cost by the age that is looked at",
	PartMissing:     "a part of it has no value",
	NotReached:      "too many cases are open: it lies beyond what was seen",
	Contradictory:   "the rows contradict themselves",
	Incomplete:      "the data begins or ends within the period, or its source has forgotten a part",
	FarOut:          "it lies so far outside its history that the data are to be doubted first",
	NoEvents:        "no events are there, and nothing proves that all rows are loaded",
	NothingDecided:  "everything is still pending",
	NotFinite:       "a column holds infinity or no number, or its sums are too large",

	NoValueReason(lifetime.TooFewCustomers):    "too few customers to fit the model of lifetimes",
	NoValueReason(lifetime.TooFewRepeatBuyers): "too few customers bought again to fit the model of lifetimes",
	NoValueReason(lifetime.NotConverged):       "the model of lifetimes found no best fit to these customers",
	NoValueReason(lifetime.AtBound):            "the model of lifetimes does not fit: one of its parameters runs towards zero or infinity",
	NoValueReason(lifetime.NoMeanSpend):        "spend is so unequal that its fitted distribution has no mean",
}

// Words for people, without the code; empty of a reason that the catalogue does not know.
func (r NoValueReason) Words() string { return words[r] }
