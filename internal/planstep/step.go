package planstep

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

// Step reads a source's namespace and writes the run's plan.
type Step struct {
	Client            client.Reader
	Namespace, Source string
	// Linkage names the one that a run of its own tests; empty for a run of all that reads Source.
	Linkage string
	// Run names the run; Now is the instant as of which it computes.
	Run string
	Now time.Time
	// Output is the plan's path.
	Output string
	Log    *slog.Logger
}

// pageSize bounds what one answer of the API server holds: reports have 16 KiB each, and 64 at most.
const pageSize = 100

// Do writes the plan.
func (s Step) Do(ctx context.Context) error {
	in := Inputs{Source: &v1alpha1.DataSource{}, Linkage: s.Linkage, Run: s.Run, Now: s.Now}
	if err := s.Client.Get(ctx, client.ObjectKey{Namespace: s.Namespace, Name: s.Source}, in.Source); err != nil {
		return fmt.Errorf("read the data source: %w", err)
	}
	var (
		datasets v1alpha1.DatasetList
		cpis     v1alpha1.CPIDefinitionList
		kpis     v1alpha1.KPITargetList
		linkages v1alpha1.CPILinkageList
		reports  v1alpha1.IndicatorReportList
	)
	if err := errors.Join(
		s.pages(ctx, &datasets, func() { in.Datasets = append(in.Datasets, datasets.Items...) }),
		s.pages(ctx, &cpis, func() { in.CPIs = append(in.CPIs, cpis.Items...) }),
		s.pages(ctx, &kpis, func() { in.KPIs = append(in.KPIs, kpis.Items...) }),
		s.pages(ctx, &linkages, func() { in.Linkages = append(in.Linkages, linkages.Items...) }),
	); err != nil {
		return err
	}
	if s.Linkage != "" {
		var sources v1alpha1.DataSourceList
		if err := s.pages(ctx, &sources, func() { in.Sources = append(in.Sources, sources.Items...) }); err != nil {
			return err
		}
	}
	joined, driving := joinedBy(in.CPIs, in.KPIs), drivenBy(in.Linkages)
	if err := s.pages(ctx, &reports, func() {
		for _, report := range reports.Items {
			ref := report.Spec.IndicatorRef
			isPart := ref.Kind == resolve.KindCPIDefinition && joined[ref.Name]
			drives := ref.Kind == resolve.KindCPIDefinition && driving[ref.Name] || ref.Kind == plan.KindLinkage
			if report.Spec.DataSourceRef.Name == s.Source || isPart || drives {
				in.Reports = append(in.Reports, recalled(report, isPart))
			}
		}
	}); err != nil {
		return err
	}
	assembled, skipped, err := Assemble(in)
	if err != nil {
		return err
	}
	for _, skip := range skipped {
		s.Log.Warn("left out", "object", skip.String(), "why", skip.Why)
	}
	s.Log.Info("plan written", "run", s.Run, "indicators", len(assembled.Indicators), "linkages", len(assembled.Linkages), "datasets", len(assembled.Datasets))
	return plan.Write(s.Output, assembled)
}

// pages reads the namespace's objects of one kind a page at a time: a thousand reports at once would not fit
// the step's memory.
func (s Step) pages(ctx context.Context, list client.ObjectList, take func()) error {
	for {
		err := s.Client.List(ctx, list, client.InNamespace(s.Namespace), client.Limit(pageSize), client.Continue(list.GetContinue()))
		if err != nil {
			return fmt.Errorf("list %T: %w", list, err)
		}
		take()
		if list.GetContinue() == "" {
			return nil
		}
	}
}
