// Package samples computes what config/samples declares, without a cluster.
package samples

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"math"
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
	"github.com/cpi-operator/cpi-operator/internal/source/files"
)

func TestMain(m *testing.M) {
	files.Main()
	os.Exit(m.Run())
}

const folder = "../../config/samples"

// read are the objects of one file; their UIDs are their names.
func read(t *testing.T, file string) planstep.Inputs {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(folder, file))
	if err != nil {
		t.Fatal(err)
	}
	in := planstep.Inputs{Run: "samples", Now: time.Date(2026, time.November, 16, 9, 0, 0, 0, time.UTC)}
	documents := yaml.NewDocumentDecoder(io.NopCloser(bytes.NewReader(content)))
	for {
		document := make([]byte, 1<<16)
		n, err := documents.Read(document)
		if err == io.EOF {
			return in
		}
		if err != nil {
			t.Fatal(err)
		}
		add(t, &in, document[:n])
	}
}

func add(t *testing.T, in *planstep.Inputs, document []byte) {
	t.Helper()
	into := func(object any) {
		if err := sigsyaml.UnmarshalStrict(document, object); err != nil {
			t.Fatal(err)
		}
	}
	var head struct{ Kind string }
	if err := sigsyaml.Unmarshal(document, &head); err != nil {
		t.Fatal(err)
	}
	switch head.Kind {
	case "DataSource":
		in.Source = &v1alpha1.DataSource{}
		into(in.Source)
	case "Dataset":
		in.Datasets = append(in.Datasets, v1alpha1.Dataset{})
		into(&in.Datasets[len(in.Datasets)-1])
	case "CPIDefinition":
		in.CPIs = append(in.CPIs, v1alpha1.CPIDefinition{})
		cpi := &in.CPIs[len(in.CPIs)-1]
		into(cpi)
		cpi.UID = types.UID(cpi.Name)
	case "KPITarget":
		in.KPIs = append(in.KPIs, v1alpha1.KPITarget{})
		kpi := &in.KPIs[len(in.KPIs)-1]
		into(kpi)
		kpi.UID = types.UID(kpi.Name)
	case "CPILinkage":
		in.Linkages = append(in.Linkages, v1alpha1.CPILinkage{})
		link := &in.Linkages[len(in.Linkages)-1]
		into(link)
		link.UID = types.UID(link.Name)
	default:
		t.Fatalf("a %s among the samples", head.Kind)
	}
}

// results by kind/name.
type results map[string]plan.Result

func (results) Attempt(plan.Attempt) error { return nil }

func (r results) Result(_ int, result plan.Result) error {
	r[result.String()] = result
	return nil
}

func computed(t *testing.T, file string) results {
	t.Helper()
	work, skipped, err := planstep.Assemble(read(t, file))
	if err != nil || len(skipped) > 0 {
		t.Fatalf("%v, skipped %v", err, skipped)
	}
	for i, table := range work.Source.Files.Tables {
		work.Source.Files.Tables[i].Path = filepath.Join(folder, "data", filepath.Base(table.Path))
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
	found := results{}
	if done, err := compute.Run(context.Background(), work, engine, found, slog.New(slog.DiscardHandler)); err != nil || done.Failed > 0 {
		t.Fatalf("%+v %v: %+v", done, err, found)
	}
	return found
}

// The published cases: 182 of 200 promoters renew against 140 of 200 detractors, 96 of 240 with low effort come back
// against 48 of 240.
func TestClaims(t *testing.T) {
	for _, c := range []struct {
		file, name                 string
		difference, relative, odds plan.Bounded
		best, worst                plan.Cohort
		says                       []string
	}{
		{
			"software.yaml", "software-nps-renewal",
			plan.Bounded{Value: .21, Lower: .13389199157, Upper: .28419633679}, plan.Bounded{Value: 1.3, Lower: 1.17551906349, Upper: 1.43766277600},
			plan.Bounded{Value: 13. / 3, Lower: 2.44828176299, Upper: 7.66977807115},
			plan.Cohort{Name: "promoters", N: 200, Outcomes: 182}, plan.Cohort{Name: "detractors", N: 200, Outcomes: 140},
			[]string{"Supported.", "+21.0 percentage points [13.4, 28.4], 1.30 times as often [1.18, 1.44]", "not proof of cause"},
		},
		{
			"retailer.yaml", "retailer-ease-repeat",
			plan.Bounded{Value: .2, Lower: .11855024049, Upper: .27789959580}, plan.Bounded{Value: 2, Lower: 1.48652755181, Upper: 2.69083475455},
			plan.Bounded{Value: 8. / 3, Lower: 1.77269931727, Upper: 4.01145927110},
			plan.Cohort{Name: "low effort", N: 240, Outcomes: 96}, plan.Cohort{Name: "high effort", N: 240, Outcomes: 48},
			[]string{"Supported.", "+20.0 percentage points [11.9, 27.8], 2.00 times as often [1.49, 2.69]"},
		},
	} {
		f := computed(t, c.file)["CPILinkage/"+c.name].Link.Drivers[0]
		if f.Verdict != plan.Supported || f.Customers == nil || f.Customers.RiskDifference == nil {
			t.Fatalf("%s: %+v %+v", c.name, f, f.Customers)
		}
		got := f.Customers
		for what, pair := range map[string][2]plan.Bounded{
			"risk difference": {*got.RiskDifference, c.difference}, "relative risk": {*got.RelativeRisk, c.relative}, "odds ratio": {*got.OddsRatio, c.odds},
		} {
			for _, end := range [][2]float64{{pair[0].Value, pair[1].Value}, {pair[0].Lower, pair[1].Lower}, {pair[0].Upper, pair[1].Upper}} {
				if math.Abs(end[0]-end[1]) > 1e-9 {
					t.Errorf("%s: %s %+v, want %+v", c.name, what, pair[0], pair[1])
				}
			}
		}
		if n := len(got.Cohorts); got.Cohorts[0] != c.worst || got.Cohorts[n-1] != c.best {
			t.Errorf("%s: %+v, want %+v and %+v", c.name, got.Cohorts, c.worst, c.best)
		}
		for _, text := range c.says {
			if !strings.Contains(f.Sentence, text) {
				t.Errorf("%s: %q lacks %q", c.name, f.Sentence, text)
			}
		}
		t.Log(f.Sentence)
	}
}

// Of the telco's customers, those with technical support leave less often, among those with like contracts too.
func TestTelco(t *testing.T) {
	f := computed(t, "telco.yaml")["CPILinkage/telco-support-churn"].Link.Drivers[0]
	t.Log(f.Sentence)
	if f.Verdict != plan.Supported || f.Customers.Adjusted == nil || f.Customers.Adjusted.RiskDifference == nil {
		t.Fatalf("%+v", f)
	}
	// By hand from the counts by contract: 206 of 671 against 1,350 of 2,680, 75 of 552 against 82 of 557, 29 of 821 against
	// 14 of 236; Mantel–Haenszel with the variance of Greenland and Robins.
	held := *f.Customers.Adjusted.RiskDifference
	for _, pair := range [][2]float64{
		{f.Customers.RiskDifference.Value, -.2646913314509527}, {held.Value, -.11343535838736735}, {held.Lower, -.13838895288783828}, {held.Upper, -.08848176388689641},
	} {
		if math.Abs(pair[0]-pair[1]) > 1e-8 {
			t.Errorf("%v, want %v", pair[0], pair[1])
		}
	}
	if !strings.Contains(f.Sentence, "the definition's word") {
		t.Errorf("%q does not say that the order is vouched for", f.Sentence)
	}
}
