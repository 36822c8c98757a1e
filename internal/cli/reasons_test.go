package cli

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"
)

// Every reason that a report may give for telling nothing is told in words, with its code.
func TestReasonsHaveWords(t *testing.T) {
	for file, words := range map[string]func(string) string{
		"measure/reason.go": noValue, "linkage/divergence/reason.go": unjudged, "linkage/cohort/cohort.go": uncompared,
		"linkage/series/finding.go": uncompared, "linkage/influence/influence.go": uncompared, "linkage/forecast/forecast.go": uncompared,
	} {
		codes := reasonsIn(t, "../"+file)
		if len(codes) == 0 {
			t.Errorf("%s has no reasons", file)
		}
		for _, code := range codes {
			if got := words(code); !strings.HasSuffix(got, " ("+code+")") {
				t.Errorf("%s: %s is told as %q", file, code, got)
			}
		}
	}
}

// reasonsIn a file are its constants whose type is one of reasons.
func reasonsIn(t *testing.T, path string) (codes []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		kind, _ := spec.Type.(*ast.Ident)
		value, isText := spec.Values[0].(*ast.BasicLit)
		if kind == nil || !strings.HasSuffix(kind.Name, "Reason") || !isText {
			return true
		}
		if code, _ := strconv.Unquote(value.Value); code != "" {
			codes = append(codes, code)
		}
		return true
	})
	return codes
}
