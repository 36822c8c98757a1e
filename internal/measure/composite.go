package measure

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Composite joins values of other indicators into one number from 0 to 100. It asks nothing of the data: Combine
// takes its parts' estimates in place of sums.
type Composite struct {
	Method CompositeMethod `json:"method"`
	Parts  []CompositePart `json:"parts"`
}

// CompositeMethod says how the parts' scores are joined.
type CompositeMethod string

const (
	Arithmetic CompositeMethod = "Arithmetic" // Σ w·score
	Geometric  CompositeMethod = "Geometric"  // Π score^w: a low part is made up for less and less
)

// CompositePart is an indicator with its weight (0–1) and the values that score 0 and 100, in its own unit.
type CompositePart struct {
	Indicator string  `json:"indicator"`
	Weight    float64 `json:"weight"`
	Worst     float64 `json:"worst"`
	Best      float64 `json:"best"`
}

func (*Composite) doc() Doc {
	return Doc{
		Name:      "composite",
		Title:     "Composite of indicators",
		Summary:   "Several published indicators joined into one number from 0 to 100, period by period.",
		Formula:   "score = 100 (value − worst)/(best − worst), cut to 0–100; Arithmetic: Σ weight · score; Geometric: Π score^weight",
		Unit:      "points 0–100",
		Direction: "HigherIsBetter",
		Interval:  "from the parts' own intervals (MOVER), parts taken as independent",
		Columns:   "none: it reads the values of other CPIs",
		Pitfalls:  "It hides which part moved: read the parts beside it. Of a part with shorter periods only the last one in the composite's counts: give it a window. Parts that ask the same people, or count the same thing twice, make the interval too narrow and the weight too large. Weights and goalposts are choices, not findings.",
		Reference: "OECD/JRC, Handbook on Constructing Composite Indicators (2008); interval: Zou and Donner, Statistics in Medicine 27 (2008) 1693",
	}
}

// weightRounding is how far from 1 the weights may add up.
const weightRounding = 1e-9

func (m *Composite) check() error {
	if len(m.Parts) < 2 {
		return errors.New("composite: at least two parts are needed")
	}
	if m.Method != Arithmetic && m.Method != Geometric {
		return fmt.Errorf("composite: unknown method %q", m.Method)
	}
	var sum float64
	seen := map[string]bool{}
	for _, p := range m.Parts {
		switch {
		case p.Indicator == "" || seen[p.Indicator]:
			return fmt.Errorf("composite: part %q is empty or stands twice", p.Indicator)
		case !(p.Weight > 0):
			return fmt.Errorf("composite: the weight of %s is not above 0", p.Indicator)
		case p.Worst == p.Best:
			return fmt.Errorf("composite: worst and best of %s are equal", p.Indicator)
		}
		seen[p.Indicator] = true
		sum += p.Weight
	}
	if math.Abs(sum-1) > weightRounding {
		return fmt.Errorf("composite: the weights add up to %g %%, not to 100 %%", 100*sum)
	}
	return nil
}

// Describe tells method, parts and weights.
func (m *Composite) Describe() Description {
	parts := make([]string, len(m.Parts))
	for i, p := range m.Parts {
		parts[i] = fmt.Sprintf("%s %.4g %% (%g to %g)", p.Indicator, 100*p.Weight, p.Worst, p.Best)
	}
	return Description{
		Family: "composite", Unit: "points", Direction: HigherIsBetter,
		Variant: strings.ToLower(string(m.Method)) + " mean of " + strings.Join(parts, ", "),
	}
}

// Request asks for nothing.
func (m *Composite) Request(Setting) Request { return Request{Combination: PerEntity} }

// Estimate has no value: a composite is made by Combine.
func (m *Composite) Estimate(Sums, Setting, float64) Estimate { return Estimate{Reason: NoRows} }

// score maps a value to 0–100.
func (p CompositePart) score(value float64) float64 {
	return min(100, max(0, 100*(value-p.Worst)/(p.Best-p.Worst)))
}

// Combine joins the parts' estimates, in the order of Parts. Without the value of a part there is none: weights are
// never shifted to the others. The interval takes each part's own one and the parts as independent; without an
// interval of every part that is not a census there is none. N is that of the smallest part.
func (m *Composite) Combine(parts []Estimate) Estimate {
	out := Estimate{Detail: map[string]float64{}}
	scores, lower, upper := make([]float64, len(parts)), make([]float64, len(parts)), make([]float64, len(parts))
	bounded, counted := true, false
	for i, e := range parts {
		p := m.Parts[i]
		if e.Value == nil {
			return Estimate{Reason: PartMissing}
		}
		scores[i] = p.score(*e.Value)
		out.Detail[p.Indicator] = scores[i]
		if !e.Census && (!counted || e.N < out.N) {
			out.N, counted = e.N, true
		}
		switch {
		case e.Lower != nil && e.Upper != nil:
			ends := []float64{p.score(*e.Lower), p.score(*e.Upper)}
			lower[i], upper[i] = slices.Min(ends), slices.Max(ends)
		case e.Census:
			lower[i], upper[i] = scores[i], scores[i]
		default:
			bounded = false
		}
	}
	out.Census = !counted
	value, low, high := m.arithmetic(scores, lower, upper)
	if m.Method == Geometric {
		value, low, high = m.geometric(scores, lower, upper)
	}
	out.Value = &value
	if bounded && !out.Census {
		out.Lower, out.Upper, out.Method = &low, &high, "MOVER"
	}
	return out
}

func (m *Composite) arithmetic(scores, lower, upper []float64) (value, low, high float64) {
	var below, above float64
	for i, p := range m.Parts {
		value += p.Weight * scores[i]
		below += square(p.Weight * (scores[i] - lower[i]))
		above += square(p.Weight * (upper[i] - scores[i]))
	}
	return value, value - math.Sqrt(below), value + math.Sqrt(above)
}

// geometric is the same on logarithms. One part at 0 makes the whole 0, however sure the others are; an end at 0 has
// no logarithm and takes the whole's end with it.
func (m *Composite) geometric(scores, lower, upper []float64) (value, low, high float64) {
	var log, below, above, most float64
	for i, p := range m.Parts {
		log += p.Weight * math.Log(scores[i])
		most += p.Weight * math.Log(upper[i])
		below += square(p.Weight * (math.Log(scores[i]) - math.Log(lower[i])))
		above += square(p.Weight * (math.Log(upper[i]) - math.Log(scores[i])))
	}
	if math.IsInf(log, -1) {
		return 0, 0, math.Exp(most)
	}
	value = math.Exp(log)
	return value, math.Exp(log - math.Sqrt(below)), math.Exp(log + math.Sqrt(above))
}

func square(v float64) float64 { return v * v }
