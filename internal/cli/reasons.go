package cli

import (
	"cmp"

	"github.com/cpi-operator/cpi-operator/internal/linkage"
	"github.com/cpi-operator/cpi-operator/internal/linkage/divergence"
	"github.com/cpi-operator/cpi-operator/internal/linkage/forecast"
	"github.com/cpi-operator/cpi-operator/internal/linkage/influence"
	"github.com/cpi-operator/cpi-operator/internal/measure"
)

// worded is a reason in words with its code, which people can look up; one without words stands by itself.
func worded(words, code string) string {
	if words == "" {
		return code
	}
	return words + " (" + code + ")"
}

// reasonTexts say why there is no verdict on a series.
var reasonTexts = map[string]string{
	"TooFewPeriods": "Too few mature periods that share no rows.",
	"TooFewRows":    "One of the two rests on too few rows.",
	"NoSuchPeriod":  "There is no value to compare with that shares no rows with it.",
	"NoVariation":   "Earlier values never varied: nothing tells how far is far.",
	"NoInterval":    "A value has no interval on the side that matters.",
}

func reasonText(reason string) string { return cmp.Or(reasonTexts[reason], reason+".") }

// noValueTexts say why a period has no value.
var noValueTexts = map[measure.NoValueReason]string{
	measure.NoRows:          "there is nothing to measure, which is not zero",
	measure.ZeroDenominator: "what it is divided by is zero",
	measure.StratumEmpty:    "a part of the population that the weighting names has no answers",
	measure.Endless:         "nobody leaves and nothing is discounted, so it has no end",
	measure.NotPaidBack:     "customers have not brought in what they cost by the age that is looked at",
	measure.PartMissing:     "a part of it has no value",
	measure.NotReached:      "too many cases are open: it lies beyond what was seen",
	measure.Contradictory:   "the rows contradict themselves",
	measure.Incomplete:      "the data begins or ends within the period, or its source has forgotten a part",
	measure.FarOut:          "it lies so far outside its history that the data are to be doubted first",
	measure.NoEvents:        "no events are there, and nothing proves that all rows are loaded",
	measure.NothingDecided:  "everything is still pending",
	measure.NotFinite:       "a column holds infinity or no number, or its sums are too large",
}

// noValue says why there is none.
func noValue(reason string) string {
	return worded(noValueTexts[measure.NoValueReason(reason)], reason)
}

// unjudgedTexts say why a KPI or a guardrail could not be judged.
var unjudgedTexts = map[divergence.Reason]string{
	divergence.NoGuardrail:    "no guardrail is declared",
	divergence.NoPeriods:      "there is no mature period yet",
	divergence.NoSuchPeriod:   "there is no value in the KPI's latest period",
	divergence.TooFewPeriods:  "there are too few mature periods yet",
	divergence.MissingPeriods: "there are gaps between its periods",
	divergence.TooFewRows:     "there are too few rows",
	divergence.NoInterval:     "nothing tells how sure its values are",
	divergence.NoTarget:       "the KPI has no target, and too few periods to tell whether it improves",
}

// unjudged says why something was not.
func unjudged(reason string) string { return worded(unjudgedTexts[divergence.Reason(reason)], reason) }

// outlookTexts say why influence or a forecast is not told, beyond what linkage has words for.
var outlookTexts = map[string]string{
	string(influence.TooFewDrivers):    "a single driver has all of the influence there is",
	string(influence.NothingExplained): "the drivers explain nothing of the KPI",
	string(influence.ConstantSeries):   "the KPI, or one of the two, never varied",
	string(forecast.NoDriverValue):     "a driver is unknown in the period that the forecast needs",
	string(forecast.TooFar):            "it lies further ahead than earlier forecasts can judge",
	string(forecast.NotDetermined):     "a driver never varied, or follows from the others",
	string(forecast.NoBetterThanNaive): "its earlier forecasts missed by no less than without drivers",
	string(forecast.IntervalsMiss):     "its intervals held too seldom before",
}

// uncompared says why customers or periods were not, or why nothing follows from what was.
func uncompared(reason string) string {
	return worded(cmp.Or(outlookTexts[reason], linkage.Missing(reason)), reason)
}
