package live

import (
	"context"
	"testing"
	"time"

	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// silent watches never answer.
type silent struct {
	cache.Cache
	until time.Time
}

func (s *silent) WaitForCacheSync(ctx context.Context) bool {
	s.until, _ = ctx.Deadline()
	<-ctx.Done()
	return false
}

// Where the watches do not answer, the API server still has all its time to.
func TestTheServerHasItsOwnTime(t *testing.T) {
	watches := &silent{}
	c := &Cluster{watched: watches, clock: clock.RealClock{}, explain: func(err error) error { return err }, patience: time.Millisecond, answered: true}
	asked := false
	err := c.read(t.Context(), func(ctx context.Context, _ client.Reader) error {
		until, _ := ctx.Deadline()
		asked = until.After(watches.until)
		return nil
	})
	if err != nil || watches.until.IsZero() || !asked {
		t.Errorf("the API server was asked in its own time: %v, %v", asked, err)
	}
}
