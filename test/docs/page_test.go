package docs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A page is taken apart as it is meant.
func TestPage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "page.md")
	text := strings.ReplaceAll(`# A page

<!-- file: data.csv -->

~~~csv
a,b
~~~

~~~console
$ cat data.csv
a,b

$ printf '%s\n' one \
> two
one
…
~~~

<!-- not run: it takes a week -->
~~~sh
make world
~~~

~~~
kubectl get cpi
~~~
<!-- not run -->
~~~sh
make everything
~~~
`, "~~~", "```")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := readPage(path)
	if err != nil || len(p.blocks) != 5 {
		t.Fatal(err, p.blocks)
	}
	for i, want := range []struct {
		mark, why, fault string
		shell            bool
	}{
		{file, "data.csv", "", false}, {"", "", "", true}, {notRun, "it takes a week", "", true}, {"", "", "fenced neither as sh", false}, {notRun, "", "does not say why", true},
	} {
		b := p.blocks[i]
		if b.mark != want.mark || b.why != want.why || b.shell() != want.shell || want.fault == "" != (p.fault(b) == "") || !strings.Contains(p.fault(b), want.fault) {
			t.Errorf("%+v, %q, want %+v", b, p.fault(b), want)
		}
	}
	steps := p.steps(p.blocks[1])
	if len(steps) != 2 || steps[1].command != "printf '%s\\n' one \\\ntwo" || strings.Join(p.lines[steps[1].first:steps[1].end], "|") != "one|…" {
		t.Errorf("%+v", steps)
	}
	if !same([]string{"one", "…"}, []string{"one", "two", "three"}) || !same([]string{"n …, of 5"}, []string{"n 12, of 5"}) || same([]string{"one"}, []string{"one", "two"}) || same([]string{"a.c"}, []string{"abc"}) ||
		same([]string{"one", "…"}, []string{"one", "[exit code 1]"}) {
		t.Error("what is the same is not")
	}
}
