package query

import (
	"strconv"
	"strings"
	"time"
)

// Display renders a statement with its parameters as literals, for people to copy and run.
// The engines never run it: they bind.
func Display(statement Statement) string {
	if statement.Positional {
		return displayPositional(statement)
	}
	var out strings.Builder
	sql := statement.SQL
	for i := 0; i < len(sql); {
		switch c := sql[i]; {
		case c == '\'' || c == '"':
			end := quoted(sql, i)
			out.WriteString(sql[i:end])
			i = end
		case strings.HasPrefix(sql[i:], "--"):
			end := strings.IndexByte(sql[i:], '\n')
			if end < 0 {
				end = len(sql) - i
			}
			out.WriteString(sql[i : i+end])
			i += end
		case c == '$':
			end := i + 1
			for end < len(sql) && sql[end] >= '0' && sql[end] <= '9' {
				end++
			}
			if n, err := strconv.Atoi(sql[i+1 : end]); err == nil && n >= 1 && n <= len(statement.Args) {
				out.WriteString(literal(statement.Args[n-1]))
			} else {
				out.WriteString(sql[i:end])
			}
			i = end
		default:
			out.WriteByte(c)
			i++
		}
	}
	return out.String()
}

// quoted is the index after the quoted run that starts at i; a doubled quote does not end it.
func quoted(sql string, i int) int {
	q := sql[i]
	for j := i + 1; j < len(sql); j++ {
		if sql[j] != q {
			continue
		}
		if j+1 < len(sql) && sql[j+1] == q {
			j++
			continue
		}
		return j + 1
	}
	return len(sql)
}

// literal writes a bound value as SQL, in every dialect but for backslashes, which MySQL reads in text.
func literal(value any) string {
	switch v := value.(type) {
	case nil:
		return "NULL"
	case string:
		return "'" + strings.ReplaceAll(v, "'", "''") + "'"
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return number(v)
	case bool:
		return strconv.FormatBool(v)
	case time.Time:
		return "TIMESTAMP '" + v.UTC().Format("2006-01-02 15:04:05.999999") + "'"
	}
	return "NULL"
}

// number writes a float as a literal that both dialects read as a number.
func number(v float64) string {
	return strconv.FormatFloat(v, 'g', -1, 64)
}
