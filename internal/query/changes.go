package query

import (
	"fmt"
	"time"
)

// Changes tells when rows were last changed, by the column that the dataset declares as changedAt; nil where there
// are none, or none with such a time.
type Changes struct {
	// Before the first period.
	Before *time.Time
	// Periods by event time, snapshot or start of an interval.
	Periods []*time.Time
}

// Places of rows outside the periods.
const (
	placeBefore = -1
	placeAfter  = -2
)

// LastChanges writes the statement that tells them. Filters do not count: an edit may drop a row or bring one back. A row
// that is deleted, or moves to another time, leaves nothing behind that tells; but one that is decided counts as changed
// where it would stand undecided too. A dataset without changedAt, or without time, has a zero Statement.
func LastChanges(dialect Dialect, rows RowSet, periods []Window, zone string) (Statement, func(*Table) (Changes, error), error) {
	t, err := newTable(dialect, rows)
	if err != nil || rows.Dataset.ChangedAt == "" || t.time == "" || len(periods) == 0 {
		return Statement{}, nil, err
	}
	location, err := time.LoadLocation(zone)
	if err != nil {
		return Statement{}, nil, fmt.Errorf("last changes: %w", err)
	}
	changed := rows.Dataset.ChangedAt
	if err := t.temporal(changed); err != nil {
		return Statement{}, nil, err
	}
	walls := t.walls(periods, location)
	g := newGrid(t.dialect.literalKind(t.columns[t.time].kind), walls).on(t.dialect)
	runs := g.runs(walls)
	first, last := timeLiteral(g.kind, g.bounds[0]), timeLiteral(g.kind, g.bounds[len(g.bounds)-1])
	placed := func(at string) string {
		place := fmt.Sprintf("CASE WHEN %s < %s THEN %d WHEN %s >= %s THEN %d ELSE %s END", at, first, placeBefore, at, last, placeAfter, g.period(at))
		return "SELECT " + place + " AS p, " + raw(changed) + " AS w\nFROM " + t.from(nil, nil) + "\nWHERE " + at + " IS NOT NULL"
	}
	changes := placed(raw(t.time))
	if t.lapsed != "" {
		changes += "\nUNION ALL\n" + placed(raw(lapsedColumn))
	}
	sql := "SELECT " + t.bigint("b.p") + " AS p, max(b.w) AS w\nFROM (" + changes + ") AS b\nGROUP BY b.p"
	return t.statement(sql, nil), func(result *Table) (Changes, error) {
		in := &cursor{table: result}
		place, newest := in.next(), in.next()
		out := Changes{Periods: make([]*time.Time, len(periods))}
		if in.err != nil {
			return out, in.err
		}
		for row := range result.Len {
			if newest.null(row) {
				continue
			}
			when := t.instant(t.columns[changed].kind, newest.Times[row])
			p := int(place.int(row))
			if p == placeBefore {
				out.Before = &when
			}
			for w, r := range runs {
				if r.from <= p && p < r.to && (out.Periods[w] == nil || when.After(*out.Periods[w])) {
					out.Periods[w] = &when
				}
			}
		}
		return out, nil
	}, nil
}
