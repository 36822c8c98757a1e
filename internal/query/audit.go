package query

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// AuditResult is what one look at a dataset found, before any indicator reads it.
type AuditResult struct {
	// Read counts the rows of the table or query.
	Read int64
	// Dropped tells, for each named filter in order, the rows it dropped of those left by its predecessors.
	Dropped []Drop
	// NoTime counts rows left whose time column (start, for intervals) is NULL.
	NoTime int64
	// Backward counts rows left whose interval ends at or before it starts: it covers no instant.
	Backward int64
	// Outside counts rows left that lie in none of the audited periods.
	Outside int64
	// NoEntity counts, by entity name, rows left whose key of that entity is NULL.
	// Per-entity measures leave such rows out.
	NoEntity map[string]int64
	// PeriodRows counts rows left in each audited period: events in it, intervals that touch it,
	// rows of its last snapshot. For an undated dataset it holds one number.
	PeriodRows []int64
	// Watermark is the newest freshness value of the rows read; nil without one.
	Watermark *time.Time
}

// Drop is what one named filter dropped.
type Drop struct {
	Filter string
	// False counts rows for which the filter is false, Null those for which it is NULL.
	False, Null int64
}

// Audit writes the statement that counts a dataset's rows: read, dropped by each filter, without
// time, in each of the periods (in order, disjoint); and its watermark. zone is the periods' time zone.
func Audit(dialect Dialect, rows RowSet, periods []Window, zone string) (Statement, func(*Table) (AuditResult, error), error) {
	t, err := newTable(dialect, rows)
	if err != nil {
		return Statement{}, nil, err
	}
	location, err := time.LoadLocation(zone)
	if err != nil {
		return Statement{}, nil, fmt.Errorf("audit: %w", err)
	}
	a := &audit{table: t}
	for name, key := range rows.Dataset.Entities {
		if _, err := t.column(key); err != nil {
			return Statement{}, nil, err
		}
		a.entities = append(a.entities, name)
	}
	slices.Sort(a.entities)
	if f := rows.Dataset.Freshness; f != nil {
		if err := t.temporal(f.Column); err != nil {
			return Statement{}, nil, err
		}
		a.freshness = f.Column
	}
	if t.time != "" && len(periods) > 0 {
		walls := t.walls(periods, location)
		a.grid = newGrid(t.dialect.literalKind(t.columns[t.time].kind), walls).on(t.dialect)
		a.runs = a.grid.runs(walls)
	}
	return a.statement(a.sql(), nil), a.fold, nil
}

type audit struct {
	*table
	entities  []string
	freshness string
	grid      *grid
	runs      []run
}

// Places of rows that the filters keep but no period holds.
const (
	placeDropped  = -1 // by a filter
	placeNoTime   = -2
	placeOutside  = -3
	placeBackward = -4
)

func (a *audit) sql() string {
	filters := a.rows.Dataset.Filters
	list := []string{}
	dropped := "CASE"
	for i, f := range filters {
		list = append(list, filterSQL(f)+" AS f"+strconv.Itoa(i))
		dropped += fmt.Sprintf(" WHEN b.f%d IS NULL THEN %d WHEN NOT b.f%d THEN %d", i, 2*i+1, i, 2*i)
	}
	dropped += " ELSE -1 END"
	if len(filters) == 0 {
		dropped = "-1"
	}
	for i, name := range a.entities {
		list = append(list, raw(a.rows.Dataset.Entities[name])+" AS e"+strconv.Itoa(i))
	}
	if a.freshness != "" {
		list = append(list, raw(a.freshness)+" AS w")
	}
	place, until := "0", "0"
	switch at := a.rows.Dataset.Time; {
	case a.time == "":
	case a.grid == nil:
		list = append(list, raw(a.time)+" AS t")
		place = fmt.Sprintf("CASE WHEN b.t IS NULL THEN %d ELSE %d END", placeNoTime, placeOutside)
	case at.Start != "":
		list = append(list, raw(at.Start)+" AS t")
		end, backward := strconv.Itoa(len(a.grid.bounds)), ""
		if at.End != "" {
			list = append(list, raw(at.End)+" AS z")
			end = a.grid.passed("b.z")
			backward = fmt.Sprintf(" WHEN b.z <= b.t THEN %d", placeBackward)
		}
		place = fmt.Sprintf("CASE WHEN b.t IS NULL THEN %d%s ELSE %s END", placeNoTime, backward, a.grid.passed("b.t"))
		until = end
	default:
		list = append(list, raw(a.time)+" AS t")
		place = fmt.Sprintf("CASE WHEN b.t IS NULL THEN %d WHEN %s THEN %s ELSE %d END", placeNoTime, a.grid.within("b.t", nil), a.grid.period("b.t"), placeOutside)
	}
	if len(list) == 0 {
		list = []string{"1 AS one"}
	}
	rows := "SELECT " + strings.Join(list, ", ") + "\nFROM " + a.from(nil, nil)
	layer := "SELECT b.*, " + dropped + " AS d\nFROM (" + rows + ") AS b"
	layer = fmt.Sprintf("SELECT b.*, CASE WHEN b.d >= 0 THEN %d ELSE %s END AS p, CASE WHEN b.d >= 0 THEN 0 ELSE %s END AS q\nFROM (%s) AS b",
		placeDropped, place, until, layer)
	group := []string{"b.d", "b.p", "b.q"}
	last := ""
	if a.rows.Dataset.Time.Snapshot != "" {
		// Snapshots of a period come apart by their instant: the last one counts.
		group = append(group, "b.t")
		last = ", b.t"
	}
	out := []string{a.bigint("b.d") + " AS d", a.bigint("b.p") + " AS p", a.bigint("b.q") + " AS q", "count(*) AS n"}
	for i := range a.entities {
		out = append(out, fmt.Sprintf("count(*) - count(b.e%d) AS e%d", i, i))
	}
	if a.freshness != "" {
		out = append(out, "max(b.w) AS w")
	}
	return "SELECT " + strings.Join(out, ", ") + last + "\nFROM (" + layer + ") AS b\nGROUP BY " + strings.Join(group, ", ")
}

func (a *audit) fold(result *Table) (AuditResult, error) {
	in := &cursor{table: result}
	drop, place, until, count := in.next(), in.next(), in.next(), in.next()
	entities := in.take(len(a.entities))
	var watermark, snapshot *Vector
	if a.freshness != "" {
		watermark = in.next()
	}
	if a.rows.Dataset.Time.Snapshot != "" {
		snapshot = in.next()
	}
	out := AuditResult{NoEntity: map[string]int64{}, PeriodRows: make([]int64, max(1, len(a.runs)))}
	if a.time != "" {
		out.PeriodRows = out.PeriodRows[:len(a.runs)]
	}
	if in.err != nil {
		return out, in.err
	}
	for _, f := range a.rows.Dataset.Filters {
		out.Dropped = append(out.Dropped, Drop{Filter: f.Name})
	}
	for _, name := range a.entities {
		out.NoEntity[name] = 0
	}
	newest := make([]time.Time, len(out.PeriodRows))
	for row := range result.Len {
		n := count.int(row)
		out.Read += n
		if watermark != nil && !watermark.null(row) {
			at := a.instant(a.columns[a.freshness].kind, watermark.Times[row])
			if out.Watermark == nil || at.After(*out.Watermark) {
				out.Watermark = &at
			}
		}
		if d := int(drop.int(row)); d >= 0 {
			if d%2 == 1 {
				out.Dropped[d/2].Null += n
			} else {
				out.Dropped[d/2].False += n
			}
			continue
		}
		for i, name := range a.entities {
			out.NoEntity[name] += entities[i].int(row)
		}
		p := int(place.int(row))
		switch {
		case p == placeNoTime:
			out.NoTime += n
			continue
		case p == placeBackward:
			out.Backward += n
			continue
		case p == placeOutside:
			out.Outside += n
			continue
		case a.time == "":
			out.PeriodRows[0] += n
			continue
		}
		inside := false
		for w, r := range a.runs {
			switch {
			case a.rows.Dataset.Time.Start != "": // begun by the window's end, not over by its start
				if p <= r.to && int(until.int(row)) > r.from {
					out.PeriodRows[w] += n
					inside = true
				}
			case p < r.from || p >= r.to:
			case snapshot == nil:
				out.PeriodRows[w] += n
				inside = true
			default:
				inside = true
				switch at := snapshot.Times[row]; at.Compare(newest[w]) {
				case 1:
					newest[w], out.PeriodRows[w] = at, n
				case 0:
					out.PeriodRows[w] += n
				}
			}
		}
		if !inside {
			out.Outside += n
		}
	}
	return out, nil
}

// instant is a column's wall clock as a point in time; a date begins at midnight in the dataset's zone.
func (t *table) instant(kind Kind, wall time.Time) time.Time {
	wall = wall.UTC()
	if kind == KindInstant {
		return wall
	}
	return time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), wall.Nanosecond(), t.zone).UTC()
}

// Duplicates writes the statement that counts the surplus rows of the primary key: rows after the
// filters and within span less distinct keys. span is ignored for undated and interval datasets.
// A dataset without a primary key has a zero Statement.
func Duplicates(dialect Dialect, rows RowSet, span Window, zone string) (Statement, func(*Table) (int64, error), error) {
	key := rows.Dataset.PrimaryKey
	if len(key) == 0 {
		return Statement{}, nil, nil
	}
	t, err := newTable(dialect, rows)
	if err != nil {
		return Statement{}, nil, err
	}
	location, err := time.LoadLocation(zone)
	if err != nil {
		return Statement{}, nil, fmt.Errorf("duplicates: %w", err)
	}
	args := &arguments{}
	b := t.base(args)
	refs := make([]string, len(key))
	for i, name := range key {
		if _, err := t.column(name); err != nil {
			return Statement{}, nil, err
		}
		refs[i] = b.ref(name)
	}
	if t.time != "" && rows.Dataset.Time.Start == "" {
		g := newGrid(t.dialect.literalKind(t.columns[t.time].kind), t.walls([]Window{span}, location))
		b.filter(g.within(raw(t.time), nil))
	}
	sql := "SELECT " + t.bigint("coalesce(sum(b.n - 1), 0)") + " AS surplus\nFROM (SELECT count(*) AS n FROM (" + b.sql() + ") AS b\nGROUP BY " +
		strings.Join(refs, ", ") + "\nHAVING count(*) > 1) AS b"
	return t.statement(sql, args.values), func(result *Table) (int64, error) {
		in := &cursor{table: result}
		surplus := in.next()
		if in.err != nil || result.Len != 1 {
			return 0, in.err
		}
		return surplus.int(0), nil
	}, nil
}
