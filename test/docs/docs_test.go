package docs

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/cli"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
	"github.com/cpi-operator/cpi-operator/internal/source/files"
	"github.com/cpi-operator/cpi-operator/test/tools"
)

var update = flag.Bool("update", false, "write what commands print into the pages")

// TestMain is kubectl-cpi as well, if the binary is called by that name: pages run the code that is tested.
func TestMain(m *testing.M) {
	files.Main()
	if filepath.Base(os.Args[0]) == "kubectl-cpi" {
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
		code := cli.Run(ctx, time.Now(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
		stop()
		os.Exit(code)
	}
	os.Exit(m.Run())
}

// pages whose commands are run, or say why not: all that people read first, and every other one that has commands.
func pages(t *testing.T) []*page {
	t.Helper()
	paths := []string{"README.md", "CONTRIBUTING.md", "examples/gitops/README.md"}
	for _, folder := range []string{"docs", "docs/getting-started"} {
		found, err := filepath.Glob(filepath.Join(envtestkit.Root(), folder, "*.md"))
		if err != nil || len(found) == 0 {
			t.Fatal(folder, err)
		}
		for _, path := range found {
			paths = append(paths, folder+"/"+filepath.Base(path))
		}
	}
	var out []*page
	for _, path := range paths {
		p, err := readPage(filepath.Join(envtestkit.Root(), path))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, p)
	}
	return out
}

// Every command that a page shows is run, or the page says why it is not.
func TestEveryBlockIsRunOrSaysWhyNot(t *testing.T) {
	count := map[string]int{}
	for _, p := range pages(t) {
		for _, b := range p.blocks {
			if fault := p.fault(b); fault != "" {
				t.Errorf("%s: %s", p.place(b), fault)
			}
			if b.shell() {
				count[b.mark]++
			}
		}
	}
	t.Logf("blocks with commands: %d run anywhere, %d on a cluster, %d are not run", count[""], count[cluster], count[notRun])
	if count[""] < 10 {
		t.Errorf("%v blocks: where are they?", count)
	}
}

// What pages show comes out. With the end-to-end tests only the pages that need a cluster run, those whole.
func TestPages(t *testing.T) {
	onCluster := os.Getenv("CPI_E2E") == "1"
	runs := func(b block) bool { return b.shell() && (b.mark == "" || b.mark == cluster && onCluster) }
	for _, p := range pages(t) {
		if !slices.ContainsFunc(p.blocks, runs) || onCluster && !slices.ContainsFunc(p.blocks, func(b block) bool { return b.mark == cluster }) {
			continue
		}
		name, _ := filepath.Rel(envtestkit.Root(), p.path)
		t.Run(name, func(t *testing.T) { p.run(t, runs) })
	}
}

// run the blocks of a page that are to run.
func (p *page) run(t *testing.T, runs func(block) bool) {
	folder := copied(t)
	s, err := startShell(t.Context(), folder, environment(t))
	if err != nil {
		t.Fatal(err)
	}
	defer s.stop()
	changed := map[int][]string{} // by the first line, what is printed now
	ends := map[int]int{}
	for _, b := range p.blocks {
		if b.mark == file {
			path := filepath.Join(folder, b.why)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(p.text(b)+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if !runs(b) {
			continue
		}
		if b.language != "console" {
			lines, code, err := s.run("(set -e\n" + p.text(b) + "\n)")
			if err != nil || code != 0 {
				t.Errorf("%s: exit code %d, %v\n%s", p.place(b), code, err, strings.Join(lines, "\n"))
			}
			continue
		}
		for _, step := range p.steps(b) {
			got, code, err := s.run(step.command)
			if err != nil {
				t.Fatalf("%s: %v", p.place(b), err)
			}
			if code != 0 {
				got = append(got, fmt.Sprintf(failed+"%d]", code))
			}
			want := p.lines[step.first:step.end]
			for len(want) > 0 && want[len(want)-1] == "" {
				want = want[:len(want)-1]
			}
			if !same(want, got) {
				changed[step.first], ends[step.first] = got, step.first+len(want)
				if !*update {
					t.Errorf("%s: $ %s\nprints\n%s\n\nand not\n%s\n(go test ./test/docs -update writes it into the page)", p.place(b), step.command, strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
			}
		}
	}
	if *update && len(changed) > 0 {
		p.write(t, changed, ends)
	}
}

// write what is printed now into the page.
func (p *page) write(t *testing.T, changed map[int][]string, ends map[int]int) {
	var out []string
	for i := 0; i <= len(p.lines); i++ {
		if lines, is := changed[i]; is {
			out = append(out, lines...)
			i = ends[i]
		}
		if i < len(p.lines) {
			out = append(out, p.lines[i])
		}
	}
	if err := os.WriteFile(p.path, []byte(strings.Join(out, "\n")), 0o644); err != nil {
		t.Fatal(err)
	}
}

// copied is a folder with what of the repository users need.
func copied(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	for _, part := range []string{"config/samples", "config/alertmanager", "docs/getting-started", "examples"} {
		if err := os.CopyFS(filepath.Join(folder, part), os.DirFS(filepath.Join(envtestkit.Root(), part))); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// environment in which kubectl cpi is the code that is tested, and nothing else is known of the machine.
func environment(t *testing.T) []string {
	t.Helper()
	bin := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	link := func(target, name string) {
		if err := os.Symlink(target, filepath.Join(bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	link(self, "kubectl-cpi")
	link(tools.Build(t, "kustomize"), "kustomize")
	link(tools.Build(t, "amtool"), "amtool")
	out := []string{"PATH=" + bin + ":/usr/bin:/bin", "HOME=" + bin, "LC_ALL=C.UTF-8", "TZ=UTC"}
	if os.Getenv("CPI_E2E") == "1" {
		link(tools.Build(t, "kubectl"), "kubectl") // which finds the plug-in by its name
		return append(out, "KUBECONFIG="+os.Getenv("KUBECONFIG"))
	}
	const plugins = "#!/bin/sh\n[ \"$1\" = cpi ] && shift && exec kubectl-cpi \"$@\"\necho 'there is no cluster here' >&2\nexit 1\n"
	if err := os.WriteFile(filepath.Join(bin, "kubectl"), []byte(plugins), 0o755); err != nil {
		t.Fatal(err)
	}
	return out
}
