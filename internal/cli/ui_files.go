package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"k8s.io/utils/clock"

	"github.com/cpi-operator/cpi-operator/internal/board"
	"github.com/cpi-operator/cpi-operator/internal/manifest"
)

// fileBoards are definitions in files, computed when they are first looked at, and again once files have changed.
type fileBoards struct {
	flags   *lookFlags
	files   *fileFlags
	command *cobra.Command
	clock   clock.PassiveClock

	mutex sync.Mutex
	// inputs that were read, in the state of.
	inputs   []string
	of       string
	computed bool
	// boards that came of them, with what is wrong with the files, or why there are none.
	boards   []board.Objects
	findings string
	err      error
}

// Namespaces of the files, sorted.
func (b *fileBoards) Namespaces(context.Context) ([]string, error) {
	boards, err := b.current()
	var names []string
	for _, objects := range boards {
		names = append(names, objects.Namespace)
	}
	return names, err
}

// Objects of one of their namespaces.
func (b *fileBoards) Objects(_ context.Context, namespace string) (board.Objects, error) {
	boards, err := b.current()
	for _, objects := range boards {
		if objects.Namespace == namespace {
			return objects, nil
		}
	}
	if err == nil {
		err = fmt.Errorf("the files no longer have namespace %s", namespace)
	}
	return board.Objects{}, err
}

// current boards. They are computed for the command, whatever becomes of the request that asked first.
func (b *fileBoards) current() ([]board.Objects, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	once := slices.Contains(b.files.paths, manifest.Stdin) // standard input can be read only once
	if b.computed && (once || b.state() == b.of) {
		return b.boards, b.err
	}
	if !once {
		b.inputs = b.flags.data.inputs(b.files)
	}
	b.of, b.computed = b.state(), true // before anything is read, so that no edit is missed
	b.boards, b.err = b.compute()
	return b.boards, b.err
}

// Faults of the files, for people.
func (b *fileBoards) Faults() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.findings
}

func (b *fileBoards) compute() ([]board.Objects, error) {
	b.findings = "" // of files as they were
	errOut := b.command.ErrOrStderr()
	found, err := b.flags.data.compute(b.command.Context(), b.files, b.command.InOrStdin(), errOut, b.clock.Now())
	if err != nil {
		return nil, err
	}
	var findings strings.Builder
	if err := printFindings(&findings, "text", found.findings); err != nil {
		return nil, err
	}
	b.findings = findings.String()
	fmt.Fprint(errOut, b.findings)
	switch {
	case len(found.namespaces) == 0:
		return nil, errors.New(b.findings)
	case b.flags.namespace == "":
		return found.namespaces, nil
	}
	for _, objects := range found.namespaces {
		if objects.Namespace == b.flags.namespace {
			return []board.Objects{objects}, nil
		}
	}
	return nil, fmt.Errorf("no definition of namespace %s in %v", b.flags.namespace, b.files.paths)
}

// state of what was read: names, sizes and times of all the files.
func (b *fileBoards) state() string {
	var out strings.Builder
	for _, root := range b.inputs {
		_ = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil: // to compute it says why, and that it is so is a state too
				fmt.Fprintln(&out, path, err)
				return nil
			case entry.IsDir() && path != root && hidden(path):
				return fs.SkipDir
			case entry.IsDir():
				return nil
			}
			if info, err := os.Stat(path); err == nil {
				fmt.Fprintln(&out, path, info.Size(), info.ModTime().UnixNano())
			}
			return nil
		})
	}
	return out.String()
}
