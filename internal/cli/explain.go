package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/board"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

// explainFlags are those of explain.
type explainFlags struct {
	lookFlags
	period  string
	segment string
	output  string
}

func explainCommand(now time.Time) *cobra.Command {
	var flags explainFlags
	command := &cobra.Command{
		Use:   "explain NAME",
		Short: "Tell how a number came about: formula, rows, SQL, interval, thresholds, history",
		Long: `Tells how the number of a CPI or a KPI came about: its value with interval, sample size and period; the formula, and how its
interval is made; the rows read, and what was dropped at each step; the SQL that ran, to copy; what the thresholds make of it; what
speaks for and against the data; history, baseline and edits; and what is not known. Exit codes: 0 told, whatever it says; 2 not.

NAME is that of a CPIDefinition or a KPITarget, or cpi/NAME or kpi/NAME where both have it.`,
		Example: `  # how did this number come about?
  kubectl cpi explain software-nps

  # an earlier period, and one segment
  kubectl cpi explain cpi/software-nps --period 2026-09
  kubectl cpi explain cpi/software-nps --segment plan=Enterprise`,
		Args: oneName,
		RunE: func(command *cobra.Command, args []string) error { return flags.run(command, args[0], now) },
	}
	flags.add(command)
	command.ValidArgsFunction = flags.completeNames(resolve.KindCPIDefinition, resolve.KindKPITarget)
	command.Flags().StringVar(&flags.period, "period", "", "period to tell of, such as 2026-09; the latest mature one, if it is not given")
	command.Flags().StringVar(&flags.segment, "segment", "", "segment to tell of, such as plan=Enterprise, or plan=Enterprise,country=DE where a breakdown crosses columns")
	addOutput(command, &flags.output)
	return command
}

// oneName asks for the name that a command is about.
func oneName(command *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("say which: kubectl cpi %s", command.Use)
	}
	return nil
}

func (f *explainFlags) run(command *cobra.Command, name string, now time.Time) error {
	if err := checkFormat(f.output); err != nil {
		return err
	}
	objects, err := f.look(command, now)
	if err != nil {
		return err
	}
	found, err := find(objects, name, resolve.KindCPIDefinition, resolve.KindKPITarget)
	if err != nil {
		return err
	}
	e := explain(objects, found)
	if err := e.choose(f.period, f.segment); err != nil {
		return err
	}
	return e.document().print(command.OutOrStdout(), f.output)
}

// explanation is an indicator with all that is known of how its number came about.
type explanation struct {
	objects board.Objects
	named
	entry  board.Entry
	status *v1alpha1.IndicatorStatus
	// formula with its defaults, and what it reads; unresolved says why there is none.
	formula    resolve.Followed
	view       *alert.Indicator
	unresolved string
	result     *v1alpha1.ReportResult
	// period and segment that are told of; nil if there is no number, or no segment was asked for.
	period  *v1alpha1.PeriodValue
	segment *v1alpha1.SegmentValue
}

func explain(objects board.Objects, which named) *explanation {
	e := &explanation{objects: objects, named: which}
	for _, entry := range objects.Entries() {
		if entry.Kind == which.kind && entry.Name == which.name {
			e.entry, e.result = entry, entry.Result
		}
	}
	var err error
	if which.kind == resolve.KindKPITarget {
		kpi, _ := objects.KPI(which.name)
		e.status = &kpi.Status
		e.formula, err = resolve.FollowKPI(kpi, objects)
	} else {
		cpi, _ := objects.CPI(which.name)
		e.status = &cpi.Status
		e.formula, err = resolve.FollowCPI(cpi, objects)
	}
	if err == nil {
		e.view, err = objects.View(which.kind, which.name)
	}
	if err != nil {
		e.unresolved = err.Error()
	}
	return e
}

// choose the period and the segment to tell of.
func (e *explanation) choose(period, segment string) error {
	if e.result == nil || e.view == nil {
		return nil // the document says so
	}
	if period == "" {
		if shown := e.view.Shown(); shown != nil {
			period = shown.Label
		}
	}
	var labels []string
	for i := range e.result.Periods {
		if p := &e.result.Periods[i]; p.Label == period {
			e.period = p
		} else if p.Value != "" && p.Label != "" {
			labels = append(labels, p.Label)
		}
	}
	if e.period == nil && period != "" {
		if len(labels) == 0 {
			return fmt.Errorf("--period %s: %s has no periods", period, e.named)
		}
		return fmt.Errorf("--period %s: there is none; those with a value are %s", period, strings.Join(labels, ", "))
	}
	if segment == "" {
		return nil
	}
	return e.chooseSegment(segment)
}

func (e *explanation) chooseSegment(wanted string) error {
	var names []string
	for i := range e.result.Segments {
		s := &e.result.Segments[i]
		if segmentName(s) != wanted {
			names = append(names, segmentName(s))
			continue
		}
		for _, p := range []*v1alpha1.PeriodValue{&s.Current, s.Previous} {
			if p != nil && p.Label == e.period.Label {
				e.segment, e.period = s, p
				return nil
			}
		}
		return fmt.Errorf("--segment %s: segments are kept of the latest mature period and the one before, not of %s", wanted, e.period.Label)
	}
	switch {
	case len(names) == 0:
		return fmt.Errorf("--segment %s: %s has no segments; spec.breakdowns asks for them", wanted, e.named)
	case len(names) > 12:
		names = append(names[:12], "…")
	}
	return fmt.Errorf("--segment %s: there is none, or it is too small to be shown; there are %s", wanted, strings.Join(names, "; "))
}

// segmentName is column=value, comma separated, in the order of the breakdown.
func segmentName(s *v1alpha1.SegmentValue) string {
	var parts []string
	for i, column := range s.By {
		if i < len(s.Values) {
			parts = append(parts, column+"="+s.Values[i])
		}
	}
	return strings.Join(parts, ",")
}

// family of the formula; false if it cannot be told.
func (e *explanation) family() (measure.Doc, bool) {
	family, err := measure.Of(e.formula.Formula.Measure)
	if err != nil {
		return measure.Doc{}, false
	}
	for _, doc := range measure.Families() {
		if doc.Name == family.Describe().Family {
			return doc, true
		}
	}
	return measure.Doc{}, false
}

// value and interval of a period as people read them.
func (e *explanation) value(p *v1alpha1.PeriodValue) (value, interval string) {
	estimate := planstep.Period(*p).Estimate
	return e.view.Value(estimate), e.view.Interval(estimate)
}
