package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

const nps = `
apiVersion: cpi-operator.io/v1alpha1
kind: DataSource
metadata: {name: crm}
spec: {postgres: {host: db.example, database: crm, credentialsRef: {name: crm}}}
---
apiVersion: cpi-operator.io/v1alpha1
kind: Dataset
metadata: {name: answers}
spec: {dataSourceRef: {name: crm}, table: {name: answers}, entities: {customer: id}}
---
apiVersion: cpi-operator.io/v1alpha1
kind: CPIDefinition
metadata: {name: nps}
spec:
  title: NPS
  theme: Advocacy
  owner: {team: support}
  datasetRef: {name: answers}
  measure: {netPromoterScore: {score: score}}
  responses: {entity: customer, keep: All}
  quality: {minSampleSize: 2}
`

// put a file into a folder.
func put(t *testing.T, folder, name, text string) string {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// output can be read while it is written, and tells of each write.
type output struct {
	mu    sync.Mutex
	text  bytes.Buffer
	wrote chan struct{}
}

func newOutput() *output { return &output{wrote: make(chan struct{}, 1)} }

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	select {
	case o.wrote <- struct{}{}:
	default:
	}
	return o.text.Write(p)
}

// until the text holds what is waited for.
func (o *output) until(t *testing.T, want string) {
	t.Helper()
	for {
		o.mu.Lock()
		found := strings.Contains(o.text.String(), want)
		o.mu.Unlock()
		if found {
			return
		}
		select {
		case <-o.wrote:
		case <-t.Context().Done():
			t.Fatalf("%q never came: %s", want, o.text.String())
		}
	}
}

// A change of the rows, of the definition, and of a broken definition back to a good one: each is computed anew.
func TestWatch(t *testing.T) {
	folder, rows := t.TempDir(), t.TempDir()
	definition, data := put(t, folder, "nps.yaml", nps), put(t, rows, "answers.csv", "id,score\n1,10\n2,9\n3,3\n4,8\n")
	ctx, stop := context.WithCancel(t.Context())
	stdout, stderr := newOutput(), newOutput()
	code := make(chan int)
	go func() {
		code <- Run(ctx, time.Now(), []string{"compute", "-w", "-f", folder, "--bind", "crm/answers=file:" + data}, nil, stdout, stderr)
	}()
	stdout.until(t, "25.0")
	put(t, rows, "answers.csv", "id,score\n1,10\n2,9\n3,9\n4,8\n")
	stdout.until(t, "75.0")
	put(t, folder, "nps.yaml", strings.Replace(nps, "title: NPS", "title: [NPS", 1))
	stderr.until(t, definition)
	put(t, folder, "nps.yaml", strings.Replace(nps, "score: score", "score: id", 1))
	stdout.until(t, "−100.0")
	stop()
	if got := <-code; got != exitOK {
		t.Errorf("ended with %d: %s", got, stderr.text.String())
	}
	if c, _, says := run(t, "", "compute", "-w", "-f", "-"); c != exitUsage || !strings.Contains(says, "--watch") {
		t.Errorf("%d %s", c, says)
	}
}
