package postgres

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
	"github.com/cpi-operator/cpi-operator/internal/source"
)

// streamedRows are handed on at a time.
const streamedRows = 4096

// readTable collects the columns of one statement.
func readTable(ctx context.Context, c *pgx.Conn, statement query.Statement) (*query.Table, error) {
	var whole *query.Table
	err := readRows(ctx, c, statement, math.MaxInt, func(t *query.Table) error { whole = t; return nil })
	return whole, err
}

// readRows runs one statement by the extended protocol, which takes one statement only, and hands its rows on, so many
// at a time; the last ones may be none.
func readRows(ctx context.Context, c *pgx.Conn, statement query.Statement, atATime int, take func(*query.Table) error) error {
	rows, err := c.Query(ctx, statement.SQL, statement.Args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	fields := rows.FieldDescriptions()
	table, appenders, err := newTable(fields, c.TypeMap())
	if err != nil {
		return err
	}
	size := 0
	for rows.Next() {
		if table.Len == atATime {
			if err := take(table); err != nil {
				return err
			}
			table, appenders, _ = newTable(fields, c.TypeMap()) // went well before
			size = 0
		}
		for i, raw := range rows.RawValues() {
			size += len(raw) + 8
			column := &table.Columns[i]
			if raw == nil && column.Null == nil {
				column.Null = make([]bool, table.Len, table.Len+1)
			}
			if column.Null != nil {
				column.Null = append(column.Null, raw == nil)
			}
			if err := appenders[i](raw); err != nil {
				return source.Fail(plan.TypeMismatch, err, "result column %q: %v", fields[i].Name, err)
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

// newTable is without rows, with what appends to its columns.
func newTable(fields []pgconn.FieldDescription, types *pgtype.Map) (*query.Table, []appender, error) {
	table := &query.Table{Names: make([]string, len(fields)), Columns: make([]query.Vector, len(fields))}
	appenders := make([]appender, len(fields))
	for i, field := range fields {
		table.Names[i] = field.Name
		if appenders[i] = newAppender(field, &table.Columns[i], types); appenders[i] == nil {
			return nil, nil, source.Fail(plan.QueryFailed, nil, "result column %q is of a type that cannot be read: cast it to text or a number", field.Name)
		}
	}
	return table, appenders, nil
}

// appender adds one value to a column; nil is NULL.
type appender func(raw []byte) error

func newAppender(field pgconn.FieldDescription, to *query.Vector, types *pgtype.Map) appender {
	binaryFormat := field.Format == pgx.BinaryFormatCode
	switch kind := kindOf(field.DataTypeOID); {
	case field.DataTypeOID == pgtype.NumericOID && binaryFormat:
		to.Floats = []float64{}
		return func(raw []byte) error { return appendNumeric(to, raw, types) }
	case kind == query.KindInteger && binaryFormat:
		to.Ints = []int64{}
		return func(raw []byte) error { to.Ints = append(to.Ints, bigEndian(raw)); return nil }
	case field.DataTypeOID == pgtype.Float8OID && binaryFormat:
		to.Floats = []float64{}
		return func(raw []byte) error {
			to.Floats = append(to.Floats, math.Float64frombits(uint64(bigEndian(raw))))
			return nil
		}
	case field.DataTypeOID == pgtype.Float4OID && binaryFormat:
		to.Floats = []float64{}
		return func(raw []byte) error {
			to.Floats = append(to.Floats, float64(math.Float32frombits(uint32(bigEndian(raw)))))
			return nil
		}
	case kind == query.KindBoolean && binaryFormat:
		to.Bools = []bool{}
		return func(raw []byte) error { to.Bools = append(to.Bools, bigEndian(raw) != 0); return nil }
	case kind == query.KindDate && binaryFormat:
		to.Times = []time.Time{}
		return func(raw []byte) error {
			if raw == nil {
				to.Times = append(to.Times, time.Time{})
				return nil
			}
			days := bigEndian(raw)
			if days == math.MaxInt32 || days == math.MinInt32 {
				return errInfinite
			}
			to.Times = append(to.Times, epoch.AddDate(0, 0, int(days)))
			return nil
		}
	case (kind == query.KindTimestamp || kind == query.KindInstant) && binaryFormat:
		to.Times = []time.Time{}
		return func(raw []byte) error {
			if raw == nil {
				to.Times = append(to.Times, time.Time{})
				return nil
			}
			micros := bigEndian(raw)
			if micros == math.MaxInt64 || micros == math.MinInt64 {
				return errInfinite
			}
			to.Times = append(to.Times, time.UnixMicro(epoch.UnixMicro()+micros).UTC())
			return nil
		}
	case kind == query.KindText, kind == query.KindOther && !binaryFormat: // the latter: enums, as text
		to.Strings = []string{}
		return func(raw []byte) error { to.Strings = append(to.Strings, string(raw)); return nil }
	default:
		return nil
	}
}

// epoch is PostgreSQL's day zero.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

var errInfinite = fmt.Errorf("an infinite date or time: filter it out")

// bigEndian reads a signed integer of 1, 2, 4 or 8 bytes; 0 for NULL.
func bigEndian(raw []byte) int64 {
	switch len(raw) {
	case 1:
		return int64(int8(raw[0]))
	case 2:
		return int64(int16(binary.BigEndian.Uint16(raw)))
	case 4:
		return int64(int32(binary.BigEndian.Uint32(raw)))
	case 8:
		return int64(binary.BigEndian.Uint64(raw))
	default:
		return 0
	}
}

func appendNumeric(to *query.Vector, raw []byte, types *pgtype.Map) error {
	if raw == nil {
		to.Floats = append(to.Floats, 0)
		return nil
	}
	var n pgtype.Numeric
	if err := types.Scan(pgtype.NumericOID, pgx.BinaryFormatCode, raw, &n); err != nil {
		return err
	}
	f, err := n.Float64Value()
	if err != nil {
		return err
	}
	to.Floats = append(to.Floats, f.Float64)
	return nil
}

func kindOf(oid uint32) query.Kind {
	switch oid {
	case pgtype.TextOID, pgtype.VarcharOID, pgtype.BPCharOID, pgtype.NameOID:
		return query.KindText
	case pgtype.Int2OID, pgtype.Int4OID, pgtype.Int8OID:
		return query.KindInteger
	case pgtype.Float4OID, pgtype.Float8OID, pgtype.NumericOID:
		return query.KindNumber
	case pgtype.BoolOID:
		return query.KindBoolean
	case pgtype.DateOID:
		return query.KindDate
	case pgtype.TimestampOID:
		return query.KindTimestamp
	case pgtype.TimestamptzOID:
		return query.KindInstant
	default:
		return query.KindOther
	}
}

// splitTable reads "schema.table" or "table", as a dataset declares it.
func splitTable(name string) plan.Table {
	if schema, table, ok := strings.Cut(name, "."); ok {
		return plan.Table{Schema: schema, Name: table}
	}
	return plan.Table{Name: name}
}
