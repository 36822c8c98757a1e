package resolve

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// hashVersion is raised when an equal formula would give other numbers; everything is then recomputed.
const hashVersion = "v1"

// requestHash identifies a formula: dataset, where, measure, period, breakdowns and quality. Titles, owners,
// thresholds and targets are not in it, so editing them recomputes nothing.
func requestHash(in plan.Indicator, dataset plan.Dataset) string {
	dataset.Freshness = freshnessColumn(dataset.Freshness)
	canonical, err := json.Marshal(struct {
		Dataset    plan.Dataset        `json:"dataset"`
		Where      []measure.Condition `json:"where"`
		Measure    measure.Spec        `json:"measure"`
		Responses  *plan.Responses     `json:"responses"`
		Period     *plan.Period        `json:"period"`
		Breakdowns []plan.Breakdown    `json:"breakdowns"`
		Quality    plan.Quality        `json:"quality"`
	}{dataset, in.Where, in.Measure, in.Responses, in.Period, in.Breakdowns, in.Quality})
	if err != nil {
		// The struct holds only text, numbers and maps of text: it always marshals.
		panic(err)
	}
	sum := sha256.Sum256(canonical)
	return hashVersion + "-" + hex.EncodeToString(sum[:16])
}

// freshnessColumn drops how fresh the data should be: that judges numbers, it does not make them.
func freshnessColumn(f *plan.Freshness) *plan.Freshness {
	if f == nil {
		return nil
	}
	return &plan.Freshness{Column: f.Column}
}
