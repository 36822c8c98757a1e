package query

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// claimApart answers a claim whose datasets are on the engines named, joined on another.
func claimApart(t *testing.T, join *engine, at map[string]*engine, ask Claim) claimed {
	t.Helper()
	dialects := map[string]Dialect{}
	for name, e := range at {
		dialects[name] = e.dialect
	}
	parts, err := PlanParts(dialects, []byte("secret"), ask)
	if err != nil {
		t.Fatal(err)
	}
	answer := func(e *engine, s Statement) *Table {
		table, err := e.run(s)
		if err != nil {
			t.Fatalf("%s: %v", e.dialect, err)
		}
		return table
	}
	for _, part := range parts.Parts {
		rows := answer(at[part.Dataset], part.Statement)
		lines, err := part.Lines(nil, rows)
		if err != nil {
			t.Fatal(err)
		}
		var columns []string
		for _, c := range part.Columns {
			columns = append(columns, c.Name+map[bool]string{true: " BIGINT", false: " DOUBLE"}[c.Whole])
		}
		script := "CREATE OR REPLACE TABLE " + Quote(part.Table) + " (" + strings.Join(columns, ", ") + ");"
		for line := range strings.Lines(string(lines)) {
			if strings.ContainsAny(line, `'"\`) {
				t.Fatalf("%s: a line that is more than numbers: %s", part.Table, line)
			}
			script += "INSERT INTO " + Quote(part.Table) + " VALUES ('" + strings.ReplaceAll(strings.TrimSuffix(line, "\n"), ",", "', '") + "');"
		}
		if err := join.exec(strings.ReplaceAll(script, "''", "NULL")); err != nil {
			t.Fatal(err)
		}
	}
	var out claimed
	cells, err := parts.FoldCells(answer(join, parts.Cells))
	if err != nil {
		t.Fatal(err)
	}
	for _, cell := range cells {
		out.cells = append(out.cells, cell.text())
	}
	slices.Sort(out.cells)
	if parts.FoldOutcomes != nil {
		if out.outcomes, err = parts.FoldOutcomes(answer(at[ask.OutcomeRows.Dataset.Name], parts.Outcomes)); err != nil {
			t.Fatal(err)
		}
	}
	if out.responses, err = parts.FoldResponses(answer(at[ask.ExposureRows.Dataset.Name], parts.Responses)); err != nil {
		t.Fatal(err)
	}
	return out
}

// The rows of a claim, spread over two databases of any kinds, tell what they tell in one.
func TestClaimsOverTwoDatabases(t *testing.T) {
	times := []Kind{KindDate, KindTimestamp, KindInstant}
	join, all := openDuckDB(t, ""), engines(t)
	g := generator{rand.New(rand.NewPCG(16, 4))}
	seen := map[string]int{}
	for round := range 60 {
		kpi, cpi := all[round%3], all[(round+1+round/3%2)%3]
		key, due, decided, answered, other := pick(g, KindText, KindInteger), pick(g, times...), pick(g, times...), pick(g, times...), pick(g, times...)
		contracts, responses, spells, events, facts := g.claimTables(60, key, due, decided, answered, other)
		at := map[string]*engine{"contracts": kpi, "responses": cpi, "spells": pick(g, kpi, cpi), "happened": pick(g, kpi, cpi), "facts": pick(g, kpi, cpi)}
		for _, table := range []testTable{contracts, responses, spells, events, facts} {
			at[table.name].load(t, table)
		}
		claim, ref := g.claim(t, contracts, responses, spells, events, facts)
		what := fmt.Sprintf("round %d: %s and %s, %s, %s, due %s, decided %s, answered %s, else %s", round, kpi.dialect, cpi.dialect,
			claim.Level.Index, claim.Level.Collapse, due, decided, answered, other)

		got := claimApart(t, join, at, claim)
		if diff := cmp.Diff(ref.answer(), got.cells); diff != "" {
			t.Fatalf("%s (-want +got):\n%s\n%+v", what, diff, claim.Level)
		}
		for _, table := range []testTable{contracts, responses, spells, events, facts} {
			kpi.load(t, table)
		}
		if diff := cmp.Diff(kpi.claimOn(t, claim), got, cmp.AllowUnexported(claimed{})); diff != "" {
			t.Fatalf("%s: -in one database +in two\n%s", what, diff)
		}
		if len(got.cells) > 1 {
			seen[string(claim.Level.Index)]++
			seen[fmt.Sprint(kpi.dialect, " ", cpi.dialect)]++
		}
	}
	if len(seen) != 9 { // three indexes, six pairs
		t.Errorf("compared were only %v", seen)
	}
}

// What follows a row is found where both datasets of the KPI are; only then does it meet the responses of the other
// database.
func TestClaimOnWhatFollowsOverTwoDatabases(t *testing.T) {
	orders := tableOf(t, "orders", "id:Integer customer:Text at:Instant shop:Text",
		"1 a 2026-04-01T09:00 north", "2 b 2026-04-01T09:00 north", "3 b 2026-04-12T09:00 north", "4 c 2026-06-28T09:00 north") // the time of the last is not over
	visits := tableOf(t, "visits", "id:Integer customer:Text at:Instant", "1 a 2026-04-03T09:00", "2 b 2026-04-20T09:00")
	responses := tableOf(t, "responses", "id:Integer customer:Text at:Instant score:Integer", "1 a 2026-03-31T09:00 9", "2 a 2026-04-03T09:00 4", "3 b 2026-04-05T09:00 6")
	all, join := engines(t), openDuckDB(t, "")
	for i, kpi := range all {
		cpi := all[(i+1)%len(all)]
		kpi.load(t, orders)
		kpi.load(t, visits)
		cpi.load(t, responses)
		other := visits.set(plan.Time{Event: "at"}, "customer", nil)
		visited := measure.Spec{Conversion: &measure.Conversion{Entity: "customer", Outcome: measure.Outcome{Dataset: "visits"}, Occurrence: measure.First, Within: 5 * oneDay}}
		claim := claimOf(t, time.Date(2026, 6, 30, 12, 0, 0, 0, time.UTC), visited, npsOfScore, orders.set(plan.Time{Event: "at"}, "customer", nil),
			responses.set(plan.Time{Event: "at"}, "customer", nil), func(c *Claim) {
				c.Other, c.Level.StratifyBy = &other, []plan.Attribute{{Column: "shop"}}
			})
		got := claimApart(t, join, map[string]*engine{"orders": kpi, "visits": kpi, "responses": cpi}, claim)
		want := []string{"north|no response|no × 1", "north|score 9|yes × 1"}
		if diff := cmp.Diff(want, got.cells); diff != "" {
			t.Errorf("%s and %s (-want +got):\n%s", kpi.dialect, cpi.dialect, diff)
		}
	}
}
