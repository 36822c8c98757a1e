// Package board is what people look at: the objects of a namespace with what the operator told of them, and from them the
// lists and texts that the command, the page and the report share. It reads what was decided and decides nothing.
package board

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
)

// Objects of a namespace, in the order of their names, with the statuses that the operator, or a computation from files,
// gave them.
type Objects struct {
	Namespace string
	// At is the instant as of which they were read or computed.
	At         time.Time
	Sources    []v1alpha1.DataSource
	Datasets   []v1alpha1.Dataset
	CPIs       []v1alpha1.CPIDefinition
	KPIs       []v1alpha1.KPITarget
	Linkages   []v1alpha1.CPILinkage
	Scorecards []v1alpha1.Scorecard
	// Cardless: the cluster's kinds are older than this program, and Scorecard is not among them.
	Cardless bool
	// Reports by kind and name of what they are about, such as CPIDefinition/telco-churn.
	Reports map[string]*v1alpha1.IndicatorReport
}

// Read a namespace as of now. Objects are shared with the reader's cache and must not be changed.
func Read(ctx context.Context, reader client.Reader, namespace string, now time.Time) (Objects, error) {
	out := Objects{Namespace: namespace, At: now, Reports: map[string]*v1alpha1.IndicatorReport{}}
	var (
		sources  v1alpha1.DataSourceList
		datasets v1alpha1.DatasetList
		cpis     v1alpha1.CPIDefinitionList
		kpis     v1alpha1.KPITargetList
		linkages v1alpha1.CPILinkageList
		cards    v1alpha1.ScorecardList
		reports  v1alpha1.IndicatorReportList
	)
	for _, list := range []client.ObjectList{&sources, &datasets, &cpis, &kpis, &linkages, &cards, &reports} {
		err := reader.List(ctx, list, client.InNamespace(namespace), client.UnsafeDisableDeepCopy)
		if meta.IsNoMatchError(err) && list == client.ObjectList(&cards) {
			out.Cardless = true
			continue
		}
		if err != nil {
			return out, fmt.Errorf("listing in namespace %s: %w", namespace, err)
		}
	}
	out.Sources, out.Datasets = byName(sources.Items), byName(datasets.Items)
	out.CPIs, out.KPIs, out.Linkages = byName(cpis.Items), byName(kpis.Items), byName(linkages.Items)
	out.Scorecards = byName(cards.Items)
	for i := range reports.Items {
		ref := reports.Items[i].Spec.IndicatorRef
		out.Reports[ref.Kind+"/"+ref.Name] = &reports.Items[i]
	}
	return out, nil
}
