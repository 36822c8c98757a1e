package attempts_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// token is what every API token looks like, wherever it is written.
var token = regexp.MustCompile(`eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}`)

// search returns the files below root that hold a token.
func search(root string) (holding []string, read int) {
	own, _ := os.Executable()
	_ = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && closed(path, entry.Name()) {
			return fs.SkipDir
		}
		if err != nil || entry.IsDir() || path == own || !finite(path, entry.Name()) {
			return nil //nolint:nilerr // what we may not see, nobody in the container may
		}
		if content, err := os.ReadFile(path); err == nil {
			read++
			if token.Match(bytes.ReplaceAll(content, []byte{0}, []byte{'\n'})) {
				holding = append(holding, path)
			}
		}
		return nil
	})
	return holding, read
}

// closed are the folders of the kernel that say nothing of files and processes, or say it twice.
func closed(path, name string) bool {
	return path == "/sys" || path == "/dev" || name == "task" && strings.HasPrefix(path, "/proc/")
}

// finite leaves out what is no file, and what has no end.
func finite(path, name string) bool {
	if strings.HasPrefix(path, "/proc/") {
		return slices.Contains([]string{"environ", "cmdline", "mountinfo"}, name)
	}
	info, err := os.Stat(path) // the files of a ConfigMap and a Secret are links
	return err == nil && info.Mode().IsRegular()
}

// Were every fence of the engines to fall, there would still be no token in the container: not in a file, not in the
// surroundings of a process.
func TestContainerHoldsNoToken(t *testing.T) {
	if os.Getenv(planVariable) == "" {
		t.Skip("runs in the container of a run, see TestAttemptsInTheContainer in test/e2e")
	}
	holding, read := search("/")
	if len(holding) > 0 {
		t.Errorf("these hold a token: %q", holding)
	}
	if read == 0 {
		t.Error("no file was read")
	}
	t.Logf("%d files", read)
}

func TestSearchFindsAToken(t *testing.T) {
	root := t.TempDir()
	data := filepath.Join(root, "..2026")
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	const jwt = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrdWJlcm5ldGVzIn0.c2lnbmF0dXJl"
	if err := os.WriteFile(filepath.Join(data, "token"), []byte("A=1\x00TOKEN="+jwt+"\x00"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join("..2026", "token"), filepath.Join(root, "token")); err != nil {
		t.Fatal(err)
	}
	if holding, _ := search(root); len(holding) != 2 {
		t.Errorf("found %q, want the file and the link to it", holding)
	}
}
