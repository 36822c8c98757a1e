package console

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"k8s.io/utils/ptr"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/amount"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
)

// percent writes shares.
var percent = &alert.Indicator{Percent: true}

// compare is the evidence on one driver; nil if there is none to show.
func (t teller) compare(f v1alpha1.LinkFinding) *comparison {
	out := comparison{Driver: f.Driver, Title: t.title(f.Driver)}
	if c := f.Customers; c != nil {
		if out.Message, out.SQL = c.Message, c.SQL; c.Reason != "" {
			out.Refused = t.Word("linkreason", c.Reason)
		}
		out.Cohorts, out.Measures, out.Waterfalls = t.cohorts(c), t.measures(c), t.waterfallCharts(c.Waterfall)
	}
	if p := f.Periods; p != nil {
		if out.Warnings, out.Method = p.Warnings, p.Method; p.Reason != "" {
			out.RefusedPeriods = t.Word("linkreason", p.Reason)
		}
		out.Lags = t.lags(p)
	}
	if f.Customers == nil && f.Periods == nil {
		return nil
	}
	return &out
}

// cohorts are the shares of customers with the outcome.
func (t teller) cohorts(c *v1alpha1.LinkCustomers) *chart {
	out := &chart{
		Kind: "cohorts", Caption: t.T("chart.cohorts", t.kpi.Title), Note: t.T("chart.cohorts.note"),
		Data: drawing{Unit: "percent", Points: []mark{}}, Table: table{Head: t.heads("cohort", "share", "interval", "n", "outcomes")},
	}
	for _, cohort := range planstep.Cohorts(c, t.found.ConfidenceLevel) {
		value, told, n := t.Value(percent, cohort.Share), t.Interval(percent, cohort.Share), t.Count(cohort.N)
		if e := cohort.Share; e.Value != nil {
			out.Data.Points = append(out.Data.Points, mark{
				Label: cohort.Name, Value: e.Value, Lower: e.Lower, Upper: e.Upper, Told: value + " " + told + ", n " + n, Row: len(out.Table.Rows),
			})
		}
		out.Table.Rows = append(out.Table.Rows, []string{cohort.Name, value, told, n, t.Count(cohort.Outcomes)})
	}
	if len(out.Table.Rows) == 0 {
		return nil
	}
	out.Data.Words = t.words(t.T("chart.parts.summary", out.Caption, len(out.Data.Points)))
	return out
}

// measures of the difference between the better and the worse cohort.
func (t teller) measures(c *v1alpha1.LinkCustomers) table {
	out := table{Head: t.heads("measure", "asis")}
	adjusted := c.Adjusted
	if adjusted != nil {
		out.Head = append(out.Head, t.T("head.adjusted", joined(adjusted.By)))
	}
	add := func(key string, write func(v1alpha1.LinkInterval) string, asIs *v1alpha1.LinkInterval, like func(*v1alpha1.LinkAdjusted) *v1alpha1.LinkInterval) {
		if asIs == nil {
			return
		}
		row := []string{t.T("measure." + key), write(*asIs)}
		if adjusted != nil {
			cell := dash
			if i := like(adjusted); i != nil {
				cell = write(*i)
			} else if adjusted.Reason != "" {
				cell = t.Word("linkreason", adjusted.Reason)
			}
			row = append(row, cell)
		}
		out.Rows = append(out.Rows, row)
	}
	add("difference", t.shareDifference, c.RiskDifference, func(a *v1alpha1.LinkAdjusted) *v1alpha1.LinkInterval { return a.RiskDifference })
	add("relative", t.plain, c.RelativeRisk, func(a *v1alpha1.LinkAdjusted) *v1alpha1.LinkInterval { return a.RelativeRisk })
	add("odds", t.plain, c.OddsRatio, func(a *v1alpha1.LinkAdjusted) *v1alpha1.LinkInterval { return a.OddsRatio })
	if len(out.Rows) == 0 {
		return out
	}
	test := []string{t.T("measure.p", c.Test), t.probability(decimal(c.P))}
	dose := []string{t.T("measure.dose"), t.probability(decimal(c.DoseResponse))}
	if adjusted != nil {
		test, dose = append(test, t.probability(decimal(adjusted.P))), append(dose, "")
	}
	if out.Rows = append(out.Rows, test); c.DoseResponse != "" {
		out.Rows = append(out.Rows, dose)
	}
	return out
}

func (t teller) shareDifference(i v1alpha1.LinkInterval) string {
	if b, ok := bounded(i.Value, i.Lower, i.Upper); ok {
		return t.Figure(percent.Difference(b))
	}
	return dash
}

// plain number with its interval, such as 1.30 [1.18, 1.44].
func (t teller) plain(i v1alpha1.LinkInterval) string {
	b, ok := bounded(i.Value, i.Lower, i.Upper)
	if !ok {
		return dash
	}
	in, e := &alert.Indicator{}, measure.Estimate{Value: &b.Value, Lower: &b.Lower, Upper: &b.Upper}
	return t.Value(in, e) + " " + t.Interval(in, e)
}

// lags are the evidence at each; nil if no series were compared.
func (t teller) lags(p *v1alpha1.LinkPeriods) *chart {
	if len(p.Lags) == 0 {
		return nil
	}
	out := &chart{
		Kind: "lag", Caption: t.T("chart.lag"), Note: t.T("chart.lag.note"),
		Data: drawing{}, Table: table{Head: t.heads("lag", "statistic", "band")},
	}
	for _, l := range p.Lags {
		statistic, band := decimal(l.Statistic), decimal(l.Band)
		if l.Lag == nil || statistic == nil {
			continue
		}
		m := mark{Label: strconv.Itoa(int(*l.Lag)), Lag: *l.Lag, Value: statistic, Chosen: p.Lag != nil && *p.Lag == *l.Lag, Row: len(out.Table.Rows)}
		told := dash
		if band != nil {
			low := -*band
			m.Lower, m.Upper, told = &low, band, "± "+t.round(*band)
		}
		out.Data.Points = append(out.Data.Points, m)
		out.Table.Rows = append(out.Table.Rows, []string{m.Label, t.round(*statistic), told})
	}
	summary := t.T("chart.lag")
	if p.Lag != nil && p.N != nil {
		out.Note += " " + t.T("chart.lag.pairs", *p.N)
	}
	if p.Lag != nil {
		summary += ": " + t.T("chart.lag.chosen", *p.Lag)
	}
	out.Data.Words = t.words(summary)
	return out
}

// round to two digits after the point.
func (t teller) round(v float64) string {
	return t.Figure(strings.Replace(strconv.FormatFloat(v, 'f', 2, 64), "-", "−", 1))
}

// influence of the drivers, with what to know of it; nil where none was shared out.
func (t teller) influence() (*chart, []string) {
	i := t.found.Influence
	if i == nil {
		return nil, nil
	}
	if len(i.Shares) == 0 {
		if i.Reason == "" || i.Reason == "TooFewDrivers" {
			return nil, nil
		}
		return nil, []string{t.Word("linkreason", i.Reason)}
	}
	out := &chart{
		Kind: "influence", Caption: t.T("chart.influence"),
		Data: drawing{Unit: "percent", Bars: "light"}, Table: table{Head: t.heads("driver", "share", "interval", "rank", "vif")},
	}
	for _, s := range i.Shares {
		b, ok := bounded(s.Value, s.Lower, s.Upper)
		if !ok {
			continue
		}
		e := measure.Estimate{Value: &b.Value, Lower: &b.Lower, Upper: &b.Upper}
		value, told := t.Value(percent, e), t.Interval(percent, e)
		rank := dash
		if s.Rank != nil {
			rank = strconv.Itoa(int(*s.Rank))
		}
		if !ptr.Deref(s.Stable, false) {
			rank += ", " + t.T("influence.unsettled")
		}
		vif := dash
		if v := decimal(s.VIF); v != nil {
			vif = t.round(*v)
		}
		out.Data.Points = append(out.Data.Points, mark{Label: t.title(s.Driver), Value: e.Value, Lower: e.Lower, Upper: e.Upper, Told: value + " " + told, Row: len(out.Table.Rows)})
		out.Table.Rows = append(out.Table.Rows, []string{t.title(s.Driver), value, told, rank, vif})
	}
	out.Data.Words = t.words(t.T("chart.parts.summary", out.Caption, len(out.Data.Points)))
	var notes []string
	if r := decimal(i.RSquared); r != nil {
		notes = append(notes, t.T("influence.explained", t.Value(percent, measure.Estimate{Value: r}), ptr.Deref(i.N, 0)))
	}
	if ptr.Deref(i.Collinear, false) {
		notes = append(notes, t.T("influence.collinear"))
	}
	if len(i.TopActions) > 0 {
		titles := make([]string, len(i.TopActions))
		for n, name := range i.TopActions {
			titles[n] = t.title(name)
		}
		notes = append(notes, t.T("influence.actions", joined(titles)))
	}
	return out, notes
}

// miss is by how much a forecast was wrong on average: a difference of the KPI, which of shares is no share.
func (t teller) miss(v float64) string { return t.Figure(t.kpi.Size(v)) }

// before is how many periods are drawn before a forecast.
const before = 24

// forecast of the KPI after its course so far, with the chances of its targets.
func (t teller) forecast() (*chart, table) {
	goals := table{Head: t.heads("target", "period", "chance", "previous")}
	f := planstep.Found(t.found).Forecast
	if f == nil || len(f.Points) == 0 {
		return nil, goals
	}
	level := t.Figure(percent.Level(f.Level))
	out := &chart{
		Kind: "forecast", Caption: t.T("chart.forecast"),
		Note: t.T("chart.forecast.note", level, t.Word("method", f.Method), f.BacktestN, t.miss(f.MAE), t.miss(f.NaiveMAE)),
		Data: drawing{Unit: unitOf(t.kpi)}, Table: table{Head: t.heads("period", "value", "interval", "state")},
	}
	if f.Coverage != nil {
		out.Note += " " + t.T("chart.forecast.coverage", t.Figure(percent.Level(math.Round(*f.Coverage*100)/100)))
	}
	row := func(m mark, e measure.Estimate, state string) {
		m.Row = len(out.Table.Rows)
		out.Data.Points = append(out.Data.Points, m)
		out.Table.Rows = append(out.Table.Rows, []string{m.Label, t.Value(t.kpi, e), t.Interval(t.kpi, e), state})
	}
	for _, p := range t.course() {
		row(t.periodMark(p, 0), p.Estimate, t.state(p))
	}
	foreseen := t.T("chart.forecast.state")
	for i := range f.Points {
		p := &f.Points[i]
		e := measure.Estimate{Value: &p.Value, Lower: &p.Lower, Upper: &p.Upper}
		row(mark{Label: p.Label, Start: &p.Start, End: &p.End, State: "Forecast", StateLabel: foreseen, Value: e.Value, Lower: e.Lower, Upper: e.Upper}, e, foreseen)
	}
	last := f.Points[len(f.Points)-1]
	out.Data.Words = t.words(t.T("chart.forecast.summary", last.Label, t.Value(t.kpi, measure.Estimate{Value: &last.Value}), t.Interval(t.kpi, measure.Estimate{Value: &last.Value, Lower: &last.Lower, Upper: &last.Upper})))
	for _, g := range f.Goals {
		aim, told := t.goal(g)
		if aim != nil {
			out.Data.Goals = append(out.Data.Goals, *aim)
		}
		goals.Rows = append(goals.Rows, told)
	}
	return out, goals
}

// course of the KPI so far: its last mature periods, as they were compared or, without that, as it reports itself.
func (t teller) course() []plan.PeriodResult {
	var out []plan.PeriodResult
	for _, s := range t.found.Series {
		if (s.Name == t.kpi.Name || s.Name == t.kpi.GoalOn) && s.AttributeOutcomeTo == "" {
			for _, p := range s.Periods {
				out = append(out, planstep.Period(p))
			}
			break
		}
	}
	if out == nil && t.kpi.Current() {
		out = slices.Clone(t.kpi.Result.Periods)
	}
	out = slices.DeleteFunc(out, func(p plan.PeriodResult) bool {
		return p.State != plan.Mature && p.State != plan.Settled || p.Start.IsZero()
	})
	return out[max(0, len(out)-before):]
}

// goal as it is drawn, nil if it is no bound, and its row.
func (t teller) goal(g plan.GoalChance) (*goal, []string) {
	var out *goal
	bound := dash
	for _, b := range []struct {
		level  *float64
		atMost bool
	}{{g.AtLeast, false}, {g.AtMost, true}} {
		if b.level != nil {
			bound = t.bound(t.kpi, alert.Bound{Level: *b.level, AtMost: b.atMost})
			out = &goal{From: g.From, By: g.By, Value: *b.level}
		}
	}
	chance := func(p *float64) string {
		if p == nil {
			return dash
		}
		return t.chance(*p)
	}
	told := chance(g.Probability)
	if g.Reason != "" {
		told = t.Word("linkreason", g.Reason)
	}
	day := ""
	switch {
	case g.By != nil:
		day = t.T("target.by", bound, t.Day(*g.By))
	case g.From != nil:
		day = t.T("target.from", bound, t.Day(*g.From))
	}
	if out != nil {
		if out.Label = bound; g.Probability != nil {
			out.Label = t.T("chart.goal", bound, told)
		}
	}
	return out, []string{day, g.Label, told, chance(g.Previous)}
}

// chance as a share of a whole; it is never told as certain.
func (t teller) chance(p float64) string { return t.Figure(amount.Probability(p)) }
