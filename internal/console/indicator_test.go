package console

import (
	"slices"
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// A difference of which the data do not tell an end is told, and so is what it shows.
func TestAnOpenDifferenceIsTold(t *testing.T) {
	in := &alert.Indicator{Percent: true, Result: &alert.Result{History: &plan.History{Changes: []plan.Change{
		{Against: plan.LastYear, Label: "2025-10", Difference: new(0.21), Lower: new(0.134), P: new(0.004), Clear: true},
		{Against: plan.PreviousPeriod, Reason: "TooFewRows"},
	}}}}
	rows := localeOf(t, "de").facts(in).Rows
	want := []string{"Gegen denselben Zeitraum des Vorjahres (2025-10)", "+21,0 Prozentpunkte [13,4; ∞)", "Mehr, als der Zufall meist bewirkt. p\u00a00,004."}
	if !slices.ContainsFunc(rows, func(row []string) bool { return slices.Equal(row, want) }) {
		t.Errorf("%q", rows)
	}
}

// A confidence level is told as it was declared: none is certain.
func TestConfidenceIsNotRounded(t *testing.T) {
	in, err := demo(t).View("CPIDefinition", "software-nps")
	if err != nil {
		t.Fatal(err)
	}
	in.Confidence = 0.999
	if got := localeOf(t, "de").historyChart(in, nil, false).Note; !strings.Contains(got, "Konfidenzniveau 99,9 %") {
		t.Errorf("%q", got)
	}
}
