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
	browser.Eval[any](tab, `(() => { const field = document.querySelector('.filter input'); field.value = 'No. 777'; field.dispatchEvent(new Event('input', {bubbles: true})) })()`)
	if n := browser.Eval[int](tab, `new Promise(filtered => requestAnimationFrame(() => requestAnimationFrame(() => filtered(`+rows+`))))`); n != 1 {
		t.Errorf("%d rows match No. 777", n)
	}
	tab.WithoutScripts()
	tab.Open(address + "/ns/hotel?q=No.+777")
	if n := browser.Eval[int](tab, rows); n != 1 {
		t.Errorf("%d rows match No. 777 without scripts", n)
	}
	if found := tab.Complaints(); len(found) > 0 {
		t.Error(found)
	}
}
