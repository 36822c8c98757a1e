package console

import (
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/cpi-operator/cpi-operator/test/browser"
)

// Every kind of chart is drawn, with a mark for each number of its table.
func TestEveryChartIsDrawn(t *testing.T) {
	address := serve(t, boards{"hotel": hotel(t)})
	tab := browser.Start(t).Tab(t)
	drawn := map[string]bool{}
	for _, path := range []string{"/ns/hotel/cpi/recommend", "/ns/hotel/linkage/what-brings-guests-back"} {
		tab.Open(address + path)
		for _, kind := range browser.Eval[[]string](tab, `[...document.querySelectorAll('figure[data-chart]')].filter(f => f.querySelector('.chart-canvas svg')).map(f => f.dataset.chart)`) {
			drawn[kind] = true
		}
		if found := tab.Complaints(); len(found) > 0 {
			t.Error(found)
		}
	}
	for _, kind := range []string{"history", "segments", "waterfall", "lag", "forecast", "cohorts", "influence"} {
		if !drawn[kind] {
			t.Errorf("no chart of kind %s is drawn", kind)
		}
	}
}

// A result, a value that still moves, one that must not be acted on and none at all are told apart without colour.
func TestHistoryTellsResultsFromTheRest(t *testing.T) {
	address := serve(t, boards{"hotel": hotel(t)})
	tab := browser.Start(t).Tab(t)
	tab.Open(address + "/ns/hotel/kpi/return")
	type marks struct{ Results, Open, Crossed, Lines, Rows int }
	found := browser.Eval[marks](tab, `(() => {
		const figure = document.querySelector('figure[data-chart="history"]'), svg = figure.querySelector('svg');
		const dots = [...svg.querySelectorAll('[aria-label="dot"]')];
		return {
			results: dots[0].children.length, open: dots[1].children.length, crossed: dots[2].children.length,
			lines: (svg.querySelector('[aria-label="line"] path').getAttribute('d').match(/M/g) || []).length,
			rows: [...figure.querySelectorAll('tbody tr')].filter(row => row.cells[1].textContent !== '–').length,
		};
	})()`)
	// One month is maturing and one running, one has too few answers, and the line breaks there and at the month without any.
	if found.Open != 2 || found.Crossed != 1 || found.Lines != 3 || found.Results+found.Open+found.Crossed != found.Rows {
		t.Errorf("%+v", found)
	}
	if zones := browser.Eval[[]string](tab, `[...document.querySelectorAll('figure[data-chart="history"] svg text')].map(e => e.textContent)`); !slices.Contains(zones, "Maturing") || !slices.Contains(zones, "Running") || !slices.Contains(zones, "Target ≥ 45 %") {
		t.Errorf("labels %q", zones)
	}
}

// A value that must not be acted on does not press the others flat: the axis is made for those, and what lies further out is
// drawn at its edge, with an arrow. The keyboard comes to it all the same.
func TestAxisIsMadeForResults(t *testing.T) {
	address := serve(t, boards{"hotel": hotel(t)})
	tab := browser.Start(t).Tab(t)
	tab.Open(address + "/ns/hotel/cpi/recommend")
	type axis struct {
		Lowest   float64
		Arrows   []string
		Out      int
		Smallest string
	}
	found := browser.Eval[axis](tab, `(() => {
		const figure = document.querySelector('figure[data-chart="history"]'), svg = figure.querySelector('svg'), frame = svg.getBoundingClientRect();
		const number = text => Number(text.replace('−', '-'));
		const small = [...figure.querySelectorAll('tbody tr')].find(row => row.cells[4].textContent.includes('too small'));
		return {
			lowest: Math.min(...[...svg.querySelectorAll('[aria-label="y-axis tick label"] text')].map(e => number(e.textContent))),
			arrows: [...svg.querySelectorAll('text')].map(e => e.textContent).filter(text => /[▲▼]/.test(text)),
			out: [...svg.querySelectorAll('circle, path, line')].filter(e => e.getBoundingClientRect().bottom > frame.bottom).length,
			smallest: small.cells[1].textContent,
		};
	})()`)
	if found.Lowest < -40 || found.Out > 0 || !slices.Equal(found.Arrows, []string{"▼ " + found.Smallest}) {
		t.Errorf("%+v", found)
	}
}

// Somebody with a keyboard alone skips to the content, comes to each chart, reads its points and opens its table.
func TestKeyboard(t *testing.T) {
	address := serve(t, boards{"hotel": hotel(t)})
	tab := browser.Start(t).Tab(t)
	tab.Open(address + "/ns/hotel/cpi/recommend")
	focused := func() string {
		return browser.Eval[string](tab, `document.activeElement.className || document.activeElement.tagName`)
	}
	tab.Press(kb.Tab)
	if at := focused(); at != "skip" {
		t.Fatalf("the first stop is %s", at)
	}
	tab.Press(kb.Enter)
	if at := browser.Eval[string](tab, "document.activeElement.id"); at != "main" {
		t.Fatalf("the skip link leads to %q", at)
	}
	var stops []string
	for range 40 {
		tab.Press(kb.Tab)
		at := focused()
		if stops = append(stops, at); at == "chart-canvas" {
			break
		}
	}
	if !slices.Contains(stops, "chart-canvas") {
		t.Fatalf("no chart among the stops %q", stops)
	}
	reading := func() string {
		return browser.Eval[string](tab, `document.querySelector('.chart-reading').textContent`)
	}
	tab.Press(kb.End)
	if said := reading(); !strings.HasPrefix(said, "2026-11 · Value: ") || !strings.Contains(said, "State: Running") {
		t.Errorf("the last point reads %q", said)
	}
	tab.Press(kb.ArrowLeft)
	if said := reading(); !strings.HasPrefix(said, "2026-10 · Value: ") || !strings.Contains(said, "n: 160") || !strings.Contains(said, "Interval: [") {
		t.Errorf("the point before reads %q", said)
	}
	tab.Press(kb.Tab + kb.Enter)
	if !browser.Eval[bool](tab, `document.querySelector('figure[data-chart="history"] details').open`) {
		t.Errorf("Enter on %s does not open the table", focused())
	}
}

// Without JavaScript every number is there.
func TestWithoutScripts(t *testing.T) {
	address := serve(t, boards{"hotel": hotel(t)})
	tab := browser.Start(t).Tab(t)
	tab.WithoutScripts()
	tab.Open(address + "/ns/hotel/linkage/what-brings-guests-back")
	figures := browser.Eval[[]int](tab, `[...document.querySelectorAll('figure[data-chart]')].map(f => f.querySelectorAll('tbody tr').length)`)
	if len(figures) < 6 || slices.Contains(figures, 0) {
		t.Errorf("rows of the charts' tables: %v", figures)
	}
	if browser.Eval[int](tab, `document.querySelectorAll('.chart-canvas').length`) != 0 {
		t.Error("scripts have run")
	}
}
