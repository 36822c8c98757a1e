package cli

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/offline"
)

// computeFlags are those of compute.
type computeFlags struct {
	files  fileFlags
	binds  []string
	at     string
	output string
}

func computeCommand(now time.Time) *cobra.Command {
	var flags computeFlags
	command := &cobra.Command{
		Use:   "compute -f FILE",
		Short: "Compute definitions in files with the operator's engine, without a cluster",
		Long: `Reads the data where it lives, or what --bind puts in its place, and prints what the operator would show: value, interval,
n, period and state of every indicator, and the verdict on every claim. ConfigMaps and Secrets are taken from the files;
a kustomization's configMapGenerator is followed. Divergence, targets at risk and missing guardrails are told in a cluster only.`,
		Example: `  # the demo's data
  kubectl cpi compute -f config/samples

  # a definition for a database, on a file of its rows
  kubectl cpi compute -f nps.yaml --bind crm/answers=file:answers.csv

  # on another database
  kubectl cpi compute -f nps.yaml --bind 'crm=postgres://analyst:secret@localhost:5432/crm?sslmode=disable'`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error { return flags.run(command, now) },
	}
	flags.files.add(command)
	command.Flags().StringArrayVar(&flags.binds, "bind", nil, "put a file or a server in the place of a data source: SOURCE[/TABLE]=file:PATH or SOURCE=postgres://…; may be given several times")
	command.Flags().StringVar(&flags.at, "at", "", "the instant as of which to compute, such as 2026-11-16T09:00:00Z; now, if it is not given")
	command.Flags().StringVarP(&flags.output, "output", "o", "table", "table, json, yaml, csv or markdown")
	return command
}

func (f *computeFlags) run(command *cobra.Command, now time.Time) error {
	if err := checkFormat(f.output); err != nil {
		return err
	}
	opts := offline.Options{Now: now, Log: slog.New(slog.DiscardHandler)}
	if f.at != "" {
		at, err := time.Parse(time.RFC3339, f.at)
		if err != nil {
			return fmt.Errorf("--at %s: write an instant such as 2026-11-16T09:00:00Z", f.at)
		}
		opts.Now = at
	}
	for _, text := range f.binds {
		bind, err := offline.ParseBind(text)
		if err != nil {
			return fmt.Errorf("--bind: %w", err)
		}
		opts.Binds = append(opts.Binds, bind)
	}
	namespaces, findings, err := f.files.load(command.Context(), command.InOrStdin())
	if err != nil {
		return err
	}
	if len(namespaces) == 0 && len(findings) == 0 {
		return fmt.Errorf("no definition of cpi-operator in %v", f.files.paths)
	}
	for _, b := range opts.Binds {
		if err := taken(namespaces, b); err != nil {
			return fmt.Errorf("--bind: %w", err)
		}
	}
	if opts.Scratch, err = os.MkdirTemp("", "kubectl-cpi-"); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(opts.Scratch) }() // what cannot be removed now is the system's to clean
	stderr := command.ErrOrStderr()
	if isTerminal(stderr) {
		opts.Progress = func(text string) { fmt.Fprintln(stderr, text) }
	}
	var all told
	for _, n := range namespaces {
		findings = append(findings, n.Validate()...)
		computed, err := n.Compute(command.Context(), opts)
		if err != nil {
			return err
		}
		all.add(n.Judge(computed, opts.Now))
		all.failed(computed)
	}
	if err := all.print(command.OutOrStdout(), f.output); err != nil {
		return err
	}
	if err := printFindings(stderr, "text", findings); err != nil {
		return err
	}
	for _, problem := range all.Problems {
		fmt.Fprintln(stderr, problem)
	}
	if len(findings)+len(all.Problems) > 0 {
		return notInOrder{}
	}
	return nil
}

// taken tells why a bind is of no use in any namespace; nil if it is in one.
func taken(namespaces []*offline.Namespace, b offline.Bind) (err error) {
	for _, n := range namespaces {
		if err = n.Takes(b); err == nil {
			return nil
		}
	}
	return err
}

// told is all that compute tells, as programs read it.
type told struct {
	Indicators []toldIndicator `json:"indicators,omitempty"`
	Claims     []toldClaim     `json:"claims,omitempty"`
	// Problems are why something has no number.
	Problems []string `json:"problems,omitempty"`
}

type toldIndicator struct {
	Kind     string      `json:"kind"`
	Name     string      `json:"name"`
	Title    string      `json:"title,omitempty"`
	Value    string      `json:"value,omitempty"`
	Interval string      `json:"interval,omitempty"`
	N        *int64      `json:"n,omitempty"`
	Period   string      `json:"period,omitempty"`
	Trend    string      `json:"trend,omitempty"`
	Target   string      `json:"target,omitempty"`
	State    string      `json:"state"`
	Alerts   []toldAlert `json:"alerts,omitempty"`
}

type toldAlert struct {
	Alert    string `json:"alert"`
	Severity string `json:"severity"`
	Owner    string `json:"owner,omitempty"`
	Message  string `json:"message"`
}

type toldClaim struct {
	Name        string   `json:"name"`
	KPI         string   `json:"kpi"`
	Strongest   string   `json:"strongest,omitempty"`
	Effect      string   `json:"effect,omitempty"`
	Lag         string   `json:"lag,omitempty"`
	Verdict     string   `json:"verdict"`
	Explanation []string `json:"explanation,omitempty"`
}

func (t *told) add(indicators []offline.Judged, claims []offline.JudgedClaim) {
	for _, i := range indicators {
		out := toldIndicator{Kind: i.Object.GetObjectKind().GroupVersionKind().Kind, Name: i.Object.GetName(), State: "Invalid"}
		if i.Invalid == "" {
			s := i.Summary
			out.Kind, out.Title = string(i.View.Kind), i.View.Title
			out.Value, out.Interval, out.N, out.Period, out.Trend, out.Target, out.State = s.Value, s.Interval, s.N, s.Period, s.Trend, s.Target, string(s.State)
			for _, a := range i.Alerts {
				out.Alerts = append(out.Alerts, toldAlert{string(a.Name), string(a.Severity), a.Team, a.Message})
			}
			if !i.View.Source.Failed && i.View.Attempt != nil && i.View.Attempt.Failed {
				t.Problems = append(t.Problems, fmt.Sprintf("%s/%s: %s: %s", out.Kind, out.Name, i.View.Attempt.Reason, i.View.Attempt.Message))
			}
		}
		t.Indicators = append(t.Indicators, out)
	}
	for _, c := range claims {
		out := toldClaim{Name: c.Object.Name, KPI: c.Object.Spec.KPIRef.Name, Verdict: "Invalid"}
		if c.Invalid == "" {
			s := c.Strongest
			out.Strongest, out.Effect, out.Lag, out.Verdict, out.Explanation = s.Driver, s.Effect, s.Lag, s.Verdict, c.Explanation
			if failed := c.Condition(alert.Computed); failed != nil && failed.Status == alert.False && failed.Reason != alert.ReasonSourceFailed {
				t.Problems = append(t.Problems, fmt.Sprintf("CPILinkage/%s: %s: %s", out.Name, failed.Reason, failed.Message))
			}
		}
		t.Claims = append(t.Claims, out)
	}
}

// failed tells which sources could not be read, and what was left out.
func (t *told) failed(c offline.Computed) {
	var names []string
	for name := range c.Failed {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		t.Problems = append(t.Problems, fmt.Sprintf("DataSource/%s: %s: %s", name, c.Failed[name].Reason, c.Failed[name].Message))
	}
	for _, s := range c.Skipped {
		t.Problems = append(t.Problems, fmt.Sprintf("%s: %s", s.Key, s.Why))
	}
}

func (t *told) print(out io.Writer, format string) error {
	cpis := listing{headings: []string{"CPI", "VALUE", "INTERVAL", "N", "PERIOD", "TREND", "STATE"}}
	kpis := listing{headings: []string{"KPI", "VALUE", "INTERVAL", "N", "PERIOD", "TREND", "TARGET", "STATE"}}
	for _, i := range t.Indicators {
		n := ""
		if i.N != nil {
			n = strconv.FormatInt(*i.N, 10)
		}
		row := []string{i.Name, i.Value, i.Interval, n, i.Period, i.Trend}
		if i.Kind == "KPITarget" {
			kpis.rows = append(kpis.rows, append(row, i.Target, i.State))
			continue
		}
		cpis.rows = append(cpis.rows, append(row, i.State))
	}
	claims := listing{headings: []string{"CLAIM", "KPI", "STRONGEST", "EFFECT", "LAG", "VERDICT"}}
	for _, c := range t.Claims {
		claims.rows = append(claims.rows, []string{c.Name, c.KPI, c.Strongest, c.Effect, c.Lag, c.Verdict})
	}
	return printListings(out, format, t, cpis, kpis, claims)
}

// isTerminal reports whether somebody is looking.
func isTerminal(out io.Writer) bool {
	file, ok := out.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
