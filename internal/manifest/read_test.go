package manifest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Documents are split as kubectl splits them, and every line told is that of the file.
func TestParse(t *testing.T) {
	text := "# first\n" +
		"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  text: |\n    --- not a document\n    x\n" +
		"---\n" +
		"--- {apiVersion: v1, kind: Secret, metadata: {name: b, namespace: there}}\n" +
		"---\r\napiVersion: v1\r\nkind: List\r\nitems:\r\n- {apiVersion: v1, kind: Pod, metadata: {name: c}}\r\n- apiVersion: v1\r\n  kind: Pod\r\n  metadata:\r\n    name: d\r\n" +
		"---\njust: values\n"
	objects, faults := Parse("x.yaml", []byte(text))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	var got []string
	for _, o := range objects {
		got = append(got, o.Place("").String()+" "+o.Reference()+" "+o.Place("metadata.name").String())
	}
	want := []string{
		"x.yaml:2 ConfigMap/a x.yaml:4",
		"x.yaml:10 Secret/b x.yaml:10",
		"x.yaml:15 Pod/c x.yaml:15",
		"x.yaml:16 Pod/d x.yaml:19",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if !strings.Contains(string(objects[0].JSON), "--- not a document") {
		t.Errorf("%s", objects[0].JSON)
	}
}

// A syntax error is told of the line to mend, wherever the parser noticed it, with what mends it.
func TestSyntaxErrors(t *testing.T) {
	for name, c := range map[string]struct{ lines, says string }{
		"tab":         {"  title: a\n\ttheme: b!\n", "spaces"},
		"indented":    {"  title: a\n  theme: b\n   owner: c!\n  class: d\n", "below the one before"},
		"outdented":   {"  title: a\n  class: d\n theme: b!\n", "below the one before"},
		"open braces": {"  title: a\n  owner: {team: x!\n  class: d\n", "expected ',' or '}'"},
		"open quotes": {"  title: a\n  theme: \"b!\n  class: d\n", "unexpected end"},
		"colon":       {"  title: a\n  theme: b: c!\n  class: d\n", "quote"},
		"percent":     {"  title: a\n  thresholds: {warning: %20}!\n", "quote"},
		"anchor":      {"  title: a\n  theme: *nobody\n!  class: d\n", "unknown anchor"},
		"Latin-1":     {"  title: a\n  theme: b\xe4!\n", "UTF-8"},
	} {
		for _, before := range []string{"spec:\n", "a: 1\n---\nspec:\n"} {
			at, _, _ := strings.Cut(before+c.lines, "!")
			want := strings.Count(strings.TrimSuffix(at, "\n"), "\n") + 1
			_, faults := Parse("x.yaml", []byte(before+strings.Replace(c.lines, "!", "", 1)))
			if len(faults) != 1 || faults[0].Line != want || !strings.Contains(faults[0].Message, c.says) {
				t.Errorf("%s: %v, want line %d: …%s…", name, faults, want, c.says)
			}
		}
	}
}

// YAML is read as kubectl reads it, aliases included, and faults name their line.
func TestFaults(t *testing.T) {
	for text, line := range map[string]int{
		"a: 1\nb: [\n":                           2,
		"kind: A\nkind: B\n":                     2,
		"---\na: 1\n\tb:":                        3,
		"kind: A\nb: 1\nb: 2\nb: 3\n":            3,
		"kind: A\nmetadata: {name: a}\n":         1,
		"kind: List\napiVersion: v1\nitems: 3\n": 3,
	} {
		if _, faults := Parse("x", []byte(text)); len(faults) != 1 || faults[0].Line != line {
			t.Errorf("%q: %v, want line %d", text, faults, line)
		}
	}
	for text, want := range map[string]string{
		"kind: A\nmetadata:\n  name: 2026\n": `x:3: metadata.name: YAML reads 2026 as a number; quote it: "2026"`,
		"metadata: {name: yes}\nkind: A\n":   `x:1: metadata.name: YAML reads yes as a yes-or-no value; quote it: "yes"`,
		"apiVersion: 1\nkind: A\n":           `x:1: apiVersion: YAML reads 1 as a number; quote it: "1"`,
		"kind: A\nmetadata: a\n":             "x:2: metadata: does not have the form of an object's",
	} {
		if _, faults := Parse("x", []byte(text)); len(faults) != 1 || faults[0].Error() != want {
			t.Errorf("%q: %v, want %s", text, faults, want)
		}
	}
	if objects, faults := Parse("x", []byte("values: 1\nvalues: 2\n")); len(objects)+len(faults) > 0 {
		t.Errorf("not meant for us: %v %v", objects, faults)
	}
	if _, faults := Parse("x", []byte("kind: A\nb: 1\nb: 2\nb: 3\n")); strings.Contains(faults[0].Message, "line") {
		t.Errorf("%v", faults)
	}
	objects, _ := Parse("x", []byte("apiVersion: v1\nkind: A\nmetadata: &m {name: a}\nspec: {copy: *m, flag: yes}\n"))
	if got := string(objects[0].JSON); !strings.Contains(got, `"copy":{"name":"a"}`) || !strings.Contains(got, `"flag":true`) {
		t.Error(got)
	}
	if got := objects[0].Place("spec.copy.name").Line; got != 3 {
		t.Errorf("the alias leads to line %d", got)
	}
}

// What kubectl takes is taken: names by alias, Lists in Lists, documents behind an end, directives.
func TestUnusual(t *testing.T) {
	for text, want := range map[string]int{
		"%YAML 1.1\n---\napiVersion: v1\nkind: A\nmetadata: {name: a}\n...\napiVersion: v1\nkind: A\nmetadata: {name: b}\n":            2,
		"apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: A, metadata: {name: a}}]}]\n": 1,
		"x: &name a\napiVersion: v1\nkind: A\nmetadata: {name: *name}\n":                                                               1,
		"x: &all [{apiVersion: v1, kind: A, metadata: {name: a}}]\napiVersion: v1\nkind: List\nitems: *all\n":                          1,
	} {
		objects, faults := Parse("x", []byte(text))
		if len(objects) != want || len(faults) > 0 || objects[0].Name != "a" {
			t.Errorf("%q: %d objects, faults %v", text, len(objects), faults)
		}
	}
}

// Folders are read with all below, but for hidden ones, and no file twice.
func TestFolders(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"b/x.yaml", "a.yml", ".git/y.yaml", "notes.txt", "c.json"} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(`{"apiVersion": "v1", "kind": "A", "metadata": {"name": "x"}}`), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	objects, faults, err := Read([]string{root, filepath.Join(root, "a.yml"), root + "/./b"}, nil)
	if len(objects) != 3 || len(faults) != 0 || err != nil {
		t.Errorf("%d objects, faults %v, %v", len(objects), faults, err)
	}
	if _, _, err := Read([]string{filepath.Join(root, "none.yaml")}, nil); err == nil {
		t.Error("a file that is not there is no error")
	}
}
