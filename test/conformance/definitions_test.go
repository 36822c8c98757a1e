package conformance

import (
	"fmt"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

var zones = []string{"Europe/Berlin", "America/New_York", "UTC", "Asia/Kathmandu"}

// layouts are periods of every grain, some trailing, some of them empty, in a zone of their own each.
var layouts = []plan.Period{
	{Grain: plan.Month, Window: 1, History: 25}, {Grain: plan.Day, Window: 1, History: 100}, {Grain: plan.Week, Window: 1, History: 60, WeekStart: time.Monday},
	{Grain: plan.Week, Window: 4, History: 60, WeekStart: time.Sunday}, {Grain: plan.Month, Window: 3, History: 20}, {Grain: plan.Quarter, Window: 1, History: 9},
	{Grain: plan.Year, Window: 1, History: 3, FiscalYearStartMonth: time.April}, {Grain: plan.Day, Window: 7, History: 40}, {Grain: plan.Month, Window: 12, History: 14},
}

func dataset(name string, table string, at plan.Time, zone string, change func(*plan.Dataset)) plan.Dataset {
	d := plan.Dataset{Name: name, Table: &plan.Table{Name: table}, Time: at, TimeZone: zone}
	if change != nil {
		change(&d)
	}
	return d
}

func datasets() []plan.Dataset {
	survey := func(d *plan.Dataset) {
		d.PrimaryKey = []string{"id"}
		d.Entities = map[string]string{"contact": "customer", "account": "account"}
		d.Columns = []plan.Column{
			{Name: "score", Type: plan.Integer, Expr: "score"}, {Name: "points", Type: plan.Number, Expr: "score"}, {Name: "weight", Type: plan.Number, Expr: "weight"},
			{Name: "flag", Type: plan.Boolean, Expr: "flag"}, {Name: "instant", Type: plan.Timestamp, Expr: "told"}, {Name: "told_day", Type: plan.Date, Expr: "told_day"},
			{Name: "level_text", Type: plan.Text, Expr: "level"}, {Name: "doubled", Type: plan.Number, Expr: "amount * 2"},
		}
		d.Filters = []plan.Filter{{Name: "tests", Expr: "NOT test -- of our own"}, {Name: "paid", Expr: "paid"}}
		d.Freshness = &plan.Freshness{Column: "loaded", Within: 100 * 24 * time.Hour}
	}
	all := []plan.Dataset{
		dataset("clock-berlin", "answers", plan.Time{Event: "answered"}, "Europe/Berlin", survey),
		dataset("clock-new-york", "answers", plan.Time{Event: "answered"}, "America/New_York", survey),
		dataset("instant", "answers", plan.Time{Event: "happened"}, "Europe/Berlin", survey),
		dataset("day", "answers", plan.Time{Event: "day"}, "Europe/Berlin", survey),
		dataset("told", "answers", plan.Time{Event: "instant"}, "Europe/Berlin", survey),
		dataset("told-day", "answers", plan.Time{Event: "told_day"}, "Europe/Berlin", survey),
		dataset("undated", "answers", plan.Time{}, "UTC", survey),
		dataset("query", "answers", plan.Time{Event: "answered"}, "Europe/Berlin", func(d *plan.Dataset) {
			survey(d)
			d.Table, d.Tables = nil, []string{"answers"}
			d.Query = "SELECT a.* FROM answers AS a -- all of them\nWHERE a.level IS NULL OR a.level < 4;"
		}),
		dataset("snapshots", "snapshots", plan.Time{Snapshot: "as_of"}, "Europe/Berlin", func(d *plan.Dataset) {
			d.PrimaryKey, d.Entities = []string{"as_of", "account"}, map[string]string{"account": "account"}
		}),
		dataset("renewals", "renewals", plan.Time{Event: "due"}, "Europe/Berlin", func(d *plan.Dataset) {
			d.PrimaryKey, d.Entities = []string{"id"}, map[string]string{"account": "account"}
		}),
	}
	for name, at := range map[string]plan.Time{"clocks": {Start: "began", End: "ended"}, "days": {Start: "from_day", End: "to_day"}, "instants": {Start: "began_at", End: "ended_at"}} {
		all = append(all, dataset("spells-"+name, "spells", at, "America/New_York", func(d *plan.Dataset) {
			d.PrimaryKey, d.Entities = []string{"id"}, map[string]string{"account": "account"}
		}))
	}
	return all
}

// wish is an indicator without its dataset and period.
type wish struct {
	measure   measure.Spec
	where     []measure.Condition
	responses *plan.Responses
	by        [][]string
}

func where(column string, op measure.Operator, values ...string) measure.Condition {
	return measure.Condition{Column: column, Operator: op, Values: values}
}

func aggregate(f measure.Function, column, cluster string) measure.Spec {
	return measure.Spec{Aggregate: &measure.Aggregate{Function: f, Column: column, ClusterBy: cluster, Direction: measure.HigherIsBetter}}
}

// surveyWishes are what may be asked of the answers.
func surveyWishes() []wish {
	keep := func(entity string, k plan.Keep) *plan.Responses { return &plan.Responses{Entity: entity, Keep: k} }
	nps := measure.Spec{NetPromoterScore: &measure.NetPromoterScore{Score: "score"}}
	share := func(of ...measure.Condition) measure.Spec {
		return measure.Spec{Share: &measure.Share{Of: of, Direction: measure.HigherIsBetter}}
	}
	duration := func(end string, form measure.DurationForm, open measure.OpenCases) measure.Spec {
		return measure.Spec{Duration: &measure.Duration{Start: map[string]string{"solved": "answered", "solved_at": "happened"}[end], End: end, Form: form, Quantile: 0.5, Limit: 72 * time.Hour, Open: open, Direction: measure.LowerIsBetter}}
	}
	conversion := func(entity string, of measure.Occurrence) measure.Spec {
		return measure.Spec{Conversion: &measure.Conversion{Entity: entity, Occurrence: of, Within: 7 * 24 * time.Hour,
			Outcome: measure.Outcome{Where: []measure.Condition{where("flag", measure.In, "true")}}, Direction: measure.HigherIsBetter}}
	}
	return []wish{
		{measure: nps, responses: keep("contact", plan.KeepLatest), by: [][]string{{"region"}, {"plan", "paid"}}},
		{measure: nps, responses: keep("account", plan.KeepFirst), by: [][]string{{"level"}, {"flag"}}, where: []measure.Condition{where("region", measure.NotIn, "north", "ß")}},
		{measure: nps, responses: keep("contact", plan.KeepAll), by: [][]string{{"region"}}},
		{measure: measure.Spec{CustomerSatisfaction: &measure.CustomerSatisfaction{Score: "points", Scale: measure.Scale{Min: 0, Max: 10}, Form: measure.CSATTopBox, Boxes: 2}}, responses: keep("contact", plan.KeepLatest), by: [][]string{{"plan"}}},
		{measure: measure.Spec{CustomerEffortScore: &measure.CustomerEffortScore{Score: "score", Version: measure.CESV2, Form: measure.CESMean}}, responses: keep("contact", plan.KeepAll), by: [][]string{{"account"}}},
		{measure: aggregate(measure.Sum, "amount", ""), by: [][]string{{"region"}, {"paid"}, {"level"}, {"region", "plan"}}},
		{measure: aggregate(measure.Sum, "huge", ""), by: [][]string{{"plan"}}},
		{measure: aggregate(measure.Mean, "huge", "contact"), by: [][]string{{"region"}}},
		{measure: aggregate(measure.Mean, "amount", "contact"), by: [][]string{{"region"}, {"plan"}}},
		{measure: aggregate(measure.Mean, "factor", ""), where: []measure.Condition{where("factor", measure.AtLeast, "-1000"), where("factor", measure.LessThan, "1000.5")}, by: [][]string{{"level_text"}}},
		{measure: aggregate(measure.Sum, "weight", "account"), by: [][]string{{"plan"}}},
		{measure: aggregate(measure.Sum, "doubled", ""), where: []measure.Condition{where("account", measure.In, "9007199254740993", "-1")}},
		{measure: aggregate(measure.Count, "", ""), where: []measure.Condition{where("region", measure.In, "North")}},
		{measure: aggregate(measure.Count, "", ""), where: []measure.Condition{where("region", measure.AtLeast, "north")}, by: [][]string{{"region"}}},
		{measure: aggregate(measure.Count, "", ""), where: []measure.Condition{where("region", measure.In, "", `back\slash`, "o'brien", "😀", `"quoted"`)}, by: [][]string{{"region"}}},
		{measure: aggregate(measure.Count, "", ""), where: []measure.Condition{where("flag", measure.DoesNotExist)}, by: [][]string{{"flag"}}},
		{measure: aggregate(measure.Count, "", ""), where: []measure.Condition{where("instant", measure.AtLeast, "2026-03-29T01:00:00Z"), where("told_day", measure.LessThan, "2026-12-31")}, by: [][]string{{"paid", "flag"}}},
		{measure: aggregate(measure.Count, "", ""), where: []measure.Condition{where("answered", measure.GreaterThan, "2026-03-29T02:30:00"), where("happened", measure.AtMost, "2026-10-25T02:30:00+02:00")}},
		{measure: share(where("flag", measure.In, "true")), by: [][]string{{"region"}}},
		{measure: share(where("score", measure.AtLeast, "7"), where("plan", measure.In, "basic", "pro")), responses: keep("contact", plan.KeepLatest), by: [][]string{{"paid"}}},
		{measure: share(where("plan", measure.NotIn, "Basic")), responses: keep("account", plan.KeepAll)},
		{measure: measure.Spec{Ratio: &measure.Ratio{Numerator: "amount", Denominator: "base", Direction: measure.HigherIsBetter}}, by: [][]string{{"plan"}}},
		{measure: measure.Spec{Ratio: &measure.Ratio{Numerator: "base", Denominator: "factor", ClusterBy: "contact", Direction: measure.HigherIsBetter}}, where: []measure.Condition{where("factor", measure.GreaterThan, "1")}, by: [][]string{{"region"}}},
		{measure: measure.Spec{Index: &measure.Index{Items: []measure.IndexItem{{Column: "points", Weight: 0.6, Scale: measure.Scale{Max: 10}}, {Column: "level", Weight: 0.4, Scale: measure.Scale{Max: 4}}}}}, responses: keep("contact", plan.KeepLatest), by: [][]string{{"plan"}}},
		{measure: conversion("contact", measure.Every), by: [][]string{{"plan"}}},
		{measure: conversion("account", measure.FirstInPeriod), where: []measure.Condition{where("level", measure.AtLeast, "1")}},
		{measure: conversion("contact", measure.First)},
		{measure: measure.Spec{Rate: &measure.Rate{Events: "level", Exposure: measure.Exposure{Column: "base"}, Per: 100, Direction: measure.LowerIsBetter}}, by: [][]string{{"region"}}},
		{measure: duration("solved_at", measure.DurationGeometricMean, measure.Exclude), by: [][]string{{"paid"}}},
		{measure: duration("solved", measure.DurationQuantile, measure.Censor), by: [][]string{{"plan"}}},
		{measure: duration("solved_at", measure.DurationMean, measure.Exclude), by: [][]string{{"paid"}}},
		{measure: duration("solved", measure.DurationShareWithin, measure.CountAsMissedAfterLimit), by: [][]string{{"region"}}},
	}
}

func spellWishes() []wish {
	var out []wish
	for _, gap := range []time.Duration{0, 14 * 24 * time.Hour} {
		for _, definition := range []measure.ChurnDefinition{measure.OpeningCohort, measure.AllLostOverOpening, measure.AverageBase, measure.Hazard} {
			out = append(out, wish{measure: measure.Spec{Churn: &measure.Churn{Entity: "account", Definition: definition, ToleratedGap: gap}}, by: [][]string{{"plan"}, {"region"}}})
		}
	}
	return append(out,
		wish{measure: measure.Spec{Retention: &measure.Retention{Entity: "account"}}, where: []measure.Condition{where("plan", measure.In, "basic", "pro")}},
		wish{measure: measure.Spec{RevenueRetention: &measure.RevenueRetention{Entity: "account", Amount: "mrr", Form: measure.Net}}, by: [][]string{{"plan"}}},
		wish{measure: measure.Spec{RevenueRetention: &measure.RevenueRetention{Entity: "account", Amount: "mrr", Form: measure.Gross}}, by: [][]string{{"region", "plan"}}})
}

func snapshotWishes() []wish {
	return []wish{
		{measure: measure.Spec{Churn: &measure.Churn{Entity: "account", Definition: measure.OpeningCohort}}, by: [][]string{{"plan"}, {"active"}}},
		{measure: measure.Spec{RevenueRetention: &measure.RevenueRetention{Entity: "account", Amount: "mrr", Form: measure.Net}}, by: [][]string{{"plan"}}},
		{measure: aggregate(measure.Sum, "mrr", ""), by: [][]string{{"plan"}, {"active"}}},
		{measure: aggregate(measure.Mean, "mrr", "account"), where: []measure.Condition{where("active", measure.In, "true")}, by: [][]string{{"plan"}}},
	}
}

func renewalWishes() []wish {
	renewal := measure.Renewal{Decision: "status", Renewed: []string{"renewed"}, Lost: []string{"lost"}, NotDue: []string{"void"}, DecidedAt: "decided", Grace: 45 * 24 * time.Hour}
	valued := renewal
	valued.Value, valued.Unit = "acv", "EUR"
	return []wish{
		{measure: measure.Spec{Renewal: &renewal}, by: [][]string{{"tier"}}},
		{measure: measure.Spec{Renewal: &valued}, by: [][]string{{"tier"}}},
	}
}

// indicators are every wish on its dataset, the layouts and zones dealt out in turn.
func indicators(d plan.Dataset) []plan.Indicator {
	var wishes []wish
	switch {
	case d.Time.Start != "":
		wishes = spellWishes()
	case d.Time.Snapshot != "":
		wishes = snapshotWishes()
	case d.Time.Event == "due":
		wishes = renewalWishes()
	default:
		wishes = surveyWishes()
	}
	var out []plan.Indicator
	for i, w := range wishes {
		if d.Time.Undated() && (w.responses != nil && w.responses.Keep != plan.KeepAll || w.measure.Duration != nil) {
			continue
		}
		turns := 2
		if d.Time.Start != "" {
			turns = 1 // windows of stays cost most
		}
		if w.measure.Conversion != nil && d.Time.Undated() {
			continue // nothing comes first
		}
		for turn := range turns {
			one := plan.Indicator{
				Key: plan.Key{Kind: "CPIDefinition", Name: fmt.Sprintf("%s-%d-%d", d.Name, i, turn)}, Dataset: d.Name, Measure: w.measure, Where: w.where, Responses: w.responses,
				Quality: plan.Quality{MinSampleSize: 3, MinSegmentSize: 1, Confidence: 0.95, CollapseRatio: 0.5},
			}
			for _, by := range w.by {
				one.Breakdowns = append(one.Breakdowns, plan.Breakdown{By: by})
			}
			if !d.Time.Undated() {
				period := layouts[(2*i+turn+len(d.Name))%len(layouts)]
				if d.Time.Snapshot != "" || d.Time.Event == "due" {
					period = layouts[[]int{0, 4, 5, 8}[(2*i+turn)%4]]
				}
				period.TimeZone, period.Settle = zones[(i+2*turn)%len(zones)], 400*24*time.Hour
				if period.FiscalYearStartMonth == 0 {
					period.FiscalYearStartMonth = time.January
				}
				one.Period = &period
			} else if turn > 0 {
				continue
			}
			out = append(out, one)
		}
	}
	return out
}
