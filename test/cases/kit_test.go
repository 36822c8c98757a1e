package cases

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/yaml"
	sigsyaml "sigs.k8s.io/yaml"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/compute"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
)

var now = time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)

// manifests are the objects of the folder: the data sources, and everything else by namespace.
type manifests struct {
	sources []v1alpha1.DataSource
	world   map[string]*planstep.Inputs
}

func readManifests(t *testing.T) manifests {
	t.Helper()
	found := manifests{world: map[string]*planstep.Inputs{}}
	files, err := filepath.Glob("manifests/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("manifests: %q %v", files, err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.NewReplacer("${PGHOST}", "localhost", "${PGPORT}", "5432").Replace(string(content))
		documents := yaml.NewDocumentDecoder(io.NopCloser(strings.NewReader(text)))
		for {
			document := make([]byte, 1<<20)
			n, err := documents.Read(document)
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			found.add(t, file, bytes.TrimSpace(document[:n]))
		}
	}
	return found
}

func (m *manifests) add(t *testing.T, file string, document []byte) {
	t.Helper()
	var head struct {
		Kind     string `json:"kind"`
		Metadata struct{ Namespace, Name string }
	}
	into := func(object any) {
		if err := sigsyaml.UnmarshalStrict(document, object); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
	}
	if err := sigsyaml.Unmarshal(document, &head); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	in := m.world[head.Metadata.Namespace]
	if in == nil {
		in = &planstep.Inputs{Run: "cases", Now: now}
		m.world[head.Metadata.Namespace] = in
	}
	switch head.Kind {
	case "DataSource":
		var source v1alpha1.DataSource
		into(&source)
		m.sources = append(m.sources, source)
	case "Dataset":
		var dataset v1alpha1.Dataset
		into(&dataset)
		in.Datasets = append(in.Datasets, dataset)
	case "CPIDefinition":
		var cpi v1alpha1.CPIDefinition
		into(&cpi)
		in.CPIs = append(in.CPIs, cpi)
	case "KPITarget":
		var kpi v1alpha1.KPITarget
		into(&kpi)
		in.KPIs = append(in.KPIs, kpi)
	case "CPILinkage":
		var linkage v1alpha1.CPILinkage
		into(&linkage)
		in.Linkages = append(in.Linkages, linkage)
	}
}

// datasets of the indicators, by namespace/kind/name; empty of a composite.
func (m manifests) datasets() map[string]string {
	found := map[string]string{}
	note := func(namespace, kind, name string, of *v1alpha1.LocalReference) {
		key := namespace + "/" + kind + "/" + name
		if found[key] = ""; of != nil {
			found[key] = namespace + "/" + of.Name
		}
	}
	for namespace, in := range m.world {
		for _, cpi := range in.CPIs {
			note(namespace, "CPIDefinition", cpi.Name, cpi.Spec.DatasetRef)
		}
		for _, kpi := range in.KPIs {
			note(namespace, "KPITarget", kpi.Name, kpi.Spec.DatasetRef)
		}
	}
	return found
}

// reportsOf tells composites which formulas their parts have, as the operator's reports do. They hold no values yet.
func reportsOf(in *planstep.Inputs) []v1alpha1.IndicatorReport {
	sourceOf := map[string]string{}
	for _, dataset := range in.Datasets {
		sourceOf[dataset.Name] = dataset.Spec.DataSourceRef.Name
	}
	var reports []v1alpha1.IndicatorReport
	for i := range in.CPIs {
		cpi := &in.CPIs[i]
		cpi.UID = types.UID(cpi.Name)
		if cpi.Spec.DatasetRef == nil {
			continue
		}
		var report v1alpha1.IndicatorReport
		report.Spec.IndicatorRef.UID, report.Spec.RequestHash = cpi.Name, "v1-"+cpi.Name
		report.Spec.DataSourceRef.Name = sourceOf[cpi.Spec.DatasetRef.Name]
		reports = append(reports, report)
	}
	return reports
}

// found collects results under namespace/kind/name.
type found struct {
	namespace  string
	results    map[string]plan.Result
	bytes      map[string]string
	indicators map[string]plan.Indicator // as they were planned
}

func (f found) Attempt(plan.Attempt) error { return nil }

func (f found) Result(_ int, result plan.Result) error {
	content, err := json.Marshal(result)
	key := f.namespace + "/" + result.String()
	f.results[key], f.bytes[key] = result, string(content)
	return err
}

// computeAll runs every source of the manifests on the rows and returns results by namespace/kind/name.
func computeAll(t *testing.T, rows store, at time.Time) found {
	t.Helper()
	m := readManifests(t)
	all := found{results: map[string]plan.Result{}, bytes: map[string]string{}, indicators: map[string]plan.Indicator{}}
	for i := range m.sources {
		in := *m.world[m.sources[i].Namespace]
		in.Source, in.Now = &m.sources[i], at
		in.Reports = reportsOf(&in)
		work, skipped, err := planstep.Assemble(in)
		if err != nil || len(skipped) > 0 {
			t.Fatalf("source %s: %v, skipped %v", m.sources[i].Name, err, skipped)
		}
		engine := rows.open(t, &work)
		all.namespace = m.sources[i].Namespace
		for _, indicator := range work.Indicators {
			all.indicators[all.namespace+"/"+indicator.String()] = indicator
		}
		done, err := compute.Run(t.Context(), work, engine, all, slog.New(slog.DiscardHandler))
		if err != nil || done.Source != nil {
			t.Fatalf("source %s: %v, %+v", m.sources[i].Name, err, done)
		}
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	}
	return all
}
