package lifetime

import "fmt"

// PaybackMonth is the first month, counted from 1, at whose end a customer has brought in what it cost: the margins so far
// are at least the cost of acquisition and the cost of care so far. Both are per customer and month of age; months
// that are not over for every customer do not belong in them. It is false if that has not happened yet.
func PaybackMonth(acquisition float64, margin, care []float64) (month int, paid bool, err error) {
	if len(margin) != len(care) {
		return 0, false, fmt.Errorf("%d months of margin and %d of care", len(margin), len(care))
	}
	balance := -acquisition
	for i := range margin {
		balance += margin[i] - care[i]
		if balance >= 0 {
			return i + 1, true, nil
		}
	}
	return 0, false, nil
}
