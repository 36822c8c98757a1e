package cli

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cpi-operator/cpi-operator/internal/board"
)

// lookFlags say what a command looks at: a namespace of a cluster, or definitions in files, which are computed on the spot.
type lookFlags struct {
	clusterFlags
	paths []string
	data  dataFlags
	// invalid is how much is wrong with the files that were computed.
	invalid int
}

func (f *lookFlags) add(command *cobra.Command) {
	f.clusterFlags.add(command)
	command.Flags().StringSliceVarP(&f.paths, "filename", "f", nil, "look at definitions in files instead, computed on the spot: file, folder (with all below it) or - for standard input; may be given several times")
	_ = command.MarkFlagFilename("filename", "yaml", "yml", "json") // it was declared above
	command.Flags().Lookup("namespace").Usage = "namespace; that of the context, if it is not given; of files, which one of theirs, and that of objects that name none"
	f.data.add(command)
	command.MarkFlagsMutuallyExclusive("filename", "kubeconfig")
	command.MarkFlagsMutuallyExclusive("filename", "context")
}

// unnamed is the namespace of objects in files that name none.
const unnamed = "default"

// files to look at; nil of a cluster.
func (f *lookFlags) files() *fileFlags {
	if len(f.paths) == 0 {
		return nil
	}
	return &fileFlags{paths: f.paths, namespace: cmp.Or(f.namespace, unnamed)}
}

// errAboutFiles refuses flags that say on which data files are computed, where a cluster is looked at.
var errAboutFiles = errors.New("--bind, --secret and --at are about files: give them with -f")

// look reads the namespace as of now, or computes it.
func (f *lookFlags) look(command *cobra.Command, now time.Time) (board.Objects, error) {
	if files := f.files(); files != nil {
		return f.compute(command, files, now)
	}
	if f.data.given() {
		return board.Objects{}, errAboutFiles
	}
	c, err := f.connect()
	if err != nil {
		return board.Objects{}, err
	}
	objects, err := board.Read(command.Context(), c, c.Namespace, now)
	return objects, clusterError(err)
}

// compute what is in files. What is wrong with them is told on stderr; what they have is looked at all the same.
func (f *lookFlags) compute(command *cobra.Command, files *fileFlags, now time.Time) (board.Objects, error) {
	found, err := f.data.compute(command.Context(), files, command.InOrStdin(), command.ErrOrStderr(), now)
	if err != nil {
		return board.Objects{}, err
	}
	f.invalid = len(found.findings)
	if err := printFindings(command.ErrOrStderr(), "text", found.findings); err != nil {
		return board.Objects{}, err
	}
	var names []string
	for _, objects := range found.namespaces {
		if objects.Namespace == f.namespace || len(found.namespaces) == 1 && f.namespace == "" {
			return objects, nil
		}
		names = append(names, objects.Namespace)
	}
	switch {
	case len(names) == 0:
		return board.Objects{}, fmt.Errorf("no valid definition of cpi-operator in %s", files)
	case f.namespace != "":
		return board.Objects{}, fmt.Errorf("no definition of namespace %s in %s: there are %s", f.namespace, files, strings.Join(names, ", "))
	}
	return board.Objects{}, fmt.Errorf("the files are of several namespaces, %s: choose one with -n", strings.Join(names, ", "))
}
