package query

import (
	"strconv"
	"strings"
)

// MySQLSession are the settings of the session that statements in the dialect MySQL are written for, as SET takes them:
// quoted names and || as in standard SQL, a division that keeps its digits, and UTC, in which TIMESTAMP columns are told.
const MySQLSession = `sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT,ONLY_FULL_GROUP_BY,STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_UNSIGNED_SUBTRACTION',
	time_zone = '+00:00', div_precision_increment = 16, group_concat_max_len = 1048576, max_sort_length = 4096`

// mysqlTypes are what MySQL casts to for the types that others have.
var mysqlTypes = map[string]string{
	"VARCHAR": "BINARY", "BIGINT": "SIGNED", "DOUBLE PRECISION": "DOUBLE", "BOOLEAN": "SIGNED", "DATE": "DATE", "TIMESTAMP": "DATETIME(6)",
}

// literalKind is how a time of the kind is written: MySQL has no literal with a zone, its instants are told in UTC.
func (d Dialect) literalKind(kind Kind) Kind {
	if d == MySQL && kind == KindInstant {
		return KindTimestamp
	}
	return kind
}

// placeholder writes parameter n. MySQL's have no number: they are marked with a character that no SQL holds, until
// statement puts them in order.
func (t *table) placeholder(n int) string {
	if t.dialect == MySQL {
		return mark + strconv.Itoa(n) + mark
	}
	return "$" + strconv.Itoa(n)
}

const mark = "\x00"

// statement binds the arguments to what was written.
func (t *table) statement(sql string, args []any) Statement {
	if t.dialect != MySQL {
		return Statement{SQL: sql, Args: args}
	}
	out := Statement{Positional: true}
	var text strings.Builder
	for i, part := range strings.Split(sql, mark) { // text and numbers by turns
		if i%2 == 0 {
			text.WriteString(part)
			continue
		}
		n, _ := strconv.Atoi(part)
		text.WriteByte('?')
		out.Args = append(out.Args, args[n-1])
	}
	out.SQL = text.String()
	return out
}

// unionOfSets writes GROUPING SETS, which MySQL has not: a total and each breakdown by itself.
type unionOfSets struct {
	head, group    []string // of every set: "expression AS name", and what it is grouped by
	segments, refs []string // of the breakdowns' columns: "expression AS name", and what it is grouped by
	names          []string
	sets           [][]string
	tail           []string // aggregates
}

func (u *unionOfSets) sql(layer string) string {
	parts := make([]string, 0, len(u.sets)+1)
	for _, set := range append([][]string{nil}, u.sets...) {
		list, group := append([]string{}, u.head...), append([]string{}, u.group...)
		mask := 0
		for i, name := range u.names {
			in := false
			for _, one := range set {
				in = in || one == name
			}
			if in {
				list, group = append(list, u.segments[i]), append(group, u.refs[i])
				continue
			}
			mask |= 1 << (len(u.names) - 1 - i)
			list = append(list, "NULL AS s"+strconv.Itoa(i))
		}
		list = append(append(list, strconv.Itoa(mask)+" AS g"), u.tail...)
		part := "SELECT " + strings.Join(list, ",\n  ") + "\nFROM l AS b"
		if len(group) > 0 {
			part += "\nGROUP BY " + strings.Join(group, ", ")
		}
		parts = append(parts, part+"\nHAVING count(*) > 0") // no rows make no group, not even a total
	}
	return "WITH l AS (SELECT b.* FROM " + layer + ")\n" + strings.Join(parts, "\nUNION ALL\n")
}

// keysOf takes the columns of group keys. MySQL's booleans come as numbers.
func (t *table) keysOf(in *cursor, names []string) []*Vector {
	out := in.take(len(names))
	for i, name := range names {
		v := out[i]
		if t.dialect != MySQL || t.columns[name].kind != KindBoolean || v.Ints == nil {
			continue
		}
		truth := &Vector{Bools: make([]bool, len(v.Ints)), Null: v.Null}
		for row, n := range v.Ints {
			truth.Bools[row] = n != 0
		}
		out[i] = truth
	}
	return out
}

// displayPositional puts values in the place of each ? that stands in no text, name or comment of MySQL's.
func displayPositional(statement Statement) string {
	var out strings.Builder
	sql, args := statement.SQL, statement.Args
	for i := 0; i < len(sql); {
		end := i + 1
		switch rest := sql[i:]; {
		case rest[0] == '\'' || rest[0] == '"' || rest[0] == '`':
			end = i + mysqlQuoted(rest)
		case strings.HasPrefix(rest, "-- ") || strings.HasPrefix(rest, "--\t") || rest[0] == '#':
			end = i + through(rest, "\n")
		case strings.HasPrefix(rest, "/*"):
			end = i + through(rest, "*/")
		case rest[0] == '?' && len(args) > 0:
			text := literal(args[0])
			if _, is := args[0].(string); is {
				text = strings.ReplaceAll(text, `\`, `\\`)
			}
			out.WriteString(text)
			args, i = args[1:], end
			continue
		}
		out.WriteString(sql[i:end])
		i = end
	}
	return out.String()
}

// through is the length of text up to and with its first end.
func through(text, end string) int {
	if i := strings.Index(text, end); i >= 0 {
		return i + len(end)
	}
	return len(text)
}

// mysqlQuoted is the length of the quoted run that text begins with: neither a doubled quote nor, in ”, one behind a
// backslash ends it.
func mysqlQuoted(text string) int {
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && text[0] == '\'':
			i++
		case text[i] == text[0] && i+1 < len(text) && text[i+1] == text[0]:
			i++
		case text[i] == text[0]:
			return i + 1
		}
	}
	return len(text)
}
