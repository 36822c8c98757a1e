package console

import (
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/measure"
)

// thresholds in words, such as Warning below 20; none of an indicator without any.
func (l *locale) thresholds(in *alert.Indicator) []string {
	side := "below"
	if in.Direction == measure.LowerIsBetter {
		side = "above"
	}
	var out []string
	add := func(v *float64, tone string) {
		if v != nil {
			out = append(out, l.T("threshold."+side, l.T("chart.level."+tone), l.Figure(in.Level(*v))))
		}
	}
	add(in.Thresholds.Warning, "warning")
	add(in.Thresholds.Critical, "critical")
	return out
}

// benchmark with its source, date and population, such as 32 (Association of hotels, 2025); empty without one.
func (l *locale) benchmark(in *alert.Indicator) string {
	b := in.Benchmark
	if b == nil {
		return ""
	}
	var from []string
	for _, said := range []string{b.Source, b.Date, b.Population} {
		if said != "" {
			from = append(from, said)
		}
	}
	return l.Figure(in.Level(b.Value)) + " (" + strings.Join(from, ", ") + ")"
}

// window that each value looks back over, such as the last 3 months; empty if it is the period alone.
func (l *locale) window(in *alert.Indicator) string {
	if in.Period == nil || in.Period.Window < 2 {
		return ""
	}
	return l.T("window."+string(in.Period.Grain), in.Period.Window)
}
