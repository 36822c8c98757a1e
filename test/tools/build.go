// Package tools gives tests the servers and commands that hack/tools builds.
package tools

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Build gives the path of a tool, built first if the cache lacks it.
func Build(t testing.TB, tool string) string {
	t.Helper()
	path, err := exec.Command(filepath.Join(root(t), "hack", "tools", "build.sh"), tool).Output()
	if err != nil {
		var said []byte
		if failed, ok := errors.AsType[*exec.ExitError](err); ok {
			said = failed.Stderr
		}
		t.Fatalf("build %s: %v\n%s", tool, err, said)
	}
	return strings.TrimSpace(string(path))
}

// root is the checkout: a test runs in its package's folder.
func root(t testing.TB) string {
	t.Helper()
	folder, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder
		}
		parent := filepath.Dir(folder)
		if parent == folder {
			err = errors.New("no go.mod above")
		}
		folder = parent
	}
	t.Fatalf("find the checkout: %v", err)
	return ""
}
