package query

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

var npsOfScore = measure.Spec{NetPromoterScore: &measure.NetPromoterScore{Score: "score"}}

func wonIn(column string) measure.Spec {
	return measure.Spec{Share: &measure.Share{Of: []measure.Condition{{Column: column, Operator: measure.In, Values: []string{"won"}}}}}
}

// Contracts whose every row has a reason to count or not; the grace of c ends on 15 May, which begins in Berlin at 22:00.
func TestClaimLooksBackFromTheDecision(t *testing.T) {
	contracts := tableOf(t, "contracts", "id:Integer customer:Text due_at:Date decided_at:Instant status:Text",
		"1 a 2026-03-01 2026-02-20T10:00 Renewed",
		"2 a 2025-03-01 2025-02-20T10:00 Lost", // an earlier contract
		"3 b 2026-04-01 2026-04-10T10:00 Churned",
		"4 c 2026-05-01 - -",                   // presumed lost
		"5 d 2026-06-20 - -",                   // within its grace
		"6 - 2026-03-01 2026-02-20T10:00 Lost", // nobody's
		"7 e 2026-03-01 - Renewed",             // nobody knows when
		"8 f 2026-03-01 2026-02-01T10:00 Void",
		"9 g 2026-03-01 2026-02-01T10:00 Odd",
		"10 h 2023-03-01 2023-02-01T10:00 Renewed", // before the history
		"11 i 2026-12-01 - -",                      // not due yet
		"12 j 2026-03-01 2026-02-20T10:00 Upsold")  // never asked
	responses := tableOf(t, "responses", "id:Integer customer:Text at:Instant score:Integer",
		"1 a 2026-02-20T09:59 10", "2 a 2026-02-20T10:00 0", "3 a 2026-02-25T10:00 0",
		"4 b 2026-04-10T09:00 7", "5 b 2026-04-09T09:00 2", "6 b 2026-04-10T09:30 11", "7 b 2026-04-10T09:30 -",
		"8 c 2026-05-14T21:59 3", "9 c 2026-05-14T22:00 10", "10 c 2026-01-01T09:00 9", "11 - 2026-04-08T09:00 5")
	known := time.Date(2026, 6, 30, 12, 0, 0, 0, time.UTC)
	for _, e := range engines(t) {
		e.load(t, contracts)
		e.load(t, responses)
		for collapse, want := range map[plan.Collapse][]string{
			plan.CollapseLatest:  {"no response|yes × 1", "score 10|yes × 1", "score 3|no × 1", "score 7|no × 1"},
			plan.CollapseMean:    {"no response|yes × 1", "score 10|yes × 1", "score 3|no × 1", "score 4.5|no × 1"},
			plan.CollapseMinimum: {"no response|yes × 1", "score 10|yes × 1", "score 2|no × 1", "score 3|no × 1"},
		} {
			got := e.claimOn(t, claimOf(t, known, renewal, npsOfScore, contracts.set(plan.Time{Event: "due_at"}, "customer", nil),
				responses.set(plan.Time{Event: "at"}, "customer", nil), func(c *Claim) { c.Level.Collapse, c.Level.Exposure = collapse, 90*oneDay }))
			if diff := cmp.Diff(want, got.cells); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", e.dialect, collapse, diff)
			}
			fates := []FateRows{
				{Fate: "lost", Kind: measure.FateNo, Rows: 2}, {Fate: "lost", Kind: measure.FateNo, Nobodys: true, Rows: 1},
				{Fate: "not-due", Rows: 1}, {Fate: "pending", Rows: 1}, {Fate: "presumed-lost", Kind: measure.FateNo, Rows: 1},
				{Fate: "renewed", Kind: measure.FateYes, Rows: 2}, {Fate: "renewed", Kind: measure.FateYes, Untimed: true, Rows: 1},
				{Fate: "unknown-decision", Rows: 1},
			}
			if diff := cmp.Diff(fates, got.outcomes); diff != "" {
				t.Errorf("%s: contracts (-want +got):\n%s", e.dialect, diff)
			}
			if diff := cmp.Diff(ResponseRows{Read: 11, Nobodys: 1, Missing: 1, OutOfScale: 1}, got.responses); diff != "" {
				t.Errorf("%s: responses (-want +got):\n%s", e.dialect, diff)
			}
		}
	}
}

// Follow-up is 20 days and over on 10 June at noon: the stretches of 30 days end then and on 11 May at noon.
func TestClaimLooksForwardFromTheExperience(t *testing.T) {
	orders := tableOf(t, "orders", "id:Integer customer:Integer at:Instant status:Text",
		"1 6 2026-05-11T12:00 won", // as the stretch ends, not after it
		"2 1 2026-05-31T12:00 won", // as the follow-up does
		"3 2 2026-05-25T09:00 won", "4 2 2026-07-01T09:00 won", "5 2 2026-06-11T09:00 lost",
		"6 4 2026-05-11T12:01 won", "7 9 2026-06-12T09:00 won")
	responses := tableOf(t, "responses", "id:Integer customer:Text at:Instant score:Integer",
		"1 1 2026-04-12T09:00 9", "2 1 2026-05-20T09:00 2", // the first stretch counts
		"3 2 2026-05-20T09:00 3",
		"4 3 2026-06-10T12:00 10", // its follow-up is not over
		"5 4 2026-04-11T12:00 8",
		"6 5 2026-04-11T11:59 7", // before the history
		"7 6 2026-04-12T09:00 6")
	known := time.Date(2026, 6, 30, 12, 0, 0, 0, time.UTC)
	for _, e := range engines(t) {
		e.load(t, orders)
		e.load(t, responses)
		forward := func(change func(*Claim)) []string {
			return e.claimOn(t, claimOf(t, known, wonIn("status"), npsOfScore, orders.set(plan.Time{Event: "at"}, "customer", nil),
				responses.set(plan.Time{Event: "at"}, "customer", nil), func(c *Claim) {
					c.Level.Index, c.Level.Exposure, c.Level.FollowUp, c.Level.History = plan.ForwardExposure, 30*oneDay, 20*oneDay, 80*oneDay
					if change != nil {
						change(c)
					}
				})).cells
		}
		if diff := cmp.Diff([]string{"score 3|no × 1", "score 6|no × 1", "score 8|yes × 1", "score 9|yes × 1"}, forward(nil)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", e.dialect, diff)
		}
		complaint := func(c *Claim) { c.Outcomes.Happening.Absent = true }
		if diff := cmp.Diff([]string{"score 3|yes × 1", "score 6|yes × 1", "score 8|no × 1", "score 9|no × 1"}, forward(complaint)); diff != "" {
			t.Errorf("%s, where none may come (-want +got):\n%s", e.dialect, diff)
		}
	}
}

// Who bought again within ten days of an order, by what was said before that order.
func TestClaimOnWhatFollows(t *testing.T) {
	orders := tableOf(t, "orders", "id:Integer customer:Text at:Instant shop:Text",
		"1 a 2026-04-01T09:00 north", "2 a 2026-04-05T09:00 south", "3 b 2026-04-01T09:00 north", "4 b 2026-04-12T09:00 north", "5 b 2026-04-14T09:00 north",
		"6 c 2026-06-28T09:00 north") // its time is not over
	responses := tableOf(t, "responses", "id:Integer customer:Text at:Instant score:Integer", "1 a 2026-03-31T09:00 9", "2 a 2026-04-03T09:00 4", "3 b 2026-04-05T09:00 6")
	known := time.Date(2026, 6, 30, 12, 0, 0, 0, time.UTC)
	for _, e := range engines(t) {
		e.load(t, orders)
		e.load(t, responses)
		for occurrence, want := range map[measure.Occurrence][]string{
			measure.First: {"north|no response|no × 1", "north|score 9|yes × 1"},
			measure.Every: {"north|score 6|no × 1", "south|score 4|no × 1"}, // the latest of each: none is followed
		} {
			again := measure.Spec{Conversion: &measure.Conversion{Entity: "customer", Occurrence: occurrence, Within: 10 * oneDay}}
			got := e.claimOn(t, claimOf(t, known, again, npsOfScore, orders.set(plan.Time{Event: "at"}, "customer", nil),
				responses.set(plan.Time{Event: "at"}, "customer", nil), func(c *Claim) { c.Level.StratifyBy = []plan.Attribute{{Column: "shop"}} }))
			if diff := cmp.Diff(want, got.cells); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", e.dialect, occurrence, diff)
			}
		}
	}
}

// Who has decided to leave says so when asked again: 200 promoters and 200 detractors renew alike, but 20 of the leaving
// promoters give a 0 between their decision and the day the contract is due.
func TestLeaverTrap(t *testing.T) {
	contracts := testTable{name: "contracts", columns: []ColumnInfo{
		{Name: "id", Kind: KindInteger}, {Name: "customer", Kind: KindText}, {Name: "due_at", Kind: KindDate}, {Name: "decided_at", Kind: KindInstant}, {Name: "status", Kind: KindText},
	}}
	responses := testTable{name: "responses", columns: []ColumnInfo{
		{Name: "id", Kind: KindInteger}, {Name: "customer", Kind: KindText}, {Name: "at", Kind: KindInstant}, {Name: "score", Kind: KindInteger},
	}}
	due := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	decided := due.AddDate(0, -1, 0)
	ask := func(customer string, at time.Time, score int64) {
		responses.rows = append(responses.rows, map[string]any{"id": int64(len(responses.rows)), "customer": customer, "at": at, "score": score})
	}
	for i := range 400 {
		customer, leaves := "c"+strconv.Itoa(i), i%5 == 0
		status, score := "Renewed", int64(10)
		if leaves {
			status = "Churned"
		}
		if i >= 200 {
			score = 2
		}
		contracts.rows = append(contracts.rows, map[string]any{"id": int64(i), "customer": customer, "due_at": due, "decided_at": decided, "status": status})
		ask(customer, decided.AddDate(0, 0, -7), score)
		if leaves && i < 100 {
			ask(customer, decided.AddDate(0, 0, 7), 0)
		}
	}
	known := due.AddDate(0, 2, 0)
	classes := measure.ClassesOf(npsOfScore)
	for _, e := range engines(t) {
		e.load(t, contracts)
		e.load(t, responses)
		for name, test := range map[string]struct {
			kpi  measure.Spec
			want []string
		}{
			"cut at the decision": {renewal, []string{"detractors 160/200", "passives 0/0", "promoters 160/200"}},
			// The trap is in these rows: cut where the contract is due, the same customers read 73 % and 89 %.
			"cut where it is due": {
				measure.Spec{Share: &measure.Share{Of: []measure.Condition{{Column: "status", Operator: measure.In, Values: []string{"Renewed"}}}}},
				[]string{"detractors 160/220", "passives 0/0", "promoters 160/180"},
			},
		} {
			statements, err := PlanClaim(e.dialect, claimOf(t, known, test.kpi, npsOfScore, contracts.set(plan.Time{Event: "due_at"}, "customer", nil),
				responses.set(plan.Time{Event: "at"}, "customer", nil), nil))
			if err != nil {
				t.Fatal(err)
			}
			table, err := e.run(statements.Cells)
			if err != nil {
				t.Fatal(err)
			}
			cells, err := statements.FoldCells(table)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, byClass(t, cells, classes)); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", e.dialect, name, diff)
			}
		}
	}
}

// Strata are those of the index, 15 May at midnight in Berlin: what changes then counts, what happens then does not.
func TestAttributesAreThoseOfTheIndex(t *testing.T) {
	contracts := tableOf(t, "contracts", "id:Integer customer:Text due_at:Date decided_at:Instant status:Text", "1 a 2026-05-01 - -", "2 b 2026-05-01 - -")
	responses := tableOf(t, "responses", "id:Integer customer:Text at:Instant score:Integer", "1 a 2026-05-14T09:00 3", "2 b 2026-05-14T09:00 3")
	plans := tableOf(t, "plans", "id:Integer customer:Text since:Date until:Date plan:Text",
		"1 a 2026-01-01 2026-05-15 before", "2 a 2026-05-15 2026-06-01 at", "3 a 2026-06-01 - after", "4 b 2026-05-16 - later")
	calls := tableOf(t, "calls", "id:Integer customer:Text at:Instant topic:Text", "1 a 2026-05-14T21:59 last", "2 a 2026-05-14T22:00 next", "3 a 2026-05-01T09:00 first")
	days := tableOf(t, "days", "id:Integer customer:Text on:Date kind:Text", "1 a 2026-05-13 first", "2 a 2026-05-14 last", "3 a 2026-05-15 next")
	facts := tableOf(t, "facts", "id:Integer customer:Text seats:Number", "1 a 2", "2 a 4")
	attributes := map[string]RowSet{
		"plans": plans.set(plan.Time{Start: "since", End: "until"}, "customer", nil), "calls": calls.set(plan.Time{Event: "at"}, "customer", nil),
		"days": days.set(plan.Time{Snapshot: "on"}, "customer", nil), "facts": facts.set(plan.Time{}, "customer", nil),
	}
	for _, e := range engines(t) {
		for _, table := range []testTable{contracts, responses, plans, calls, days, facts} {
			e.load(t, table)
		}
		got := e.claimOn(t, claimOf(t, time.Date(2026, 6, 30, 12, 0, 0, 0, time.UTC), renewal, npsOfScore, contracts.set(plan.Time{Event: "due_at"}, "customer", nil),
			responses.set(plan.Time{Event: "at"}, "customer", nil), func(c *Claim) {
				c.Attributes = attributes
				c.Level.StratifyBy = []plan.Attribute{{Dataset: "plans", Column: "plan"}, {Dataset: "calls", Column: "topic"}, {Dataset: "days", Column: "kind"}}
				c.Level.Covariates = []plan.Attribute{{Dataset: "facts", Column: "seats"}}
			}))
		want := []string{"(none)|(none)|(none)|(none)|score 3|no × 1", "at|last|last|4|score 3|no × 1"}
		if diff := cmp.Diff(want, got.cells); diff != "" {
			t.Errorf("%s (-want +got):\n%s", e.dialect, diff)
		}
	}
}

// What cannot be answered is refused with what to do, before any SQL runs.
func TestClaimsThatCannotBeAnswered(t *testing.T) {
	known := time.Date(2026, 6, 30, 12, 0, 0, 0, time.UTC)
	rows := tableOf(t, "rows", "id:Integer customer:Text at:Instant day:Date score:Integer status:Text decided_at:Instant rate:Number")
	set := func(at plan.Time, key string) RowSet { return rows.set(at, key, nil) }
	event := plan.Time{Event: "at"}
	for name, test := range map[string]struct {
		kpi                 measure.Spec
		outcomes, responses RowSet
		change              func(*Claim)
		tells               string
	}{
		"no decision time":     {kpi: measure.Spec{Renewal: &measure.Renewal{Decision: "status", Renewed: []string{"won"}, Lost: []string{"lost"}}}, tells: "decidedAt"},
		"undated outcomes":     {kpi: wonIn("status"), outcomes: set(plan.Time{}, "customer"), tells: "vouch"},
		"undated responses":    {kpi: wonIn("status"), responses: set(plan.Time{}, "customer"), tells: "vouch"},
		"no such entity":       {kpi: wonIn("status"), change: func(c *Claim) { c.Level.Unit = "account" }, tells: `no entity "account"`},
		"a key of no one text": {kpi: wonIn("status"), responses: set(event, "rate"), tells: "Text or Integer"},
		"renewals forward": {kpi: renewal, change: func(c *Claim) {
			c.Level.Index, c.Level.FollowUp = plan.ForwardExposure, oneDay
		}, tells: "OutcomeDecision"},
		"no follow-up":          {kpi: wonIn("status"), change: func(c *Claim) { c.Level.Index = plan.ForwardExposure }, tells: "followUp"},
		"hours of days":         {kpi: wonIn("status"), outcomes: set(plan.Time{Event: "day"}, "customer"), change: func(c *Claim) { c.Level.Exposure = time.Hour }, tells: "days only"},
		"a time as a covariate": {kpi: wonIn("status"), change: func(c *Claim) { c.Level.Covariates = []plan.Attribute{{Column: "day"}} }, tells: "holds a time"},
		"no such column":        {kpi: wonIn("status"), change: func(c *Claim) { c.Level.StratifyBy = []plan.Attribute{{Column: "plan"}} }, tells: `no column "plan"`},
		"no such dataset":       {kpi: wonIn("status"), change: func(c *Claim) { c.Level.StratifyBy = []plan.Attribute{{Dataset: "else", Column: "plan"}} }, tells: "else"},
		"text as a score":       {kpi: wonIn("status"), change: func(c *Claim) { c.Score.Column = "status" }, tells: "a number is needed"},
	} {
		if test.outcomes.Columns == nil {
			test.outcomes = set(event, "customer")
		}
		if test.responses.Columns == nil {
			test.responses = set(event, "customer")
		}
		ask := claimOf(t, known, test.kpi, npsOfScore, test.outcomes, test.responses, test.change)
		if got := errorOf(t, ask); !strings.Contains(got, test.tells) {
			t.Errorf("%s: %q does not tell %q", name, got, test.tells)
		}
	}
}
