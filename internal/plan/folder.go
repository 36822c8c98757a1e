package plan

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
)

// The results folder is how compute speaks to publish, which shares nothing else with it:
//
//	0-CPIDefinition-nps.json   a Result, whole as soon as it is there; the number is its place in the plan
//	attempting.json            the Attempt under way; the process was killed in it if there is no done.json
//	done.json                  the Done of the run, always written last

const (
	attemptingFile = "attempting.json"
	doneFile       = "done.json"
)

// Attempt names the indicators that are being computed. Those whose result is already there were not in flight any more.
type Attempt struct {
	FormatVersion int    `json:"formatVersion"`
	Run           string `json:"run"`
	// Dataset is set while it is being opened and checked on behalf of all its indicators; no one of them is to blame then.
	Dataset string `json:"dataset,omitempty"`
	Keys    []Key  `json:"keys,omitempty"`
}

// Done sums up a run.
type Done struct {
	FormatVersion int    `json:"formatVersion"`
	Run           string `json:"run"`
	// Expected is the number of indicators in the plan. Those neither succeeded nor failed had no turn.
	Expected  int `json:"expected"`
	Succeeded int `json:"succeeded"`
	Failed    int `json:"failed"`
	// Source is set if the data source itself failed, which ended the run.
	Source *Failure `json:"source,omitempty"`
	// Interrupted says that the run was told to stop before every indicator had its turn.
	Interrupted bool `json:"interrupted,omitempty"`
}

// ResultsFolder is a folder of results, shared by one writer and one reader.
type ResultsFolder string

// WriteResult writes the result of the plan's place-th indicator.
func (f ResultsFolder) WriteResult(place int, result Result) error {
	result.FormatVersion = FormatVersion
	return writeJSON(f.path(fmt.Sprintf("%d-%s-%s.json", place, result.Kind, result.Name)), result)
}

// WriteAttempt says what is about to be computed, before a kill could come.
func (f ResultsFolder) WriteAttempt(attempt Attempt) error {
	attempt.FormatVersion = FormatVersion
	return writeJSON(f.path(attemptingFile), attempt)
}

// WriteDone ends the run: nothing is written after it.
func (f ResultsFolder) WriteDone(done Done) error {
	done.FormatVersion = FormatVersion
	return writeJSON(f.path(doneFile), done)
}

// Results lists the names of the result files that are there, in no particular order.
func (f ResultsFolder) Results() ([]string, error) {
	names, err := filepath.Glob(f.path("[0-9]*-*-*.json"))
	for i := range names {
		names[i] = filepath.Base(names[i])
	}
	return names, err
}

// ReadResult reads one of Results.
func (f ResultsFolder) ReadResult(name string) (Result, error) {
	var result Result
	if err := readJSON(f.path(name), &result); err != nil {
		return Result{}, err
	}
	return result, checkFormat(name, result.FormatVersion)
}

// ReadAttempt reads what was being computed last; false if nothing was.
func (f ResultsFolder) ReadAttempt() (Attempt, bool, error) {
	return readOptional(f.path(attemptingFile), func(a Attempt) int { return a.FormatVersion })
}

// ReadDone reads the end of the run; false if it has not ended.
func (f ResultsFolder) ReadDone() (Done, bool, error) {
	return readOptional(f.path(doneFile), func(d Done) int { return d.FormatVersion })
}

func (f ResultsFolder) path(name string) string { return filepath.Join(string(f), name) }

func readOptional[T any](path string, version func(T) int) (T, bool, error) {
	var read T
	err := readJSON(path, &read)
	if errors.Is(err, fs.ErrNotExist) {
		return read, false, nil
	}
	if err == nil {
		err = checkFormat(path, version(read))
	}
	return read, err == nil, err
}
