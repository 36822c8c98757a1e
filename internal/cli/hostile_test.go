package cli

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/board"
	"github.com/cpi-operator/cpi-operator/internal/manifest"
	"github.com/cpi-operator/cpi-operator/internal/offline"
)

// hostile clears the screen, forges a line, turns its direction and is a formula and a link.
const hostile = "=1\x1b[2J\nerror: forged \u202e[x](https://evil.example)|\u009b"

// obeyed is what a terminal does instead of showing it; nil if there is nothing.
func obeyed(text string) []string {
	var out []string
	for _, bad := range []string{"\x1b", "\u202e", "\u009b", "\nerror: forged", "\r"} {
		if strings.Contains(text, bad) {
			out = append(out, bad)
		}
	}
	return out
}

// Whatever a definition, a row or a server says is shown, and not obeyed.
func TestHostileTextsAreShown(t *testing.T) {
	d := &document{title: hostile}
	d.add(section{
		heading: hostile, lines: []string{hostile}, facts: []fact{{hostile, hostile}}, code: hostile,
		table: listing{headings: []string{hostile}, rows: [][]string{{hostile}}},
	})
	d.sections[0].code = strings.ReplaceAll(hostile, "\n", " ") // which keeps its lines
	cpi := v1alpha1.CPIDefinition{ObjectMeta: metav1.ObjectMeta{Name: "nps"}}
	cpi.Spec.Owner.Team = hostile
	cpi.Status.Summary = &v1alpha1.IndicatorSummary{Value: hostile, State: hostile}
	cpi.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionReady, Status: metav1.ConditionFalse, Reason: hostile, Message: hostile}}
	objects := board.Objects{Namespace: hostile, At: noon, CPIs: []v1alpha1.CPIDefinition{cpi}}
	finding := offline.Finding{Place: manifest.Place{File: hostile}, Object: hostile, Field: hostile, Message: hostile}
	side := &diffSide{Value: hostile, State: hostile}
	diff := diffTold{Changes: []diffChange{{Kind: "CPIDefinition", Name: "nps", Change: "edited", Was: side, Is: &diffSide{State: "OK"}, Edits: []string{hostile}}}}
	for _, format := range []string{"table", "markdown"} {
		var out bytes.Buffer
		if err := errors.Join(
			d.print(&out, format), (&statusFlags{output: format}).print(&out, []namespaceStatus{statusOf(objects)}),
			(&told{Indicators: []toldIndicator{{Name: "nps", Value: hostile, State: hostile}}}).print(&out, format),
			printFindings(&out, "text", []offline.Finding{finding}), diff.print(&out, format),
		); err != nil {
			t.Fatal(err)
		}
		tellError(&out, errors.New(hostile))
		if bad := obeyed(out.String()); bad != nil {
			t.Errorf("%s: %q is in\n%q", format, bad, out.String())
		}
		if format == "markdown" && strings.Contains(strings.SplitN(out.String(), "```", 2)[0], "](") {
			t.Errorf("a link:\n%s", out.String())
		}
	}
}

// Programs get what was written, in JSON that a terminal does not obey.
func TestHostileTextsInJSON(t *testing.T) {
	var out bytes.Buffer
	if err := printListings(&out, "json", map[string]string{"a": hostile}); err != nil || obeyed(out.String()) != nil {
		t.Errorf("%v %q", err, out.String())
	}
}

// SQL cannot end the block that it stands in.
func TestMarkdownFence(t *testing.T) {
	d := &document{title: "t"}
	d.add(section{code: "SELECT '```'"})
	var out bytes.Buffer
	if err := d.print(&out, "markdown"); err != nil || !strings.HasSuffix(out.String(), "\n````sql\nSELECT '```'\n````\n") {
		t.Errorf("%v\n%s", err, out.String())
	}
}
