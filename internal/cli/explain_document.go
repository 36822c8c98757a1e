package cli

import (
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/amount"
	"github.com/cpi-operator/cpi-operator/internal/measure"
)

// document of the explanation.
func (e *explanation) document() *document {
	title := fmt.Sprintf("%s: %s", e.named, e.entry.Title)
	if e.segment != nil {
		title += ", " + segmentName(e.segment)
	}
	d := &document{title: title, data: e.told()}
	d.add(e.number())
	d.add(e.meaning())
	d.add(e.howMade())
	d.add(e.data())
	if e.result != nil {
		period := ""
		if e.view != nil && e.view.Explained() != nil {
			period = e.view.Explained().Label
		}
		for _, s := range rowSections(cascades(e.result.Waterfall), period) {
			d.add(s)
		}
		d.add(section{heading: "Warnings about the data", lines: e.result.Warnings})
		d.add(e.bias())
		d.add(e.periods())
		d.add(e.segments())
		d.add(e.history())
	}
	d.add(e.versions())
	d.add(section{heading: "What is not known", lines: e.unknown()})
	if e.result != nil {
		d.add(section{heading: "SQL that ran", code: e.result.SQL})
	}
	return d
}

// number is the value in one line, and what it rests on.
func (e *explanation) number() section {
	var s section
	entry := e.entry
	s.state("Owner", entry.Team)
	s.state("Theme", entry.Theme)
	s.state("Category", entry.Category)
	s.state("Objective", entry.Objective)
	if entry.GoalOn != "" {
		s.state("Goal on", "cpi/"+entry.GoalOn+", whose numbers these are")
	}
	switch {
	case e.period == nil || e.view == nil:
		s.state("Value", "none yet")
	case e.period.Value == "":
		s.state("Value", strings.TrimSuffix("none: "+noValue(e.period.Reason), ": "))
	default:
		value, interval := e.value(e.period)
		s.state("Value", value)
		s.state("Interval", e.intervalText(interval))
	}
	if p := e.period; p != nil {
		s.state("Sample", sampleText(p))
		s.state("Period", periodState(p))
		s.state("Doubt", flagTexts[p.Flag])
		if p.Numerator != "" && p.Denominator != "" {
			s.state("Made of", p.Numerator+" over "+p.Denominator)
		}
		if p.Worst != "" && p.Best != "" && p.Worst != p.Best && e.view != nil {
			worst, best := *p, *p
			worst.Value, best.Value = p.Worst, p.Best
			from, _ := e.value(&worst)
			to, _ := e.value(&best)
			s.state("Still open", fmt.Sprintf("between %s and %s once everything is decided", from, to))
		}
	}
	name := "State"
	if e.segment != nil || e.period != nil && e.period.Label != entry.Summary.Period {
		name = "State of the whole, now"
	}
	s.state(name, entry.Summary.State)
	return s
}

func (e *explanation) intervalText(interval string) string {
	switch {
	case ptr.Deref(e.period.Census, false):
		return "none: it rests on no sample; something has counted everything"
	case interval == "":
		return "none: too little is known of how the values scatter"
	}
	return fmt.Sprintf("%s: with a sample of this size, the true value lies in it with %s confidence", interval, percentOf(e.result.ConfidenceLevel))
}

func sampleText(p *v1alpha1.PeriodValue) string {
	if ptr.Deref(p.Census, false) || p.N == nil {
		return ""
	}
	text := "n " + amount.Count(*p.N)
	if p.Entities != nil && *p.Entities != *p.N {
		text += fmt.Sprintf(" of %s different ones", amount.Count(*p.Entities))
	}
	if p.EffectiveN != "" {
		text += fmt.Sprintf(", as precise as %s independent ones", shortNumber(p.EffectiveN))
	}
	if p.Invited != nil && p.Answered != nil {
		text += fmt.Sprintf("; %s of %s asked have answered", amount.Count(*p.Answered), amount.Count(*p.Invited))
	}
	return text
}

// stateTexts say where a period stands.
var stateTexts = map[string]string{
	"Running":  "running: it is not over, or its data are not all there",
	"Maturing": "maturing: over, but its value still moves by design",
	"Mature":   "mature",
	"Settled":  "settled: frozen",
	"Undated":  "undated: the rows do not say when",
}

// flagTexts say why a period's value must not be acted on.
var flagTexts = map[string]string{
	"NoData":             "there are no data to judge",
	"InsufficientSample": "the sample is too small: do not act on this value",
	"SuspectData":        "the data are suspect: do not act on this value",
}

func periodState(p *v1alpha1.PeriodValue) string {
	state := stateTexts[p.State]
	if p.Label == "" {
		return state
	}
	return p.Label + ", " + state
}

// meaning is what the operator concluded, by the thresholds or targets.
func (e *explanation) meaning() section {
	s := section{heading: "What it means now"}
	if e.view != nil {
		t := e.view.Thresholds
		for _, threshold := range []struct {
			name  string
			level *float64
		}{{"critical", t.Critical}, {"warning", t.Warning}} {
			if threshold.level != nil {
				s.state("Threshold "+threshold.name, e.view.Level(*threshold.level)+", passed when the whole interval lies beyond it")
			}
		}
	}
	s.state("Target", e.entry.Summary.Target)
	for _, c := range e.entry.Conditions {
		if tells(c) {
			s.state(c.Type, fmt.Sprintf("%s (%s)", c.Message, c.Reason))
		}
		if c.Type == v1alpha1.ConditionComputed && c.Reason == string(alert.ReasonSourceFailed) {
			s.state("Data source", e.sourceFault())
		}
	}
	return s
}

// sourceFault is what the data source says of why it could not be read.
func (e *explanation) sourceFault() string {
	if e.view == nil {
		return ""
	}
	source, _ := e.objects.Source(e.view.Source.Name)
	if source == nil {
		return ""
	}
	if c := meta.FindStatusCondition(source.Status.Conditions, v1alpha1.ConditionComputed); c != nil && c.Status == metav1.ConditionFalse {
		return c.Message
	}
	return ""
}

// tells reports whether a condition says more than that all is as usual.
func tells(c metav1.Condition) bool {
	switch c.Type {
	case v1alpha1.ConditionStalled:
		return c.Status == metav1.ConditionTrue
	case v1alpha1.ConditionReady, v1alpha1.ConditionComputed, v1alpha1.ConditionPublished, v1alpha1.ConditionAlerting:
		return c.Status != metav1.ConditionTrue
	}
	return c.Message != ""
}

// howMade is formula and interval.
func (e *explanation) howMade() section {
	s := section{heading: "Formula"}
	s.say(e.unresolved)
	doc, known := e.family()
	if known {
		name := doc.Summary
		if !strings.HasPrefix(name, doc.Title) {
			name = doc.Title + ": " + lowered(name)
		}
		s.state("Measure", name)
		s.state("Formula", doc.Formula)
	}
	if e.result != nil {
		s.state("Variant", e.result.Variant+"; another variant is not compared with this one")
	}
	if known {
		s.state("Interval", doc.Interval)
	}
	if e.view != nil {
		s.state("Better", map[measure.Direction]string{measure.HigherIsBetter: "higher", measure.LowerIsBetter: "lower"}[e.view.Direction])
		s.state("Periods", periodText(e.formula.Formula.Period))
	}
	if known {
		s.state("Mind", doc.Pitfalls)
		s.state("Source", doc.Reference)
	}
	return s
}

// data that is read.
func (e *explanation) data() section {
	s := section{heading: "Data"}
	if e.view == nil {
		return s
	}
	i := e.formula.Formula
	s.state("Data source", e.view.Source.Name)
	for _, name := range []string{i.Dataset, i.Other} {
		if name == "" {
			continue
		}
		dataset, _ := e.objects.Dataset(name)
		if dataset == nil {
			continue
		}
		s.state("Dataset", name+", "+datasetText(dataset))
		for _, f := range dataset.Spec.Filters {
			s.state("Filter "+f.Name, f.Expr)
		}
		if c := dataset.Spec.Consent; c != nil {
			s.state("Consent", fmt.Sprintf("only rows of people who agreed, by column %s", c.Column))
		}
	}
	spec := e.spec()
	for _, c := range spec.Where {
		s.state("Where", conditionText(c))
	}
	if r := spec.Responses; r != nil {
		s.state("Counted", map[string]string{
			"Latest": "the latest row of each " + string(r.Entity), "First": "the first row of each " + string(r.Entity), "All": "every row of each " + string(r.Entity) + ", with errors that allow for it",
		}[r.Keep])
	}
	for _, part := range i.Parts {
		s.state("Part", "cpi/"+part.Name)
	}
	if e.result != nil && e.result.Watermark != nil {
		s.state("Newest load", e.result.Watermark.UTC().Format(time.RFC3339))
	}
	return s
}

// spec of the measure: a goal has that of its CPI.
func (e *explanation) spec() *v1alpha1.Indicator {
	if e.formula.CPI != nil {
		return &e.formula.CPI.Spec.Indicator
	}
	if cpi, _ := e.objects.CPI(e.name); e.kind == kindNames["cpi"] {
		return &cpi.Spec.Indicator
	}
	kpi, _ := e.objects.KPI(e.name)
	return &kpi.Spec.Indicator
}

func datasetText(d *v1alpha1.Dataset) string {
	switch {
	case d.Spec.Table != nil && d.Spec.Table.Schema != "":
		return fmt.Sprintf("table %s.%s", d.Spec.Table.Schema, d.Spec.Table.Name)
	case d.Spec.Table != nil:
		return "table " + string(d.Spec.Table.Name)
	}
	return "a query over " + strings.Join(d.Spec.Tables, ", ")
}
