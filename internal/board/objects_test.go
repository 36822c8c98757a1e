package board_test

import (
	"context"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/board"
)

// lacking is a cluster without objects that does not serve one kind.
type lacking struct {
	client.Reader
	kind string
}

func (l lacking) List(_ context.Context, list client.ObjectList, _ ...client.ListOption) error {
	_, cards := list.(*v1alpha1.ScorecardList)
	if cards == (l.kind == "Scorecard") {
		return &meta.NoKindMatchError{GroupKind: schema.GroupKind{Group: v1alpha1.GroupVersion.Group, Kind: l.kind}}
	}
	return nil
}

// A cluster may be older than Scorecards, which is remembered; without the other kinds there is nothing to read.
func TestReadOfAnOlderCluster(t *testing.T) {
	objects, err := board.Read(t.Context(), lacking{kind: "Scorecard"}, "demo", time.Time{})
	if err != nil || !objects.Cardless {
		t.Errorf("%v %+v", err, objects)
	}
	if _, err := board.Read(t.Context(), lacking{kind: "CPIDefinition"}, "demo", time.Time{}); !meta.IsNoMatchError(err) {
		t.Error(err)
	}
}

// unsorted is a cache: it gives objects in any order.
type unsorted struct{ client.Reader }

func (unsorted) List(_ context.Context, list client.ObjectList, _ ...client.ListOption) error {
	switch l := list.(type) {
	case *v1alpha1.CPIDefinitionList:
		l.Items = []v1alpha1.CPIDefinition{cpi("nps", "Advocacy", "OK"), cpi("ease", "Convenience", "OK")}
	case *v1alpha1.IndicatorReportList:
		l.Items = []v1alpha1.IndicatorReport{{Spec: v1alpha1.IndicatorReportSpec{IndicatorRef: v1alpha1.IndicatorReference{Kind: "CPIDefinition", Name: "nps"}}}}
	}
	return nil
}

// Objects are in the order of their names, and reports are found by what they are about.
func TestReadSorts(t *testing.T) {
	objects, err := board.Read(t.Context(), unsorted{}, "demo", time.Time{})
	if err != nil || objects.Cardless || objects.CPIs[0].Name != "ease" || objects.Reports["CPIDefinition/nps"] == nil {
		t.Errorf("%v %+v", err, objects)
	}
}

// Who keeps a source answers for what is read from it too.
func TestADatasetsTeamIsItsSources(t *testing.T) {
	source := v1alpha1.DataSource{ObjectMeta: metav1.ObjectMeta{Name: "crm"}, Spec: v1alpha1.DataSourceSpec{Owner: &v1alpha1.Owner{Team: "platform"}}}
	dataset := func(name, of string) v1alpha1.Dataset {
		return v1alpha1.Dataset{
			ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: v1alpha1.DatasetSpec{DataSourceRef: v1alpha1.LocalReference{Name: of}},
			Status: v1alpha1.DatasetStatus{Conditions: []metav1.Condition{{Type: "Ready", Status: "False", Reason: "Invalid"}}},
		}
	}
	objects := board.Objects{Sources: []v1alpha1.DataSource{source}, Datasets: []v1alpha1.Dataset{dataset("kept", "crm"), dataset("lost", "gone")}}
	if got := objects.Problems(); len(got) != 2 || got[0].Team != "platform" || got[1].Team != "" {
		t.Errorf("%+v", got)
	}
}
