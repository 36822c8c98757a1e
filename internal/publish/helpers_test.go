package publish_test

import (
	"context"
	"testing"

	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// ended is the context of a step that is told to stop at once: compute has ended.
func ended(t *testing.T) context.Context {
	ctx, stop := cancelled(t)
	stop()
	return ctx
}

func cancelled(t *testing.T) (context.Context, context.CancelFunc) {
	return context.WithCancel(t.Context())
}

// racer lets something happen just before the first write, and counts conflicts.
type racer struct {
	client.Client
	once      func()
	conflicts int
}

func (r *racer) Status() client.SubResourceWriter {
	return &racingStatus{SubResourceWriter: r.Client.Status(), racer: r}
}

type racingStatus struct {
	client.SubResourceWriter
	racer *racer
}

func (s *racingStatus) Apply(ctx context.Context, object runtime.ApplyConfiguration, options ...client.SubResourceApplyOption) error {
	if s.racer.once != nil {
		s.racer.once()
		s.racer.once = nil
	}
	err := s.SubResourceWriter.Apply(ctx, object, options...)
	if isConflict(err) {
		s.racer.conflicts++
	}
	return err
}
