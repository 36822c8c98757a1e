package cli

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/cpi-operator/cpi-operator/internal/board"
	"github.com/cpi-operator/cpi-operator/internal/manifest"
	"github.com/cpi-operator/cpi-operator/internal/offline"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/printable"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

type computeFlags struct {
	files  fileFlags
	data   dataFlags
	output string
	watch  bool
}

func computeCommand(now time.Time) *cobra.Command {
	var flags computeFlags
	command := &cobra.Command{
		Use:   "compute -f FILE",
		Short: "Compute definitions in files with the operator's engine, without a cluster",
		Long: `Reads the data where it lives, or what --bind puts in its place, and prints what the operator would show: value, interval,
n, period and state of every indicator, and the verdict on every claim. ConfigMaps and Secrets are taken from the files;
the configMapGenerator of a kustomization in the folder of a file is followed.

Exit codes: 0 everything is valid and was computed, whatever the numbers say; 1 a definition is invalid, or something has no number
because its source cannot be read or its query failed; 2 nothing could be tried: a flag is wrong, or no definition is there.
Whether a number is good, status tells.`,
		Example: `  # the demo's data
  kubectl cpi compute -f config/samples/telco.yaml

  # a definition for a database, on a file of its rows
  kubectl cpi compute -f nps.yaml --bind crm/answers=file:answers.csv

  # on its database, with the credentials in CRM_USERNAME and CRM_PASSWORD
  kubectl cpi compute -f nps.yaml --secret crm=env:CRM

  # again whenever the definition or its rows change
  kubectl cpi compute -f nps.yaml --bind crm/answers=file:answers.csv --watch

  # on another database
  kubectl cpi compute -f nps.yaml --bind 'crm=postgres://analyst:secret@localhost:5432/crm?sslmode=disable'`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error { return flags.run(command, now) },
	}
	flags.files.add(command)
	flags.data.add(command)
	addOutput(command, &flags.output)
	command.Flags().BoolVarP(&flags.watch, "watch", "w", false, "compute again whenever a file changes, until interrupted")
	return command
}

func (f *computeFlags) run(command *cobra.Command, now time.Time) error {
	if err := checkFormat(f.output); err != nil {
		return err
	}
	if !f.watch {
		return f.once(command, now)
	}
	if slices.Contains(f.files.paths, manifest.Stdin) {
		return errors.New("--watch: standard input cannot be read again; give files or folders with -f")
	}
	return f.again(command, now)
}

// once computes and prints.
func (f *computeFlags) once(command *cobra.Command, now time.Time) error {
	stderr := command.ErrOrStderr()
	found, err := f.data.compute(command.Context(), &f.files, command.InOrStdin(), stderr, now)
	if err != nil {
		return err
	}
	told := tell(found)
	if err := told.print(command.OutOrStdout(), f.output); err != nil {
		return err
	}
	if err := printFindings(stderr, "text", found.findings); err != nil {
		return err
	}
	for _, problem := range found.problems {
		fmt.Fprintln(stderr, printable.Line(problem))
	}
	if len(found.findings)+len(found.problems) > 0 {
		return notInOrder{}
	}
	return nil
}

// again and again, until ctx is done. What is wrong meanwhile is told, and may be mended.
func (f *computeFlags) again(command *cobra.Command, now time.Time) error {
	ctx, stdout, stderr := command.Context(), command.OutOrStdout(), command.ErrOrStderr()
	for first := true; ; first = false {
		w, err := f.data.watch(&f.files) // before the files are read, so that no change is missed
		if err != nil {
			return err
		}
		f.between(stdout, first)
		if err := f.once(command, now); err != nil && !errors.Is(err, notInOrder{}) && ctx.Err() == nil {
			tellError(stderr, err)
		}
		if isTerminal(stderr) {
			fmt.Fprintln(stderr, "Waiting for changes; end with Ctrl-C.")
		}
		at, changed := w.changed(ctx)
		if err := w.Close(); err != nil || !changed {
			return err
		}
		now = at
	}
}

// between two computations, a terminal is cleared, and anything else sees where the next one begins.
func (f *computeFlags) between(stdout io.Writer, first bool) {
	switch {
	case isTerminal(stdout):
		fmt.Fprint(stdout, "\x1b[H\x1b[2J")
	case first:
	case f.output == "yaml":
		fmt.Fprintln(stdout, "---")
	default:
		fmt.Fprintln(stdout)
	}
}

// told is all that compute tells, as programs read it.
type told struct {
	Indicators []toldIndicator `json:"indicators,omitempty"`
	Claims     []toldClaim     `json:"claims,omitempty"`
	// Problems are why something has no number.
	Problems []string `json:"problems,omitempty"`
}

type toldIndicator struct {
	Kind     string        `json:"kind"`
	Name     string        `json:"name"`
	Title    string        `json:"title,omitempty"`
	Value    string        `json:"value,omitempty"`
	Interval string        `json:"interval,omitempty"`
	N        *int64        `json:"n,omitempty"`
	Period   string        `json:"period,omitempty"`
	Trend    string        `json:"trend,omitempty"`
	Target   string        `json:"target,omitempty"`
	State    string        `json:"state"`
	Alerts   []toldAlert   `json:"alerts,omitempty"`
	Number   *board.Number `json:"number,omitempty"`
}

type toldAlert struct {
	Alert    string `json:"alert"`
	Severity string `json:"severity"`
	Owner    string `json:"owner,omitempty"`
	Message  string `json:"message"`
}

type toldClaim struct {
	Name        string      `json:"name"`
	KPI         string      `json:"kpi"`
	Strongest   string      `json:"strongest,omitempty"`
	Effect      string      `json:"effect,omitempty"`
	Lag         string      `json:"lag,omitempty"`
	Verdict     string      `json:"verdict"`
	Explanation []string    `json:"explanation,omitempty"`
	Alerts      []toldAlert `json:"alerts,omitempty"`
	toldEffect
}

func tell(found computed) told {
	out := told{Problems: found.problems}
	for i, o := range found.namespaces {
		for _, e := range o.Entries() {
			out.Indicators = append(out.Indicators, tellIndicator(e, found.alerts[i]))
		}
		for _, c := range o.Claims() {
			out.Claims = append(out.Claims, tellClaim(o, c, found.alerts[i]))
		}
	}
	return out
}

func tellIndicator(e board.Entry, alerts offline.Alerts) toldIndicator {
	s := e.Summary
	return toldIndicator{
		Kind: e.Kind, Name: e.Name, Title: e.Title,
		Value: s.Value, Interval: s.Interval, N: s.N, Period: s.Period, Trend: s.Trend, Target: s.Target, State: s.State,
		Number: e.Number(), Alerts: tellAlerts(alerts, e.Kind, e.Name),
	}
}

func tellClaim(o board.Objects, c board.Claim, alerts offline.Alerts) toldClaim {
	s := c.Summary
	return toldClaim{
		Name: c.Name, KPI: c.KPI, Strongest: s.Driver, Effect: s.Effect, Lag: s.Lag, Verdict: s.Verdict,
		Explanation: o.Linkage(c.Name).Status.Explanation, Alerts: tellAlerts(alerts, plan.KindLinkage, c.Name), toldEffect: effectTold(o, c),
	}
}

func tellAlerts(alerts offline.Alerts, kind, name string) []toldAlert {
	return alertsTold(alerts[kind+"/"+name])
}

func (t *told) print(out io.Writer, format string) error {
	var style style
	if format == "table" {
		style = styleOf(out)
	}
	cpis := listing{kind: "CPI", headings: []string{"CPI", "VALUE", "INTERVAL", "N", "PERIOD", "TREND", "STATE"}, painted: true}
	kpis := listing{kind: "KPI", headings: []string{"KPI", "VALUE", "INTERVAL", "N", "PERIOD", "TREND", "TARGET", "STATE"}, painted: true}
	for _, i := range t.Indicators {
		n := ""
		if i.N != nil {
			n = strconv.FormatInt(*i.N, 10)
		}
		row := []string{i.Name, i.Value, i.Interval, n, i.Period, i.Trend}
		if i.Kind == resolve.KindKPITarget {
			kpis.numbers = append(kpis.numbers, i.Number)
			kpis.rows = append(kpis.rows, append(row, i.Target, style.state(i.State)))
			continue
		}
		cpis.numbers = append(cpis.numbers, i.Number)
		cpis.rows = append(cpis.rows, append(row, style.state(i.State)))
	}
	claims := listing{kind: "CLAIM", headings: []string{"CLAIM", "KPI", "STRONGEST", "EFFECT", "N", "LAG", "VERDICT"}}
	for _, c := range t.Claims {
		claims.rows = append(claims.rows, []string{c.Name, c.KPI, c.Strongest, c.Effect, c.sample(), c.Lag, c.Verdict})
		claims.numbers = append(claims.numbers, c.Number)
	}
	return printListings(out, format, t, cpis, kpis, claims)
}
