package measure

import "fmt"

var customerSatisfactionDoc = Doc{
	Name:      "customerSatisfaction",
	Title:     "Customer satisfaction (CSAT)",
	Summary:   "CSAT: how satisfied customers say they are, on a declared scale and in a declared form.",
	Formula:   "TopBox: answers in the top boxes / answers. Mean: mean answer. Rescaled: 100 × (mean − min)/(max − min). Net: 100 × (top boxes − bottom boxes)/answers. Binary: answers at the scale's maximum / answers",
	Unit:      "ratio 0–1 (TopBox, Binary); points of the scale (Mean); points 0–100 (Rescaled); points −100 to 100 (Net)",
	Direction: "HigherIsBetter",
	Interval:  "Wilson (TopBox, Binary), Student's t (Mean, Rescaled), adjusted Wald (Net); cluster-robust with every answer of a customer kept",
	Columns:   "a score column of numbers on the declared scale; the entity of `responses`",
	Pitfalls:  "Forms and scales cannot be compared with each other, nor pooled. The interval of a mean is too narrow where few answered and most are at an end of the scale: of 95 % it holds 87 % with 10 answers, 92 % with 20 (docs/coverage.md).",
	Reference: "ISO 10004:2018; Wilson 1927, Journal of the American Statistical Association 22:209; Brown, Cai and DasGupta 2001, Statistical Science 16:101",
}

func (m *CustomerSatisfaction) doc() Doc { return customerSatisfactionDoc }

func (m *CustomerSatisfaction) check() error {
	switch {
	case m.Score == "":
		return fmt.Errorf("customerSatisfaction: score names no column")
	case m.Scale.Min >= m.Scale.Max:
		return fmt.Errorf("customerSatisfaction: scale needs min < max, has %g and %g", m.Scale.Min, m.Scale.Max)
	}
	switch m.Form {
	case CSATMean, CSATRescaled, CSATBinary:
		return nil
	case CSATTopBox:
		if width := m.Scale.Max - m.Scale.Min; m.Boxes < 1 || float64(m.Boxes) > width {
			return fmt.Errorf("customerSatisfaction: boxes is %d, the scale allows 1 to %g", m.Boxes, width)
		}
		return nil
	case CSATNet:
		if m.Boxes < 1 || m.top().Min <= m.bottom().Max {
			return fmt.Errorf("customerSatisfaction: %d boxes from both ends of the scale %g–%g overlap or are none", m.Boxes, m.Scale.Min, m.Scale.Max)
		}
		return nil
	}
	return fmt.Errorf("customerSatisfaction: unknown form %q", m.Form)
}

// top and bottom are the boxes at the ends of the scale, one point wide each.
func (m *CustomerSatisfaction) top() Scale {
	if m.Form == CSATBinary {
		return Scale{Min: m.Scale.Max, Max: m.Scale.Max}
	}
	return Scale{Min: m.Scale.Max - float64(m.Boxes-1), Max: m.Scale.Max}
}

func (m *CustomerSatisfaction) bottom() Scale {
	return Scale{Min: m.Scale.Min, Max: m.Scale.Min + float64(m.Boxes-1)}
}

// Describe tells the form and the scale.
func (m *CustomerSatisfaction) Describe() Description {
	d := Description{Family: customerSatisfactionDoc.Name, Unit: "points", Direction: HigherIsBetter}
	scale := fmt.Sprintf("scale %g–%g", m.Scale.Min, m.Scale.Max)
	switch m.Form {
	case CSATTopBox:
		d.Unit = "ratio"
		d.Variant = fmt.Sprintf("CSAT top %d: share of answers of %g or more, %s", m.Boxes, m.top().Min, scale)
	case CSATMean:
		d.Variant = "CSAT mean: mean answer, " + scale
	case CSATRescaled:
		d.Variant = "CSAT rescaled: mean answer mapped to 0–100, " + scale
	case CSATNet:
		d.Variant = fmt.Sprintf("CSAT net: 100 × (share of %g or more less share of %g or less), %s", m.top().Min, m.bottom().Max, scale)
	case CSATBinary:
		d.Unit = "ratio"
		d.Variant = fmt.Sprintf("CSAT binary: share of answers of %g, %s", m.Scale.Max, scale)
	}
	return d
}

func (m *CustomerSatisfaction) question(in Setting) question {
	return question{column: m.Score, scale: m.Scale, entity: in.KeepAll}
}

// Request asks for what the form needs.
func (m *CustomerSatisfaction) Request(in Setting) Request {
	q := m.question(in)
	switch m.Form {
	case CSATTopBox, CSATBinary:
		return q.requestShare(m.top())
	case CSATNet:
		return q.requestNet(m.top(), m.bottom())
	default:
		return q.requestMean()
	}
}

// Estimate is in the unit of the form.
func (m *CustomerSatisfaction) Estimate(sums Sums, in Setting, confidence float64) Estimate {
	q, s := m.question(in), sums.of(m.Request(in))
	switch m.Form {
	case CSATTopBox, CSATBinary:
		return q.estimateShare(s, confidence)
	case CSATNet:
		return q.estimateNet(s, [3]string{"top", "middle", "bottom"}, confidence)
	case CSATRescaled:
		return q.estimateMean(s, confidence).rescaled(m.Scale.Min, m.Scale.Max)
	default:
		return q.estimateMean(s, confidence)
	}
}
