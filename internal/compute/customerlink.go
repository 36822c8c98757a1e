package compute

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/linkage/cohort"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
	"github.com/cpi-operator/cpi-operator/internal/source"
)

// customerRows are the units of a claim, counted where their rows are: no key of a customer is among them.
type customerRows struct {
	Units []cohort.Unit
	// Cohorts are their names, the worst experience first: a Unit's Level is a place among them.
	Cohorts []string
	// Strata and Covariates name what units tell of themselves, as cohort.Options take it.
	Strata, Covariates []string
	// Columns are the columns of Covariates: of a category as many covariates as it has values, less one.
	Columns   map[string]string
	Waterfall []plan.Waterstep
	// From and To bound the indexes looked for; zero where nothing is dated.
	From, To time.Time
	// SQL that was run, for people.
	SQL string
}

// customerDatasets names the datasets that a claim reads on the level of customers, the KPI's first. customerLink finds
// them among the opened ones.
func customerDatasets(claim plan.Linkage, driver plan.Driver) []string {
	var names []string
	add := func(name string) {
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, one := range []*plan.Indicator{claim.KPI.Indicator, driver.Indicator} {
		if one != nil {
			add(one.Dataset)
			add(one.Other)
		}
	}
	if claim.Customers != nil {
		for _, attribute := range slices.Concat(claim.Customers.StratifyBy, claim.Customers.Covariates) {
			add(attribute.Dataset)
		}
	}
	return names
}

// customerLink counts the units of a claim by their experience with one driver and what came of it. claim.Customers is
// set, and the datasets are opened: those that customerDatasets names.
func customerLink(ctx context.Context, opened map[string]*dataset, claim plan.Linkage, driver plan.Driver) (*customerRows, *plan.Failure) {
	found, err := linkCustomers(ctx, opened, claim, driver)
	if err != nil {
		failure := FailureOf(err)
		return nil, &failure
	}
	return found, nil
}

func linkCustomers(ctx context.Context, opened map[string]*dataset, claim plan.Linkage, driver plan.Driver) (*customerRows, error) {
	ask, cohorts, err := claimOf(ctx, opened, claim, driver)
	if err != nil {
		return nil, err
	}
	engine := opened[claim.KPI.Indicator.Dataset].engine
	statements, err := query.PlanClaim(engine.Dialect(), ask)
	if err != nil {
		return nil, err
	}
	cells, err := answerOf(ctx, engine, statements.Cells, statements.FoldCells)
	if err != nil {
		return nil, err
	}
	return counted(ctx, opened, claim, driver, cohorts, statements, cells)
}

// counted is what a claim's cells tell, with an account of the rows behind them.
func counted(ctx context.Context, opened map[string]*dataset, claim plan.Linkage, driver plan.Driver, cohorts []measure.Class,
	statements *query.ClaimStatements, cells []query.Cell,
) (*customerRows, error) {
	var err error
	var fates []query.FateRows
	if statements.FoldOutcomes != nil {
		if fates, err = answerOf(ctx, opened[claim.KPI.Indicator.Dataset].engine, statements.Outcomes, statements.FoldOutcomes); err != nil {
			return nil, err
		}
	}
	responses, err := answerOf(ctx, opened[driver.Indicator.Dataset].engine, statements.Responses, statements.FoldResponses)
	if err != nil {
		return nil, err
	}
	found := &customerRows{From: statements.From, To: statements.To, SQL: query.Display(statements.Cells)}
	for _, one := range cohorts {
		found.Cohorts = append(found.Cohorts, one.Name)
	}
	if err := found.describe(cells, cohorts, claim.Customers); err != nil {
		return nil, err
	}
	found.Waterfall = unitWaterfall(found.Units, cells, fates, responses)
	return found, nil
}

// answerOf runs a statement and folds its result.
func answerOf[T any](ctx context.Context, engine source.Engine, statement query.Statement, fold func(*query.Table) (T, error)) (T, error) {
	table, err := engine.Query(ctx, statement)
	if err != nil {
		var none T
		return none, err
	}
	return fold(table)
}

// unlinkable is a failure of a claim that needs another definition.
func unlinkable(format string, args ...any) error {
	return source.Fail(plan.UnsupportedCombination, nil, format, args...)
}

// claimOf puts a claim on a driver as a question to the database, with the cohorts of its scores, the worst first.
func claimOf(ctx context.Context, opened map[string]*dataset, claim plan.Linkage, driver plan.Driver) (query.Claim, []measure.Class, error) {
	kpi, cpi, level := claim.KPI.Indicator, driver.Indicator, *claim.Customers
	if kpi == nil || cpi == nil {
		return query.Claim{}, nil, unlinkable("The rows of %s and %s are not within reach of one run, so that single customers cannot be compared.", claim.KPI.Key, driver.Key)
	}
	ask := query.Claim{Level: level, OutcomeWhere: kpi.Where, ExposureWhere: cpi.Where, Attributes: map[string]query.RowSet{}}
	for _, name := range customerDatasets(claim, driver) {
		one := opened[name]
		if one == nil {
			return ask, nil, unlinkable("Dataset %s is not open.", name)
		}
		ask.Attributes[name] = one.rows
	}
	outcomes, responses := opened[kpi.Dataset], opened[cpi.Dataset]
	if outcomes == nil || responses == nil {
		return ask, nil, unlinkable("A measure without rows of its own says nothing of single customers: compare periods only.")
	}
	ask.OutcomeRows, ask.ExposureRows = outcomes.rows, responses.rows
	known := []*dataset{outcomes, responses}
	if kpi.Other != "" {
		ask.Other = &opened[kpi.Other].rows
		known = append(known, opened[kpi.Other])
	}
	var err error
	if ask.Known, err = knownTo(ctx, known); err != nil {
		return ask, nil, err
	}
	ask.TimeZone = outcomes.rows.Dataset.TimeZone
	if kpi.Period != nil {
		ask.TimeZone = kpi.Period.TimeZone
	}
	setting := func(d *dataset) measure.Setting {
		at := d.rows.Dataset.Time
		return measure.Setting{TimeColumn: at.Event + at.Snapshot, Now: ask.Known}
	}
	if ask.Outcomes, err = measure.OutcomeOf(kpi.Measure, setting(outcomes)); err != nil {
		return ask, nil, unlinkable("%s: %v.", claim.KPI.Key, err)
	}
	if ask.Score, err = measure.ScoreOf(cpi.Measure, setting(responses)); err != nil {
		return ask, nil, unlinkable("%s: %v.", driver.Key, err)
	}
	cohorts, err := cohortsOf(level, cpi.Measure, ask.Score)
	if err != nil {
		return ask, nil, unlinkable("%s: %v.", driver.Key, err)
	}
	return ask, cohorts, nil
}

// knownTo is the instant up to which the rows of all datasets are known.
func knownTo(ctx context.Context, datasets []*dataset) (time.Time, error) {
	var known time.Time
	for _, d := range datasets {
		until := d.now
		if d.rows.Dataset.Freshness != nil {
			if len(d.surveys) == 0 { // no indicator reads it
				looked, err := d.survey(ctx, nil)
				if err != nil {
					return known, err
				}
				d.surveys[rhythm{}] = looked
			}
			for _, looked := range d.surveys { // all saw the same rows
				until = d.clock(looked).Known()
			}
		}
		if known.IsZero() || until.Before(known) {
			known = until
		}
	}
	if known.Year() < 2 {
		return known, source.Fail(plan.QueryFailed, nil, "One of the datasets %s has never been loaded.", namesOf(datasets))
	}
	return known, nil
}

func namesOf(datasets []*dataset) string {
	var names []string
	for _, d := range datasets {
		names = append(names, d.rows.Dataset.Name)
	}
	return fmt.Sprint(names)
}
