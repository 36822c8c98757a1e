package board

import (
	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
)

// Number is a value for programs: decimals as the report has them, in Unit.
type Number struct {
	Value string `json:"value"`
	// Lower and Upper end of the interval at ConfidenceLevel, 0 to 1; empty where the data tell no end, or of a census.
	Lower           string `json:"lower,omitempty"`
	Upper           string `json:"upper,omitempty"`
	ConfidenceLevel string `json:"confidenceLevel,omitempty"`
	// Unit is ratio, points, seconds, months, a currency or another; empty of plain numbers. Shares are ratios: 0.265 is shown as 26.5 %.
	Unit string `json:"unit,omitempty"`
}

// Number that the summary shows; nil where it shows none.
func (e Entry) Number() *Number {
	p := e.shown()
	if p == nil || p.Value == "" || e.Summary.Value == "" {
		return nil
	}
	out := &Number{Value: p.Value, Lower: p.Lower, Upper: p.Upper, Unit: e.Result.Unit}
	if out.Lower != "" || out.Upper != "" {
		out.ConfidenceLevel = e.Result.ConfidenceLevel
	}
	return out
}

// Effect of the strongest driver, in full; nil where none was found.
func (c Claim) Effect() *v1alpha1.LinkEffect {
	if c.Findings == nil || c.Summary.Effect == "" {
		return nil
	}
	for i := range c.Findings.Drivers {
		if f := &c.Findings.Drivers[i]; f.Driver == c.Summary.Driver {
			return f.Effect
		}
	}
	return nil
}

// Number of the effect, in the unit of the KPI, of which it is a difference; nil where there is none.
func (o Objects) Number(c Claim) *Number {
	effect := c.Effect()
	if effect == nil || effect.Value == "" {
		return nil
	}
	out := &Number{Value: effect.Value, Lower: effect.Lower, Upper: effect.Upper, ConfidenceLevel: c.Findings.ConfidenceLevel}
	if kpi, _ := o.KPI(c.KPI); kpi != nil {
		if report := o.reportOf(kpi); report != nil && report.Status.Result != nil {
			out.Unit = report.Status.Result.Unit
		}
	}
	return out
}
