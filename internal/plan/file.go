package plan

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ErrFormat is returned for a file that another version of the program wrote.
var ErrFormat = errors.New("format version differs")

// Read reads a plan and checks that this program understands it.
func Read(path string) (Plan, error) {
	var read Plan
	if err := readJSON(path, &read); err != nil {
		return Plan{}, err
	}
	return read, checkFormat(path, read.FormatVersion)
}

// Write writes a plan atomically, under the current format version.
func Write(path string, written Plan) error {
	written.FormatVersion = FormatVersion
	return writeJSON(path, written)
}

func checkFormat(path string, version int) error {
	if version != FormatVersion {
		return fmt.Errorf("%s: %w: it is %d, this program reads %d; run the plan, compute and publish steps from the same release",
			path, ErrFormat, version, FormatVersion)
	}
	return nil
}

func readJSON(path string, into any) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(content, into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// writeJSON replaces path in one step, so that a reader finds either nothing, the old or the whole new
// content, and syncs, so that what it says outlives a kill in the next instant.
func writeJSON(path string, value any) error {
	content, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".writing-*")
	if err != nil {
		return err
	}
	_, err = file.Write(append(content, '\n'))
	err = errors.Join(err, file.Chmod(0o644), file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}
