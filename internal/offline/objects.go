package offline

import (
	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/board"
)

// with reports, by kind and name, the namespace's own objects are where definitions find what they refer to.
func (n *Namespace) with(reports map[string]*v1alpha1.IndicatorReport) board.Objects {
	return board.Objects{
		Namespace: n.Name, Sources: n.Sources, Datasets: n.Datasets, CPIs: n.CPIs, KPIs: n.KPIs,
		Linkages: n.Linkages, Scorecards: n.Scorecards, Reports: reports,
	}
}
