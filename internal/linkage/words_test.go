package linkage

import (
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/plan"
)

func bound(v, lower, upper float64) *plan.Bounded {
	return &plan.Bounded{Value: v, Lower: lower, Upper: upper}
}

func TestSentence(t *testing.T) {
	renewal := plan.Series{Key: plan.Key{Name: "renewal"}, Title: "renewal", Unit: "ratio"}
	nps := plan.Driver{Series: plan.Series{Key: plan.Key{Name: "nps"}, Title: "NPS", Unit: "points"}, Expected: 1, Step: new(10.0)}
	link := plan.Linkage{
		KPI: renewal, Evidence: plan.Observational, Confidence: .95, Calendar: &plan.Period{Grain: plan.Month},
		Customers: &plan.CustomerLevel{Unit: "account", Index: plan.OutcomeDecision},
	}
	vouched, randomised := link, link
	vouched.Customers = &plan.CustomerLevel{Unit: "customer", Index: plan.Vouched}
	randomised.Evidence = plan.Randomised
	decided := link
	decided.ByDecision = &plan.ByDecision{}

	promoters := func() *plan.CustomerLink {
		return &plan.CustomerLink{
			Cohorts:        []plan.Cohort{{Name: "detractors", N: 200, Outcomes: 140}, {Name: "passives", N: 9}, {Name: "promoters", N: 200, Outcomes: 182}},
			RiskDifference: bound(.21, .13389199, .28419634), RelativeRisk: bound(1.3, 1.1755, 1.4377),
		}
	}
	adjusted := promoters()
	adjusted.Adjusted = &plan.AdjustedLink{Method: "Mantel–Haenszel", By: []string{"plan"}, RiskDifference: bound(-.04, -.099103, .0190165)}
	months := &plan.PeriodLink{N: 33, Lag: new(2), Slope: bound(.0031174, .0021401, .0040947), Differenced: true}

	warned := *months
	warned.Warnings = []string{"The CPI follows the KPI at least as clearly: the order may be the other way round."}

	for name, c := range map[string]struct {
		link plan.Linkage
		f    plan.DriverFinding
		want string
	}{
		"customers": {link, plan.DriverFinding{Verdict: plan.Supported, Customers: promoters(), Effect: &plan.LinkEffect{}},
			"Supported. renewal: 91.0 % of 200 accounts (promoters) against 70.0 % of 200 (detractors): +21.0 percentage points [13.4, 28.4], " +
				"1.30 times as often [1.18, 1.44] (95 % intervals). Nothing was held constant. Association in observational data, not proof of cause."},
		"adjusted": {link, plan.DriverFinding{Verdict: plan.Conflicting, Reason: "SignFlipsAfterAdjustment", Customers: adjusted, Effect: &plan.LinkEffect{}},
			"Conflicting: compared with like, customers say the opposite of what all of them together seem to say. " +
				"renewal: 91.0 % of 200 accounts (promoters) against 70.0 % of 200 (detractors): +21.0 percentage points [13.4, 28.4], " +
				"1.30 times as often [1.18, 1.44] (95 % intervals). With plan held constant: −4.0 percentage points [−9.9, 1.9] (Mantel–Haenszel). " +
				"Association in observational data, not proof of cause."},
		"periods": {randomised, plan.DriverFinding{Verdict: plan.Supported, Periods: months, Effect: &plan.LinkEffect{}},
			"Supported. +10 points NPS goes with +3.1 percentage points renewal two months later (95 % CI 2.1 to 4.1; 33 months, by changes from one to the next). " +
				"The definition says that chance decided who got what: then the difference is an effect of the change."},
		"by decision": {decided, plan.DriverFinding{Verdict: plan.Supported, Periods: months, Effect: &plan.LinkEffect{}},
			"Supported. +10 points NPS goes with +3.1 percentage points renewal two months later " +
				"(95 % CI 2.1 to 4.1; 33 months, contracts in the month of their decision, by changes from one to the next). Association in observational data, not proof of cause."},
		"warned": {link, plan.DriverFinding{Verdict: plan.Supported, Periods: &warned, Effect: &plan.LinkEffect{}},
			"Supported. +10 points NPS goes with +3.1 percentage points renewal two months later (95 % CI 2.1 to 4.1; 33 months, by changes from one to the next). " +
				"The CPI follows the KPI at least as clearly: the order may be the other way round. Association in observational data, not proof of cause."},
		"vouched": {vouched, plan.DriverFinding{Verdict: plan.NotSupported, MinEffect: new(.02), Customers: promoters(), Effect: &plan.LinkEffect{}},
			"Not supported: a difference of 2.0 percentage points or more is ruled out. " +
				"renewal: 91.0 % of 200 customers (promoters) against 70.0 % of 200 (detractors): +21.0 percentage points [13.4, 28.4], " +
				"1.30 times as often [1.18, 1.44] (95 % intervals). Nothing was held constant. That the experience came first is the definition's word: the rows cannot show it. " +
				"Association in observational data, not proof of cause."},
		"too few": {link, plan.DriverFinding{Verdict: plan.InsufficientData, Reason: "TooFewPeriods", Needed: new(int64(36)), Periods: &plan.PeriodLink{Reason: "TooFewPeriods"}},
			"Not enough data: too few mature periods in a row in which both have a value (TooFewPeriods). About 36 months would be enough."},
		"too few customers": {link, plan.DriverFinding{Verdict: plan.InsufficientData, Reason: "CohortTooSmall", Needed: new(int64(55)), Customers: &plan.CustomerLink{Reason: "CohortTooSmall"}},
			"Not enough data: a cohort is smaller than the smallest that is compared (CohortTooSmall). About 55 accounts in each cohort would be enough."},
	} {
		if got := Sentence(c.link, nps, c.f); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}

func TestStepOf(t *testing.T) {
	for _, c := range []struct {
		unit   string
		values []float64
		want   float64
	}{{"points", nil, 10}, {"points", []float64{3, -12}, 10}, {"points", []float64{4.9, 5.2, 5.6}, .4}, {"ratio", nil, .1}, {"EUR", []float64{1000, 2000, 3000}, 1000}, {"", []float64{1, 1.4, 1.9}, .5}, {"EUR", []float64{5, 5}, 1}, {"EUR", nil, 1}} {
		if got := StepOf(c.unit, c.values); got != c.want {
			t.Errorf("%s %v: %v, want %v", c.unit, c.values, got, c.want)
		}
	}
}
