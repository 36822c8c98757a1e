package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// surveyOf writes answers of 40 customers under headings, and gives the file's path.
func surveyOf(t *testing.T, name, headings string, row func(i int) string) string {
	t.Helper()
	text := headings + "\n"
	for i := range 40 {
		text += row(i) + "\n"
	}
	return put(t, t.TempDir(), name, text)
}

func ratedRow(i int) string { return fmt.Sprintf("R%02d,C%02d,%d", i, i/2, 1+i%5) }

func rated(t *testing.T) string {
	return surveyOf(t, "rated.csv", "response_id,customer_id,q1", ratedRow)
}

// Each answer that does not fit is told, and a program that answers so for ever is left.
func TestInitGivesUp(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "first")
	ask := func(stdin string, args ...string) string {
		code, out, stderr := run(t, stdin, append([]string{"init", "--at", monday, "--output-dir", folder}, args...)...)
		if code != exitUsage || out != "" {
			t.Errorf("%v: %d %q", args, code, out)
		}
		return stderr
	}
	stderr := ask(strings.Repeat("7\n", 100), rated(t), "--owner", "x")
	if strings.Count(stderr, `"7" is none of them: give a number from 1 to 2`) != 3 || !strings.Contains(stderr, "None of 3 answers fitted: --measure and --score tells it beforehand") {
		t.Error(stderr)
	}
	if stderr := ask(strings.Repeat("\n", 100), rated(t), "--measure", "customerSatisfaction"); strings.Count(stderr, "An answer is needed.") != 3 || !strings.Contains(stderr, "--owner") {
		t.Error(stderr)
	}
	if _, _, stderr := started(t, "\x1b[2J\n2\nteam\n", rated(t)); strings.Contains(stderr, "\x1b") || !strings.Contains(stderr, `"\x1b[2J" is none of them`) {
		t.Errorf("%q", stderr)
	}
	if _, err := os.Stat(folder); err == nil {
		t.Error("something was written although not all was answered")
	}
}

// A command that is told to stop does not wait for an answer.
func TestInitStops(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	in := nobody{then: stop, gone: make(chan struct{})}
	defer close(in.gone)
	folder := filepath.Join(t.TempDir(), "first")
	var stdout, stderr bytes.Buffer
	if code := Run(ctx, time.Now(), []string{"init", rated(t), "--output-dir", folder}, in, &stdout, &stderr); code != exitUsage {
		t.Errorf("%d", code)
	}
	if text := stderr.String(); !strings.Contains(text, "nothing was written") || strings.Contains(text, "Say") {
		t.Error(text)
	}
	if _, err := os.Stat(folder); err == nil {
		t.Error("something was written")
	}
}

// nobody types: something else happens as soon as an answer is waited for.
type nobody struct {
	then func()
	gone chan struct{}
}

func (n nobody) Read([]byte) (int, error) {
	n.then()
	<-n.gone
	return 0, io.EOF
}

// Flags that no table is needed for are looked at before one is.
func TestInitChecksFlags(t *testing.T) {
	for says, args := range map[string][]string{
		"no IANA time zone is called so": {"--time-zone", "Berlin"},
		"--time-zone Local":              {"--time-zone", "Local"},
		"--namespace Our_Team: ":         {"-n", "Our_Team"},
	} {
		if code, _, stderr := run(t, "", append([]string{"init", "no such file.csv"}, args...)...); code != exitUsage || !strings.Contains(stderr, says) {
			t.Errorf("%v: %d %s", args, code, stderr)
		}
	}
}

// Survey of which no time is known, a sheet with hostile headings, and a file whose name is no name: what is written is valid, and computes.
func TestInitOddTables(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		args []string
		says []string
		row  string // that compute prints
	}{
		"no time": {
			rated(t), []string{"--measure", "customerSatisfaction"}, []string{"responses: {entity: customer, keep: All}"}, "rated   40.0 %",
		},
		"hostile headings": {
			surveyOf(t, "rated.csv", "\"response\x1b[2J\u202e_id\",\"customer\u2028kind: Secret_id\",q1", ratedRow),
			[]string{"--measure", "customerSatisfaction", "--score", "q1", "--entity", "customer\u2028kind: Secret_id"}, []string{`\x1b[2J\u202e_id`, `"customer\u2028kind: Secret_id"`}, "rated   40.0 %",
		},
		"a name of digits": {
			surveyOf(t, "123.csv", "response_id,customer_id,q1", ratedRow),
			[]string{"--measure", "customerSatisfaction"}, []string{`metadata: {name: "123"}`}, "123   40.0 %",
		},
		"a name with marks": {
			surveyOf(t, "Ünï.csv", "response_id,customer_id,q1", ratedRow),
			[]string{"--measure", "customerSatisfaction"}, []string{"metadata: {name: uni}", "files: [Uni.csv]"}, "uni   40.0 %",
		},
		"a name of none of our letters": {
			surveyOf(t, "調査.csv", "response_id,customer_id,q1", ratedRow),
			[]string{"--measure", "customerSatisfaction", "--name", "chosa"}, []string{"metadata: {name: chosa}"}, "chosa   40.0 %",
		},
		"dates that nobody can tell and numbers with a comma": {
			surveyOf(t, "rated.csv", "response_id;customer_id;rating;date;amount", func(i int) string {
				return fmt.Sprintf("R%02d;C%02d;%d;%02d/03/2026;%d,5", i, i/2, 1+i%5, 1+i%10, i)
			}),
			[]string{"--measure", "customerSatisfaction"}, []string{"# - date: its texts, such as 0", "whether the day or the month comes first", "# - amount: its texts, such as ", "with a comma"}, "rated   40.0 %",
		},
		"no line of names": {
			surveyOf(t, "rated.csv", "R99,C99,5", ratedRow),
			[]string{"--measure", "customerSatisfaction"}, []string{"# - columns are called 5: if the first line of the file holds no names"}, "rated   40.0 %",
		},
	} {
		t.Run(name, func(t *testing.T) {
			folder, text, stderr := started(t, "", append(c.args, c.file, "--owner", "support")...)
			for _, says := range c.says {
				if !strings.Contains(text, says) {
					t.Errorf("%q is not in\n%s", says, text)
				}
			}
			if strings.Contains(text, "breakdowns") || strings.ContainsAny(text+stderr, "\x1b\u202e\u2028") {
				t.Errorf("%q\n%q", text, stderr)
			}
			code, out, problems := run(t, "", "compute", "-f", folder, "--at", monday)
			if code != exitOK || !strings.Contains(out, c.row) || problems != "" {
				t.Errorf("%d\n%s%s\n%s\n%s", code, out, problems, text, stderr)
			}
		})
	}
}
