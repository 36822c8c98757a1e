package interval

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// read reads a file of numbers that other tools computed: R for testdata/oracle.json, scipy for the shared ones.
func read[T any](t *testing.T, path ...string) T {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	var into T
	if err := json.Unmarshal(raw, &into); err != nil {
		t.Fatal(err)
	}
	return into
}

// pair is an interval of the oracle; R's infinity is text.
type pair Interval

func (p *pair) UnmarshalJSON(raw []byte) error {
	var ends [2]any
	if err := json.Unmarshal(raw, &ends); err != nil {
		return err
	}
	number := func(v any) float64 {
		if f, ok := v.(float64); ok {
			return f
		}
		return math.Inf(1)
	}
	*p = pair{Lower: number(ends[0]), Upper: number(ends[1])}
	return nil
}

type rOracle struct {
	Rates []struct {
		Input               [4]float64
		Exact               pair
		Likelihood, Central float64
	}
	Quantiles []struct {
		X        json.RawMessage
		Q, Level float64
		Type7    float64
		L, U     int64
		Coverage float64
	}
	Ranges struct {
		Binomial, Poisson []struct {
			N, P, Mean float64
			R95, R998  pair
		}
	}
	Strata []struct {
		Population, Plus, Minus, N []float64
		Value, SE, Kish            float64
	}
	Fieller []struct {
		Y, X     []float64
		G        float64
		Interval pair
	}
	Misclassified []struct {
		Hits, N, SE, SP, Value float64
		Interval               pair
	}
	Tails struct {
		Z [][2]float64
		T [][3]float64
	}
	Welch []struct {
		A, B          []float64
		T, Freedom, P float64
		Interval      pair
	}
}

func fromR(t *testing.T) rOracle {
	return read[rOracle](t, "testdata", "oracle.json")
}

func same(t *testing.T, what string, got Interval, want pair, tolerance float64) {
	t.Helper()
	for end, v := range map[string][2]float64{"lower": {got.Lower, want.Lower}, "upper": {got.Upper, want.Upper}} {
		if math.IsInf(v[1], 0) {
			if v[0] != v[1] {
				t.Errorf("%s %s: got %v, want none", what, end, v[0])
			}
			continue
		}
		near(t, what+" "+end, v[0], v[1], tolerance)
	}
}

// counted turns values in ascending order into distinct values with counts.
func counted(sorted []float64) []Counted {
	var found []Counted
	for _, v := range sorted {
		if n := len(found); n > 0 && found[n-1].Value == v {
			found[n-1].Count++
			continue
		}
		found = append(found, Counted{Value: v, Count: 1})
	}
	return found
}

// paired are the sums of rows.
func paired(y, x []float64) Paired {
	p := Paired{Count: float64(len(y))}
	for i := range y {
		p.Y, p.X = p.Y+y[i], p.X+x[i]
		p.YY, p.XX, p.XY = p.YY+y[i]*y[i], p.XX+x[i]*x[i], p.XY+y[i]*x[i]
	}
	return p
}

func ones(n int) []float64 {
	found := make([]float64, n)
	for i := range found {
		found[i] = 1
	}
	return found
}
