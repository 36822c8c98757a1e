package simulate

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

var clusterCounts = []int{20, 40, 100}

func clusterTables() []table {
	var columns []string
	for _, g := range clusterCounts {
		columns = append(columns, fmt.Sprintf("%d customers", g))
	}
	return []table{
		{
			title: "Several answers of a customer, cluster-robust",
			about: "Simulated: 1 to 8 answers a customer, and customers who differ: their own share is a Beta draw with a " +
				"correlation of 0.2 within a customer, their own mean varies half as much as single answers.",
			corner: "measure", columns: columns,
			rows: []row{
				{label: "mean, Student's t on customers − 1"},
				{label: "share p = 0.5, Wilson on the effective n"},
				{label: "share p = 0.1, Wilson on the effective n", claims: []claim{fewClusters(91, 93)}},
				{label: "the same p = 0.5, as if independent", claims: []claim{ignored(82, 86), ignored(82, 86), ignored(82, 86)}},
			},
			measured: func(random *rand.Rand, row, column int) float64 {
				return share(random, func(random *rand.Rand) bool {
					g := clusterCounts[column]
					if row == 0 {
						p := clusters(random, g, func(random *rand.Rand) func() float64 {
							own := 0.5 * random.NormFloat64()
							return func() float64 { return own + random.NormFloat64() }
						})
						se, _ := p.Error()
						return holds(interval.Student(p.Ratio(), se, p.Count-1, confidence), 0)
					}
					truth := []float64{0, 0.5, 0.1, 0.5}[row]
					p := clusters(random, g, func(random *rand.Rand) func() float64 {
						own := beta(random, 4*truth, 4*(1-truth))
						return func() float64 { return indicator(random.Float64() < own) }
					})
					n := p.X
					if row < 3 {
						se, _ := p.Error()
						n = interval.EffectiveSize(p.Ratio(), se, p.X, p.Count)
					}
					return holds(interval.Wilson(p.Ratio(), n, confidence), truth)
				})
			},
		},
		{
			title: "Weighted to population shares, post-stratified",
			about: "Simulated: one answer in three comes from four fifths of the population, two from the rest, who are of " +
				"another mind.",
			corner: "measure", columns: sizeColumns(),
			rows: []row{
				{label: "share, Wilson on the effective n", claims: []claim{careful(97, 99), careful(97, 99.5)}},
				{label: "net score, adjusted Wald on the effective n", claims: []claim{careful(98, 100), careful(97, 98.5)}},
				{label: "mean, Student's t", claims: []claim{tiny(92, 93)}},
			},
			measured: func(random *rand.Rand, row, column int) float64 {
				return share(random, func(random *rand.Rand) bool {
					few := sizes[column] / 3
					found, _ := interval.PostStratify([]interval.Stratum{
						stratum(random, row, 0.8, few, 0.3), stratum(random, row, 0.2, sizes[column]-few, 0.6),
					}, 0)
					const truth = 0.8*0.3 + 0.2*0.6
					switch row {
					case 0:
						return holds(found.Share(confidence), truth)
					case 1:
						return holds(found.Net(confidence), truth-0.2)
					}
					return holds(found.Mean(confidence), truth)
				})
			},
		},
	}
}

// stratum of n answers: shares, net scores with a fifth of the answers against, or normal values.
func stratum(random *rand.Rand, kind int, population float64, n int, mean float64) interval.Stratum {
	var favour, against, squares, sum float64
	for range n {
		u := random.Float64()
		favour += indicator(u < mean)
		against += indicator(kind == 1 && u > 0.8)
		v := mean + random.NormFloat64()
		sum, squares = sum+v, squares+v*v
	}
	size := float64(n)
	s := interval.Stratum{Population: population, N: size, Mean: (favour - against) / size, Extreme: (favour + against) / size}
	s.Variance = s.Extreme - s.Mean*s.Mean
	if kind == 2 {
		s.Mean = sum / size
		s.Variance = squares/size - s.Mean*s.Mean
	}
	return s
}

func indicator(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// clusters are the sums of clusters of 1 to 8 rows, Y of values and X of rows.
func clusters(random *rand.Rand, g int, customer func(*rand.Rand) func() float64) (p interval.Paired) {
	for range g {
		value := customer(random)
		var y, x float64
		for range 1 + random.IntN(8) {
			y, x = y+value(), x+1
		}
		p.Count++
		p.Y, p.X, p.YY, p.XX, p.XY = p.Y+y, p.X+x, p.YY+y*y, p.XX+x*x, p.XY+x*y
	}
	return p
}

// beta draws by two gamma draws.
func beta(random *rand.Rand, a, b float64) float64 {
	x, y := gamma(random, a), gamma(random, b)
	return x / (x + y)
}

// gamma draws by Marsaglia and Tsang (2000).
func gamma(random *rand.Rand, shape float64) float64 {
	if shape < 1 {
		return gamma(random, shape+1) * math.Pow(random.Float64(), 1/shape)
	}
	d := shape - 1.0/3
	for {
		x := random.NormFloat64()
		v := math.Pow(1+x/math.Sqrt(9*d), 3)
		if v > 0 && math.Log(random.Float64()) < x*x/2+d*(1-v+math.Log(v)) {
			return d * v
		}
	}
}
