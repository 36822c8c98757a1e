// Package planstep is a run's first step: it reads the definitions of a data source and their reports and
// writes the plan that compute works through.
package planstep

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

// ErrInvalid is returned for a source that only an edit can mend.
var ErrInvalid = errors.New("the data source is not valid")

// Inputs are the objects of one namespace as they are when a run starts.
type Inputs struct {
	Source   *v1alpha1.DataSource
	Datasets []v1alpha1.Dataset
	CPIs     []v1alpha1.CPIDefinition
	KPIs     []v1alpha1.KPITarget
	Linkages []v1alpha1.CPILinkage
	Reports  []v1alpha1.IndicatorReport
	// Linkage names the one that a run of its own tests; empty for a source's run. Sources are then those of the namespace.
	Linkage string
	Sources []v1alpha1.DataSource
	// Run names the run; Now is the instant as of which it computes.
	Run string
	Now time.Time
}

// Skipped is an indicator or a linkage of the source that is left out of a run.
type Skipped struct {
	plan.Key
	Why string
}

// Assemble makes the plan: every valid indicator of the source, those that waited longest first, and the claims on its KPIs.
func Assemble(in Inputs) (plan.Plan, []Skipped, error) {
	source, problems := resolve.Source(in.Source)
	if len(problems) > 0 {
		return plan.Plan{}, nil, fmt.Errorf("%w: %s", ErrInvalid, problems)
	}
	a := assembly{
		source:   in.Source,
		datasets: map[string]resolved[plan.Dataset]{},
		foreign:  map[string]string{},
		reports:  map[string]*v1alpha1.IndicatorReport{},
	}
	for i := range in.Datasets {
		d := &in.Datasets[i]
		other := d.Spec.DataSourceRef.Name
		if other == a.source.Name {
			other = ""
		}
		if other != "" && in.Linkage == "" {
			a.foreign[d.Name] = other
			continue
		}
		dataset, problems := resolve.Dataset(d)
		dataset.Source = other
		a.datasets[d.Name] = resolved[plan.Dataset]{dataset, problems}
	}
	for i := range in.Reports {
		a.reports[in.Reports[i].Spec.IndicatorRef.UID] = &in.Reports[i]
	}
	a.parts = partsOf(in)
	if in.Linkage != "" {
		return a.linkageRun(in, source)
	}
	for i := range in.CPIs {
		cpi := &in.CPIs[i]
		a.add(plan.Key{Kind: resolve.KindCPIDefinition, Name: cpi.Name}, &cpi.Spec.Indicator, cpi.Annotations,
			func(on resolve.Context) (plan.Indicator, resolve.Problems) { return resolve.CPI(cpi, on) })
	}
	for i := range in.KPIs {
		kpi := &in.KPIs[i]
		a.add(plan.Key{Kind: resolve.KindKPITarget, Name: kpi.Name}, &kpi.Spec.Indicator, kpi.Annotations,
			func(on resolve.Context) (plan.Indicator, resolve.Problems) { return resolve.KPI(kpi, on) })
	}
	slices.SortFunc(a.wanted, byWaiting)

	out := plan.Plan{FormatVersion: plan.FormatVersion, Run: in.Run, Now: in.Now, Source: source, SourceGeneration: in.Source.Generation}
	for _, w := range a.wanted {
		out.Indicators = append(out.Indicators, w.indicator)
	}
	out.Linkages = a.linkages(in)
	out.Datasets = a.read(out)
	return out, a.skipped, nil
}

// read are the datasets that a plan's indicators and linkages read, in their order.
func (a *assembly) read(p plan.Plan) []plan.Dataset {
	var out []plan.Dataset
	used := map[string]bool{}
	use := func(names ...string) {
		for _, name := range names {
			if name != "" && !used[name] { // a composite reads none
				used[name] = true
				out = append(out, a.datasets[name].value)
			}
		}
	}
	for _, i := range p.Indicators {
		use(i.Dataset, i.Other)
	}
	for _, l := range p.Linkages {
		use(readBy(l)...)
	}
	return out
}

type resolved[T any] struct {
	value    T
	problems resolve.Problems
}

// wanted is an indicator with what its report says of earlier tries.
type wanted struct {
	indicator plan.Indicator
	attempt   *v1alpha1.ReportAttempt // of the same formula; nil if it was never tried
}

type assembly struct {
	source   *v1alpha1.DataSource
	datasets map[string]resolved[plan.Dataset]
	foreign  map[string]string                    // datasets of other sources, with the source
	reports  map[string]*v1alpha1.IndicatorReport // by the indicator's UID
	parts    map[string]part                      // CPIs that composites join, by name
	wanted   []wanted
	skipped  []Skipped
}

// add takes an indicator in if it belongs to the source and can be computed.
func (a *assembly) add(key plan.Key, spec *v1alpha1.Indicator, annotations map[string]string, resolveOn func(resolve.Context) (plan.Indicator, resolve.Problems)) {
	skip := func(format string, args ...any) {
		a.skipped = append(a.skipped, Skipped{Key: key, Why: fmt.Sprintf(format, args...)})
	}
	on, ours, why := a.context(spec)
	if !ours {
		return
	}
	if why != "" {
		skip("%s", why)
		return
	}
	indicator, problems := resolveOn(on)
	if len(problems) > 0 {
		skip("it is not valid: %s", problems)
		return
	}
	indicator.Parts = a.values(resolve.Parts(spec))
	circumstances := CircumstancesOf(a.source, annotations)
	indicator.Restatement, indicator.Requested = circumstances.Restatement, circumstances.Requested
	w := wanted{indicator: indicator}
	if report := a.reports[indicator.UID]; report != nil {
		if Quarantined(report.Status.Attempt, indicator.RequestHash, circumstances) {
			skip("it is quarantined: two runs died while computing it")
			return
		}
		w.indicator.Alone = Kills(report.Status.Attempt, indicator.RequestHash, circumstances) > 0
		w.recall(report.Status)
	}
	a.wanted = append(a.wanted, w)
}

// context is what an indicator is resolved on if it is this source's to compute, or why it cannot be.
func (a *assembly) context(spec *v1alpha1.Indicator) (on resolve.Context, ours bool, why string) {
	if joined := resolve.Parts(spec); joined != nil {
		return a.onParts(joined)
	}
	if ref := spec.DataSourceRef; ref != nil {
		return resolve.Context{Source: a.source}, ref.Name == a.source.Name, ""
	}
	return a.onDatasets(spec)
}

// onDatasets is what an indicator is resolved on if its rows are of this source, or why it cannot be.
func (a *assembly) onDatasets(spec *v1alpha1.Indicator) (on resolve.Context, ours bool, why string) {
	if spec.DatasetRef == nil {
		return on, false, "" // a goal on a CPI computes nothing itself
	}
	dataset, ours := a.datasets[spec.DatasetRef.Name]
	if !ours {
		return on, false, ""
	}
	if len(dataset.problems) > 0 {
		return on, true, fmt.Sprintf("its dataset %s is not valid: %s", spec.DatasetRef.Name, dataset.problems)
	}
	other, why := a.second(spec)
	return resolve.Context{Dataset: dataset.value, Other: other, Source: a.source}, true, why
}

// second is the other dataset that an indicator's measure reads, nil if it reads none, or why it cannot be read.
func (a *assembly) second(spec *v1alpha1.Indicator) (other *plan.Dataset, why string) {
	name, field := resolve.SecondDataset(spec)
	if name == "" {
		return nil, ""
	}
	dataset, ours := a.datasets[name]
	source, foreign := a.foreign[name]
	switch {
	case foreign:
		return nil, fmt.Sprintf("%s: dataset %s is of source %s; both datasets must be of one source", field, name, source)
	case !ours:
		return nil, fmt.Sprintf("%s: dataset %s does not exist", field, name)
	case len(dataset.problems) > 0:
		return nil, fmt.Sprintf("%s: dataset %s is not valid: %s", field, name, dataset.problems)
	}
	return &dataset.value, ""
}

// recall takes over what earlier runs under the same formula found.
func (w *wanted) recall(status v1alpha1.IndicatorReportStatus) {
	if attempt := status.Attempt; attempt != nil && attempt.RequestHash == w.indicator.RequestHash {
		w.attempt = attempt
	}
	if result := status.Result; result != nil && result.RequestHash == w.indicator.RequestHash {
		w.indicator.Full = w.indicator.Restatement != "" && w.indicator.Restatement != result.Restatement
		w.indicator.Frozen = frozen(result.Periods, w.indicator.Measure.PromQL != nil)
		w.indicator.FrozenAsOf = frozenAsOf(result)
	}
}

// byWaiting orders what somebody waits for first, then what was never tried, then what had no turn in the last run, then
// by how long the outcome has been the same.
func byWaiting(a, b wanted) int {
	rank := func(w wanted) int {
		switch {
		case !Answered(w.attempt, w.indicator.Requested):
			return -1
		case w.attempt == nil:
			return 0
		case w.attempt.Reason == string(plan.ComputeInterrupted):
			return 1
		default:
			return 2
		}
	}
	since := func(w wanted) time.Time {
		if w.attempt == nil || w.attempt.Since == nil {
			return time.Time{}
		}
		return w.attempt.Since.Time
	}
	return cmp.Or(
		cmp.Compare(rank(a), rank(b)),
		since(a).Compare(since(b)),
		cmp.Compare(a.indicator.Kind, b.indicator.Kind),
		cmp.Compare(a.indicator.Name, b.indicator.Name),
	)
}
