package starter

import (
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// A text of the table's stays that text in YAML.
func TestScalar(t *testing.T) {
	for text, want := range map[string]string{
		"plan": "plan", "Customer ID": "Customer ID", "yes": `"yes"`, "No": `"No"`, "1": `"1"`, "a, b": `"a, b"`, "": `""`,
		"Would you?": "Would you?", "a: b": `"a: b"`, "#1": `"#1"`, "é": `"é"`, "null": `"null"`, "say \"x\"": `"say \"x\""`,
		"123": `"123"`, "2026-11-16": `"2026-11-16"`, "1e5": `"1e5"`, "true": `"true"`, "<b> & c": `"<b> & c"`,
	} {
		if got := scalar(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	for _, text := range []string{"a\nb", "a\x1b[31m", "a\u0085b", "a\u009b", "a\u202eb", "a\u2028b", "a\ufeffb", "\a\b\f\v\t\r\x00\x7f", "🙂", "\U000e0041", `\n`} {
		got := scalar(text)
		var read struct{ A string }
		if err := yaml.UnmarshalStrict([]byte("{a: "+got+"}"), &read); err != nil || read.A != text {
			t.Errorf("%q: %s is read as %q %v", text, got, read.A, err)
		}
		if strings.ContainsAny(got, "\n\r\x1b\u0085\u009b\u202e\u2028") {
			t.Errorf("%q: %q does not show itself", text, got)
		}
	}
}

// Whatever a file and its columns are called, no part of it becomes a line of the definition.
func TestNothingBecomesALine(t *testing.T) {
	for _, end := range []string{"\n", "\r", "\r\n", "\u0085", "\u2028", "\u2029"} {
		evil := " x" + end + "---" + end + "kind: Secret" + end + "\x1b[2J\u202e"
		customer, key, recommend, plan := "customer "+evil+"_id", "response"+evil+"_id", "nps"+evil, "plan"+evil
		seen := table(id(key, rows), id(customer, 800), score(recommend, 0, 10), words3(plan, "a"+evil, "b"), unread("u"+evil, "8,5"), words3("sex"+evil, "no", "yes"))
		seen.Name = "t" + evil
		p, err := Propose(seen, Wishes{Owner: "o" + evil, Title: evil, Name: "ours", Entity: customer, Score: recommend, Measure: nps}, (&asked{}).ask, now)
		if err != nil {
			t.Fatal(err)
		}
		server := Server{Engine: "postgres", Host: "h" + evil, Database: "d" + evil, User: "u" + evil, TLS: "Require"}
		file := Origin{Shown: "f" + evil, File: &File{Key: "k" + evil, Format: "CSV"}}
		for _, text := range []string{p.YAML(file), p.YAML(Origin{Shown: evil, Server: &server}), p.Secret(server), p.Kustomization(file, "n"+evil)} {
			if strings.ContainsAny(text, "\r\u0085\u2028\u2029\x1b\u202e") || strings.Contains(text, "\nkind: Secret\n\x1b") {
				t.Errorf("%q", text)
			}
			for document := range strings.SplitSeq(text, "\n---\n") {
				var read map[string]any
				if err := yaml.UnmarshalStrict([]byte(document), &read); err != nil || read["apiVersion"] == nil {
					t.Errorf("%v\n%q", err, document)
				}
			}
		}
	}
}

func TestSlug(t *testing.T) {
	for text, want := range map[string]string{
		"nps_survey": "nps-survey", "Ünï": "uni", "Größe 2026": "grosse-2026", "Œuvre": "oeuvre", "Łódź": "lodz", "e\u0301te\u0301": "ete", "東京": "", "_n_": "n",
		strings.Repeat("ab", 30): strings.Repeat("ab", 23) + "a",
	} {
		if got := Slug(text); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

// What people read as dates and numbers, and init does not, is told; what is neither is not.
func TestUnread(t *testing.T) {
	for says, texts := range map[string][]string{
		"whether the day or the month comes first": {"05/03/2026", "1/2/2026"},
		"in a form that is not read":               {"05/03/26", "13/03/26"},
		"such as 9,5, look like numbers":           {"9", "9,5", "1.200,5"},
		"among its numbers stands NA: leave":       {"9", "NA", "10"},
		"stands n/a and –: leave":                  {"9", "n/a", "10", "–", "7"},
		"":                                         {"1, 2", "red,blue"},
	} {
		if got := Unread(texts); !strings.Contains(got, says) || says == "" && got != "" {
			t.Errorf("%v: %q, want %q", texts, got, says)
		}
	}
	for _, texts := range [][]string{nil, {"9", "10"}, {"a", "05/03/2026"}, {"1.2.3", "x"}, {"9", "NA"}, {"1", "2", "3", "a1"}, {"1", "2", "3", "4", "a", "b", "c"}} {
		if got := Unread(texts); got != "" {
			t.Errorf("%v: %q", texts, got)
		}
	}
}
