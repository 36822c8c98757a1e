package measure

import (
	"strings"
	"testing"
)

var given = &Precomputed{Value: "v", Lower: "lo", Upper: "hi", SampleSize: "n", Direction: HigherIsBetter}

func TestPrecomputedTakesTheRowAsItStands(t *testing.T) {
	got := estimateRows(given, Setting{}, []row{{"v": 0.85, "lo": 0.8, "hi": 0.88, "n": 310.75}})
	near(t, "value", got.Value, 0.85)
	interval95(t, "interval", got, [2]float64{0.8, 0.88})
	if got.N != 310 || got.Census || got.Method != methodGiven {
		t.Errorf("%+v: want n 310, rounded down, and no census", got)
	}
	census := estimateRows(&Precomputed{Value: "v"}, Setting{}, column("v", 7))
	if *census.Value != 7 || !census.Census || census.N != 0 || census.Lower != nil {
		t.Errorf("without a sample size: %+v", census)
	}
}

func TestPrecomputedWithGaps(t *testing.T) {
	for name, c := range map[string]struct {
		row    row
		value  bool
		n      int64
		reason NoValueReason
		ends   bool
	}{
		"no interval":            {row{"v": 1.0, "lo": nil, "hi": nil, "n": 5.0}, true, 5, "", false},
		"half an interval":       {row{"v": 1.0, "lo": 0.5, "hi": nil, "n": 5.0}, true, 5, "", false},
		"unknown sample":         {row{"v": 1.0, "lo": 0.0, "hi": 2.0, "n": nil}, true, 0, "", true},
		"no value":               {row{"v": nil, "lo": 0.0, "hi": 2.0, "n": 5.0}, false, 0, NoRows, false},
		"text for a value":       {row{"v": unreadable("n/a"), "n": 5.0}, false, 0, NoRows, false},
		"outside its interval":   {row{"v": 3.0, "lo": 0.0, "hi": 2.0, "n": 5.0}, false, 5, Contradictory, false},
		"interval the wrong way": {row{"v": 1.0, "lo": 2.0, "hi": 0.0, "n": 5.0}, false, 5, Contradictory, false},
		"negative sample":        {row{"v": 1.0, "lo": 0.0, "hi": 2.0, "n": -5.0}, false, 0, Contradictory, false},
	} {
		got := estimateRows(given, Setting{}, []row{c.row})
		if (got.Value != nil) != c.value || got.N != c.n || got.Reason != c.reason || (got.Lower != nil) != c.ends || got.Census {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got := estimateRows(given, Setting{}, []row{{"v": unreadable("n/a")}}); got.Rejected[RejectedUnreadable] != 1 {
		t.Errorf("rejected %v", got.Rejected)
	}
}

func TestTwoPrecomputedRowsAreABreachNotASum(t *testing.T) {
	sums := sumsOf(given.Request(Setting{}), []row{{"v": 1.0}, {"v": 2.0}})
	if why := Breach(given, sums, Setting{}); !strings.Contains(why, "2 rows") {
		t.Errorf("breach %q", why)
	}
	if got := given.Estimate(sums, Setting{}, 0.95); got.Value != nil {
		t.Errorf("two rows gave %v", *got.Value)
	}
	if why := Breach(given, sumsOf(given.Request(Setting{}), column("v", 1)), Setting{}); why != "" {
		t.Errorf("one row: %q", why)
	}
	if why := Breach(&NetPromoterScore{Score: "v"}, make(Sums, 6), Setting{}); why != "" {
		t.Errorf("a family without such rules: %q", why)
	}
}
