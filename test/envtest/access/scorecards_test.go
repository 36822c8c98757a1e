package access

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/controllers/history"
	"github.com/cpi-operator/cpi-operator/controllers/scorecard"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
)

// scorecards: the operator's role is enough to look after them, their history included.
func scorecards(t *testing.T, admin, asOperator client.Client, cpi *v1alpha1.CPIDefinition) {
	card := &v1alpha1.Scorecard{
		ObjectMeta: metav1.ObjectMeta{Namespace: cpi.Namespace, Name: "board"},
		Spec: v1alpha1.ScorecardSpec{
			Title: "Customers", Audience: "The board", Owner: v1alpha1.Owner{Team: "strategy"},
			Members: []v1alpha1.ScorecardMember{{CPIRef: &v1alpha1.LocalReference{Name: cpi.Name}}},
		},
	}
	envtestkit.Create(t, admin, card)
	for _, r := range []reconcile.Reconciler{
		&scorecard.Reconciler{Client: asOperator, Events: events.NewFakeRecorder(10), Clock: clock.RealClock{}},
		&history.Reconciler{Kind: history.Card, Client: asOperator, Live: asOperator},
	} {
		if _, err := r.Reconcile(t.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(card)}); err != nil {
			t.Errorf("%T: %v", r, err)
		}
	}
	if s := envtestkit.Reload(t, admin, card).Status; s.Summary == nil || len(s.Changes) != 1 {
		t.Errorf("status %+v", s)
	}
}
