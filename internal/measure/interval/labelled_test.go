package interval

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"testing"
)

func TestNetOfLabelsOracles(t *testing.T) {
	raw, err := os.ReadFile("testdata/labelled.json")
	if err != nil {
		t.Fatal(err)
	}
	var oracles []struct {
		Plus, Minus, N           float64
		Sensitivity, Specificity [2]float64
		Checked                  []float64
		Value, Lower, Upper      float64
	}
	if err := json.Unmarshal(raw, &oracles); err != nil || len(oracles) == 0 {
		t.Fatal(err)
	}
	for i, o := range oracles {
		side := [2]Labelled{}
		for k, hits := range [2]float64{o.Plus, o.Minus} {
			side[k] = Labelled{Hits: hits, Sensitivity: o.Sensitivity[k], Specificity: o.Specificity[k]}
			if o.Checked != nil {
				side[k].Positives, side[k].Negatives = o.Checked[0], o.Checked[1]
			}
		}
		got := Net(side[0], side[1], o.N, 0.95, nil)
		tolerance := 1e-12
		if o.Checked != nil {
			tolerance = 1e-7 // R's derivatives are numerical
		}
		for what, c := range map[string][2]float64{"value": {got.Value, o.Value}, "lower": {got.Interval.Lower, o.Lower}, "upper": {got.Interval.Upper, o.Upper}} {
			if math.Abs(c[0]-c[1]) > tolerance {
				t.Errorf("%d %s: got %v, want %v", i, what, c[0], c[1])
			}
		}
		if got.Cut {
			t.Errorf("%d is cut", i)
		}
	}
}

func TestNetOfTruthfulLabelsIsAdjustedWald(t *testing.T) {
	for _, c := range [][3]float64{{10, 5, 20}, {0, 0, 4}, {7, 0, 7}, {120, 60, 360}} {
		got, want := Net(Truthful(c[0]), Truthful(c[1]), c[2], 0.95, nil), AdjustedWald(c[0], c[1], c[2], 0.95)
		if math.Abs(got.Value-(c[0]-c[1])/c[2]) > 1e-15 || math.Abs(got.Interval.Lower-want.Lower) > 1e-15 || math.Abs(got.Interval.Upper-want.Upper) > 1e-15 {
			t.Errorf("%v: %+v, want %+v", c, got, want)
		}
	}
}

func TestNetIsCutWhereLabelsCannotBeThatGood(t *testing.T) {
	// One row in 50 bears the label although a twentieth of the others should by mistake.
	got := Net(Labelled{Hits: 1, Sensitivity: 0.9, Specificity: 0.95}, Truthful(10), 50, 0.95, nil)
	if !got.Cut || math.Abs(got.Value+0.2) > 1e-15 {
		t.Errorf("%+v: want -0.2, cut", got)
	}
}

// True shares .45 and .25 behind labels that are wrong at known rates: 95 % intervals hold the true net about as often.
func TestNetOfLabelsCoverage(t *testing.T) {
	const rounds = 4000
	for _, n := range []int{10, 40, 400} {
		for _, checked := range []int{0, 200} {
			random := rand.New(rand.NewPCG(7, uint64(n+checked)))
			held := 0
			for range rounds {
				// Of each true class, the chance of either label: sensitivity .8 and specificity .9, both sides.
				plus, minus := 0.0, 0.0
				for range n {
					truth, u := random.Float64(), random.Float64()
					p, m := 0.1, 0.1
					switch {
					case truth < 0.45:
						p = 0.8
					case truth < 0.70:
						m = 0.8
					}
					switch {
					case u < p:
						plus++
					case u < p+m:
						minus++
					}
				}
				measured := func(share float64) float64 {
					if checked == 0 {
						return share
					}
					hits := 0.0
					for range checked {
						if random.Float64() < share {
							hits++
						}
					}
					return hits / float64(checked)
				}
				side := func(hits float64) Labelled {
					return Labelled{Hits: hits, Sensitivity: measured(0.8), Specificity: measured(0.9), Positives: float64(checked), Negatives: float64(checked)}
				}
				found := Net(side(plus), side(minus), float64(n), 0.95, nil).Interval
				if found.Lower <= 0.2 && 0.2 <= found.Upper {
					held++
				}
			}
			if share := float64(held) / rounds; share < 0.93 || share > 0.975 {
				t.Errorf("n %d, checked on %d: covers %.1f %%", n, checked, 100*share)
			}
		}
	}
}
