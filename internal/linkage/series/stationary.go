package series

import (
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/cpi-operator/cpi-operator/internal/linkage/leastsquares"
	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// UnitRoot is the outcome of AugmentedDickeyFuller. Low P speaks against a random walk.
type UnitRoot struct {
	Statistic float64
	// P by the response surface of MacKinnon (1994), Journal of Business & Economic Statistics 12:167.
	P float64
	// Critical5 is the statistic below which a random walk is rejected at 5 %, for Rows: MacKinnon (2010), Queen's
	// Economics Department Working Paper 1227.
	Critical5  float64
	Lags, Rows int
}

// AugmentedDickeyFuller tests the hypothesis that x is a random walk (Dickey and Fuller 1979): Δx on a constant, x one
// period before and lags of Δx. It fails if x is too short for so many lags, or constant. In a few dozen periods it
// rarely rejects even where it should: not rejected does not mean a random walk.
func AugmentedDickeyFuller(x []float64, lags int) (UnitRoot, bool) {
	fit, ok := dickeyFuller(x, lags, lags)
	if !ok {
		return UnitRoot{}, false
	}
	rows := len(fit.Residuals)
	statistic := fit.T(1)
	return UnitRoot{
		Statistic: statistic,
		P:         mackinnonP(statistic),
		Critical5: mackinnonCritical(mackinnon5, rows),
		Lags:      lags,
		Rows:      rows,
	}, true
}

// dickeyFuller regresses on so many lags, without the rows that skip lags would take.
func dickeyFuller(x []float64, lags, skip int) (leastsquares.Fit, bool) {
	steps := Difference(x, 1)
	rows := len(steps) - skip
	if rows <= lags+2 {
		return leastsquares.Fit{}, false
	}
	columns := [][]float64{leastsquares.Constant(rows), x[skip : len(x)-1]}
	for lag := 1; lag <= lags; lag++ {
		columns = append(columns, steps[skip-lag:len(steps)-lag])
	}
	return leastsquares.Regress(steps[skip:], columns...)
}

// UnitRootLags chooses the lags of AugmentedDickeyFuller by Akaike's criterion on equal rows, from 0 to
// ⌈12(n/100)^¼⌉ (Schwert 1989), as statsmodels' adfuller does.
func UnitRootLags(x []float64) int {
	most := int(math.Ceil(12 * math.Pow(float64(len(x))/100, 0.25)))
	most = max(0, min(most, len(x)/2-2))
	best, least := 0, math.Inf(1)
	for lags := 0; lags <= most; lags++ {
		fit, ok := dickeyFuller(x, lags, most)
		if !ok {
			break
		}
		n := float64(len(fit.Residuals))
		if criterion := n*math.Log(fit.RSS/n) + 2*float64(lags+2); criterion < least {
			best, least = lags, criterion
		}
	}
	return best
}

// Response surfaces of MacKinnon (2010) for one series with a constant: β∞ + β1/T + β2/T² + β3/T³.
var (
	mackinnon1  = [4]float64{-3.43035, -6.5393, -16.786, -79.433}
	mackinnon5  = [4]float64{-2.86154, -2.8903, -4.234, -40.040}
	mackinnon10 = [4]float64{-2.56677, -1.5384, -2.809, 0}
)

func mackinnonCritical(surface [4]float64, rows int) float64 {
	t := 1 / float64(rows)
	return surface[0] + t*(surface[1]+t*(surface[2]+t*surface[3]))
}

// mackinnonP is the surface of MacKinnon (1994), tables 3 and 4, for one series with a constant.
func mackinnonP(statistic float64) float64 {
	const lowest, turn, highest = -18.83, -1.61, 2.74
	t := statistic
	switch {
	case t > highest:
		return 1
	case t < lowest:
		return 0
	case t <= turn:
		return interval.Above(-(2.1659 + t*(1.4412+t*0.038269)))
	}
	return interval.Above(-(1.7339 + t*(0.93202+t*(-0.12745-t*0.010368))))
}

// KPSS is the test of the hypothesis that x keeps to a level (Kwiatkowski, Phillips, Schmidt and Shin 1992): a high
// Statistic speaks for a random walk or a trend.
type KPSS struct {
	Statistic float64
	// P is interpolated in their table 1 and lies in 0.01–0.1: less and more read the same.
	P    float64
	Lags int
}

// Level tests by KPSS with the Bartlett window of so many lags. It fails if x is constant.
func Level(x []float64, lags int) (KPSS, bool) {
	e := demeaned(x)
	n := float64(len(x))
	variance := floats.Dot(e, e)
	for lag := 1; lag <= lags && lag < len(e); lag++ {
		variance += 2 * (1 - float64(lag)/float64(lags+1)) * floats.Dot(e[lag:], e[:len(e)-lag])
	}
	if !(variance > 0) {
		return KPSS{}, false
	}
	var sum, squares float64
	for _, v := range e {
		sum += v
		squares += sum * sum
	}
	statistic := squares / n / variance
	return KPSS{Statistic: statistic, P: kpssP(statistic), Lags: lags}, true
}

// LevelLags is how many lags Level takes in for n periods: ⌊4(n/100)^¼⌋.
func LevelLags(n int) int {
	return int(4 * math.Pow(float64(n)/100, 0.25))
}

func kpssP(statistic float64) float64 {
	table := []struct{ statistic, p float64 }{{0.347, 0.1}, {0.463, 0.05}, {0.574, 0.025}, {0.739, 0.01}}
	if statistic <= table[0].statistic {
		return table[0].p
	}
	for i := 1; i < len(table); i++ {
		if below, above := table[i-1], table[i]; statistic <= above.statistic {
			share := (statistic - below.statistic) / (above.statistic - below.statistic)
			return below.p + share*(above.p-below.p)
		}
	}
	return table[len(table)-1].p
}
