package history_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/cpi-operator/cpi-operator/internal/history"
)

func decode(t *testing.T, content string) any {
	t.Helper()
	var out any
	if err := json.Unmarshal([]byte(content), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestDifferences(t *testing.T) {
	for name, c := range map[string]struct {
		before, after string
		want          []string
	}{
		"nothing":      {`{"a":[1,{"b":2}]}`, `{"a":[1,{"b":2}]}`, []string{}},
		"a value":      {`{"thresholds":{"warning":20,"critical":0}}`, `{"thresholds":{"warning":25,"critical":0}}`, []string{"spec.thresholds.warning: 20 → 25"}},
		"added, gone":  {`{"title":"Old"}`, `{"owner":{"team":"a"}}`, []string{`spec.owner: none → {"team":"a"}`, "spec.title: Old → none"}},
		"null is not":  {`{"a":null}`, `{}`, []string{"spec.a: null → none"}},
		"another kind": {`{"a":{"b":1}}`, `{"a":[1]}`, []string{`spec.a: {"b":1} → [1]`}},
		"plain items":  {`{"by":["plan"]}`, `{"by":["plan","region"]}`, []string{`spec.by: ["plan"] → ["plan","region"]`}},
		"by reference": {`{"drivers":[{"cpiRef":{"name":"nps"},"expected":"Positive"},{"cpiRef":{"name":"ces"},"expected":"Positive"}]}`,
			`{"drivers":[{"cpiRef":{"name":"ces"},"expected":"Negative"}]}`,
			[]string{`spec.drivers[nps]: {"cpiRef":{"name":"nps"},"expected":"Positive"} → none`, "spec.drivers[ces].expected: Positive → Negative"}},
		"by date":   {`{"targets":[{"by":"2026-12-31","atLeast":"80%"}]}`, `{"targets":[{"by":"2026-12-31","atLeast":"90%"}]}`, []string{"spec.targets[2026-12-31].atLeast: 80% → 90%"}},
		"by alert":  {`{"severities":[{"alert":"A","severity":"None"}]}`, `{"severities":[{"alert":"A","severity":"Warning"}]}`, []string{"spec.severities[A].severity: None → Warning"}},
		"by place":  {`{"overrides":[{"match":{"plan":"a"},"team":"x"}]}`, `{"overrides":[{"match":{"plan":"a"},"team":"y"},{"match":{"plan":"b"}}]}`, []string{"spec.overrides[0].team: x → y", `spec.overrides[1]: none → {"match":{"plan":"b"}}`}},
		"not alone": {`{"of":[{"column":"a","values":["x"]},{"column":"a","values":["y"]}]}`, `{"of":[{"column":"a","values":["x"]},{"column":"a","values":["z"]}]}`, []string{`spec.of[1].values: ["y"] → ["z"]`}},
		"order":     {`{"p":[{"name":"a"},{"name":"b"}]}`, `{"p":[{"name":"b"},{"name":"a"}]}`, []string{"spec.p: order a, b → b, a"}},
		"hostile":   {`{"title":"a"}`, `{"title":"b\u001b[2J\n{{ .x }}"}`, []string{"spec.title: a → b [2J {{ .x }}"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, history.Differences("spec", decode(t, c.before), decode(t, c.after))); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestDifferencesStayWithinTheirBounds(t *testing.T) {
	before, after := map[string]any{}, map[string]any{}
	for i := range 40 {
		before[fmt.Sprintf("%s%02d", strings.Repeat("field", 60), i)] = strings.Repeat("ä", 1000)
		after[fmt.Sprintf("other%02d", i)] = "x"
	}
	got := history.Differences("spec", before, after)
	if len(got) != history.MaxFields || got[len(got)-1] != "and 65 more" {
		t.Errorf("%d lines, the last %q", len(got), got[len(got)-1])
	}
	for _, line := range got {
		if utf8.RuneCountInString(line) > history.MaxField {
			t.Errorf("%d characters: %s", utf8.RuneCountInString(line), line)
		}
	}
}
