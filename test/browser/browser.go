// Package browser opens pages in Debian's chromium, for tests, and looks at them as people with and without a mouse, a screen
// or JavaScript do.
package browser

import (
	"context"
	_ "embed"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/cpi-operator/cpi-operator/test/tools"
)

// axe finds what keeps people with disabilities out. hack/assets.sh fetches it.
//
//go:embed axe.min.js
var axe string

// Browser is a running chromium.
type Browser struct{ ctx context.Context }

// Start a browser, which ends with the test. It is installed where it is missing.
func Start(t testing.TB) *Browser {
	t.Helper()
	if _, err := exec.LookPath("chromium"); err != nil {
		if err := tools.Install("chromium"); err != nil {
			t.Fatal(err)
		}
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath("chromium"), chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("lang", "en-GB"), chromedp.Flag("disable-dev-shm-usage", true)) // containers have little of it
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox) // which root's cannot have
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("starting chromium: %v", err)
	}
	return &Browser{ctx}
}

// Tab is one page in the browser.
type Tab struct {
	t   testing.TB
	ctx context.Context

	// What the page wrote to the console.
	lock    sync.Mutex
	changed *sync.Cond
	said    []chromedp.ConsoleMessage
	ended   error // why nothing more is heard
}

// longest that a page is looked at: a browser that is stuck must not hold up all tests.
const longest = 5 * time.Minute

// Tab opens an empty page; it is closed with the test.
func (b *Browser) Tab(t testing.TB) *Tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx)
	t.Cleanup(cancel)
	ctx, over := context.WithTimeout(ctx, longest)
	t.Cleanup(over)
	tab := &Tab{t: t, ctx: ctx}
	tab.changed = sync.NewCond(&tab.lock)
	messages := chromedp.Console(ctx)
	go func() {
		for message, err := range messages {
			tab.lock.Lock()
			if tab.ended = err; err == nil {
				tab.said = append(tab.said, message)
			}
			tab.changed.Broadcast()
			tab.lock.Unlock()
		}
	}()
	return tab
}

// do runs steps and fails the test if one fails.
func (tab *Tab) do(steps ...chromedp.Action[chromedp.Void]) {
	tab.t.Helper()
	if err := chromedp.Do(tab.ctx, steps...); err != nil {
		tab.t.Fatal(err)
	}
}

// set sends a command to the browser.
func set[P any](tab *Tab, command cdp.Command[P, cdp.Empty], params P) {
	tab.t.Helper()
	tab.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, command, params)
		return err
	}))
}

// Open an address and wait until it has loaded.
func (tab *Tab) Open(address string) {
	tab.t.Helper()
	tab.do(chromedp.Navigate(address))
}

// Follow an address that leads on by itself, until the page is at a path.
func (tab *Tab) Follow(address, path string) {
	tab.t.Helper()
	arrived := chromedp.Events(tab.ctx, page.LoadEventFired)
	tab.do(chromedp.Navigate(address))
	for _, err := range arrived {
		if err != nil {
			tab.t.Fatal(err)
		}
		if Eval[string](tab, "location.pathname") == path {
			return
		}
	}
}

// Size of the window in CSS pixels.
func (tab *Tab) Size(width, height int64) {
	tab.t.Helper()
	tab.do(chromedp.EmulateViewport(width, height))
}

// Media that the page asks for, such as prefers-color-scheme: dark.
func (tab *Tab) Media(name, value string) {
	tab.t.Helper()
	set(tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: name, Value: value}}})
}

// WithoutScripts switches JavaScript off, from the next page on.
func (tab *Tab) WithoutScripts() {
	tab.t.Helper()
	set(tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
}

// Press keys, such as kb.Tab.
func (tab *Tab) Press(keys string) {
	tab.t.Helper()
	tab.do(chromedp.KeyEvent(keys))
}

// Eval gives what an expression is in the page, awaited.
func Eval[T any](tab *Tab, expression string) T {
	tab.t.Helper()
	out, err := chromedp.Run(tab.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		tab.t.Fatalf("%s: %v", expression, err)
	}
	return out
}

// sentinel is written to the console to know that all that came before has arrived.
const sentinel = "browser: all that came before has arrived"

// Complaints of the page so far: errors and warnings on the console, violations of its policy among them. They are told once.
// That the page itself was answered with an error is none.
func (tab *Tab) Complaints() []string {
	tab.t.Helper()
	itself := Eval[string](tab, "console.debug("+quoted(sentinel)+"), location.href")
	tab.lock.Lock()
	defer tab.lock.Unlock()
	for !slices.ContainsFunc(tab.said, func(m chromedp.ConsoleMessage) bool { return m.Text == sentinel }) {
		if tab.ended != nil {
			tab.t.Fatal(tab.ended)
		}
		tab.changed.Wait()
	}
	var out []string
	for _, message := range tab.said {
		if message.Source == "network" && message.URL == itself {
			continue
		}
		if message.Type == chromedp.ConsoleError || message.Type == chromedp.ConsoleWarning || message.IsException() {
			out = append(out, message.String())
		}
	}
	tab.said = nil
	return out
}

// Foreign are the addresses of all that the page loaded from elsewhere than its own server.
func (tab *Tab) Foreign() []string {
	tab.t.Helper()
	return Eval[[]string](tab, `performance.getEntriesByType('resource').map(e => e.name).filter(name => !name.startsWith(location.origin + '/'))`)
}

// Overflow is by how many pixels the page is wider than the window.
func (tab *Tab) Overflow() int {
	tab.t.Helper()
	return Eval[int](tab, `document.documentElement.scrollWidth - document.documentElement.clientWidth`)
}

// Sideways are the headings of tables that are wider than their place and must be scrolled to be read.
func (tab *Tab) Sideways() []string {
	tab.t.Helper()
	return Eval[[]string](tab, `[...document.querySelectorAll('.scroll')].filter(e => e.checkVisibility() && e.scrollWidth > e.clientWidth).map(e => e.querySelector('thead').textContent.trim())`)
}

// Violations of accessibility rules that axe finds: WCAG 2.2 A and AA, and best practices.
func (tab *Tab) Violations() []string {
	tab.t.Helper()
	Eval[any](tab, axe+";0")
	return Eval[[]string](tab, `axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}).then(found =>
		found.violations.flatMap(rule => rule.nodes.map(node => rule.id + ': ' + node.target.join(' ') + ': ' + node.failureSummary)))`)
}

// Picture of the whole page, as NAME.png in the folder of CPI_SCREENSHOTS; none without it.
func (tab *Tab) Picture(name string) {
	tab.t.Helper()
	folder := os.Getenv("CPI_SCREENSHOTS")
	if folder == "" {
		return
	}
	width := Eval[int64](tab, "innerWidth")
	height := Eval[int64](tab, "innerHeight")
	// A very long page is cut: nobody looks at all of it, and the browser cannot draw it in one.
	const highest = 6000
	tab.Size(width, min(highest, Eval[int64](tab, "document.documentElement.scrollHeight")))
	Eval[any](tab, "new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(() => drawn(0))))")
	picture, err := chromedp.Run(tab.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.MkdirAll(folder, 0o755)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, strings.ReplaceAll(name, "/", "-")+".png"), picture, 0o644)
	}
	if err != nil {
		tab.t.Fatalf("picture %s: %v", name, err)
	}
	tab.Size(width, height)
}

// Check that nothing is wrong with the page as it stands, for anybody.
func (tab *Tab) Check() {
	tab.t.Helper()
	tab.CheckLayout()
	for _, one := range tab.Violations() {
		tab.t.Errorf("accessibility: %s", one)
	}
}

// CheckLayout is Check without axe, which takes most of the time: for a page that it has checked, in another language.
func (tab *Tab) CheckLayout() {
	tab.t.Helper()
	for what, found := range map[string][]string{"complaint": tab.Complaints(), "loaded from elsewhere": tab.Foreign()} {
		for _, one := range found {
			tab.t.Errorf("%s: %s", what, one)
		}
	}
	if wide := tab.Overflow(); wide > 0 {
		tab.t.Errorf("the page is %d pixels wider than the window: %s", wide, Eval[string](tab, widest))
	}
}

// widest finds the elements that stand out of the window.
const widest = `[...document.querySelectorAll('main *, header *, footer *')].filter(e => {
	const box = e.getBoundingClientRect(); return (box.right > innerWidth + 1 || box.left < -1) && !e.closest('.scroll, .net, pre, svg, .skip, .unseen')
}).slice(0, 5).map(e => e.outerHTML.slice(0, 120)).join('\n')`

func quoted(text string) string {
	out, _ := json.Marshal(text) // a string can be written
	return string(out)
}
