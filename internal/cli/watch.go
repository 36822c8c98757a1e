package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/cpi-operator/cpi-operator/internal/manifest"
	"github.com/cpi-operator/cpi-operator/internal/offline"
)

// watcher tells when one of some files changes, or any below some folders.
type watcher struct {
	*fsnotify.Watcher
	// files and folders by their absolute paths.
	files, folders []string
}

// watch the definitions and the data that they are computed on.
func (f *dataFlags) watch(files *fileFlags) (*watcher, error) {
	inner, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watching files: %w", err)
	}
	w := &watcher{Watcher: inner}
	for _, path := range f.inputs(files) {
		if err := w.take(path); err != nil {
			return nil, errors.Join(fmt.Errorf("watching %s: %w", path, err), w.Close())
		}
	}
	return w, nil
}

// inputs are the files and folders that a computation reads. What cannot be read is left out: to compute it says why.
func (f *dataFlags) inputs(files *fileFlags) []string {
	paths := append(slices.Clone(files.paths), offline.Beside(files.paths)...)
	if objects, _, err := manifest.Read(paths, nil); err == nil {
		paths = append(paths, offline.Follows(objects)...)
	}
	if opts, err := f.options(time.Time{}); err == nil {
		for _, b := range opts.Binds {
			paths = append(paths, b.Path)
		}
		for _, s := range opts.Given {
			paths = append(paths, s.Dir())
		}
	}
	return slices.DeleteFunc(paths, func(path string) bool { return path == "" }) // a server, or environment variables
}

// take a file or a folder in. Of a file, its folder is watched: editors put a new file in the place of an old one.
func (w *watcher) take(path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	folder := false
	err = filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil //nolint:nilerr // told where it is read
		case !entry.IsDir():
			return nil
		case name != path && hidden(name):
			return fs.SkipDir
		}
		folder = true
		return w.Add(name)
	})
	if folder || err != nil {
		w.folders = append(w.folders, path)
		return err
	}
	w.files = append(w.files, path)
	if err := w.Add(filepath.Dir(path)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func hidden(path string) bool { return strings.HasPrefix(filepath.Base(path), ".") }

// about reports whether an event is of something that is watched, and changes it.
func (w *watcher) about(event fsnotify.Event) bool {
	if event.Op == fsnotify.Chmod {
		return false
	}
	if slices.Contains(w.files, event.Name) {
		return true
	}
	within := func(folder string) bool { return strings.HasPrefix(event.Name, folder+string(filepath.Separator)) }
	return !hidden(event.Name) && slices.ContainsFunc(w.folders, within)
}

// quiet is how long nothing must have changed for a change to be whole.
const quiet = 100 * time.Millisecond

// changed waits for a change to come to rest and gives the instant; false once ctx is done.
func (w *watcher) changed(ctx context.Context) (time.Time, bool) {
	rest := time.NewTimer(quiet)
	rest.Stop()
	for {
		select {
		case <-ctx.Done():
			return time.Time{}, false
		case event := <-w.Events:
			if w.about(event) {
				rest.Reset(quiet)
			}
		case err := <-w.Errors: // events may have been lost: perhaps one of ours
			if err != nil {
				rest.Reset(quiet)
			}
		case at := <-rest.C:
			return at, true
		}
	}
}
