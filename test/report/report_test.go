// Package report opens the HTML report in a browser, as its readers do.
package report

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/cpi-operator/cpi-operator/test/browser"
)

// The report as each reader sees it: nothing is loaded from elsewhere, axe finds nothing, and nothing stands out of the window.
func TestTheReportForEveryReader(t *testing.T) {
	server := httptest.NewServer(http.FileServer(http.Dir(filepath.Join("..", "..", "internal", "report", "testdata"))))
	t.Cleanup(server.Close)
	chromium := browser.Start(t)
	for _, reader := range []struct {
		name         string
		width        int64
		media, value string
	}{
		{name: "desktop", width: 1280},
		{name: "phone", width: 360},
		{name: "dark", width: 1280, media: "prefers-color-scheme", value: "dark"},
	} {
		t.Run(reader.name, func(t *testing.T) {
			tab := chromium.Tab(t)
			tab.Size(reader.width, 800)
			if reader.media != "" {
				tab.Media(reader.media, reader.value)
			}
			tab.Open(server.URL + "/software.html")
			browser.Eval[any](tab, "document.querySelectorAll('details').forEach(d => d.open = true)")
			tab.Picture("report-" + reader.name)
			tab.Check()
		})
	}
}
