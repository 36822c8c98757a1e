package console

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/board"
)

func TestUnknownNamesLeadToNearOnes(t *testing.T) {
	handler := site1(t, demo(t))
	for path, want := range map[string]string{
		"/ns/demo/cpi/telco-chrun":      `href="/ns/demo/cpi/telco-churn"`,
		"/ns/demo/kpi/software-renewel": `href="/ns/demo/kpi/software-renewal"`,
		"/ns/demo/linkage/nps-renewal":  `href="/ns/demo/linkage/software-nps-renewal"`,
		"/ns/demo/scorecard/softwares":  `href="/ns/demo/scorecard/software"`,
		"/ns/dmeo":                      `href="/ns/demo"`,
		"/ns/dmeo/cpi/telco-churn":      `href="/ns/demo"`,
		"/somewhere":                    `href="/"`,
	} {
		if body := get(t, handler, path, http.StatusNotFound).Body.String(); !strings.Contains(body, want) {
			t.Errorf("%s does not lead to %s:\n%s", path, want, body)
		}
	}
}

// broken cannot be read.
type broken struct{ err error }

func (b broken) Objects(context.Context, string) (board.Objects, error) {
	return board.Objects{}, b.err
}
func (broken) Namespaces(context.Context) ([]string, error) { return []string{"demo"}, nil }

func TestWhyNothingCanBeReadIsTold(t *testing.T) {
	handler, err := New(broken{errors.New(`a right is missing: user "<anna>" cannot list`)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[string]string{"en": "This could not be read", "de": "Das ließ sich nicht lesen"} {
		body := get(t, handler, "/ns/demo/graph", http.StatusBadGateway, "Accept-Language", lang).Body.String()
		if !strings.Contains(body, want) || !strings.Contains(body, `lang="en" dir="ltr">a right is missing: user &#34;&lt;anna&gt;&#34; cannot list`) {
			t.Errorf("%s:\n%s", lang, body)
		}
	}
}
