package console

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
)

// historyChart of an indicator; nil unless there are at least two dated periods with a value. Its benchmark is drawn if it is
// comparable.
func (l *locale) historyChart(in *alert.Indicator, changes []v1alpha1.DefinitionChange, comparable bool) *chart {
	periods := in.Result.Periods
	known := func(p plan.PeriodResult) bool { return p.Value != nil && p.Label != "" }
	first := slices.IndexFunc(periods, known)
	if first < 0 || !slices.ContainsFunc(periods[first+1:], known) {
		return nil
	}
	periods = periods[first:] // before it there is nothing to see, and the report's warnings say how long
	out := &chart{
		Kind: "history", Caption: l.T("chart.history"), Note: l.historyNote(in, periods),
		Data:  drawing{Unit: unitOf(in), Levels: l.levels(in, periods)},
		Table: table{Head: l.heads("period", "value", "interval", "n", "state")},
	}
	undecided := slices.ContainsFunc(periods, canBecome)
	if undecided {
		out.Table.Head = append(out.Table.Head, l.T("head.canbecome"))
	}
	for i, p := range periods {
		m := l.periodMark(p, i)
		if p.Flag != "" {
			m.Told = l.Value(in, p.Estimate) // for it may lie beyond the axis
		}
		out.Data.Points = append(out.Data.Points, m)
		out.Table.Rows = append(out.Table.Rows, []string{p.Label, l.Value(in, p.Estimate), l.Interval(in, p.Estimate), l.sample(p.Estimate), l.state(p)})
		switch {
		case canBecome(p):
			low, high := min(*p.Worst, *p.Best), max(*p.Worst, *p.Best)
			out.Table.Rows[i] = append(out.Table.Rows[i], l.Interval(in, measure.Estimate{Value: p.Value, Lower: &low, Upper: &high}))
		case undecided:
			out.Table.Rows[i] = append(out.Table.Rows[i], dash)
		}
	}
	if comparable && in.Benchmark != nil {
		out.Data.Levels = append(out.Data.Levels, level{Value: in.Benchmark.Value, Tone: "muted", Label: l.T("chart.level.benchmark") + " " + l.Figure(in.Level(in.Benchmark.Value))})
	}
	for _, c := range changes {
		if c.NewBaseline != nil && *c.NewBaseline && c.Seen != nil {
			out.Data.Changes = append(out.Data.Changes, newFormula{At: c.Seen.Time, Label: l.T("chart.newformula")})
		}
	}
	summary := l.T("chart.history.summary", periods[0].Label, periods[len(periods)-1].Label)
	if shown := in.Shown(); shown != nil {
		summary += " " + l.T("chart.history.latest", shown.Label, l.Value(in, shown.Estimate), l.Interval(in, shown.Estimate), l.sample(shown.Estimate))
	}
	out.Data.Words = l.words(summary)
	return out
}

// historyNote says what one must know to read these periods.
func (l *locale) historyNote(in *alert.Indicator, periods []plan.PeriodResult) string {
	var out []string
	if in.Confidence != 0 {
		out = append(out, l.T("chart.history.note", l.Figure(percent.Level(in.Confidence))))
	}
	if window := l.window(in); window != "" {
		out = append(out, l.T("chart.history.window", window))
	}
	for _, kind := range []struct {
		name string
		is   func(plan.PeriodResult) bool
	}{
		{"open", func(p plan.PeriodResult) bool {
			return p.Value != nil && p.Flag == "" && (p.State == plan.Running || p.State == plan.Maturing)
		}},
		{"flagged", func(p plan.PeriodResult) bool { return p.Value != nil && p.Flag != "" }},
		{"gap", func(p plan.PeriodResult) bool { return p.Value == nil }},
	} {
		if slices.ContainsFunc(periods, kind.is) {
			out = append(out, l.T("chart.points."+kind.name))
		}
	}
	return strings.Join(out, " ")
}

// state of a period in words, with what is doubtful about it.
func (l *locale) state(p plan.PeriodResult) string {
	if p.Flag == "" {
		return l.Word("state", string(p.State))
	}
	return l.Word("state", string(p.State)) + ", " + l.Word("state", string(p.Flag))
}

// canBecome tells whether it is known how far what is undecided can move the value.
func canBecome(p plan.PeriodResult) bool {
	return p.Value != nil && p.Worst != nil && p.Best != nil && *p.Worst != *p.Best
}

func (l *locale) periodMark(p plan.PeriodResult, row int) mark {
	out := mark{Label: p.Label, State: string(p.State), Flag: string(p.Flag), Value: p.Value, Lower: p.Lower, Upper: p.Upper, Row: row}
	if p.State == plan.Settled {
		out.State = string(plan.Mature)
	}
	out.StateLabel = l.Word("state", out.State)
	if !p.Start.IsZero() {
		out.Start, out.End = &p.Start, &p.End
	}
	return out
}

// levels that the values are held to: thresholds, and the target that stands at the latest period.
func (l *locale) levels(in *alert.Indicator, periods []plan.PeriodResult) []level {
	var out []level
	add := func(v *float64, tone string) {
		if v != nil {
			out = append(out, level{Value: *v, Tone: tone, Label: l.T("chart.level."+tone) + " " + l.Figure(in.Level(*v))})
		}
	}
	add(in.Thresholds.Warning, "warning")
	add(in.Thresholds.Critical, "critical")
	if target := standingTarget(in.Targets, periods[len(periods)-1].End); target != nil {
		out = append(out, level{Value: target.Bound.Level, Tone: "target", Label: l.T("chart.level.target") + " " + l.bound(in, target.Bound)})
	}
	return out
}

// standingTarget at an instant: of those from a day on the latest that has begun; nil if none has.
func standingTarget(targets []alert.Target, at time.Time) *alert.Target {
	var out *alert.Target
	for i := range targets {
		t := &targets[i]
		if t.FiscalYear || t.From.IsZero() || t.From.After(at) {
			continue // sums over a year are no line across months
		}
		if out == nil || t.From.After(out.From) {
			out = t
		}
	}
	return out
}

func (l *locale) bound(in *alert.Indicator, b alert.Bound) string {
	sign := "≥ "
	if b.AtMost {
		sign = "≤ "
	}
	return sign + l.Figure(in.Level(b.Level))
}

// mostDrawn parts in one chart; the table has them all.
const mostDrawn = 40

// segmentCharts are one for each breakdown, in the order of the report.
func (l *locale) segmentCharts(in *alert.Indicator, result *v1alpha1.ReportResult) []*chart {
	var out []*chart
	of := map[string]*chart{}
	for _, s := range result.Segments {
		by := strings.Join(s.By, " × ")
		c := of[by]
		if c == nil {
			c = &chart{
				Kind: "segments", Caption: l.T("chart.segments", by),
				Data:  drawing{Unit: unitOf(in)},
				Table: table{Head: append([]string{by}, l.heads("value", "interval", "n", "before", "standout")...)},
			}
			if of := in.Explained(); of != nil && of.Value != nil && of.Label == s.Current.Label {
				c.Data.Levels = []level{{Value: *of.Value, Tone: "muted", Label: l.T("chart.overall") + " " + l.Value(in, of.Estimate)}}
			}
			of[by], out = c, append(out, c)
		}
		l.addSegment(c, in, s)
	}
	for _, c := range out {
		l.sortParts(c)
	}
	return out
}

func (l *locale) addSegment(c *chart, in *alert.Indicator, s v1alpha1.SegmentValue) {
	now := planstep.Period(s.Current)
	name := strings.Join(s.Values, " × ")
	p := l.periodMark(now, len(c.Table.Rows))
	p.Label = name
	value, interval, n := l.Value(in, now.Estimate), l.Interval(in, now.Estimate), l.sample(now.Estimate)
	p.Told = fmt.Sprintf("%s %s, n %s", value, interval, n)
	before, standout := dash, ""
	if s.Previous != nil {
		before = l.Value(in, planstep.Period(*s.Previous).Estimate)
	}
	if o := s.Standout; o != nil {
		standout = l.Word("standout", o.Side) + " (" + l.Figure(o.Level) + ")"
		p.Tone = strings.ToLower(o.Side)
		p.Told += " · " + l.Word("standout", o.Side)
	}
	if now.State == plan.Running || now.State == plan.Maturing {
		p.Told += " · " + p.StateLabel
	}
	if p.Flag != "" {
		p.Tone = "muted"
		p.Told += " · " + l.Word("state", p.Flag)
		standout = l.Word("state", p.Flag)
	}
	c.Data.Points = append(c.Data.Points, p)
	c.Table.Rows = append(c.Table.Rows, []string{name, value, interval, n, before, standout})
}

// sortParts from the highest value to the lowest, those without one last.
func (l *locale) sortParts(c *chart) {
	points := c.Data.Points
	slices.SortStableFunc(points, func(a, b mark) int {
		switch {
		case a.Value == nil || b.Value == nil || *a.Value == *b.Value:
			return btoi(a.Value == nil) - btoi(b.Value == nil)
		case *a.Value > *b.Value:
			return -1
		}
		return 1
	})
	rows := make([][]string, len(points))
	for i := range points {
		rows[i] = c.Table.Rows[points[i].Row]
		points[i].Row = i
	}
	c.Table.Rows = rows
	c.Data.Words = l.words(l.T("chart.parts.summary", c.Caption, len(points)))
	if len(points) > mostDrawn {
		c.Note = l.T("chart.most", mostDrawn, len(points))
		c.Data.Points = points[:mostDrawn]
	}
}

// waterfallCharts lead from the rows read to those used, one for each dataset; nil where a step is unknown.
func (l *locale) waterfallCharts(steps []v1alpha1.WaterfallStep) []*chart {
	var out []*chart
	var last string
	var left float64
	for _, s := range steps {
		of, step := "", s.Step
		for _, prefix := range []string{"exposure/", "outcome/", "responses/"} {
			if rest, has := strings.CutPrefix(step, prefix); has {
				of, step = prefix, rest
			}
		}
		if len(out) == 0 || of != last {
			last = of
			out = append(out, &chart{
				Kind: "waterfall", Caption: l.T("chart.waterfall." + strings.TrimSuffix(of, "/")),
				Data: drawing{Bars: "full"}, Table: table{Head: l.heads("step", "rows")},
			})
		}
		if s.Rows == nil {
			continue
		}
		c, rows := out[len(out)-1], float64(*s.Rows)
		p := mark{Label: l.step(step), Row: len(c.Table.Rows), Told: l.Count(s.Rows)}
		switch step {
		case "read", "used", "units", "compared":
			p.Value, left = &rows, rows
		default:
			from, to := left, left-rows
			p.From, p.Value, p.Told, p.Tone, left = &from, &to, "−"+p.Told, "muted", to
		}
		c.Data.Points = append(c.Data.Points, p)
		c.Table.Rows = append(c.Table.Rows, []string{p.Label, p.Told})
	}
	for _, c := range out {
		if n := len(c.Data.Points); n > 0 {
			c.Data.Words = l.words(c.Caption + ": " + c.Data.Points[0].Told + " → " + c.Data.Points[n-1].Told)
		}
	}
	return out
}

// step of a waterfall in words: read, filter/NAME, filter/NAME:null, rejected/REASON.
func (l *locale) step(step string) string {
	kind, name, named := strings.Cut(step, "/")
	if !named {
		return l.Word("step", step)
	}
	if name, null := strings.CutSuffix(name, ":null"); null {
		return l.T("step."+kind+".null", name)
	}
	if kind == "rejected" {
		name = l.Word("rejected", name)
	}
	return l.T("step."+kind, name)
}

// heads of a table's columns.
func (l *locale) heads(keys ...string) []string {
	out := make([]string, len(keys))
	for i, key := range keys {
		out[i] = l.T("head." + key)
	}
	return out
}
