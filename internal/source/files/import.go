package files

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
	"github.com/cpi-operator/cpi-operator/internal/source"
	"github.com/cpi-operator/cpi-operator/internal/source/child"
)

// sampleRows is how many rows types are first detected from; if a later row does not fit, all are.
const sampleRows = 200_000

// maxLineBytes is the longest CSV line or NDJSON object taken.
const maxLineBytes = 16 << 20

// probeParquet sees that the files are Parquet and of one shape, apart from any query.
func (e *engine) probeParquet(ctx context.Context, t *table) error {
	loader, err := child.Start(ctx, e.baseConfig())
	if err != nil {
		return e.classify(err)
	}
	defer loader.Close()
	columns, err := loader.Describe(ctx, "SELECT * FROM "+t.parquet())
	if err != nil {
		return e.unreadable(t, err)
	}
	for _, c := range columns {
		if declared, ok := t.Columns[c.Name]; ok && c.Kind == query.KindText && declared != plan.Text {
			t.untyped = append(t.untyped, impliedColumn(c.Name, declared))
		}
	}
	return nil
}

// importTable copies a CSV or NDJSON table once into a database file of its own, which later
// children open read-only: a child that dies costs no second import.
func (e *engine) importTable(ctx context.Context, t *table) error {
	path := e.database(t)
	err := e.importInto(ctx, t, path, true)
	if isMisfit(err) {
		err = e.importInto(ctx, t, path, false)
	}
	if err != nil {
		_ = os.Remove(path)
		return e.unreadable(t, err)
	}
	t.paths = []string{path}
	return nil
}

// isMisfit reports whether a value did not fit the type its column was given.
func isMisfit(err error) bool {
	var engine *child.EngineError
	if !errors.As(err, &engine) {
		return false
	}
	return engine.Class == child.ClassConversion || strings.Contains(engine.Message, "onverting column") || strings.Contains(engine.Message, "could not be converted")
}

func (e *engine) importInto(ctx context.Context, t *table, path string, fast bool) error {
	for _, stale := range []string{path, path + ".wal"} {
		if err := os.RemoveAll(stale); err != nil {
			return err
		}
	}
	cfg := e.baseConfig()
	cfg.Database = path
	loader, err := child.Start(ctx, cfg)
	if err != nil {
		return err
	}
	defer loader.Close()
	run := func(sql string) (*query.Table, error) {
		return loader.Query(ctx, query.Statement{SQL: sql}, maxResultBytes)
	}
	some := ""
	if e.cfg.Rows > 0 {
		some = fmt.Sprintf(" LIMIT %d", e.cfg.Rows)
	}
	if _, err := run("CREATE TABLE data AS SELECT * FROM " + t.reader(fast) + some); err != nil {
		return err
	}
	columns, err := loader.Describe(ctx, "SELECT * FROM data")
	if err != nil {
		return err
	}
	t.untyped = nil
	if t.Format == plan.NDJSON {
		if err := t.detectTimes(run, columns); err != nil {
			return err
		}
	}
	for _, c := range columns {
		declared, ok := t.Columns[c.Name]
		if !ok || kindOf(declared) == c.Kind {
			continue
		}
		if err := t.settle(run, c, declared); err != nil {
			return err
		}
	}
	_, err = run("CHECKPOINT")
	return err
}

// settle gives an imported column its declared type if every value fits, and leaves it as text
// otherwise.
func (t *table) settle(run func(string) (*query.Table, error), c child.Column, declared plan.ColumnType) error {
	name := query.Quote(c.Name)
	target, condition := engineType(declared), ""
	switch {
	case declared == plan.Text:
		_, err := run("ALTER TABLE data ALTER " + name + " TYPE VARCHAR")
		return err
	case declared == plan.Timestamp && c.Kind == query.KindInstant:
		return nil // has its zone, the better answer
	case declared == plan.Timestamp && c.Kind == query.KindText:
		// All with an offset are instants, all without are naive; a mixture stays text.
		counts, err := run("SELECT count(" + name + "), " + countMatches(name, offset) + " FROM data")
		if err != nil {
			return err
		}
		switch all, with := counts.Columns[0].Ints[0], counts.Columns[1].Ints[0]; {
		case with == all && all > 0:
			target = "TIMESTAMP WITH TIME ZONE"
		case with > 0:
			target = ""
		}
	case declared == plan.Integer && c.Kind == query.KindNumber:
		condition = " AND " + name + " = trunc(" + name + ")" // never rounds
	}
	if target != "" {
		misfits, err := run(fmt.Sprintf("SELECT count(*) FROM data WHERE %s IS NOT NULL AND NOT coalesce(TRY_CAST(%s AS %s) IS NOT NULL%s, false)", name, name, target, condition))
		if err != nil {
			return err
		}
		if misfits.Columns[0].Ints[0] == 0 {
			_, err := run("ALTER TABLE data ALTER " + name + " TYPE " + target)
			return err
		}
	}
	t.untyped = append(t.untyped, impliedColumn(c.Name, declared))
	return nil
}

const (
	clock  = `\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d+)?)?`
	zone   = `\s?(Z|UTC|[+-]\d\d(:?\d\d)?)`
	offset = `.*:.*` + zone
)

func countMatches(name, pattern string) string {
	return "count(*) FILTER (WHERE regexp_full_match(" + name + ", " + source.QuoteText(pattern) + "))"
}

// detectTimes gives NDJSON's text columns that hold nothing but timestamps their type. The
// engine's own detection would drop an offset without a word.
func (t *table) detectTimes(run func(string) (*query.Table, error), columns []child.Column) error {
	var texts, selected []string
	for _, c := range columns {
		if _, declared := t.Columns[c.Name]; c.Kind == query.KindText && !declared {
			name := query.Quote(c.Name)
			texts = append(texts, name)
			selected = append(selected, "count("+name+")", countMatches(name, clock+zone), countMatches(name, clock))
		}
	}
	if len(texts) == 0 {
		return nil
	}
	counts, err := run("SELECT " + strings.Join(selected, ", ") + " FROM data")
	if err != nil {
		return err
	}
	for i, name := range texts {
		all, zoned, naive := counts.Columns[3*i].Ints[0], counts.Columns[3*i+1].Ints[0], counts.Columns[3*i+2].Ints[0]
		var target string
		switch {
		case all > 0 && zoned == all:
			target = "TIMESTAMP WITH TIME ZONE"
		case all > 0 && naive == all:
			target = "TIMESTAMP"
		default:
			continue
		}
		if _, err := run("ALTER TABLE data ALTER " + name + " TYPE " + target); err != nil && !isMisfit(err) {
			return err // a 31 February stays text
		}
	}
	return nil
}

func impliedColumn(name string, declared plan.ColumnType) plan.Column {
	return plan.Column{Name: name, Type: declared, Expr: query.Quote(name)}
}

// reader is the table function that reads the files. fast trusts a sample and the declared types.
func (t *table) reader(fast bool) string {
	sample := "-1"
	if fast {
		sample = fmt.Sprint(sampleRows)
	}
	options := []string{
		listOfText(t.paths),
		"sample_size = " + sample,
		"dateformat = '%Y-%m-%d'", // others are ambiguous: they stay text
	}
	if len(t.paths) > 1 {
		options = append(options, "union_by_name = true")
	}
	if t.Format == plan.NDJSON {
		options = append(options,
			"format = 'newline_delimited'", "timestampformat = 'none'", // see detectTimes
			"records = true", "convert_strings_to_integers = false",
			fmt.Sprintf("maximum_object_size = %d", maxLineBytes))
		return "read_json(" + strings.Join(options, ", ") + ")"
	}
	options = append(options, "header = true", "skip = 0", "comment = ''", "null_padding = false", "ignore_errors = false",
		"delim = "+source.QuoteText(t.Delimiter), `quote = '"'`, `escape = '"'`,
		fmt.Sprintf("max_line_size = %d", maxLineBytes), fmt.Sprintf("buffer_size = %d", 2*maxLineBytes))
	if len(t.NullText) > 0 {
		options = append(options, "nullstr = "+listOfText(append([]string{""}, t.NullText...)))
	}
	if len(t.Columns) > 0 {
		var types []string
		for _, name := range slices.Sorted(maps.Keys(t.Columns)) {
			types = append(types, source.QuoteText(name)+": "+source.QuoteText(csvType(t.Columns[name], fast)))
		}
		options = append(options, "types = {"+strings.Join(types, ", ")+"}")
	}
	return "read_csv(" + strings.Join(options, ", ") + ")"
}

// csvType is the type a declared column is read as. Timestamps are always read as text first: the
// reader would silently shift those with an offset.
func csvType(declared plan.ColumnType, fast bool) string {
	if !fast || declared == plan.Timestamp {
		return "VARCHAR"
	}
	return engineType(declared)
}

func engineType(t plan.ColumnType) string {
	switch t {
	case plan.Integer:
		return "BIGINT"
	case plan.Number:
		return "DOUBLE"
	case plan.Boolean:
		return "BOOLEAN"
	case plan.Date:
		return "DATE"
	case plan.Timestamp:
		return "TIMESTAMP"
	default:
		return "VARCHAR"
	}
}

func kindOf(t plan.ColumnType) query.Kind {
	switch t {
	case plan.Integer:
		return query.KindInteger
	case plan.Number:
		return query.KindNumber
	case plan.Boolean:
		return query.KindBoolean
	case plan.Date:
		return query.KindDate
	case plan.Timestamp:
		return query.KindTimestamp
	default:
		return query.KindText
	}
}
