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
