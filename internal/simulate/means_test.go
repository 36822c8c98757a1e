package simulate

import (
	"math"
	"math/rand/v2"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// draw is a distribution with its mean.
type draw struct {
	label string
	mean  float64
	value func(random *rand.Rand) float64
}

func normal(random *rand.Rand) float64    { return 10 + 3*random.NormFloat64() }
func logNormal(random *rand.Rand) float64 { return math.Exp(random.NormFloat64()) }

// stars are ratings of 1 to 5 with many fives, as people give them.
func stars(random *rand.Rand) float64 {
	switch u := random.Float64(); {
	case u < 0.55:
		return 5
	case u < 0.8:
		return 4
	case u < 0.9:
		return 3
	case u < 0.94:
		return 2
	}
	return 1
}

var draws = []draw{
	{"normal", 10, normal},
	{"stars 1–5, most of them 5", 0.55*5 + 0.25*4 + 0.1*3 + 0.04*2 + 0.06, stars},
	{"lognormal, σ = 1", math.Exp(0.5), logNormal},
}

// sums of values and of their squares.
type sums struct {
	n, sum, squares float64
}

func sample(random *rand.Rand, n int, value func(*rand.Rand) float64) (s sums) {
	for range n {
		v := value(random)
		s.n, s.sum, s.squares = s.n+1, s.sum+v, s.squares+v*v
	}
	return s
}

func (s sums) measured() interval.Measured {
	variance, _ := interval.Variance(s.n, s.sum, s.squares)
	return interval.Measured{Value: s.sum / s.n, Error: math.Sqrt(variance / s.n), Freedom: s.n - 1}
}

func (s sums) student() interval.Interval {
	m := s.measured()
	return interval.Student(m.Value, m.Error, m.Freedom, confidence)
}

func meanTables() []table {
	return []table{
		{
			title:  "Mean, Student's t",
			about:  "Simulated. CSAT and CES means, steps, amounts per customer, indices.",
			corner: "values", columns: sizeColumns(),
			rows: []row{
				{label: draws[0].label},
				{label: draws[1].label, claims: []claim{skewed(86, 89), skewed(90, 93)}},
				{label: draws[2].label, claims: []claim{skewed(82, 86), skewed(85, 88), skewed(88, 91)}},
			},
			measured: func(random *rand.Rand, row, column int) float64 {
				return share(random, func(random *rand.Rand) bool {
					return holds(sample(random, sizes[column], draws[row].value).student(), draws[row].mean)
				})
			},
		},
		{
			title:  "Geometric mean, Student's t on logarithms",
			about:  "Simulated, of lognormal values (σ = 1). Durations.",
			corner: "values", columns: sizeColumns(), rows: []row{{label: "lognormal, σ = 1"}},
			measured: func(random *rand.Rand, _, column int) float64 {
				return share(random, func(random *rand.Rand) bool {
					logs := sample(random, sizes[column], (*rand.Rand).NormFloat64)
					return holds(interval.GeometricMean(logs.n, logs.sum, logs.squares, confidence).Interval, 1)
				})
			},
		},
		{
			title:  "Sum of amounts, as arrivals",
			about:  "Simulated: a Poisson number of amounts. Revenue of a period, seen as one of many that could have been.",
			corner: "amounts", columns: []string{"10 expected", "20", "50", "200"},
			rows: []row{{label: "normal", claims: []claim{few(91, 93)}}},
			measured: func(random *rand.Rand, _, column int) float64 {
				expected := float64(sizes[column])
				return share(random, func(random *rand.Rand) bool {
					s := sample(random, poissonDraw(random, expected), normal)
					return holds(interval.Normal(s.sum, math.Sqrt(s.squares), confidence), expected*10)
				})
			},
		},
		{
			title: "Ratio of sums",
			about: "Simulated: customers of lognormal size (σ = 0.7), one in ten lost, the others growing by 5 % on average. " +
				"Net revenue retention, savings, redemption.",
			corner: "interval", columns: sizeColumns(),
			rows: []row{
				{label: "linearised, Student's t", claims: []claim{unequal(85, 89), unequal(88, 91), unequal(91, 93)}},
				{label: "Fieller", claims: []claim{unequal(90, 93), unequal(91, 93), unequal(92, 93)}},
			},
			measured: func(random *rand.Rand, row, column int) float64 {
				return share(random, func(random *rand.Rand) bool {
					p := customers(random, sizes[column])
					if row == 1 {
						i, _ := p.Fieller(confidence)
						return holds(i, 0.9*1.05)
					}
					se, _ := p.Error()
					return holds(interval.Student(p.Ratio(), se, p.Count-1, confidence), 0.9*1.05)
				})
			},
		},
	}
}

// customers are sums of revenue at the end (Y) and at the start (X).
func customers(random *rand.Rand, n int) (p interval.Paired) {
	for range n {
		x := 100 * math.Exp(0.7*random.NormFloat64())
		var y float64
		if random.Float64() >= 0.1 {
			y = x * (1.05 + 0.2*random.NormFloat64())
		}
		p.Count++
		p.Y, p.X, p.YY, p.XX, p.XY = p.Y+y, p.X+x, p.YY+y*y, p.XX+x*x, p.XY+x*y
	}
	return p
}

// poissonDraw counts exponential waits.
func poissonDraw(random *rand.Rand, mean float64) (n int) {
	for wait := random.ExpFloat64(); wait < mean; wait += random.ExpFloat64() {
		n++
	}
	return n
}
