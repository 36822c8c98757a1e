package measure

import (
	"fmt"
	"maps"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// Classifier says how often labels are right, as found on rows whose truth is known.
type Classifier struct {
	Sensitivity float64 `json:"sensitivity"` // 0–1: the part of rows that should count which do
	Specificity float64 `json:"specificity"` // 0–1: the part of rows that should not count which do not
	// Positives and Negatives are the rows that the two were found on; 0 means that they are exact.
	Positives int64 `json:"positives,omitempty"`
	Negatives int64 `json:"negatives,omitempty"`
}

const (
	methodRoganGladen   = "Wilson, corrected for the classifier (Rogan–Gladen)"
	methodLangReiczigel = "corrected for the classifier (Lang–Reiczigel)"
	methodCorrectedNet  = "adjusted Wald, corrected for the classifier"

	detailObserved = "observed" // the share before its correction
	detailCut      = "cut"      // 1 if the correction led out of 0–1
)

// Check tells whether the classifier can correct anything.
func (c *Classifier) Check() error {
	switch {
	case c == nil:
		return nil
	case c.Sensitivity <= 0 || c.Sensitivity > 1 || c.Specificity <= 0 || c.Specificity > 1:
		return fmt.Errorf("classifier: sensitivity %g and specificity %g must lie above 0 and be at most 1", c.Sensitivity, c.Specificity)
	case c.Sensitivity+c.Specificity <= 1:
		return fmt.Errorf("classifier: sensitivity %g and specificity %g are no better than chance together: they must add up to more than 1", c.Sensitivity, c.Specificity)
	case (c.Positives > 0) != (c.Negatives > 0):
		return fmt.Errorf("classifier: positives and negatives go together")
	}
	if c.Positives > 0 {
		sensitivity, specificity := c.samples()
		if _, ok := interval.RoganGladenEstimated(interval.Share{Hits: 1, N: 2}, sensitivity, specificity, 0.95); !ok {
			return fmt.Errorf("classifier: %d positives and %d negatives are too few to tell it from chance", c.Positives, c.Negatives)
		}
	}
	return nil
}

// samples are sensitivity and specificity as counts of the rows that they were found on.
func (c *Classifier) samples() (sensitivity, specificity interval.Share) {
	share := func(part float64, n int64) interval.Share {
		return interval.Share{Hits: part * float64(n), N: float64(n)}
	}
	return share(c.Sensitivity, c.Positives), share(c.Specificity, c.Negatives)
}

// labelled are hits under the classifier; without one they are taken at their word.
func (c *Classifier) labelled(hits float64) interval.Labelled {
	if c == nil {
		return interval.Truthful(hits)
	}
	return interval.Labelled{
		Hits: hits, Sensitivity: c.Sensitivity, Specificity: c.Specificity,
		Positives: float64(c.Positives), Negatives: float64(c.Negatives),
	}
}

// slope is by how much the correction stretches a share.
func (c *Classifier) slope() float64 {
	if c == nil {
		return 1
	}
	return 1 / (c.Sensitivity + c.Specificity - 1)
}

// text is what the variant says of the classifier.
func (c *Classifier) text() string {
	if c == nil {
		return ""
	}
	return fmt.Sprintf(" (sensitivity %g, specificity %g)", c.Sensitivity, c.Specificity)
}

// corrected frees a proportion of n rows from the mistakes of their labels. Numerator and denominator stay as counted.
func (c *Classifier) corrected(e Estimate, n, confidence float64) Estimate {
	if c == nil || e.Value == nil {
		return e
	}
	if e.EffectiveN != nil {
		n = *e.EffectiveN
	}
	if n <= 0 {
		return e
	}
	observed := *e.Value
	seen, method := interval.Share{Hits: observed * n, N: n}, methodRoganGladen
	found, ok := interval.RoganGladen(seen, c.Sensitivity, c.Specificity, confidence)
	if c.Positives > 0 {
		method = methodLangReiczigel
		sensitivity, specificity := c.samples()
		found, ok = interval.RoganGladenEstimated(seen, sensitivity, specificity, confidence)
	}
	if !ok {
		return e.none(NotFinite) // check allows no such classifier
	}
	e = e.detailed(detailObserved, observed)
	if found.Cut {
		e = e.detailed(detailCut, 1)
	}
	return e.is(found.Value).within(found.Interval, unit, method)
}

// detailed adds a named number, leaving e's own map alone.
func (e Estimate) detailed(name string, v float64) Estimate {
	detail := map[string]float64{name: v}
	maps.Copy(detail, e.Detail)
	e.Detail = detail
	return e
}
