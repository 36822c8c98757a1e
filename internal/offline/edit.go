package offline

import (
	"context"
	"maps"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/board"
)

// Edited is a namespace before and after definitions are put into it, both judged as of one instant.
type Edited struct {
	Before, After             board.Objects
	AlertsBefore, AlertsAfter Alerts
	Computed
}

// Edit tells what a namespace becomes when n's definitions are put into it: those of the same kind and name replace others,
// and with whole, those that n has not are taken away. What has the same formula keeps its numbers; anything else is computed. An error is about the scratch folder or the caller's context.
func (n *Namespace) Edit(ctx context.Context, before board.Objects, whole bool, opts Options) (Edited, error) {
	before = detached(before)
	out := Edited{Before: before, AlertsBefore: Judge(&before, opts.Now)}
	merged := n.over(before, whole, opts.Now)
	c := computation{Namespace: merged, Options: opts, known: &known{
		reports: before.Reports, kept: map[string]bool{}, parts: map[string]bool{},
	}}
	var err error
	if out.Computed, err = c.compute(ctx); err != nil {
		return out, err
	}
	out.After = board.Objects{
		Namespace: before.Namespace, At: opts.Now, Reports: maps.Clone(out.Reports),
		Sources: copied(merged.Sources), Datasets: copied(merged.Datasets), CPIs: copied(merged.CPIs), KPIs: copied(merged.KPIs),
		Linkages: copied(merged.Linkages), Scorecards: copied(merged.Scorecards),
	}
	for i := range out.After.Sources {
		s := &out.After.Sources[i]
		if _, failed := out.Failed[s.Name]; failed || len(s.Status.Conditions) == 0 {
			s.Status = v1alpha1.DataSourceStatus{}
			tellSource(s, out.Computed, opts.Now)
		}
	}
	out.AlertsAfter = Judge(&out.After, opts.Now)
	return out, nil
}

// detached objects share nothing with a cache.
func detached(o board.Objects) board.Objects {
	o.Sources, o.Datasets, o.CPIs, o.KPIs = copied(o.Sources), copied(o.Datasets), copied(o.CPIs), copied(o.KPIs)
	o.Linkages, o.Scorecards = copied(o.Linkages), copied(o.Scorecards)
	return o
}

// over puts the definitions of n over those that are there.
func (n *Namespace) over(there board.Objects, whole bool, now time.Time) *Namespace {
	return &Namespace{
		Name: n.Name, Secrets: n.Secrets, ConfigMaps: n.ConfigMaps, origins: n.origins,
		Sources:    put(n.Sources, there.Sources, whole, now, func(to, from *v1alpha1.DataSource) bool { to.Status = from.Status; return same(to.Spec, from.Spec) }),
		Datasets:   put(n.Datasets, there.Datasets, whole, now, func(to, from *v1alpha1.Dataset) bool { to.Status = from.Status; return same(to.Spec, from.Spec) }),
		CPIs:       put(n.CPIs, there.CPIs, whole, now, func(to, from *v1alpha1.CPIDefinition) bool { to.Status = from.Status; return same(to.Spec, from.Spec) }),
		KPIs:       put(n.KPIs, there.KPIs, whole, now, func(to, from *v1alpha1.KPITarget) bool { to.Status = from.Status; return same(to.Spec, from.Spec) }),
		Linkages:   put(n.Linkages, there.Linkages, whole, now, func(to, from *v1alpha1.CPILinkage) bool { to.Status = from.Status; return same(to.Spec, from.Spec) }),
		Scorecards: put(n.Scorecards, there.Scorecards, whole, now, func(to, from *v1alpha1.Scorecard) bool { to.Status = from.Status; return same(to.Spec, from.Spec) }),
	}
}

func same(a, b any) bool { return equality.Semantic.DeepEqual(a, b) }

// put edits over what is there. An object that is edited stays the one that it is; its generation goes on. take gives it the
// old status and tells whether its spec is the same.
func put[T any, P interface {
	*T
	client.Object
	DeepCopy() *T
}](edits, there []T, whole bool, now time.Time, take func(to, from *T) (same bool)) []T {
	old := map[string]*T{}
	for i := range there {
		old[P(&there[i]).GetName()] = &there[i]
	}
	out := copied[T, P](edits)
	for i := range out {
		to := P(&out[i])
		from := old[to.GetName()]
		if from == nil {
			to.SetCreationTimestamp(metav1.NewTime(now))
			continue
		}
		delete(old, to.GetName())
		to.SetUID(P(from).GetUID())
		to.SetCreationTimestamp(P(from).GetCreationTimestamp())
		to.SetGeneration(P(from).GetGeneration())
		if !take(&out[i], P(from).DeepCopy()) {
			to.SetGeneration(to.GetGeneration() + 1)
		}
	}
	if !whole {
		for _, from := range old {
			out = append(out, *P(from).DeepCopy())
		}
	}
	return copied[T, P](out)
}
