package console

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/cpi-operator/cpi-operator/test/browser"
)

// A thousand indicators are one page, which can be narrowed.
func TestManyIndicators(t *testing.T) {
	const many = 1000
	objects := hotel(t)
	copies := objects
	copies.CPIs, copies.Reports = slices.Clone(objects.CPIs), maps.Clone(objects.Reports)
	for i := len(objects.CPIs) + len(objects.KPIs); i < many; i++ {
		original := objects.CPIs[i%len(objects.CPIs)]
		one := original.DeepCopy()
		one.Name, one.Spec.Title = fmt.Sprintf("%s-%d", one.Name, i), fmt.Sprintf("%s No. %d", one.Spec.Title, i)
		report := objects.Reports["CPIDefinition/"+original.Name].DeepCopy()
		report.Spec.IndicatorRef.Name = one.Name
		copies.CPIs = append(copies.CPIs, *one)
		copies.Reports["CPIDefinition/"+one.Name] = report
	}
	address := serve(t, boards{"hotel": copies})
	tab := browser.Start(t).Tab(t)
	tab.Size(1280, 800)
	tab.Open(address + "/ns/hotel")
	rows := `[...document.querySelectorAll('#indicators tbody tr, .group tbody tr')].filter(row => row.checkVisibility({contentVisibilityAuto: false})).length`
	if n := browser.Eval[int](tab, rows); n != many {
		t.Errorf("%d of %d rows", n, many)
	}
	typed := func(text string) int {
		browser.Eval[any](tab, `(() => { const field = document.querySelector('.filter input'); field.value = '`+text+`'; field.dispatchEvent(new Event('input', {bubbles: true})) })()`)
		return browser.Eval[int](tab, `new Promise(filtered => requestAnimationFrame(() => requestAnimationFrame(() => filtered(`+rows+`))))`)
	}
	// What is searched is the same with and without scripts: not the claims that stand in a row.
	texts := map[string]int{"No. 777": 1, "what-brings-guests-back": 0}
	queries := map[string]string{}
	for text, want := range texts {
		if n := typed(text); n != want {
			t.Errorf("%d rows match %s", n, text)
		}
		queries[text] = browser.Eval[string](tab, `location.search`)
	}
	if typed(""); browser.Eval[string](tab, `location.href`) != address+"/ns/hotel" {
		t.Error("the address keeps a filter that is gone")
	}
	tab.WithoutScripts()
	for text, want := range texts {
		tab.Open(address + "/ns/hotel" + queries[text])
		if n := browser.Eval[int](tab, rows); n != want || queries[text] == "" {
			t.Errorf("%d rows match %s, as %q, without scripts", n, text, queries[text])
		}
	}
	if found := tab.Complaints(); len(found) > 0 {
		t.Error(found)
	}
}
