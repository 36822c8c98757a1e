// Package cli is the command kubectl cpi.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cpi-operator/cpi-operator/internal/printable"
)

// Exit codes, for pipelines.
const (
	exitOK = 0
	// exitFound: the command did its work, and what it looked at is not in order.
	exitFound = 1
	// exitUsage: the command could not do its work: wrong flags, no such file, no access.
	exitUsage = 2
)

// notInOrder ends a command with exitFound; what is wrong was printed.
type notInOrder struct{}

// Error is for callers who print it, which Run does not.
func (notInOrder) Error() string { return "not in order" }

// Command is kubectl cpi with all its commands, as of now.
func Command(now time.Time) *cobra.Command {
	root := &cobra.Command{
		Use:   "kubectl-cpi",
		Short: "Define, compute, look at and explain indicators of cpi-operator, in files or in a cluster",
		Long: `Customer Performance Indicators: what customers get, measured with its uncertainty.

Commands that look at a cluster do so with your own rights; most of them look at definitions in files instead with -f.

JSON and YAML have each number as people read it and as a decimal with its interval and unit. CSV has the same as one table, whose
first column says what a row is; an apostrophe stands before what a spreadsheet would take for a formula, such as +20 pp.

Exit codes: 0 done; 1 done, and what was found is not in order, which each command says for itself; 2 the command could not do
its work.`,
		Annotations:   map[string]string{cobra.CommandDisplayNameAnnotation: "kubectl cpi"},
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetFlagErrorFunc(func(command *cobra.Command, err error) error {
		return fmt.Errorf("%w; %s --help tells of all flags", err, command.CommandPath())
	})
	root.AddCommand(validateCommand(now), computeCommand(now), diffCommand(now))
	root.AddCommand(statusCommand(now), explainCommand(now), linkCommand(now), rulesCommand(), runCommand(now))
	root.AddCommand(reportCommand(now))
	root.AddCommand(initCommand(now))
	root.AddCommand(uiCommand(now))
	root.AddCommand(completionCommand(), versionCommand())
	return root
}

// Run executes the command as of now and gives its exit code.
func Run(ctx context.Context, now time.Time, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := Command(now)
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, notInOrder{}):
		return exitFound
	}
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		err = errors.New("interrupted")
	}
	tellError(stderr, err)
	return exitUsage
}

// tellError in as many lines as it has; only the first begins as one of the command's own does.
func tellError(stderr io.Writer, err error) {
	fmt.Fprintln(stderr, "error:", strings.ReplaceAll(printable.Block(err.Error()), "\n", "\n  "))
}
