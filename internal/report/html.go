package report

import (
	_ "embed" // page and style
	"html/template"
	"io"
)

//go:embed page.html
var pageText string

//go:embed style.css
var style string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"style": func() template.CSS { return template.CSS(style) }, //nolint:gosec // our own file
}).Parse(pageText))

// HTML writes the report as one file that needs nothing else: no script, no font, no picture from anywhere.
func (r *Report) HTML(out io.Writer) error { return page.Execute(out, r.document(english)) }
