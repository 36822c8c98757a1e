package compute_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// ledger is rows that are loaded, edited and loaded again, with the time of their last change.
type ledger struct {
	*rand.Rand
	answers   [][]string // id, at, contact, score, hidden, changed
	spells    [][]string // account, began, ended, changed
	contracts [][]string // due, decided, status, changed
}

var firstLoad = now.AddDate(0, 0, -20)

func (l *ledger) load(n int, changed time.Time) {
	for range n {
		at := now.AddDate(0, 0, -l.IntN(260)).Add(-time.Duration(l.IntN(24)) * time.Hour)
		if at.After(changed) {
			at = changed.Add(-time.Hour)
		}
		l.answers = append(l.answers, []string{
			fmt.Sprintf("r%04d", len(l.answers)), at.Format(time.RFC3339), fmt.Sprintf("c%d", l.IntN(40)),
			fmt.Sprint(l.IntN(11)), fmt.Sprint(l.IntN(12) == 0), changed.Format(time.RFC3339),
		})
		began := now.AddDate(0, 0, -l.IntN(400))
		ended := ""
		if end := began.AddDate(0, 0, 20+l.IntN(300)); end.Before(changed) {
			ended = end.Format(time.RFC3339)
		}
		l.spells = append(l.spells, []string{fmt.Sprintf("a%04d", len(l.spells)), began.Format(time.RFC3339), ended, changed.Format(time.RFC3339)})
		contract := []string{now.AddDate(0, 0, 40-l.IntN(300)).Format(time.DateOnly), "", "", changed.Format(time.RFC3339)}
		if l.IntN(2) == 0 {
			l.decide(contract, changed)
		}
		l.contracts = append(l.contracts, contract)
	}
}

// decide tells of a decision that was taken at some time before: while the contract was due, or long after.
func (l *ledger) decide(contract []string, changed time.Time) {
	contract[1], contract[2] = changed.AddDate(0, 0, -l.IntN(250)).Format(time.RFC3339), []string{"Renewed", "Lost"}[l.IntN(2)]
	contract[3] = changed.Format(time.RFC3339)
}

// edit changes scores, hides and shows rows, closes spells, and tells of decisions; each row tells so.
func (l *ledger) edit(n int, changed time.Time) {
	for range n {
		answer := l.answers[l.IntN(len(l.answers))]
		answer[3], answer[4] = fmt.Sprint(l.IntN(11)), fmt.Sprint(l.IntN(2) == 0)
		answer[5] = changed.Format(time.RFC3339)
		spell := l.spells[l.IntN(len(l.spells))]
		spell[2], spell[3] = changed.AddDate(0, 0, -l.IntN(30)).Format(time.RFC3339), changed.Format(time.RFC3339)
		if contract := l.contracts[l.IntN(len(l.contracts))]; contract[1] == "" {
			l.decide(contract, changed)
		}
	}
}

// world has an indicator of each way to read rows, with what earlier runs settled.
func (l *ledger) world(t *testing.T, frozen map[string][]plan.PeriodResult) *results {
	w := newWorld(t)
	lines := func(header string, rows [][]string) []string {
		out := []string{header}
		for _, row := range rows {
			line := row[0]
			for _, cell := range row[1:] {
				line += "," + cell
			}
			out = append(out, line)
		}
		return out
	}
	w.csv(t, "answers", lines("id,at,contact,score,hidden,changed", l.answers)...)
	w.csv(t, "spells", lines("account,began,ended,changed", l.spells)...)
	w.dataset("answers", event("at"), func(d *plan.Dataset) {
		d.Entities, d.ChangedAt = map[string]string{"contact": "contact"}, "changed"
		d.Filters = []plan.Filter{{Name: "hidden", Expr: "NOT hidden"}}
	})
	w.dataset("spells", plan.Time{Start: "began", End: "ended"}, func(d *plan.Dataset) {
		d.Entities, d.ChangedAt = map[string]string{"account": "account"}, "changed"
	})
	w.csv(t, "contracts", lines("due,decided,status,changed", l.contracts)...)
	w.dataset("contracts", plan.Time{Event: plan.DecidedColumn}, func(d *plan.Dataset) {
		d.ChangedAt = "changed"
		d.Decided = &plan.Decided{Due: "due", Decision: "status", At: "decided", Grace: 30 * 24 * time.Hour, TimeZone: "UTC"}
	})
	add := func(name, dataset string, spec measure.Spec, change func(*plan.Indicator)) {
		w.cpi(name, dataset, spec, func(i *plan.Indicator) {
			i.Period.History, i.Period.Settle = 8, 24*time.Hour
			i.Quality.BelieveJumps, i.Quality.CollapseRatio = true, 0
			i.Frozen, i.FrozenAsOf = frozen[name], &firstLoad
			if change != nil {
				change(i)
			}
		})
	}
	latest := func(i *plan.Indicator) { i.Responses = &plan.Responses{Entity: "contact", Keep: plan.KeepLatest} }
	add("sum", "answers", measure.Spec{Aggregate: &measure.Aggregate{Function: measure.Sum, Column: "score"}}, nil)
	add("latest", "answers", nps("score"), latest)
	add("trailing", "answers", nps("score"), func(i *plan.Indicator) { latest(i); i.Period.Window = 3 })
	add("churn", "spells", measure.Spec{Churn: &measure.Churn{Entity: "account", Definition: measure.OpeningCohort}}, nil)
	add("churn of a quarter", "spells", measure.Spec{Churn: &measure.Churn{Entity: "account", Definition: measure.Hazard, ToleratedGap: 48 * time.Hour}},
		func(i *plan.Indicator) { i.Period.Window = 3 })
	add("renewal by decision", "contracts", measure.Spec{Renewal: &measure.Renewal{
		Decision: "status", Renewed: []string{"Renewed"}, Lost: []string{"Lost"}, DecidedAt: "decided",
	}}, nil)
	return w.run(t)
}

func settled(found *results) map[string][]plan.PeriodResult {
	out := map[string][]plan.PeriodResult{}
	for name, result := range found.byName {
		out[name] = slices.DeleteFunc(slices.Clone(result.Numbers.Periods), func(p plan.PeriodResult) bool { return p.State != plan.Settled })
	}
	return out
}

// What was settled is read again where rows changed since, and only there: the numbers are those of reading everything.
func TestIncrementalReadsGiveWhatAFullReadGives(t *testing.T) {
	for seed := range uint64(6) {
		l := &ledger{Rand: rand.New(rand.NewPCG(seed, 3))}
		l.load(600, firstLoad)
		before := settled(l.world(t, nil))
		for name, periods := range before {
			if len(periods) < 4 {
				t.Fatalf("%s: only %d settled periods", name, len(periods))
			}
		}
		l.load(int(3*seed), now.Add(-time.Hour))
		l.edit(int(2*seed), now.Add(-time.Hour))
		incremental, full := l.world(t, before), l.world(t, nil)
		for name := range before {
			if diff := cmp.Diff(full.numbers(name).Periods, incremental.numbers(name).Periods); diff != "" {
				t.Errorf("seed %d, %s (-full +incremental):\n%s", seed, name, diff)
			}
		}
	}
}

func TestOnlyChangedPeriodsAreReadAgain(t *testing.T) {
	l := &ledger{Rand: rand.New(rand.NewPCG(9, 9))}
	l.load(600, firstLoad)
	before := settled(l.world(t, nil))
	const mark = -12345
	for _, periods := range before {
		for i := range periods {
			periods[i].Value = new(float64(mark))
		}
	}
	// One answer of July is edited, and one spell that began in June, which later months read too.
	for _, answer := range l.answers {
		if answer[1][:7] == "2026-07" {
			answer[5] = now.Add(-time.Hour).Format(time.RFC3339)
			break
		}
	}
	for _, spell := range l.spells {
		if spell[1][:7] == "2026-06" {
			spell[3] = now.Add(-time.Hour).Format(time.RFC3339)
			break
		}
	}
	found := l.world(t, before)
	for name, want := range map[string][]string{"sum": {"2026-07"}, "latest": {"2026-07"}, "trailing": {"2026-07", "2026-08", "2026-09"}, "churn": {"2026-06", "2026-07", "2026-08", "2026-09", "2026-10"}} {
		var read []string
		for _, p := range found.numbers(name).Periods {
			if p.State == plan.Settled && *p.Value != mark {
				read = append(read, p.Label)
			}
		}
		if !slices.Equal(read, want) {
			t.Errorf("%s: read %q again, want %q", name, read, want)
		}
	}
}
