// Package console is the page of kubectl cpi ui: what a namespace's board holds, as HTML that is complete without JavaScript.
// It reads and never writes, decides nothing and computes no statistic.
package console

import (
	"context"
	"fmt"
	"net/http"

	"github.com/cpi-operator/cpi-operator/internal/board"
)

// Source gives what is shown. It must be safe for concurrent use; what it gives is not changed.
type Source interface {
	// Objects of a namespace, as they are now.
	Objects(ctx context.Context, namespace string) (board.Objects, error)
	// Namespaces that can be looked at, sorted.
	Namespaces(ctx context.Context) ([]string, error)
}

// Faulty is a source that knows what is wrong with what it read, such as files of which some cannot be understood.
type Faulty interface {
	// Faults in the words of whoever found them, one a line; empty if there are none.
	Faults() string
}

// Options of the page.
type Options struct {
	// Token without which nothing is shown, see LoginPath. Empty: everybody who reaches the server sees everything, which is for
	// tests only.
	Token string
	// Hosts by which the server may be called besides localhost and IP addresses.
	Hosts []string
	// Origin says in a few words where the numbers come from: a cluster's context, or files.
	Origin string
	// Files or folders that the numbers are from; none of a cluster.
	Files []string
}

// site is what all requests share; it is not changed after New.
type site struct {
	source  Source
	options Options
	locales *locales
	pages   map[string]pageTemplates // by name and language
}

// New gives the page. An error is a mistake in the program: a template or a text that cannot be read.
func New(source Source, options Options) (http.Handler, error) {
	return newSite(source, options, textFiles)
}

func newSite(source Source, options Options, texts textFS) (http.Handler, error) {
	locales, err := loadLocales(texts)
	if err != nil {
		return nil, fmt.Errorf("reading the texts: %w", err)
	}
	s := &site{source: source, options: options, locales: locales}
	if s.pages, err = parsePages(locales); err != nil {
		return nil, fmt.Errorf("reading the templates: %w", err)
	}
	return s.guard(s.routes()), nil
}

func (s *site) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.Handle("GET /assets/", http.HandlerFunc(serveAsset))
	mux.Handle("GET /{$}", s.page(s.start))
	mux.Handle("GET /ns/{namespace}", s.page(s.overview))
	mux.Handle("GET /ns/{namespace}/graph", s.page(s.graph))
	mux.Handle("GET /ns/{namespace}/cpi/{name}", s.page(s.indicator))
	mux.Handle("GET /ns/{namespace}/kpi/{name}", s.page(s.indicator))
	mux.Handle("GET /ns/{namespace}/scorecard/{name}", s.page(s.scorecard))
	mux.Handle("GET /ns/{namespace}/linkage/{name}", s.page(s.linkage))
	mux.Handle("GET /", s.page(s.unknown))
	return mux
}
