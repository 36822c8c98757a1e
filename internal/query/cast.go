package query

import (
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Patterns of text that a declared type can hold, the same for both engines. They stay within what the
// database's own cast accepts, so that the cast behind them cannot fail. Digits are bounded so that no
// number overflows.
const (
	integerText = `^[+-]?[0-9]{1,18}([.]0*)?$`
	numberText  = `^[+-]?([0-9]{1,150}([.][0-9]{0,100})?|[.][0-9]{1,100})([eE][+-]?[0-9]{1,2})?$`
	dateText    = `^[1-9][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$`
	timeText    = `^[1-9][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?(Z|[+-](0[0-9]|1[0-4])(:[0-5][0-9])?)?)?$`
	zonedText   = `:.*(Z|[+-][0-9]{2}(:[0-9]{2})?)$`
	trueText    = `('true', 't', 'yes', 'y', '1')`
	falseText   = `('false', 'f', 'no', 'n', '0')`
)

// cast is a declared column: its expression, safely brought to its type. Blank text is missing, not
// unreadable. Text without a zone is a time in the dataset's zone; a DATE is never shifted.
func (t *table) cast(declared plan.Column, own map[string]column) column {
	c := column{name: declared.Name}
	expr := "(\n" + declared.Expr + "\n)"
	from := KindText
	if source, bare := own[declared.Expr]; bare {
		expr, from, c.distinct = "o."+Quote(source.name), source.kind, source.distinct
	}
	if t.dialect == MySQL {
		t.mysqlCast(&c, declared, expr, from)
		return c
	}
	text := t.text(expr)
	if from != KindText || expr[0] == '(' {
		text = t.asText(expr)
	}
	text = "trim(" + text + ")"

	switch declared.Type {
	case plan.Text:
		c.kind, c.value = KindText, t.asText(expr)
		return c
	case plan.Integer:
		c.kind = KindInteger
		switch from {
		case KindInteger:
			c.value = expr
			return c
		case KindNumber:
			c.value = "CASE WHEN " + expr + " = trunc(" + expr + ") AND abs(" + expr + ") < 1e18 THEN CAST(" + expr + " AS BIGINT) END"
		default:
			c.value = t.matching(text, integerText, "CAST(split_part("+text+", '.', 1) AS BIGINT)")
		}
	case plan.Number:
		c.kind = KindNumber
		if from == KindInteger || from == KindNumber {
			c.value = expr
			return c
		}
		c.value = t.matching(text, numberText, "CAST("+text+" AS DOUBLE PRECISION)")
	case plan.Boolean:
		c.kind = KindBoolean
		if from == KindBoolean {
			c.value = expr
			return c
		}
		c.value = "CASE WHEN lower(" + text + ") IN " + trueText + " THEN true WHEN lower(" + text + ") IN " + falseText + " THEN false END"
	case plan.Date:
		c.kind = KindDate
		switch from {
		case KindDate:
			c.value = expr
			return c
		case KindTimestamp:
			c.value = "CAST(" + expr + " AS DATE)"
			return c
		case KindInstant:
			c.value = "CAST(timezone(" + t.zoneName() + ", " + expr + ") AS DATE)"
			return c
		}
		c.value = t.matching(text, dateText, t.realDay(text, "CAST("+text+" AS DATE)"))
	case plan.Timestamp:
		c.kind = KindInstant
		switch from {
		case KindTimestamp, KindInstant:
			c.kind, c.value = from, expr
			return c
		case KindDate:
			c.kind, c.value = KindTimestamp, "CAST("+expr+" AS TIMESTAMP)"
			return c
		}
		zoned, naive := "CAST("+text+" AS TIMESTAMPTZ)", "CAST("+text+" AS TIMESTAMP)"
		if t.dialect == DuckDB {
			zoned, naive = "TRY_"+zoned, "TRY_"+naive
		}
		c.value = t.matching(text, timeText, t.realDay(text,
			"CASE WHEN "+t.matches(text, zonedText)+" THEN "+zoned+" ELSE timezone("+t.zoneName()+", "+naive+") END"))
	}
	c.unreadable = "(" + text + " <> '' AND " + c.value + " IS NULL)"
	if from == KindNumber {
		c.unreadable = "(" + expr + " IS NOT NULL AND " + c.value + " IS NULL)"
	}
	return c
}

// matching is value where text matches the pattern, NULL elsewhere.
func (t *table) matching(text, pattern, value string) string {
	if t.dialect == DuckDB {
		value = strings.Replace(value, "CAST(", "TRY_CAST(", 1)
		value = strings.ReplaceAll(value, "TRY_TRY_", "TRY_")
	}
	return "CASE WHEN " + t.matches(text, pattern) + " THEN " + value + " END"
}

func (t *table) matches(text, pattern string) string {
	if t.dialect == DuckDB {
		return "regexp_matches(" + text + ", '" + pattern + "')"
	}
	return text + " ~ '" + pattern + "'"
}

// realDay guards a cast against days that their month does not have; DuckDB's own cast tells.
func (t *table) realDay(text, value string) string {
	if t.dialect == DuckDB {
		return value
	}
	return "CASE WHEN CAST(substr(" + text + ", 9, 2) AS INTEGER) <= extract(day FROM make_date(CAST(substr(" + text +
		", 1, 4) AS INTEGER), CAST(substr(" + text + ", 6, 2) AS INTEGER), 1) + interval '1 month' - interval '1 day') THEN " + value + " END"
}

// asText casts any value to text; on MySQL to its bytes, so that it is compared exactly.
func (t *table) asText(expr string) string {
	switch t.dialect {
	case DuckDB:
		return "CAST(" + expr + " AS VARCHAR)"
	case MySQL:
		return "CAST(" + expr + " AS BINARY)"
	}
	return "CAST(" + expr + " AS text)"
}

// text makes a text column comparable with bound text: enumerations and domains of Postgres need the cast.
func (t *table) text(expr string) string {
	if t.dialect != Postgres {
		return expr
	}
	return "CAST(" + expr + " AS text)"
}

func (t *table) zoneName() string {
	return "'" + strings.ReplaceAll(t.zone.String(), "'", "''") + "'"
}
