// Package divergence tells whether a KPI looks good while the customers behind it do worse: the trap of any number that
// people are paid for (Goodhart).
package divergence

import "github.com/cpi-operator/cpi-operator/internal/measure/interval"

// Period is an indicator's value in one mature period. Periods without a value are left out.
type Period struct {
	// Number counts periods; neighbours differ by 1, so that a gap shows. Indicators of one question count alike.
	Number int
	Label  string
	Value  float64
	// Interval at the confidence of the question; interval.None where there is none.
	Interval interval.Interval
	// Error is the standard error where it is known, else 0, and Interval stands in.
	Error float64
	// N rows or people: a period weighs as much in its window. 0 if nobody counted.
	N int64
	// OnTarget is whether the KPI met its target; nil where there is none. Of a guardrail it is not read.
	OnTarget *bool
}

// Guardrail is a CPI that must not get worse.
type Guardrail struct {
	Name          string
	HigherIsWorse bool
	// MinWorsening is the smallest loss that counts, in the CPI's unit, 0 or more.
	MinWorsening float64
	// Periods are mature, in their order, and share no rows.
	Periods []Period
	// Refused says why there are none, where that is known.
	Refused Reason
}

// Question is what to judge.
type Question struct {
	// KPI in mature periods, in their order, that share no rows.
	KPI              []Period
	KPIHigherIsWorse bool
	Guardrails       []Guardrail
	// Beside are guardrails of the same KPI that other claims declare: all of them are corrected together, and only
	// Guardrails are told.
	Beside []Guardrail
	// Window is how many periods are held against as many before them; 0 means 3.
	Window int
	// Trend is how many periods a trend is looked for in; 0 means 8, and fewer than 6 are never enough.
	Trend int
	// Confidence of all intervals; 0 means 0.95.
	Confidence float64
	// Minimum rows of a window; fewer are not compared.
	Minimum int64
}

// Finding is what the periods say, replayed from the first: nothing is remembered from one run to the next.
type Finding struct {
	// Diverging holds after two evaluations in a row and clears after two clean ones. Evaluations that cannot be
	// judged do neither.
	Diverging bool
	// Judged tells that at least one evaluation could be.
	Judged bool
	// At is the period judged last. Since is the first of the evaluations that led to Diverging.
	At, Since *Period
	// Last is the latest evaluation in which the KPI was good and a guardrail worse, and Clean how many that could be
	// judged have come after it; nil and 0 unless Diverging.
	Last  *Evaluation
	Clean int
	// Evaluations, one for each mature period of the KPI, oldest first.
	Evaluations []Evaluation
	// Reason is why the KPI's latest period cannot be judged; Diverging is then as of At.
	Reason Reason
}

// Evaluation judges one mature period with all that was known up to it.
type Evaluation struct {
	Period Period
	// KPIGood tells that the KPI is on target, or improving; nil where neither can be told.
	KPIGood   *bool
	Improving bool
	// Guardrails in the order of the question.
	Guardrails []State
	// Bad tells that the KPI is good and a guardrail got worse; Diverging what stands after this evaluation.
	Bad, Diverging bool
	Reason         Reason
}

// Test by which a guardrail was judged.
type Test string

const (
	TwoWindows  Test = "TwoWindows" // the latest periods against as many before them
	MannKendall Test = "MannKendall"
)

// State is a guardrail in one evaluation.
type State struct {
	Guardrail string
	// Worse tells that Q is at most 0.05 and Loss at least MinWorsening.
	Worse bool
	Test  Test
	// Loss in the CPI's unit; positive is worse.
	Loss float64
	// P is one-sided, of both tests together where both can be made, and Test the surer one; Q is P after Benjamini and Hochberg's correction for all
	// guardrails judged with it, those Beside as well.
	P, Q         float64
	MinWorsening float64
	// N rows in both windows, or periods of a trend.
	N      int64
	Reason Reason // why it is not judged; then there are no numbers
}
