package planstep

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// maxRestatement is how much of the restate annotation a report keeps.
const maxRestatement = 63

// quarantineAfter so many runs in a row that died while computing an indicator, it waits for an edit.
const quarantineAfter = 2

// Restatement is what the restate annotation of an indicator asks for, as a report remembers it; empty if
// it asks for nothing. A long text is stood in for by its hash.
func Restatement(annotations map[string]string) string {
	text := annotations[v1alpha1.RestateAnnotation]
	if len(text) <= maxRestatement {
		return text
	}
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + hex.EncodeToString(sum[:16])
}

// Quarantined reports whether an indicator has killed too many runs to be tried again under the same formula.
func Quarantined(attempt *v1alpha1.ReportAttempt, requestHash string) bool {
	return attempt != nil && attempt.RequestHash == requestHash && kills(attempt) >= quarantineAfter
}

// Pending reports whether a report waits for a run: its formula was never tried, or a restatement is not
// yet honoured.
func Pending(report *v1alpha1.IndicatorReport, annotations map[string]string) bool {
	attempt, result := report.Status.Attempt, report.Status.Result
	if Quarantined(attempt, report.Spec.RequestHash) {
		return false
	}
	if attempt == nil || attempt.RequestHash != report.Spec.RequestHash {
		return true
	}
	restatement := Restatement(annotations)
	return restatement != "" && (result == nil || result.Restatement != restatement)
}

func kills(attempt *v1alpha1.ReportAttempt) int32 {
	if attempt.Kills == nil {
		return 0
	}
	return *attempt.Kills
}

// frozen are the settled periods of a report.
func frozen(periods []v1alpha1.PeriodValue) []plan.PeriodResult {
	var out []plan.PeriodResult
	for _, p := range periods {
		if p.State != string(plan.Settled) || p.Start == nil || p.End == nil {
			continue
		}
		out = append(out, Period(p))
	}
	return out
}

// Period is one period of a report in the plan's terms.
func Period(p v1alpha1.PeriodValue) plan.PeriodResult {
	out := plan.PeriodResult{
		Label: p.Label,
		State: plan.State(p.State),
		Flag:  plan.Flag(p.Flag),
		Estimate: measure.Estimate{
			Value: number(p.Value), Lower: number(p.Lower), Upper: number(p.Upper),
			N: count(p.N), Entities: p.Entities, EffectiveN: number(p.EffectiveN),
			Numerator: number(p.Numerator), Denominator: number(p.Denominator),
			Worst: number(p.Worst), Best: number(p.Best),
			Rejected: rejected(p.Rejected), Reason: measure.NoValueReason(p.Reason),
		},
	}
	if p.Start != nil {
		out.Start = p.Start.Time
	}
	if p.End != nil {
		out.End = p.End.Time
	}
	return out
}

// number reads a decimal of a report; nil if there is none.
func number(text string) *float64 {
	value, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil
	}
	return &value
}

func count(n *int64) int64 {
	if n == nil {
		return 0
	}
	return *n
}

func rejected(rows []v1alpha1.RejectedRows) map[measure.Rejection]int64 {
	if len(rows) == 0 {
		return nil
	}
	out := map[measure.Rejection]int64{}
	for _, r := range rows {
		out[measure.Rejection(r.Reason)] = count(r.Rows)
	}
	return out
}
