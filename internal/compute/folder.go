package compute

import "github.com/cpi-operator/cpi-operator/internal/plan"

// Folder is the sink of a run in a pod: files that the publish step picks up.
type Folder struct{ plan.ResultsFolder }

// Attempt replaces the note of what is being computed.
func (f Folder) Attempt(attempt plan.Attempt) error { return f.WriteAttempt(attempt) }

// Result writes a result.
func (f Folder) Result(place int, result plan.Result) error { return f.WriteResult(place, result) }
