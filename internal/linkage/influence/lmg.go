package influence

import "math/bits"

// MaximumLMG is the most drivers whose orders are all gone through: 2¹² sets of them, each with its R².
const MaximumLMG = 12

// singular is the part of its variance below which a driver adds nothing to those that are in already.
const singular = 1e-10

// shapley computes LMG shares, and can be used again for further correlations of as many drivers.
type shapley struct {
	drivers int
	// rSquared of every set of drivers, a bit for each.
	rSquared []float64
	// left are the covariances that sets leave, one matrix for each size of the set on the way down.
	left []square
	// without and either weigh a set by its size: as one that a driver is still to enter, and as that or one that it has.
	without, either []float64
}

func newShapley(drivers int) *shapley {
	s := &shapley{
		drivers: drivers, rSquared: make([]float64, 1<<drivers),
		without: make([]float64, drivers+1), either: make([]float64, drivers+1),
	}
	for range drivers + 1 {
		s.left = append(s.left, newSquare(drivers+1))
	}
	// Of all orders, size!(drivers−1−size)!/drivers! have just this set before a driver.
	s.without[0] = 1 / float64(drivers)
	for size := 1; size < drivers; size++ {
		s.without[size] = s.without[size-1] * float64(size) / float64(drivers-size)
	}
	for size := range s.either {
		s.either[size] = s.without[size]
		if size > 0 {
			s.either[size] += s.without[size-1]
		}
	}
	return s
}

// parts are what each driver contributes to R²; their sum is that of all. They always exist.
func (s *shapley) parts(correlations square, into []float64) bool {
	copy(s.left[0].values, correlations.values)
	s.visit(0, 0, 0)
	var before float64
	for set := range s.rSquared {
		size := bits.OnesCount(uint(set))
		before += s.without[size] * s.rSquared[set]
		s.rSquared[set] *= s.either[size]
	}
	// The sets with a driver are the upper half of all; folded onto the lower one, all is as if that driver had never been.
	for sets, driver := s.rSquared, s.drivers-1; driver >= 0; driver-- {
		half := len(sets) / 2
		var with float64
		for i, v := range sets[half:] {
			with += v
			sets[i] += v
		}
		sets = sets[:half]
		into[driver] = with - before
	}
	return true
}

// visit notes R² of a set, and goes on to those that have later drivers besides. What size drivers leave of the
// covariances of the later ones and the KPI gives what one more leaves.
func (s *shapley) visit(set, first, size int) {
	width := s.drivers + 1
	now := s.left[size].values
	s.rSquared[set] = 1 - now[width*width-1]
	for driver := first; driver < s.drivers; driver++ {
		next := s.left[size+1].values
		entering := now[driver*width : (driver+1)*width]
		pivot := entering[driver]
		for a := driver + 1; a < width; a++ {
			var slope float64
			if pivot > singular {
				slope = entering[a] / pivot
			}
			from, to := now[a*width:(a+1)*width], next[a*width:(a+1)*width]
			for b := a; b < width; b++ {
				to[b] = from[b] - slope*entering[b]
			}
		}
		s.visit(set|1<<driver, driver+1, size+1)
	}
}
