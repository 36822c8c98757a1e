package cli

import (
	"fmt"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/cpi-operator/cpi-operator/internal/amount"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
)

// periodsShown is how many of the latest periods a table lists.
const periodsShown = 13

// periods as a table, oldest first; those before the first with rows are left out.
func (e *explanation) periods() section {
	s := section{heading: "Periods", table: listing{headings: []string{"PERIOD", "VALUE", "INTERVAL", "N", "STATE", "DOUBT"}}}
	if e.view == nil || e.segment != nil {
		return s
	}
	all := e.result.Periods
	for len(all) > 0 && all[0].Value == "" && ptr.Deref(all[0].N, 0) == 0 {
		all = all[1:]
	}
	if len(all) < 2 {
		return s
	}
	if n := len(all) - periodsShown; n > 0 {
		s.say(fmt.Sprintf("The latest %d of %d; the report %s has them all.", periodsShown, len(all), reportName(e)))
		all = all[n:]
	}
	for i := range all {
		p := &all[i]
		value, interval := e.value(p)
		n := ""
		if p.N != nil && !ptr.Deref(p.Census, false) {
			n = amount.Count(*p.N)
		}
		s.table.rows = append(s.table.rows, []string{p.Label, value, interval, n, p.State, strings.TrimSpace(p.Flag + " " + p.Reason)})
	}
	return s
}

func reportName(e *explanation) string {
	if e.entry.GoalOn != "" {
		return planstep.ReportName(kindNames["cpi"], e.entry.GoalOn)
	}
	return planstep.ReportName(e.kind, e.name)
}

// segmentsShown bounds the table of segments.
const segmentsShown = 20

func (e *explanation) segments() section {
	s := section{heading: "Segments", table: listing{headings: []string{"SEGMENT", "VALUE", "INTERVAL", "N", "STANDS OUT"}}}
	if e.view == nil || e.segment != nil || len(e.result.Segments) == 0 {
		return s
	}
	shown := e.result.Segments
	s.say(fmt.Sprintf("Of %s. What stands out lies beyond what chance does to a part of its size; of many segments, some do by chance.", orAll(shown[0].Current.Label)))
	if n := len(shown) - segmentsShown; n > 0 {
		s.say(fmt.Sprintf("The first %d of %d; the report %s has them all.", segmentsShown, len(shown), reportName(e)))
		shown = shown[:segmentsShown]
	}
	for i := range shown {
		value, interval := e.value(&shown[i].Current)
		out := ""
		if o := shown[i].Standout; o != nil {
			out = fmt.Sprintf("%s (%s)", strings.ToLower(o.Side), o.Level)
		}
		s.table.rows = append(s.table.rows, []string{segmentName(&shown[i]), value, interval, amount.Count(ptr.Deref(shown[i].Current.N, 0)), out})
	}
	return s
}

func orAll(label string) string {
	if label == "" {
		return "all rows"
	}
	return label
}

// history is trend, changes and control limits.
func (e *explanation) history() section {
	s := section{heading: "History"}
	h := planstep.History(e.result.History)
	if h == nil || e.view == nil || e.view.Period == nil {
		return s
	}
	grain := strings.ToLower(string(e.view.Period.Grain))
	if t := h.Trend; t.Reason == "" {
		text := map[string]string{"Rising": "rising", "Falling": "falling", "NoTrend": "none shown, which does not show that there is none"}[t.Direction]
		if t.Slope != nil && (t.Lower != nil || t.Upper != nil) {
			text += fmt.Sprintf(", %s a %s", e.view.Change(*t.Slope, t.Lower, t.Upper), grain)
		}
		text += fmt.Sprintf("; Mann–Kendall over %s that share no rows", amount.Counted(t.N, grain, grain+"s"))
		if t.P != nil {
			text += ", p " + amount.P(*t.P)
		}
		s.state("Trend", text)
	}
	for _, c := range h.Changes {
		if c.Reason != "" || c.Difference == nil {
			continue
		}
		text := e.view.Step(*c.Difference) + ", without an interval"
		if c.Lower != nil || c.Upper != nil {
			text = e.view.Change(*c.Difference, c.Lower, c.Upper)
		}
		if !c.Clear {
			text += ", which chance alone may explain"
		}
		s.state(map[plan.ChangeBase]string{plan.PreviousPeriod: "Against " + c.Label, plan.LastYear: "Against " + c.Label + ", a year before"}[c.Against], text)
	}
	if c := h.Control; c.Reason == "" && c.Lower != nil && c.Upper != nil {
		s.state("Usual", fmt.Sprintf("between %s and %s by %d earlier periods; the latest lies %s", e.view.Level(*c.Lower), e.view.Level(*c.Upper), c.N,
			map[string]string{"Within": "within", "Above": "above: more than the usual noise", "Below": "below: more than the usual noise"}[c.Side]))
	}
	return s
}

// bias checks of the latest mature period.
func (e *explanation) bias() section {
	s := section{heading: "Do the answers stand for those asked?"}
	for _, c := range e.result.BiasChecks {
		text := "nothing suspicious"
		switch {
		case c.Reason != "":
			text = "not known: " + lowered(reasonText(c.Reason))
		case ptr.Deref(c.Suspicious, false):
			text = "suspicious"
		}
		if c.Check == "Composition" {
			if c.Value != "" {
				text += fmt.Sprintf("; the largest difference is %s standard deviations, of %s", shortNumber(c.Difference), c.Value)
			}
			s.state("Made up like those asked, by "+c.Column, text)
			continue
		}
		if c.Difference != "" && (c.Lower != "" || c.Upper != "") && e.view != nil {
			text += "; late answers less early ones: " + e.view.Change(float(c.Difference), end(c.Lower), end(c.Upper))
		}
		s.state("Late answers like early ones", text)
	}
	return s
}

// changesShown of a definition's edits.
const changesShown = 3

// versions are the baseline and the last edits.
func (e *explanation) versions() section {
	s := section{heading: "Baseline and edits"}
	if b := e.status.Baseline; b != nil && b.Since != nil && b.Since.Time.Before(e.objects.At) { // of files it is this very moment
		s.state("This formula since", date(b.Since)+"; values of another one are not compared")
	}
	for i, c := range e.status.Changes {
		if i == changesShown {
			break
		}
		text := strings.Join(c.Fields, "; ")
		if ptr.Deref(c.NewBaseline, false) {
			text += " (new baseline)"
		}
		s.state(date(c.Seen), text)
	}
	return s
}

func date(t *metav1.Time) string {
	if t.IsZero() {
		return "at an unknown time"
	}
	return t.UTC().Format(time.DateOnly)
}

// unknown is what nobody can tell from this number.
func (e *explanation) unknown() []string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if e.result == nil {
		say("Any number: none was computed yet under this formula.")
		return out
	}
	if p := e.period; p != nil && (p.State == "Running" || p.State == "Maturing") {
		say("What %s ends at: it is still %s.", p.Label, strings.ToLower(p.State))
	}
	if h := e.result.History; h != nil && e.view != nil && e.view.Period != nil {
		if t := h.Trend; t != nil && t.Reason != "" {
			say("Whether there is a trend: %s", reasonText(t.Reason))
		}
		for _, c := range h.Changes {
			if c.Reason != "" {
				say("How it changed against the %s: %s", map[string]string{"PreviousPeriod": "period before", "LastYear": "year before"}[c.Against], reasonText(c.Reason))
			}
		}
		if c := h.Control; c != nil && c.Reason != "" {
			say("Whether it is more than the usual noise: %s", reasonText(c.Reason))
		}
	}
	if n := ptr.Deref(e.result.SuppressedSegments, 0); n > 0 {
		say("How %s, which would let people be recognised.", amount.Counted(int(n), "segment does that is too small to be shown", "segments do that are too small to be shown"))
	}
	if n := ptr.Deref(e.result.OmittedSegments, 0); n > 0 {
		say("How %s beyond the source's limit.", amount.Counted(int(n), "segment does", "segments do"))
	}
	if e.view != nil {
		e.undeclared(say)
	}
	say("What the interval leaves out: it covers chance only, not who was asked, how, or mistakes in the data.")
	return out
}

// undeclared are questions that a definition or its dataset could answer.
func (e *explanation) undeclared(say func(string, ...any)) {
	if e.kind == kindNames["cpi"] && e.view.Thresholds.None() {
		say("What would be good enough: spec.thresholds declares nothing.")
	}
	if e.spec().Responses != nil && e.formula.Formula.Quality.ResponseRate == nil {
		say("Who did not answer: spec.quality.responseRate is not declared.")
	}
	if dataset, _ := e.objects.Dataset(e.formula.Formula.Dataset); dataset != nil {
		if len(dataset.Spec.PrimaryKey) == 0 {
			say("Whether rows were loaded twice: dataset %s declares no primaryKey.", dataset.Name)
		}
		if dataset.Spec.Freshness == nil {
			say("Whether rows are still missing: dataset %s declares no freshness.", dataset.Name)
		}
	}
}
