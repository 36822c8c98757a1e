package measure

import "errors"

// Bands of the Net Promoter Score; it exists on the scale 0–10 only (Reichheld 2003).
var (
	npsScale   = Scale{Min: 0, Max: 10}
	promoters  = Scale{Min: 9, Max: 10}
	detractors = Scale{Min: 0, Max: 6}
)

var netPromoterScoreDoc = Doc{
	Name:      "netPromoterScore",
	Title:     "Net Promoter Score",
	Summary:   "Net Promoter Score: how many customers would recommend the company, less how many would not.",
	Formula:   "100 × (answers of 9 or 10 − answers of 0 to 6) / answers on the scale 0–10",
	Unit:      "points, −100 to 100",
	Direction: "HigherIsBetter",
	Interval:  "adjusted Wald (Rocks 2016); with every answer of a customer kept, normal on the cluster-robust CR1 error",
	Columns:   "a score column of whole numbers from 0 to 10; the entity of `responses`",
	Pitfalls:  "The mean of regional scores is not the score of all. Throttled surveys and mixed channels move it. Other scales are not NPS.",
	Reference: "Reichheld 2003, Harvard Business Review 81:46; its critique: Keiningham et al. 2007, Journal of Marketing 71:39; interval: Rocks 2016, The American Statistician 70:365",
}

func (m *NetPromoterScore) doc() Doc { return netPromoterScoreDoc }

func (m *NetPromoterScore) check() error {
	if m.Score == "" {
		return errors.New("netPromoterScore: score names no column")
	}
	return nil
}

// Describe tells the score's variant.
func (m *NetPromoterScore) Describe() Description {
	return Description{
		Family: netPromoterScoreDoc.Name, Unit: "points", Direction: HigherIsBetter,
		Variant: "NPS: 100 × (share of 9–10 less share of 0–6), scale 0–10",
	}
}

func (m *NetPromoterScore) question(in Setting) question {
	return question{column: m.Score, scale: npsScale, entity: in.KeepAll}
}

// Request asks for answers, promoters and detractors.
func (m *NetPromoterScore) Request(in Setting) Request {
	return m.question(in).requestNet(promoters, detractors)
}

// Estimate is in points −100..100.
func (m *NetPromoterScore) Estimate(sums Sums, in Setting, confidence float64) Estimate {
	return m.question(in).estimateNet(sums.of(m.Request(in)), [3]string{"promoters", "passives", "detractors"}, confidence)
}
