// Package measures tests the examples of docs/measures: the API server takes them, and they yield what their pages show.
package measures

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"
	sigsyaml "sigs.k8s.io/yaml"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/compute"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
	"github.com/cpi-operator/cpi-operator/internal/source/files"
	"github.com/cpi-operator/cpi-operator/internal/source/prometheus"
	"github.com/cpi-operator/cpi-operator/internal/state"
	prometheustest "github.com/cpi-operator/cpi-operator/test/prometheus"
)

// now is the instant that all examples are computed at: October 2026 is over, November runs.
var now = time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)

func TestMain(m *testing.M) {
	files.Main() // the engine's child process
	envtestkit.Main(m)
}

// world is an example's objects, as the API server gave them back.
type world struct {
	planstep.Inputs
	rows  map[string]corev1.ConfigMap
	order []plan.Key // definitions, as they stand
}

// apply creates an example's objects in a namespace of its own, refusing every field that the schema does not know.
func apply(t *testing.T, text string) world {
	t.Helper()
	w := world{Inputs: planstep.Inputs{Run: "example", Now: now}, rows: map[string]corev1.ConfigMap{}}
	namespace, server := envtestkit.Namespace(t), envtestkit.Client(t)
	decoder := yaml.NewDocumentDecoder(io.NopCloser(strings.NewReader(text)))
	for {
		buffer := make([]byte, 1<<20)
		n, err := decoder.Read(buffer)
		if err == io.EOF {
			return w
		}
		if err != nil {
			t.Fatal(err)
		}
		document := bytes.TrimSpace(buffer[:n])
		object := &unstructured.Unstructured{}
		if err := sigsyaml.Unmarshal(document, &object.Object); err != nil {
			t.Fatalf("%v in\n%s", err, document)
		}
		object.SetNamespace(namespace)
		if err := server.Create(t.Context(), object, &client.CreateOptions{FieldValidation: "Strict"}); err != nil {
			t.Fatalf("%v\n%s", err, document)
		}
		w.add(t, object)
	}
}

func (w *world) add(t *testing.T, object *unstructured.Unstructured) {
	t.Helper()
	key := plan.Key{Kind: object.GetKind(), Name: object.GetName()}
	switch object.GetKind() {
	case "ConfigMap":
		w.rows[object.GetName()] = typed[corev1.ConfigMap](t, object)
	case "DataSource":
		if w.Source != nil {
			t.Fatal("an example has one data source")
		}
		w.Source = new(typed[v1alpha1.DataSource](t, object))
	case "Dataset":
		w.Datasets = append(w.Datasets, typed[v1alpha1.Dataset](t, object))
	case resolve.KindCPIDefinition:
		w.CPIs, w.order = append(w.CPIs, typed[v1alpha1.CPIDefinition](t, object)), append(w.order, key)
		report := envtestkit.Report(&w.CPIs[len(w.CPIs)-1], w.Source.Name, "") // a composite finds its parts by theirs
		w.Reports = append(w.Reports, *report)
	case resolve.KindKPITarget:
		w.KPIs, w.order = append(w.KPIs, typed[v1alpha1.KPITarget](t, object)), append(w.order, key)
	default:
		t.Fatalf("an example has no %s", object.GetKind())
	}
}

func typed[T any](t *testing.T, object *unstructured.Unstructured) T {
	t.Helper()
	content, err := object.MarshalJSON() // and not the converter, which knows no value that is a number or a text
	if err != nil {
		t.Fatal(err)
	}
	var out T
	if err := json.Unmarshal(content, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// measure is that of a definition.
func (w *world) measure(key plan.Key) *v1alpha1.Measure {
	for _, cpi := range w.CPIs {
		if key == (plan.Key{Kind: resolve.KindCPIDefinition, Name: cpi.Name}) {
			return cpi.Spec.Measure
		}
	}
	for _, kpi := range w.KPIs {
		if key == (plan.Key{Kind: resolve.KindKPITarget, Name: kpi.Name}) {
			return kpi.Spec.Measure
		}
	}
	return nil
}

// results keeps what a run finds.
type results map[plan.Key]plan.Result

func (r results) Attempt(plan.Attempt) error { return nil }

func (r results) Result(_ int, result plan.Result) error {
	r[result.Key] = result
	return nil
}

// compute runs the definitions on the rows of the ConfigMaps.
func (w *world) compute(t *testing.T) (plan.Plan, results) {
	t.Helper()
	work, skipped, err := planstep.Assemble(w.Inputs)
	if err != nil || len(skipped) > 0 {
		t.Fatalf("%v; left out: %+v", err, skipped)
	}
	if len(work.Indicators) != len(w.order) {
		t.Fatalf("%d definitions of %d are computed", len(work.Indicators), len(w.order))
	}
	found := results{}
	if w.Source.Spec.Prometheus != nil {
		return work, ask(t, work)
	}
	folder := t.TempDir()
	for i, table := range w.Source.Spec.Files.Tables {
		file := filepath.Join(folder, fmt.Sprint(i))
		rows, ok := w.rows[table.ConfigMap.Name].Data[table.ConfigMap.Key]
		if !ok {
			t.Fatalf("table %s: no ConfigMap %s with key %s", table.Name, table.ConfigMap.Name, table.ConfigMap.Key)
		}
		if err := os.WriteFile(file, []byte(rows), 0o600); err != nil {
			t.Fatal(err)
		}
		work.Source.Files.Tables[i].Path = file
	}
	engine, err := files.Open(t.Context(), files.Config{Source: work.Source, ScratchDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	}()
	done, err := compute.Run(t.Context(), work, engine, found, slog.New(slog.DiscardHandler))
	if err != nil || done.Source != nil {
		t.Fatalf("%v; %+v", err, done)
	}
	return work, found
}

// ask runs expressions on a Prometheus with one series: a counter of an order service that rises by 1,000 EUR an hour.
func ask(t *testing.T, work plan.Plan) results {
	t.Helper()
	since := time.Date(2026, 7, 31, 12, 30, 0, 0, time.UTC)
	server := prometheustest.Start(t, "# TYPE shop_order_value_eur counter\n"+
		prometheustest.Samples("shop_order_value_eur_total", since, now, time.Hour, func(at time.Time) float64 { return 1000 * at.Sub(since).Hours() }))
	work.Source.Prometheus.Address = server.Address
	evaluator, err := prometheus.Open(t.Context(), prometheus.Config{Source: work.Source})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := evaluator.Close(); err != nil {
			t.Error(err)
		}
	}()
	found := results{}
	done, err := compute.Evaluate(t.Context(), work, evaluator, found, slog.New(slog.DiscardHandler))
	if err != nil || done.Source != nil {
		t.Fatalf("%v; %+v", err, done)
	}
	return found
}

// shown is a definition's value as people see it, and the value itself.
func shown(t *testing.T, indicator plan.Indicator, result plan.Result) (columns []string, value float64) {
	t.Helper()
	if result.Failure != nil || result.Numbers == nil {
		t.Fatalf("%s: %+v", indicator.Name, result.Failure)
	}
	period := state.LatestMature(result.Numbers.Periods)
	if period == nil || period.Value == nil || period.Flag != "" {
		told, _ := json.Marshal(result.Numbers.Periods)
		t.Fatalf("%s has no value to act on: %s", indicator.Name, told)
	}
	family, err := measure.Of(indicator.Measure)
	if err != nil {
		t.Fatal(err)
	}
	described := family.Describe()
	as := alert.Indicator{Direction: described.Direction, Unit: described.Unit, Percent: resolve.IsPercent(indicator.Measure, described)}
	n := ""
	if !period.Census {
		n = fmt.Sprint(period.N)
	}
	return []string{indicator.Name, as.Value(period.Estimate), as.Interval(period.Estimate), n, period.Label}, *period.Value
}

// table prints rows as kubectl does.
func table(rows [][]string) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 3, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	w.Flush()
	var out strings.Builder
	for line := range strings.Lines(b.String()) {
		out.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	return out.String()
}
