package measure

import (
	"math"
	"testing"
)

func measured(value, lower, upper float64, n int64) Estimate {
	return Estimate{Value: &value, Lower: &lower, Upper: &upper, N: n}
}

func composite(method CompositeMethod, weights ...float64) *Composite {
	m := &Composite{Method: method}
	for i, w := range weights {
		m.Parts = append(m.Parts, CompositePart{Indicator: string(rune('a' + i)), Weight: w, Worst: 0, Best: 100})
	}
	return m
}

// The worked example of the field: 80, 60, 40, 90 with weights .3, .3, .2, .2. Ends by hand, in Python:
// v-sqrt(sum((w*(s-l))^2)) and exp(sum(w*log(s))-sqrt(sum((w*(log(s)-log(l)))^2))) with l = s-5, u = s+8.
func TestCompositeOracle(t *testing.T) {
	for method, want := range map[CompositeMethod][3]float64{
		Arithmetic: {68.0, 65.45049024, 72.07921561},
		Geometric:  {65.40830150, 62.61834474, 69.59376868},
	} {
		var parts []Estimate
		for i, s := range []float64{80, 60, 40, 90} {
			parts = append(parts, measured(s, s-5, s+8, int64(100*(i+1))))
		}
		got := composite(method, 0.3, 0.3, 0.2, 0.2).Combine(parts)
		for i, v := range []float64{*got.Value, *got.Lower, *got.Upper} {
			if math.Abs(v-want[i]) > 5e-7 {
				t.Errorf("%s: number %d is %.8f, want %.8f", method, i, v, want[i])
			}
		}
		if got.N != 100 || got.Detail["c"] != 40 {
			t.Errorf("%s: n %d, part %v", method, got.N, got.Detail["c"])
		}
	}
}

func TestCompositeMapsBetweenGoalposts(t *testing.T) {
	m := &Composite{Method: Arithmetic, Parts: []CompositePart{
		{Indicator: "nps", Weight: 0.5, Worst: -20, Best: 60},
		{Indicator: "hours", Weight: 0.5, Worst: 72, Best: 24}, // less is better
	}}
	got := m.Combine([]Estimate{measured(20, 12, 28, 90), measured(36, 30, 48, 40)})
	if *got.Value != 0.5*50+0.5*75 || got.N != 40 {
		t.Errorf("%+v", got)
	}
	if want := 62.5 - math.Hypot(0.5*10, 0.5*25); math.Abs(*got.Lower-want) > 1e-12 {
		t.Errorf("lower %v, want %v: the end of a time lies at its upper one", *got.Lower, want)
	}
	beyond := m.Combine([]Estimate{measured(90, 80, 100, 90), measured(100, 90, 110, 40)})
	if *beyond.Value != 50 || *beyond.Lower != 50 || *beyond.Upper != 50 {
		t.Errorf("beyond the goalposts: %+v", beyond)
	}
}

func TestCompositeWithoutAPartHasNoValue(t *testing.T) {
	m := composite(Geometric, 0.5, 0.5)
	if got := m.Combine([]Estimate{measured(50, 40, 60, 9), {N: 3, Reason: NoRows}}); got.Value != nil || got.Reason != PartMissing {
		t.Errorf("%+v", got)
	}
	if got := m.Combine([]Estimate{measured(50, 40, 60, 9), measured(0, 0, 5, 9)}); *got.Value != 0 || *got.Lower != 0 || *got.Upper <= 0 {
		t.Errorf("a part at 0: %+v", got)
	}
	if got := m.Combine([]Estimate{measured(50, 0, 60, 9), measured(20, 10, 30, 9)}); *got.Lower != 0 || *got.Upper < *got.Value {
		t.Errorf("an end at 0: %+v", got)
	}
	sure := 40.0
	if got := m.Combine([]Estimate{measured(50, 40, 60, 9), {Value: &sure, Census: true}}); got.N != 9 || got.Lower == nil || got.Census {
		t.Errorf("with a census: %+v", got)
	}
	if got := m.Combine([]Estimate{measured(50, 40, 60, 9), {Value: &sure, N: 5}}); got.Value == nil || got.Lower != nil {
		t.Errorf("a part without interval: %+v", got)
	}
}
