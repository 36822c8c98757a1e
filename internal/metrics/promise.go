package metrics

import (
	"math"
	"strconv"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/promise"
)

// promiseFamilies names the series of a promise.
func promiseFamilies(out *[familyCount]family, object func(extra ...string) []string) {
	remaining := func(index int, suffix, help string) {
		out[index] = family{name: PrefixCPI + "_promise_budget_remaining_ratio" + suffix, help: help, labels: object()}
	}
	remaining(familyPromiseRemaining, "", "Part of the error budget that is left over the window of the promise: 1 for all of it, below 0 where more is used up than there was.")
	remaining(familyPromiseRemainingLower, "_lower", "Lower end of the interval of what is left, corrected for a look in each period.")
	remaining(familyPromiseRemainingUpper, "_upper", "Upper end of the interval of what is left, corrected for a look in each period.")
	out[familyPromiseBurnRate] = family{
		name: PrefixCPI + "_promise_burn_rate", labels: object(labelWindow),
		help: "How many times as fast as allowed the error budget was used up over the latest periods; at 1 it just lasts. window is their number and grain, such as 7d or 2w, the longest the promise's own; while the data are younger than that, it is over what there is. A window without customers is absent.",
	}
}

// promise writes how a promise stands; nil for none.
func (e *encoder) promise(s *promise.Standing, period *plan.Period) {
	if s == nil || period == nil {
		return
	}
	e.sample(familyPromiseRemaining, s.Remaining)
	e.sample(familyPromiseRemainingLower, s.Lower)
	e.sample(familyPromiseRemainingUpper, s.Upper)
	unit := "d"
	if period.Grain == plan.Week {
		unit = "w"
	}
	for _, w := range []promise.Window{s.Fast.Short, s.Fast.Long, s.Slow.Long, s.Budget} {
		if !math.IsNaN(w.Burn) {
			e.sample(familyPromiseBurnRate, w.Burn, labelWindow, strconv.Itoa(w.Length)+unit)
		}
	}
}
