package child

import (
	"fmt"
	"math"
	"strings"
	"unsafe"

	duckdb "github.com/duckdb/duckdb-go-bindings"

	"github.com/cpi-operator/cpi-operator/internal/query"
)

// reader copies one column of a chunk out of the engine's memory.
// A NULL's bytes are undefined, so it asks which rows are valid.
type reader func(data unsafe.Pointer, n int, valid func(int) bool, out *vector) error

// typeNames spells the types that DuckDB's C interface only numbers.
var typeNames = map[duckdb.Type]string{
	duckdb.TypeBoolean: "BOOLEAN", duckdb.TypeTinyInt: "TINYINT", duckdb.TypeSmallInt: "SMALLINT", duckdb.TypeInteger: "INTEGER",
	duckdb.TypeBigInt: "BIGINT", duckdb.TypeUTinyInt: "UTINYINT", duckdb.TypeUSmallInt: "USMALLINT", duckdb.TypeUInteger: "UINTEGER",
	duckdb.TypeUBigInt: "UBIGINT", duckdb.TypeHugeInt: "HUGEINT", duckdb.TypeFloat: "FLOAT", duckdb.TypeDouble: "DOUBLE",
	duckdb.TypeDecimal: "DECIMAL", duckdb.TypeVarchar: "VARCHAR", duckdb.TypeEnum: "ENUM", duckdb.TypeDate: "DATE",
	duckdb.TypeTimestamp: "TIMESTAMP", duckdb.TypeTimestampS: "TIMESTAMP_S", duckdb.TypeTimestampMS: "TIMESTAMP_MS",
	duckdb.TypeTimestampNS: "TIMESTAMP_NS", duckdb.TypeTimestampTZ: "TIMESTAMP WITH TIME ZONE", duckdb.TypeTime: "TIME",
	duckdb.TypeInterval: "INTERVAL", duckdb.TypeUUID: "UUID", duckdb.TypeBlob: "BLOB", duckdb.TypeList: "LIST",
	duckdb.TypeStruct: "STRUCT", duckdb.TypeMap: "MAP", duckdb.TypeSQLNull: "NULL", duckdb.TypeUHugeInt: "UHUGEINT",
}

func describe(n int, column func(int) (string, duckdb.LogicalType)) ([]Column, []reader) {
	columns, readers := make([]Column, n), make([]reader, n)
	for i := range n {
		name, logical := column(i)
		kind := duckdb.GetTypeId(logical)
		spelled, ok := typeNames[kind]
		if !ok {
			spelled = fmt.Sprintf("type %d", kind)
		}
		columns[i] = Column{Name: name, Type: spelled, Kind: kindOf(kind)}
		readers[i] = readerOf(kind, logical)
		duckdb.DestroyLogicalType(&logical)
	}
	return columns, readers
}

func kindOf(t duckdb.Type) query.Kind {
	switch t {
	case duckdb.TypeVarchar, duckdb.TypeEnum:
		return query.KindText
	case duckdb.TypeTinyInt, duckdb.TypeSmallInt, duckdb.TypeInteger, duckdb.TypeBigInt, duckdb.TypeHugeInt,
		duckdb.TypeUTinyInt, duckdb.TypeUSmallInt, duckdb.TypeUInteger, duckdb.TypeUBigInt, duckdb.TypeUHugeInt:
		return query.KindInteger
	case duckdb.TypeFloat, duckdb.TypeDouble, duckdb.TypeDecimal:
		return query.KindNumber
	case duckdb.TypeBoolean:
		return query.KindBoolean
	case duckdb.TypeDate:
		return query.KindDate
	case duckdb.TypeTimestamp, duckdb.TypeTimestampS, duckdb.TypeTimestampMS, duckdb.TypeTimestampNS:
		return query.KindTimestamp
	case duckdb.TypeTimestampTZ:
		return query.KindInstant
	default:
		return query.KindOther
	}
}

// readerOf knows the types that sums, keys and times come in; nil for any other.
func readerOf(t duckdb.Type, logical duckdb.LogicalType) reader {
	switch t {
	case duckdb.TypeTinyInt:
		return integers[int8]()
	case duckdb.TypeSmallInt:
		return integers[int16]()
	case duckdb.TypeInteger:
		return integers[int32]()
	case duckdb.TypeBigInt:
		return integers[int64]()
	case duckdb.TypeUTinyInt:
		return integers[uint8]()
	case duckdb.TypeUSmallInt:
		return integers[uint16]()
	case duckdb.TypeUInteger:
		return integers[uint32]()
	case duckdb.TypeUBigInt:
		return readUnsigned
	case duckdb.TypeHugeInt:
		return readHuge
	case duckdb.TypeFloat:
		return floats(func(v float32) float64 { return float64(v) })
	case duckdb.TypeDouble:
		return floats(func(v float64) float64 { return v })
	case duckdb.TypeDecimal:
		return decimals(duckdb.DecimalInternalType(logical), duckdb.DecimalScale(logical))
	case duckdb.TypeVarchar:
		return readText
	case duckdb.TypeEnum:
		return enums(logical)
	case duckdb.TypeBoolean:
		return readBools
	case duckdb.TypeDate:
		return times(func(days int32) (int64, bool) {
			return int64(days) * 86_400_000_000, days != math.MaxInt32 && days != -math.MaxInt32
		})
	case duckdb.TypeTimestamp, duckdb.TypeTimestampTZ:
		return times(scaledTime(1, 1))
	case duckdb.TypeTimestampS:
		return times(scaledTime(1_000_000, 1))
	case duckdb.TypeTimestampMS:
		return times(scaledTime(1_000, 1))
	case duckdb.TypeTimestampNS:
		return times(scaledTime(1, 1_000))
	case duckdb.TypeSQLNull:
		return integers[int32]()
	default:
		return nil
	}
}

func readChunk(data duckdb.DataChunk, columns []Column, readers []reader) (*chunk, int64, *EngineError) {
	n := int(duckdb.DataChunkGetSize(data))
	out := &chunk{Len: n, Columns: make([]packed, len(columns))}
	var size int64
	for i, column := range columns {
		if readers[i] == nil {
			return nil, 0, &EngineError{Class: ClassOther, Message: fmt.Sprintf("result column %q is of type %s: cast it to text or a number", column.Name, column.Type)}
		}
		source := duckdb.DataChunkGetVector(data, duckdb.IdxT(i))
		mask := duckdb.VectorGetValidity(source)
		v := &vector{}
		v.Null = nulls(mask, n)
		valid := func(row int) bool { return v.Null == nil || !v.Null[row] }
		if err := readers[i](duckdb.VectorGetData(source), n, valid, v); err != nil {
			return nil, 0, &EngineError{Class: ClassConversion, Message: fmt.Sprintf("result column %q: %v", column.Name, err)}
		}
		size += int64(n) * 8
		for _, s := range v.Strings {
			size += int64(len(s)) + 8
		}
		out.Columns[i] = pack(*v)
	}
	return out, size, nil
}

func nulls(mask unsafe.Pointer, n int) []bool {
	if mask == nil {
		return nil
	}
	words := unsafe.Slice((*uint64)(mask), (n+63)/64)
	var out []bool
	for row := range n {
		if words[row/64]>>(row%64)&1 == 0 {
			if out == nil {
				out = make([]bool, n)
			}
			out[row] = true
		}
	}
	return out
}

type integer interface {
	int8 | int16 | int32 | int64 | uint8 | uint16 | uint32
}

func integers[T integer]() reader {
	return func(data unsafe.Pointer, n int, valid func(int) bool, out *vector) error {
		out.Ints = make([]int64, n)
		for i, v := range unsafe.Slice((*T)(data), n) {
			if valid(i) {
				out.Ints[i] = int64(v)
			}
		}
		return nil
	}
}

func readUnsigned(data unsafe.Pointer, n int, valid func(int) bool, out *vector) error {
	out.Ints = make([]int64, n)
	for i, v := range unsafe.Slice((*uint64)(data), n) {
		if !valid(i) {
			continue
		}
		if v > math.MaxInt64 {
			return errTooWide
		}
		out.Ints[i] = int64(v)
	}
	return nil
}

// readHuge reads 128-bit integers, which is what sums of integers come in.
func readHuge(data unsafe.Pointer, n int, valid func(int) bool, out *vector) error {
	out.Ints = make([]int64, n)
	for i, v := range unsafe.Slice((*struct {
		Low  uint64
		High int64
	})(data), n) {
		if !valid(i) {
			continue
		}
		low := int64(v.Low)
		if v.High != low>>63 {
			return errTooWide
		}
		out.Ints[i] = low
	}
	return nil
}

var errTooWide = fmt.Errorf("an integer does not fit in 64 bits: cast it to double precision")

func floats[T float32 | float64](convert func(T) float64) reader {
	return func(data unsafe.Pointer, n int, valid func(int) bool, out *vector) error {
		out.Floats = make([]float64, n)
		for i, v := range unsafe.Slice((*T)(data), n) {
			if valid(i) {
				out.Floats[i] = convert(v)
			}
		}
		return nil
	}
}

func decimals(stored duckdb.Type, scale uint8) reader {
	divisor := math.Pow10(int(scale))
	return func(data unsafe.Pointer, n int, valid func(int) bool, out *vector) error {
		out.Floats = make([]float64, n)
		for i := range n {
			if !valid(i) {
				continue
			}
			switch stored {
			case duckdb.TypeSmallInt:
				out.Floats[i] = float64(unsafe.Slice((*int16)(data), n)[i]) / divisor
			case duckdb.TypeInteger:
				out.Floats[i] = float64(unsafe.Slice((*int32)(data), n)[i]) / divisor
			case duckdb.TypeBigInt:
				out.Floats[i] = float64(unsafe.Slice((*int64)(data), n)[i]) / divisor
			default:
				huge := unsafe.Slice((*duckdb.HugeInt)(data), n)[i]
				out.Floats[i] = duckdb.HugeIntToDouble(huge) / divisor
			}
		}
		return nil
	}
}

func readText(data unsafe.Pointer, n int, valid func(int) bool, out *vector) error {
	out.Strings = make([]string, n)
	// DuckDB's string: a length, then either 12 bytes in place or 4 of prefix and a pointer.
	for i, v := range unsafe.Slice((*struct {
		Length uint32
		Prefix [4]byte
		Data   *byte
	})(data), n) {
		if !valid(i) || v.Length == 0 {
			continue
		}
		if v.Length <= 12 {
			inline := unsafe.Add(data, i*16+4)
			out.Strings[i] = strings.Clone(unsafe.String((*byte)(inline), v.Length))
		} else {
			out.Strings[i] = strings.Clone(unsafe.String(v.Data, v.Length))
		}
	}
	return nil
}

func enums(logical duckdb.LogicalType) reader {
	names := make([]string, duckdb.EnumDictionarySize(logical))
	for i := range names {
		names[i] = duckdb.EnumDictionaryValue(logical, duckdb.IdxT(i))
	}
	var read reader
	switch duckdb.EnumInternalType(logical) {
	case duckdb.TypeUTinyInt:
		read = integers[uint8]()
	case duckdb.TypeUSmallInt:
		read = integers[uint16]()
	default:
		read = integers[uint32]()
	}
	return func(data unsafe.Pointer, n int, valid func(int) bool, out *vector) error {
		var codes vector
		if err := read(data, n, valid, &codes); err != nil {
			return err
		}
		out.Strings = make([]string, n)
		for i, code := range codes.Ints {
			if valid(i) {
				out.Strings[i] = names[code]
			}
		}
		return nil
	}
}

func readBools(data unsafe.Pointer, n int, valid func(int) bool, out *vector) error {
	out.Bools = make([]bool, n)
	for i, v := range unsafe.Slice((*uint8)(data), n) {
		out.Bools[i] = valid(i) && v != 0
	}
	return nil
}

func times[T int32 | int64](micros func(T) (int64, bool)) reader {
	return func(data unsafe.Pointer, n int, valid func(int) bool, out *vector) error {
		out.Times = make([]int64, n)
		for i, v := range unsafe.Slice((*T)(data), n) {
			if !valid(i) {
				continue
			}
			us, finite := micros(v)
			if !finite {
				return fmt.Errorf("an infinite date or time: filter it out")
			}
			out.Times[i] = us
		}
		return nil
	}
}

func scaledTime(multiply, divide int64) func(int64) (int64, bool) {
	return func(v int64) (int64, bool) {
		return v * multiply / divide, v != math.MaxInt64 && v != -math.MaxInt64
	}
}
