package resolve

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// linkageHashVersion is raised when an equal claim would be tested otherwise; everything is then tested anew.
const linkageHashVersion = "l1"

// linkageHash identifies a claim: the formulas of KPI and drivers, the levels, and what is claimed of whom. An edit of
// any of these is another claim, which begins its life anew and is tested at once.
//
// Not in it, for they make no evidence: titles, owners, targets, guardrails, steps and who can influence what. A plan
// carries them as they are, and every run judges by them; so an edit shows with the next run.
func linkageHash(l plan.Linkage, on LinkageContext) string {
	type side struct {
		plan.Key
		Formula string      `json:"formula"`
		Refused plan.Reason `json:"refused,omitempty"`
		Claimed int         `json:"claimed,omitempty"`
		Unit    string      `json:"unit,omitempty"` // column of the unit that is compared, where one is
	}
	of := func(s plan.Series, declared Side, claimed int) side {
		out := side{Key: s.Key, Formula: declared.RequestHash, Claimed: claimed}
		if s.Indicator != nil {
			out.Formula = s.Indicator.RequestHash
		}
		if s.Refused != nil {
			out.Refused = s.Refused.Reason
		}
		if l.Customers != nil {
			out.Unit = declared.On.Dataset.Entities[l.Customers.Unit]
		}
		return out
	}
	sides := []side{of(l.KPI, on.KPI, 0)}
	for i, d := range l.Drivers {
		sides = append(sides, of(d.Series, on.Drivers[i], d.Expected))
	}
	if l.ByDecision != nil {
		sides = append(sides, of(l.ByDecision.Series, on.KPI, 0))
	}
	canonical, err := json.Marshal(struct {
		Sides      []side              `json:"sides"`
		Customers  *plan.CustomerLevel `json:"customers,omitempty"`
		Attributes []string            `json:"attributes,omitempty"`
		Periods    *plan.PeriodLevel   `json:"periods,omitempty"`
		MinEffect  *plan.MinEffect     `json:"minEffect,omitempty"`
		Evidence   plan.Evidence       `json:"evidence"`
		Confidence float64             `json:"confidence"`
	}{sides, l.Customers, attributeHashes(l, on), l.Periods, l.MinEffect, l.Evidence, l.Confidence})
	if err != nil {
		panic(err) // text, numbers and times always marshal
	}
	sum := sha256.Sum256(canonical)
	return linkageHashVersion + "-" + hex.EncodeToString(sum[:16])
}

// attributeHashes stand for the datasets that strata and covariates are read from, in order.
func attributeHashes(l plan.Linkage, on LinkageContext) []string {
	if l.Customers == nil {
		return nil
	}
	var out []string
	for _, a := range slices.Concat(l.Customers.StratifyBy, l.Customers.Covariates) {
		dataset, known := on.Datasets[a.Dataset]
		if !known {
			continue // the KPI's own is in its formula
		}
		dataset.Entities = map[string]string{l.Customers.Unit: dataset.Entities[l.Customers.Unit]}
		if f := dataset.Freshness; f != nil {
			dataset.Freshness = &plan.Freshness{Column: f.Column}
		}
		canonical, err := json.Marshal(dataset)
		if err != nil {
			panic(err)
		}
		sum := sha256.Sum256(canonical)
		out = append(out, hex.EncodeToString(sum[:8]))
	}
	return out
}
