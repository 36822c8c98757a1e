// Package child runs DuckDB in a process of its own, so that a statement that breaks the engine or
// its memory takes the child down and nothing else. Parent and child are the same program; they
// talk gob over two pipes, results in columns.
package child

import (
	"time"

	"github.com/cpi-operator/cpi-operator/internal/query"
)

// Config is how a child opens its engine.
type Config struct {
	// MemoryBytes is the engine's own limit; 0 leaves its default. Allocations that the engine
	// does not count are bounded at MemoryBytes + headroom by the kernel.
	MemoryBytes int64
	Threads     int
	// TempDir takes what does not fit in memory, up to TempBytes (0: the engine's default).
	TempDir   string
	TempBytes int64
	// Database is a file to open for writing; empty means in memory.
	Database string
	// Setup runs before the first statement, while files can still be named.
	Setup []string
	// AllowedPaths stay readable after Setup. A locked child refuses every other file, every
	// change of its settings and every statement but SELECT.
	AllowedPaths []string
	Locked       bool
}

// request is what the parent sends: exactly one field is set.
type request struct {
	Open  *Config
	Run   *run
	Abort bool
}

type run struct {
	SQL  string
	Args []arg
	// Describe asks for the result's columns only: nothing is executed.
	Describe bool
	// MaxBytes bounds the result.
	MaxBytes int64
	// Stream sends rows as they are found, before the last is known.
	Stream bool
}

// arg is one bound parameter; Kind tells which field holds it.
type arg struct {
	Kind   argKind
	Text   string
	Int    int64
	Number float64
}

type argKind uint8

const (
	argNull argKind = iota
	argText
	argInt
	argNumber
	argBool
	argTime // microseconds since 1970 in Int
)

// reply is what the child sends. A run is answered by Columns, any number of Chunks, and Done.
type reply struct {
	Columns []Column
	Chunk   *chunk
	Done    bool
	Error   *EngineError
}

// Column is a result column as the engine describes it.
type Column struct {
	Name string
	Type string // as SQL spells it, in short: DECIMAL without its width
	Kind query.Kind
}

// chunk is some rows by column.
type chunk struct {
	Len     int
	Columns []packed
}

// EngineError is an error of the engine itself; the child lives on unless Fatal.
type EngineError struct {
	// Class is DuckDB's error type.
	Class   Class
	Message string
	// Fatal: the engine refuses all further work.
	Fatal bool
}

func (e *EngineError) Error() string { return e.Message }

// Class groups DuckDB's error types by what they mean to a caller.
type Class string

const (
	ClassOther       Class = "Other"
	ClassParser      Class = "Parser"
	ClassBinder      Class = "Binder"  // names and types of columns and functions
	ClassCatalog     Class = "Catalog" // tables, functions
	ClassConversion  Class = "Conversion"
	ClassInput       Class = "Input" // not the format it should be
	ClassIO          Class = "IO"
	ClassMemory      Class = "Memory"
	ClassInterrupted Class = "Interrupted"
	ClassPermission  Class = "Permission"
	ClassRefused     Class = "Refused" // not one SELECT
	ClassTooLarge    Class = "TooLarge"
)

func newArgs(values []any) ([]arg, bool) {
	args := make([]arg, len(values))
	for i, value := range values {
		switch v := value.(type) {
		case nil:
		case string:
			args[i] = arg{Kind: argText, Text: v}
		case int64:
			args[i] = arg{Kind: argInt, Int: v}
		case float64:
			args[i] = arg{Kind: argNumber, Number: v}
		case bool:
			args[i] = arg{Kind: argBool}
			if v {
				args[i].Int = 1
			}
		case time.Time:
			args[i] = arg{Kind: argTime, Int: v.UnixMicro()}
		default:
			return nil, false
		}
	}
	return args, true
}
