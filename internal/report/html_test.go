package report_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/report"
	"github.com/cpi-operator/cpi-operator/internal/scorecard"
)

// void elements have no end.
var void = []string{"meta", "link", "img", "br", "hr", "input", "col", "base"}

// forbidden elements run something, or fetch something.
var forbidden = []string{"script", "iframe", "object", "embed", "link", "img", "base", "form", "a"}

// valid asserts that a page is well-formed, fetches and runs nothing, and can be read by a screen reader.
func valid(t *testing.T, text string) {
	t.Helper()
	if !strings.HasPrefix(text, "<!DOCTYPE html>\n<html lang=\"en\">") {
		t.Errorf("the page begins with %.60q", text)
	}
	var open []string
	ids, labels := map[string]bool{}, []string{}
	tables, captions := 0, 0
	z := html.NewTokenizer(strings.NewReader(text))
	for {
		kind := z.Next()
		token := z.Token()
		attribute := func(key string) string {
			for _, a := range token.Attr {
				if a.Key == key {
					return a.Val
				}
			}
			return ""
		}
		switch kind {
		case html.ErrorToken:
			if !errors.Is(z.Err(), io.EOF) {
				t.Error(z.Err())
			}
			if len(open) > 0 {
				t.Errorf("never closed: %v", open)
			}
			if tables == 0 || captions != tables {
				t.Errorf("%d tables, %d captions", tables, captions)
			}
			for _, label := range labels {
				if !ids[label] {
					t.Errorf("%q labels a section and is nowhere", label)
				}
			}
			return
		case html.EndTagToken:
			if len(open) == 0 || open[len(open)-1] != token.Data {
				t.Fatalf("</%s> closes %v", token.Data, open)
			}
			open = open[:len(open)-1]
		case html.StartTagToken:
			if !slices.Contains(void, token.Data) {
				open = append(open, token.Data)
			}
			fallthrough
		case html.SelfClosingTagToken:
			if slices.Contains(forbidden, token.Data) {
				t.Errorf("<%s> has no place in a report", token.Data)
			}
			for _, a := range token.Attr {
				if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "src" || a.Key == "href" {
					t.Errorf("<%s %s=%q> has no place in a report", token.Data, a.Key, a.Val)
				}
			}
			switch token.Data {
			case "table":
				tables++
			case "caption":
				captions++
			case "th":
				if scope := attribute("scope"); scope != "col" && scope != "row" {
					t.Errorf("a heading of a table without scope: %v", token)
				}
			case "svg":
				if attribute("role") != "img" || attribute("aria-label") == "" {
					t.Errorf("a drawing without words: %v", token)
				}
			case "section":
				labels = append(labels, attribute("aria-labelledby"))
			}
			if id := attribute("id"); id != "" {
				if ids[id] {
					t.Errorf("id %q stands twice", id)
				}
				ids[id] = true
			}
		}
	}
}

// hostile texts try to be markup, in whatever format they come to stand.
const hostile = "</td></style><script>alert(1)</script> | [x](javascript:alert(1)) ![y](https://evil.example/z.png) `code` *b* \n# Heading\n\n<img src=x onerror=alert(1)> {{.}} ${x} https://evil.example"

// Texts that people wrote stay texts.
func TestHostileTexts(t *testing.T) {
	objects := samples(t, true)
	for i := range objects.CPIs {
		objects.CPIs[i].Spec.Title, objects.CPIs[i].Spec.Owner.Team = hostile, hostile
		for j := range objects.CPIs[i].Status.Conditions {
			objects.CPIs[i].Status.Conditions[j].Message = hostile
		}
		objects.CPIs[i].Status.Summary.Period = hostile
	}
	for _, r := range objects.Reports {
		if result := r.Status.Result; result != nil {
			result.Warnings = []string{hostile}
			for i := range result.Periods {
				result.Periods[i].Label += hostile
			}
		}
	}
	for i := range objects.Linkages {
		objects.Linkages[i].Status.Explanation, objects.Linkages[i].Status.Summary.Effect = []string{hostile}, hostile
	}
	card := &objects.Scorecards[0]
	card.Spec.Title, card.Spec.Audience, card.Spec.Description, card.Spec.Objective = hostile, hostile, hostile, hostile
	card.Spec.Review = &v1alpha1.Review{Every: "30d"}
	card.Name = "software"
	set := scorecard.Of(objects, card)
	made := report.Make(set, scorecard.Since{At: monday.AddDate(0, -3, 0), Why: hostile})

	var page, text bytes.Buffer
	if err := made.HTML(&page); err != nil {
		t.Fatal(err)
	}
	valid(t, page.String())
	if !strings.Contains(page.String(), "&lt;script&gt;alert(1)&lt;/script&gt;") {
		t.Error("the texts are not there")
	}
	if err := made.Markdown(&text); err != nil {
		t.Fatal(err)
	}
	for _, markup := range []string{"<", "](", "https://", "\n# Heading", "`code`", " *b*"} {
		if strings.Contains(text.String(), markup) {
			t.Errorf("Markdown holds %q:\n%s", markup, text.String())
		}
	}
	for line := range strings.Lines(text.String()) {
		if cells := strings.Count(strings.ReplaceAll(line, `\|`, ""), "|"); strings.HasPrefix(line, "|") && cells < 3 || !strings.HasPrefix(line, "|") && cells > 0 {
			t.Errorf("a cell broke out of its table: %s", line)
		}
	}
}
