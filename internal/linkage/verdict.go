// Package linkage judges a claim that one indicator moves another from what was found on customers and on periods, and
// says it in words. It never claims a cause: rows that were only observed show that two things go together.
package linkage

import (
	"math"

	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Reason makes a verdict precise. What keeps a level from having an effect at all is told by the level's own reasons.
type Reason string

const (
	SmallerThanMinEffect     Reason = "SmallerThanMinEffect"     // supported, but less than what was declared to matter
	OppositeDirection        Reason = "OppositeDirection"        // clear, and against the expectation
	SignFlipsAfterAdjustment Reason = "SignFlipsAfterAdjustment" // like compared with like says the opposite (Simpson's paradox)
	StrataDisagree           Reason = "StrataDisagree"           // parts differ more than by chance, and in direction
	LevelsDisagree           Reason = "LevelsDisagree"           // customers say one thing, periods the opposite
	Underpowered             Reason = "Underpowered"             // no effect and one that matters are both possible
)

// Evidence is what one level, customers or periods, tells of a claim. Effects are differences of the KPI in its unit,
// turned so that the claim expects a positive one.
type Evidence struct {
	// Reason why there is no effect; empty if there is one. The rest then counts for nothing.
	Reason string
	// Effect with its interval at the confidence of the question.
	Effect, Lower, Upper float64
	// RuledOut tells that an effect that matters is ruled out, where more than the interval must say so: of series every
	// lag, for the interval is that of the best one. Nil leaves it to the interval.
	RuledOut *bool
	// Q is the p value after correction for all links of the KPI.
	Q float64
	// Crude is the effect before anything was held constant; nil if nothing was.
	Crude *Bounds
	// StrataDisagree: parts differ significantly, and not all in the same direction.
	StrataDisagree bool
}

// Bounds are the ends of an interval around an effect.
type Bounds struct{ Effect, Lower, Upper float64 }

// clear reports whether the interval excludes no effect.
func (b Bounds) clear() bool { return b.Lower > 0 || b.Upper < 0 }

// Judgement is a verdict with its reason.
type Judgement struct {
	Verdict plan.Verdict
	Reason  Reason
	// Missing is why a level has no effect, where that is the reason.
	Missing string
}

// Judge one level's evidence by the rules of verdicts, at alpha (0.05). minEffect is the smallest difference that
// matters, 0 if none is declared: without one, an effect can be shown or not shown, but never ruled out.
func Judge(e Evidence, minEffect, alpha float64) Judgement {
	if e.Reason != "" {
		return Judgement{Verdict: plan.InsufficientData, Missing: e.Reason}
	}
	now := Bounds{e.Effect, e.Lower, e.Upper}
	negligible := minEffect > 0 && e.Lower > -minEffect && e.Upper < minEffect
	if e.RuledOut != nil {
		negligible = negligible && *e.RuledOut
	}
	significant := e.Q <= alpha && now.clear()
	switch {
	case e.Crude != nil && e.Crude.clear() && e.Crude.Effect*e.Effect < 0 && !negligible:
		return Judgement{Verdict: plan.Conflicting, Reason: SignFlipsAfterAdjustment}
	case e.StrataDisagree:
		return Judgement{Verdict: plan.Conflicting, Reason: StrataDisagree}
	case significant && e.Effect < 0:
		return Judgement{Verdict: plan.Conflicting, Reason: OppositeDirection}
	case significant && e.Effect < minEffect:
		return Judgement{Verdict: plan.Supported, Reason: SmallerThanMinEffect}
	case significant:
		return Judgement{Verdict: plan.Supported}
	case negligible:
		return Judgement{Verdict: plan.NotSupported}
	}
	return Judgement{Verdict: plan.InsufficientData, Reason: Underpowered}
}

// Join makes one judgement of both levels, the headline's first: customers, where they were compared. Levels that are
// both clear and point in opposite directions conflict; where the first tells too little, the second speaks.
func Join(first, second Evidence, minEffects [2]float64, alpha float64) (Judgement, int) {
	one, other := Judge(first, minEffects[0], alpha), Judge(second, minEffects[1], alpha)
	clear := func(e Evidence) bool {
		return e.Reason == "" && e.Q <= alpha && Bounds{e.Effect, e.Lower, e.Upper}.clear()
	}
	if clear(first) && clear(second) && math.Signbit(first.Effect) != math.Signbit(second.Effect) {
		return Judgement{Verdict: plan.Conflicting, Reason: LevelsDisagree}, 0
	}
	if one.Verdict == plan.InsufficientData && (other.Verdict != plan.InsufficientData || one.Missing != "" && other.Missing == "") {
		return other, 1
	}
	return one, 0
}
