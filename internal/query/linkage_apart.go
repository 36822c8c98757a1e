package query

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strconv"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// ClaimParts answer a claim whose datasets are in two databases: each Part is read where its rows are, and Cells lays
// together what they brought, in DuckDB. Outcomes and Responses account for rows where these are.
type ClaimParts struct {
	ClaimStatements
	Parts []Part
}

// Part is what one dataset brings to a claim.
type Part struct {
	// Table is the name that Cells reads it by, Columns its columns.
	Table   string
	Columns []PartColumn
	// Dataset is read by Statement.
	Dataset   string
	Statement Statement
	// Lines appends rows of Statement's result to a text with a line for each, numbers between commas. A key of a unit
	// stands in it as a hash under a secret, and text as its place in a list that FoldCells knows: neither can be told
	// from the lines.
	Lines func(into []byte, rows *Table) ([]byte, error)
}

// PartColumn is a column of whole numbers, or of any.
type PartColumn struct {
	Name  string
	Whole bool
}

// apart is what a claim needs whose datasets are in two databases.
type apart struct {
	dialects map[string]Dialect // by dataset
	secret   []byte
	parts    []part // as they are read where they have been brought to
	texts    []string
	places   map[string]int // of texts
}

// PlanParts writes what answers a claim whose datasets are in databases of these dialects, by name. secret is random and
// kept nowhere. Its errors are *Error.
func PlanParts(dialects map[string]Dialect, secret []byte, ask Claim) (*ClaimParts, error) {
	c := &claim{Claim: ask, dialect: DuckDB, apart: &apart{dialects: dialects, secret: secret, places: map[string]int{}}}
	if err := c.prepare(); err != nil {
		return nil, err
	}
	out := &ClaimParts{}
	for _, reader := range c.readers() {
		var p part
		statement, err := reader.rows.write(func(args *arguments) string {
			p = reader.part(args)
			return p.sql
		})
		if err != nil {
			return nil, err
		}
		table := c.prefix + "_from_" + p.name
		columns := []PartColumn{{"h", true}, {"l", true}, {"r", true}}
		for _, name := range p.has {
			columns = append(columns, PartColumn{name, c.isWhole(name)})
		}
		out.Parts = append(out.Parts, Part{
			Table: table, Columns: columns, Dataset: reader.rows.rows.Dataset.Name, Statement: statement,
			Lines: func(into []byte, rows *Table) ([]byte, error) { return c.lines(into, rows, columns) },
		})
		p.sql = "SELECT CAST(t.h AS HUGEINT) * CAST('18446744073709551616' AS HUGEINT) + t.l AS e, t.r"
		for _, name := range p.has {
			p.sql += ", t." + name
		}
		p.sql += "\nFROM " + Quote(table) + " AS t"
		c.apart.parts = append(c.apart.parts, p)
	}
	var err error
	out.ClaimStatements, err = c.statements()
	return out, err
}

// attributeAt is the place of the attribute that a column holds; false for any other column.
func attributeAt(column string) (place int, ok bool) {
	digits, found := strings.CutPrefix(column, "a")
	place, err := strconv.Atoi(digits)
	return place, found && err == nil
}

// isWhole reports whether a column of a part holds whole numbers.
func (c *claim) isWhole(column string) bool {
	if i, ok := attributeAt(column); ok {
		return c.isListed(i)
	}
	return column != "s"
}

// isListed reports whether an attribute is brought as a place in the list of texts: every stratum, and covariates of text.
func (c *claim) isListed(i int) bool {
	return i < len(c.Level.StratifyBy) || isText(c.attributes[i].column.kind)
}

// broughtNull is NULL of an attribute that has been brought.
func (c *claim) broughtNull(i int) string {
	if c.isListed(i) {
		return c.joined().bigint("NULL")
	}
	return c.joined().double("NULL")
}

// lines writes rows of a part: e, and what columns name behind its hash.
func (c *claim) lines(into []byte, rows *Table, columns []PartColumn) ([]byte, error) {
	named := func(name string) *Vector { return &rows.Columns[slices.Index(rows.Names, name)] }
	keys, values := named("e"), make([]*Vector, len(columns)-2)
	for k := range values {
		values[k] = named(columns[2+k].Name)
	}
	hash := hmac.New(sha256.New, c.apart.secret)
	var sum [sha256.Size]byte
	for row := range rows.Len {
		hash.Reset()
		hash.Write([]byte(keys.Strings[row]))
		key := hash.Sum(sum[:0])
		into = strconv.AppendUint(into, binary.BigEndian.Uint64(key)>>1, 10) // with the other half, and a sign, 128 bits
		into = append(into, ',')
		into = strconv.AppendInt(into, int64(binary.BigEndian.Uint64(key[8:])), 10)
		for k, v := range values {
			into = append(into, ',')
			value := v.value(row)
			if i, ok := attributeAt(columns[2+k].Name); ok {
				var err error
				if value, err = c.attributeNumber(i, value); err != nil {
					return into, err
				}
			}
			into = appendNumber(into, value, columns[2+k].Whole)
		}
		into = append(into, '\n')
	}
	return into, nil
}

// attributeNumber is an attribute as the place of its text, or as a number; nil for none.
func (c *claim) attributeNumber(i int, value any) (any, error) {
	if !c.isListed(i) {
		return covariate(value), nil
	}
	kind := c.attributes[i].column.kind
	if n, whole := value.(int64); whole && kind == KindBoolean {
		value = n == 1
	}
	text := segmentText(kind, value)
	if text == nil {
		return nil, nil
	}
	a := c.apart
	place, known := a.places[*text]
	if !known {
		place = len(a.texts)
		if place == maxClaimCells {
			return nil, fail(plan.TooManySegments, "strata and covariates have more than %d different texts: use columns with fewer values", maxClaimCells)
		}
		a.texts, a.places[*text] = append(a.texts, *text), place
	}
	return int64(place), nil
}

// told is what a part's value of an attribute stands for: a text of the list, or a truth.
func (c *claim) told(i int, value any) any {
	n, whole := value.(int64)
	switch {
	case !whole:
	case c.apart != nil && c.isListed(i):
		return c.apart.texts[n]
	case c.attributes[i].column.kind == KindBoolean:
		return n == 1
	}
	return value
}

// appendNumber writes a number; nothing for nil.
func appendNumber(into []byte, value any, whole bool) []byte {
	switch v := value.(type) {
	case int64:
		return strconv.AppendInt(into, v, 10)
	case float64:
		if whole { // as MySQL tells some of its integers
			return strconv.AppendFloat(into, v, 'f', 0, 64)
		}
		return strconv.AppendFloat(into, v, 'g', -1, 64)
	}
	return into
}
