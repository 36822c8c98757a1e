package cli

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// uiStarted runs ui until the test ends, and gives the address that it prints.
func uiStarted(t *testing.T, args ...string) string {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	printed, stdout := io.Pipe()
	ended := make(chan int, 1)
	var stderr bytes.Buffer
	go func() {
		code := Run(ctx, time.Now(), append([]string{"ui"}, args...), strings.NewReader(""), stdout, &stderr)
		_ = stdout.Close()
		ended <- code
	}()
	t.Cleanup(func() {
		stop()
		if code := <-ended; code != exitOK {
			t.Errorf("ui ended with %d: %s", code, &stderr)
		}
	})
	address := ""
	for lines := bufio.NewScanner(printed); address == "" && lines.Scan(); {
		if _, rest, ok := strings.Cut(lines.Text(), "http://"); ok {
			address = "http://" + rest
		}
	}
	go func() { _, _ = io.Copy(io.Discard, printed) }()
	if address == "" {
		t.Fatalf("no address was printed: %s", &stderr)
	}
	return address
}

// browser keeps cookies.
func browser(t *testing.T) func(url string) (int, string) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	return func(url string) (int, string) {
		answer, err := client.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(body)
	}
}

func TestUIShowsFilesAsTheyAre(t *testing.T) {
	example, err := os.ReadFile("../measure/pages/families/share.yaml")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "share.yaml")
	write := func(title, more string) {
		text := uiTitle(t, string(example), title) + more
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const half = "---\n{apiVersion: cpi-operator.io/v1alpha1, kind: CPIDefinition, metadata: {name: half}, spec: {title: Half}}\n"
	write("First title", half)
	login := uiStarted(t, "-f", file)
	home, _, _ := strings.Cut(login, "/login")

	get := browser(t)
	if code, _ := get(home + "/"); code != http.StatusUnauthorized {
		t.Errorf("without the secret: %d", code)
	}
	if code, _ := get(login + "x"); code != http.StatusUnauthorized {
		t.Errorf("with another secret: %d", code)
	}
	if code, body := get(login); code != http.StatusOK || !strings.Contains(body, `href="/"`) {
		t.Fatalf("login: %d %s", code, body)
	}
	if code, body := get(home + "/"); code != http.StatusOK || !strings.Contains(body, "First title") || !strings.Contains(body, "half") {
		t.Errorf("the overview: %d %s", code, body)
	}
	write("Another title", "")
	if code, body := get(home + "/"); code != http.StatusOK || !strings.Contains(body, "Another title") {
		t.Errorf("after an edit: %d %s", code, body)
	}
	if err := os.WriteFile(file, []byte("kind: [\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, body := get(home + "/"); code == http.StatusOK || !strings.Contains(body, "This could not be read") {
		t.Errorf("of a file that cannot be read: %d %s", code, body)
	}
	write("Last title", half)
	get(home + "/")
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if code, body := get(home + "/"); code == http.StatusOK || strings.Contains(body, "half") {
		t.Errorf("what was wrong with files that are gone is still told: %d %s", code, body)
	}
}

// uiTitle puts another title into an example.
func uiTitle(t *testing.T, example, title string) string {
	t.Helper()
	before, rest, found := strings.Cut(example, "title: ")
	if !found {
		t.Fatal("the example has no title")
	}
	_, after, _ := strings.Cut(rest, "\n")
	return before + "title: " + title + "\n" + after
}

func TestUIRefuses(t *testing.T) {
	for _, test := range []struct {
		args []string
		says string
	}{
		{[]string{"-f", "testdata/nothing.yaml"}, "no definition"},
		{[]string{"-f", samples, "--address", "nowhere"}, "--address nowhere"},
		{[]string{"--bind", "a=file:b"}, "give them with -f"},
		{[]string{"--secret", "crm=env:CRM"}, "give them with -f"},
	} {
		if code, _, stderr := run(t, "", append([]string{"ui"}, test.args...)...); code != exitUsage || !strings.Contains(stderr, test.says) {
			t.Errorf("%v: %d %s", test.args, code, stderr)
		}
	}
}
