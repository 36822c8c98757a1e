package compute_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

var decided = time.Date(2026, time.June, 1, 12, 0, 0, 0, time.UTC)

// claimOn adds a claim that answers to a survey tell who renews: rows of contracts (customer, due, decided, status, plan)
// and answers (customer, at, score).
func (w *world) claimOn(t *testing.T, contracts, answers []string) *plan.Linkage {
	t.Helper()
	w.csv(t, "contracts", append([]string{"customer,due,decided,status,plan"}, contracts...)...)
	w.csv(t, "answers", append([]string{"customer,at,score"}, answers...)...)
	for name, column := range map[string]string{"contracts": "due", "answers": "at"} {
		w.dataset(name, event(column), func(d *plan.Dataset) { d.Entities = map[string]string{"customer": "customer"} })
	}
	key := plan.Key{Kind: plan.KindLinkage, Name: "claim"}
	months := &plan.Period{Grain: plan.Month, Window: 1, History: 6, TimeZone: "UTC", WeekStart: time.Monday, FiscalYearStartMonth: time.January}
	shadow := func(dataset string, spec measure.Spec) *plan.Indicator {
		return &plan.Indicator{
			Key: key, UID: "uid", RequestHash: "hash-" + dataset, Dataset: dataset, Measure: spec, Period: months,
			Quality: plan.Quality{MinSampleSize: 1, Confidence: .95},
		}
	}
	w.Linkages = append(w.Linkages, plan.Linkage{
		Key: key, UID: "uid", RequestHash: "hash", Evidence: plan.Observational, Confidence: .95, Calendar: months,
		KPI: plan.Series{
			Key: plan.Key{Kind: "KPITarget", Name: "renewal"}, Unit: "ratio", Direction: measure.HigherIsBetter,
			Indicator: shadow("contracts", measure.Spec{Renewal: &measure.Renewal{
				Decision: "status", Renewed: []string{"Renewed"}, Lost: []string{"Lost"}, DecidedAt: "decided", Grace: 14 * 24 * time.Hour,
			}}),
		},
		Drivers: []plan.Driver{{Expected: 1, Series: plan.Series{
			Key: plan.Key{Kind: "CPIDefinition", Name: "nps"}, Unit: "points", Direction: measure.HigherIsBetter, Indicator: shadow("answers", nps("score")),
		}}},
		Customers: &plan.CustomerLevel{
			Unit: "customer", Collapse: plan.CollapseLatest, Index: plan.OutcomeDecision,
			Exposure: 365 * 24 * time.Hour, History: 730 * 24 * time.Hour, MinPerCohort: 10,
		},
		MinEffect: &plan.MinEffect{Absolute: new(.02)},
	})
	return &w.Linkages[0]
}

func contract(customer int, status, segment string) string {
	return fmt.Sprintf("C%04d,%s,%s,%s,%s", customer, decided.AddDate(0, 0, 30).Format(time.DateOnly), decided.Format(time.RFC3339), status, segment)
}

func answer(customer int, at time.Time, score int) string {
	return fmt.Sprintf("C%04d,%s,%d", customer, at.Format(time.RFC3339), score)
}

// In each of two segments promoters renew a little less often than detractors, but most of them are in the segment
// that renews: all together they seem to renew more often.
func TestSimpsonsParadoxConflicts(t *testing.T) {
	var contracts, answers []string
	for _, cell := range []struct {
		segment       string
		score         int
		renewed, lost int
	}{{"SMB", 10, 60, 40}, {"SMB", 2, 195, 105}, {"ENT", 9, 282, 18}, {"ENT", 0, 97, 3}} {
		for i := range cell.renewed + cell.lost {
			status := "Renewed"
			if i >= cell.renewed {
				status = "Lost"
			}
			answers = append(answers, answer(len(contracts), decided.AddDate(0, -1, 0), cell.score))
			contracts = append(contracts, contract(len(contracts), status, cell.segment))
		}
	}
	crude, adjusted := newWorld(t), newWorld(t)
	crude.claimOn(t, contracts, answers)
	adjusted.claimOn(t, contracts, answers).Customers.StratifyBy = []plan.Attribute{{Column: "plan"}}

	seeming := crude.run(t).link("claim").Drivers[0]
	if seeming.Verdict != plan.Supported || !near(seeming.Effect.Value, .125, 1e-9) {
		t.Errorf("as they stand %+v", seeming)
	}
	f := adjusted.run(t).link("claim").Drivers[0]
	if f.Verdict != plan.Conflicting || f.Reason != "SignFlipsAfterAdjustment" {
		t.Fatalf("%+v %+v", f, f.Customers)
	}
	if e := f.Effect; !near(e.Value, -.04, 1e-9) || len(e.Adjusted) != 1 || e.Adjusted[0] != "plan" {
		t.Errorf("effect %+v", e)
	}
	if rr := f.Customers.Adjusted.RelativeRisk; rr == nil || !near(rr.Value, .9506173, 1e-6) {
		t.Errorf("relative risk %+v, want that of Mantel and Haenszel", rr)
	}
	if !strings.Contains(f.Sentence, "−4.0 percentage points") {
		t.Errorf("%q", f.Sentence)
	}
}

// Who leaves is asked why and answers badly: after the decision, and before the contract is due. Cut at the decision,
// answers and renewals have nothing to do with each other.
func TestTheLeaverTrapIsNoSupport(t *testing.T) {
	var contracts, answers []string
	for i := range 1000 {
		status, score := "Renewed", 10
		if i%5 == 0 {
			status = "Lost"
		}
		if i%2 == 0 {
			score = 3
		}
		contracts = append(contracts, contract(i, status, "any"))
		answers = append(answers, answer(i, decided.AddDate(0, -2, 0), score))
		if status == "Lost" {
			answers = append(answers, answer(i, decided.AddDate(0, 0, 10), 0))
		}
	}
	w := newWorld(t)
	w.claimOn(t, contracts, answers)
	f := w.run(t).link("claim").Drivers[0]
	if f.Verdict == plan.Supported || f.Effect == nil || !near(f.Effect.Value, 0, 1e-9) {
		t.Errorf("%+v %+v", f, f.Customers)
	}
}

func TestCustomersOnOneSideOnlyGiveNoNumber(t *testing.T) {
	var contracts, answers []string
	for i := range 60 {
		contracts = append(contracts, contract(i, []string{"Renewed", "Lost"}[i%2], "any"))
		answers = append(answers, answer(i, decided.AddDate(0, -2, 0), 10))
	}
	for reason, change := range map[string]func(contracts, answers []string) ([]string, []string){
		"OneCohortOnly": func(c, a []string) ([]string, []string) { return c, a },
		"NoUnits": func(c, a []string) ([]string, []string) { // they answered after they decided
			var late []string
			for i := range 60 {
				late = append(late, answer(i, decided, 10*(i%2)))
			}
			return c, late
		},
		"CohortTooSmall": func(c, a []string) ([]string, []string) {
			return c, append(a[:55:55], answer(59, decided.AddDate(0, -2, 0), 0))
		},
		"OutcomeConstant": func(c, a []string) ([]string, []string) {
			var renewed, mixed []string
			for i := range 60 {
				renewed = append(renewed, contract(i, "Renewed", "any"))
				mixed = append(mixed, answer(i, decided.AddDate(0, -2, 0), 10*(i%2)))
			}
			return renewed, mixed
		},
	} {
		w := newWorld(t)
		ofContracts, ofAnswers := change(contracts, answers)
		w.claimOn(t, ofContracts, ofAnswers)
		f := w.run(t).link("claim").Drivers[0]
		if f.Verdict != plan.InsufficientData || f.Reason != reason || f.Effect != nil || f.P != nil || f.Customers.RiskDifference != nil {
			t.Errorf("%s: %+v %+v", reason, f, f.Customers)
		}
		// What came of a single detractor is nobody's business.
		told := len(f.Customers.Cohorts)
		if single := reason == "CohortTooSmall"; single != (told == 2) || single != strings.Contains(f.Sentence, "fewer than 10 are not told, lest single ones be known by them: detractors.") {
			t.Errorf("%s: %d cohorts are told: %s", reason, told, f.Sentence)
		}
	}
}

// That more customers would be enough is said only where they are what is missing, and never of fewer than there are.
func TestEnoughCustomersAreMoreThanThereAre(t *testing.T) {
	claim := func(renewed map[int]int, of int) plan.DriverFinding {
		var contracts, answers []string
		for score, n := range renewed {
			for i := range of {
				status := "Renewed"
				if i >= n {
					status = "Lost"
				}
				answers = append(answers, answer(len(contracts), decided.AddDate(0, -1, 0), score))
				contracts = append(contracts, contract(len(contracts), status, "any"))
			}
		}
		w := newWorld(t)
		w.claimOn(t, contracts, answers)
		return w.run(t).link("claim").Drivers[0]
	}
	// 99 % against 98 %: 578 in each show 2 points with a probability of 80 %, and these 1000 do not.
	f := claim(map[int]int{10: 990, 0: 980}, 1000)
	if f.Reason != "Underpowered" || f.Needed == nil || *f.Needed < 1100 || *f.Needed > 1400 {
		t.Errorf("%s, needed %v: %s", f.Reason, f.Needed, f.Sentence)
	}
	if f = claim(map[int]int{10: 95, 0: 90}, 100); f.Reason != "Underpowered" || f.Needed == nil || *f.Needed < 1000 {
		t.Errorf("%s, needed %v: %s", f.Reason, f.Needed, f.Sentence)
	}
	if f = claim(map[int]int{10: 100, 0: 100}, 100); f.Reason != "OutcomeConstant" || f.Needed != nil || strings.Contains(f.Sentence, "enough.") {
		t.Errorf("%s, needed %v: %s", f.Reason, f.Needed, f.Sentence)
	}
}

// Where only the correction for other links keeps a claim open, more customers would settle it: as many as say so.
func TestEnoughForTheCorrection(t *testing.T) {
	var contracts, answers []string
	for score, renewed := range map[int]int{10: 180, 0: 163} { // of 200 each: p 0.015
		for i := range 200 {
			status := "Renewed"
			if i >= renewed {
				status = "Lost"
			}
			answers = append(answers, answer(len(contracts), decided.AddDate(0, -1, 0), score))
			contracts = append(contracts, contract(len(contracts), status, "any"))
		}
	}
	for _, c := range []struct {
		family []float64
		needed *int64
	}{
		{nil, nil},
		{[]float64{.6, .7, .8, .9}, new(int64(396))}, // at 0.01: R, 200·((qnorm(.995)+qnorm(.8))/qnorm(1-.01503/2))²
	} {
		w := newWorld(t)
		w.claimOn(t, contracts, answers).Family = c.family
		w.Linkages[0].MinEffect = nil
		f := w.run(t).link("claim").Drivers[0]
		if (f.Verdict == plan.Supported) != (c.needed == nil) || !cmp.Equal(f.Needed, c.needed) {
			t.Errorf("beside %v: %s, p %v, needed %v: %s", c.family, f.Verdict, *f.P, f.Needed, f.Sentence)
		}
		if said := strings.Contains(f.Sentence, "About 396 customers in each cohort would be enough."); said != (c.needed != nil) {
			t.Error(f.Sentence)
		}
	}
}

// Values of what is held constant are nobody's business: a rare one may be a single customer's.
func TestWhatWasHeldConstantNamesNoValue(t *testing.T) {
	contracts, answers := paradox()
	for _, i := range []int{0, 1, 2, 60, 61, 100, 101, 102, 295, 296} {
		contracts[i] = strings.Replace(contracts[i], "SMB", "Bishopric", 1)
	}
	w := newWorld(t)
	w.claimOn(t, contracts, answers).Customers.Covariates = []plan.Attribute{{Column: "plan"}}
	found := w.run(t)
	f := found.link("claim").Drivers[0]
	if a := f.Customers.Adjusted; a == nil || a.RiskDifference == nil || !slices.Equal(a.By, []string{"plan"}) || !slices.Equal(f.Effect.Adjusted, a.By) {
		t.Errorf("%+v, %+v", f.Effect, a)
	}
	for _, value := range []string{"Bishopric", "SMB", "ENT"} {
		if strings.Contains(found.bytes["claim"], value) {
			t.Errorf("%s is told", value)
		}
	}
}

// Two goals on one CPI are moved by the same drivers: their links are one family.
func TestGoalsOnOneIndicatorAreOneFamily(t *testing.T) {
	var contracts, answers []string
	for i := range 400 {
		status, score := "Renewed", []int{10, 3, 10, 10, 3}[i%5]
		if i%(3+score/2) == 0 {
			status = "Lost"
		}
		contracts = append(contracts, contract(i, status, "any"))
		answers = append(answers, answer(i, decided.AddDate(0, -2, 0), score))
	}
	w := newWorld(t)
	w.claimOn(t, contracts, answers)
	second := w.Linkages[0]
	second.Name, second.UID, second.KPI.Name = "second", "uid-second", "another-goal"
	second.KPI.Indicator = new(*second.KPI.Indicator)
	second.KPI.Indicator.RequestHash = "hash-of-more-periods" // another history makes no other indicator
	second.Customers = new(*second.Customers)
	second.Customers.StratifyBy = []plan.Attribute{{Column: "plan"}} // another p value
	third := second
	third.Name, third.UID, third.Moves = "third", "uid-third", plan.Key{Kind: "KPITarget", Name: "revenue"}
	w.Linkages = append(w.Linkages, second, third)
	found := w.run(t)
	if alone := found.link("third").Drivers[0]; *alone.Q != *alone.P {
		t.Errorf("%+v is corrected for claims on another indicator", alone)
	}
	one, two := found.link("claim").Drivers[0], found.link("second").Drivers[0]
	if one.Q == nil || two.Q == nil || *one.P == *two.P || *one.Q == *one.P && *two.Q == *two.P {
		t.Errorf("%+v and %+v: want them corrected together", one, two)
	}
}
