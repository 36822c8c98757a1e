package compute

import (
	"context"
	"slices"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/linkage/cohort"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// customerRows are the units of a claim, counted where their rows are: no key of a customer is among them.
type customerRows struct {
	Units []cohort.Unit
	// Cohorts are their names, the worst experience first: a Unit's Level is a place among them.
	Cohorts []string
	// Strata and Covariates name what units tell of themselves, as cohort.Options take it.
	Strata, Covariates []string
	Waterfall          []plan.Waterstep
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
	return nil, &plan.Failure{Reason: plan.UnsupportedCombination, Message: "Claims on single customers cannot be tested yet."}
}
