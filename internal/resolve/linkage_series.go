package resolve

import (
	"fmt"
	"slices"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// series resolves KPI and drivers as the claim reads them: in periods of the KPI's grain that share no rows.
func (r *linkResolver) series() {
	r.out.KPI = r.seriesOf(r.on.KPI, r.formulas[0])
	for i, side := range r.on.Drivers {
		r.out.Drivers = append(r.out.Drivers, plan.Driver{Series: r.seriesOf(side, r.formulas[1+i])})
	}
}

func (r *linkResolver) seriesOf(side Side, formula measure.Spec) plan.Series {
	out := plan.Series{Key: side.Key, Title: side.Title}
	if family, err := measure.Of(formula); err == nil {
		described := family.Describe()
		out.Unit, out.Direction = described.Unit, described.Direction
	}
	refuse := func(reason plan.Reason, format string, args ...any) {
		out.Refused = &plan.Failure{Reason: reason, Message: fmt.Sprintf(format, args...)}
	}
	grid := r.on.KPI.Spec.Period
	own := side.Spec.Period
	computed := (side.Source == r.on.KPI.Source || r.spec.CustomerLevel != nil && formula.PromQL == nil) && formula.Composite == nil
	switch why := differs(own, grid); {
	case grid == nil:
		refuse(plan.NoPeriods, "%s has no periods, so there is no series to compare.", r.on.KPI.Key)
	case own == nil:
		refuse(plan.NoPeriods, "%s has no periods, so there is no series to compare.", side.Key)
	case formula.LifetimeValue != nil && formula.LifetimeValue.Model != measure.Contractual:
		refuse(plan.PeriodsShareRows, "%s reads everything up to the end of a period, so its values share rows.", side.Key)
	case computed && formula.Precomputed == nil:
	case own.Grain != grid.Grain:
		refuse(plan.GrainMismatch, "%s has values by %s and they cannot be computed by %s, as %s has them.", side.Key, own.Grain, grid.Grain, r.on.KPI.Key)
	case why != "":
		refuse(plan.GrainMismatch, "%s %s, and its values cannot be computed anew.", side.Key, why)
	case own.Window > 1:
		refuse(plan.PeriodsShareRows, "Values of %s look back over %d periods, so neighbours share rows, and they cannot be computed anew.", side.Key, own.Window)
	default:
		if part := overlapping(formula, side.On.Parts); part != "" {
			refuse(plan.PeriodsShareRows, "%s joins CPIDefinition %s, whose values look back over more than a period, so neighbours share rows.", side.Key, part)
		}
	}
	if !computed {
		return out // its report has the values
	}
	if out.Refused != nil && (r.spec.CustomerLevel == nil || out.Refused.Reason == plan.GrainMismatch) {
		return out
	}
	shadow, problems := indicator(r.out.Key, r.out.UID, asked(side.Spec, grid, r.historyOf(grid)), side.On)
	switch {
	case len(problems.problems) == 0:
		out.Indicator = &shadow
	case out.Refused == nil:
		refuse(plan.GrainMismatch, "%s cannot be computed in periods of %s: %s", side.Key, r.on.KPI.Key, problems.problems)
	}
	return out
}

// overlapping names a part of a composite whose values share rows, empty if there is none.
func overlapping(formula measure.Spec, parts map[string]Part) string {
	if formula.Composite == nil {
		return ""
	}
	for _, p := range formula.Composite.Parts {
		if definition := parts[p.Indicator].Definition; definition != nil && definition.Spec.Period != nil && definition.Spec.Period.Window > 1 {
			return p.Indicator
		}
	}
	return ""
}

// asked is an indicator as a claim computes it: its rows and formula in the periods of grid, the total alone.
func asked(spec *v1alpha1.Indicator, grid *v1alpha1.Period, history int32) *v1alpha1.Indicator {
	out := spec.DeepCopy()
	out.Breakdowns = nil
	if out.Quality != nil {
		out.Quality.ResponseRate = nil
	}
	if out.Period == nil || grid == nil {
		return out
	}
	out.Period = &v1alpha1.Period{
		Grain: grid.Grain, Window: 1, History: history, TimeZone: grid.TimeZone, WeekStart: grid.WeekStart,
		FiscalYearStartMonth: grid.FiscalYearStartMonth, Maturity: spec.Period.Maturity, Settle: spec.Period.Settle,
	}
	return out
}

func (r *linkResolver) historyOf(grid *v1alpha1.Period) int32 {
	switch p := r.spec.PeriodLevel; {
	case p != nil && p.History != nil:
		return *p.History
	case grid != nil && grid.Grain == "Week":
		return defaultLinkWeeks
	}
	return defaultLinkHistory
}

// LinkageDatasets are the names of those that strata and covariates of a claim name, each once.
func LinkageDatasets(spec *v1alpha1.CPILinkageSpec) []string {
	var names []string
	if spec.CustomerLevel == nil {
		return nil
	}
	for _, a := range slices.Concat(spec.CustomerLevel.StratifyBy, spec.CustomerLevel.Covariates) {
		if a.DatasetRef != nil && !slices.Contains(names, a.DatasetRef.Name) {
			names = append(names, a.DatasetRef.Name)
		}
	}
	return names
}
