package console

import (
	"bytes"
	"embed"
	"errors"
	"html/template"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/board"
)

//go:embed templates
var templateFiles embed.FS

// pageTemplates are one page, layout included, by language.
type pageTemplates map[*locale]*template.Template

// parsePages reads every template as a page of its own; what stands in parts is in all of them.
func parsePages(locales *locales) (map[string]pageTemplates, error) {
	names, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		return nil, err
	}
	out := map[string]pageTemplates{}
	for _, l := range locales.all {
		layout, err := template.New("layout").Funcs(functions(l)).Option("missingkey=error").ParseFS(templateFiles, "templates/parts/*.html")
		if err != nil {
			return nil, err
		}
		for _, path := range names {
			name := strings.TrimSuffix(strings.TrimPrefix(path, "templates/"), ".html")
			page, err := template.Must(layout.Clone()).ParseFS(templateFiles, path) // it was never executed
			if err != nil {
				return nil, err
			}
			if out[name] == nil {
				out[name] = pageTemplates{}
			}
			out[name][l] = page
		}
	}
	return out, nil
}

// functions that templates may use.
func functions(l *locale) template.FuncMap {
	out := template.FuncMap{
		"t":       l.T,
		"word":    l.Word,
		"figure":  l.Figure,
		"count":   l.Count,
		"day":     l.Day,
		"instant": l.Instant,
		"asset":   assetPath,
		"iso":     func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"target":  l.Target,
	}
	maps.Copy(out, shapeFunctions)
	maps.Copy(out, chartFunctions)
	return out
}

// visit is one request for a page.
type visit struct {
	*http.Request
	site *site
	// L is the reader's language.
	L *locale
	// Namespace of the path; empty for pages above namespaces.
	Namespace string
	// Objects of the namespace.
	Objects board.Objects
}

// answer is what a page shows.
type answer struct {
	// page is the template's name.
	page string
	// status of HTTP; 200 if it is 0.
	status int
	// title of the page, translated; empty for the product's name alone.
	title string
	// data for the page's own template.
	data any
	// redirect to a path of ours, instead of a page.
	redirect string
}

// layout is what every template gets.
type layout struct {
	*visit
	Title     string
	Page      string
	Languages []*locale
	Origin    string
	Faults    string
	Data      any
}

// Here is the request's path with another language.
func (l layout) Here(other *locale) string {
	query := l.URL.Query()
	query.Set("lang", other.Tag.String())
	query.Del("token")
	return (&url.URL{Path: l.URL.Path, RawQuery: query.Encode()}).String()
}

// page makes a handler of a page.
func (s *site) page(show func(*visit) (*answer, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := &visit{Request: r, site: s, L: s.locales.of(r), Namespace: r.PathValue("namespace")}
		if chosen := r.URL.Query().Get("lang"); chosen != "" {
			http.SetCookie(w, &http.Cookie{Name: languageCookie, Value: v.L.Tag.String(), Path: "/", MaxAge: 31536000, HttpOnly: true, SameSite: http.SameSiteStrictMode})
		}
		err := v.read()
		var a *answer
		if err == nil {
			a, err = show(v)
		}
		if err != nil {
			a = v.failed(err)
		}
		if a.redirect != "" {
			http.Redirect(w, r, a.redirect, http.StatusSeeOther)
			return
		}
		v.write(w, a)
	})
}

// read the objects of the namespace, if the page is of one. Namespaces that are not there are not found.
func (v *visit) read() error {
	if v.Namespace == "" {
		return nil
	}
	known, err := v.site.source.Namespaces(v.Context())
	if err != nil {
		return err
	}
	if !slices.Contains(known, v.Namespace) {
		return unknownName{kind: "namespace", name: v.Namespace, known: known}
	}
	v.Objects, err = v.site.source.Objects(v.Context(), v.Namespace)
	return err
}

// write the page in one go, so that a template's error does not leave half of it.
func (v *visit) write(w http.ResponseWriter, a *answer) {
	var body bytes.Buffer
	data := layout{visit: v, Title: a.title, Page: a.page, Languages: v.site.locales.all, Data: a.data}
	if a.status != http.StatusUnauthorized { // strangers are told nothing
		data.Origin = v.site.options.Origin
		if source, ok := v.site.source.(Faulty); ok {
			data.Faults = source.Faults()
		}
	}
	if err := v.site.pages[a.page][v.L].ExecuteTemplate(&body, "layout", data); err != nil {
		http.Error(w, "This page cannot be shown, which is a mistake in kubectl cpi: "+err.Error(), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", v.L.Tag.String())
	h.Set("Vary", "Accept-Language, Cookie")
	if a.status != 0 {
		w.WriteHeader(a.status)
	}
	_, _ = body.WriteTo(w) // a reader that went away needs no answer
}

// failed makes a page of an error.
func (v *visit) failed(err error) *answer {
	if unknown, ok := errors.AsType[unknownName](err); ok {
		return &answer{page: "notfound", status: http.StatusNotFound, title: v.L.T("notfound.title"), data: unknown.near()}
	}
	return &answer{page: "failed", status: http.StatusBadGateway, title: v.L.T("failed.title"), data: err.Error()}
}
