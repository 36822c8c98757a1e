package divergence

// Reason is why something cannot be judged.
type Reason string

const (
	NoGuardrail    Reason = "NoGuardrail"
	NoPeriods      Reason = "NoPeriods"      // no mature period at all
	NoSuchPeriod   Reason = "NoSuchPeriod"   // no value in the period to be judged
	TooFewPeriods  Reason = "TooFewPeriods"  // for a trend, and for two windows
	MissingPeriods Reason = "MissingPeriods" // enough of them, but with gaps
	TooFewRows     Reason = "TooFewRows"     // in a window
	NoInterval     Reason = "NoInterval"     // nothing tells how sure the values are
	NoTarget       Reason = "NoTarget"       // the KPI has no target, and too few periods for a trend
)

var words = map[Reason]string{
	NoGuardrail:    "no guardrail is declared",
	NoPeriods:      "there is no mature period yet",
	NoSuchPeriod:   "there is no value in the KPI's latest period",
	TooFewPeriods:  "there are too few mature periods yet",
	MissingPeriods: "there are gaps between its periods",
	TooFewRows:     "there are too few rows",
	NoInterval:     "nothing tells how sure its values are",
	NoTarget:       "the KPI has no target, and too few periods to tell whether it improves",
}

// Words for people, without the code; empty of a reason that is none of these.
func (r Reason) Words() string { return words[r] }
