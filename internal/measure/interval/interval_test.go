package interval

import (
	"math"
	"testing"
)

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > tolerance*max(1, math.Abs(want)) {
		t.Errorf("%s: got %.16g, want %.16g", what, got, want)
	}
}

// Student's quantiles by the closed form of odd degrees of freedom, and its limit.
func TestStudentQuantile(t *testing.T) {
	for freedom, want := range map[float64]float64{
		1: 12.706204736174694, 9: 2.262157162798204, 11: 2.200985160091639,
	} {
		near(t, "t", T(freedom, 0.95), want, 1e-13)
	}
	near(t, "z", Z(0.95), 1.959963984540054, 1e-15)
	near(t, "continuity", T(manyFreedom, 0.95), T(manyFreedom+1, 0.95), 1e-9)
	near(t, "limit", T(1e12, 0.99), Z(0.99), 1e-11)
	if T(3, 0) != 0 {
		t.Errorf("confidence 0: %v", T(3, 0))
	}
}

func TestIntervalsWidenWithConfidenceAndShrinkWithSize(t *testing.T) {
	levels := []float64{0.5, 0.8, 0.9, 0.95, 0.99, 0.999}
	methods := map[string]func(n, confidence float64) Interval{
		"Wilson":       func(n, c float64) Interval { return Wilson(0.3, n, c) },
		"AdjustedWald": func(n, c float64) Interval { return AdjustedWald(0.5*n, 0.2*n, n, c) },
		"Garwood":      func(n, c float64) Interval { return Garwood(n, 100*n, c) },
		"Student":      func(n, c float64) Interval { return Student(5, 2/math.Sqrt(n), n-1, c) },
	}
	for name, method := range methods {
		for _, n := range []float64{2, 5, 10, 100, 1e4, 1e6, 1e8} {
			for i, level := range levels {
				got := method(n, level)
				if !got.Finite() || got.Lower > got.Upper {
					t.Fatalf("%s(%g, %g) = %v", name, n, level, got)
				}
				if i > 0 {
					narrow := method(n, levels[i-1])
					if got.Lower > narrow.Lower || got.Upper < narrow.Upper {
						t.Errorf("%s at %g: %g gives %v inside %g's %v", name, n, level, got, levels[i-1], narrow)
					}
				}
				if more := method(2*n, level); more.Upper-more.Lower >= got.Upper-got.Lower {
					t.Errorf("%s: doubling %g does not narrow %v to %v", name, n, got, more)
				}
			}
		}
	}
}

func TestWilsonAtTheEdges(t *testing.T) {
	for _, n := range []float64{0.3, 1, 7.5, 50, 1e7} {
		if got := Wilson(0, n, 0.95); got.Lower != 0 || got.Upper <= 0 || got.Upper >= 1 {
			t.Errorf("0 of %g: %v", n, got)
		}
		if got := Wilson(1, n, 0.95); got.Upper != 1 || got.Lower >= 1 || got.Lower <= 0 {
			t.Errorf("all of %g: %v", n, got)
		}
	}
}

func TestAdjustedWaldContainsItsValue(t *testing.T) {
	for n := 1.0; n <= 30; n++ {
		for plus := 0.0; plus <= n; plus++ {
			for minus := 0.0; minus <= n-plus; minus++ {
				got, value := AdjustedWald(plus, minus, n, 0.95), (plus-minus)/n
				if got.Lower > value || got.Upper < value || got.Lower < -1 || got.Upper > 1 || got.Lower == got.Upper {
					t.Fatalf("%g+ %g− of %g: %v around %g", plus, minus, n, got, value)
				}
			}
		}
	}
}

func TestVarianceIsNeverNegative(t *testing.T) {
	// A constant column: rounding must not turn it into a tiny or negative variance.
	for _, v := range []float64{0.1, 1e-9, 3.3, 1e9 + 0.1, -7.7} {
		var n, sum, squares float64
		for range 1000 {
			n, sum, squares = n+1, sum+v, squares+v*v
		}
		got, ok := Variance(n, sum, squares)
		if !ok || got < 0 || got > 1e-12*v*v {
			t.Errorf("constant %g: variance %g", v, got)
		}
	}
	if got, ok := Variance(5, 15, 55); !ok || got != 2.5 {
		t.Errorf("1…5: variance %g", got)
	}
	if _, ok := Variance(1, 3, 9); ok {
		t.Error("one value has a variance")
	}
}

func TestEffectiveSize(t *testing.T) {
	for name, c := range map[string]struct{ p, se, n, clusters, want float64 }{
		"independent":                  {0.5, 0.05, 100, 100, 100},
		"alike within clusters":        {0.5, 0.1, 100, 30, 25},
		"no error: clusters":           {0.5, 0, 100, 30, 30},
		"all of one mind: clusters":    {1, 0.01, 100, 30, 30},
		"unlike within clusters: rows": {0.5, 0.001, 100, 50, 100},
	} {
		if got := EffectiveSize(c.p, c.se, c.n, c.clusters); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s: got %g, want %g", name, got, c.want)
		}
	}
}

func TestGarwood(t *testing.T) {
	for _, c := range []struct{ count, lower, upper float64 }{
		{0, 0, 3.688879454113936}, // −ln 0.025
		{12, 6.20057510872222, 20.9615850481769},
		{999_999, 998039.984321, 1001960.910966}, // below the expansion
		{1_000_000, 998040.983340294, 1001961.91194543},
		{1e8, 99980401.3073247, 100019601.587079},
	} {
		got := Garwood(c.count, 1, 0.95)
		near(t, "lower", got.Lower, c.lower, 1e-9)
		near(t, "upper", got.Upper, c.upper, 1e-9)
	}
	for _, huge := range []float64{1e12, 1e300, math.MaxFloat64} {
		if got := Garwood(huge, 1, 0.95); got.Lower > huge || got.Upper < huge {
			t.Errorf("%g: %v", huge, got)
		}
	}
}
