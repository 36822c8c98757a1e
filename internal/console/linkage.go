package console

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"k8s.io/utils/ptr"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/board"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

// linkagePage is all that is known of a CPILinkage.
type linkagePage struct {
	board.Claim
	Linkage  *v1alpha1.CPILinkage
	KPITitle string
	// Strongest driver's title, what its effect rests on, what was Held constant for it, and the Confidence of its interval; empty
	// where there is none.
	Strongest, Rests, Held, Confidence string
	// Since the verdict is known to stand; zero if that is not known. Stages are the claim's course, oldest first.
	Since  time.Time
	Stages []v1alpha1.LinkStage
	definitionCourse
	Problems []board.Problem
	// Drivers in the order of the claim.
	Drivers []driverRow
	// Influence, Forecast and WhatIf are absent where the claim has none; Goals have no rows then.
	Influence     *chart
	InfluenceNote []string
	Forecast      *chart
	Goals, WhatIf table
	Comparisons   []comparison
	Guardrails    table
	YAML          string
}

// Effect of the strongest driver without its interval, and Interval alone.
func (p *linkagePage) Effect() string {
	effect, _, _ := strings.Cut(p.Summary.Effect, " [")
	return effect
}

// Interval of the effect; empty without one. What follows it, such as the step it is told for, stays with it.
func (p *linkagePage) Interval() string {
	if _, interval, found := strings.Cut(p.Summary.Effect, " ["); found {
		return "[" + interval
	}
	return ""
}

// driverRow is what was found of one driver.
type driverRow struct {
	Name, Title, Expected, Verdict, Reason, Stage string
	// Numbers as they are written; empty where there are none.
	Effect, Lag, N, P, Q, Influence, Needed string
}

// comparison is the evidence on one driver: of customers, of periods, or both.
type comparison struct {
	Driver, Title string
	Cohorts       *chart
	// Measures of the difference between the cohorts, as they stand and with like compared with like.
	Measures table
	// Refused says why customers, and why periods, were not compared; empty where they were, or nobody asked.
	Refused, RefusedPeriods, Message string
	Lags                             *chart
	Method, SQL                      string
	Warnings                         []string
	Waterfalls                       []*chart
}

// linkage shows a CPILinkage.
func (s *site) linkage(v *visit) (*answer, error) {
	name := v.PathValue("name")
	page := &linkagePage{Linkage: v.Objects.Linkage(name)}
	var names []string
	for _, c := range v.Objects.Claims() {
		if names = append(names, c.Name); c.Name == name {
			page.Claim = c
		}
	}
	if page.Linkage == nil {
		return nil, unknownName{kind: "linkage", name: name, known: names}
	}
	for _, p := range v.Objects.Problems() {
		if p.Kind == plan.KindLinkage && p.Name == name {
			page.Problems = append(page.Problems, p)
		}
	}
	page.KPITitle = page.KPI
	if kpi, _ := v.Objects.KPI(page.KPI); kpi != nil {
		page.KPITitle = kpi.Spec.Title
	}
	var err error
	if page.YAML, err = manifest(plan.KindLinkage, page.Linkage); err != nil {
		return nil, err
	}
	t := teller{locale: v.L, objects: v.Objects, found: page.Findings, kpi: indicatorOf(v.Objects, resolve.KindKPITarget, page.KPI, page.Findings)}
	page.Drivers = t.drivers(page.Linkage)
	status := page.Linkage.Status
	page.definitionCourse, page.Stages = courseOf(v.Objects, status.Baseline, status.Changes), stagesOf(v.Objects, status.Course)
	if status.Since != nil && v.Objects.Happened(status.Since.Time) {
		page.Since = status.Since.Time
	}
	page.Strongest = t.title(page.Summary.Driver)
	if page.Findings != nil {
		t.tell(page)
	}
	return &answer{page: "linkage", title: page.Title, data: page}, nil
}

// indicatorOf what a claim names, for its way of writing numbers; of one that cannot be read, by the unit that was found.
func indicatorOf(objects board.Objects, kind, name string, found *v1alpha1.ReportLink) *alert.Indicator {
	if in, err := objects.View(kind, name); err == nil {
		return in
	}
	out := &alert.Indicator{}
	if found != nil && kind == resolve.KindKPITarget {
		out.Unit, out.Percent = found.Unit, found.Unit == "ratio"
	}
	return out
}

// teller writes what was found of a claim.
type teller struct {
	*locale
	objects board.Objects
	found   *v1alpha1.ReportLink
	kpi     *alert.Indicator
}

func (t teller) tell(page *linkagePage) {
	for _, f := range t.found.Drivers {
		if c := t.compare(f); c != nil {
			page.Comparisons = append(page.Comparisons, *c)
		}
	}
	page.Rests, page.Held = t.rests(page.Claim.Effect()), t.held(page.Claim.Effect())
	if level := decimal(t.found.ConfidenceLevel); level != nil {
		page.Confidence = t.Figure(percent.Level(*level))
	}
	page.Influence, page.InfluenceNote = t.influence()
	page.Forecast, page.Goals = t.forecast()
	page.WhatIf, page.Guardrails = t.whatIf(), t.guardrails()
}

func (t teller) title(cpi string) string {
	if c, _ := t.objects.CPI(cpi); c != nil {
		return c.Spec.Title
	}
	return cpi
}

// drivers of the claim with what the status says of each, and the numbers of the findings.
func (t teller) drivers(l *v1alpha1.CPILinkage) []driverRow {
	told := map[string]v1alpha1.LinkDriverStatus{}
	for _, d := range l.Status.Drivers {
		told[d.Name] = d
	}
	findings := map[string]v1alpha1.LinkFinding{}
	if t.found != nil {
		for _, f := range t.found.Drivers {
			findings[f.Driver] = f
		}
	}
	var out []driverRow
	for _, d := range l.Spec.Drivers {
		name := d.CPIRef.Name
		s, f := told[name], findings[name]
		row := driverRow{
			Name: name, Title: t.title(name), Expected: d.Expected, Verdict: cmp.Or(s.Verdict, "Pending"), Stage: s.Stage,
			Effect: t.Figure(s.Effect), Influence: t.Figure(s.Influence), P: t.probability(decimal(f.P)), Q: t.probability(decimal(f.Q)), Needed: t.needed(f),
		}
		if s.Reason != "" {
			row.Reason = t.Word("linkreason", s.Reason)
		}
		if e := f.Effect; e != nil {
			if row.N = t.rests(e); e.Lag != nil {
				row.Lag = strconv.Itoa(int(*e.Lag))
			}
		}
		out = append(out, row)
	}
	return out
}

// rests says how many customers or periods an effect rests on; empty if that is not known.
func (t teller) rests(e *v1alpha1.LinkEffect) string {
	if e == nil || e.N == nil {
		return ""
	}
	return t.T("linkage.n."+e.Level, *e.N)
}

// difference of the KPI with its interval; a dash if it is not known.
func (t teller) difference(i v1alpha1.LinkInterval) string {
	if b, ok := bounded(i.Value, i.Lower, i.Upper); ok {
		return t.Figure(t.kpi.Difference(b))
	}
	return dash
}

// step of a driver in its own unit, signed.
func (t teller) step(driver string, v float64) string { return t.Figure(t.driver(driver).Step(v)) }

// size of a difference in the driver's unit, without a plus, for it has no direction.
func (t teller) size(driver string, v float64) string { return t.Figure(t.driver(driver).Size(v)) }

func (t teller) driver(name string) *alert.Indicator {
	return indicatorOf(t.objects, resolve.KindCPIDefinition, name, nil)
}

// held says what was held constant for an effect; nothing of an effect between periods, which has no strata.
func (t teller) held(e *v1alpha1.LinkEffect) string {
	switch {
	case e == nil || e.Level == "Periods":
		return ""
	case len(e.Adjusted) == 0:
		return t.T("linkage.held.nothing")
	}
	return joined(e.Adjusted)
}

// needed says how many customers or periods would be enough for a verdict; empty where one was reached, or nobody knows.
func (t teller) needed(f v1alpha1.LinkFinding) string {
	switch {
	case f.Needed == nil:
		return ""
	case f.Effect != nil && f.Effect.Level == "Periods":
		return t.T("linkage.needed.periods", *f.Needed)
	}
	return t.T("linkage.needed.customers", *f.Needed)
}

// whatIf tells what goes with a step of each driver.
func (t teller) whatIf() table {
	out := table{Head: t.heads("step", "goeswith", "lag")}
	if t.found.Forecast == nil {
		return out
	}
	for _, w := range t.found.Forecast.WhatIf {
		if step := decimal(w.Step); step != nil {
			out.Rows = append(out.Rows, []string{t.title(w.Driver) + " " + t.step(w.Driver, *step), t.difference(w.LinkInterval), strconv.Itoa(int(ptr.Deref(w.Lag, 0)))})
		}
	}
	return out
}

// guardrails in the period judged last.
func (t teller) guardrails() table {
	out := table{Head: t.heads("guardrail", "answer", "loss", "counts", "q")}
	if t.found.Divergence == nil {
		return out
	}
	for _, g := range t.found.Divergence.Guardrails {
		answer := t.T("guardrail.holds")
		switch {
		case g.Reason != "":
			answer = t.Word("linkreason", g.Reason)
		case ptr.Deref(g.Worse, false):
			answer = t.T("guardrail.worse")
		}
		loss, counts := dash, dash
		if v := decimal(g.Loss); v != nil {
			loss = t.size(g.Driver, *v)
		}
		if v := decimal(g.MinWorsening); v != nil {
			counts = t.size(g.Driver, *v)
		}
		out.Rows = append(out.Rows, []string{t.title(g.Driver), answer, loss, counts, t.probability(decimal(g.Q))})
	}
	return out
}
