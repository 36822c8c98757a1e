package cli

import (
	"fmt"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/util/validation"
	"sigs.k8s.io/yaml"

	"github.com/cpi-operator/cpi-operator/internal/rules"
)

// rulesFlags are those of rules.
type rulesFlags struct {
	files     fileFlags
	namespace string
	timing    rules.Timing
}

func rulesCommand() *cobra.Command {
	flags := rulesFlags{timing: rules.DefaultTiming}
	command := &cobra.Command{
		Use:   "rules",
		Short: "Print the alert rules as a file for a Prometheus without the Prometheus operator",
		Long: `Prints a rule file for Prometheus 2.42 or later. The rules are fixed and read what the operator exports, so that an edit of a
definition asks for no other file; no cluster is asked. Where the Prometheus operator runs, cpi-operator brings its rules itself.

Without a namespace the rules are for all, with those on the operator itself. With -n, or for the namespace of definitions in files,
they read the series of that one alone. docs/alerting.md says what to do with them.`,
		Example: `  # for all namespaces, with the rules on the operator itself
  kubectl cpi rules > cpi-operator.rules.yaml

  # for one namespace
  kubectl cpi rules -n demo

  # for the namespace of definitions in files
  kubectl cpi rules -f config/samples/telco.yaml`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error { return flags.run(command) },
	}
	command.Flags().StringSliceVarP(&flags.files.paths, "filename", "f", nil, "files or folders whose namespace the rules are for; may be given several times")
	command.Flags().StringVarP(&flags.namespace, "namespace", "n", "", "namespace that the rules are for")
	command.Flags().DurationVar(&flags.timing.For, "alert-for", flags.timing.For, "how long an alert must be active before somebody is told")
	command.Flags().DurationVar(&flags.timing.KeepFiringFor, "alert-keep-firing-for", flags.timing.KeepFiringFor, "how long an alert stays after its series has gone; must outlast a change of leader")
	_ = command.MarkFlagFilename("filename", "yaml", "yml", "json") // it was declared above
	command.MarkFlagsMutuallyExclusive("filename", "namespace")
	return command
}

func (f *rulesFlags) run(command *cobra.Command) error {
	for name, wait := range map[string]model.Duration{"alert-for": model.Duration(f.timing.For), "alert-keep-firing-for": model.Duration(f.timing.KeepFiringFor)} {
		if wait < 0 {
			return fmt.Errorf("--%s: must not be negative", name)
		}
	}
	groups, err := f.groups(command)
	if err != nil {
		return err
	}
	text, err := yaml.Marshal(map[string]any{"groups": groups})
	if err == nil {
		_, err = command.OutOrStdout().Write(text)
	}
	return err
}

func (f *rulesFlags) groups(command *cobra.Command) ([]rules.Group, error) {
	switch {
	case f.namespace != "":
		if problems := validation.IsDNS1123Label(f.namespace); len(problems) > 0 {
			return nil, fmt.Errorf("--namespace %s: %s", f.namespace, strings.Join(problems, "; "))
		}
		return []rules.Group{rules.Namespace(f.namespace).At(f.timing)}, nil
	case len(f.files.paths) == 0:
		return []rules.Group{rules.Namespace("").At(f.timing), rules.Operator().At(f.timing)}, nil
	}
	f.files.namespace = unnamed
	namespaces, findings, err := f.files.load(command.Context(), command.InOrStdin())
	if err != nil {
		return nil, err
	}
	if err := printFindings(command.ErrOrStderr(), "text", findings); err != nil {
		return nil, err
	}
	var names []string
	for _, n := range namespaces {
		names = append(names, n.Name)
	}
	switch len(names) {
	case 0:
		return nil, fmt.Errorf("no definition of cpi-operator in %s", &f.files)
	case 1:
		return []rules.Group{rules.Namespace(names[0]).At(f.timing)}, nil
	}
	// One file with the same alert twice passes no linter.
	return nil, fmt.Errorf("the files are of several namespaces, %s: print a file for each with -n, or one for all without", strings.Join(names, ", "))
}
