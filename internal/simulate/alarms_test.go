package simulate

import (
	"math"
	"math/rand/v2"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
	"github.com/cpi-operator/cpi-operator/internal/trend"
)

var periods = []int{6, 8, 12, 24, 36}

var periodColumns = []string{"6 periods", "8", "12", "24", "36"}

var earlier = []int{8, 12, 24, 36}

var earlierColumns = []string{"8 earlier periods", "12", "24", "36"}

// steady is a series without trend; each period takes over a part of the surprise of the one before it.
func steady(random *rand.Rand, n int, carried float64) trend.Series {
	series := make(trend.Series, n)
	value := random.NormFloat64()
	for i := range series {
		series[i] = trend.Point{Period: i, Value: value, Interval: interval.None()}
		value = carried*value + math.Sqrt(1-carried*carried)*random.NormFloat64()
	}
	return series
}

func alarmTables() []table {
	carried := []float64{0, 0.3, 0.5, 0.7, 0.5}
	return []table{
		{
			title: "False alarms: a trend in a steady series",
			about: "Simulated: how many steady series are called rising or falling, in percent; 5 is promised. A series that " +
				"carries a part of each surprise over into the next period looks like a trend; the test allows for that as far " +
				"as so few periods tell. The last row is the textbook test, which does not.",
			corner: "series", columns: periodColumns,
			usual: alarms,
			rows: []row{
				{label: "independent periods"},
				{label: "30 % carried over", claims: []claim{ok, carries(5, 9), carries(5, 9), carries(5, 9), carries(5, 9)}},
				{label: "50 % carried over", claims: []claim{carries(5, 7), carries(9, 14), carries(10, 15), carries(9, 13), carries(7, 11)}},
				{label: "70 % carried over", claims: []claim{carries(7, 10), carries(13, 18), carries(17, 22), carries(13, 17), carries(9, 14)}},
				{label: "50 % carried over, textbook test", claims: []claim{ignorant(5, 7), ignorant(10, 14), ignorant(15, 20), ignorant(20, 25), ignorant(21, 27)}},
			},
			measured: func(random *rand.Rand, row, column int) float64 {
				return share(random, func(random *rand.Rand) bool {
					found := trend.Of(steady(random, periods[column], carried[row]), confidence)
					if row == 4 {
						return found.Independent.P <= 1-confidence
					}
					return found.Direction != trend.NoTrend
				})
			},
		},
		{
			title:  "Slope, Theil–Sen",
			about:  "Simulated: a line with noise.",
			corner: "noise", columns: periodColumns,
			rows: []row{
				{label: "normal", claims: []claim{ranks(97, 99), ranks(97, 98)}},
				{label: "one period in ten ten times as noisy", claims: []claim{ranks(97, 99), ranks(97, 99)}},
				{label: "normal, 50 % carried over", claims: []claim{ok, narrow(86, 91), narrow(85, 89), narrow(87, 92), narrow(89, 93)}},
			},
			measured: func(random *rand.Rand, row, column int) float64 {
				return share(random, func(random *rand.Rand) bool {
					series := steady(random, periods[column], []float64{0, 0, 0.5}[row])
					for i := range series {
						if row == 1 && random.Float64() < 0.1 {
							series[i].Value *= 10
						}
						series[i].Value += 0.3 * float64(i)
					}
					return holds(trend.Of(series, confidence).Slope.Interval, 0.3)
				})
			},
		},
		{
			title: "False alarms: the latest period of a steady series",
			about: "Simulated: how many steady series have their latest period called out, in percent. Control limits of three " +
				"standard deviations promise 0.3 if they are known; from few periods they are not.",
			corner: "verdict", columns: earlierColumns,
			usual: claim{low: 0, high: 0.5},
			rows: []row{
				{label: "outside XmR limits, independent periods", claims: []claim{limits(2, 4), limits(1, 3), limits(0.6, 1.6), limits(0.5, 1.2)}},
				{label: "outside XmR limits, 50 % carried over", claims: []claim{lasting(5, 9), lasting(5, 8), lasting(3, 6), lasting(3, 6)}},
				{label: "outside p-chart limits, 200 rows of p = 0.5"},
				{label: "far out (suspect data), normal"},
				{label: "far out (suspect data), lognormal, σ = 0.5", claims: []claim{long(0.5, 1.6), long(0.5, 1)}},
			},
			measured: func(random *rand.Rand, row, column int) float64 {
				return share(random, func(random *rand.Rand) bool { return calledOut(random, row, earlier[column]+1) })
			},
		},
		{
			title: "False alarms: a unit in a funnel",
			about: "Simulated: ten teams that differ by chance only, half of them of n rows and half of 3n; how many of the " +
				"smaller ones lie beyond a limit, in percent. At most 5 and 0.2 are promised, for an overall value that is known.",
			corner: "teams", columns: sizeColumns(), usual: claim{low: 0, high: 6},
			rows: []row{
				{label: "share p = 0.1, beyond 95 %"},
				{label: "share p = 0.1, beyond 99.8 %", claims: []claim{{high: 0.3}, {high: 0.3}, {high: 0.3}, {high: 0.3}}},
				{label: "share p = 0.5, beyond 95 %"}, {label: "rate, n/10 events expected, beyond 95 %"},
				{label: "mean, normal, beyond 95 %"}, {label: "mean, stars 1–5, beyond 95 %"},
			},
			measured: func(random *rand.Rand, row, column int) float64 { return beyond(random, row, sizes[column]) },
		},
	}
}

func calledOut(random *rand.Rand, kind, n int) bool {
	switch kind {
	case 0:
		return trend.Individuals(steady(random, n, 0)).Side != trend.Within
	case 1:
		return trend.Individuals(steady(random, n, 0.5)).Side != trend.Within
	case 2:
		shares := make([]interval.Share, n)
		for i := range shares {
			shares[i] = shareOf(random, 200, 0.5)
		}
		return trend.Shares(shares).Side != trend.Within
	}
	series := steady(random, n, 0)
	for i := range series {
		if kind == 4 {
			series[i].Value = math.Exp(0.5 * series[i].Value)
		}
	}
	return trend.FarOut(series, confidence).Far
}

// beyond is how many of the small teams of a funnel are called out, in percent.
func beyond(random *rand.Rand, kind, n int) float64 {
	const teams = 10
	var out, all float64
	for range trials / teams {
		places := funnel(random, kind, n, teams).Places
		for i := 0; i < teams; i += 2 {
			all++
			if places[i].Beyond > 0 && (kind != 1 || places[i].Beyond > 0.99) {
				out++
			}
		}
	}
	return 100 * out / all
}

func funnel(random *rand.Rand, kind, n, teams int) trend.Funnel {
	var shares []interval.Share
	var rates []trend.Rate
	var groups []trend.Group
	for i := range teams {
		size := n
		if i%2 == 1 {
			size = 3 * n
		}
		switch kind {
		case 0, 1:
			shares = append(shares, shareOf(random, size, 0.1))
		case 2:
			shares = append(shares, shareOf(random, size, 0.5))
		case 3:
			rates = append(rates, trend.Rate{Events: float64(poissonDraw(random, float64(size)/10)), Exposure: float64(size)})
		default:
			s := sample(random, size, []func(*rand.Rand) float64{normal, stars}[kind-4])
			variance, _ := interval.Variance(s.n, s.sum, s.squares)
			groups = append(groups, trend.Group{N: s.n, Mean: s.sum / s.n, Variance: variance})
		}
	}
	switch {
	case shares != nil:
		return trend.FunnelOfShares(shares)
	case rates != nil:
		return trend.FunnelOfRates(rates)
	}
	return trend.FunnelOfMeans(groups)
}
