package query

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// claimReference answers claims unit by unit in memory, straight from their meaning. Outcomes are those of contracts
// (status, decided, due) or, looking forward, rows whose status is won; scores lie in score, 0 to 10.
type claimReference struct {
	Claim
	zone                *time.Location
	outcomes, responses *reference
	attributes          map[string]*reference
	days                bool
	grace               time.Duration
}

// number of a row's time: its civil day, or microseconds; ok is false for none. A date begins at midnight of the claim.
func (c *claimReference) number(ref *reference, column string, row map[string]any) (n int64, ok bool) {
	wall, ok := row[column].(time.Time)
	if !ok {
		return 0, false
	}
	at, day := wall, wall
	switch ref.kinds[column] {
	case KindDate:
		at = time.Date(wall.Year(), wall.Month(), wall.Day(), 0, 0, 0, 0, c.zone)
	case KindTimestamp:
		zone, err := time.LoadLocation(ref.dataset.TimeZone)
		if err != nil {
			panic(err)
		}
		at = naive(wall, zone)
	case KindInstant:
		day = wall.In(c.zone)
	}
	if c.days {
		return civilNumber(day), true
	}
	return at.UnixMicro(), true
}

func civilNumber(day time.Time) int64 {
	return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, time.UTC).Unix() / 86400
}

func (c *claimReference) at(instant time.Time) int64 {
	if c.days {
		return civilNumber(instant.In(c.zone))
	}
	return instant.UnixMicro()
}

func (c *claimReference) length(d time.Duration) int64 {
	if c.days {
		return int64(d / oneDay)
	}
	return d.Microseconds()
}

// textKey is a key as text.
func textKey(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case int64:
		return strconv.FormatInt(v, 10), true
	}
	return "", false
}

// response is one that counts.
type response struct {
	x     int64
	wall  time.Time
	id    any
	score float64
}

// of are the usable responses by unit, in order: the latest last.
func (c *claimReference) of() map[string][]response {
	out := map[string][]response{}
	column := c.responses.dataset.Time.Event
	for _, row := range c.responses.rows {
		key, ok := textKey(row["customer"])
		score, scored := num(row["score"])
		x, dated := c.number(c.responses, column, row)
		if !ok || !scored || score < 0 || score > 10 || !c.responses.all(row, c.ExposureWhere) || !dated {
			continue
		}
		out[key] = append(out[key], response{x: x, wall: row[column].(time.Time), id: row["id"], score: score})
	}
	for _, list := range out {
		slices.SortFunc(list, func(a, b response) int {
			if !c.days && c.Level.Index != plan.Vouched && a.x != b.x {
				return cmp.Compare(a.x, b.x)
			}
			if order := a.wall.Compare(b.wall); order != 0 {
				return order
			}
			return compare(a.id, b.id)
		})
	}
	return out
}

// unit is one row of the comparison.
type unit struct {
	index   int64
	outcome bool
	row     map[string]any // the outcome's own; nil looking forward
}

// decided finds each unit's latest outcome.
func (c *claimReference) decided() map[string]unit {
	out := map[string]unit{}
	before := func(a, b unit) bool { // by index, within a day by the row's own time, then by key
		if a.index != b.index {
			return a.index < b.index
		}
		if c.days {
			x, had := a.row["due"].(time.Time)
			y, has := b.row["due"].(time.Time)
			switch {
			case had != has:
				return had
			case !x.Equal(y):
				return x.Before(y)
			}
		}
		return compare(a.row["id"], b.row["id"]) < 0
	}
	for _, row := range c.outcomes.rows {
		key, ok := textKey(row["customer"])
		if !ok || !c.outcomes.all(row, c.OutcomeWhere) {
			continue
		}
		one := unit{row: row}
		index, yes, no := c.fate(row)
		if !yes && !no || index < c.at(c.Known.Add(-c.Level.History)) || index > c.at(c.Known) {
			continue
		}
		one.index, one.outcome = index, yes
		if last, is := out[key]; !is || before(last, one) {
			out[key] = one
		}
	}
	return out
}

// fate of a contract as it is known: decided at an instant, or presumed lost when its grace was over.
func (c *claimReference) fate(row map[string]any) (index int64, yes, no bool) {
	status, _ := row["status"].(string)
	decided, dated := c.number(c.outcomes, "decided", row)
	open := status == ""
	if status == "won" || status == "lost" || status == "void" {
		open = dated && c.after(row, c.Known)
	}
	switch {
	case open:
		wall, has := row["due"].(time.Time)
		if !has || c.after2(wall, c.Known.Add(-c.grace)) {
			return 0, false, false
		}
		due, _ := c.number(c.outcomes, "due", row)
		if c.days {
			return due + int64((c.grace+oneDay-1)/oneDay), false, true
		}
		return due + c.grace.Microseconds(), false, true
	case !dated:
		return 0, false, false
	}
	return decided, status == "won", status == "lost"
}

// after reports whether a contract is decided later than known; a date is later from its midnight on.
func (c *claimReference) after(row map[string]any, known time.Time) bool {
	micro := *c
	micro.days = false
	n, _ := micro.number(c.outcomes, "decided", row)
	return n > known.UnixMicro()
}

// after2 is after for the due date.
func (c *claimReference) after2(wall time.Time, known time.Time) bool {
	micro := *c
	micro.days = false
	n, _ := micro.number(c.outcomes, "due", map[string]any{"due": wall})
	return n > known.UnixMicro()
}

// forward finds each unit's first stretch with a response, and whether a won row follows it.
func (c *claimReference) forward(responses map[string][]response) map[string]unit {
	reach, follow := c.length(c.Level.Exposure), c.length(c.Level.FollowUp)
	last := c.at(c.Known.Add(-c.Level.FollowUp))
	if c.days {
		last--
	}
	stretches := max(1, (last-c.at(c.Known.Add(-c.Level.History)))/reach)
	won := map[string][]int64{}
	for _, row := range c.outcomes.rows {
		if key, ok := textKey(row["customer"]); ok && row["status"] == "won" && c.outcomes.all(row, c.OutcomeWhere) {
			if y, dated := c.number(c.outcomes, c.outcomes.dataset.Time.Event, row); dated {
				won[key] = append(won[key], y)
			}
		}
	}
	out := map[string]unit{}
	for key, list := range responses {
		for k := stretches - 1; k >= 0; k-- {
			end := last - k*reach
			inside := func(r response) bool { return r.x >= end-reach && r.x < end }
			if !slices.ContainsFunc(list, inside) {
				continue
			}
			follows := slices.ContainsFunc(won[key], func(y int64) bool { return y > end && y <= end+follow })
			out[key] = unit{index: end, outcome: follows}
			break
		}
	}
	return out
}

// answer is the cells as text.
func (c *claimReference) answer() []string {
	responses := c.of()
	var units map[string]unit
	if c.Level.Index == plan.ForwardExposure {
		units = c.forward(responses)
	} else {
		units = c.decided()
	}
	cells := map[string]*Cell{}
	for key, u := range units {
		cell := Cell{Outcome: u.outcome, N: 1, Score: c.score(responses[key], u.index)}
		for _, a := range c.Level.StratifyBy {
			cell.Strata = append(cell.Strata, segmentText("", c.value(a, key, u)))
		}
		for _, a := range c.Level.Covariates {
			cell.Covariates = append(cell.Covariates, covariate(c.value(a, key, u)))
		}
		text := fmt.Sprint(cell.text())
		if known := cells[text]; known != nil {
			known.N++
			continue
		}
		cells[text] = &cell
	}
	var out []string
	for _, cell := range maps.All(cells) {
		out = append(out, cell.text())
	}
	slices.Sort(out)
	return out
}

// score collapses the responses in reach of an index.
func (c *claimReference) score(list []response, index int64) *float64 {
	var found []float64
	for _, r := range list {
		in := r.x < index && (c.Level.Exposure == 0 || r.x >= index-c.length(c.Level.Exposure))
		if in || c.Level.Index == plan.Vouched {
			found = append(found, r.score)
		}
	}
	if len(found) == 0 {
		return nil
	}
	switch c.Level.Collapse {
	case plan.CollapseMinimum:
		return new(slices.Min(found))
	case plan.CollapseMean:
		var sum float64
		for _, v := range found {
			sum += v
		}
		return new(sum / float64(len(found)))
	}
	return new(found[len(found)-1])
}

// value of an attribute at a unit's index.
func (c *claimReference) value(a plan.Attribute, key string, u unit) any {
	if a.Dataset == "" {
		return u.row[a.Column]
	}
	ref := c.attributes[a.Dataset]
	at := ref.dataset.Time
	var best map[string]any
	for _, row := range ref.rows {
		if one, ok := textKey(row["customer"]); !ok || one != key {
			continue
		}
		if column := at.Event + at.Start + at.Snapshot; column != "" {
			x, dated := c.number(ref, column, row)
			switch {
			case !dated:
				continue
			case at.Start != "":
				z, ends := c.number(ref, at.End, row)
				if x > u.index || ends && z <= u.index {
					continue
				}
			case ref.kinds[column] == KindDate && !c.days: // known when its day is over
				wall := row[column].(time.Time)
				if time.Date(wall.Year(), wall.Month(), wall.Day()+1, 0, 0, 0, 0, c.zone).UnixMicro() > u.index {
					continue
				}
			case x >= u.index:
				continue
			}
		}
		if best == nil || c.later(at.Event+at.Start+at.Snapshot, best, row) {
			best = row
		}
	}
	return best[a.Column]
}

// later reports whether b is later than a, by time and then by key.
func (c *claimReference) later(column string, a, b map[string]any) bool {
	if column != "" {
		if order := a[column].(time.Time).Compare(b[column].(time.Time)); order != 0 {
			return order < 0
		}
	}
	return compare(a["id"], b["id"]) < 0
}
