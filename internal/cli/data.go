package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/board"
	"github.com/cpi-operator/cpi-operator/internal/offline"
	"github.com/cpi-operator/cpi-operator/internal/printable"
)

// dataFlags say on which data definitions in files are computed, and as of when.
type dataFlags struct {
	binds   []string
	secrets []string
	at      string
}

func (f *dataFlags) add(command *cobra.Command) {
	f.addBinds(command)
	command.Flags().StringArrayVar(&f.secrets, "secret", nil, "read a Secret from environment variables, NAME=env:PREFIX (PREFIX_USERNAME, PREFIX_PASSWORD …), or from a folder's files, NAME=dir:FOLDER; what the files themselves have of it goes first; may be given several times")
	command.Flags().StringVar(&f.at, "at", "", "the instant as of which to compute, such as 2026-11-16T09:00:00Z; now, if it is not given")
}

func (f *dataFlags) addBinds(command *cobra.Command) {
	command.Flags().StringArrayVar(&f.binds, "bind", nil, "put a file or a server in the place of a data source: SOURCE[/TABLE]=file:PATH or SOURCE=postgres://…; may be given several times")
}

// options of a computation as of now, unless --at says otherwise. Objects of the API know whole seconds: what became so at this very
// moment would else seem to have been so before it.
func (f *dataFlags) options(now time.Time) (offline.Options, error) {
	out := offline.Options{Now: now.Truncate(time.Second), Log: slog.New(slog.DiscardHandler)}
	if f.at != "" {
		at, err := time.Parse(time.RFC3339, f.at)
		if err != nil {
			return out, fmt.Errorf("--at %s: write an instant such as 2026-11-16T09:00:00Z", f.at)
		}
		out.Now = at
	}
	for _, text := range f.binds {
		bind, err := offline.ParseBind(text)
		if err != nil {
			return out, fmt.Errorf("--bind: %w", err)
		}
		out.Binds = append(out.Binds, bind)
	}
	for _, text := range f.secrets {
		secret, err := offline.ParseSecret(text)
		if err != nil {
			return out, fmt.Errorf("--secret: %w", err)
		}
		out.Given = append(out.Given, secret)
	}
	return out, nil
}

// given reports whether any of the flags was.
func (f *dataFlags) given() bool { return len(f.binds)+len(f.secrets) > 0 || f.at != "" }

// computed is what came of definitions in files.
type computed struct {
	// namespaces in the order of their names, with the alerts in each.
	namespaces []board.Objects
	alerts     []offline.Alerts
	// findings are what is wrong with the files.
	findings []offline.Finding
	// problems are why something has no number.
	problems []string
}

// compute what is in files. Progress is told where somebody looks at stderr.
func (f *dataFlags) compute(ctx context.Context, files *fileFlags, stdin io.Reader, stderr io.Writer, now time.Time) (computed, error) {
	opts, err := f.options(now)
	if err != nil {
		return computed{}, err
	}
	namespaces, findings, err := files.load(ctx, stdin)
	if err != nil {
		return computed{}, err
	}
	if len(namespaces) == 0 && len(findings) == 0 {
		return computed{}, files.nothing()
	}
	if err := taken(namespaces, opts); err != nil {
		return computed{}, err
	}
	done, err := prepare(&opts, stderr)
	if err != nil {
		return computed{}, err
	}
	defer done()
	out := computed{findings: findings}
	for _, n := range namespaces {
		out.findings = append(out.findings, n.Validate()...)
		found, err := n.Compute(ctx, opts)
		if err != nil {
			return computed{}, err
		}
		objects, alerts := n.Objects(found, opts.Now)
		out.namespaces, out.alerts = append(out.namespaces, objects), append(out.alerts, alerts)
		out.problems = append(out.problems, problemsOf(objects.Reports, found)...)
	}
	return out, nil
}

// prepare gives a computation a scratch folder, and tells its progress where somebody looks at stderr, until done.
func prepare(opts *offline.Options, stderr io.Writer) (done func(), err error) {
	if opts.Scratch, err = os.MkdirTemp("", "kubectl-cpi-"); err != nil {
		return nil, err
	}
	watched := isTerminal(stderr)
	if watched {
		opts.Progress = func(text string) { fmt.Fprintf(stderr, "\r\x1b[K%s …", printable.Line(text)) }
	}
	return func() {
		_ = os.RemoveAll(opts.Scratch) // what cannot be removed now is the system's to clean
		if watched {
			fmt.Fprint(stderr, "\r\x1b[K")
		}
	}, nil
}

// taken tells which of what is given is of no use in any namespace, and why; nil if all is in one.
func taken(namespaces []*offline.Namespace, opts offline.Options) error {
	in := func(takes func(*offline.Namespace) error) (err error) {
		for _, n := range namespaces {
			if err = takes(n); err == nil {
				return nil
			}
		}
		return err
	}
	for _, b := range opts.Binds {
		if err := in(func(n *offline.Namespace) error { return n.Takes(b) }); err != nil {
			return fmt.Errorf("--bind: %w", err)
		}
	}
	for _, s := range opts.Given {
		if err := in(func(n *offline.Namespace) error { return n.TakesSecret(s) }); err != nil {
			return fmt.Errorf("--secret: %w", err)
		}
	}
	return nil
}

// problemsOf a computation: sources that could not be read, what was left out, and what failed by itself.
func problemsOf(reports map[string]*v1alpha1.IndicatorReport, c offline.Computed) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(c.Failed)) {
		out = append(out, fmt.Sprintf("DataSource/%s: %s: %s", name, c.Failed[name].Reason, c.Failed[name].Message))
	}
	for _, s := range c.Skipped {
		out = append(out, fmt.Sprintf("%s: %s", s.Key, s.Why))
	}
	for _, key := range slices.Sorted(maps.Keys(reports)) {
		report := reports[key]
		if _, failed := c.Failed[report.Spec.DataSourceRef.Name]; failed {
			continue // told once, of the source
		}
		if a := report.Status.Attempt; a != nil && a.Outcome == "Failed" {
			out = append(out, fmt.Sprintf("%s: %s: %s", key, a.Reason, a.Message))
		}
	}
	return out
}
