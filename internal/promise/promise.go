// Package promise judges a promise to a share of customers, such as "95 % wait under two days over 28 days": how much
// of its error budget is left, how fast it burns, and whether more than chance explains that. It is pure: counts of
// periods in, numbers out. What the windows are and how often they err is in docs/promises.md.
//
// The burn rate is the share of a window that missed the promise, over the share that may miss it (Beyer et al. 2018, The Site
// Reliability Workbook, chapter 5, https://sre.google/workbook/alerting-on-slos/): at a rate of 1 the budget lasts
// exactly as long as its window. A pair of windows must burn at once: the long one says that it matters, the short one that it
// still goes on.
package promise

import "math"

// Fewest is how many periods the window of a budget must have. With fewer the fast pair would be a large part of the whole
// window, and its burn rate hardly above 1: a threshold on the share of the whole window says as much.
const Fewest = 12

const (
	// fastLong and fastShort are the periods of the fast pair: the fewest that make a pair. The first number there is of
	// a burn is that of one whole period, however often it is looked at.
	fastLong, fastShort = 2, 1
	// slowShort is how many good periods end a slow burn.
	slowShort = 2
	// quarter of the budget, gone within the long window, is what makes a pair speak.
	quarter = 0.25
)

// Terms of a promise.
type Terms struct {
	// Allowed is the share that may miss it, above 0 and below 1.
	Allowed float64
	// Periods of the budget's window, at least Fewest.
	Periods int
	// Confidence of what is called more than chance, 0–1, over as many looks as the window has periods.
	Confidence float64
}

// Period is what came of one period. Without rows nobody was there to miss anything: it burns nothing.
type Period struct {
	// Bad rows of N missed what was promised.
	Bad, N float64
	// Effective is how many independent rows tell as much as the N do; 0 if all are independent.
	Effective float64
	// Missing: its numbers must not be used, or are not there. It counts as neither good nor bad.
	Missing bool
}

// Window is what came of some of the latest periods.
type Window struct {
	// Length is how many periods are asked for, Periods how many there are: fewer where the data have just begun.
	Length, Periods int
	Bad, N          float64
	// Burn is how many times as fast as allowed the budget is used up, Lower and Upper its interval at Standing.Level. All
	// are NaN without rows; a short window has no interval.
	Burn, Lower, Upper float64
}

// Pair of windows that must both burn.
type Pair struct {
	Long, Short Window
	// Threshold is the burn rate that the whole interval of the long window must exceed, and the short one reach.
	Threshold float64
	Burning   bool
}

// Standing of a promise.
type Standing struct {
	Terms
	// Budget spans the window of the promise, or what there is of it.
	Budget Window
	// Remaining of the budget, 1 for all of it, below 0 where more is used up than there was, with its interval at Level. While the data
	// span a part of the window only, the rest is taken to bring as many rows. NaN without rows.
	Remaining, Lower, Upper float64
	// Empty periods had no rows; Missing ones are left out.
	Empty, Missing int
	// Level is the confidence of all intervals here, corrected for looking once in each period (Bonferroni).
	Level float64
	// Dispersion is how much more the shares of periods vary than independent rows do, 1 or more; intervals allow for it.
	Dispersion float64
	Fast, Slow Pair
	// Spent: the whole interval of what remains lies at or below nothing.
	Spent bool
}

// Verdict on a promise, the gravest first.
type Verdict string

const (
	BurningFast   Verdict = "BurningFast"   // a quarter of the budget in two periods
	Spent         Verdict = "BudgetSpent"   // nothing is left of the budget, nor can chance explain it
	BurningSlowly Verdict = "BurningSlowly" // at this rate the budget does not last
	Inconclusive  Verdict = "Inconclusive"  // more is used up than there was, which chance alone can explain
	NoData        Verdict = "NoData"        // nobody to keep it to
	Kept          Verdict = "Kept"
)

// Verdict sums the standing up.
func (s Standing) Verdict() Verdict {
	switch {
	case s.Budget.N == 0:
		return NoData
	case s.Fast.Burning:
		return BurningFast
	case s.Spent:
		return Spent
	case s.Slow.Burning:
		return BurningSlowly
	case s.Remaining < 0:
		return Inconclusive
	}
	return Kept
}

// Judge tells how a promise stands at the end of the last of periods, which are neighbours, the oldest first.
func Judge(terms Terms, periods []Period) Standing {
	periods = begun(periods)
	if extra := len(periods) - terms.Periods; extra > 0 {
		periods = periods[extra:]
	}
	s := Standing{
		Terms: terms, Level: 1 - (1-terms.Confidence)/float64(terms.Periods), Dispersion: dispersion(periods),
	}
	for _, p := range periods {
		switch {
		case p.Missing:
			s.Missing++
		case p.N == 0:
			s.Empty++
		}
	}
	s.Budget = s.window(periods, terms.Periods)
	seen := float64(len(periods)) / float64(terms.Periods)
	s.Remaining, s.Lower, s.Upper = 1-seen*s.Budget.Burn, 1-seen*s.Budget.Upper, 1-seen*s.Budget.Lower
	s.Spent = s.Upper <= 0
	s.Fast = s.pair(periods, fastLong, fastShort, quarter*float64(terms.Periods)/fastLong)
	s.Slow = s.pair(periods, int(math.Round(quarter*float64(terms.Periods))), slowShort, 1)
	return s
}

// begun leaves out the empty periods before the first rows: the data begin there.
func begun(periods []Period) []Period {
	for i, p := range periods {
		if p.N > 0 || p.Missing {
			return periods[i:]
		}
	}
	return nil
}

func (s Standing) pair(periods []Period, long, short int, threshold float64) Pair {
	out := Pair{Long: s.window(periods, long), Short: s.count(periods, short), Threshold: threshold}
	// A short window without rows does not show that the burning has stopped.
	stillBurns := out.Short.N == 0 || out.Short.Burn >= threshold
	out.Burning = out.Long.Lower > threshold && stillBurns
	return out
}
