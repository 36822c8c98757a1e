package console

import (
	"cmp"
	"slices"

	"github.com/cpi-operator/cpi-operator/internal/board"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

// web is what is claimed to move what: CPIs, the KPIs that they should move, and the objectives that those serve.
type web struct {
	Namespace string
	// KPIs to choose from, and whether one was chosen.
	Choices []choice
	Chosen  bool
	// Objectives with their KPIs; one without a name holds the KPIs that serve none.
	Objectives []webObjective
	// Alone are CPIs that no claim names.
	Alone   []board.Entry
	Drawing *netDrawing
}

type webObjective struct {
	Name string
	KPIs []webKPI
}

type webKPI struct {
	board.Entry
	Edges []webEdge
	// Goal is the CPI that it is a goal on; nil of a KPI with a measure of its own.
	Goal *board.Entry
}

// webEdge is what a claim says of one driver.
type webEdge struct {
	Claim, Verdict, Effect, Lag, Influence string
	// N that the effect rests on; nil if that is not known.
	N      *int64
	Driver board.Entry
	// Missing: the claim names a CPI that does not exist.
	Missing bool
}

func (s *site) graph(v *visit) (*answer, error) {
	chosen := v.URL.Query().Get("kpi")
	w := webOf(v.Objects, chosen)
	w.Drawing = w.draw()
	return &answer{page: "graph", title: v.L.T("graph.title"), data: w}, nil
}

// webOf the namespace, or of one KPI.
func webOf(objects board.Objects, chosen string) web {
	w := web{Namespace: objects.Namespace, Chosen: chosen != ""}
	entries := map[string]board.Entry{}
	claimed := map[string]bool{}
	edges := map[string][]webEdge{}
	all := objects.Entries()
	for _, e := range all {
		entries[e.Kind+"/"+e.Name] = e
	}
	for i := range objects.Linkages {
		l := &objects.Linkages[i]
		rests := map[string]*int64{}
		if report := objects.Reports[plan.KindLinkage+"/"+l.Name]; report != nil && report.Status.Link != nil {
			for _, f := range report.Status.Link.Drivers {
				if f.Effect != nil {
					rests[f.Driver] = f.Effect.N
				}
			}
		}
		for _, d := range l.Spec.Drivers {
			name := d.CPIRef.Name
			edge := webEdge{Claim: l.Name, Verdict: "Pending"}
			edge.Driver, edge.Missing = entries[resolve.KindCPIDefinition+"/"+name], true
			if edge.Driver.Name != "" {
				edge.Missing = false
			}
			edge.Driver.Name = name
			for _, found := range l.Status.Drivers {
				if found.Name == name {
					edge.Verdict = cmp.Or(found.Verdict, edge.Verdict)
					edge.Effect, edge.Lag, edge.Influence, edge.N = found.Effect, found.Lag, found.Influence, rests[name]
				}
			}
			claimed[name] = true
			edges[l.Spec.KPIRef.Name] = append(edges[l.Spec.KPIRef.Name], edge)
		}
	}
	places := map[string]int{}
	for _, e := range all {
		switch {
		case e.Kind == resolve.KindCPIDefinition:
			if !claimed[e.Name] {
				w.Alone = append(w.Alone, e)
			}
			continue
		case chosen != "" && e.Name != chosen:
		default:
			place, known := places[e.Objective]
			if !known {
				place = len(w.Objectives)
				places[e.Objective] = place
				w.Objectives = append(w.Objectives, webObjective{Name: e.Objective})
			}
			kpi := webKPI{Entry: e, Edges: edges[e.Name]}
			if cpi, ok := entries[resolve.KindCPIDefinition+"/"+e.GoalOn]; ok {
				kpi.Goal = &cpi
			}
			w.Objectives[place].KPIs = append(w.Objectives[place].KPIs, kpi)
		}
		w.Choices = append(w.Choices, choice{e.Name, e.Name == chosen})
	}
	slices.SortStableFunc(w.Objectives, func(a, b webObjective) int { // the one without a name last
		return cmp.Or(cmp.Compare(btoi(a.Name == ""), btoi(b.Name == "")), cmp.Compare(a.Name, b.Name))
	})
	return w
}

// btoi is a condition as a number.
func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
