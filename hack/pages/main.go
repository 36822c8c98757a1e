// pages writes the pages of measures into the folder that its argument names, and removes those of measures that are gone.
package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/measure/pages"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: pages FOLDER")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(folder string) error {
	all, err := pages.All()
	if err != nil {
		return err
	}
	for path, text := range all {
		file := filepath.Join(folder, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return filepath.WalkDir(folder, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(file, ".md") {
			return err
		}
		path, err := filepath.Rel(folder, file)
		if err != nil {
			return err
		}
		if _, ok := all[filepath.ToSlash(path)]; !ok {
			return os.Remove(file)
		}
		return nil
	})
}
