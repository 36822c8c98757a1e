package measure

import (
	"time"

	"github.com/cpi-operator/cpi-operator/internal/lifetime"
)

// CustomersRequest asks for the history of each customer up to the end of a window, by everything before it. Rows
// without an amount count nowhere.
type CustomersRequest struct {
	Entity string `json:"entity"`
	Amount string `json:"amount"`
	Cost   string `json:"cost,omitempty"`
	// From leaves out customers first seen before; zero takes all.
	From time.Time `json:"from,omitzero"`
	// Age takes only customers first seen at least so long before the end, with the rows of that time; 0 takes all.
	Age time.Duration `json:"age,omitempty"`
	// Months are how many months of age, the last of them ending with Age, what customers have brought so far is told for; 0
	// asks for Age as a whole.
	Months int `json:"months,omitempty"`
	// Unit is the time unit of the model; purchases are counted by day. Without it amounts are added up for each customer.
	Unit time.Duration `json:"unit,omitempty"`
	// Of a request with Unit:
	Horizon    lifetime.Horizon `json:"horizon,omitzero"`
	Confidence float64          `json:"confidence,omitempty"`
}

// The sums of a CustomersRequest with Months: customers, then of each month Σ and Σ² over them of amount less cost so far.

// The sums of a CustomersRequest with neither, over customers: a is the amount, c the cost.
const (
	CustomersCount = iota
	CustomersA
	CustomersC
	CustomersAA
	CustomersCC
	CustomersAC
	customersCount
)

// The sums of a CustomersRequest with Unit: what SummariseCustomers has.
const (
	valueCustomers = iota
	valueRepeat
	valueRefused // place among refusals + 1; 0 if a value was found
	valueIs
	valueLower
	valueUpper
	valuePurchases
	valueAlive
	valueR
	valueAlpha
	valueA
	valueB
	valueLogLikelihood
	valueCorrelation
	valueWarned // a bit for each of valueWarnings
	valueCount
)

// refusals are why a model is not fitted, by place.
var refusals = []NoValueReason{
	NoValueReason(lifetime.TooFewCustomers), NoValueReason(lifetime.TooFewRepeatBuyers), NoValueReason(lifetime.NotConverged),
	NoValueReason(lifetime.AtBound), NoValueReason(lifetime.NoMeanSpend),
}

var valueWarnings = []lifetime.WarningKind{lifetime.DependentSpend, lifetime.HeavySpend, lifetime.UnusableSpend, lifetime.BeyondExperience}
