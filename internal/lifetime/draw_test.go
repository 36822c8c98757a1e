package lifetime

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"
)

// population is customers of known parameters; times are in weeks.
type population struct {
	name  string
	buys  BGNBD
	spend GammaGamma
}

// As CDNOW's customers; frequent and loyal; alike and soon gone; seldom.
var populations = []population{
	{"CDNOW", BGNBD{0.243, 4.414, 0.793, 2.426}, GammaGamma{6.25, 3.74, 15.44}},
	{"loyal", BGNBD{1, 10, 0.5, 3}, GammaGamma{6.25, 3.74, 15.44}},
	{"soon gone", BGNBD{3, 30, 1, 1}, GammaGamma{2, 4, 30}},
	{"seldom", BGNBD{0.8, 30, 0.6, 2}, GammaGamma{6.25, 3.74, 15.44}},
}

// draw observes n customers, of whom as many came six weeks ago as each six weeks before that up to a year and a half.
func (p population) draw(random *rand.Rand, n int) []Group { return p.drawAt(random, n, cohorts) }

// drawAt observes n customers of the given ages in turn.
func (p population) drawAt(random *rand.Rand, n int, ages []float64) []Group {
	rate := distuv.Gamma{Alpha: p.buys.R, Beta: p.buys.Alpha, Src: random}
	leave := distuv.Beta{Alpha: p.buys.A, Beta: p.buys.B, Src: random}
	scale := distuv.Gamma{Alpha: p.spend.Q, Beta: p.spend.V, Src: random}
	groups := make([]Group, n)
	for i := range groups {
		g := Group{Age: ages[i%len(ages)], Customers: 1}
		often, leaving := rate.Rand(), leave.Rand()
		for t := random.ExpFloat64() / often; t <= g.Age; t += random.ExpFloat64() / often {
			g.Frequency++
			g.Recency = t
			if random.Float64() < leaving {
				break
			}
		}
		if x := float64(g.Frequency); x > 0 {
			g.Spend = distuv.Gamma{Alpha: p.spend.P * x, Beta: scale.Rand() * x, Src: random}.Rand()
		}
		groups[i] = g
	}
	return groups
}

var cohorts = []float64{6, 12, 18, 24, 30, 36, 42, 48, 54, 60, 66, 72, 78}

// ahead is what a customer of the population will truly do on average: a new customer's purchases between the end of the
// observation and that of the horizon.
func (p population) ahead(h Horizon) (purchases, value float64) {
	const pieces = 500
	piece := h.Time / pieces
	for _, age := range cohorts {
		for i := range pieces {
			t := piece * (float64(i) + 0.5)
			bought := p.buys.rate(0, p.buys.Alpha, age+t) * piece / float64(len(cohorts))
			purchases += bought
			value += bought * math.Exp(-h.rate()*t) * p.spend.Mean()
		}
	}
	return purchases, value
}
