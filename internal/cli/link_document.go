package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"k8s.io/utils/ptr"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/amount"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
)

// document of the evidence.
func (e *evidence) document() *document {
	d := &document{title: fmt.Sprintf("cpilink/%s: %s", e.claim.Name, e.claim.Title), data: e.told()}
	d.add(e.verdict())
	d.add(e.drivers())
	if e.report != nil {
		for i := range e.report.Drivers {
			d.add(e.customers(&e.report.Drivers[i]))
			d.add(e.rows(&e.report.Drivers[i]))
			d.add(e.periods(&e.report.Drivers[i]))
		}
		d.add(e.influence())
		d.add(e.forecast())
		d.add(e.goals())
		d.add(e.whatIf())
		d.add(e.guardrails())
		d.add(section{heading: "Warnings", lines: e.report.Warnings})
	}
	d.add(e.course())
	d.add(section{heading: "What this does not tell", lines: []string{e.caveat()}})
	return d
}

// design of the evidence, as it is declared.
func (e *evidence) design() string { return cmp.Or(e.linkage.Spec.Evidence, "Observational") }

const randomised = "Randomised"

// caveat is what no verdict on such rows can be.
func (e *evidence) caveat() string {
	if e.design() == randomised {
		return "Chance decided who got which experience, as the claim declares: what was found speaks of an effect of the change, as far as that is so."
	}
	return "What causes what. These are associations in rows that nobody assigned by chance: something else may move both, or the KPI the CPI."
}

func (e *evidence) verdict() section {
	var s section
	s.say(e.linkage.Spec.Description)
	s.state("KPI", fmt.Sprintf("%s (kpi/%s)", e.kpiTitle(), e.claim.KPI))
	s.state("Owner", e.claim.Team)
	s.state("Evidence", e.design())
	s.state("Verdict", e.claim.Summary.Verdict)
	if e.claim.Stage != "" {
		text := e.claim.Stage
		if since := e.linkage.Status.Since; since != nil && e.objects.Happened(since.Time) {
			text += " since " + date(since)
		}
		s.state("Stage", text)
	}
	for _, sentence := range e.linkage.Status.Explanation {
		s.say(sentence)
	}
	if e.report == nil {
		s.say("Nothing was found yet: the claim has not been tested under its present formula.")
	}
	for _, c := range e.linkage.Status.Conditions {
		if (c.Type == v1alpha1.ConditionReady || c.Type == v1alpha1.ConditionComputed) && c.Status == "False" {
			s.state(c.Type, fmt.Sprintf("%s (%s)", c.Message, c.Reason))
		}
	}
	return s
}

func (e *evidence) kpiTitle() string {
	if kpi, _ := e.objects.KPI(e.claim.KPI); kpi != nil {
		return kpi.Spec.Title
	}
	return "missing"
}

// drivers as a table, in the order of the claim.
func (e *evidence) drivers() section {
	s := section{heading: "Drivers", table: listing{headings: []string{"CPI", "EXPECTED", "EFFECT", "LAG", "N", "P", "Q", "INFLUENCE", "VERDICT"}}}
	for _, d := range e.linkage.Spec.Drivers {
		name := d.CPIRef.Name
		row := []string{name, d.Expected, "", "", "", "", "", "", "not tested yet"}
		for _, status := range e.linkage.Status.Drivers {
			if status.Name == name {
				row[2], row[3] = status.Effect, status.Lag
				row[8] = withReason(cmp.Or(status.Verdict, "not tested yet"), status.Reason)
			}
		}
		if f := e.finding(name); f != nil {
			if f.Effect != nil {
				row[4] = fmt.Sprintf("%s %s", amount.Count(ptr.Deref(f.Effect.N, 0)), strings.ToLower(f.Effect.Level))
			}
			row[5], row[6] = chanceText(f.P), chanceText(f.Q)
		}
		if e.found != nil && e.found.Influence != nil && e.found.Influence.Reason == "" {
			for _, share := range e.found.Influence.Shares {
				if share.Driver == name {
					row[7] = shares(share.Bounded)
				}
			}
		}
		s.table.rows = append(s.table.rows, row)
	}
	if e.report != nil {
		s.say("p is that of the test; q is p after correction for all claims on the KPI. Intervals are at " + percentOf(e.report.ConfidenceLevel) + ".")
	}
	for _, d := range e.linkage.Spec.Drivers {
		f := e.finding(d.CPIRef.Name)
		if f == nil {
			continue
		}
		if f.MinEffect != "" {
			s.state("What matters", fmt.Sprintf("a difference of %s of the KPI", e.kpiView().Declared(float(f.MinEffect))))
		}
		if f.Needed != nil {
			s.state("Enough for "+d.CPIRef.Name, "about "+amount.Count(*f.Needed)+" "+neededUnit(f))
		}
	}
	s.facts = slices.Compact(s.facts) // what matters is the same for all
	return s
}

func neededUnit(f *v1alpha1.LinkFinding) string {
	if f.Effect != nil && f.Effect.Level == "Periods" {
		return "periods"
	}
	return "customers in each cohort"
}

func (e *evidence) finding(driver string) *v1alpha1.LinkFinding {
	if e.report == nil {
		return nil
	}
	for i := range e.report.Drivers {
		if e.report.Drivers[i].Driver == driver {
			return &e.report.Drivers[i]
		}
	}
	return nil
}

// difference of the KPI with its interval; empty unless all of it is known.
func (e *evidence) difference(i *v1alpha1.LinkInterval) string {
	b, known := bounded(i)
	if !known {
		return ""
	}
	return e.kpiView().Difference(b)
}

// bounded is a number of the report with its interval; false unless all of it is there.
func bounded(i *v1alpha1.LinkInterval) (plan.Bounded, bool) {
	if i == nil {
		return plan.Bounded{}, false
	}
	return planstep.Bounded(*i)
}

// times is a ratio with its interval, such as 1.30 [1.18, 1.44]; empty unless all of it is known.
func times(i *v1alpha1.LinkInterval) string {
	b, known := bounded(i)
	if !known {
		return ""
	}
	return fmt.Sprintf("%.2f [%.2f, %.2f]", b.Value, b.Lower, b.Upper)
}

// shares of a whole with their interval, such as 37 % [20 %, 55 %].
func shares(b plan.Bounded) string {
	return fmt.Sprintf("%s [%s, %s]", amount.Probability(b.Value), amount.Probability(b.Lower), amount.Probability(b.Upper))
}

// chanceText is a report's p value as people read it.
func chanceText(p string) string {
	if p == "" {
		return ""
	}
	return amount.P(float(p))
}

func withReason(verdict, reason string) string {
	if reason == "" {
		return verdict
	}
	return verdict + " (" + reason + ")"
}

// happened are the stages of a claim's life that began at a time that is known.
func (e *evidence) happened(course []v1alpha1.LinkStage) []v1alpha1.LinkStage {
	return slices.DeleteFunc(slices.Clone(course), func(s v1alpha1.LinkStage) bool {
		return s.Since != nil && !e.objects.Happened(s.Since.Time)
	})
}

// driversTold are the drivers with the times that are known.
func (e *evidence) driversTold() []v1alpha1.LinkDriverStatus {
	out := slices.Clone(e.linkage.Status.Drivers)
	for i := range out {
		d := &out[i]
		d.Course = e.happened(d.Course)
		if d.Since != nil && !e.objects.Happened(d.Since.Time) {
			d.Since = nil
		}
	}
	return out
}

// course of the verdicts, oldest first.
func (e *evidence) course() section {
	s := section{heading: "Course of the verdict", table: listing{headings: []string{"SINCE", "STAGE", "VERDICT"}}}
	for _, stage := range e.happened(e.linkage.Status.Course) {
		s.table.rows = append(s.table.rows, []string{date(stage.Since), stage.Stage, stage.Verdict})
	}
	if b := e.linkage.Status.Baseline; b != nil && b.Since != nil && e.objects.Happened(b.Since.Time) {
		s.say("This claim is tested as it stands since " + date(b.Since) + ".")
	}
	for i, c := range e.linkage.Status.Changes {
		if i < changesShown {
			s.state("Edited "+date(c.Seen), strings.Join(c.Fields, "; "))
		}
	}
	return s
}
