package promise_test

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/promise"
)

// oracleWindow has no burn rate where there are no rows.
type oracleWindow struct {
	N, Bad             float64
	Burn, Lower, Upper *float64
}

type oracleCase struct {
	Name    string
	Allowed float64
	Over    int
	Series  []struct {
		N, Bad, Effective float64
		Missing           bool
	}
	Verdict                                   promise.Verdict
	Level, Dispersion                         float64
	Remaining, RemainingLower, RemainingUpper float64
	FastThreshold                             float64
	Budget                                    oracleWindow
	FastLong, FastShort, SlowLong, SlowShort  oracleWindow
}

func (c oracleCase) judge() promise.Standing {
	var periods []promise.Period
	for _, p := range c.Series {
		periods = append(periods, promise.Period{Bad: p.Bad, N: p.N, Effective: p.Effective, Missing: p.Missing})
	}
	return promise.Judge(promise.Terms{Allowed: c.Allowed, Periods: c.Over, Confidence: 0.95}, periods)
}

// testdata/oracle.py made the numbers with scipy, from the definitions.
func TestOracle(t *testing.T) {
	text, err := os.ReadFile("testdata/oracle.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []oracleCase
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			s := c.judge()
			if s.Verdict() != c.Verdict {
				t.Errorf("verdict %s, want %s", s.Verdict(), c.Verdict)
			}
			near(t, "level", s.Level, c.Level)
			near(t, "dispersion", s.Dispersion, c.Dispersion)
			near(t, "remaining", s.Remaining, c.Remaining)
			near(t, "lower", s.Lower, c.RemainingLower)
			near(t, "upper", s.Upper, c.RemainingUpper)
			near(t, "threshold of a fast burn", s.Fast.Threshold, c.FastThreshold)
			same(t, "budget", s.Budget, c.Budget)
			same(t, "fast, long", s.Fast.Long, c.FastLong)
			same(t, "fast, short", s.Fast.Short, c.FastShort)
			same(t, "slow, long", s.Slow.Long, c.SlowLong)
			same(t, "slow, short", s.Slow.Short, c.SlowShort)
		})
	}
}

func same(t *testing.T, what string, got promise.Window, want oracleWindow) {
	t.Helper()
	if got.N != want.N || got.Bad != want.Bad {
		t.Errorf("%s: %g of %g, want %g of %g", what, got.Bad, got.N, want.Bad, want.N)
	}
	if want.Burn == nil {
		if !math.IsNaN(got.Burn) {
			t.Errorf("%s: burns at %g without rows", what, got.Burn)
		}
		return
	}
	near(t, what+" burn", got.Burn, *want.Burn)
	if strings.HasSuffix(what, "short") {
		return // has no interval
	}
	near(t, what+" lower", got.Lower, *want.Lower)
	near(t, what+" upper", got.Upper, *want.Upper)
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-7*max(1, math.Abs(want))) {
		t.Errorf("%s: %.10g, want %.10g", what, got, want)
	}
}
