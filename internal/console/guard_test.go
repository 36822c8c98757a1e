package console

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

const secret = "the-secret"

func guarded(t *testing.T) http.Handler {
	t.Helper()
	handler, err := New(boards{"demo": demo(t)}, Options{Token: secret, Hosts: []string{"desk.example"}})
	if err != nil {
		t.Fatal(err)
	}
	return handler
}

func send(handler http.Handler, method, url string, cookies ...*http.Cookie) *httptest.ResponseRecorder {
	request := httptest.NewRequest(method, url, nil)
	for _, cookie := range cookies {
		request.AddCookie(cookie)
	}
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, request)
	return answer
}

const home = "http://127.0.0.1:8080"

func TestOnlyWhoKnowsTheSecretLooks(t *testing.T) {
	handler := guarded(t)
	for path, want := range map[string]int{
		"/":                              http.StatusUnauthorized,
		"/ns/demo":                       http.StatusUnauthorized,
		"/ns/demo?token=" + secret:       http.StatusUnauthorized, // the secret is taken at one place only
		"/nowhere":                       http.StatusUnauthorized,
		LoginPath:                        http.StatusUnauthorized,
		LoginPath + "?token=":            http.StatusUnauthorized,
		LoginPath + "?token=the-secre":   http.StatusUnauthorized,
		LoginPath + "?token=" + secret:   http.StatusOK,
		assetPath("style.css"):           http.StatusOK,
		assetRoot + "0000/style.css":     http.StatusNotFound,
		assetPath("../console.go"):       http.StatusTemporaryRedirect, // to where it leads, which is asked for anew
		assetPath("nowhere.js"):          http.StatusNotFound,
		assetPath("vendor/d3.min.js"):    http.StatusOK,
		assetPath("vendor"):              http.StatusNotFound,
		assetRoot + "../ns/demo/graph":   http.StatusTemporaryRedirect,
		assetRoot + "%2e%2e/ns/demo":     http.StatusNotFound,
		assetRoot + "..%2fns/demo/graph": http.StatusNotFound,
	} {
		if answer := send(handler, http.MethodGet, home+path); answer.Code != want {
			t.Errorf("%s: %d, not %d", path, answer.Code, want)
		}
	}
	answer := send(handler, http.MethodGet, home+LoginPath+"?token="+secret)
	cookies := (&http.Response{Header: answer.Header()}).Cookies()
	if len(cookies) != 1 || !cookies[0].HttpOnly || cookies[0].SameSite != http.SameSiteStrictMode || cookies[0].Path != "/" {
		t.Fatalf("cookies %v", cookies)
	}
	if answer := send(handler, http.MethodGet, home+"/ns/demo", cookies...); answer.Code != http.StatusOK {
		t.Errorf("with the cookie: %d", answer.Code)
	}
	if answer := send(handler, http.MethodHead, home+"/ns/demo"); answer.Code != http.StatusUnauthorized {
		t.Errorf("HEAD without the cookie: %d", answer.Code)
	}
	if answer := send(handler, http.MethodHead, home+"/ns/demo", cookies...); answer.Code != http.StatusOK {
		t.Errorf("HEAD with the cookie: %d", answer.Code)
	}
	if answer := send(handler, http.MethodGet, "http://127.0.0.1:9090/ns/demo", cookies...); answer.Code != http.StatusUnauthorized {
		t.Errorf("with the cookie of a server at another port: %d", answer.Code)
	}
	cookies[0].Value += "x"
	if answer := send(handler, http.MethodGet, home+"/ns/demo", cookies...); answer.Code != http.StatusUnauthorized {
		t.Errorf("with a wrong cookie: %d", answer.Code)
	}
}

// Whoever is turned away learns nothing, not even of which cluster.
func TestStrangersAreToldNothing(t *testing.T) {
	handler, err := New(boards{"demo": demo(t)}, Options{Token: secret, Origin: "cluster-of-ours"})
	if err != nil {
		t.Fatal(err)
	}
	if body := get(t, handler, "/", http.StatusUnauthorized).Body.String(); strings.Contains(body, "cluster-of-ours") {
		t.Error(body)
	}
}

// The secret in the address is not carried on into links.
func TestLinksHoldNoSecret(t *testing.T) {
	handler := guarded(t)
	for path, want := range map[string]int{LoginPath + "?token=" + secret: http.StatusOK, "/ns/demo?token=" + secret: http.StatusUnauthorized} {
		if body := get(t, handler, path, want).Body.String(); !strings.Contains(body, "lang=de") || strings.Contains(body, secret) {
			t.Errorf("%s:\n%s", path, body)
		}
	}
}

func TestNamesOfOthersAreRefused(t *testing.T) {
	handler := guarded(t)
	for host, want := range map[string]int{
		"127.0.0.1:8080":         http.StatusOK,
		"localhost:8080":         http.StatusOK,
		"localhost":              http.StatusOK,
		"[::1]:8080":             http.StatusOK,
		"192.0.2.7:8080":         http.StatusOK,
		"desk.example:8080":      http.StatusOK,
		"evil.example:8080":      http.StatusMisdirectedRequest,
		"evil.example":           http.StatusMisdirectedRequest,
		"localhost.evil.example": http.StatusMisdirectedRequest,
		"evil-localhost":         http.StatusMisdirectedRequest,
		"not-desk.example":       http.StatusMisdirectedRequest,
		"127.0.0.1.evil.example": http.StatusMisdirectedRequest,
		"":                       http.StatusMisdirectedRequest,
	} {
		request := httptest.NewRequest(http.MethodGet, home+LoginPath+"?token="+secret, nil)
		request.Host = host
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		if answer.Code != want {
			t.Errorf("%q: %d, not %d", host, answer.Code, want)
		}
		if want != http.StatusOK && answer.Header().Get("Set-Cookie") != "" {
			t.Errorf("%q was given a cookie", host)
		}
	}
}

func TestNothingButReading(t *testing.T) {
	handler := guarded(t)
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions, http.MethodTrace} {
		if answer := send(handler, method, home+LoginPath+"?token="+secret); answer.Code != http.StatusMethodNotAllowed || answer.Header().Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: %d", method, answer.Code)
		}
	}
}

func TestBrowsersAreToldToBeStrict(t *testing.T) {
	open := site1(t, demo(t))
	for _, handler := range []http.Handler{guarded(t), open} {
		for _, path := range append([]string{"/", LoginPath + "?token=" + secret, "/ns/demo/cpi/nothing", "/ns/nothing", "/nothing", assetPath("style.css")}, pages...) {
			for _, method := range []string{http.MethodGet, http.MethodPost} {
				h := send(handler, method, home+path).Header()
				if got := h.Get("Content-Security-Policy"); got != policy {
					t.Errorf("%s %s: policy %q", method, path, got)
				}
				if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" || h.Get("Cache-Control") == "" {
					t.Errorf("%s %s: %v", method, path, h)
				}
				if h.Get("Cross-Origin-Opener-Policy") != "same-origin" || h.Get("Cross-Origin-Resource-Policy") != "same-origin" {
					t.Errorf("%s %s is open to pages of others: %v", method, path, h)
				}
				if strings.HasPrefix(path, "/ns/") && h.Get("Cache-Control") != "no-store" {
					t.Errorf("%s %s may be kept: %q", method, path, h.Get("Cache-Control"))
				}
			}
		}
	}
	if got := send(open, http.MethodGet, home+assetPath("style.css")).Header().Get("Cache-Control"); !strings.Contains(got, "immutable") {
		t.Errorf("assets may not be kept: %q", got)
	}
}

// forbidden is what a page has that the policy forbids: inline code and styles, and what another host would give.
func forbidden(t testing.TB, body string) []string {
	t.Helper()
	var out []string
	tokens := html.NewTokenizer(strings.NewReader(body))
	for tokens.Next() != html.ErrorToken {
		token := tokens.Token()
		if token.Type != html.StartTagToken && token.Type != html.SelfClosingTagToken {
			continue
		}
		given := map[string]string{}
		for _, a := range token.Attr {
			given[a.Key] = a.Val
			foreign := a.Key != "xmlns" && slices.Contains([]string{"src", "href", "action", "data", "srcset"}, a.Key) && (!strings.HasPrefix(a.Val, "/") || strings.HasPrefix(a.Val, "//"))
			if foreign && token.Data == "a" {
				foreign = !strings.HasPrefix(a.Val, "#") && !strings.HasPrefix(a.Val, "?")
			}
			if foreign || a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				out = append(out, token.String())
			}
		}
		switch token.Data {
		case "script":
			if given["src"] == "" && given["type"] != "application/json" {
				out = append(out, token.String())
			}
		case "style", "iframe", "object", "embed", "base", "img":
			out = append(out, token.String())
		}
	}
	return out
}

var imported = regexp.MustCompile(`(?:\bimport\b[^'"\n]*|\bfetch\()['"]([^'"]+)['"]`)

// The policy forbids inline code and foreign assets: then no page may need them.
func TestPagesNeedNothingThatThePolicyForbids(t *testing.T) {
	handler := site1(t, demo(t))
	for _, path := range append([]string{"/ns/nothing", "/ns/demo/cpi/nothing"}, pages...) {
		if found := forbidden(t, bodyOf(handler, path)); found != nil {
			t.Errorf("%s has %q", path, found)
		}
	}
	for _, name := range []string{"page.js", "charts.js"} {
		content, err := assetFiles.ReadFile("assets/" + name)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range imported.FindAllStringSubmatch(string(content), -1) {
			if !strings.HasPrefix(match[1], "./") {
				t.Errorf("%s imports %s", name, match[1])
			}
		}
	}
}

func bodyOf(handler http.Handler, path string) string {
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, home+path, nil))
	return answer.Body.String()
}
