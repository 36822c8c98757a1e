package console

import (
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/utils/ptr"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/board"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

// indicatorPage is all that is known of a CPIDefinition or a KPITarget.
type indicatorPage struct {
	board.Entry
	Description string
	// Problems of this indicator, the gravest first.
	Problems []board.Problem
	// Unreadable says why the definition cannot be read as it stands; empty if it can.
	Unreadable string
	Confidence string
	// Targets of a KPI, each with its date, if there are several; the head has the one in force.
	Targets []string
	// Thresholds that alert, and a Benchmark with its source; Window says how far back each value looks, if that is more than its
	// period.
	Thresholds []string
	Benchmark  string
	Window     string
	History    *chart
	Segments   []*chart
	Hidden     hiddenSegments
	Waterfalls []*chart
	// Explained is the period that segments and waterfall are of; empty of undated rows.
	Explained string
	// Facts that a test or a comparison gave, and BiasChecks of who answered; cells are written already.
	Facts, Bias table
	definitionCourse
	// Claims that name it, as driver or as what is moved, and Goals on it.
	Claims []board.Claim
	Goals  []board.Entry
	// Source and Dataset that the rows come from; a goal has those of its CPI.
	Source, Dataset string
	YAML            string
}

// hiddenSegments are those that are not told, and why.
type hiddenSegments struct{ Small, Omitted int32 }

// indicator shows a CPIDefinition or a KPITarget.
func (s *site) indicator(v *visit) (*answer, error) {
	name, kind, of := v.PathValue("name"), resolve.KindCPIDefinition, "cpi"
	if strings.Contains(v.URL.Path, "/kpi/") {
		kind, of = resolve.KindKPITarget, "kpi"
	}
	var names []string
	page := &indicatorPage{}
	for _, e := range v.Objects.Entries() {
		if e.Kind != kind {
			continue
		}
		if names = append(names, e.Name); e.Name == name {
			page.Entry = e
		}
	}
	if page.Name == "" {
		return nil, unknownName{kind: of, name: name, known: names}
	}
	if err := page.define(v.Objects); err != nil {
		return nil, err
	}
	page.relate(v.Objects)
	if in, err := v.Objects.View(kind, name); err != nil {
		page.Unreadable = err.Error()
	} else {
		page.Targets, page.Thresholds, page.Benchmark, page.Window = v.L.targets(in), v.L.thresholds(in), v.L.benchmark(in), v.L.window(in)
		if page.Result != nil && in.Current() { // of the formula that the operator knows, and of the one that stands there now
			page.draw(v.L, in)
		}
	}
	return &answer{page: "indicator", title: page.Title, data: page}, nil
}

// define adds what the definition itself says.
func (p *indicatorPage) define(objects board.Objects) error {
	var object any
	if p.Kind == resolve.KindCPIDefinition {
		cpi, _ := objects.CPI(p.Name)
		object, p.Description = cpi, cpi.Spec.Description
		p.definitionCourse = courseOf(objects, cpi.Status.Baseline, cpi.Status.Changes)
	} else {
		kpi, _ := objects.KPI(p.Name)
		object, p.Description = kpi, kpi.Spec.Description
		p.definitionCourse = courseOf(objects, kpi.Status.Baseline, kpi.Status.Changes)
	}
	var err error
	p.YAML, err = manifest(p.Kind, object)
	return err
}

// relate adds what other objects say of it.
func (p *indicatorPage) relate(objects board.Objects) {
	for _, problem := range objects.Problems() {
		if problem.Kind == p.Kind && problem.Name == p.Name {
			if !objects.Happened(problem.Since) {
				problem.Since = time.Time{}
			}
			p.Problems = append(p.Problems, problem)
		}
	}
	cpi := p.Name
	if p.Kind == resolve.KindKPITarget {
		cpi = p.GoalOn
	}
	moved := map[string]bool{p.Name: p.Kind == resolve.KindKPITarget}
	for _, e := range objects.Entries() {
		if p.Kind == resolve.KindCPIDefinition && e.GoalOn == p.Name {
			p.Goals, moved[e.Name] = append(p.Goals, e), true // what moves the goal moves the CPI
		}
	}
	for _, c := range objects.Claims() {
		if moved[c.KPI] || cpi != "" && slices.Contains(c.Drivers, cpi) {
			p.Claims = append(p.Claims, c)
		}
	}
	p.stem(objects, cpi)
}

// stem notes where the rows come from.
func (p *indicatorPage) stem(objects board.Objects, cpi string) {
	var of *v1alpha1.Indicator
	if found, _ := objects.CPI(cpi); found != nil {
		of = &found.Spec.Indicator
	} else if found, _ := objects.KPI(p.Name); found != nil {
		of = &found.Spec.Indicator
	}
	if of == nil {
		return
	}
	if of.DataSourceRef != nil {
		p.Source = of.DataSourceRef.Name
	}
	if of.DatasetRef != nil {
		p.Dataset = of.DatasetRef.Name
		if dataset, _ := objects.Dataset(p.Dataset); dataset != nil {
			p.Source = dataset.Spec.DataSourceRef.Name
		}
	}
}

// draw adds what the result tells.
func (p *indicatorPage) draw(l *locale, in *alert.Indicator) {
	p.Confidence = l.Figure(percent.Level(in.Confidence))
	p.History = l.historyChart(in, p.Changes, meta.IsStatusConditionTrue(p.Conditions, v1alpha1.ConditionComparable))
	p.Segments = l.segmentCharts(in, p.Result)
	p.Hidden = hiddenSegments{Small: ptr.Deref(p.Result.SuppressedSegments, 0), Omitted: ptr.Deref(p.Result.OmittedSegments, 0)}
	p.Waterfalls = l.waterfallCharts(p.Result.Waterfall)
	if of := in.Explained(); of != nil {
		p.Explained = of.Label
	}
	p.Facts = l.facts(in)
	p.Bias = l.bias(in, p.Result.BiasChecks)
}

// targets of a KPI with their dates, if there are several.
func (l *locale) targets(in *alert.Indicator) []string {
	if len(in.Targets) < 2 {
		return nil
	}
	var out []string
	for _, target := range in.Targets {
		bound, day, kind := l.bound(in, target.Bound), target.From, "from"
		if target.FiscalYear {
			bound = l.T("target.fiscal", bound)
		}
		if !target.By.IsZero() {
			day, kind = target.By, "by"
		}
		out = append(out, l.T("target."+kind, bound, l.Day(day)))
	}
	return out
}

// facts of the latest mature value against those before it.
func (l *locale) facts(in *alert.Indicator) table {
	out := table{Head: l.heads("question", "answer", "certainty")}
	h := in.Result.History
	if h == nil {
		return out
	}
	add := func(question, answer, certainty string) {
		out.Rows = append(out.Rows, []string{question, answer, certainty})
	}
	trend := h.Trend
	if trend.Reason != "" {
		add(l.T("fact.trend"), l.Word("reason", trend.Reason), "")
	} else {
		certainty := l.T("fact.test", trend.N, l.probability(trend.P))
		if trend.Dependent {
			certainty += " " + l.T("fact.dependent")
		}
		add(l.T("fact.trend"), l.Word("slope", trend.Direction)+l.slope(in, trend), certainty)
	}
	for _, c := range h.Changes {
		question := l.T("fact.against", l.Word("against", string(c.Against)))
		if c.Label != "" {
			question += " (" + c.Label + ")"
		}
		if c.Difference == nil {
			add(question, l.Word("reason", c.Reason), "")
			continue
		}
		clear := l.T("fact.unclear")
		if c.Clear {
			clear = l.T("fact.clear")
		}
		add(question, l.Figure(in.Change(*c.Difference, c.Lower, c.Upper)), clear+" "+l.T("fact.p", l.probability(c.P)))
	}
	switch control := h.Control; {
	case control.Reason != "":
		add(l.T("fact.control"), l.Word("reason", control.Reason), "")
	case control.Centre != nil && control.Lower != nil && control.Upper != nil:
		limits := l.Interval(in, measure.Estimate{Value: control.Centre, Lower: control.Lower, Upper: control.Upper})
		add(l.T("fact.control"), l.Word("control", control.Side), l.T("fact.limits", limits, control.N))
	}
	return out
}

func (l *locale) slope(in *alert.Indicator, t plan.Trend) string {
	if t.Slope == nil || t.Lower == nil || t.Upper == nil {
		return ""
	}
	return l.T("fact.slope", l.Figure(in.Difference(plan.Bounded{Value: *t.Slope, Lower: *t.Lower, Upper: *t.Upper})))
}

// bias tells of each check whether those who answered stand for those who were asked.
func (l *locale) bias(in *alert.Indicator, checks []v1alpha1.BiasCheck) table {
	out := table{Head: l.heads("question", "answer", "certainty")}
	for _, c := range checks {
		question := l.T("bias."+c.Check, c.Column)
		if c.Reason != "" {
			out.Rows = append(out.Rows, []string{question, l.Word("reason", c.Reason), ""})
			continue
		}
		answer := l.T("bias.unsuspicious")
		if ptr.Deref(c.Suspicious, false) {
			answer = l.T("bias.suspicious")
		}
		certainty := l.Figure(c.Difference)
		if difference, ok := bounded(c.Difference, c.Lower, c.Upper); ok {
			certainty = l.Figure(in.Difference(difference))
		} else if c.Value != "" {
			certainty = c.Value + ": " + certainty
		}
		out.Rows = append(out.Rows, []string{question, answer, certainty + ", n " + l.Count(c.N)})
	}
	return out
}
