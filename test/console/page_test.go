package console

import (
	"testing"

	"github.com/cpi-operator/cpi-operator/test/browser"
)

// Each page, as each reader sees it: nothing is loaded from elsewhere, nothing breaks the page's policy, axe finds nothing, and
// nothing stands out of the window.
func TestEveryPageForEveryReader(t *testing.T) {
	address := serve(t, boards{"demo": demo(t), "hotel": hotel(t)})
	chromium := browser.Start(t)
	pages := map[string]string{
		"namespaces":        "/",
		"overview":          "/ns/demo",
		"graph":             "/ns/hotel/graph",
		"indicator":         "/ns/hotel/cpi/recommend",
		"indicator-undated": "/ns/demo/cpi/telco-churn",
		"target":            "/ns/hotel/kpi/return",
		"linkage":           "/ns/hotel/linkage/what-brings-guests-back",
		"linkage-customers": "/ns/demo/linkage/software-nps-renewal",
		"scorecard":         "/ns/demo/scorecard/software",
		"notfound":          "/ns/demo/cpi/telco-chrun",
	}
	readers := []struct {
		name, query string
		width       int64
		dark, rtl   bool
	}{
		{name: "desktop", width: 1280},
		{name: "phone", width: 360},
		{name: "dark", width: 1280, dark: true},
		{name: "german", width: 1280, query: "?lang=de"},
		{name: "right-to-left", width: 360, rtl: true},
	}
	for page, path := range pages {
		t.Run(page, func(t *testing.T) {
			for _, reader := range readers {
				t.Run(reader.name, func(t *testing.T) {
					tab := chromium.Tab(t)
					tab.Size(reader.width, 800)
					if reader.dark {
						tab.Media("prefers-color-scheme", "dark")
					}
					query := reader.query
					if query == "" {
						query = "?lang=en"
					}
					tab.Open(address + path + query)
					if reader.rtl {
						browser.Eval[any](tab, "document.documentElement.dir = 'rtl'")
					}
					browser.Eval[any](tab, "new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(() => drawn(0))))")
					tab.Picture(page + "-" + reader.name)
					if wide := tab.Sideways(); len(wide) > 0 {
						t.Errorf("to be scrolled sideways: %q", wide)
					}
					if reader.query != "" || reader.rtl {
						tab.CheckLayout()
					} else {
						tab.Check()
					}
				})
			}
		})
	}
}
