package influence

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// spectrum are the principal axes of the drivers' correlations.
type spectrum struct {
	values  []float64 // ascending
	vectors mat.Dense
}

func spectrumOf(correlations square) (spectrum, bool) {
	drivers := correlations.size - 1
	symmetric := mat.NewSymDense(drivers, nil)
	for a := range drivers {
		for b := a; b < drivers; b++ {
			symmetric.SetSym(a, b, correlations.at(a, b))
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(symmetric, true) {
		return spectrum{}, false
	}
	found := spectrum{values: eigen.Values(nil)}
	eigen.VectorsTo(&found.vectors)
	return found, true
}

// relativeWeights are what each driver contributes to R² by way of the uncorrelated variables that are closest to all
// drivers: Λ²·(Λ⁻¹r)² with Λ = R^½. Axes along which drivers do not vary count for nothing.
func relativeWeights(correlations square, into []float64) bool {
	axes, ok := spectrumOf(correlations)
	if !ok {
		return false
	}
	drivers := len(axes.values)
	half, inverse := make([]float64, drivers), make([]float64, drivers)
	for k, v := range axes.values {
		if v > singular {
			half[k], inverse[k] = math.Sqrt(v), 1/math.Sqrt(v)
		}
	}
	root := func(a, b int, powers []float64) (sum float64) {
		for k, power := range powers {
			sum += axes.vectors.At(a, k) * power * axes.vectors.At(b, k)
		}
		return sum
	}
	clear(into)
	for between := range drivers {
		var slope float64
		for j := range drivers {
			slope += root(between, j, inverse) * correlations.at(j, drivers)
		}
		for j := range drivers {
			loading := root(j, between, half)
			into[j] += loading * loading * slope * slope
		}
	}
	return true
}

// inflation are the drivers' variance inflation factors, and condition the square root of the largest over the smallest
// variance along an axis (Belsley, Kuh and Welsch 1980); 0 where there is no finite one.
func (s spectrum) inflation() (factors []float64, condition float64) {
	factors = make([]float64, len(s.values))
	for j := range factors {
		for k, v := range s.values {
			loading := s.vectors.At(j, k) * s.vectors.At(j, k)
			if v > singular {
				factors[j] += loading / v
			} else if loading > 1e-8 {
				factors[j] = math.Inf(1)
			}
		}
		if math.IsInf(factors[j], 1) {
			factors[j] = 0
		}
	}
	if s.values[0] > singular {
		condition = math.Sqrt(s.values[len(s.values)-1] / s.values[0])
	}
	return factors, condition
}
