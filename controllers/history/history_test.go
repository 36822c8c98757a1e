package history_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/events"
	clocktesting "k8s.io/utils/clock/testing"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/controllers/history"
	"github.com/cpi-operator/cpi-operator/controllers/indicator"
	"github.com/cpi-operator/cpi-operator/controllers/linkage"
	"github.com/cpi-operator/cpi-operator/controllers/scorecard"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
	"github.com/cpi-operator/cpi-operator/internal/metrics"
)

func TestMain(m *testing.M) { envtestkit.Main(m) }

// world is a namespace with a source, a dataset and an indicator, whose formulas the real controllers tell.
type world struct {
	*testing.T
	client client.Client
	writes *envtestkit.Writes
	cpi    *v1alpha1.CPIDefinition
	data   *v1alpha1.Dataset
}

func newWorld(t *testing.T) *world {
	t.Helper()
	counted, writes := envtestkit.Counted(envtestkit.Client(t))
	ns := envtestkit.Namespace(t)
	w := &world{T: t, client: counted, writes: writes, data: envtestkit.Dataset(ns, "survey", "crm"),
		cpi: envtestkit.CPI(ns, "nps", "survey", func(c *v1alpha1.CPIDefinition) {
			c.Spec.Thresholds = &v1alpha1.Thresholds{Warning: new(v1alpha1.Value("20"))}
		})}
	envtestkit.Create(t, counted, envtestkit.DataSource(ns, "crm"), w.data, w.cpi)
	return w
}

// look has a definition looked at by its own controller, then by that of histories. It returns the changes that the
// status tells.
func (w *world) look(object client.Object) []v1alpha1.DefinitionChange {
	w.Helper()
	w.settle(object)
	w.remember(object)
	return changesOf(object)
}

func (w *world) settle(object client.Object) {
	w.Helper()
	store, clock := metrics.NewStore(metrics.DefaultLimits), clocktesting.NewFakeClock(time.Now())
	request := ctrl.Request{NamespacedName: client.ObjectKeyFromObject(object)}
	var err error
	switch kindOf(object) {
	case alert.Link:
		r := &linkage.Reconciler{Client: w.client, Live: w.client, Events: events.NewFakeRecorder(100), Clock: clock, Store: store}
		_, err = r.Reconcile(w.Context(), request)
	case history.Card:
		r := &scorecard.Reconciler{Client: w.client, Events: events.NewFakeRecorder(100), Clock: clock}
		_, err = r.Reconcile(w.Context(), request)
	default:
		r := &indicator.Reconciler{Kind: kindOf(object), Client: w.client, Events: events.NewFakeRecorder(100), Clock: clock, Store: store}
		_, err = r.Reconcile(w.Context(), request)
	}
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) remember(object client.Object) ctrl.Result {
	w.Helper()
	r := &history.Reconciler{Kind: kindOf(object), Client: w.client, Live: w.client}
	result, err := r.Reconcile(w.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(object)})
	if err != nil {
		w.Fatal(err)
	}
	envtestkit.Reload(w, w.client, object)
	return result
}

func kindOf(object client.Object) alert.Kind {
	switch object.(type) {
	case *v1alpha1.KPITarget:
		return alert.KPI
	case *v1alpha1.CPILinkage:
		return alert.Link
	case *v1alpha1.Scorecard:
		return history.Card
	}
	return alert.CPI
}

func changesOf(object client.Object) []v1alpha1.DefinitionChange {
	switch o := object.(type) {
	case *v1alpha1.KPITarget:
		return o.Status.Changes
	case *v1alpha1.CPILinkage:
		return o.Status.Changes
	case *v1alpha1.Scorecard:
		return o.Status.Changes
	}
	return object.(*v1alpha1.CPIDefinition).Status.Changes
}

func (w *world) update(object client.Object) {
	w.Helper()
	if err := w.client.Update(w.Context(), object); err != nil {
		w.Fatal(err)
	}
}

func (w *world) revisions() []appsv1.ControllerRevision {
	w.Helper()
	var list appsv1.ControllerRevisionList
	if err := w.client.List(w.Context(), &list, client.InNamespace(w.cpi.Namespace)); err != nil {
		w.Fatal(err)
	}
	return list.Items
}

// want compares what is told, the latest first: generation, new baseline, fields.
func (w *world) want(got []v1alpha1.DefinitionChange, want ...string) {
	w.Helper()
	var told []string
	for _, c := range got {
		if c.Seen.IsZero() {
			w.Errorf("no instant: %+v", c)
		}
		told = append(told, fmt.Sprintf("%d %v %s", c.Generation, *c.NewBaseline, strings.Join(c.Fields, "; ")))
	}
	if diff := cmp.Diff(want, told); diff != "" {
		w.Errorf("-want +got\n%s", diff)
	}
}

func TestEditsAreTold(t *testing.T) {
	w := newWorld(t)
	w.want(w.look(w.cpi), "1 false Created")

	// What judges numbers begins no baseline; what makes them does.
	w.cpi.Spec.Thresholds.Warning = new(v1alpha1.Value("25"))
	w.update(w.cpi)
	w.want(w.look(w.cpi), "2 false spec.thresholds.warning: 20 → 25", "1 false Created")
	w.cpi.Spec.Measure.NetPromoterScore.Score = "rating"
	w.update(w.cpi)
	third := "3 true spec.measure.netPromoterScore.score: score → rating"
	w.want(w.look(w.cpi)[:1], third)

	// Nothing new, nothing written: neither by status, nor by annotations.
	w.cpi.Annotations = map[string]string{v1alpha1.RestateAnnotation: "again"}
	w.update(w.cpi)
	w.settle(w.cpi)
	w.writes.Forget()
	w.remember(w.cpi)
	if calls := w.writes.Calls(); len(calls) > 0 {
		t.Errorf("written without a change: %v", calls)
	}

	// Two edits between looks are one, and one that is taken back is none.
	w.cpi.Spec.Title = "Recommendation"
	w.update(w.cpi)
	w.cpi.Spec.Thresholds.Warning = new(v1alpha1.Value("30"))
	w.update(w.cpi)
	fifth := "5 false spec.thresholds.warning: 25 → 30; spec.title: NPS → Recommendation"
	w.want(w.look(w.cpi)[:2], fifth, third)
	for _, title := range []string{"Another", "Recommendation"} {
		w.cpi.Spec.Title = title
		w.update(w.cpi)
	}
	w.want(w.look(w.cpi)[:1], fifth)
	if n := len(w.revisions()); n != 4 {
		t.Errorf("%d revisions are kept of 4 versions", n)
	}
}

// An edit that nobody has looked at yet has no formula: it waits for that.
func TestAnEditWaitsUntilItIsLookedAt(t *testing.T) {
	w := newWorld(t)
	w.remember(w.cpi)
	if n := len(w.revisions()); n != 0 {
		t.Errorf("%d revisions of what nobody has looked at", n)
	}
	w.look(w.cpi)
	w.cpi.Spec.Measure.NetPromoterScore.Score = "rating"
	w.update(w.cpi)
	w.remember(w.cpi)
	w.want(w.cpi.Status.Changes, "1 false Created")
	w.want(w.look(w.cpi)[:1], "2 true spec.measure.netPromoterScore.score: score → rating")
}

func TestAnEditOfWhatItReadsBeginsABaseline(t *testing.T) {
	w := newWorld(t)
	w.look(w.cpi)
	w.data.Spec.Table.Name = "survey_of_all_channels"
	w.update(w.data)
	dataset := "1 true Dataset/survey was edited"
	w.want(w.look(w.cpi), dataset, "1 false Created")

	// An entity that it does not use makes no number, and begins none.
	w.data.Spec.Entities["account"] = "account"
	w.update(w.data)
	w.want(w.look(w.cpi), dataset, "1 false Created")
}

func TestTenAreKept(t *testing.T) {
	w := newWorld(t)
	w.look(w.cpi)
	for i := range 12 {
		w.cpi.Spec.Title = fmt.Sprint("Title ", i)
		w.update(w.cpi)
		w.look(w.cpi)
	}
	if got := w.cpi.Status.Changes; len(got) != 10 || got[0].Generation != 13 || got[9].Generation != 4 || got[9].Fields[0] != "spec.title: Title 1 → Title 2" {
		t.Errorf("%+v", got)
	}
	if n := len(w.revisions()); n != 10 {
		t.Errorf("%d revisions", n)
	}
}

func TestWhatIsKeptGoesWithItsDefinition(t *testing.T) {
	w := newWorld(t)
	w.look(w.cpi)
	kept := w.revisions()
	if len(kept) != 1 {
		t.Fatalf("%d revisions", len(kept))
	}
	if owner := metav1.GetControllerOf(&kept[0]); owner == nil || owner.UID != w.cpi.UID || owner.Kind != "CPIDefinition" || owner.APIVersion != "cpi-operator.io/v1alpha1" {
		t.Errorf("owner %+v", owner)
	}
	if err := w.client.Delete(t.Context(), w.cpi); err != nil {
		t.Fatal(err)
	}
	w.writes.Forget()
	r := &history.Reconciler{Kind: alert.CPI, Client: w.client, Live: w.client}
	if _, err := r.Reconcile(t.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(w.cpi)}); err != nil || len(w.writes.Calls()) > 0 {
		t.Errorf("%v, %v", err, w.writes.Calls())
	}
}

// What somebody else has made is left alone, whatever name and labels it has.
func TestOnlyItsOwnRevisionsCount(t *testing.T) {
	w := newWorld(t)
	foreign := &appsv1.ControllerRevision{ObjectMeta: metav1.ObjectMeta{
		Namespace: w.cpi.Namespace, Name: history.RevisionName("CPIDefinition", w.cpi, 1, 0),
		Labels: map[string]string{"app.kubernetes.io/managed-by": "cpi-operator", history.LabelRevisionOf: string(w.cpi.UID)},
	}, Revision: 7, Data: runtime.RawExtension{Raw: []byte(`{"generation": 7, "fields": ["not ours"]}`)}}
	forged := foreign.DeepCopy()
	forged.Name, forged.Data.Raw = history.RevisionName("CPIDefinition", w.cpi, 1, 1), []byte(`{"spec": 7}`)
	forged.OwnerReferences = []metav1.OwnerReference{*metav1.NewControllerRef(w.cpi, v1alpha1.GroupVersion.WithKind("CPIDefinition"))}
	envtestkit.Create(t, w.client, foreign, forged)
	version := foreign.ResourceVersion
	w.want(w.look(w.cpi), "1 false Created")
	if envtestkit.Reload(t, w.client, foreign); foreign.ResourceVersion != version || len(foreign.OwnerReferences) > 0 {
		t.Errorf("the foreign revision was changed: %+v", foreign.ObjectMeta)
	}
	own := slices.DeleteFunc(w.revisions(), func(r appsv1.ControllerRevision) bool { return r.UID == foreign.UID || r.UID == forged.UID })
	if len(own) != 1 || own[0].Name != history.RevisionName("CPIDefinition", w.cpi, 1, 2) {
		t.Fatalf("%+v", own)
	}

	// Without our labels it is nobody's: it is left alone too, and the version is kept anew.
	own[0].Labels = nil
	w.update(&own[0])
	version = own[0].ResourceVersion
	w.cpi.Status.Changes = nil
	if err := w.client.Status().Update(t.Context(), w.cpi); err != nil {
		t.Fatal(err)
	}
	w.remember(w.cpi)
	w.want(w.cpi.Status.Changes, "1 false Created")
	if envtestkit.Reload(t, w.client, &own[0]); own[0].ResourceVersion != version {
		t.Errorf("the revision without labels was changed: %+v", own[0].ObjectMeta)
	}
	if n := len(w.revisions()); n != 4 {
		t.Errorf("%d revisions", n)
	}
}

// Goals and claims have their own histories, and tell what of others they rest on.
func TestGoalsAndClaims(t *testing.T) {
	w := newWorld(t)
	ns := w.cpi.Namespace
	goal := &v1alpha1.KPITarget{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "loved"}, Spec: v1alpha1.KPITargetSpec{
		Title: "Loved", Category: "CustomerGoal", Owner: v1alpha1.Owner{Team: "sales"}, CPIRef: &v1alpha1.LocalReference{Name: "nps"},
		Targets: []v1alpha1.Target{{By: "2027-06-30", AtLeast: new(v1alpha1.Value("40"))}},
	}}
	ease := envtestkit.CPI(ns, "ease", "survey")
	claim := &v1alpha1.CPILinkage{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "claim"}, Spec: v1alpha1.CPILinkageSpec{
		KPIRef: v1alpha1.LocalReference{Name: "loved"}, PeriodLevel: &v1alpha1.LinkPeriodLevel{},
		Drivers: []v1alpha1.LinkDriver{{CPIRef: v1alpha1.LocalReference{Name: "ease"}, Expected: "Positive"}},
	}}
	envtestkit.Create(t, w.client, goal, ease, claim)
	w.look(w.cpi)
	w.want(w.look(goal), "1 false Created")
	w.want(w.look(claim), "1 false Created")

	goal.Spec.Targets[0].AtLeast = new(v1alpha1.Value("50"))
	w.update(goal)
	w.want(w.look(goal)[:1], "2 false spec.targets[2027-06-30].atLeast: 40 → 50")
	claim.Spec.Drivers[0].Expected = "Negative"
	w.update(claim)
	w.want(w.look(claim)[:1], "2 true spec.drivers[ease].expected: Positive → Negative; KPITarget/loved was edited")

	w.cpi.Spec.Measure.NetPromoterScore.Score = "rating"
	w.update(w.cpi)
	w.look(w.cpi)
	w.want(w.look(goal)[:1], "2 true CPIDefinition/nps was edited")
	w.want(w.look(claim)[:1], "2 true CPIDefinition/nps was edited")
}

// A set computes nothing, so no edit of it begins a baseline; who joined and who left is told.
func TestHistoryOfAScorecard(t *testing.T) {
	w := newWorld(t)
	card := &v1alpha1.Scorecard{
		ObjectMeta: metav1.ObjectMeta{Namespace: w.cpi.Namespace, Name: "board"},
		Spec: v1alpha1.ScorecardSpec{
			Title: "Customers", Audience: "The board", Owner: v1alpha1.Owner{Team: "strategy"},
			Members: []v1alpha1.ScorecardMember{{CPIRef: &v1alpha1.LocalReference{Name: "nps"}}},
		},
	}
	envtestkit.Create(t, w.client, card)
	w.want(w.look(card), "1 false Created")
	card.Spec.Members = append(card.Spec.Members, v1alpha1.ScorecardMember{CPIRef: &v1alpha1.LocalReference{Name: "ease"}, Weight: new(v1alpha1.Value("2"))})
	w.update(card)
	w.want(w.look(card), `2 false spec.members[ease]: none → {"cpiRef":{"name":"ease"},"weight":2}`, "1 false Created")
	w.writes.Forget()
	w.look(card)
	if calls := w.writes.Calls(); len(calls) > 0 {
		t.Errorf("a second look writes %q", calls)
	}
	if found := w.revisions(); len(found) != 2 || !strings.HasPrefix(found[0].Name, "card-board-") || !metav1.IsControlledBy(&found[0], card) {
		t.Errorf("revisions %+v", found)
	}
}
