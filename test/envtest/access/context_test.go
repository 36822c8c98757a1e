package access

import (
	"context"
	"testing"
)

// ended is the context of a step that is told to stop at once: compute has ended.
func ended(t *testing.T) context.Context {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	return ctx
}
