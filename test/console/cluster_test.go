package console

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/cli"
	"github.com/cpi-operator/cpi-operator/test/browser"
)

// The page of kubectl cpi ui on a cluster with the operator: the samples are applied, and every page that the overview leads to
// is opened.
func TestCluster(t *testing.T) {
	if os.Getenv("CPI_E2E") != "1" {
		t.Skip("needs a cluster with the operator: hack/test.sh e2e")
	}
	namespace := fmt.Sprintf("page-%d", os.Getpid())
	applySamples(t, namespace)
	address, login := ui(t, namespace)

	chromium := browser.Start(t)
	tab := chromium.Tab(t)
	tab.Size(1280, 800)
	tab.Open(address + "/ns/" + namespace)
	if title := browser.Eval[string](tab, "document.querySelector('h1').textContent"); !strings.Contains(title, "address") {
		t.Errorf("without the secret the page shows %q", title)
	}
	tab.Complaints() // of the refusal
	tab.Follow(login, "/ns/"+namespace)
	pages := browser.Eval[[]string](tab, `[...new Set([...document.querySelectorAll('header a, main a')].map(link => link.pathname))].filter(path => path.startsWith('/ns/'))`)
	for _, kind := range []string{"/cpi/telco-churn", "/kpi/software-renewal", "/linkage/software-nps-renewal", "/graph"} {
		if !slices.Contains(pages, "/ns/"+namespace+kind) {
			t.Errorf("the overview leads to no %s, only to %q", kind, pages)
		}
	}
	for _, path := range pages {
		name := cmp.Or(strings.TrimPrefix(path, "/ns/"+namespace), "/overview")
		t.Run(name, func(t *testing.T) {
			for reader, width := range map[string]int64{"desktop": 1280, "phone": 360} {
				tab := chromium.Tab(t)
				tab.Size(width, 800)
				tab.Open(address + path)
				tab.Picture("cluster" + name + "-" + reader)
				tab.Check()
			}
		})
	}
	tab.Open(address + "/ns/" + namespace + "/cpi/telco-churn")
	if head := browser.Eval[string](tab, "document.querySelector('.headline').textContent"); !strings.Contains(head, "26.5 %") || !strings.Contains(head, "[25.5, 27.6]") {
		t.Errorf("the churn of the telco reads %q", head)
	}
}

// applySamples to a namespace of the test's own, and wait for their numbers.
func applySamples(t *testing.T, namespace string) {
	t.Helper()
	samples, err := filepath.Abs("../../config/samples")
	if err != nil {
		t.Fatal(err)
	}
	overlay := t.TempDir()
	relative, err := filepath.Rel(overlay, samples)
	if err != nil {
		t.Fatal(err)
	}
	text := "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: " + namespace + "\nresources: [" + relative + "]\n"
	if err := os.WriteFile(filepath.Join(overlay, "kustomization.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { kubectl(t, "delete", "namespace", namespace, "--wait=false", "--ignore-not-found") })
	kubectl(t, "apply", "--server-side", "-k", overlay)
	kubectl(t, "wait", "-n", namespace, "--for=condition=Computed", "--timeout=10m", "cpi,kpi,cpilink", "--all")
}

func kubectl(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command(cmp.Or(os.Getenv("KUBECTL"), "kubectl"), args...).CombinedOutput(); err != nil {
		t.Fatalf("kubectl %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

var printed = regexp.MustCompile(`(http://[^/]+)/\S+`)

// ui runs kubectl cpi ui until the test ends, and gives the server's address and the one that it prints.
func ui(t *testing.T, namespace string) (address, login string) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	out, into := io.Pipe()
	var complaints strings.Builder
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		cli.Run(ctx, time.Now(), []string{"ui", "-n", namespace}, strings.NewReader(""), into, &complaints)
		into.Close()
	}()
	t.Cleanup(func() { stop(); <-ended })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if found := printed.FindStringSubmatch(lines.Text()); found != nil {
			go io.Copy(io.Discard, out) // what follows is for people
			return found[1], found[0]
		}
	}
	t.Fatalf("no address was printed: %s", complaints.String())
	return "", ""
}
