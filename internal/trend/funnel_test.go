package trend

import (
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

func TestFunnelsAsInScipy(t *testing.T) {
	type oracle struct {
		Units   [][2]float64
		Overall float64
		Limits  []struct{ Warning, Control [2]float64 }
	}
	want := read[struct{ Shares, Rates oracle }](t, "oracle.json")
	var shares []interval.Share
	for _, u := range want.Shares.Units {
		shares = append(shares, interval.Share{Hits: u[1], N: u[0]})
	}
	var rates []Rate
	for _, u := range want.Rates.Units {
		rates = append(rates, Rate{Events: u[1], Exposure: u[0]})
	}
	for _, c := range []struct {
		got  Funnel
		want oracle
	}{{FunnelOfShares(shares), want.Shares}, {FunnelOfRates(rates), want.Rates}} {
		near(t, "overall", c.got.Overall, c.want.Overall, 1e-14)
		if c.got.Reason != "" || len(c.got.Places) != len(c.want.Units) {
			t.Fatalf("%+v", c.got)
		}
		for i, place := range c.got.Places {
			for name, limits := range map[string]struct {
				got  interval.Interval
				want [2]float64
			}{"warning": {place.Warning, c.want.Limits[i].Warning}, "control": {place.Control, c.want.Limits[i].Control}} {
				near(t, name+" lower", limits.got.Lower, limits.want[0], 1e-14)
				near(t, name+" upper", limits.got.Upper, limits.want[1], 1e-14)
			}
			near(t, "value", place.Value, c.want.Units[i][1]/c.want.Units[i][0], 1e-15)
		}
	}
}

func TestPlacesInAFunnel(t *testing.T) {
	// Overall exactly .5; of 20, warning limits 6 … 14 hits and control limits 3 … 17.
	shares := []interval.Share{{Hits: 500, N: 1000}}
	for _, hits := range []float64{6, 14, 5, 15, 3, 17, 2, 18} {
		shares = append(shares, interval.Share{Hits: hits, N: 20})
	}
	got := FunnelOfShares(shares)
	near(t, "overall", got.Overall, 0.5, 0)
	for i, want := range []Place{
		{Side: Within}, {Side: Within}, {Side: Within},
		{Side: Below, Beyond: 0.95}, {Side: Above, Beyond: 0.95}, {Side: Below, Beyond: 0.95}, {Side: Above, Beyond: 0.95},
		{Side: Below, Beyond: 0.998}, {Side: Above, Beyond: 0.998},
	} {
		if place := got.Places[i]; place.Side != want.Side || place.Beyond != want.Beyond || place.Reason != "" {
			t.Errorf("%v: %+v, want %+v", shares[i], place, want)
		}
	}
	// Squared z of 6, 14: 3.2; 5, 15: 5; 3, 17: 9.8; 2, 18: 12.8; and 0 of the thousand.
	near(t, "dispersion", got.Dispersion, 2*(3.2+5+9.8+12.8)/9, 1e-12)
	if got.N != 1160 {
		t.Errorf("n %v", got.N)
	}
}

// A count on a limit is within, whatever division makes of it.
func TestCountsOnTheLimits(t *testing.T) {
	for n := 5.0; n <= 300; n++ {
		counts := interval.BinomialRange(n, 0.5, 0.95)
		got := FunnelOfShares([]interval.Share{{Hits: counts.Lower, N: n}, {Hits: counts.Upper, N: n}, {Hits: 5, N: 10}})
		if got.Places[0].Side != Within || got.Places[1].Side != Within {
			t.Errorf("n %g: %+v", n, got.Places)
		}
	}
}

// The worst of a league table of small teams is no outlier.
func TestAFunnelForgivesTheSmall(t *testing.T) {
	got := FunnelOfShares([]interval.Share{{Hits: 2, N: 5}, {Hits: 780, N: 1000}, {Hits: 720, N: 1000}, {Hits: 5, N: 5}, {}})
	for i, want := range []Side{Within, Above, Below, Within, ""} {
		if got.Places[i].Side != want {
			t.Errorf("unit %d: %+v, want %q", i, got.Places[i], want)
		}
	}
	if got.Places[4].Reason != TooFewRows || got.Places[4].Value != 0 {
		t.Errorf("no rows: %+v", got.Places[4])
	}
}

func TestFunnelOfMeans(t *testing.T) {
	groups := []Group{{N: 100, Mean: 4, Variance: 1}, {N: 100, Mean: 4.3, Variance: 1}, {N: 400, Mean: 3.9, Variance: 1}, {N: 5, Mean: 1, Variance: 1}}
	got := FunnelOfMeans(groups)
	near(t, "overall", got.Overall, (400+430+1560+5)/605.0, 1e-14)
	near(t, "limit", got.Places[0].Warning.Upper, got.Overall+0.1959963984540054, 1e-12)
	near(t, "limit", got.Places[0].Control.Lower, got.Overall-0.3090232306167814, 1e-12)
	for i, want := range []Place{{Side: Within}, {Side: Above, Beyond: 0.998}, {Side: Within}, {Reason: TooFewRows}} {
		if place := got.Places[i]; place.Side != want.Side || place.Beyond != want.Beyond || place.Reason != want.Reason {
			t.Errorf("group %d: %+v, want %+v", i, place, want)
		}
	}
	if got := FunnelOfMeans(groups[2:]); got.Reason != TooFewUnits || len(got.Places) != 0 {
		t.Errorf("one large and one small group: %+v", got)
	}
	same := Group{N: 50, Mean: 4}
	if got := FunnelOfMeans([]Group{same, same, same}); got.Reason != NoVariation {
		t.Errorf("no spread: %+v", got)
	}
	for _, none := range []Funnel{FunnelOfMeans(nil), FunnelOfShares(nil), FunnelOfRates([]Rate{{}, {}, {}})} {
		if none.Reason != TooFewUnits || none.Overall != 0 {
			t.Errorf("nobody: %+v", none)
		}
	}
}
