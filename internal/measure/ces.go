package measure

import "fmt"

// cesWording is what follows from the wording of the effort question.
type cesWording struct {
	scale      Scale
	easy, hard Scale
	mean       Direction
}

var cesWordings = map[CESVersion]cesWording{
	// "How much effort did you have to put forth?", 5 is very high (Dixon et al. 2010).
	CESV1: {scale: Scale{Min: 1, Max: 5}, easy: Scale{Min: 1, Max: 2}, hard: Scale{Min: 4, Max: 5}, mean: LowerIsBetter},
	// "The company made it easy …", 7 is strongly agree (Dixon, Toman, DeLisi 2013).
	CESV2: {scale: Scale{Min: 1, Max: 7}, easy: Scale{Min: 6, Max: 7}, hard: Scale{Min: 1, Max: 3}, mean: HigherIsBetter},
}

var customerEffortScoreDoc = Doc{
	Name:      "customerEffortScore",
	Title:     "Customer Effort Score (CES)",
	Summary:   "Customer Effort Score: how hard (V1) or how easy (V2) it was to get something done.",
	Formula:   "Mean: mean answer. Share: answers at the bound or on its easy side / answers. Net: 100 × (easy − hard)/answers; easy is 6–7 against 1–3 in V2, 1–2 against 4–5 in V1",
	Unit:      "points of the scale (Mean), ratio 0–1 (Share), points −100 to 100 (Net)",
	Direction: "V1 Mean: LowerIsBetter; everything else: HigherIsBetter",
	Interval:  "Student's t (Mean), Wilson (Share), adjusted Wald (Net); cluster-robust with every answer of a customer kept",
	Columns:   "a score column of whole numbers, 1 to 5 (V1) or 1 to 7 (V2); the entity of `responses`",
	Pitfalls:  "V1 and V2 point in opposite directions: a lower V1 mean is better, a higher V2 mean is. Share and net are better when higher in both. The interval of a mean is too narrow where few answered and most are at an end of the scale (docs/coverage.md).",
	Reference: "V1: Dixon, Freeman and Toman 2010, Harvard Business Review 88:116. V2: Dixon, Toman and DeLisi 2013, The Effortless Experience",
}

func (m *CustomerEffortScore) doc() Doc { return customerEffortScoreDoc }

func (m *CustomerEffortScore) check() error {
	w, known := cesWordings[m.Version]
	switch {
	case m.Score == "":
		return fmt.Errorf("customerEffortScore: score names no column")
	case !known:
		return fmt.Errorf("customerEffortScore: unknown version %q", m.Version)
	}
	switch m.Form {
	case CESMean, CESNet:
		return nil
	case CESShare:
		if m.Bound < w.scale.Min || m.Bound > w.scale.Max {
			return fmt.Errorf("customerEffortScore: bound %g is outside the scale %g–%g of %s", m.Bound, w.scale.Min, w.scale.Max, m.Version)
		}
		return nil
	}
	return fmt.Errorf("customerEffortScore: unknown form %q", m.Form)
}

// easy is the band of answers that the share form counts.
func (m *CustomerEffortScore) easy() Scale {
	scale := cesWordings[m.Version].scale
	if m.Version == CESV1 {
		return Scale{Min: scale.Min, Max: m.Bound}
	}
	return Scale{Min: m.Bound, Max: scale.Max}
}

// Describe tells version, form and direction.
func (m *CustomerEffortScore) Describe() Description {
	w := cesWordings[m.Version]
	d := Description{Family: customerEffortScoreDoc.Name, Unit: "points", Direction: HigherIsBetter}
	scale := fmt.Sprintf("scale %g–%g", w.scale.Min, w.scale.Max)
	name := map[CESVersion]string{CESV1: "CES 1.0 (effort)", CESV2: "CES 2.0 (ease)"}[m.Version]
	switch m.Form {
	case CESMean:
		d.Direction = w.mean
		d.Variant = name + " mean, " + scale
	case CESShare:
		d.Unit = "ratio"
		side := "or more"
		if m.Version == CESV1 {
			side = "or less"
		}
		d.Variant = fmt.Sprintf("%s: share of answers of %g %s, %s", name, m.Bound, side, scale)
	case CESNet:
		d.Variant = fmt.Sprintf("%s net: 100 × (share of %g–%g less share of %g–%g), %s", name, w.easy.Min, w.easy.Max, w.hard.Min, w.hard.Max, scale)
	}
	return d
}

func (m *CustomerEffortScore) question(in Setting) question {
	return question{column: m.Score, scale: cesWordings[m.Version].scale, entity: in.KeepAll}
}

// Request asks for what the form needs.
func (m *CustomerEffortScore) Request(in Setting) Request {
	q, w := m.question(in), cesWordings[m.Version]
	switch m.Form {
	case CESShare:
		return q.requestShare(m.easy())
	case CESNet:
		return q.requestNet(w.easy, w.hard)
	default:
		return q.requestMean()
	}
}

// Estimate is in the unit of the form.
func (m *CustomerEffortScore) Estimate(sums Sums, in Setting, confidence float64) Estimate {
	q, s := m.question(in), sums.of(m.Request(in))
	switch m.Form {
	case CESShare:
		return q.estimateShare(s, confidence)
	case CESNet:
		return q.estimateNet(s, [3]string{"easy", "neither", "hard"}, confidence)
	default:
		return q.estimateMean(s, confidence)
	}
}
