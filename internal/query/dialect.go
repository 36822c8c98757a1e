package query

import (
	"slices"
	"strconv"
	"strings"
)

// double casts to a double.
func (t *table) double(expr string) string {
	if t.dialect == MySQL {
		return "CAST(" + expr + " AS DOUBLE)"
	}
	return "CAST(" + expr + " AS DOUBLE PRECISION)"
}

// bigint casts to an integer of 64 bits.
func (t *table) bigint(expr string) string {
	if t.dialect == MySQL {
		return "CAST(" + expr + " AS SIGNED)"
	}
	return "CAST(" + expr + " AS BIGINT)"
}

// forever is later than every time of the kind.
func (t *table) forever(kind Kind) string {
	switch {
	case t.dialect != MySQL:
		return timeType(kind) + " 'infinity'"
	case kind == KindDate:
		return "DATE '9999-12-31'"
	}
	return "TIMESTAMP '9999-12-31 23:59:59.999999'"
}

// values writes rows of whole numbers as a relation.
func (t *table) values(alias, columns string, rows [][]int) string {
	list := make([][]string, len(rows))
	for i, row := range rows {
		for _, cell := range row {
			list[i] = append(list[i], strconv.Itoa(cell))
		}
	}
	return t.constants(alias, columns, list)
}

// constants writes rows of expressions without columns as a relation.
func (t *table) constants(alias, columns string, rows [][]string) string {
	list := make([]string, len(rows))
	names := strings.Split(columns, ", ")
	for i, row := range rows {
		if t.dialect == MySQL && i == 0 {
			row = slices.Clone(row)
			for k := range row {
				row[k] += " AS " + names[k]
			}
		}
		list[i] = strings.Join(row, ", ")
	}
	if t.dialect == MySQL {
		return "(SELECT " + strings.Join(list, " UNION ALL SELECT ") + ") AS " + alias
	}
	return "(VALUES (" + strings.Join(list, "), (") + ")) AS " + alias + "(" + columns + ")"
}

// own is a column's own name, for use inside the base. MySQL compares text by its collation, which may take "a", "A",
// "á" and "a " for one, and holds booleans as numbers; here text is its bytes, and a boolean 1, 0 or NULL.
func (t *table) own(name string) string {
	ref := raw(name)
	if t.dialect != MySQL {
		return ref
	}
	switch c := t.columns[name]; c.kind {
	case KindText, KindOther:
		return "CAST(CONVERT(" + ref + " USING utf8mb4) AS BINARY)"
	case KindBoolean:
		if c.value == "" {
			return mysqlBoolean(ref)
		}
	}
	return ref
}

// ownFlag tells, inside the base, whether a column's value cannot be read.
func (t *table) ownFlag(name string) string {
	if c := t.columns[name]; c.value == "" {
		return c.unreadable
	}
	return raw(unreadableName(name))
}

// segmentSQL writes a key as the text that people read.
func (t *table) segmentSQL(name, ref string) string {
	if t.dialect == MySQL && t.columns[name].kind == KindBoolean {
		return "CASE " + ref + " WHEN 1 THEN 'true' WHEN 0 THEN 'false' END"
	}
	return t.asText(ref)
}
