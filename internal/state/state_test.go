package state

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

const day = 24 * time.Hour

func TestStateOfAPeriod(t *testing.T) {
	end := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	at := func(days float64) time.Time { return end.Add(time.Duration(days * float64(day))) }
	mark := func(days float64) *time.Time { return new(at(days)) }
	for name, c := range map[string]struct {
		now       time.Time
		watermark *time.Time
		maturity  time.Duration
		settle    time.Duration
		want      plan.State
		complete  bool
	}{
		"before its end":                      {at(-1), nil, 0, day, plan.Running, false},
		"at its end":                          {at(0), nil, 0, day, plan.Mature, false},
		"at its end, loaded":                  {at(0), mark(0), 0, day, plan.Mature, true},
		"over, but loads lag":                 {at(3), mark(-0.1), 0, day, plan.Running, false},
		"over, and nothing was ever loaded":   {at(3), new(time.Time{}), 0, day, plan.Running, false},
		"a watermark from the future":         {at(-1), mark(5), 0, day, plan.Running, false},
		"within maturity":                     {at(44.9), mark(44.5), 45 * day, 30 * day, plan.Maturing, true},
		"at maturity":                         {at(45), nil, 45 * day, 30 * day, plan.Mature, false},
		"at maturity, but loads lag":          {at(45), mark(44), 45 * day, 30 * day, plan.Maturing, true},
		"settled":                             {at(75), mark(75), 45 * day, 30 * day, plan.Settled, true},
		"not settled while loads stand still": {at(300), mark(74), 45 * day, 30 * day, plan.Mature, true},
		"settled at once":                     {at(0), nil, 0, 0, plan.Settled, false},
	} {
		t.Run(name, func(t *testing.T) {
			clock := Clock{Now: c.now, Watermark: c.watermark}
			if got := Of(end, plan.Period{Maturity: c.maturity, Settle: c.settle}, clock); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if got := Complete(end, clock); got != c.complete {
				t.Errorf("complete: got %v, want %v", got, c.complete)
			}
		})
	}
}

func TestFlags(t *testing.T) {
	for _, c := range []struct {
		value   *float64
		suspect bool
		sample  int64
		want    plan.Flag
	}{
		{nil, true, 0, plan.NoData},
		{nil, false, 100, plan.NoData},
		{new(0.0), true, 0, plan.SuspectData},
		{new(0.5), false, 29, plan.InsufficientSample},
		{new(0.5), false, 30, ""},
	} {
		if got := Flag(c.value, c.suspect, c.sample, 30); got != c.want {
			t.Errorf("value %v, suspect %v, sample %d: got %q, want %q", c.value, c.suspect, c.sample, got, c.want)
		}
	}
}

func result(state plan.State, n int64) plan.PeriodResult {
	p := plan.PeriodResult{State: state, Estimate: measure.Estimate{N: n}}
	if n > 0 {
		p.Value = new(1.0)
	}
	return p
}

func TestOnlyFinalUnflaggedValuesAreActedOn(t *testing.T) {
	flagged := result(plan.Mature, 10)
	flagged.Flag = plan.SuspectData
	for name, c := range map[string]struct {
		period plan.PeriodResult
		want   bool
	}{
		"running": {result(plan.Running, 10), false}, "maturing": {result(plan.Maturing, 10), false},
		"mature": {result(plan.Mature, 10), true}, "settled": {result(plan.Settled, 10), true},
		"undated": {result(plan.Undated, 10), true}, "no value": {result(plan.Mature, 0), false}, "flagged": {flagged, false},
	} {
		if got := Actionable(c.period); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	periods := []plan.PeriodResult{result(plan.Settled, 1), result(plan.Mature, 2), result(plan.Maturing, 3), result(plan.Running, 4)}
	for flag, want := range map[plan.Flag]int64{"": 2, plan.InsufficientSample: 2, plan.SuspectData: 1, plan.NoData: 1} {
		periods[1].Flag = flag
		if latest := LatestMature(periods); latest == nil || latest.N != want {
			t.Errorf("latest mature beside a period flagged %q: %+v", flag, latest)
		}
	}
	if LatestMature([]plan.PeriodResult{result(plan.Running, 4)}) != nil {
		t.Error("a running period is mature")
	}
}

func TestCollapse(t *testing.T) {
	for name, c := range map[string]struct {
		rows    int64
		earlier []int64
		ratio   float64
		want    bool
	}{
		"half a load":                           {49, []int64{100, 90, 110}, 0.5, true},
		"exactly half":                          {50, []int64{100, 90, 110}, 0.5, false},
		"nothing at all":                        {0, []int64{100, 90, 110}, 0.5, true},
		"too little history":                    {1, []int64{100, 100}, 0.5, false},
		"switched off":                          {0, []int64{100, 100, 100}, 0, false},
		"older periods do not count":            {60, []int64{9000, 9000, 9000, 9000, 9000, 9000, 9000, 100, 100, 100, 100, 100, 100}, 0.5, false},
		"one earlier collapse does not hide it": {40, []int64{100, 100, 100, 10, 100, 100}, 0.5, true},
		"even count":                            {49, []int64{80, 90, 110, 120}, 0.5, true},
		"always empty":                          {0, []int64{0, 0, 0}, 0.5, false},
		// P(X ≤ rows) of Poisson, by scipy: .0025, .0009, .0014, .0004.
		"of six a month, none may be the truth": {0, []int64{6, 7, 5, 6}, 0.5, false},
		"of seven, once in a thousand":          {0, []int64{7, 7, 7}, 0.5, true},
		"five of sixteen":                       {5, []int64{16, 16, 16}, 0.5, false},
		"four of sixteen":                       {4, []int64{16, 16, 16}, 0.5, true},
		"a million, halved":                     {499_999, []int64{1e6, 1e6, 1e6}, 0.5, true},
		"a gap before is no baseline":           {40, []int64{100, 100, 100, 0, 0, 0, 0}, 0.5, true},
		"nor does it make one":                  {40, []int64{100, 100, 0}, 0.5, false},
		"a business that has halved":            {48, []int64{100, 100, 100, 48, 48, 48}, 0.5, false},
	} {
		before := slices.Clone(c.earlier)
		if got := Collapsed(c.rows, c.earlier, c.ratio); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
		if !slices.Equal(before, c.earlier) {
			t.Errorf("%s: the caller's history was reordered", name)
		}
	}
}

func TestAFrozenPeriodIsNotReplacedByAnEmptierOne(t *testing.T) {
	for name, c := range map[string]struct {
		frozen, anew int64
		share        float64
		want         bool
	}{
		"forgotten":                  {100, 0, 0.5, false},
		"half forgotten":             {100, 49, 0.5, false},
		"corrected":                  {100, 90, 0.5, true},
		"corrected, no loss allowed": {100, 99, 1, false},
		"more rows":                  {100, 120, 1, true},
		"never known":                {0, 0, 0.5, true},
		"known at last":              {0, 10, 0.5, true},
	} {
		kept, replaced := Restate(result(plan.Settled, c.frozen), result(plan.Settled, c.anew), c.share)
		if want := map[bool]int64{true: c.anew, false: c.frozen}[c.want]; replaced != c.want || kept.N != want {
			t.Errorf("%s: kept n %d, replaced %v", name, kept.N, replaced)
		}
	}
}

func TestDecimal(t *testing.T) {
	for want, v := range map[string]float64{
		"0": math.Copysign(0, -1), "0.3": 0.1 + 0.2, "26.53698708": 26.536987079369585, "-11.7161332": -11.7161332,
		"100": 100, "-100": -100, "0.00123": 0.00123, "1234567890000000": 1234567890123456, "1": 0.99999999999,
		"0.000000001234567891": 1.2345678912e-9, "1200": 1200, "42.5": 42.5, "": math.NaN(), "12345678900": 12345678901.4,
	} {
		if got := Decimal(v); got != want {
			t.Errorf("%v: got %q, want %q", v, got, want)
		}
	}
	if got := Decimal(3e-17); got != "0" {
		t.Errorf("what sums leave when they cancel: %q", got)
	}
	if got := Decimal(math.Inf(-1)); got != "" {
		t.Errorf("infinity: %q", got)
	}
}

func TestDecimalIsStable(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 4))
	for range 20_000 {
		v := (random.Float64() - 0.5) * math.Pow(10, float64(random.IntN(30)-10))
		text := Decimal(v)
		if strings.ContainsAny(text, "eE+") || (strings.Contains(text, ".") && strings.HasSuffix(text, "0")) {
			t.Fatalf("%v: %q", v, text)
		}
		back, err := strconv.ParseFloat(text, 64)
		if err != nil || math.Abs(back-v) > 5.1e-10*math.Abs(v)+noise {
			t.Fatalf("%v: %q (%v)", v, text, err)
		}
		if again := Decimal(back); again != text {
			t.Fatalf("%v: %q becomes %q", v, text, again)
		}
	}
}

func TestDecimalsOfEstimates(t *testing.T) {
	nps := (&measure.NetPromoterScore{Score: "s"}).Estimate(measure.Sums{20, 20, 0, 20, 10, 5}, measure.Setting{}, 0.95)
	got := []string{Decimal(*nps.Value), Decimal(*nps.Lower), Decimal(*nps.Upper)}
	if diff := cmp.Diff([]string{"25", "-11.71613321", "55.19439408"}, got); diff != "" {
		t.Error(diff)
	}
}
