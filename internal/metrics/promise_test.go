package metrics_test

import (
	"slices"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/metrics"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/promise"
)

func TestSeriesOfAPromise(t *testing.T) {
	terms := promise.Terms{Allowed: 0.0625, Periods: 28, Confidence: 0.95}
	days := func(number int, bad float64) []promise.Period {
		return slices.Repeat([]promise.Period{{Bad: bad, N: 128}}, number)
	}
	of := func(grain plan.Grain, periods ...promise.Period) metrics.Indicator {
		in := cpi("waits", estimate(0.9, 0.8, 0.95, 128))
		in.View.Period = &plan.Period{Grain: grain, Window: 1}
		in.Decision.Promise = new(promise.Judge(terms, periods))
		return in
	}
	const object = `namespace="cx",name="waits"`
	store := exporting()
	store.SetIndicator(of(plan.Day, append(days(30, 4), days(2, 12)...)...))
	found := scrape(t, store, false)
	expect(t, found, "cpi_promise_burn_rate",
		object+`,window="1d" 1.5`, object+`,window="2d" 1.5`, object+`,window="7d" 0.7857142857142857`, object+`,window="28d" 0.5714285714285714`)
	expect(t, found, "cpi_promise_budget_remaining_ratio", object+` 0.4285714285714286`)
	for _, end := range []string{"_lower", "_upper"} {
		if len(series(found, "cpi_promise_budget_remaining_ratio"+end)) != 1 {
			t.Errorf("no %s end", end)
		}
	}

	store.SetIndicator(of(plan.Week, append(days(3, 4), promise.Period{})...))
	expect(t, scrape(t, store, false), "cpi_promise_burn_rate", // last week nobody was there
		object+`,window="2w" 0.5`, object+`,window="7w" 0.5`, object+`,window="28w" 0.5`)

	store.SetIndicator(cpi("waits", estimate(0.9, 0.8, 0.95, 128)))
	if found := scrape(t, store, false); found["cpi_promise_burn_rate"] != nil || found["cpi_promise_budget_remaining_ratio"] != nil {
		t.Error("no promise has series")
	}
	withheld := of(plan.Day, days(30, 4)...)
	withheld.Publish = metrics.PublishNone
	store.SetIndicator(withheld)
	if found := scrape(t, store, false); found["cpi_promise_burn_rate"] != nil {
		t.Error("an indicator that is not published has series")
	}
}
