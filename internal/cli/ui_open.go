package cli

import (
	"fmt"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// openBrowser at an address that holds a secret. The browser is given a file that leads there, for other people on this
// machine see the arguments of every program. remove takes the file away.
func openBrowser(url string) (remove func(), err error) {
	folder, err := os.MkdirTemp("", "kubectl-cpi-") // only its owner may enter
	if err != nil {
		return func() {}, err
	}
	remove = func() { _ = os.RemoveAll(folder) } // what cannot be removed now is the system's to clean
	page := filepath.Join(folder, "page.html")
	text := fmt.Sprintf(`<!doctype html><meta http-equiv="refresh" content="0; url=%[1]s"><a href="%[1]s">kubectl cpi</a>`, html.EscapeString(url))
	if err := os.WriteFile(page, []byte(text), 0o600); err != nil {
		return remove, err
	}
	opener := []string{"xdg-open"}
	switch runtime.GOOS {
	case "darwin":
		opener = []string{"open"}
	case "windows":
		opener = []string{"rundll32", "url.dll,FileProtocolHandler"}
	}
	browser := exec.Command(opener[0], append(opener[1:], page)...)
	if err := browser.Start(); err != nil {
		return remove, err
	}
	go func() { _ = browser.Wait() }() // whether the browser was content is not known in time
	return remove, nil
}
