package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"

	"github.com/cpi-operator/cpi-operator/internal/offline"
)

func validateCommand() *cobra.Command {
	var files fileFlags
	var output string
	command := &cobra.Command{
		Use:   "validate -f FILE",
		Short: "Check definitions in files as the API server and the operator would",
		Long: `Checks schema, defaults and rules of the CustomResourceDefinitions by the API server's own code, then references,
formulas and units by the operator's. No cluster is asked. Every error has file and line.`,
		Example: `  # a folder, before it is committed
  kubectl cpi validate -f config/samples

  # what kustomize makes of it
  kustomize build config/samples | kubectl cpi validate -f -`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			if !slices.Contains(findingFormats, output) {
				return fmt.Errorf("--output %s: write one of %v", output, findingFormats)
			}
			namespaces, findings, err := files.load(command.Context(), command.InOrStdin())
			if err != nil {
				return err
			}
			checked := len(findings)
			for _, n := range namespaces {
				findings = append(findings, n.Validate()...)
				checked += n.Len()
			}
			if checked == 0 {
				return fmt.Errorf("no definition of cpi-operator in %v", files.paths)
			}
			if err := printFindings(command.OutOrStdout(), output, findings); err != nil {
				return err
			}
			if len(findings) > 0 {
				return notInOrder{}
			}
			if output == "text" {
				fmt.Fprintf(command.OutOrStdout(), "%d definitions are valid\n", checked)
			}
			return nil
		},
	}
	files.add(command)
	command.Flags().StringVarP(&output, "output", "o", "text", "text, json or yaml")
	return command
}

var findingFormats = []string{"text", "json", "yaml"}

// toldFinding is a finding as programs read it.
type toldFinding struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Object  string `json:"object,omitempty"`
	Field   string `json:"field,omitempty"`
	Message string `json:"message"`
}

func printFindings(out io.Writer, format string, findings []offline.Finding) error {
	if format == "text" {
		for _, f := range findings {
			fmt.Fprintf(out, "%s: ", f.Place)
			for _, part := range []string{f.Object, f.Field} {
				if part != "" {
					fmt.Fprintf(out, "%s: ", part)
				}
			}
			fmt.Fprintln(out, f.Message)
		}
		return nil
	}
	told := make([]toldFinding, 0, len(findings))
	for _, f := range findings {
		told = append(told, toldFinding{f.File, f.Line, f.Object, f.Field, f.Message})
	}
	text, err := json.MarshalIndent(told, "", "  ")
	if err == nil && format == "yaml" {
		text, err = yaml.JSONToYAML(text)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, string(text))
	return err
}
