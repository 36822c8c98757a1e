package board_test

import (
	"context"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
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
