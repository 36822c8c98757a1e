package lifetime

import "fmt"

// Refusal says why a model cannot be fitted to these customers.
type Refusal struct {
	Reason Reason
	// Message in plain words, with what would help.
	Message string
}

// Reason of a refusal.
type Reason string

const (
	TooFewCustomers    Reason = "TooFewCustomers"    // fewer than MinCustomers
	TooFewRepeatBuyers Reason = "TooFewRepeatBuyers" // fewer than MinRepeatBuyers
	NotConverged       Reason = "NotConverged"       // no maximum of the likelihood was found
	AtBound            Reason = "AtBound"            // the likelihood rises towards a parameter of zero or infinity
	NoMeanSpend        Reason = "NoMeanSpend"        // spend is so unequal that its fitted distribution has no mean
)

// With fewer customers no model is fitted: its likelihood has no clear maximum in every other sample of them.
const (
	MinCustomers    = 100
	MinRepeatBuyers = 50
)

// Error is the message.
func (r *Refusal) Error() string { return r.Message }

func refuse(reason Reason, format string, args ...any) error {
	return &Refusal{reason, fmt.Sprintf(format, args...)}
}

func enough(groups []Group) error {
	customers, repeatBuyers := Counts(groups)
	switch {
	case customers < MinCustomers:
		return refuse(TooFewCustomers, "%d customers: at least %d are needed", customers, MinCustomers)
	case repeatBuyers < MinRepeatBuyers:
		return refuse(TooFewRepeatBuyers, "%d of %d customers bought again: at least %d are needed", repeatBuyers, customers, MinRepeatBuyers)
	}
	return nil
}
