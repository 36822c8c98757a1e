package cli

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cpi-operator/cpi-operator/internal/amount"
	"github.com/cpi-operator/cpi-operator/internal/offline"
	"github.com/cpi-operator/cpi-operator/internal/printable"
)

type validateFlags struct {
	files  fileFlags
	data   dataFlags
	output string
}

func validateCommand(now time.Time) *cobra.Command {
	var flags validateFlags
	command := &cobra.Command{
		Use:   "validate -f FILE",
		Short: "Check definitions in files as the API server and the operator would",
		Long: `Checks schema, defaults and rules of the CustomResourceDefinitions by the API server's own code, then references,
formulas and units by the operator's. No cluster is asked. Every error has file and line.

Columns are checked where data is at hand: ConfigMaps among the files, and what --bind gives. Only the first rows of files
are read, and no row of a database.

Exit codes: 0 all definitions are valid; 1 one is not; 2 they could not be read.`,
		Example: `  # a folder, before it is committed
  kubectl cpi validate -f config/samples

  # with the columns of a file of rows
  kubectl cpi validate -f nps.yaml --bind crm/answers=file:answers.csv

  # what kustomize makes of it
  kustomize build config/samples | kubectl cpi validate -f -`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error { return flags.run(command, now) },
	}
	flags.files.add(command)
	flags.data.addBinds(command)
	command.Flags().StringVarP(&flags.output, "output", "o", "text", "text, table, json, yaml, csv or markdown")
	completes(command, "output", findingFormats...)
	return command
}

func (f *validateFlags) run(command *cobra.Command, now time.Time) error {
	if !slices.Contains(findingFormats, f.output) {
		return fmt.Errorf("--output %s: write one of %s", f.output, strings.Join(findingFormats, ", "))
	}
	opts, err := f.data.options(now)
	if err != nil {
		return err
	}
	namespaces, findings, err := f.files.load(command.Context(), command.InOrStdin())
	if err != nil {
		return err
	}
	checked := len(findings)
	for _, n := range namespaces {
		checked += n.Len()
	}
	if checked == 0 {
		return f.files.nothing()
	}
	if err := taken(namespaces, opts); err != nil {
		return err
	}
	more, err := check(command, namespaces, opts)
	if err != nil {
		return err
	}
	findings = append(findings, more...)
	if err := printFindings(command.OutOrStdout(), f.output, findings); err != nil {
		return err
	}
	if len(findings) > 0 {
		return notInOrder{}
	}
	if f.output == "text" {
		fmt.Fprintln(command.OutOrStdout(), amount.Counted(checked, "definition is valid", "definitions are valid"))
	}
	return nil
}

// check namespaces, columns included. What that took is gone before anything is printed: a reader that has enough, such as head, ends
// this process.
func check(command *cobra.Command, namespaces []*offline.Namespace, opts offline.Options) (findings []offline.Finding, err error) {
	done, err := prepare(&opts, command.ErrOrStderr())
	if err != nil {
		return nil, err
	}
	defer done()
	for _, n := range namespaces {
		columns, err := n.ValidateColumns(command.Context(), opts)
		if err != nil {
			return nil, err
		}
		findings = slices.Concat(findings, n.Validate(), columns)
	}
	return findings, nil
}

var findingFormats = append([]string{"text"}, formats...)

// toldFinding is a finding as programs read it.
type toldFinding struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Object  string `json:"object,omitempty"`
	Field   string `json:"field,omitempty"`
	Message string `json:"message"`
}

// printFindings in the order of the files.
func printFindings(out io.Writer, format string, findings []offline.Finding) error {
	findings = slices.SortedStableFunc(slices.Values(findings), func(a, b offline.Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	if format == "text" {
		for _, f := range findings {
			parts := []string{f.String(), f.Object, f.Field, f.Message}
			fmt.Fprintln(out, printable.Line(strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), ": ")))
		}
		return nil
	}
	told := make([]toldFinding, 0, len(findings))
	rows := listing{headings: []string{"FILE", "LINE", "OBJECT", "FIELD", "MESSAGE"}}
	for _, f := range findings {
		told = append(told, toldFinding{f.File, f.Line, f.Object, f.Field, f.Message})
		rows.rows = append(rows.rows, []string{f.File, strconv.Itoa(f.Line), f.Object, f.Field, f.Message})
	}
	return printListings(out, format, told, rows)
}
