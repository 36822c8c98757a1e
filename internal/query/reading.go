package query

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// reading is an ask on typed columns. Identical asks are one reading.
type reading struct {
	ids     []int
	ask     Ask
	zone    *time.Location
	where   conjunction
	terms   []term
	windows []Window // as the time column tells them
	offset  int      // of windows among the ask's, where the ask is split
	// Of per-entity requests:
	entity  string // column within which Latest or First is chosen; empty for all rows
	keep    plan.Keep
	cluster *pair
	// state is the key column of a state request.
	state string
	// customer is the key column of a request for customers' histories.
	customer string
	// follow tells what follows rows; terms are then those of the table made of it.
	follow *follow
}

// pair is a request for cluster sums on typed columns.
type pair struct {
	key  string
	y, x []weighted
}

type weighted struct {
	weight float64
	term   term
}

// readingOf checks an ask against the columns and types it.
func (t *table) readingOf(ask Ask) (*reading, error) {
	r := &reading{ids: []int{ask.ID}, ask: ask, zone: time.UTC}
	if ask.TimeZone != "" {
		zone, err := time.LoadLocation(ask.TimeZone)
		if err != nil {
			return nil, fail(plan.UnsupportedCombination, "unknown time zone %q", ask.TimeZone)
		}
		r.zone = zone
	}
	dataset := t.rows.Dataset
	if err := r.checkWindows(dataset); err != nil {
		return nil, err
	}
	if !dataset.Time.Undated() {
		r.windows = t.walls(ask.Windows, r.zone)
	}
	if err := t.derive(ask.Request.Derived); err != nil {
		return nil, err
	}
	var err error
	if r.where, err = t.conjunctionOf(ask.Where, r.zone); err != nil {
		return nil, err
	}
	for _, breakdown := range ask.Breakdowns {
		for _, name := range breakdown.By {
			if _, err := t.column(name); err != nil {
				return nil, err
			}
		}
	}
	if state := ask.Request.State; state != nil {
		if dataset.Time.Start == "" && dataset.Time.Snapshot == "" {
			return nil, fail(plan.UnsupportedCombination,
				"the measure compares states; dataset %s has neither intervals nor snapshots: declare time.interval or time.snapshot", dataset.Name)
		}
		if r.state, err = t.entity(state.Entity); err == nil && state.Amount != "" {
			err = t.numeric(state.Amount)
		}
		return r, err
	}
	if dataset.Time.Start != "" {
		return nil, fail(plan.UnsupportedCombination,
			"the measure reads rows at a time; dataset %s holds intervals: use churn, retention or revenueRetention, or declare time.event", dataset.Name)
	}
	if ask.Request.Follow != nil {
		r.follow, err = t.followOf(r)
		return r, err
	}
	if r.terms, err = t.termsOf(ask.Request.Terms, r); err != nil {
		return nil, err
	}
	if c := ask.Request.Customers; c != nil {
		return r, t.customersOf(r, *c)
	}
	if ask.Request.Distribution != nil && ask.Responses != nil {
		return nil, fail(plan.UnsupportedCombination, "responses does not go with a quantile, whose interval takes each row as independent of the others: keep one of each customer in the dataset, or use another form")
	}
	if keep := ask.Responses; keep != nil && keep.Keep != plan.KeepAll {
		if dataset.Time.Undated() {
			return nil, fail(plan.UnsupportedCombination, "responses.keep %s needs a time; dataset %s has none", keep.Keep, dataset.Name)
		}
		r.keep = keep.Keep
		if r.entity, err = t.entity(keep.Entity); err != nil {
			return nil, err
		}
	}
	if c := ask.Request.Cluster; c != nil {
		r.cluster = &pair{}
		if r.cluster.key, err = t.entity(c.Entity); err != nil {
			return nil, err
		}
		if r.cluster.y, err = t.weightedOf(c.Y, r); err != nil {
			return nil, err
		}
		if r.cluster.x, err = t.weightedOf(c.X, r); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func (r *reading) checkWindows(dataset plan.Dataset) error {
	if dataset.Time.Undated() {
		if len(r.ask.Windows) > 0 {
			return fail(plan.UnsupportedCombination, "dataset %s has no time: leave period out", dataset.Name)
		}
		return nil
	}
	if len(r.ask.Windows) == 0 {
		return fail(plan.UnsupportedCombination, "dataset %s has a time: a period is needed", dataset.Name)
	}
	for _, w := range r.ask.Windows {
		if !w.Start.Before(w.End) {
			return fail(plan.UnsupportedCombination, "a window ends at %s, not after its start", w.End.Format(time.RFC3339))
		}
	}
	if r.ask.Request.State != nil && dataset.Time.Snapshot != "" &&
		(len(r.ask.Opening) != len(r.ask.Windows) || len(r.ask.Closing) != len(r.ask.Windows)) {
		return fail(plan.UnsupportedCombination, "a state over snapshots needs an opening and a closing period for each window")
	}
	return nil
}

func (t *table) termsOf(list []measure.Term, r *reading) ([]term, error) {
	out := make([]term, len(list))
	for i, m := range list {
		var err error
		if out[i], err = t.termOf(m, r); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (t *table) weightedOf(list []measure.WeightedTerm, r *reading) ([]weighted, error) {
	out := make([]weighted, len(list))
	for i, m := range list {
		one, err := t.termOf(m.Term, r)
		if err != nil {
			return nil, err
		}
		out[i] = weighted{m.Weight, one}
	}
	return out, nil
}

// filterColumns are the columns that decide which rows count: those of where and of the terms' Any.
func (r *reading) filterColumns() []string {
	var names []string
	add := func(c conjunction) {
		for _, one := range c.conditions {
			names = append(names, one.column.name)
		}
	}
	add(r.where)
	for _, m := range r.terms {
		for _, c := range m.any {
			add(c)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// segmentColumns are the columns of all breakdowns.
func (r *reading) segmentColumns() []string {
	var names []string
	for _, b := range r.ask.Breakdowns {
		names = append(names, b.By...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// orderedSegments are the columns of all breakdowns in the order the ask has them: ties go by it.
func (r *reading) orderedSegments() []string {
	var names []string
	for _, b := range r.ask.Breakdowns {
		for _, name := range b.By {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// identity is equal for asks that wish the same.
func identity(ask Ask) string {
	ask.ID = 0
	key, _ := json.Marshal(ask)
	return string(key)
}

// groupsFor copies one reading's groups under each of its ids.
func groupsFor(out map[int][]Group, r *reading, groups []Group) {
	for _, id := range r.ids {
		out[id] = slices.Clone(groups)
	}
}

// Merge adds groups to others of the same ask: sums of the same window, breakdown and values add up.
func Merge(into, groups []Group) []Group {
	if len(into) == 0 {
		return groups
	}
	key := func(g Group) string {
		var out strings.Builder
		out.WriteString(strconv.Itoa(g.Window) + " " + strconv.Itoa(g.Breakdown))
		for _, v := range g.Values {
			if v == nil {
				out.WriteString(" NULL")
			} else {
				out.WriteString(" " + strconv.Quote(*v))
			}
		}
		return out.String()
	}
	index := make(map[string]int, len(into))
	for i, g := range into {
		index[key(g)] = i
	}
	for _, g := range groups {
		i, ok := index[key(g)]
		if !ok {
			into = append(into, g)
			continue
		}
		sums := slices.Clone(into[i].Sums)
		for k, v := range g.Sums {
			sums[k] += v
		}
		into[i].Sums = sums
	}
	return into
}

// customersOf checks a request for customers' histories.
func (t *table) customersOf(r *reading, c measure.CustomersRequest) (err error) {
	if t.rows.Dataset.Time.Event == "" {
		return fail(plan.UnsupportedCombination, "the measure reads customers' rows in time; dataset %s has no event time", t.rows.Dataset.Name)
	}
	if len(r.ask.Breakdowns) > 0 {
		return fail(plan.UnsupportedCombination, "customers' histories are not broken down: use where for a part of them")
	}
	if r.customer, err = t.entity(c.Entity); err != nil {
		return err
	}
	if err = t.numeric(c.Amount); err == nil && c.Cost != "" {
		err = t.numeric(c.Cost)
	}
	return err
}
