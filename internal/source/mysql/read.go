package mysql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
	"github.com/cpi-operator/cpi-operator/internal/source"
)

var errTooLarge = errors.New("result too large")

// result is a table with its columns' database types, as the driver names them.
type result struct {
	*query.Table
	types []string
}

// read prepares one statement, which the server takes alone, and collects its columns.
func read(ctx context.Context, c *sql.Conn, statement query.Statement) (*result, error) {
	prepared, err := c.PrepareContext(ctx, statement.SQL)
	if err != nil {
		return nil, err
	}
	defer func() { _ = prepared.Close() }()
	rows, err := prepared.QueryContext(ctx, statement.Args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, err
	}
	table := &result{Table: &query.Table{Names: make([]string, len(types)), Columns: make([]query.Vector, len(types))}, types: make([]string, len(types))}
	cells, into, appenders := make([]any, len(types)), make([]any, len(types)), make([]appender, len(types))
	for i, column := range types {
		table.Names[i], table.types[i], into[i] = column.Name(), column.DatabaseTypeName(), &cells[i]
		appenders[i] = newAppender(table.types[i], &table.Columns[i])
	}
	size := 0
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		for i, cell := range cells {
			size += 16
			if text, ok := cell.([]byte); ok {
				size += len(text)
			}
			column := &table.Columns[i]
			if cell == nil && column.Null == nil {
				column.Null = make([]bool, table.Len, table.Len+1)
			}
			if column.Null != nil {
				column.Null = append(column.Null, cell == nil)
			}
			if err := appenders[i](cell); err != nil {
				return nil, source.Fail(plan.TypeMismatch, err, "result column %q: %v", table.Names[i], err)
			}
		}
		table.Len++
		if size > maxResultBytes {
			return nil, errTooLarge
		}
	}
	return table, rows.Err()
}

// appender adds one value to a column; nil is NULL.
type appender func(cell any) error

func newAppender(databaseType string, to *query.Vector) appender {
	switch kind := kindOf(databaseType); {
	case databaseType == "BIT":
		to.Ints = []int64{}
		return func(cell any) error {
			bits, _ := cell.([]byte)
			n := int64(0)
			for _, b := range bits {
				n = n<<8 | int64(b)
			}
			to.Ints = append(to.Ints, n)
			return nil
		}
	case kind == query.KindInteger:
		to.Ints = []int64{}
		return func(cell any) error { return appendInteger(to, cell) }
	case kind == query.KindNumber:
		to.Floats = []float64{}
		return func(cell any) error { return appendNumber(to, cell) }
	case kind == query.KindDate, kind == query.KindTimestamp, kind == query.KindInstant:
		to.Times = []time.Time{}
		return func(cell any) error { return appendTime(to, cell) }
	default: // text, bytes of text, and what prints as text
		to.Strings = []string{}
		return func(cell any) error {
			text, _ := cell.([]byte)
			to.Strings = append(to.Strings, string(text))
			return nil
		}
	}
}

func appendInteger(to *query.Vector, cell any) error {
	switch n := cell.(type) {
	case int64:
		to.Ints = append(to.Ints, n)
	case []byte: // unsigned, beyond what a signed integer holds
		return fmt.Errorf("%s is larger than a 64-bit integer: declare the column as Text or Number", n)
	default:
		to.Ints = append(to.Ints, 0)
	}
	return nil
}

func appendNumber(to *query.Vector, cell any) error {
	var f float64
	var err error
	switch n := cell.(type) {
	case float64:
		f = n
	case float32:
		f = float64(n)
	case []byte: // DECIMAL
		f, err = strconv.ParseFloat(string(n), 64)
	}
	to.Floats = append(to.Floats, f)
	return err
}

// appendTime reads a date or time as the session tells it: TIMESTAMP columns in UTC.
func appendTime(to *query.Vector, cell any) error {
	text, _ := cell.([]byte)
	if cell == nil {
		to.Times = append(to.Times, time.Time{})
		return nil
	}
	layout := "2006-01-02 15:04:05.999999"
	if len(text) == len(time.DateOnly) {
		layout = time.DateOnly
	}
	at, err := time.Parse(layout, string(text))
	if err != nil { // MySQL can hold days that the calendar has not
		return fmt.Errorf("%s is no date: drop such rows with a filter, or write nullif(…, '0000-00-00')", text)
	}
	to.Times = append(to.Times, at)
	return nil
}

// kindOf reads the driver's name of a column's type. A BOOLEAN is a TINYINT: its width, which the driver does not tell,
// says that it is one.
func kindOf(databaseType string) query.Kind {
	switch name := strings.TrimPrefix(databaseType, "UNSIGNED "); name {
	case "CHAR", "VARCHAR", "TINYTEXT", "TEXT", "MEDIUMTEXT", "LONGTEXT", "ENUM", "SET", "NULL":
		return query.KindText
	case "TINYINT", "SMALLINT", "MEDIUMINT", "INT", "BIGINT", "YEAR":
		return query.KindInteger
	case "DECIMAL", "FLOAT", "DOUBLE":
		return query.KindNumber
	case "DATE":
		return query.KindDate
	case "DATETIME":
		return query.KindTimestamp
	case "TIMESTAMP":
		return query.KindInstant
	default:
		return query.KindOther
	}
}
