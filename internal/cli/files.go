package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cpi-operator/cpi-operator/internal/amount"
	"github.com/cpi-operator/cpi-operator/internal/manifest"
	"github.com/cpi-operator/cpi-operator/internal/offline"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// fileFlags say which definitions a command looks at.
type fileFlags struct {
	paths     []string
	namespace string
}

func (f *fileFlags) add(command *cobra.Command) {
	command.Flags().StringSliceVarP(&f.paths, "filename", "f", nil, "file, folder (with all below it) or - for standard input; may be given several times")
	command.Flags().StringVarP(&f.namespace, "namespace", "n", "default", "namespace of objects that name none")
	_ = command.MarkFlagFilename("filename", "yaml", "yml", "json") // it was declared above
}

// String is how files are told of.
func (f *fileFlags) String() string {
	return strings.Join(mapped(f.paths, func(path string) string {
		if path == manifest.Stdin {
			return "standard input"
		}
		return path
	}), ", ")
}

// nothing is the error of files without a definition.
func (f *fileFlags) nothing() error {
	for _, path := range f.paths {
		if offline.FormatOf(path) == plan.CSV || offline.FormatOf(path) == plan.Parquet {
			return fmt.Errorf("%s is a table: kubectl cpi init %s writes a first definition for it; -f is for definitions, --bind SOURCE/TABLE=file:PATH for their data", path, path)
		}
	}
	return fmt.Errorf("no definition of cpi-operator in %s: kubectl cpi init writes a first one for a table", f)
}

// noArguments refuses them without repeating them: a forgotten --bind may hold a password.
func noArguments(command *cobra.Command, args []string) error {
	if len(args) > 0 {
		told := fmt.Sprintf("%s to no flag", amount.Counted(len(args), "argument belongs", "arguments belong"))
		switch command.Name() {
		case "status", "ui":
			told += ": files are given with -f; of one indicator tells kubectl cpi explain NAME"
		case "version":
		default:
			told += ": files are given with -f, data with --bind"
		}
		return errors.New(told)
	}
	return nil
}

// load reads the files, and kustomizations beside them. Findings are what keeps objects out.
func (f *fileFlags) load(ctx context.Context, stdin io.Reader) ([]*offline.Namespace, []offline.Finding, error) {
	if len(f.paths) == 0 {
		return nil, nil, errors.New("say which files: -f FILE or -f FOLDER")
	}
	objects, faults, err := manifest.Read(append(slices.Clone(f.paths), offline.Beside(f.paths)...), stdin)
	if err != nil {
		return nil, nil, err
	}
	var findings []offline.Finding
	for _, fault := range faults {
		findings = append(findings, offline.Finding{Place: fault.Place, Message: fault.Message})
	}
	namespaces, more, err := offline.Load(ctx, objects, f.namespace)
	if err != nil {
		return nil, nil, err
	}
	var ours []*offline.Namespace
	for _, n := range namespaces {
		if !n.Empty() {
			ours = append(ours, n)
		}
	}
	return ours, append(findings, more...), nil
}
