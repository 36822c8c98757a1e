package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/internal/board"
	"github.com/cpi-operator/cpi-operator/internal/offline"
	"github.com/cpi-operator/cpi-operator/internal/printable"
)

// diffFlags say what is compared with what.
type diffFlags struct {
	clusterFlags
	paths   []string
	against []string
	data    dataFlags
	output  string
}

func diffCommand(now time.Time) *cobra.Command {
	var flags diffFlags
	command := &cobra.Command{
		Use:   "diff -f FILE",
		Short: "What an edit would change in numbers, judgements and alerts",
		Long: `Puts the definitions in files over those in the cluster, or with --against over those in other files, and tells of each
indicator and claim what changes: whether it is new, is edited in a way that no number shows, is judged otherwise by the same
numbers, or has a new formula, whose numbers begin a new baseline and are not to be compared with the old ones; and which alerts
would begin, end or go to another owner.

What keeps its formula keeps its numbers. Only new formulas are computed, here, on the data in the files, in the cluster's
ConfigMaps or what --bind gives; Secrets of the cluster are not read. --against computes both sides on the same data, as of
the same instant. Definitions that are in the cluster and not in the files stay; those in other files and not in these are
removed.

Exit codes: 0 no indicator and no claim changes; 1 one does; 2 it cannot be told. What has no number yet and is not edited
does not change.`,
		Example: `  # before a folder is applied
  kubectl cpi diff -f config/samples

  # before a branch is merged
  kubectl cpi diff -f config/samples --against main/config/samples

  # a definition for a database, on a file of its rows
  kubectl cpi diff -f nps.yaml --against nps-before.yaml --bind crm/answers=file:answers.csv`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error { return flags.run(command, now) },
	}
	flags.add(command)
	command.Flags().StringSliceVarP(&flags.paths, "filename", "f", nil, "file, folder (with all below it) or - for standard input, with the edited definitions; may be given several times")
	command.Flags().StringSliceVar(&flags.against, "against", nil, "file or folder with the definitions as they were, instead of a cluster; may be given several times")
	for _, flag := range []string{"filename", "against"} {
		_ = command.MarkFlagFilename(flag, "yaml", "yml", "json") // it was declared above
	}
	flags.data.add(command)
	addOutput(command, &flags.output)
	command.MarkFlagsMutuallyExclusive("against", "kubeconfig")
	command.MarkFlagsMutuallyExclusive("against", "context")
	return command
}

func (f *diffFlags) run(command *cobra.Command, now time.Time) error {
	if err := checkFormat(f.output); err != nil {
		return err
	}
	opts, err := f.data.options(now)
	if err != nil {
		return err
	}
	done, err := prepare(&opts, command.ErrOrStderr())
	if err != nil {
		return err
	}
	edited, err := f.edits(command, opts)
	done()
	if err != nil {
		return err
	}
	var told diffTold
	for _, e := range edited {
		told.add(e)
	}
	if err := told.print(command.OutOrStdout(), f.output); err != nil {
		return err
	}
	for _, problem := range told.Problems {
		fmt.Fprintln(command.ErrOrStderr(), printable.Line(problem))
	}
	switch {
	case len(told.Problems) > 0:
		return errors.New("not all of the edit could be computed")
	case told.differs():
		return notInOrder{}
	}
	return nil
}

// edits of all namespaces.
func (f *diffFlags) edits(command *cobra.Command, opts offline.Options) ([]offline.Edited, error) {
	ctx := command.Context()
	if len(f.against) > 0 {
		return f.ofFiles(ctx, command, opts)
	}
	c, err := f.connect()
	if err != nil {
		return nil, fmt.Errorf("%w; or say with --against which files to compare with", err)
	}
	namespaces, err := f.valid(command, &fileFlags{paths: f.paths, namespace: c.Namespace})
	if err != nil {
		return nil, err
	}
	if err := taken(namespaces, opts); err != nil {
		return nil, err
	}
	var out []offline.Edited
	for _, n := range namespaces {
		before, err := board.Read(ctx, c, n.Name, opts.Now)
		if err != nil {
			return nil, clusterError(err)
		}
		opts.ConfigMap = func(name string) (*corev1.ConfigMap, error) { return c.configMap(ctx, n.Name, name) }
		edited, err := n.Edit(ctx, before, false, opts)
		if err != nil {
			return nil, err
		}
		out = append(out, edited)
	}
	return out, nil
}

// configMap of the cluster, which may hold data; nil if there is none, or none that may be read.
func (c *cluster) configMap(ctx context.Context, namespace, name string) (*corev1.ConfigMap, error) {
	out := &corev1.ConfigMap{}
	err := c.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, out)
	if apierrors.IsNotFound(err) || apierrors.IsForbidden(err) {
		return nil, nil
	}
	return out, clusterError(err)
}

// ofFiles computes those before and what becomes of them.
func (f *diffFlags) ofFiles(ctx context.Context, command *cobra.Command, opts offline.Options) ([]offline.Edited, error) {
	unnamedIn := f.namespace
	if unnamedIn == "" {
		unnamedIn = unnamed
	}
	after, err := f.valid(command, &fileFlags{paths: f.paths, namespace: unnamedIn})
	if err != nil {
		return nil, err
	}
	before, err := f.valid(command, &fileFlags{paths: f.against, namespace: unnamedIn})
	if err != nil {
		return nil, err
	}
	if err := taken(slices.Concat(after, before), opts); err != nil {
		return nil, err
	}
	var out []offline.Edited
	for _, pair := range pairs(before, after) {
		pair.after.Lend(pair.before)
		computed, err := pair.before.Compute(ctx, opts)
		if err != nil {
			return nil, err
		}
		objects, _ := pair.before.Objects(computed, opts.Now)
		edited, err := pair.after.Edit(ctx, objects, true, opts)
		if err != nil {
			return nil, err
		}
		out = append(out, edited)
	}
	return out, nil
}

// valid definitions only: what would be refused changes nothing.
func (f *diffFlags) valid(command *cobra.Command, files *fileFlags) ([]*offline.Namespace, error) {
	namespaces, findings, err := files.load(command.Context(), command.InOrStdin())
	if err != nil {
		return nil, err
	}
	if len(findings) > 0 {
		if err := printFindings(command.ErrOrStderr(), "text", findings); err != nil {
			return nil, err
		}
		return nil, fmt.Errorf("not all in %s is valid, and nothing was compared: mend that first", files)
	}
	if len(namespaces) == 0 {
		return nil, fmt.Errorf("no definition of cpi-operator in %s", files)
	}
	for _, n := range namespaces {
		if f.namespace != "" && n.Name != f.namespace {
			return nil, fmt.Errorf("%s: definitions of namespace %s, and -n says %s", files, n.Name, f.namespace)
		}
	}
	return namespaces, nil
}

// pair of a namespace's definitions, before and after.
type pair struct{ before, after *offline.Namespace }

// pairs of namespaces by name; one that is on one side only has no definitions on the other.
func pairs(before, after []*offline.Namespace) []pair {
	found := map[string]*pair{}
	of := func(name string) *pair {
		if found[name] == nil {
			found[name] = &pair{offline.Nothing(name), offline.Nothing(name)}
		}
		return found[name]
	}
	for _, n := range before {
		of(n.Name).before = n
	}
	for _, n := range after {
		of(n.Name).after = n
	}
	var out []pair
	for _, name := range slices.Sorted(maps.Keys(found)) {
		out = append(out, *found[name])
	}
	return out
}
