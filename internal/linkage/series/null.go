package series

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"

	"github.com/cpi-operator/cpi-operator/internal/linkage/leastsquares"
)

// null is the outcome under no link: an autoregression about a straight line that knows no driver, with the outcome's
// own surprises in another order.
type null struct {
	phi       []float64
	start     []float64 // the first periods, as they were
	surprises []float64
	season    [][]float64 // what deseasonalising takes out
}

// newNull fits an autoregression to y, of the order with the least corrected Akaike criterion among 1 to most: a series
// measured with noise, as surveys are, needs more than its last period to be told beforehand.
//
// Least squares sees less persistence than there is, in short series much less. Its sum α of coefficients is therefore
// moved up by the bias that it has beside a straight line, to first order (2+4α)/n (Tanaka 1984; a test holds it
// against simulation), to a random walk at most. The others are fitted anew beside it, as Andrews and Chen (1994) do.
func newNull(y []float64, most int) (null, bool) {
	z, ok := detrended(y)
	if !ok {
		return null{}, false
	}
	order, least := 0, math.Inf(1)
	for p := 1; p <= most; p++ {
		fit, ok := persistence(z, p, most)
		if !ok {
			break
		}
		if criterion := corrected(fit); criterion < least {
			order, least = p, criterion
		}
	}
	if order == 0 {
		return null{}, false
	}
	fit, ok := persistence(z, order, order)
	if !ok {
		return null{}, false
	}
	alpha := fit.Coefficients[2]
	alpha = min(1, alpha+(2+4*alpha)/float64(len(z)))
	rest, ok := remaining(z, order, alpha)
	if !ok {
		return null{}, false
	}
	phi := levels(alpha, rest)
	surprises := demeaned(filter(z, phi))
	return null{phi: phi, start: z[:order], surprises: surprises}, true
}

// corrected is Akaike's criterion for few rows (Hurvich and Tsai 1989).
func corrected(f leastsquares.Fit) float64 {
	n, estimated := float64(len(f.Residuals)), float64(len(f.Coefficients)+1) // with the variance
	return n*math.Log(f.RSS/n) + 2*estimated*n/(n-estimated-1)
}

// persistence regresses z on a constant, a line, z one period before, and order-1 lags of its changes: the coefficient
// of z is the sum of those of an autoregression. skip as in dickeyFuller.
func persistence(z []float64, order, skip int) (leastsquares.Fit, bool) {
	rows := len(z) - skip
	if rows <= order+3 {
		return leastsquares.Fit{}, false
	}
	columns := [][]float64{leastsquares.Constant(rows), line(rows), z[skip-1 : len(z)-1]}
	return leastsquares.Regress(z[skip:], append(columns, steps(z, order, skip)...)...)
}

// remaining are the coefficients of the lagged changes when that of z is given.
func remaining(z []float64, order int, alpha float64) ([]float64, bool) {
	if order == 1 {
		return nil, true
	}
	rows := len(z) - order
	rest := append([]float64(nil), z[order:]...)
	floats.AddScaled(rest, -alpha, z[order-1:len(z)-1])
	columns := [][]float64{leastsquares.Constant(rows), line(rows)}
	fit, ok := leastsquares.Regress(rest, append(columns, steps(z, order, order)...)...)
	if !ok {
		return nil, false
	}
	return fit.Coefficients[2:], true
}

// steps of z one to order-1 periods before, for its rows from skip on.
func steps(z []float64, order, skip int) [][]float64 {
	change := Difference(z, 1)
	var columns [][]float64
	for lag := 1; lag < order; lag++ {
		columns = append(columns, change[skip-lag-1:len(z)-lag-1])
	}
	return columns
}

// levels turns the coefficients of z and its changes into those of an autoregression.
func levels(alpha float64, steps []float64) []float64 {
	phi := make([]float64, len(steps)+1)
	phi[0] = alpha
	for i, step := range steps {
		phi[i] += step
		phi[i+1] -= step
	}
	return phi
}

// detrended is y less its mean and straight line.
func detrended(y []float64) ([]float64, bool) {
	fit, ok := leastsquares.Regress(y, leastsquares.Constant(len(y)), line(len(y)))
	return fit.Residuals, ok
}

// draw writes a series under no link into out: the surprises in a random order. An order of their own keeps each
// outlier in the series once, so that two outliers that meet by chance are not taken for more.
func (m null) draw(random *rand.Rand, order []float64, out []float64) {
	copy(order, m.surprises)
	random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	copy(out, m.start)
	p := len(m.phi)
	for t := p; t < len(out); t++ {
		value := order[t-p]
		for i, phi := range m.phi {
			value += phi * out[t-1-i]
		}
		out[t] = value
	}
	for _, q := range m.season {
		floats.AddScaled(out, -floats.Dot(q, out), q)
	}
}

// draws are how often the outcome is drawn under no link: the first always, all where the first leave p at most
// promising, because there its digits matter: twenty links corrected together ask for p of 0.0025.
type draws struct{ first, all int }

var usual = draws{first: 999, all: 9999}

const promising = 0.1

// chance is how large the largest statistic is under no link.
type chance struct {
	// p is the share of draws, the outcome itself counted as one, in which it is at least as large (Davison and
	// Hinkley 1997, 4.2).
	p float64
	// band must be exceeded for p to be at most alpha.
	band float64
	// median of the draws.
	median float64
}

// under compares the largest statistic of n periods with those of the outcome under no link.
func (g gate) under(m null, n int, largest, alpha float64, d draws, random *rand.Rand) chance {
	y, order, statistics := make([]float64, n), make([]float64, len(m.surprises)), make([]float64, len(g.lags))
	found := make([]float64, 0, d.all)
	draw := func(until int) float64 {
		for len(found) < until {
			m.draw(random, order, y)
			found = append(found, g.statistics(y, statistics))
		}
		atLeast := 1
		for _, statistic := range found {
			if statistic >= largest {
				atLeast++
			}
		}
		return float64(atLeast) / float64(until+1)
	}
	p := draw(d.first)
	if p <= promising {
		p = draw(d.all)
	}
	slices.Sort(found)
	// The rounding is that of 1−confidence, which must not cost a draw.
	rank := max(1, int(alpha*float64(len(found)+1)+1e-9))
	return chance{p: p, band: found[len(found)-rank], median: found[len(found)/2]}
}

// seeded makes random numbers follow from the data alone, so that equal input gives equal output.
func seeded(seed uint64, series ...[]float64) *rand.Rand {
	hash := fnv.New64a()
	var bits [8]byte
	for _, x := range series {
		for _, v := range x {
			binary.LittleEndian.PutUint64(bits[:], math.Float64bits(v))
			hash.Write(bits[:])
		}
	}
	return rand.New(rand.NewPCG(hash.Sum64(), seed))
}
