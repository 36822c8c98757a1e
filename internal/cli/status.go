package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/spf13/cobra"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/board"
)

// statusFlags are those of status.
type statusFlags struct {
	lookFlags
	everywhere bool
	all        bool
	output     string
}

func statusCommand(now time.Time) *cobra.Command {
	var flags statusFlags
	command := &cobra.Command{
		Use:   "status",
		Short: "Show how a namespace is doing: problems first, then numbers, claims and sources",
		Long: `Shows a whole namespace: what is wrong, with its owner, the gravest first; the CPIs by theme; the KPIs against their targets; the
claims; and the data sources with their last run. Of more than ` + fmt.Sprint(atOnce) + ` indicators, only those that need a look are listed, unless --all is given.

Exit code 0: nothing critical. 1: a problem is critical: an invalid definition, a run that fails, a value beyond its critical
threshold, an error budget that burns fast, or a KPI that looks good while its guardrails get worse. 2: the namespace could not be
read, or holds no definition.`,
		Example: `  # the namespace of the present context
  kubectl cpi status

  # definitions in files, computed on the spot
  kubectl cpi status -f config/samples/software.yaml

  # every namespace that has definitions, as a document
  kubectl cpi status --all-namespaces --output markdown`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error { return flags.run(command, now) },
	}
	flags.add(command)
	command.Flags().BoolVarP(&flags.everywhere, "all-namespaces", "A", false, "show every namespace that has definitions")
	command.MarkFlagsMutuallyExclusive("all-namespaces", "namespace")
	command.MarkFlagsMutuallyExclusive("all-namespaces", "filename")
	command.Flags().BoolVar(&flags.all, "all", false, "list every indicator and every problem, however many there are")
	addOutput(command, &flags.output)
	return command
}

func (f *statusFlags) run(command *cobra.Command, now time.Time) error {
	if err := checkFormat(f.output); err != nil {
		return err
	}
	boards, err := f.boards(command, now)
	if err != nil {
		return err
	}
	if len(boards) == 0 {
		return errors.New("no namespace holds a definition of cpi-operator: is this the right cluster? Choose with --context, or begin with kubectl cpi init")
	}
	all := make([]namespaceStatus, 0, len(boards))
	critical := f.invalid > 0
	for _, b := range boards {
		s := statusOf(b)
		if s.empty() {
			return fmt.Errorf("namespace %s holds no definition of cpi-operator: does it exist, and is this the right cluster? Choose with -n and --context, or begin with kubectl cpi init", b.Namespace)
		}
		critical = critical || slices.ContainsFunc(s.problems, func(p board.Problem) bool { return p.Gravity == board.Grave })
		all = append(all, s)
	}
	if err := f.print(command.OutOrStdout(), all); err != nil {
		return err
	}
	if critical {
		return notInOrder{}
	}
	return nil
}

// boards are the namespaces to show.
func (f *statusFlags) boards(command *cobra.Command, now time.Time) ([]board.Objects, error) {
	if !f.everywhere {
		one, err := f.look(command, now)
		return []board.Objects{one}, err
	}
	c, err := f.connect()
	if err != nil {
		return nil, err
	}
	namespaces, err := c.namespaces(command.Context())
	if err != nil {
		return nil, clusterError(err)
	}
	var out []board.Objects
	for _, namespace := range namespaces {
		objects, err := board.Read(command.Context(), c, namespace, now)
		if err != nil {
			return nil, clusterError(err)
		}
		out = append(out, objects)
	}
	return out, nil
}

// namespaces that hold definitions, by name.
func (c *cluster) namespaces(ctx context.Context) ([]string, error) {
	found := map[string]bool{}
	for _, kind := range []string{"CPIDefinition", "KPITarget", "DataSource"} {
		var list metav1.PartialObjectMetadataList
		list.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(kind + "List"))
		if err := c.List(ctx, &list, client.InNamespace(metav1.NamespaceAll)); err != nil {
			return nil, err
		}
		for _, item := range list.Items {
			found[item.Namespace] = true
		}
	}
	return slices.Sorted(maps.Keys(found)), nil
}
