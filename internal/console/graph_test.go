package console

import (
	"html"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/board"
)

func TestGraphIsAList(t *testing.T) {
	body := get(t, site1(t, demo(t)), "/ns/demo/graph", 0).Body.String()
	list, _, _ := strings.Cut(body, `id="drawing"`)
	text := strings.Join(strings.Fields(html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(list, " "))), " ")
	for _, want := range []string{
		"Objective: Grow with the customers we have Contracts renewed 80.4 % [76.8, 83.5] n 530 ◆ Off target Would you recommend us? 10.3 [3.8, 16.7] n 680 ◆ Warning Claim software-nps-renewal : ✓ Supported +21.0 pp [13.4, 28.4]",
		"Serving no named objective NPS goal of the support team 10.3 [3.8, 16.7] n 680 ○ Inconclusive goal on Would you recommend us? No claim says what should move it.",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the list lacks %q:\n%s", want, text)
		}
	}
	if _, alone, _ := strings.Cut(body, `id="alone"`); !strings.Contains(alone, "/cpi/telco-churn") || strings.Contains(alone, "/cpi/software-nps") {
		t.Error("CPIs that no claim names are others")
	}
	if _, drawing, _ := strings.Cut(body, `id="drawing"`); strings.Count(drawing, ">80.4 % [76.8, 83.5], n 530</text>") != 1 {
		t.Error("the drawing tells a value without what it rests on")
	}
	one := get(t, site1(t, demo(t)), "/ns/demo/graph?kpi=software-renewal", 0).Body.String()
	if strings.Contains(one, "/kpi/telco-churn-goal") || !strings.Contains(one, "/kpi/software-renewal") {
		t.Error("one KPI is not alone")
	}
}

// Nodes of a column do not cover each other, lines begin and end at nodes, and what does not exist has no link.
func TestDrawing(t *testing.T) {
	objects := demo(t)
	objects.Linkages[0].Spec.Drivers = append(objects.Linkages[0].Spec.Drivers, v1alpha1.LinkDriver{CPIRef: v1alpha1.LocalReference{Name: "gone"}})
	net := webOf(objects, "").draw()
	places := map[[2]int]bool{}
	for i, a := range net.Nodes {
		if a.X < 0 || a.Y < 0 || a.X+a.Wide > net.Wide || a.Y+a.High > net.High {
			t.Errorf("%s lies outside: %+v of %d × %d", a.Title, a, net.Wide, net.High)
		}
		if a.Title == "gone" && a.Path != "" {
			t.Errorf("what does not exist leads to %s", a.Path)
		}
		places[[2]int{a.X, a.Y + a.High/2}], places[[2]int{a.X + a.Wide, a.Y + a.High/2}] = true, true
		for _, b := range net.Nodes[:i] {
			if a.X == b.X && a.Y < b.Y+b.High && b.Y < a.Y+a.High {
				t.Errorf("%s covers %s", a.Title, b.Title)
			}
		}
	}
	if len(net.Edges) != 4+3+3 { // drivers, goals on CPIs, objectives
		t.Errorf("%d lines", len(net.Edges))
	}
	for _, e := range net.Edges {
		numbers := regexp.MustCompile(`\d+`).FindAllString(e.Line, -1)
		x, _ := strconv.Atoi(numbers[0])
		y, _ := strconv.Atoi(numbers[1])
		if !places[[2]int{x, y}] {
			t.Errorf("%s begins at no node: %s", e.Claim, e.Line)
		}
	}
	if (web{Objectives: []webObjective{{KPIs: []webKPI{{Entry: board.Entry{Name: "alone"}}}}}}).draw() != nil {
		t.Error("something is drawn where nothing is claimed")
	}
}
