// Package attempts is a corpus of SQL that a dataset must never get done: what people and papers have tried, and
// everything forbidden put into every place of a query, in every disguise. One corpus serves the guard's tests, the
// engines', and the pod of a real run.
package attempts

import (
	"regexp"
	"slices"

	"github.com/cpi-operator/cpi-operator/internal/query"
)

// TokenPath is where a pod's API token lies, if it has one.
const TokenPath = "/var/run/secrets/kubernetes.io/serviceaccount/token"

// Tables that the queries of the corpus may read. There may be others, such as secrets; they are not declared.
func Tables() []string { return []string{"orders", "contacts"} }

// Corpus of one engine.
type Corpus struct {
	// Chosen are queries to be refused, one of each kind, for places where trying costs much. Queries contains them.
	Chosen []string
	// Queries must be refused as a dataset's query over Tables.
	Queries []string
	// Expressions must be refused as a column's expression.
	Expressions []string
	// Statements must fail where they get past all checks, straight at the engine.
	Statements []string
	// Ordinary are queries made like the generated ones, but harmless: refused ones are refused for what is in them.
	Ordinary []string
	// OrdinaryExpressions are the same for expressions.
	OrdinaryExpressions []string
}

// For gives an engine's corpus. Statements that write try to write to the file written.
func For(dialect query.Dialect, written string) Corpus {
	switch dialect {
	case query.DuckDB:
		return corpus(duckdb(written))
	case query.Postgres:
		return corpus(postgres(written))
	case query.MySQL:
		return corpus(mysql(written))
	}
	panic("no corpus for " + string(dialect))
}

// material is what is particular to an engine.
type material struct {
	chosen, queries, expressions, statements []string
	// relations and values are forbidden where a table or a value may stand.
	relations, values []string
	// spoken turns a place into the engine's SQL; nil if it is that already.
	spoken func(place string) string
}

func corpus(m material) Corpus {
	crossed := func(places, things []string) []string {
		if m.spoken != nil {
			places = speak(places, m.spoken)
		}
		return crossed(places, things, m.spoken == nil)
	}
	return Corpus{
		Chosen:              m.chosen,
		Queries:             slices.Concat(m.chosen, queries(), m.queries, crossed(relationPlaces, m.relations), crossed(valuePlaces, m.values)),
		Expressions:         slices.Concat(expressions(), m.expressions, crossed(expressionPlaces, m.values), crossed(subqueryPlaces, append(m.relations, "orders"))),
		Statements:          m.statements,
		Ordinary:            slices.Concat(crossed(relationPlaces, []string{"contacts"}), crossed(valuePlaces, []string{"lower('X')"})),
		OrdinaryExpressions: crossed(expressionPlaces, []string{"lower('X')"}),
	}
}

// Dangerous are names of functions that may never be allowed, whatever an engine calls them.
var Dangerous = regexp.MustCompile(`^(pg_|lo_|dblink|read_|write_|parquet_|duckdb_|pragma_|enable_|disable_|copy|import|export|.*_to_xml|.*_to_xmlschema|icu_|__internal|json_execute|json_serialize|json_deserialize|st_|has_.*_privilege|inet_)|random|sleep|^repeat$|^query|setting|advisory|nextval|currval|uuid|getenv|^(load_file|benchmark|rand|space|get_lock|is_.*_lock|release_.*|master_.*|last_insert_id|user|.*_user|database|version|connection_id|found_rows|row_count|extractvalue|updatexml|sys_.*|wsrep_.*)$`)
