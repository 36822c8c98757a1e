package measure

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// PromQL is a number that a Prometheus gives for an expression, at the end of each period.
type PromQL struct {
	// Expr may hold PeriodVariable, which stands for the length of the window.
	Expr string `json:"expr"`
	Unit string `json:"unit,omitempty"`
	// Additive values of periods add up to that of the whole, as sums and counts do.
	Additive  bool      `json:"additive,omitempty"`
	Preset    string    `json:"preset,omitempty"`
	Direction Direction `json:"direction"`
}

// PeriodVariable stands in an expression for the length of the window that a value looks back, as in
// increase(orders_total[$__period]).
const PeriodVariable = "$__period"

var promqlDoc = Doc{
	Name:      "promql",
	Title:     "An expression on Prometheus",
	Summary:   "What a Prometheus says at the end of each period, such as the revenue that a service has counted.",
	Formula:   "the expression's one value at the last millisecond of the window, with `$__period` replaced by the window's length",
	Unit:      "as declared",
	Direction: "as declared, or the preset's",
	Interval:  "none: the value is told as a census, without n",
	Columns:   "none: `dataSourceRef` names a DataSource of the engine prometheus instead of a dataset. The expression must give one series, such as with sum(…); where and breakdowns are written into it",
	Pitfalls: "`increase` and `rate` extrapolate to the window's ends, so that a count need not be whole. " +
		"Prometheus forgets: a period is frozen an hour after its end, and the first one of which it knows no sample before the start is not told, for it would read too low. " +
		"A period of which it knows nothing in the first or the last twenty-fourth is told as suspect. " +
		"Do not write `or vector(0)`: no data would then read as zero, after an outage and beyond retention too. " +
		"A filter such as `> 0` drops values, which is no data as well. " +
		"Series that are written less than fifty times in a window are too sparse for `increase`.",
	Reference: "Prometheus documentation, HTTP API (instant queries) and Querying basics (range vectors)",
}

func (*PromQL) doc() Doc { return promqlDoc }

// formula leaves out the preset.
func (m *PromQL) formula() any {
	out := *m
	out.Preset = ""
	return &out
}

// variable is anything that reads like a variable.
var variable = regexp.MustCompile(`\$__\w*`)

func (m *PromQL) check() error {
	if strings.TrimSpace(m.Expr) == "" {
		return errors.New("promql: expr is empty")
	}
	for _, found := range variable.FindAllString(m.Expr, -1) {
		if found != PeriodVariable {
			return fmt.Errorf("promql: %s is not known; the one variable is %s", found, PeriodVariable)
		}
	}
	return nil
}

// Windowed reports whether the value depends on the window's length; otherwise it is that of the window's last instant.
func (m *PromQL) Windowed() bool { return strings.Contains(m.Expr, PeriodVariable) }

// Over is the expression for a window of a length, in whole milliseconds.
func (m *PromQL) Over(length time.Duration) string {
	text := fmt.Sprintf("%dms", length.Milliseconds())
	if length%time.Second == 0 {
		text = fmt.Sprintf("%ds", int64(length/time.Second))
	}
	return strings.ReplaceAll(m.Expr, PeriodVariable, text)
}

// Describe tells the expression.
func (m *PromQL) Describe() Description {
	return Description{
		Family: promqlDoc.Name, Unit: m.Unit, Direction: m.Direction,
		Variant: strings.Join(strings.Fields(m.Expr), " ") + ", a census",
	}
}

// Request asks for nothing: there are no rows.
func (*PromQL) Request(Setting) Request { return Request{Combination: Additive} }

// Estimate takes the one number that the expression gave; none is no data, which is not zero.
func (m *PromQL) Estimate(sums Sums, _ Setting, _ float64) Estimate {
	e := Estimate{Census: true}
	if len(sums) == 0 {
		return e.none(NoRows)
	}
	return e.is(sums[0])
}
