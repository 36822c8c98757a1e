package planstep

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Step reads a source's namespace and writes the run's plan.
type Step struct {
	Client            client.Reader
	Namespace, Source string
	// Run names the run; Now is the instant as of which it computes.
	Run string
	Now time.Time
	// Output is the plan's path.
	Output string
	Log    *slog.Logger
}

// Do writes the plan.
func (s Step) Do(ctx context.Context) error {
	in := Inputs{Source: &v1alpha1.DataSource{}, Run: s.Run, Now: s.Now}
	if err := s.Client.Get(ctx, client.ObjectKey{Namespace: s.Namespace, Name: s.Source}, in.Source); err != nil {
		return fmt.Errorf("read the data source: %w", err)
	}
	var (
		datasets v1alpha1.DatasetList
		cpis     v1alpha1.CPIDefinitionList
		kpis     v1alpha1.KPITargetList
		reports  v1alpha1.IndicatorReportList
	)
	for _, list := range []client.ObjectList{&datasets, &cpis, &kpis, &reports} {
		if err := s.Client.List(ctx, list, client.InNamespace(s.Namespace)); err != nil {
			return fmt.Errorf("list %T: %w", list, err)
		}
	}
	in.Datasets, in.CPIs, in.KPIs, in.Reports = datasets.Items, cpis.Items, kpis.Items, reports.Items
	assembled, skipped, err := Assemble(in)
	if err != nil {
		return err
	}
	for _, skip := range skipped {
		s.Log.Warn("indicator left out", "indicator", skip.String(), "why", skip.Why)
	}
	s.Log.Info("plan written", "run", s.Run, "indicators", len(assembled.Indicators), "datasets", len(assembled.Datasets))
	return plan.Write(s.Output, assembled)
}
