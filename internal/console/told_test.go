package console

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/board"
)

// Where the filter hides every problem, how many there are is told.
func TestHiddenProblemsAreCounted(t *testing.T) {
	objects := demo(t)
	text := textOf(get(t, site1(t, objects), "/ns/demo?q=nothing-has-this-name", 0).Body.String())
	if want := localeOf(t, "en").T("overview.problems.none.here", len(objects.Problems())); !strings.Contains(text, want) {
		t.Errorf("%q is not in %s", want, text)
	}
}

// What a former formula gave is drawn nowhere, whether or not the operator has seen the edit; the page is shown all the same.
func TestNumbersOfAFormerFormulaAreNotDrawn(t *testing.T) {
	for name, edit := range map[string]func(*board.Objects){
		"edited, and not seen": func(o *board.Objects) {
			cpi, _ := o.CPI("software-nps")
			cpi.Spec.Period.Grain = "Quarter"
		},
		"seen, and edited back": func(o *board.Objects) { o.Reports["CPIDefinition/software-nps"].Spec.RequestHash = "another" },
	} {
		objects := demo(t)
		edit(&objects)
		body := get(t, site1(t, objects), "/ns/demo/cpi/software-nps", 0).Body.String()
		if strings.Contains(body, `data-chart=`) {
			t.Errorf("%s:\n%s", name, body)
		}
	}
}

// A scorecard says that its review is due, and nothing of one that is not.
func TestAReviewThatIsDueIsTold(t *testing.T) {
	for last, due := range map[string]bool{"2026-01-01": true, "2026-11-20": false} {
		objects := demo(t)
		objects.Scorecards[0].Spec.Review = &v1alpha1.Review{Every: "30d", LastReviewed: last}
		text := textOf(get(t, site1(t, objects), "/ns/demo/scorecard/"+objects.Scorecards[0].Name, 0).Body.String())
		if got := strings.Contains(text, "review"); got != due {
			t.Errorf("reviewed on %s: told %s in\n%s", last, strconv.FormatBool(got), text)
		}
	}
}

// Objectives stand in the order of their names; KPIs that serve none come last.
func TestOrderOfObjectives(t *testing.T) {
	var objects board.Objects
	for _, objective := range []string{"", "Keep customers", "Grow"} {
		kpi := v1alpha1.KPITarget{}
		kpi.Name, kpi.Spec.Objective = "kpi-"+objective, objective
		objects.KPIs = append(objects.KPIs, kpi)
	}
	var got []string
	for _, o := range webOf(objects, "").Objectives {
		got = append(got, o.Name)
	}
	if !slices.Equal(got, []string{"Grow", "Keep customers", ""}) {
		t.Errorf("%q", got)
	}
}
