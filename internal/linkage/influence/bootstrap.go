package influence

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// agree is the part of the resamples that must say the same of a rank for it to be stable.
const agree = 0.8

// alike is the difference of two parts of R² that is rounding only.
const alike = 1e-9

// resampled is what the shares are in resamples.
type resampled struct {
	shares [][]float64 // of each driver, in the order of the resamples
	ahead  [][]int     // in how many resamples the first of two drivers was ahead of the second
	places [][]int     // in how many a driver had each place, from 0
	n      int
}

// resample draws blocks of neighbouring rows, the first row following the last (Politis and Romano 1992), so that what
// one period carries over into the next is kept.
func resample(t table, split func(square, []float64) bool, options Options) resampled {
	drivers := t.columns - 1
	found := resampled{shares: make([][]float64, drivers), ahead: make([][]int, drivers), places: make([][]int, drivers)}
	for j := range drivers {
		found.shares[j] = make([]float64, 0, options.Resamples)
		found.ahead[j], found.places[j] = make([]int, drivers), make([]int, drivers)
	}
	rows := len(t.rows)
	random := rand.New(rand.NewPCG(options.Seed, uint64(rows)))
	counts, correlations, parts := make([]int, rows), newSquare(t.columns), make([]float64, drivers)
	for range options.Resamples {
		clear(counts)
		for drawn := 0; drawn < rows; {
			start := random.IntN(rows)
			for i := 0; i < options.Block && drawn < rows; i++ {
				counts[(start+i)%rows]++
				drawn++
			}
		}
		// Without any variation of the KPI there is nothing to explain.
		if t.correlations(counts, correlations) && split(correlations, parts) {
			found.add(parts)
		}
	}
	return found
}

func (r *resampled) add(parts []float64) {
	total := sum(parts)
	if total <= alike {
		return
	}
	r.n++
	for j, part := range parts {
		r.shares[j] = append(r.shares[j], part/total)
		for other, than := range parts {
			if part > than+alike {
				r.ahead[j][other]++
			}
		}
		r.places[j][place(parts, j)]++
	}
}

// place of a driver, from 0: how many are ahead of it.
func place(parts []float64, driver int) (place int) {
	for _, part := range parts {
		if part > parts[driver]+alike {
			place++
		}
	}
	return place
}

// bounds are those between which the middle of the resampled shares lies.
func (r resampled) bounds(driver int, confidence float64) interval.Interval {
	if r.n == 0 {
		return interval.None()
	}
	sorted := slices.Sorted(slices.Values(r.shares[driver]))
	outside := int(math.Floor(float64(r.n)*(1-confidence)/2 + 1e-9))
	return interval.Interval{Lower: sorted[outside], Upper: sorted[r.n-1-outside]}
}

// rank is one more than the number of drivers that were clearly ahead.
func (r resampled) rank(driver int, confidence float64) int {
	rank := 1
	for other := range r.ahead {
		if float64(r.ahead[other][driver]) >= (1+confidence)/2*float64(r.n) {
			rank++
		}
	}
	return rank
}

// agreement is the part of the resamples in which a driver had one of the places from rank on that so many share.
func (r resampled) agreement(driver, rank, sharing int) float64 {
	var n int
	for place := rank - 1; place < min(rank-1+sharing, len(r.places)); place++ {
		n += r.places[driver][place]
	}
	return float64(n) / float64(r.n)
}

func sum(values []float64) (total float64) {
	for _, v := range values {
		total += v
	}
	return total
}
