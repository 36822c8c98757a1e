package planstep

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"time"

	"k8s.io/utils/ptr"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

// maxAsked is how much a report keeps of an annotation that asks for something.
const maxAsked = 63

// quarantineAfter so many runs in a row that died while computing an indicator, it waits for other circumstances.
const quarantineAfter = 2

// Restatement is what the restate annotation of an indicator asks for, as a report remembers it; empty if
// it asks for nothing.
func Restatement(annotations map[string]string) string {
	return remembered(annotations[v1alpha1.RestateAnnotation])
}

// Requested is what the compute-requested annotation asks for, as a report remembers it; empty if it asks for nothing.
func Requested(annotations map[string]string) string {
	return remembered(annotations[v1alpha1.ComputeAnnotation])
}

// remembered is a text as a report keeps it. A long one is stood in for by its hash.
func remembered(text string) string {
	if len(text) <= maxAsked {
		return text
	}
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + hex.EncodeToString(sum[:16])
}

// Circumstances under which an indicator is tried, besides its formula. When they change, what killed runs
// before may be tried again.
type Circumstances struct {
	// SourceGeneration rises with every edit of the source, that of its memory limit included.
	SourceGeneration int64
	// Restatement is what the indicator's annotation asks for.
	Restatement string
	// Requested is what asks for a run now. It lifts no quarantine.
	Requested string
}

// CircumstancesOf an indicator with these annotations, on a source.
func CircumstancesOf(source *v1alpha1.DataSource, annotations map[string]string) Circumstances {
	return Circumstances{SourceGeneration: source.Generation, Restatement: Restatement(annotations), Requested: Requested(annotations)}
}

// Kills is how many runs in a row died while computing an indicator under the same formula and circumstances.
func Kills(attempt *v1alpha1.ReportAttempt, requestHash string, now Circumstances) int32 {
	if attempt == nil || attempt.Kills == nil || attempt.RequestHash != requestHash {
		return 0
	}
	restated := now.Restatement != "" && now.Restatement != attempt.Restatement
	if restated || attempt.SourceGeneration == nil || *attempt.SourceGeneration != now.SourceGeneration {
		return 0
	}
	return *attempt.Kills
}

// Quarantined reports whether an indicator has killed too many runs to be tried again as things are.
func Quarantined(attempt *v1alpha1.ReportAttempt, requestHash string, now Circumstances) bool {
	return Kills(attempt, requestHash, now) >= quarantineAfter
}

// Pending reports whether a report waits for a run: its formula was never tried, a restatement is not yet
// honoured, a request is not yet answered, or its quarantine has been lifted.
func Pending(report *v1alpha1.IndicatorReport, now Circumstances) bool {
	attempt := report.Status.Attempt
	switch {
	case attempt == nil || attempt.RequestHash != report.Spec.RequestHash:
		return true
	case attempt.Kills != nil && *attempt.Kills >= quarantineAfter:
		return !Quarantined(attempt, report.Spec.RequestHash, now)
	}
	return now.Restatement != "" && Honoured(report) != now.Restatement || !Answered(attempt, now.Requested)
}

// Answered reports whether a try has answered a request; nobody waits for an answer to none.
func Answered(attempt *v1alpha1.ReportAttempt, requested string) bool {
	return requested == "" || attempt != nil && attempt.Requested == requested
}

// Honoured is the restatement that a report's numbers or findings honour; empty if none.
func Honoured(report *v1alpha1.IndicatorReport) string {
	switch s := report.Status; {
	case s.Result != nil:
		return s.Result.Restatement
	case s.Link != nil:
		return s.Link.Restatement
	}
	return ""
}

// ReportName of an indicator or a linkage: deterministic, so that a report is found again whatever was forgotten.
func ReportName(kind, name string) string {
	switch kind {
	case resolve.KindKPITarget:
		return "kpi-" + name
	case plan.KindLinkage:
		return "link-" + name
	}
	return "cpi-" + name
}

// recalled is what a plan needs of a report: the outcome of the last try, and the periods that move no more by design; of
// a composite's part, all of them.
func recalled(report v1alpha1.IndicatorReport, isPart bool) v1alpha1.IndicatorReport {
	out := v1alpha1.IndicatorReport{Spec: report.Spec}
	out.Status.Attempt = report.Status.Attempt
	if result := report.Status.Result; result != nil {
		out.Status.Result = &v1alpha1.ReportResult{
			RequestHash: result.RequestHash, Restatement: result.Restatement, AsOf: result.AsOf, Watermark: result.Watermark,
			Periods: slices.DeleteFunc(result.Periods, func(p v1alpha1.PeriodValue) bool { return !isPart && !isFinal(p.State) }),
		}
	}
	if link := report.Status.Link; link != nil {
		out.Status.Link = recalledLink(link)
	}
	return out
}

// recalledLink is what a plan needs of a claim's findings: the values that move no more, and what was probable.
func recalledLink(link *v1alpha1.ReportLink) *v1alpha1.ReportLink {
	out := &v1alpha1.ReportLink{RequestHash: link.RequestHash, Restatement: link.Restatement, AsOf: link.AsOf}
	for _, d := range link.Drivers {
		kept := v1alpha1.LinkFinding{Driver: d.Driver}
		if c := d.Customers; c != nil {
			kept.Customers = &v1alpha1.LinkCustomers{P: c.P}
			if c.Adjusted != nil {
				kept.Customers.Adjusted = &v1alpha1.LinkAdjusted{P: c.Adjusted.P}
			}
		}
		if d.Periods != nil {
			kept.Periods = &v1alpha1.LinkPeriods{P: d.Periods.P}
		}
		out.Drivers = append(out.Drivers, kept)
	}
	for _, s := range link.Series {
		s.Periods = slices.DeleteFunc(s.Periods, func(p v1alpha1.PeriodValue) bool { return !isFinal(p.State) })
		out.Series = append(out.Series, s)
	}
	return out
}

func isFinal(state string) bool { return state == string(plan.Settled) || state == string(plan.Mature) }

// frozen are the settled periods of a report. Of a source that forgets they are the mature ones too, which are asked for
// again but must not be lost.
func frozen(periods []v1alpha1.PeriodValue, forgets bool) []plan.PeriodResult {
	var out []plan.PeriodResult
	for _, p := range periods {
		if p.Start == nil || p.End == nil || p.State != string(plan.Settled) && (!forgets || !isFinal(p.State)) {
			continue
		}
		out = append(out, Period(p))
	}
	return out
}

// frozenAsOf is the instant up to which a result is known to hold the rows' changes: the run's, or that of the newest
// load it saw, whichever is earlier. What was loaded since may have been changed before the run.
func frozenAsOf(result *v1alpha1.ReportResult) *time.Time {
	if result.AsOf == nil {
		return nil
	}
	asOf := result.AsOf.Time
	if mark := result.Watermark; mark != nil && mark.Time.Before(asOf) {
		asOf = mark.Time
	}
	return &asOf
}

// Period is one period of a report in the plan's terms.
func Period(p v1alpha1.PeriodValue) plan.PeriodResult {
	out := plan.PeriodResult{
		Label: p.Label,
		State: plan.State(p.State),
		Flag:  plan.Flag(p.Flag),
		Estimate: measure.Estimate{
			Value: number(p.Value), Lower: number(p.Lower), Upper: number(p.Upper),
			N: count(p.N), Census: ptr.Deref(p.Census, false), Entities: p.Entities, EffectiveN: number(p.EffectiveN),
			Numerator: number(p.Numerator), Denominator: number(p.Denominator),
			Worst: number(p.Worst), Best: number(p.Best),
			Rejected: rejected(p.Rejected), Reason: measure.NoValueReason(p.Reason),
		},
	}
	if p.Invited != nil && p.Answered != nil {
		out.Responded = &plan.Responded{Invited: *p.Invited, Answered: *p.Answered}
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
