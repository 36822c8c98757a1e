package amount_test

import (
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/amount"
	"github.com/cpi-operator/cpi-operator/internal/measure"
)

var (
	plain   = amount.Kind{}
	points  = amount.Kind{Unit: "points"}
	euros   = amount.Kind{Unit: "EUR"}
	seconds = amount.Kind{Unit: measure.UnitSeconds}
)

func TestValuesAndTheirIntervals(t *testing.T) {
	for _, c := range []struct {
		kind         amount.Kind
		value        float64
		lower, upper *float64
		want         string
	}{
		{amount.Share, .2654, new(.2552), new(.2758), "26.5 % [25.5, 27.6]"},
		{points, -12.34, new(-20.), new(-4.6), "−12.3 [−20.0, −4.6]"},
		{points, -12.34, nil, new(-4.6), "−12.3 (−∞, −4.6]"},
		{euros, -1204311.4, new(-2e6), new(1e3), "−1,204,311 EUR [−2,000,000, 1,000]"},
		{plain, 3.14159, new(3.1401), new(3.1431), "3.1416 [3.1401, 3.1431]"}, // as many digits as tell the ends apart
		{seconds, 300, new(0.), new(86400.), "5.00 min [0.00, 1,440.00]"},     // in the unit of the value
	} {
		e := measure.Estimate{Value: &c.value, Lower: c.lower, Upper: c.upper}
		if got := c.kind.Value(e) + " " + c.kind.Interval(e); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	if got := plain.Value(measure.Estimate{}) + plain.Interval(measure.Estimate{}); got != "" {
		t.Errorf("no value reads %q", got)
	}
	if got := euros.Interval(measure.Estimate{Value: new(1.), Census: true}); got != amount.Census {
		t.Errorf("the interval of a census reads %q", got)
	}
}

func TestDifferences(t *testing.T) {
	for _, c := range []struct {
		kind            amount.Kind
		v, lower, upper float64
		short, long     string
	}{
		{amount.Share, .21, .1339, .2842, "+21.0 pp [13.4, 28.4]", "+21.0 percentage points [13.4, 28.4]"},
		{amount.Share, .0002, .0001, .0004, "+0.020 pp [0.010, 0.040]", "+0.020 percentage points [0.010, 0.040]"}, // not +0.0 [0.0, 0.0]
		{points, -4.26, -6, -2, "−4.3 points [−6.0, −2.0]", "−4.3 points [−6.0, −2.0]"},
		{euros, 12345.6, 2000, 22000, "+12,346 EUR [2,000, 22,000]", "+12,346 EUR [2,000, 22,000]"},
		{seconds, -172800, -259200, -86400, "−2.00 d [−3.00, −1.00]", "−2.00 days [−3.00, −1.00]"},
		{plain, 0, -1, 1, "0.00 [−1.00, 1.00]", "0.00 [−1.00, 1.00]"},
	} {
		d := c.kind.Difference(c.v, &c.lower, &c.upper)
		if got := d.Short() + " " + d.Interval(); got != c.short {
			t.Errorf("in short %q, want %q", got, c.short)
		}
		if got := d.Long() + " " + d.Interval(); got != c.long {
			t.Errorf("in full %q, want %q", got, c.long)
		}
	}
}

func TestDifferencesByThemselves(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{points.Declared(10).Plus().Long(), "+10 points"},
		{points.Declared(-10).Plus().Short(), "−10 points"},
		{amount.Share.Declared(.025).Short(), "2.5 pp"},
		{seconds.Declared(5400).Plus().Long(), "+90 minutes"},
		{amount.Share.Size(.02).Long(), "2.0 percentage points"},
		{points.Size(6.53333).Short(), "6.5 points"},
		{euros.Size(1234.5).Short(), "1,235 EUR"},
		{plain.Size(.01234).Long(), "0.0123"},
		{plain.Size(0).Long(), "0.00"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestPlainNumbers(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{points.Level(-1000.5), "−1,000.5"}, {amount.Share.Level(.025), "2.5 %"}, {seconds.Level(172800), "2 d"},
		{amount.Count(7043), "7,043"}, {amount.Count(-12), "−12"}, {amount.Plain(1204.5), "1,204.5"},
		{amount.P(.0004), "< 0.001"}, {amount.P(.0344), "0.034"},
		{amount.Probability(.001), "< 1 %"}, {amount.Probability(.9999), "> 99 %"}, {amount.Probability(.495), "50 %"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestCountedThings(t *testing.T) {
	for n, want := range map[int]string{0: "0 runs", 1: "1 run", 7043: "7,043 runs"} {
		if got := amount.Counted(n, "run", "runs"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
