package envtestkit

import (
	"context"
	"testing"

	ctrl "sigs.k8s.io/controller-runtime"
)

// Run starts a manager with its controllers; it stops when the test ends, which waits for it.
func Run(t testing.TB, mgr ctrl.Manager, controllers ...interface{ SetupWithManager(ctrl.Manager) error }) {
	t.Helper()
	for _, controller := range controllers {
		if err := controller.SetupWithManager(mgr); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- mgr.Start(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("manager: %v", err)
		}
	})
}
