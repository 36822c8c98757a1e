package compute

import (
	"context"
	"fmt"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/calendar"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
	"github.com/cpi-operator/cpi-operator/internal/source"
	"github.com/cpi-operator/cpi-operator/internal/state"
)

// dataset is an opened dataset with what one look at its rows found.
type dataset struct {
	engine source.Engine
	rows   query.RowSet
	now    time.Time
	// surveys holds the counts of rows for each calendar in which an indicator reads the dataset.
	surveys map[rhythm]*survey
}

// rhythm is what decides where periods begin and end.
type rhythm struct {
	grain       plan.Grain
	timeZone    string
	weekStart   time.Weekday
	fiscalStart time.Month
}

func rhythmOf(p *plan.Period) rhythm {
	if p == nil {
		return rhythm{}
	}
	return rhythm{grain: p.Grain, timeZone: p.TimeZone, weekStart: p.WeekStart, fiscalStart: p.FiscalYearStartMonth}
}

// survey is an audit of a dataset over the periods of one rhythm, up to the running one.
type survey struct {
	periods []calendar.Period
	audit   query.AuditResult
	// changes of rows, by period; nil if the dataset does not tell.
	changes *query.Changes
}

// openDataset makes a dataset readable.
func openDataset(ctx context.Context, engine source.Engine, declared plan.Dataset, p plan.Plan) (*dataset, error) {
	rows, err := engine.Open(ctx, declared)
	if err != nil {
		return nil, err
	}
	return &dataset{engine: engine, rows: rows, now: p.Now, surveys: map[rhythm]*survey{}}, nil
}

// check counts the rows for each rhythm of the indicators, as far back as they look, and refuses a
// dataset whose primary key does not hold there.
func (d *dataset) check(ctx context.Context, indicators []plan.Indicator) error {
	longest := map[rhythm]plan.Indicator{}
	var order []rhythm
	for _, indicator := range indicators {
		key := rhythmOf(indicator.Period)
		known, ok := longest[key]
		if !ok {
			order = append(order, key)
		}
		if !ok || reach(indicator.Period) > reach(known.Period) {
			longest[key] = indicator
		}
	}
	var span query.Window
	var zone string
	for _, key := range order {
		looked, err := d.survey(ctx, longest[key].Period)
		if err != nil {
			return err
		}
		d.surveys[key] = looked
		if len(looked.periods) > 0 {
			if first := looked.periods[0].Start; span.Start.IsZero() || first.Before(span.Start) {
				span.Start, zone = first, key.timeZone
			}
			if last := looked.periods[len(looked.periods)-1].End; last.After(span.End) {
				span.End = last
			}
		}
	}
	return d.checkPrimaryKey(ctx, span, zone)
}

// reach is how many periods an indicator looks at: its history, and what windows and opening states add before it.
func reach(p *plan.Period) int {
	if p == nil {
		return 0
	}
	return p.History + max(p.Window, 1)
}

func (d *dataset) survey(ctx context.Context, period *plan.Period) (*survey, error) {
	looked := &survey{}
	var windows []query.Window
	var zone string
	if period != nil {
		extended := *period
		extended.History = reach(period)
		periods, err := calendar.Periods(extended, d.now)
		if err != nil {
			return nil, err
		}
		looked.periods, zone = periods, period.TimeZone
		for _, p := range periods {
			windows = append(windows, query.Window{Start: p.Start, End: p.End})
		}
	}
	statement, fold, err := query.Audit(d.engine.Dialect(), d.rows, windows, zone)
	if err != nil {
		return nil, err
	}
	table, err := d.engine.Query(ctx, statement)
	if err != nil {
		return nil, err
	}
	if looked.audit, err = fold(table); err != nil {
		return nil, err
	}
	looked.changes, err = d.lastChanges(ctx, windows, zone)
	return looked, err
}

func (d *dataset) checkPrimaryKey(ctx context.Context, span query.Window, zone string) error {
	statement, fold, err := query.Duplicates(d.engine.Dialect(), d.rows, span, zone)
	if err != nil || statement.SQL == "" {
		return err
	}
	table, err := d.engine.Query(ctx, statement)
	if err != nil {
		return err
	}
	surplus, err := fold(table)
	if err != nil || surplus == 0 {
		return err
	}
	return &source.Error{Failure: plan.Failure{Reason: plan.PrimaryKeyViolated, Message: fmt.Sprintf(
		"Dataset %s has %d more rows than distinct values of its primaryKey %q: a join that multiplies rows, or a double load. "+
			"Correct the query, the load or the key; until then no indicator on it is computed.",
		d.rows.Dataset.Name, surplus, d.rows.Dataset.PrimaryKey)}}
}

// clock is what is known of the present, by the plan and by the rows.
func (d *dataset) clock(s *survey) state.Clock {
	clock := state.Clock{Now: d.now, Watermark: s.audit.Watermark}
	if d.rows.Dataset.Freshness != nil && clock.Watermark == nil {
		clock.Watermark = &time.Time{} // nothing was ever loaded
	}
	return clock
}
