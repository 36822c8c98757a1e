package mysql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
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

// streamedRows are handed on at a time.
const streamedRows = 4096

// read collects the columns of one statement.
func read(ctx context.Context, c *sql.Conn, statement query.Statement) (*result, error) {
	var whole *result
	err := readRows(ctx, c, statement, math.MaxInt, func(r *result) error { whole = r; return nil })
	return whole, err
}

// readRows prepares one statement, which the server takes alone, and hands its rows on, so many at a time; the last ones
// may be none.
func readRows(ctx context.Context, c *sql.Conn, statement query.Statement, atATime int, take func(*result) error) error {
	prepared, err := c.PrepareContext(ctx, statement.SQL)
	if err != nil {
		return err
	}
	defer func() { _ = prepared.Close() }()
	rows, err := prepared.QueryContext(ctx, statement.Args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	types, err := rows.ColumnTypes()
	if err != nil {
		return err
	}
	cells, into := make([]any, len(types)), make([]any, len(types))
	for i := range types {
		into[i] = &cells[i]
	}
	table, appenders := newResult(types)
	size := 0
	for rows.Next() {
		if table.Len == atATime {
			if err := take(table); err != nil {
				return err
			}
			table, appenders = newResult(types)
			size = 0
		}
		if err := rows.Scan(into...); err != nil {
			return err
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
				return source.Fail(plan.TypeMismatch, err, "result column %q: %v", table.Names[i], err)
			}
		}
		table.Len++
		if size > maxResultBytes {
			return errTooLarge
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return take(table)
}

// newResult is without rows, with what appends to its columns.
func newResult(types []*sql.ColumnType) (*result, []appender) {
	out := &result{Table: &query.Table{Names: make([]string, len(types)), Columns: make([]query.Vector, len(types))}, types: make([]string, len(types))}
	appenders := make([]appender, len(types))
	for i, column := range types {
		out.Names[i], out.types[i] = column.Name(), column.DatabaseTypeName()
		appenders[i] = newAppender(out.types[i], &out.Columns[i])
	}
	return out, appenders
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
