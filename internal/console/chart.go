package console

import (
	"strings"
	"time"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/measure"
)

// chart is a figure: numbers as a table for everybody, and for the script that draws them.
type chart struct {
	// Kind of drawing: history, segments, waterfall, lag, forecast, cohorts or influence.
	Kind    string
	Caption string
	// Note says what one must know to read it; may be empty.
	Note  string
	Data  drawing
	Table table
}

// table of cells that are written already; the first column heads its row.
type table struct {
	Head []string
	Rows [][]string
}

// drawing is what assets/charts.js draws. Numbers are in base units; what is not known is absent, never zero.
type drawing struct {
	// Unit is percent (numbers are shares), seconds, points, a currency or another declared one; empty for plain numbers.
	Unit string `json:"unit"`
	// Bars from zero, full or light, in place of dots.
	Bars    string       `json:"bars,omitempty"`
	Points  []mark       `json:"points"`
	Levels  []level      `json:"levels,omitempty"`
	Changes []newFormula `json:"changes,omitempty"`
	Goals   []goal       `json:"goals,omitempty"`
	Words   chartWords   `json:"words"`
}

// mark is one number with its interval: of a period, a part, a lag.
type mark struct {
	Label string     `json:"label"`
	Start *time.Time `json:"start,omitempty"`
	End   *time.Time `json:"end,omitempty"`
	// State is Mature, Maturing, Running or Forecast, and StateLabel that in words.
	State      string   `json:"state,omitempty"`
	StateLabel string   `json:"stateLabel,omitempty"`
	Flag       string   `json:"flag,omitempty"`
	Value      *float64 `json:"value,omitempty"`
	Lower      *float64 `json:"lower,omitempty"`
	Upper      *float64 `json:"upper,omitempty"`
	// From is where a bar begins; absent at zero.
	From *float64 `json:"from,omitempty"`
	// Told is the number as it stands beside a part's name.
	Told string `json:"told,omitempty"`
	// Tone is above, below or muted; empty for the usual one.
	Tone string `json:"tone,omitempty"`
	// Lag in periods, and whether it is the one that the verdict rests on.
	Lag    int32 `json:"lag"`
	Chosen bool  `json:"chosen,omitempty"`
	// Row of the table that says the same.
	Row int `json:"row"`
}

// level is a line across: a threshold or a target.
type level struct {
	Value float64 `json:"value"`
	Label string  `json:"label"`
	// Tone is warning, critical, target or muted.
	Tone string `json:"tone"`
}

// newFormula is an instant from which on another one is in force.
type newFormula struct {
	At    time.Time `json:"at"`
	Label string    `json:"label"`
}

// goal is a target with its date: from a day on, or by one.
type goal struct {
	From  *time.Time `json:"from,omitempty"`
	By    *time.Time `json:"by,omitempty"`
	Value float64    `json:"value"`
	Label string     `json:"label"`
}

// chartWords are those that the script needs.
type chartWords struct {
	Chart   string `json:"chart"`
	Summary string `json:"summary"`
	Hint    string `json:"hint"`
	Chosen  string `json:"chosen,omitempty"`
}

// words of a chart with this summary.
func (l *locale) words(summary string) chartWords {
	return chartWords{Chart: l.T("chart.chart"), Summary: summary, Hint: l.T("chart.hint"), Chosen: l.T("chart.chosen")}
}

// unitOf an indicator as the script knows it.
func unitOf(in *alert.Indicator) string {
	if in.Percent {
		return "percent"
	}
	return in.Unit
}

// Interval of an estimate, or a dash: there is none, which is not an empty one.
func (l *locale) Interval(in *alert.Indicator, e measure.Estimate) string {
	if told := in.Interval(e); told != "" {
		return l.Figure(told)
	}
	return dash
}

// Value of an estimate, or a dash.
func (l *locale) Value(in *alert.Indicator, e measure.Estimate) string {
	if told := in.Value(e); told != "" {
		return l.Figure(told)
	}
	return dash
}

// dash stands where there is no number.
const dash = "–"

// sample is n, or the word for a census.
func (l *locale) sample(e measure.Estimate) string {
	if e.Census {
		return l.T("indicator.census")
	}
	return l.Count(&e.N)
}

// codeBlock is text to copy, with what it is.
type codeBlock struct{ Label, Text string }

// chartFunctions are for templates.
var chartFunctions = map[string]any{
	"code":        func(label, text string) codeBlock { return codeBlock{label, text} },
	"isTrue":      func(is *bool) bool { return is != nil && *is },
	"latestFirst": latestFirst[v1alpha1.LinkStage],
	"newBaseline": func(c v1alpha1.DefinitionChange) bool { return c.NewBaseline != nil && *c.NewBaseline },
}

// joined names.
func joined(names []string) string { return strings.Join(names, ", ") }
