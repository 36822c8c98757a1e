package query

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
)

// event is a row with its time as the reference reads it.
type event struct {
	row map[string]any
	at  time.Time // an instant
	day time.Time // the civil day, midnight UTC
}

// events are the rows that have a time and the entity's key, with their times.
func (ref *reference) events(key, zone string) []event {
	column := ref.dataset.Time.Event
	load := func(name string) *time.Location {
		l, err := time.LoadLocation(name)
		if err != nil {
			panic(err)
		}
		return l
	}
	var out []event
	for _, row := range ref.rows {
		wall, ok := row[column].(time.Time)
		if !ok || row[key] == nil {
			continue
		}
		e := event{row: row, at: wall, day: wall}
		switch ref.kinds[column] {
		case KindTimestamp:
			e.at = naive(wall, load(ref.dataset.TimeZone))
		case KindInstant:
			e.day = wall.In(load(zone))
		}
		y, m, d := e.day.Date()
		e.day = time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
		out = append(out, e)
	}
	return out
}

// naive is the instant at which a wall clock tells this: the later one where there are two, and the time by the
// clock before the change where there is none.
func naive(wall time.Time, zone *time.Location) time.Time {
	shift := func(at time.Time) time.Duration {
		_, seconds := at.In(zone).Zone()
		return time.Duration(seconds) * time.Second
	}
	before, after := wall.Add(-shift(wall.Add(-24*time.Hour))), wall.Add(-shift(wall.Add(24*time.Hour)))
	for _, candidate := range []time.Time{later(before, after), earlier(before, after)} {
		if candidate.Add(shift(candidate)).Equal(wall) {
			return candidate
		}
	}
	return before
}

// follows evaluates a conversion base row by base row, each against every outcome.
func (ref *reference) follows(ask Ask, outcomes *reference) map[string]measure.Sums {
	f := ask.Request.Follow
	own := outcomes == nil
	if own {
		outcomes = ref
	}
	key := ref.dataset.Entities[f.Entity]
	days := ref.kinds[ref.dataset.Time.Event] == KindDate || outcomes.kinds[outcomes.dataset.Time.Event] == KindDate
	byEntity := map[any][]event{}
	outcomeKey := outcomes.dataset.Entities[f.Entity]
	for _, o := range outcomes.events(outcomeKey, ask.TimeZone) {
		if outcomes.all(o.row, f.Where) {
			byEntity[o.row[outcomeKey]] = append(byEntity[o.row[outcomeKey]], o)
		}
	}
	zone, err := time.LoadLocation(ask.TimeZone)
	if err != nil {
		panic(err)
	}

	var base []event
	for _, b := range ref.events(key, ask.TimeZone) {
		if !ref.all(b.row, ask.Where) {
			continue
		}
		found := slices.ContainsFunc(byEntity[b.row[key]], func(o event) bool {
			distance := o.at.Sub(b.at)
			if days {
				distance = o.day.Sub(b.day)
			}
			return f.After <= distance && distance <= f.Within && (!own || distance > 0)
		})
		over := b.at
		if days { // the day's end
			y, m, d := b.day.Date()
			over = time.Date(y, m, d+1, 0, 0, 0, 0, zone)
		}
		b.row = maps.Clone(b.row)
		b.row[measure.FollowFound] = found
		b.row[measure.FollowOver] = ask.Known.IsZero() || !over.Add(f.Within).After(ask.Known)
		base = append(base, b)
	}
	slices.SortFunc(base, func(a, b event) int { // by time, then by the primary key
		if order := a.at.Compare(b.at); order != 0 {
			return order
		}
		return compare(a.row["id"], b.row["id"])
	})
	if f.Occurrence == measure.First {
		base = firstOfEach(base, key)
	}

	out := map[string]measure.Sums{}
	column := ref.dataset.Time.Event
	for w, window := range ask.Windows {
		start, end := ref.wall(ref.kinds[column], window.Start, ask.TimeZone), ref.wall(ref.kinds[column], window.End, ask.TimeZone)
		inside := slices.DeleteFunc(slices.Clone(base), func(e event) bool {
			at := e.row[column].(time.Time)
			return at.Before(start) || !at.Before(end)
		})
		if f.Occurrence == measure.FirstInPeriod {
			inside = firstOfEach(inside, key)
		}
		for breakdown := -1; breakdown < len(ask.Breakdowns); breakdown++ {
			var by []string
			if breakdown >= 0 {
				by = ask.Breakdowns[breakdown].By
			}
			segments := map[string][]map[string]any{}
			for _, e := range inside {
				segment, _ := ref.values(e.row, by)
				segments[segment] = append(segments[segment], e.row)
			}
			for segment, rows := range segments {
				out[fmt.Sprintf("w%d b%d", w, breakdown)+segment] = ref.sums(ask, rows)
			}
		}
	}
	return out
}

func firstOfEach(sorted []event, key string) []event {
	seen := map[any]bool{}
	return slices.DeleteFunc(slices.Clone(sorted), func(e event) bool {
		again := seen[e.row[key]]
		seen[e.row[key]] = true
		return again
	})
}
