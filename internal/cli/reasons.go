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

// noValue says why there is none.
func noValue(reason string) string {
	return worded(measure.NoValueReason(reason).Words(), reason)
}

// unjudged says why a KPI or a guardrail could not be judged.
func unjudged(reason string) string { return worded(divergence.Reason(reason).Words(), reason) }

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
