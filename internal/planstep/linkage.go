package planstep

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

// drivenBy are the names of all CPIs that linkages claim to move a KPI.
func drivenBy(linkages []v1alpha1.CPILinkage) map[string]bool {
	names := map[string]bool{}
	for i := range linkages {
		for _, d := range linkages[i].Spec.Drivers {
			names[d.CPIRef.Name] = true
		}
	}
	return names
}

// linkages takes in the claims on KPIs of the source.
func (a *assembly) linkages(in Inputs) []plan.Linkage {
	objects := objectsOf(in)
	all := resolve.Claims{CPIs: in.CPIs, KPIs: in.KPIs, Linkages: in.Linkages}
	var out []plan.Linkage
	for i := range in.Linkages {
		l := &in.Linkages[i]
		if in.Linkage != "" && l.Name != in.Linkage {
			continue
		}
		if linkage, ours := a.linkage(l, objects, all); ours && (linkage.Other != "") == (in.Linkage != "") {
			out = append(out, linkage)
		}
	}
	slices.SortFunc(out, func(a, b plan.Linkage) int { return strings.Compare(a.Name, b.Name) })
	for i := range out {
		out[i].Family = family(out[i], out, in)
	}
	return out
}

// linkage resolves one claim if the source tests it and nothing stands in its way.
func (a *assembly) linkage(l *v1alpha1.CPILinkage, objects objects, all resolve.Claims) (out plan.Linkage, ours bool) {
	skip := func(format string, args ...any) (plan.Linkage, bool) {
		key := plan.Key{Kind: plan.KindLinkage, Name: l.Name}
		a.skipped = append(a.skipped, Skipped{Key: key, Why: fmt.Sprintf(format, args...)})
		return out, false
	}
	on, err := resolve.FollowLinkage(l, objects)
	switch {
	case errors.Is(err, errElsewhere):
		return out, false
	case err != nil:
		if report := a.reports[string(l.UID)]; report == nil || report.Spec.DataSourceRef.Name != a.source.Name {
			return out, false // nobody can tell whose it is
		}
		return skip("%s", err)
	case on.KPI.Source != a.source.Name:
		return out, false
	}
	if cycle := all.Cycle(l); cycle != "" {
		return skip("%s", cycle)
	}
	out, refusal := resolve.Linkage(l, on)
	if refusal != nil {
		return skip("it is not valid: %s", refusal.Problems)
	}
	circumstances := CircumstancesOf(a.source, l.Annotations)
	out.Restatement, out.Requested = circumstances.Restatement, circumstances.Requested
	handIn(&out.KPI, objects)
	for i := range out.Drivers {
		handIn(&out.Drivers[i].Series, objects)
	}
	if d := out.ByDecision; d != nil {
		a.datasets[d.Dataset.Name] = resolved[plan.Dataset]{value: d.Dataset}
	}
	report := a.reports[string(l.UID)]
	if report == nil {
		return out, true
	}
	if Quarantined(report.Status.Attempt, out.RequestHash, circumstances) {
		return skip("it is quarantined: two runs died while testing it")
	}
	if found := report.Status.Link; found != nil && (out.Restatement == "" || out.Restatement == found.Restatement) {
		a.recallSeries(&out.KPI, found)
		for i := range out.Drivers {
			a.recallSeries(&out.Drivers[i].Series, found)
		}
		// A contract that is decided moves to another period. Only a dataset that tells of it can keep what was settled.
		if d := out.ByDecision; d != nil && d.Dataset.ChangedAt != "" {
			a.recallSeries(&d.Series, found)
		}
	}
	return out, true
}

// handIn gives a series that the run does not compute what the indicator's report holds under the formula in force.
func handIn(s *plan.Series, objects objects) {
	if s.Indicator != nil || s.Refused != nil {
		return
	}
	report, err := objects.reportOf(s.Key)
	if err != nil || report == nil {
		return
	}
	if result := report.Status.Result; result != nil && result.RequestHash == report.Spec.RequestHash {
		for _, p := range result.Periods {
			s.Periods = append(s.Periods, Period(p))
		}
	}
}

// recallSeries freezes what an earlier run settled of a series under the same formula.
func (a *assembly) recallSeries(s *plan.Series, found *v1alpha1.ReportLink) {
	if s.Indicator == nil {
		return
	}
	for _, old := range found.Series {
		if old.Kind == s.Kind && old.Name == s.Name && old.RequestHash == s.Indicator.RequestHash {
			s.Indicator.Frozen = frozen(old.Periods, s.Indicator.Measure.PromQL != nil)
			s.Indicator.FrozenAsOf = a.seenUntil(s.Indicator, found)
			return
		}
	}
}

// seenUntil is the instant up to which a series is known to hold the rows' changes: that of its run, less the time that
// a load may take to arrive.
func (a *assembly) seenUntil(indicator *plan.Indicator, found *v1alpha1.ReportLink) *time.Time {
	if found.AsOf == nil {
		return nil
	}
	var late time.Duration
	for _, name := range []string{indicator.Dataset, indicator.Other} {
		if f := a.datasets[name].value.Freshness; f != nil {
			late = max(late, f.Within)
		}
	}
	return new(found.AsOf.Add(-late))
}

// movedBy is the indicator whose values a KPITarget holds against its targets: two goals on one CPI are moved together.
func movedBy(kpis []v1alpha1.KPITarget, name string) plan.Key {
	for i := range kpis {
		if ref := kpis[i].Spec.CPIRef; kpis[i].Name == name && ref != nil {
			return plan.Key{Kind: resolve.KindCPIDefinition, Name: ref.Name}
		}
	}
	return plan.Key{Kind: resolve.KindKPITarget, Name: name}
}

// withdrawn reports whether a claim is not tested as it stands, so that what was found of it holds no more.
func withdrawn(l *v1alpha1.CPILinkage) bool {
	return meta.IsStatusConditionFalse(l.Status.Conditions, v1alpha1.ConditionReady) && l.Status.Verdict == ""
}

// family are the p values that earlier runs found of claims on the same indicator that this run does not test.
func family(l plan.Linkage, tested []plan.Linkage, in Inputs) []float64 {
	var out []float64
	for i := range in.Linkages {
		other := &in.Linkages[i]
		inRun := slices.ContainsFunc(tested, func(t plan.Linkage) bool { return t.Name == other.Name })
		if inRun || withdrawn(other) || movedBy(in.KPIs, other.Spec.KPIRef.Name) != l.Moves {
			continue
		}
		for k := range in.Reports {
			report := &in.Reports[k]
			link := report.Status.Link
			if report.Spec.IndicatorRef.UID != string(other.UID) || link == nil || link.RequestHash != report.Spec.RequestHash {
				continue
			}
			for _, d := range link.Drivers {
				out = append(out, tests(d)...)
			}
		}
	}
	return out
}

// tests are the p values of both levels of a driver: who tests twice has two chances.
func tests(d v1alpha1.LinkFinding) []float64 {
	var texts []string
	if c := d.Customers; c != nil && c.Adjusted != nil {
		texts = append(texts, c.Adjusted.P)
	} else if c != nil {
		texts = append(texts, c.P)
	}
	if d.Periods != nil {
		texts = append(texts, d.Periods.P)
	}
	var out []float64
	for _, text := range texts {
		if p := number(text); p != nil {
			out = append(out, *p)
		}
	}
	return out
}

// readBy are the datasets that a claim reads.
func readBy(l plan.Linkage) []string {
	var names []string
	sides := []plan.Series{l.KPI}
	for _, d := range l.Drivers {
		sides = append(sides, d.Series)
	}
	if l.ByDecision != nil {
		sides = append(sides, l.ByDecision.Series)
	}
	for _, s := range sides {
		if s.Indicator != nil {
			names = append(names, s.Indicator.Dataset, s.Indicator.Other)
		}
	}
	if c := l.Customers; c != nil {
		for _, a := range slices.Concat(c.StratifyBy, c.Covariates) {
			names = append(names, a.Dataset)
		}
	}
	return names
}
