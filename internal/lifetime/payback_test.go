package lifetime

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// balancesOf are those of customers' cumulated nets by month, with Student's t intervals.
func balancesOf(nets [][]float64) []Balance {
	n := float64(len(nets))
	out := make([]Balance, len(nets[0]))
	for month := range out {
		var sum, squares float64
		for _, customer := range nets {
			sum, squares = sum+customer[month], squares+customer[month]*customer[month]
		}
		variance, _ := interval.Variance(n, sum, squares)
		within := interval.Student(sum/n, math.Sqrt(variance/n), n-1, 0.95)
		out[month] = Balance{sum / n, within.Lower, within.Upper}
	}
	return out
}

// Months and their ends as scipy has them (testdata/payback.py).
func TestPaybackMonth(t *testing.T) {
	for _, c := range oracle[[]struct {
		What                    string
		Acquisition             float64
		Nets                    [][]float64 // of each customer so far, by month
		Month, Earliest, Latest int
	}](t, "payback.json") {
		if got := PaybackMonth(c.Acquisition, balancesOf(c.Nets)); got != (Payback{c.Month, c.Earliest, c.Latest}) {
			t.Errorf("%s: %+v, want %d [%d, %d]", c.What, got, c.Month, c.Earliest, c.Latest)
		}
	}
}

func TestPaybackWithoutIntervals(t *testing.T) {
	none := func(means ...float64) (out []Balance) {
		for _, mean := range means {
			out = append(out, Balance{mean, math.Inf(-1), math.Inf(1)})
		}
		return out
	}
	for _, c := range []struct {
		acquisition float64
		balances    []Balance
		month       int
	}{
		{100, none(15, 30, 45, 60, 75, 90, 105), 7},
		{0.3, none(0.1, 0.1+0.2), 2}, // 0.30000000000000004
		{-0.3, none(-0.4, -0.1-0.2), 2},
		{10, none(15, -15), 1}, // covered before care grows
		{10, none(5, 9), 0},
		{0, nil, 0},
	} {
		if got := PaybackMonth(c.acquisition, c.balances); got.Month != c.month || got.Latest != 0 {
			t.Errorf("%v: %+v, want month %d and no end", c.balances, got, c.month)
		}
	}
}

// Of 60 customers who bring in different amounts, each month anew, intervals hold the true month as often as they say or more often.
func TestPaybackCoverage(t *testing.T) {
	const samples, customers, months, acquisition, perMonth = 2000, 60, 24, 100, 9.5
	truth := int(math.Ceil(acquisition / perMonth))
	held := 0
	for i := range samples {
		random := rand.New(rand.NewPCG(11, uint64(i)))
		nets := make([][]float64, customers)
		for c := range nets {
			usual, sum := perMonth+3*random.NormFloat64(), 0.0
			for range months {
				sum += usual + 12*random.NormFloat64()
				nets[c] = append(nets[c], sum)
			}
		}
		found := PaybackMonth(acquisition, balancesOf(nets))
		if found.Earliest <= truth && (found.Latest == 0 || truth <= found.Latest) {
			held++
		}
	}
	if share := float64(held) / samples; share < 0.94 {
		t.Errorf("%.1f %% of 95 %% intervals hold the month", 100*share)
	}
}
