package report_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/report"
	"github.com/cpi-operator/cpi-operator/internal/scorecard"
)

// What a difference shows is told beside it, with what it is against; what is less urgent is counted; a doubtful period says so.
func TestWhatIsTold(t *testing.T) {
	change := func(shift scorecard.Shift, difference, reason string) scorecard.ValueChange {
		return scorecard.ValueChange{
			Named: scorecard.Named{Title: "Wait"}, Period: "2026-10", Value: "30 min [25, 35], n 400", Before: "2026-09", Was: "20 min [15, 25], n 400",
			Difference: difference, Against: "2026-09", Shift: shift, Reason: reason,
		}
	}
	r := report.Report{
		Namespace: "demo", Title: "Customers", MoreActions: 2,
		Changes: scorecard.Changes{Values: []scorecard.ValueChange{
			change(scorecard.Worse, "+10 min [2, 18]", ""), change(scorecard.Better, "−10 min [−18, −2]", ""), change(scorecard.NoneShown, "+1 min [−7, 9]", ""),
			change(scorecard.NotCompared, "", "one of the two rests on too few rows"),
		}},
		KPIs: []report.Row{{Title: "Contracts renewed", Periods: []report.Period{{Label: "2026-10", State: "Mature", Flag: "SuspectData", Value: "80 %", Interval: "[76, 84]", N: new(int64(530))}}}},
	}
	var markdown, html bytes.Buffer
	if err := r.Markdown(&markdown); err != nil {
		t.Fatal(err)
	}
	if err := r.HTML(&html); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| Wait | 2026-09: 20 min [15, 25], n 400 | 2026-10: 30 min [25, 35], n 400 | +10 min [2, 18], against 2026-09 | worse |",
		"| −10 min [−18, −2], against 2026-09 | better |",
		"| +1 min [−7, 9], against 2026-09 | no change shown |",
		"| – | not compared: one of the two rests on too few rows |",
		"2 more.",
	} {
		if !strings.Contains(markdown.String(), want) {
			t.Errorf("%q is not in\n%s", want, markdown.String())
		}
	}
	if !strings.Contains(html.String(), "Mature, SuspectData") {
		t.Errorf("a doubtful period looks like any other:\n%s", html.String())
	}
}

// As many periods are told in numbers as are drawn, the latest first; a census has no n.
func TestPeriodsInNumbers(t *testing.T) {
	objects := samples(t, true)
	result := objects.Reports["CPIDefinition/software-nps"].Status.Result
	latest := result.Periods[len(result.Periods)-1]
	result.Periods = nil
	for i := range 40 {
		p := latest
		p.Label, p.State, p.Value, p.Lower, p.Upper, p.Flag, p.N = fmt.Sprintf("2020-%02d", i), "Mature", "10", "5", "15", "", new(int64(i))
		result.Periods = append(result.Periods, p)
	}
	result.Periods[38].Census = new(true)
	set := scorecard.All(objects)
	made := report.Make(set, set.LastTime())
	for _, theme := range made.Themes {
		for _, row := range theme.Rows {
			if row.Name != "software-nps" {
				continue
			}
			if n := len(row.Periods); n != 36 || row.Periods[0].Label != "2020-39" || row.Periods[35].Label != row.Course.First || row.Course.First != "2020-04" {
				t.Errorf("%d periods, drawn from %s", n, row.Course.First)
			}
			if *row.Periods[0].N != 39 || row.Periods[1].N != nil {
				t.Errorf("%+v", row.Periods[:2])
			}
			return
		}
	}
	t.Error("software-nps is not in the report")
}
