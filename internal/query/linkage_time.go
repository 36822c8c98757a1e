package query

import (
	"strconv"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// dated reports whether indexes are instants of rows, not the present for all.
func (c *claim) dated() bool {
	for _, f := range c.fates {
		if f.at != "" {
			return true
		}
	}
	return c.Level.Index == plan.ForwardExposure
}

// layTime numbers instants: in days where a column that is compared tells days only.
func (c *claim) layTime() error {
	level := c.Level
	days := c.exposure.kindOfTime() == KindDate && level.Index != plan.Vouched
	if level.Index == plan.ForwardExposure {
		days = days || c.happening.kindOfTime() == KindDate
	}
	for _, f := range c.fates { // of a loss that is only presumed, the hour hardly matters
		if f.kind == measure.FateYes && f.at != "" && c.outcome.columns[f.at].kind == KindDate {
			days = true
		}
	}
	// What is compared lies between; two days allow for zones.
	const zones = 2 * oneDay
	c.clock = clock{
		days: days, zone: c.zone,
		from: c.Known.Add(-level.History - level.Exposure - level.FollowUp - zones), to: c.Known.Add(zones),
	}
	_, c.reach = c.clock.span(0, level.Exposure)
	_, c.follow = c.clock.span(0, level.FollowUp)
	c.from, c.to = c.clock.at(c.Known.Add(-level.History)), c.clock.at(c.Known)
	if level.Index != plan.ForwardExposure {
		if days && level.Exposure > 0 && c.reach == 0 {
			return fail(plan.UnsupportedCombination, "exposureWindow is %s, but dates tell days only: give it a day or more", level.Exposure)
		}
		return nil
	}
	if c.reach == 0 || c.follow == 0 {
		return fail(plan.UnsupportedCombination, "exposureWindow is %s and followUp %s, but dates tell days only: give both a day or more", level.Exposure, level.FollowUp)
	}
	start := c.from
	c.to = c.clock.latest(c.Known, level.FollowUp)
	c.from = c.to - (max(1, (c.to-start)/c.reach)-1)*c.reach
	return nil
}

// instant of a number; of a day, its beginning.
func (c *claim) instant(number int64) time.Time {
	if !c.clock.days {
		return time.UnixMicro(number).UTC()
	}
	day := time.Unix(number*int64(oneDay/time.Second), 0).UTC()
	return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, c.zone).UTC()
}

// number writes a time of rows as the clock numbers it; a date begins at midnight.
func (c *claim) number(t *table, ref string, kind Kind) string {
	if c.clock.days || kind != KindDate {
		return c.clock.number(t, ref, kind)
	}
	midnight := *t
	midnight.zone = c.zone
	ref = "CAST(" + ref + " AS " + map[Dialect]string{DuckDB: "TIMESTAMP", Postgres: "TIMESTAMP", MySQL: "DATETIME(6)"}[t.dialect] + ")"
	return c.clock.number(&midnight, ref, KindTimestamp)
}

// bounded is number where the clock is exact. Beyond, where some tables keep infinity, it is a number just outside.
func (c *claim) bounded(t *table, ref string, kind Kind) string {
	low, high := c.literal(t, kind, c.clock.from), c.literal(t, kind, c.clock.to)
	outside := func(at time.Time, by int64) string { return strconv.FormatInt(c.clock.at(at)+by, 10) }
	return "CASE WHEN " + ref + " < " + low + " THEN " + outside(c.clock.from, -1) + " WHEN " + ref + " > " + high + " THEN " + outside(c.clock.to, 1) +
		" ELSE " + c.number(t, ref, kind) + " END"
}

// literal is an instant as a column of the kind has it.
func (c *claim) literal(t *table, kind Kind, at time.Time) string {
	return timeLiteral(t.dialect.literalKind(kind), t.wall(kind, at, c.zone))
}

// near writes that a time lies between two instants, or up to a day outside: cheap, and so that nothing odd is numbered.
func (c *claim) near(t *table, ref string, kind Kind, from, to time.Time) string {
	return ref + " >= " + c.literal(t, kind, from.Add(-oneDay)) + " AND " + ref + " <= " + c.literal(t, kind, to.Add(oneDay))
}

// inside writes that a number lies between two others, both inclusive.
func inside(ref string, from, to int64) string {
	return ref + " BETWEEN " + strconv.FormatInt(from, 10) + " AND " + strconv.FormatInt(to, 10)
}

// quotient divides whole numbers of zero or more, and drops the rest.
func quotient(dialect Dialect, dividend string, divisor int64) string {
	operator := map[Dialect]string{DuckDB: "//", MySQL: "DIV", Postgres: "/"}[dialect]
	return "(" + dividend + ") " + operator + " " + strconv.FormatInt(divisor, 10)
}
