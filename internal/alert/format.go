package alert

import (
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/amount"
	"github.com/cpi-operator/cpi-operator/internal/measure"
)

// kind of the indicator's numbers.
func (in *Indicator) kind() amount.Kind { return amount.Kind{Unit: in.Unit, Percent: in.Percent} }

// Value is the value with its unit as people read it, such as 26.5 %, 31.4 or 1,204,311 EUR; empty if there is none.
func (in *Indicator) Value(e measure.Estimate) string { return in.kind().Value(e) }

// Interval is the interval in the same digits, such as [25.5, 27.6], or [20.1, ∞) where the data do not tell an
// end; of a census that word; empty if there is none.
func (in *Indicator) Interval(e measure.Estimate) string { return in.kind().Interval(e) }

// Level is a threshold or target as people write it, without needless digits.
func (in *Indicator) Level(level float64) string { return in.kind().Level(level) }

func hasNoEnd(e measure.Estimate) bool { return e.Lower == nil && e.Upper == nil }

// wholly says of what is judged that its whole interval was looked at, if it has one.
func wholly(e measure.Estimate) string {
	if hasNoEnd(e) {
		return ""
	}
	return " by the whole interval"
}

// Told is the value in full: 26.5 % [25.5, 27.6], n 7,043; of a census 1,204 EUR, a census.
func (in *Indicator) Told(e measure.Estimate) string { return in.told(e, "") }

// told is the value in full: 26.5 % [25.5, 27.6], n 7,043, in 2026-10; of a census 1,204 EUR, a census, in 2026-10.
func (in *Indicator) told(e measure.Estimate, period string) string {
	text := in.Value(e)
	if interval := in.Interval(e); interval != "" && interval != amount.Census {
		text += " " + interval
	}
	if e.Census {
		text += ", a census"
	} else {
		text += ", n " + amount.Count(e.N)
	}
	if period != "" {
		text += ", in " + period
	}
	return text
}

func (b Bound) told(in *Indicator) string {
	if b.AtMost {
		return "≤ " + in.Level(b.Level)
	}
	return "≥ " + in.Level(b.Level)
}

// segmentName is column=value, in the order of the columns' names.
func segmentName(match map[string]string) string {
	columns := sortedKeys(match)
	for i, c := range columns {
		columns[i] = c + "=" + match[c]
	}
	return strings.Join(columns, ",")
}
