package linkage

import "fmt"

// missing says in words why nothing could be compared, by the reason's code.
var missing = map[string]string{
	"NoUnits":          "nobody has both an experience and an outcome that came after it",
	"OneCohortOnly":    "all who can be compared had the same kind of experience",
	"CohortTooSmall":   "a cohort is smaller than the smallest that is compared",
	"OutcomeConstant":  "the outcome is the same for all who can be compared",
	"NoSharedStratum":  "no group holds both cohorts",
	"TooFewEvents":     "too few outcomes for so many covariates",
	"Separation":       "what is held constant tells some outcomes for certain",
	"Collinear":        "what is held constant tells the cohort, so nothing is left to compare",
	"NoConvergence":    "the regression finds no best fit",
	"TooFewPeriods":    "too few mature periods in a row in which both have a value",
	"ConstantSeries":   "one of the two never varied",
	"NoOverlap":        "there is no period in which both have a value",
	"Undated":          "there are no periods: the rows have no time",
	"GrainMismatch":    "the values cannot be had in the KPI's periods",
	"PeriodsShareRows": "neighbouring values rest on the same rows",
}

// Missing says in words why nothing could be compared, by the reason's code; empty of one that has no words.
func Missing(reason string) string { return missing[reason] }

// because is a reason with its code, which people can look up; one without words stands by itself.
func because(reason string) string {
	if text, known := missing[reason]; known {
		return fmt.Sprintf("Not enough data: %s (%s).", text, reason)
	}
	return fmt.Sprintf("Not enough data (%s).", reason)
}
