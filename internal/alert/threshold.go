package alert

import (
	"fmt"
	"maps"
	"slices"

	"github.com/cpi-operator/cpi-operator/internal/amount"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// sample tells whether the judged period has the minimum sample.
func (d *Decision) sample(in *Indicator) {
	p := in.Judged()
	switch {
	case p == nil:
		d.condition(SampleSufficient, Unknown, ReasonNoData, in.nothingJudged())
	case p.Flag == plan.InsufficientSample:
		message := fmt.Sprintf("%s of at least %s in %s. The value stays in the status and out of metrics and alerts; take a longer window, or lower quality.minSampleSize knowingly.",
			amount.Count(sampleSize(p.Estimate)), amount.Count(in.MinSampleSize), in.periodName(p))
		d.condition(SampleSufficient, False, ReasonTooSmall, message)
		d.Alerts = append(d.Alerts, Alert{Name: SampleTooSmall, Severity: Warning, Team: in.Team, Message: message})
	case p.Flag == plan.SuspectData:
		d.condition(SampleSufficient, Unknown, ReasonSuspectData, in.suspect(p))
	case p.Flag == plan.NoData || p.Value == nil:
		d.condition(SampleSufficient, Unknown, ReasonNoData, in.noData(p))
	case p.Census:
		d.condition(SampleSufficient, True, ReasonEnough, "A census: there is no sample that could be too small.")
	default:
		d.condition(SampleSufficient, True, ReasonEnough, fmt.Sprintf("The minimum of %s is reached.", amount.Count(in.MinSampleSize)))
	}
}

// sampleSize counts entities where they are known, rows otherwise, as quality.minSampleSize does.
func sampleSize(e measure.Estimate) int64 {
	if e.Entities != nil {
		return *e.Entities
	}
	return e.N
}

// unjudged tells why a period's value must not be acted on; ok means it may.
func (in *Indicator) unjudged(p *plan.PeriodResult) (reason Reason, message string, ok bool) {
	switch {
	case p == nil:
		return ReasonNoData, in.nothingJudged(), false
	case p.Flag == plan.SuspectData:
		return ReasonSuspectData, in.suspect(p), false
	case p.Flag == plan.InsufficientSample:
		return ReasonTooSmall, fmt.Sprintf("Too small a sample in %s.", in.periodName(p)), false
	case p.Flag != "" || p.Value == nil:
		return ReasonNoData, in.noData(p), false
	}
	return "", "", true
}

// thresholds judges the total by the indicator's levels and the overridden segments by theirs. Only they can
// alert: looking at every segment of every period cries wolf.
func (d *Decision) thresholds(in *Indicator) {
	p := in.Judged()
	reason, message, ok := in.unjudged(p)
	switch {
	case in.Thresholds.None() && len(in.Overrides) == 0:
		d.condition(WithinThresholds, Unknown, ReasonNoThresholds, "No thresholds are declared.")
		return
	case !ok:
		d.condition(WithinThresholds, Unknown, reason, message)
	case in.Thresholds.None():
		d.condition(WithinThresholds, Unknown, ReasonNoThresholds, "Only segments have thresholds.")
	default:
		d.totalThresholds(in, p)
	}
	if p == nil || p.Flag == plan.SuspectData || p.Flag == plan.NoData {
		return // the segments are of an earlier period
	}
	for _, o := range in.Overrides {
		d.segmentThresholds(in, o)
	}
}

func (d *Decision) totalThresholds(in *Indicator, p *plan.PeriodResult) {
	severity, level := in.passed(in.Thresholds, p.Estimate)
	if severity == "" {
		d.condition(WithinThresholds, True, ReasonWithin, fmt.Sprintf("%s: no threshold is passed%s.", in.told(p.Estimate, p.Label), wholly(p.Estimate)))
		return
	}
	needed := in.Telling.needed()
	n := func(level float64) int {
		return in.inARow(p, needed, func(q *plan.PeriodResult) bool { return goodSide(level, in.Direction).Judge(q.Estimate) == Bad })
	}
	message := in.beyond(p.Estimate, p.Label, severity, level, evaluations(n(level), needed))
	reason := ReasonWarning
	if severity == Critical {
		reason = ReasonCritical
	}
	told, past := in.Thresholds.gravest(func(level float64) bool { return n(level) >= needed })
	switch told {
	case severity:
		d.condition(WithinThresholds, False, reason, message)
	case "":
		d.condition(WithinThresholds, False, reason, message+" Nobody is told yet.")
		return
	default:
		d.condition(WithinThresholds, False, reason, fmt.Sprintf("%s It is told as beyond the %s level %s so far%s.", message, told, in.Level(past), evaluations(needed, needed)))
		message = in.beyond(p.Estimate, p.Label, told, past, evaluations(needed, needed))
	}
	d.Alerts = append(d.Alerts, Alert{Name: BelowThreshold, Severity: told, Team: in.Team, Message: message})
}

func (d *Decision) segmentThresholds(in *Indicator, o Override) {
	s := in.segment(o.Match)
	if s == nil {
		return
	}
	if _, _, ok := in.unjudged(&s.Current); !ok {
		return
	}
	levels := o.Thresholds
	if levels.None() {
		levels = in.Thresholds
	}
	needed := min(in.Telling.needed(), segmentEvaluations)
	severity, level := levels.gravest(func(level float64) bool {
		return s.inARow(in, len(in.Overrides), func(e measure.Estimate) bool { return goodSide(level, in.Direction).Judge(e) == Bad }) >= needed
	})
	if severity == "" {
		return
	}
	name, widened := segmentName(o.Match), widen(s.Current.Estimate, in.Confidence, len(in.Overrides))
	d.Alerts = append(d.Alerts, Alert{
		Name: BelowThreshold, Severity: severity, Team: orElse(o.Team, in.Team), Segment: name,
		Message: name + ": " + in.beyond(widened, s.Current.Label, severity, level, evaluations(needed, needed)),
	})
}

// passed gives the gravest level that lies wholly on the good side of the interval, if any.
func (in *Indicator) passed(t Thresholds, e measure.Estimate) (Severity, float64) {
	return t.gravest(func(level float64) bool { return goodSide(level, in.Direction).Judge(e) == Bad })
}

// gravest level that something holds for, if any.
func (t Thresholds) gravest(holds func(level float64) bool) (Severity, float64) {
	switch {
	case t.Critical != nil && holds(*t.Critical):
		return Critical, *t.Critical
	case t.Warning != nil && holds(*t.Warning):
		return Warning, *t.Warning
	}
	return "", 0
}

func (in *Indicator) beyond(e measure.Estimate, label string, severity Severity, level float64, evaluations string) string {
	side := "below"
	if in.Direction == measure.LowerIsBetter {
		side = "above"
	}
	extent := "the whole interval lies"
	if e.Lower == nil && e.Upper == nil {
		extent = "it lies"
	}
	return fmt.Sprintf("%s: %s %s the %s level %s%s. Find out what changed for these customers; the report's segments show where.",
		in.told(e, label), extent, side, severity, in.Level(level), evaluations)
}

func (in *Indicator) nothingJudged() string {
	if in.Current() {
		return "No period is mature yet."
	}
	return "No run has finished under the present formula yet."
}

func (in *Indicator) suspect(p *plan.PeriodResult) string {
	if p.Reason == measure.Incomplete {
		return fmt.Sprintf("There is no data at the start or the end of %s, so a part of it may be missing: a data problem first. Look at what writes the series.", in.periodName(p))
	}
	if p.Reason == measure.FarOut {
		return fmt.Sprintf("The value of %s lies far outside its history: a data problem first. Look for a changed unit, a doubled join or a partial load. It counts once the next period lies there too, or at once with quality.jumps: Believe.", in.periodName(p))
	}
	return fmt.Sprintf("The rows of %s have collapsed against the periods before: a data problem first. Look at what loads the dataset.", in.periodName(p))
}

func (in *Indicator) noData(p *plan.PeriodResult) string {
	if p.Reason == measure.Incomplete {
		return fmt.Sprintf("No value in %s: the data begins within it, or its source has forgotten what was before.", in.periodName(p))
	}
	if p.Reason != "" && p.Reason != measure.NoRows {
		reason := string(p.Reason) // people can look it up
		if words := p.Reason.Words(); words != "" {
			reason = words + " (" + reason + ")"
		}
		return fmt.Sprintf("No value in %s: %s.", in.periodName(p), reason)
	}
	return fmt.Sprintf("Nothing to measure in %s; this is not zero.", in.periodName(p))
}

func (in *Indicator) periodName(p *plan.PeriodResult) string { return orElse(p.Label, "the data") }

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
