package series

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/linkage/leastsquares"
)

func TestSeries36(t *testing.T) {
	o := oracle(t)
	got := Test(o.Series36.NPS, o.Series36.Renewal, Options{MaxLag: 6})
	if got.Reason != "" || got.Lag != 2 || !got.Differenced || got.Deseasonalised || got.N != 36 || got.Rows != 33 || got.MaxLag != 6 {
		t.Fatalf("%+v", got)
	}
	near(t, "slope", got.Slope.Value, 0.3117418893335, 1e-9)
	near(t, "lower", got.Slope.Interval.Lower, 0.2140109975, 1e-8)
	near(t, "upper", got.Slope.Interval.Upper, 0.4094727811, 1e-8)
	near(t, "p, the least that so many draws can give", got.P, 0.0001, 1e-12)
	if got.Reverse == nil || *got.Reverse < 0.5 {
		t.Errorf("reverse: %v", got.Reverse)
	}
	if got.Needed != nil || len(got.Warnings) != 0 {
		t.Errorf("needed %v, warnings %q", got.Needed, got.Warnings)
	}
	for _, lag := range got.Lags {
		if (math.Abs(lag.Statistic) > lag.Band) != (lag.Lag == 2) {
			t.Errorf("lag %d: %g beside ±%g", lag.Lag, lag.Statistic, lag.Band)
		}
	}
}

func TestSpuriousPair(t *testing.T) {
	o := oracle(t)
	got := Test(o.Spurious.CPI, o.Spurious.KPI, Options{MaxLag: 6})
	if got.Reason != "" || got.P < 0.2 || !got.Differenced || got.MaxLag != 5 || got.Needed != nil {
		t.Errorf("%+v", got)
	}
	if len(got.Warnings) != 1 || got.Warnings[0] != "Lags up to 5 are compared, not 6: a sixth of 30 periods." {
		t.Errorf("%q", got.Warnings)
	}
}

func TestBoxJenkinsSeriesM(t *testing.T) {
	bj := read[base](t, "oracle.json").BJsales
	got := Test(bj.Lead, bj.Sales, Options{MaxLag: 8})
	if got.Lag != 3 || got.P > 0.001 || !got.Differenced {
		t.Errorf("lag %d, p %g: %+v", got.Lag, got.P, got)
	}
	near(t, "slope", got.Slope.Value, 3.3373299633, 1e-9)
}

func TestSameInputSameNumbers(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	x, y := autoregressive(random, 36, 0.5), autoregressive(random, 36, 0.5)
	got := Test(x, y, Options{MaxLag: 6})
	if again := Test(slices.Clone(x), slices.Clone(y), Options{MaxLag: 6}); !reflect.DeepEqual(got, again) {
		t.Errorf("%+v\n%+v", got, again)
	}
	if other := Test(x, y, Options{MaxLag: 6, Seed: 7}); other.P == got.P || math.Abs(other.P-got.P) > 0.05 {
		t.Errorf("seeds: %g and %g", got.P, other.P)
	}
}

func TestUnitsDoNotMatter(t *testing.T) {
	o := oracle(t)
	scaled := slices.Clone(o.Series36.Renewal)
	for i := range scaled {
		scaled[i] = scaled[i]/100 - 3
	}
	want := Test(o.Series36.NPS, o.Series36.Renewal, Options{MaxLag: 6})
	got := Test(o.Series36.NPS, scaled, Options{MaxLag: 6})
	near(t, "slope", got.Slope.Value, want.Slope.Value/100, 1e-9)
	near(t, "p", got.P, want.P, 0.1)
}

func TestOddSeriesGiveNumbersOrAReason(t *testing.T) {
	random := rand.New(rand.NewPCG(10, 1))
	driver := autoregressive(random, 38, 0.5)
	of := func(value func(t int) float64) []float64 {
		out := make([]float64, 36)
		for t := range out {
			out[t] = value(t)
		}
		return out
	}
	odd := map[string][]float64{
		"plain":         driver[2:],
		"two apart":     of(func(t int) float64 { return 3 + 2*driver[t] }), // follows plain to the last digit
		"step":          of(func(t int) float64 { return float64(t / 18) }),
		"spike":         of(func(t int) float64 { return float64(1 - min(1, max(t-20, 20-t))) }),
		"alternating":   of(func(t int) float64 { return float64(t % 2) }),
		"whole":         of(func(t int) float64 { return math.Round(driver[t] / 2) }),
		"square":        of(func(t int) float64 { return float64(t * t) }),
		"dying":         of(func(t int) float64 { return math.Pow(0.5, float64(t)) }),
		"late":          of(func(t int) float64 { return max(0, float64(t-33)) }),
		"cycle":         of(func(t int) float64 { return math.Sin(float64(t) / 2) }),
		"tiny":          of(func(t int) float64 { return 1e-12 * driver[t] }),
		"huge":          of(func(t int) float64 { return 1e12 * driver[t] }),
		"far from zero": of(func(t int) float64 { return 1e6 + driver[t] }),
	}
	for a, x := range odd {
		for b, y := range odd {
			for _, season := range []int{0, 4, 12} {
				got := compare(x, y, Options{MaxLag: 6, Season: season}, quick)
				if got.Reason != "" {
					continue
				}
				numbers := []float64{got.P, got.Slope.Value, got.Slope.Interval.Lower, got.Slope.Interval.Upper}
				for _, lag := range got.Lags {
					numbers = append(numbers, lag.Statistic, lag.Band, lag.Slope.Value, lag.Slope.Interval.Lower, lag.Slope.Interval.Upper)
				}
				if got.Reverse != nil {
					numbers = append(numbers, *got.Reverse)
				}
				if !slices.ContainsFunc(numbers, func(v float64) bool { return !finite(v) }) {
					continue
				}
				t.Errorf("%s, %s, season %d: %+v", a, b, season, got)
			}
		}
	}
	if got := Test(odd["plain"], odd["two apart"], Options{MaxLag: 6}); got.Lag != 2 || got.P > 0.001 || math.Abs(got.Slope.Value-2) > 1e-6 {
		t.Errorf("a perfect link: %+v", got)
	}
	near := Test(odd["plain"], odd["far from zero"], Options{MaxLag: 6}).Lags[2].Statistic
	if far := Test(odd["plain"], driver[:36], Options{MaxLag: 6}).Lags[2].Statistic; math.Abs(near/far-1) > 1e-3 {
		t.Errorf("t %g and %g", near, far)
	}
}

func TestGaps(t *testing.T) {
	o := oracle(t)
	gap := math.NaN()
	x := slices.Concat([]float64{20, 21, gap}, o.Series36.NPS, []float64{gap, 30})
	y := slices.Concat([]float64{75, 76, 77}, o.Series36.Renewal, []float64{78, 79})
	got := Test(x, y, Options{MaxLag: 6})
	want := Test(o.Series36.NPS, o.Series36.Renewal, Options{MaxLag: 6})
	if got.N != 36 || got.First != 3 || got.Last != 38 || got.Slope != want.Slope || got.P != want.P {
		t.Errorf("%+v", got)
	}
	if len(got.Warnings) != 1 || !strings.HasPrefix(got.Warnings[0], "36 of 41 periods are compared") {
		t.Errorf("%q", got.Warnings)
	}
}

func TestReasons(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 1))
	noise := func(n int) []float64 { return autoregressive(random, n, 0.5) }
	without := func(x []float64, from, to int) []float64 {
		out := slices.Clone(x)
		for i := from; i < to; i++ {
			out[i] = math.NaN()
		}
		return out
	}
	straight, once := line(36), make([]float64, 36)
	once[35] = 1
	for name, c := range map[string]struct {
		x, y   []float64
		opts   Options
		reason Reason
		n      int
	}{
		"nothing":                  {nil, nil, Options{MaxLag: 6}, NoOverlap, 0},
		"one after the other":      {without(noise(60), 30, 60), without(noise(60), 0, 30), Options{MaxLag: 6}, NoOverlap, 0},
		"23 periods":               {noise(23), noise(23), Options{MaxLag: 6}, TooFewPeriods, 23},
		"24 periods":               {noise(24), noise(24), Options{MaxLag: 6}, "", 24},
		"46 periods in two halves": {without(noise(46), 23, 24), noise(46), Options{MaxLag: 6}, TooFewPeriods, 23},
		"35 periods with months":   {noise(35), noise(35), Options{MaxLag: 6, Season: 12}, TooFewPeriods, 35},
		"36 periods with months":   {noise(36), noise(36), Options{MaxLag: 6, Season: 12}, "", 36},
		"24 with quarters":         {noise(24), noise(24), Options{MaxLag: 3, Season: 4}, "", 24},
		"constant driver":          {leastsquares.Constant(36), noise(36), Options{MaxLag: 6}, ConstantSeries, 36},
		"constant outcome":         {noise(36), leastsquares.Constant(36), Options{MaxLag: 6}, ConstantSeries, 36},
		"straight line":            {straight, noise(36), Options{MaxLag: 6}, ConstantSeries, 36},
		"changed in the end only":  {once, noise(36), Options{MaxLag: 6}, ConstantSeries, 36},
		"nothing but seasons":      {seasons(36), noise(36), Options{MaxLag: 6, Season: 12}, ConstantSeries, 36},
		"negative lag":             {noise(36), noise(36), Options{MaxLag: -1}, "", 36},
	} {
		got := Test(c.x, c.y, c.opts)
		if got.Reason != c.reason || got.N != c.n {
			t.Errorf("%s: %q with n %d, want %q with %d", name, got.Reason, got.N, c.reason, c.n)
		}
		if got.Reason == "" {
			if !(got.P > 0 && got.P <= 1) || !got.Slope.Interval.Finite() || len(got.Lags) != got.MaxLag+1 {
				t.Errorf("%s: %+v", name, got)
			}
			continue
		}
		if got.Lags != nil || got.P != 0 || got.Slope.Value != 0 || got.Needed != nil || got.Reverse != nil {
			t.Errorf("%s: a number beside a reason: %+v", name, got)
		}
	}
}

func TestSameSeasonsAreNoLink(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 1))
	x, y := autoregressive(random, 60, 0.5), autoregressive(random, 60, 0.5)
	for i, v := range seasons(60) {
		x[i] += v
		y[i] += v
	}
	if got := Test(x, y, Options{MaxLag: 6}); got.P > 0.01 {
		t.Errorf("untreated, seasons go together: p %g", got.P)
	}
	if got := Test(x, y, Options{MaxLag: 6, Season: 12}); got.P < 0.05 || !got.Deseasonalised {
		t.Errorf("deseasonalised: p %g", got.P)
	}
}

func TestOutliersThatMeetByChance(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 1))
	x, y := autoregressive(random, 36, 0), autoregressive(random, 36, 0)
	x[20] += 30
	y[22] += 30
	if got := Test(x, y, Options{MaxLag: 6}); got.P < 0.05 || got.Lag != 2 {
		t.Errorf("one meeting of two outliers among 36 periods and 7 lags: lag %d, p %g", got.Lag, got.P)
	}
}

func TestWhatAReaderMustKnow(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 1))
	x := autoregressive(random, 61, 0.5)
	together := autoregressive(random, 60, 0)
	for i := range together {
		together[i] = 0.3*together[i] + x[i]
	}
	got := Test(x[:60], together, Options{MaxLag: 6})
	if got.Lag != 0 || !slices.Contains(got.Warnings, "Both move within the same period: which comes first cannot be told.") {
		t.Errorf("same period: lag %d, %q", got.Lag, got.Warnings)
	}
}

func TestNeeded(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 1))
	var needed []int
	for range 200 {
		x, y := following(random, 36, 0.5, 0.5, false)
		got := compare(x, y, Options{MaxLag: 6}, quick)
		switch {
		case got.Needed == nil:
			if got.P > 0.05 && got.P < 0.3 {
				t.Errorf("nearly shown, p %g, and nothing said of the periods needed", got.P)
			}
		case got.P <= 0.05 || *got.Needed <= 36:
			t.Errorf("p %g needs %d periods", got.P, *got.Needed)
		default:
			needed = append(needed, *got.Needed)
		}
	}
	// About 67 periods find eight in ten of such links. Those not found by 36 look weaker than they are.
	slices.Sort(needed)
	if median := needed[len(needed)/2]; len(needed) < 60 || median < 55 || median > 110 {
		t.Errorf("%d findings need, in the middle, %d", len(needed), median)
	}
}

func TestChangesUnlessBothKeepToALevel(t *testing.T) {
	random := rand.New(rand.NewPCG(8, 1))
	var level, doubted int
	for range 100 {
		x, y := following(random, 48, 0.5, 1, false)
		got := compare(x, y, Options{MaxLag: 6}, quick)
		keeps, disagree := true, false
		for _, series := range [][]float64{x, y} {
			root := must[UnitRoot](t)(AugmentedDickeyFuller(series, UnitRootLags(series)))
			kpss := must[KPSS](t)(Level(series, LevelLags(48)))
			keeps = keeps && root.P <= 0.05 && kpss.P > 0.05
			disagree = disagree || (root.P <= 0.05) == (kpss.P <= 0.05)
		}
		warned := slices.ContainsFunc(got.Warnings, func(w string) bool { return strings.HasPrefix(w, "Two tests disagree") })
		if got.Differenced == keeps || warned != disagree {
			t.Fatalf("keep to a level %t, tests disagree %t: %+v", keeps, disagree, got)
		}
		if keeps {
			level++
			if got.Slope != got.Lags[got.Lag].Slope {
				t.Errorf("of levels: %v, %v", got.Slope, got.Lags[got.Lag].Slope)
			}
		}
		if disagree {
			doubted++
		}
	}
	if level < 10 || doubted < 10 {
		t.Errorf("%d and %d of 100: too few to tell", level, doubted)
	}
}

func TestOfTwoStretchesTheLatest(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 1))
	x, y := autoregressive(random, 49, 0.5), autoregressive(random, 49, 0.5)
	y[24] = math.NaN()
	if got := Test(x, y, Options{MaxLag: 4}); got.First != 25 || got.Last != 48 || got.N != 24 {
		t.Errorf("%+v", got)
	}
}

func TestWithin(t *testing.T) {
	o := oracle(t)
	got := Test(o.Series36.NPS, o.Series36.Renewal, Options{MaxLag: 6})
	if got.Within(0.4) || got.Within(0.31) {
		t.Error("0.31 is what the data were made with")
	}
	if !got.Within(0.5) {
		t.Errorf("no interval reaches 0.5: %+v", got.Lags)
	}
	if (Finding{Reason: NoOverlap}).Within(1e9) {
		t.Error("nothing compared rules nothing out")
	}
}

// seasons are the same every year.
func seasons(n int) []float64 {
	months := []float64{0, 1, -3, 6, 2, -5, 4, 0, -2, 5, -4, 7}
	out := make([]float64, n)
	for i := range out {
		out[i] = months[i%12]
	}
	return out
}

// autoregressive carries the share phi of each value over into the next; 1 is a random walk.
func autoregressive(random *rand.Rand, n int, phi float64) []float64 {
	var value float64
	if phi < 1 {
		value = random.NormFloat64() / math.Sqrt(1-phi*phi)
	}
	out := make([]float64, n)
	for i := range out {
		value = phi*value + random.NormFloat64()
		out[i] = value
	}
	return out
}

// BenchmarkTest compares twenty pairs of sixty periods, half of them with a link: all draws.
func BenchmarkTest(b *testing.B) {
	random := rand.New(rand.NewPCG(6, 1))
	var pairs [20][2][]float64
	for i := range pairs {
		x, y := autoregressive(random, 62, 0.5), autoregressive(random, 60, 0.5)
		for t := range y {
			y[t] += float64(i%2) * x[t]
		}
		pairs[i] = [2][]float64{x[2:], y}
	}
	for b.Loop() {
		for _, pair := range pairs {
			Test(pair[0], pair[1], Options{MaxLag: 6})
		}
	}
}
