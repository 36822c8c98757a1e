package console

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/board"
)

// boards are namespaces that stand still.
type boards map[string]board.Objects

func (b boards) Objects(_ context.Context, namespace string) (board.Objects, error) {
	return b[namespace], nil
}

func (b boards) Namespaces(context.Context) ([]string, error) {
	var out []string
	for name := range b {
		out = append(out, name)
	}
	return out, nil
}

// demo is the demo's namespace as the operator left it: testdata/demo.json has all its objects.
func demo(t testing.TB) board.Objects {
	t.Helper()
	file, err := os.Open("testdata/demo.json")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var list struct {
		Items []json.RawMessage `json:"items"`
	}
	if err := json.NewDecoder(file).Decode(&list); err != nil {
		t.Fatal(err)
	}
	out := board.Objects{Namespace: "demo", At: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC), Reports: map[string]*v1alpha1.IndicatorReport{}}
	for _, raw := range list.Items {
		add(t, &out, raw)
	}
	return out
}

func add(t testing.TB, to *board.Objects, raw []byte) {
	t.Helper()
	var kind struct {
		Kind string `json:"kind"`
	}
	decode(t, raw, &kind)
	switch kind.Kind {
	case "DataSource":
		to.Sources = append(to.Sources, as[v1alpha1.DataSource](t, raw))
	case "Dataset":
		to.Datasets = append(to.Datasets, as[v1alpha1.Dataset](t, raw))
	case "CPIDefinition":
		to.CPIs = append(to.CPIs, as[v1alpha1.CPIDefinition](t, raw))
	case "KPITarget":
		to.KPIs = append(to.KPIs, as[v1alpha1.KPITarget](t, raw))
	case "CPILinkage":
		to.Linkages = append(to.Linkages, as[v1alpha1.CPILinkage](t, raw))
	case "Scorecard":
		to.Scorecards = append(to.Scorecards, as[v1alpha1.Scorecard](t, raw))
	case "IndicatorReport":
		report := as[v1alpha1.IndicatorReport](t, raw)
		ref := report.Spec.IndicatorRef
		to.Reports[ref.Kind+"/"+ref.Name] = &report
	}
}

func as[T any](t testing.TB, raw []byte) T {
	t.Helper()
	var out T
	decode(t, raw, &out)
	return out
}

func decode(t testing.TB, raw []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatal(err)
	}
}

// get a path; want is the status, 200 if it is 0.
func get(t testing.TB, handler http.Handler, path string, want int, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:8080"+path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Add(header[i], header[i+1])
	}
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, request)
	if answer.Code != cmp.Or(want, http.StatusOK) {
		t.Fatalf("GET %s: %d\n%s", path, answer.Code, answer.Body)
	}
	return answer
}

func site1(t testing.TB, objects board.Objects) http.Handler {
	t.Helper()
	handler, err := New(boards{objects.Namespace: objects}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return handler
}

// pages of the demo.
var pages = []string{
	"/ns/demo", "/ns/demo?state=Warning&owner=sales&theme=&q=re", "/ns/demo/graph", "/ns/demo/graph?kpi=software-renewal",
	"/ns/demo/cpi/software-nps", "/ns/demo/cpi/telco-churn", "/ns/demo/kpi/software-renewal", "/ns/demo/kpi/software-nps-goal", "/ns/demo/linkage/software-nps-renewal",
	"/ns/demo/scorecard/software",
}

func TestEveryPageIsShownInEveryLanguage(t *testing.T) {
	handler := site1(t, demo(t))
	for _, path := range pages {
		for _, lang := range []string{"en", "de"} {
			answer := get(t, handler, path, 0, "Accept-Language", lang)
			body := answer.Body.String()
			if !strings.Contains(body, `<html lang="`+lang+`" dir="ltr">`) || !strings.Contains(body, "<main") || !strings.Contains(body, "</html>") {
				t.Errorf("%s in %s:\n%s", path, lang, body)
			}
			if _, missing, found := strings.Cut(body, "⟦"); found {
				t.Errorf("%s in %s lacks a text: %.40s", path, lang, missing)
			}
			if _, wrong, found := strings.Cut(body, "%!"); found {
				t.Errorf("%s in %s has a text whose arguments are wrong: %.40s", path, lang, wrong)
			}
			if answer.Header().Get("Content-Language") != lang {
				t.Errorf("%s in %s is told to be in %s", path, lang, answer.Header().Get("Content-Language"))
			}
		}
	}
}

// Objects out of a cache are shared between requests: nobody may change them.
func TestManyReadersAtOnce(t *testing.T) {
	objects := demo(t)
	before, err := json.Marshal(objects)
	if err != nil {
		t.Fatal(err)
	}
	handler := site1(t, objects)
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for _, path := range pages {
				get(t, handler, path, 0)
			}
		})
	}
	readers.Wait()
	if after, err := json.Marshal(objects); err != nil || !bytes.Equal(before, after) {
		t.Errorf("showing pages has changed the objects: %v", err)
	}
}

var (
	link = regexp.MustCompile(`<a [^>]*href="([^"]*)"`)
	id   = regexp.MustCompile(`\sid="([^"]*)"`)
)

// Whoever follows links from the start comes to every page, and nowhere else.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	handler := site1(t, demo(t))
	seen, waiting := map[string]bool{}, []string{"/ns/demo"}
	for len(waiting) > 0 {
		path := waiting[0]
		waiting = waiting[1:]
		if seen[path] {
			continue
		}
		seen[path] = true
		if path == "/" {
			get(t, handler, path, http.StatusSeeOther)
			continue
		}
		body := get(t, handler, path, 0).Body.String()
		ids := map[string]bool{}
		for _, match := range id.FindAllStringSubmatch(body, -1) {
			if ids[match[1]] {
				t.Errorf("%s has the id %s twice", path, match[1])
			}
			ids[match[1]] = true
		}
		here, err := url.Parse(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range link.FindAllStringSubmatch(body, -1) {
			to, err := here.Parse(html.UnescapeString(match[1]))
			if err != nil {
				t.Errorf("%s: %v", path, err)
				continue
			}
			if to.Fragment != "" && to.Path == here.Path && to.RawQuery == here.RawQuery && !ids[to.Fragment] {
				t.Errorf("%s leads to #%s, which is not there", path, to.Fragment)
			}
			if to.Fragment = ""; to.Query().Get("lang") == "" {
				waiting = append(waiting, to.String())
			}
		}
	}
	for _, path := range []string{"/ns/demo/graph", "/ns/demo/cpi/telco-churn", "/ns/demo/kpi/software-nps-goal", "/ns/demo/linkage/telco-support-churn", "/ns/demo/scorecard/software"} {
		if !seen[path] {
			t.Errorf("no link leads to %s", path)
		}
	}
}
