// Package live runs case 13's live revenue on a real Prometheus and compares it with what oracle.py computed.
package live

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"math"
	"os"
	"testing"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/compute"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
	"github.com/cpi-operator/cpi-operator/internal/source/prometheus"
	prometheustest "github.com/cpi-operator/cpi-operator/test/prometheus"
)

// now is that of the other cases.
var now = time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)

func read(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func parse(t *testing.T, document []byte, into any) {
	t.Helper()
	if err := yaml.UnmarshalStrict(document, into); err != nil {
		t.Fatal(err)
	}
}

// results keeps the one result.
type results struct{ only plan.Result }

func (r *results) Attempt(plan.Attempt) error { return nil }

func (r *results) Result(_ int, result plan.Result) error {
	r.only = result
	return nil
}

func TestLiveRevenueReadsAsComputedElsewhere(t *testing.T) {
	documents := bytes.Split(read(t, "manifests.yaml"), []byte("---\n"))
	var source v1alpha1.DataSource
	var kpi v1alpha1.KPITarget
	parse(t, documents[0], &source)
	parse(t, documents[1], &kpi)
	work, skipped, err := planstep.Assemble(planstep.Inputs{Source: &source, KPIs: []v1alpha1.KPITarget{kpi}, Run: "cases", Now: now})
	if err != nil || len(skipped) > 0 {
		t.Fatalf("%v, skipped %v", err, skipped)
	}
	work.Source.Prometheus.Address = prometheustest.Start(t, string(read(t, "samples.om"))).Address
	server, err := prometheus.Open(t.Context(), prometheus.Config{Source: work.Source})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Close() }()
	var found results
	if _, err := compute.Evaluate(t.Context(), work, server, &found, slog.New(slog.DiscardHandler)); err != nil || found.only.Numbers == nil {
		t.Fatalf("%v %+v", err, found.only.Failure)
	}

	var want map[string]float64
	if err := json.Unmarshal(read(t, "expected.json"), &want); err != nil {
		t.Fatal(err)
	}
	states := map[string]plan.State{"2026-09": plan.Settled, "2026-10": plan.Settled, "2026-11": plan.Running}
	if len(found.only.Numbers.Periods) != 13 {
		t.Errorf("%d periods", len(found.only.Numbers.Periods))
	}
	for _, p := range found.only.Numbers.Periods {
		value, known := want[p.Label]
		switch {
		case !known && (p.Value != nil || p.Flag != plan.NoData): // no data is not zero
			t.Errorf("%s reads %v %s", p.Label, p.Value, p.Flag)
		case known && (p.Value == nil || math.Abs(*p.Value-value) > 1e-6*value || p.Flag != "" || p.State != states[p.Label] || !p.Census):
			t.Errorf("%s: %+v, want %v", p.Label, p, value)
		case p.Label == "2026-08" && p.Reason != measure.Incomplete:
			t.Errorf("August, in which the data begins, has reason %s", p.Reason)
		}
	}
}
