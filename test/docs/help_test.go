package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// elsewhere are the examples of help texts that are not run here, and where what they show is tested.
var elsewhere = map[string]string{
	"kubectl cpi compute -f nps.yaml --secret crm=env:CRM":                                                      "a database: internal/offline",
	"kubectl cpi compute -f nps.yaml --bind 'crm=postgres://analyst:secret@localhost:5432/crm?sslmode=disable'": "a database: internal/offline",
	"kubectl cpi init postgres://reader@db.example/crm --table answers --owner support":                         "a database: internal/starter/look",
	"kubectl cpi ui --open": "a browser: test/console",
}

// Examples of help texts work as they stand: on the demo's files, on files that examples speak of and, with the end-to-end
// tests, on the demo in a cluster. What they print is not compared.
func TestHelp(t *testing.T) {
	onCluster := os.Getenv("CPI_E2E") == "1"
	env := environment(t)
	s, err := startShell(t.Context(), helpFolder(t), env)
	if err != nil {
		t.Fatal(err)
	}
	defer s.stop()
	if onCluster {
		demo(t, s)
	}
	commands := listed(t, s, "kubectl cpi --help", "Available Commands:")
	if len(commands) < 8 {
		t.Fatalf("commands: %v", commands)
	}
	unused := map[string]bool{}
	for example := range elsewhere {
		unused[example] = true
	}
	for _, command := range commands {
		name, _, _ := strings.Cut(command, " ")
		if name == "help" || name == "completion" {
			continue
		}
		examples := slices.DeleteFunc(listed(t, s, "kubectl cpi "+name+" --help", "Examples:"), func(line string) bool { return strings.HasPrefix(line, "#") })
		if len(examples) == 0 {
			t.Errorf("kubectl cpi %s --help has no example", name)
		}
		for _, example := range examples {
			delete(unused, example)
			onFiles := strings.Contains(example, " -f ") && (name != "diff" || strings.Contains(example, "--against")) || name == "init"
			if _, is := elsewhere[example]; is || !onFiles && !onCluster {
				continue
			}
			t.Run(name, func(t *testing.T) { try(t, s, example) })
		}
	}
	if len(unused) > 0 {
		t.Errorf("no help text has the examples %v", unused)
	}
}

// listed are the lines below a heading of what a command prints, up to the next heading.
func listed(t *testing.T, s *shell, command, heading string) []string {
	t.Helper()
	lines, code, err := s.run(command)
	if err != nil || code != 0 {
		t.Fatalf("%s: %d %v", command, code, err)
	}
	var out []string
	for _, line := range lines[slices.Index(lines, heading)+1:] {
		if line != "" && !strings.HasPrefix(line, " ") {
			break
		}
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// try an example. Exit code 1 says that something is not in order with what it looked at, which is so of the demo.
func try(t *testing.T, s *shell, example string) {
	if strings.Contains(example, "--watch") || strings.HasPrefix(example, "kubectl cpi ui") { // they end when they are stopped
		example = "rm -f printed\n" + example + " > printed &\nwhile kill -0 $! && [ ! -s printed ]; do sleep 0.1; done; kill $! && wait $!; [ -s printed ]"
	}
	if lines, code, err := s.run(example); err != nil || code > 1 || len(lines) == 0 && !strings.Contains(example, ">") {
		t.Errorf("%s\nexit code %d, %v\n%s", example, code, err, strings.Join(lines, "\n"))
	}
}

const npsOfACompany = `apiVersion: cpi-operator.io/v1alpha1
kind: DataSource
metadata: {name: crm}
spec: {postgres: {host: crm-db.crm.svc, database: crm, credentialsRef: {name: crm}}}
---
apiVersion: cpi-operator.io/v1alpha1
kind: Dataset
metadata: {name: answers}
spec:
  dataSourceRef: {name: crm}
  table: {name: answers}
  primaryKey: [response_id]
  entities: {customer: customer_id}
  time: {event: {column: answered_at}}
---
apiVersion: cpi-operator.io/v1alpha1
kind: CPIDefinition
metadata: {name: nps}
spec:
  title: Would you recommend us?
  theme: Advocacy
  owner: {team: support}
  datasetRef: {name: answers}
  measure: {netPromoterScore: {score: score}}
  responses: {entity: customer, keep: Latest}
  period: {grain: Month}
`

// helpFolder holds the files that examples speak of.
func helpFolder(t *testing.T) string {
	t.Helper()
	folder := copied(t)
	rows, err := os.ReadFile(filepath.Join(folder, "config", "samples", "data", "nps_survey.csv"))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"nps.yaml": npsOfACompany, "nps-before.yaml": strings.Replace(npsOfACompany, "Month}", "Week}", 1), "answers.csv": string(rows)} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.CopyFS(filepath.Join(folder, "main", "config", "samples"), os.DirFS(filepath.Join(folder, "config", "samples"))); err != nil {
		t.Fatal(err)
	}
	return folder
}

// demo is in the cluster, and its namespace that of the context.
func demo(t *testing.T, s *shell) {
	t.Helper()
	must := func(command string) {
		t.Helper()
		if lines, code, err := s.run(command); err != nil || code != 0 {
			t.Fatalf("%s: %d %v\n%s", command, code, err, strings.Join(lines, "\n"))
		}
	}
	must("cp $KUBECONFIG kubeconfig && export KUBECONFIG=$PWD/kubeconfig && kubectl config set-context --current --namespace=demo")
	if _, code, _ := s.run("kubectl get namespace demo"); code != 0 {
		kubeconfig, kubectl := os.Getenv("KUBECONFIG"), "kubectl"
		for _, entry := range environment(t) {
			if path, is := strings.CutPrefix(entry, "PATH="); is {
				kubectl = filepath.Join(strings.Split(path, ":")[0], kubectl)
			}
		}
		t.Cleanup(func() {
			if out, err := exec.Command(kubectl, "--kubeconfig", kubeconfig, "delete", "namespace", "demo").CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
	must("kubectl apply -k config/samples")
	must("kubectl wait cpi,kpi --all --for=condition=Computed --timeout=5m && kubectl wait cpilink --all --for=condition=Computed --timeout=5m")
}
