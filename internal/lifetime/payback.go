package lifetime

import "math"

// Balance is what a mean customer has brought in less what it has cost so far, at the end of a month of age, with its interval.
// Without an interval its ends are infinite.
type Balance struct{ Mean, Lower, Upper float64 }

// Payback is a month of age, counted from 1, with its interval; 0 stands for later than the last month known.
type Payback struct{ Month, Earliest, Latest int }

// PaybackMonth is the first month at whose end the balance has made good what it cost to win a customer. Every month must
// be that of the same customers, or those who joined late would bend the curve.
//
// The interval is made of the balances' own. It begins with the first month whose upper end reaches the cost: the
// balance of the true month does, so that its upper end fails to with half the error at most. It ends with the month from
// which on all lower ends reach the cost: were that too early, the lower end of the month before the true one, whose balance
// does not, would miss it. So it holds the truth as often as each balance's interval does, or more often.
func PaybackMonth(acquisition float64, balances []Balance) (found Payback) {
	rounding := 1e-9 * max(1, math.Abs(acquisition)) // of sums of cents
	reached := func(amount float64) bool { return amount >= acquisition-rounding }
	for i, b := range balances {
		if found.Month == 0 && reached(b.Mean) {
			found.Month = i + 1
		}
		if found.Earliest == 0 && reached(b.Upper) {
			found.Earliest = i + 1
		}
	}
	for i := len(balances) - 1; i >= 0 && reached(balances[i].Lower); i-- {
		found.Latest = i + 1
	}
	return found
}
