package measure

import (
	"fmt"
	"math"

	"github.com/cpi-operator/cpi-operator/internal/lifetime"
)

// months of age that a payback is looked for in: those of Age, each a twelfth of a year and the last as long as is left.
func (m *LifetimeValue) months() int {
	return int(math.Round(float64(m.Age) / float64(CustomerMonth)))
}

func (m *LifetimeValue) paybackVariant(amounts string) string {
	if m.Acquisition == 0 {
		return "month by which " + amounts + " has made good what it cost"
	}
	return fmt.Sprintf("month by which %s has made good %g %s of acquisition", amounts, m.Acquisition, m.Unit)
}

// payback is the month by which the mean customer has paid for itself.
func (m *LifetimeValue) payback(s Sums, confidence float64) Estimate {
	n := s[0]
	e := Estimate{N: count(n), Entities: new(count(n))}
	if e.N == 0 {
		return e.none(NoRows)
	}
	balances := make([]lifetime.Balance, m.months())
	for i := range balances {
		month := Estimate{}.mean(n, s[1+2*i], s[2+2*i], unbounded, nil, confidence)
		balances[i] = lifetime.Balance{Mean: *month.Value, Lower: math.Inf(-1), Upper: math.Inf(1)}
		if month.Lower != nil {
			balances[i].Lower, balances[i].Upper = *month.Lower, *month.Upper
		}
	}
	e.Detail = map[string]float64{"balance": balances[len(balances)-1].Mean - m.Acquisition, "months": float64(len(balances))}
	found := lifetime.PaybackMonth(m.Acquisition, balances)
	if found.Month == 0 {
		return e.none(NotPaidBack)
	}
	e = e.is(float64(found.Month))
	if n < 2 {
		return e
	}
	e.Lower, e.Method = known(float64(found.Earliest)), "months in which the t interval of the balance passes the acquisition cost"
	if found.Latest > 0 {
		e.Upper = known(float64(found.Latest))
	}
	return e
}
