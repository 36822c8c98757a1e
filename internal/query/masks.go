package query

import (
	"slices"
	"strconv"
	"strings"
)

// maskBits is how many predicates one mask column holds.
const maskBits = 60

// maxDictionary is how many entries of several filter columns are crossed beforehand, so that one look-up
// answers for all of them.
var maxDictionary = 100_000

func (s *cellStatement) maskColumns() int { return (len(s.masked) + maskBits - 1) / maskBits }

// predicates lists what the masks tell, each once: every reading's where, and its where with each
// alternative of its terms.
func predicates(readings []*reading) []conjunction {
	var list []conjunction
	seen := map[string]bool{}
	add := func(c conjunction) {
		if !seen[c.key] {
			seen[c.key] = true
			list = append(list, c)
		}
	}
	for _, r := range readings {
		add(r.where)
		for _, m := range r.terms {
			for _, c := range m.any {
				add(r.where.and(c))
			}
		}
	}
	return list
}

// dictionary says of a filter column's values, or of their classes, which predicates they allow.
type dictionary struct {
	key  string     // of a row: what it is looked up by
	rows [][]string // key, mask, mask …, without those whose masks are 0
}

// masksOf writes the masks of a class: a bit for each predicate whose conditions on the column hold. some reports
// whether there is one.
func (s *cellStatement) masksOf(c *classes, class int) (masks []string, some bool) {
	numbers := make([]int64, s.maskColumns())
	for i, p := range s.masked {
		if !slices.ContainsFunc(p.conditions, func(one condition) bool { return one.column.name == c.column.name && !c.holds(class, one) }) {
			numbers[i/maskBits] |= 1 << (i % maskBits)
			some = true
		}
	}
	for _, n := range numbers {
		masks = append(masks, strconv.FormatInt(n, 10))
	}
	return masks, some
}

// byValue is a column's dictionary where only values that the predicates name allow any of them.
func (s *cellStatement) byValue(c *classes) (d dictionary, ok bool) {
	masks, allowed := make([][]string, len(c.meets)), make([]bool, len(c.meets))
	for class := range c.meets {
		masks[class], allowed[class] = s.masksOf(c, class)
	}
	if allowed[c.null] {
		return d, false
	}
	for stretch, v := range c.points {
		switch class := c.of[stretch]; {
		case !allowed[class]:
		case v == nil:
			return d, false
		default:
			d.rows = append(d.rows, append([]string{s.args.bind(s.table, c.column.kind, v)}, masks[class]...))
		}
	}
	d.key = s.comparable(c.column.kind, s.base.ref(c.column.name))
	return d, len(d.rows) > 0
}

// byClass is a column's dictionary by class, which key holds.
func (s *cellStatement) byClass(c *classes, key string) dictionary {
	d := dictionary{key: key}
	for class := range c.meets {
		if masks, some := s.masksOf(c, class); some {
			d.rows = append(d.rows, append([]string{strconv.Itoa(class)}, masks...))
		}
	}
	if len(d.rows) == 0 { // a relation needs a row
		d.rows = [][]string{append([]string{"-1"}, slices.Repeat([]string{"0"}, s.maskColumns())...)}
	}
	return d
}

// maskLayer looks each row's masks up in the dictionaries of the filter columns. Rows that no predicate allows
// are left out, except of snapshots, where they tell which is the last.
func (s *cellStatement) maskLayer(filters []string) string {
	var dictionaries []dictionary
	var computed []string
	for i, name := range filters {
		c := classesOf(s.columns[name], s.masked)
		d, ok := s.byValue(c)
		if !ok {
			h := "h" + strconv.Itoa(i)
			computed = append(computed, c.sql(s.table, s.base.ref(name), s.args)+" AS "+h)
			d = s.byClass(c, "b."+h)
		}
		dictionaries = append(dictionaries, d)
	}
	snapshot := s.rows.Dataset.Time.Snapshot != ""
	join, period := "\nJOIN ", ""
	switch {
	case snapshot:
		join = "\nLEFT JOIN "
	case s.grid != nil: // placed after the look-up, which leaves few rows
		period = ", " + s.grid.period(s.base.ref(s.time)) + " AS p"
	}
	masks := make([][]string, s.maskColumns())
	var joins strings.Builder
	groups := 0
	for ; len(dictionaries) > 0; groups++ {
		n, size := 1, len(dictionaries[0].rows)
		for n < len(dictionaries) && size*len(dictionaries[n].rows) <= maxDictionary {
			size *= len(dictionaries[n].rows)
			n++
		}
		g := "g" + strconv.Itoa(groups)
		joins.WriteString(join + s.crossed(dictionaries[:n], g))
		for m := range masks {
			mask := g + ".m" + strconv.Itoa(m)
			if snapshot {
				mask = "coalesce(" + mask + ", 0)"
			}
			masks[m] = append(masks[m], mask)
		}
		dictionaries = dictionaries[n:]
	}
	var list, some []string
	for m, parts := range masks {
		mask := strings.Join(parts, " & ")
		list = append(list, s.bigint(mask)+" AS m"+strconv.Itoa(m))
		some = append(some, "("+mask+") <> 0")
	}
	sql := "SELECT b.*, " + strings.Join(list, ", ") + period + "\nFROM (" + s.classed(computed) + ") AS b" + joins.String()
	if groups > 1 && !snapshot {
		sql += "\nWHERE " + strings.Join(some, " OR ")
	}
	return "(" + s.apart() + sql + ") AS b"
}

// crossed writes the dictionaries as one table under the alias g, and what a row is joined by.
func (s *cellStatement) crossed(list []dictionary, g string) string {
	var keys, tables, on []string
	masks := make([][]string, s.maskColumns())
	names := []string{"k"}
	for m := range masks {
		names = append(names, "m"+strconv.Itoa(m))
	}
	for i, d := range list {
		alias := "d" + strconv.Itoa(i)
		k := "k" + strconv.Itoa(i)
		keys = append(keys, alias+".k AS "+k)
		tables = append(tables, s.constants(alias, strings.Join(names, ", "), d.rows))
		on = append(on, d.key+" = "+g+"."+k)
		for m := range masks {
			masks[m] = append(masks[m], alias+".m"+strconv.Itoa(m))
		}
	}
	var some []string
	for m, parts := range masks {
		mask := "(" + strings.Join(parts, " & ") + ")"
		keys = append(keys, mask+" AS m"+strconv.Itoa(m))
		some = append(some, mask+" <> 0")
	}
	return "(SELECT " + strings.Join(keys, ", ") + "\nFROM " + strings.Join(tables, ", ") + "\nWHERE " + strings.Join(some, " OR ") + ") AS " + g +
		" ON " + strings.Join(on, " AND ")
}

// classed is the rows, with computed columns (classes) added.
func (s *cellStatement) classed(computed []string) string {
	if len(computed) == 0 {
		return s.rowsSQL()
	}
	return "SELECT b.*, " + strings.Join(computed, ", ") + "\nFROM (" + s.rowsSQL() + ") AS b"
}

// apart begins a subquery that Postgres does not merge into the query around it. Merged, it takes a period for as
// many groups as there are timestamps, and sorts the rows on disk rather than count few groups in memory.
func (t *table) apart() string {
	if t.dialect != Postgres {
		return ""
	}
	name, relation := "apart", Relation(t.dialect, t.rows.Dataset)
	for strings.Contains(relation, name) { // a table's name means the table
		name += "_"
	}
	return "WITH " + name + " AS (SELECT 1) "
}
