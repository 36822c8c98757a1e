package files

import (
	"errors"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/source"
	"github.com/cpi-operator/cpi-operator/internal/source/child"
)

// classifyEngine reads the engine's errors by their class. Messages about values lose what stands
// in quotes: it may be a customer's.
func classifyEngine(e *child.EngineError) *source.Error {
	message := firstLine(e.Message)
	switch e.Class {
	case child.ClassMemory:
		if strings.Contains(e.Message, "max_temp_directory_size") {
			return source.Fail(plan.DiskFull, e, "the query needs more temporary space than the scratch volume may hold: raise its size, or shorten the history")
		}
		return source.Fail(plan.OutOfMemory, e, "the query needs more memory than there is for it: raise the memory limit of its container, or shorten the history")
	case child.ClassTooLarge:
		return source.Fail(plan.TooManySegments, e, "%s: break down by fewer or coarser columns", message)
	case child.ClassInterrupted:
		return source.Fail(plan.QueryTimeout, e, "the query was stopped")
	case child.ClassRefused, child.ClassPermission:
		return source.Fail(plan.QueryRefused, e, "%s", message)
	case child.ClassConversion:
		return source.Fail(plan.TypeMismatch, e, "%s: declare a column of the dataset with the type it should have; what does not fit is then counted as rejected", source.WithoutValues(message))
	case child.ClassInput:
		return source.Fail(plan.QueryFailed, e, "%s", source.WithoutValues(message))
	case child.ClassIO:
		if strings.Contains(e.Message, "No space left") {
			return source.Fail(plan.DiskFull, e, "no space is left on the scratch volume: raise its size")
		}
		return source.Fail(plan.FileUnreadable, e, "%s", message)
	case child.ClassCatalog:
		if strings.Contains(message, "Table with name") {
			return source.Fail(plan.TableMissing, e, "%s", message)
		}
	case child.ClassBinder:
		switch {
		case strings.Contains(message, "not found") && strings.Contains(strings.ToLower(message), "column"):
			return source.Fail(plan.ColumnMissing, e, "%s%s", message, candidates(e.Message))
		case strings.Contains(message, "No function matches"), strings.Contains(message, "Cannot compare"), strings.Contains(message, "Cannot mix"),
			strings.Contains(message, "Could not choose"), strings.Contains(message, "explicit type cast"):
			return source.Fail(plan.TypeMismatch, e, "%s", message)
		}
	}
	if e.Fatal {
		return source.Fail(plan.EngineCrashed, e, "the engine failed within (%s); the next query gets a new one", source.WithoutValues(message))
	}
	return source.Fail(plan.QueryFailed, e, "%s", message)
}

// candidates are the column names the engine would have known.
func candidates(message string) string {
	_, list, ok := strings.Cut(message, "Candidate bindings: ")
	if !ok {
		return ""
	}
	list, _, _ = strings.Cut(list, "\n")
	return " Near: " + list
}

var csvLine = regexp.MustCompile(`CSV Error on Line: (\d+)`)

// unreadable explains why a table's files could not be read, without quoting their content.
func (e *engine) unreadable(t *table, err error) error {
	var engine *child.EngineError
	if !errors.As(err, &engine) {
		return e.classify(err)
	}
	switch engine.Class {
	case child.ClassMemory, child.ClassInterrupted, child.ClassTooLarge:
		return classifyEngine(engine)
	case child.ClassIO:
		if strings.Contains(engine.Message, "No space left") {
			return classifyEngine(engine)
		}
	}
	var why string
	if t.Format == plan.CSV {
		for _, path := range t.paths {
			if why = diagnoseCSV(path, t.Delimiter); why != "" {
				break
			}
		}
	}
	lower := strings.ToLower(engine.Message)
	switch {
	case why != "":
	case strings.Contains(lower, "maximum line size"), strings.Contains(lower, "maximum_object_size"):
		why = "has a line longer than 16 MiB: check the quotes"
	case strings.Contains(lower, "magic bytes"), strings.Contains(lower, "too small to be a parquet"):
		why = "is not Parquet, or is cut off"
	case strings.Contains(lower, "non-record json"):
		why = "is not NDJSON: it holds one JSON object on each line"
	case strings.Contains(lower, "unicode"), strings.Contains(lower, "utf-8"), strings.Contains(lower, "utf8"):
		why = "is not UTF-8: save it as UTF-8"
	}
	if why == "" {
		why = "is not readable as " + string(t.Format)
		if m := csvLine.FindStringSubmatch(engine.Message); m != nil {
			why += " at line " + m[1]
		}
		why += ": " + source.WithoutValues(firstLine(engine.Message))
	}
	files := t.Path
	switch {
	case t.URL != "":
		files = t.URL
	case t.S3 != nil:
		files = t.S3.Bucket + "/" + t.S3.Key
	case len(t.paths) == 1:
		files = filepath.Base(t.paths[0])
	}
	return source.Fail(plan.FileUnreadable, err, "table %s: %s %s", t.Name, files, why)
}

func firstLine(message string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(message), "\n")
	if _, rest, ok := strings.Cut(line, " Error: "); ok {
		line = rest
	}
	const longest = 300
	if len(line) > longest {
		line = strings.ToValidUTF8(line[:longest], "") + "…"
	}
	return line
}
