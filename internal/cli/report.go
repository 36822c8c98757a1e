package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cpi-operator/cpi-operator/internal/board"
	"github.com/cpi-operator/cpi-operator/internal/report"
	"github.com/cpi-operator/cpi-operator/internal/scorecard"
)

const kindScorecard = "Scorecard"

// reportFlags are those of report.
type reportFlags struct {
	lookFlags
	since  string
	output string
}

// reportFormats of the report, with what writes each.
var reportFormats = map[string]func(*report.Report, io.Writer) error{
	"html": (*report.Report).HTML, "markdown": (*report.Report).Markdown, "json": (*report.Report).JSON,
}

func reportCommand(now time.Time) *cobra.Command {
	var flags reportFlags
	command := &cobra.Command{
		Use:   "report [SCORECARD]",
		Short: "Write a report on a scorecard, or on a whole namespace, for people who look at it together",
		Long: `Writes the three actions that matter most, with who can take them and why; the numbers; what changed since last time; what goes
with what; the guardrails; what is uncertain and why; and what the set leaves out. There is no score.

Last time is the scorecard's last review or, without one, one period ago. HTML is one file that needs nothing else: it can be
sent, printed and kept.`,
		Example: `  # a scorecard, to read here
  kubectl cpi report software

  # one file to send or print, with what changed since a day
  kubectl cpi report software --since 2026-10-01 --output html > software.html

  # a whole namespace, of definitions in files
  kubectl cpi report -f config/samples/software.yaml`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return fmt.Errorf("%d arguments: name one scorecard, or none for the whole namespace", len(args))
			}
			return nil
		},
		RunE: func(command *cobra.Command, args []string) error {
			return flags.run(command, strings.Join(args, ""), now)
		},
	}
	flags.add(command)
	command.ValidArgsFunction = flags.completeNames(kindScorecard)
	command.Flags().StringVar(&flags.since, "since", "", "the day since which changes are told, such as 2026-10-01; the last review, or one period ago, if it is not given")
	command.Flags().StringVarP(&flags.output, "output", "o", "markdown", "markdown, html or json")
	completes(command, "output", "markdown", "html", "json")
	return command
}

func (f *reportFlags) run(command *cobra.Command, name string, now time.Time) error {
	write, known := reportFormats[f.output]
	if !known {
		return fmt.Errorf("--output %s: write one of markdown, html, json", f.output)
	}
	var asked time.Time
	if f.since != "" {
		var err error
		if asked, err = time.Parse(time.DateOnly, f.since); err != nil {
			return fmt.Errorf("--since %s: write a day such as 2026-10-01", f.since)
		}
	}
	objects, err := f.look(command, now)
	if err != nil {
		return err
	}
	set, err := setOf(objects, name)
	if err != nil {
		return err
	}
	since := set.LastTime()
	if f.since != "" {
		since = scorecard.Since{At: asked, Why: "as asked for", Day: true}
	}
	if since.At.After(objects.At) {
		return fmt.Errorf("--since %s lies ahead", f.since)
	}
	made := report.Make(set, since)
	return write(&made, command.OutOrStdout())
}

// setOf a scorecard by its name, or of a whole namespace.
func setOf(objects board.Objects, name string) (scorecard.Set, error) {
	if name == "" {
		set := scorecard.All(objects)
		if len(set.Members) == 0 {
			return set, fmt.Errorf("namespace %s has no indicator to report on: does it exist, and is it the right one? Choose with -n and --context", objects.Namespace)
		}
		return set, nil
	}
	if objects.Cardless {
		return scorecard.Set{}, errors.New("this cluster's cpi-operator is older than this command and does not know Scorecards: update it, or leave the name out for a report on all indicators of the namespace")
	}
	if len(objects.Scorecards) == 0 {
		return scorecard.Set{}, fmt.Errorf("there is no Scorecard in namespace %s: without a name the report is on all of its indicators", objects.Namespace)
	}
	found, err := find(objects, name, kindScorecard)
	if err != nil {
		return scorecard.Set{}, err
	}
	for i := range objects.Scorecards {
		if card := &objects.Scorecards[i]; card.Name == found.name {
			return scorecard.Of(objects, card), nil
		}
	}
	return scorecard.Set{}, fmt.Errorf("scorecard %s has gone", name) // find has just seen it
}
