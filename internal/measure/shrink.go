package measure

import (
	"errors"
	"fmt"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// Shrink draws the mean of few ratings towards that of all: (Weight × Towards + Σ ratings) / (Weight + ratings).
type Shrink struct {
	Towards float64 `json:"towards"`
	Weight  float64 `json:"weight"` // in ratings
	Scale   Scale   `json:"scale"`
}

const (
	methodShrunk = "normal on the posterior of a Dirichlet prior"

	detailMean = "mean" // before it is shrunk
)

func (m *Shrink) check() error {
	switch {
	case m.Scale.Min >= m.Scale.Max:
		return fmt.Errorf("shrink: scale needs min < max, has %g and %g", m.Scale.Min, m.Scale.Max)
	case m.Weight <= 0:
		return errors.New("shrink: weight must be above zero")
	case m.Towards < m.Scale.Min || m.Towards > m.Scale.Max:
		return fmt.Errorf("shrink: towards %g is outside the scale %g–%g", m.Towards, m.Scale.Min, m.Scale.Max)
	}
	return nil
}

// shrunk estimates from the sums of a question's mean. The prior's ratings lie as far apart as their mean allows, for
// no more is known of them.
func (m *Shrink) shrunk(q question, s Sums, confidence float64) Estimate {
	e, _, done := q.answers(s)
	if done {
		return e
	}
	n, sum := s[askedAnswers], s[askedFirst]
	prior := interval.Prior{Weight: m.Weight, Mean: m.Towards, Variance: interval.LargestVariance(m.Towards, m.Scale.Min, m.Scale.Max)}
	found := prior.Shrink(n, sum, s[askedSecond], confidence)
	e.Detail = map[string]float64{detailMean: sum / n}
	e = e.over(m.Weight*m.Towards+sum, m.Weight+n).is(found.Value)
	return e.within(found.Interval, interval.Interval{Lower: m.Scale.Min, Upper: m.Scale.Max}, methodShrunk)
}
