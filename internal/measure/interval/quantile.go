package interval

import (
	"fmt"
	"math"
)

// Counted is a value and how many rows have it.
type Counted struct {
	Value float64
	Count int64
}

// Quantile is a sample quantile with the order statistics around it that bound the quantile of the population.
type Quantile struct {
	Bounded
	N int64
	// LowerRank and UpperRank are the ranks, from 1, of the bounding values; 0 where the sample is too small for one.
	LowerRank, UpperRank int64
	// Coverage is the probability, at least the confidence asked for where both ends are known, that the interval
	// holds the quantile. It takes rows to be independent draws.
	Coverage float64
}

// QuantileOf estimates the q quantile, 0 < q < 1, of a sample given as its distinct values in ascending order. It fails
// on values out of order or not finite and on counts below 1, and where there are no values.
//
// The value is Hyndman and Fan's type 7, interpolated at rank 1 + (n−1)q: what R, NumPy, spreadsheets and SQL's
// percentile_cont give, so that people can check it with their own tools. The interval is that of Hahn and Meeker
// (1991, Statistical Intervals, 5.2): the values at the ranks l and u, where the number of rows below the quantile,
// a binomial one, lies in l … u−1 with the confidence asked for. It needs no assumption on the distribution; where
// values tie it covers more.
func QuantileOf(sorted []Counted, q, confidence float64) (Quantile, error) {
	n, err := size(sorted)
	if err != nil {
		return Quantile{}, err
	}
	total := float64(n)
	below := BinomialRange(total, q, confidence)
	found := Quantile{N: n, LowerRank: int64(below.Lower), UpperRank: int64(below.Upper) + 1}
	if found.UpperRank > n {
		found.UpperRank = 0
	}
	place := (total - 1) * q
	rank := min(int64(place), n-1) + 1
	at := atRanks(sorted, found.LowerRank, rank, min(rank+1, n), found.UpperRank)

	found.Value = at[1] + (place-float64(rank-1))*(at[2]-at[1])
	found.Interval, found.Coverage = None(), 1
	if found.LowerRank > 0 {
		found.Interval.Lower = at[0]
		found.Coverage -= binomialAtMost(below.Lower-1, total, q)
	}
	if found.UpperRank > 0 {
		found.Interval.Upper = at[3]
		found.Coverage -= binomialAtLeast(below.Upper+1, total, q)
	}
	found.Interval = found.Interval.Around(found.Value)
	return found, nil
}

// QuantileMinimum is the smallest sample in which the interval of the q quantile has both ends: 6 for the median at
// 0.95, 36 for the 90th percentile, 368 for the 99th.
func QuantileMinimum(q, confidence float64) int64 {
	return int64(math.Ceil(math.Log((1-confidence)/2) / math.Log(max(q, 1-q))))
}

// size is the number of rows.
func size(sorted []Counted) (int64, error) {
	var n int64
	for i, c := range sorted {
		switch {
		case math.IsNaN(c.Value) || math.IsInf(c.Value, 0):
			return 0, fmt.Errorf("value %d of the sample is %v", i+1, c.Value)
		case c.Count < 1:
			return 0, fmt.Errorf("value %v of the sample has the count %d", c.Value, c.Count)
		case i > 0 && c.Value <= sorted[i-1].Value:
			return 0, fmt.Errorf("the sample is not in ascending order: %v after %v", c.Value, sorted[i-1].Value)
		}
		n += c.Count
	}
	if n == 0 {
		return 0, fmt.Errorf("the sample is empty")
	}
	return n, nil
}

// atRanks are the values at ascending ranks, 0 for a rank of 0.
func atRanks(sorted []Counted, ranks ...int64) []float64 {
	values := make([]float64, len(ranks))
	var i int
	upTo := sorted[0].Count
	for r, rank := range ranks {
		if rank == 0 {
			continue
		}
		for upTo < rank {
			i++
			upTo += sorted[i].Count
		}
		values[r] = sorted[i].Value
	}
	return values
}
