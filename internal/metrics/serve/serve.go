// Package serve puts the indicators' series onto controller-runtime's metrics endpoint.
package serve

import (
	"context"
	"net/http"

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/client-go/rest"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/cpi-operator/cpi-operator/internal/metrics"
)

const path = "/metrics"

// filterProvider is what controller-runtime's metrics server takes to secure its endpoints.
type filterProvider = func(*rest.Config, *http.Client) (metricsserver.Filter, error)

// FilterProvider puts the store's series onto controller-runtime's metrics endpoint, behind the given
// provider's authentication and authorization (nil for none). registry is what the endpoint would serve
// by itself: the server offers no other place to add text that is encoded already.
func FilterProvider(store *metrics.Store, registry prometheus.Gatherer, secure filterProvider) filterProvider {
	return func(config *rest.Config, client *http.Client) (metricsserver.Filter, error) {
		outer := metricsserver.Filter(func(_ logr.Logger, h http.Handler) (http.Handler, error) { return h, nil })
		if secure != nil {
			var err error
			if outer, err = secure(config, client); err != nil {
				return nil, err
			}
		}
		own := store.Handler(registry)
		return func(log logr.Logger, inner http.Handler) (http.Handler, error) {
			return outer(log, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == path {
					own.ServeHTTP(w, r)
					return
				}
				inner.ServeHTTP(w, r)
			}))
		}, nil
	}
}

// Leading exports the indicators' series while this instance holds the lease. Add it to the manager.
type Leading struct{ Store *metrics.Store }

// NeedLeaderElection is true: the manager starts it when the lease is won, or at once without election.
func (Leading) NeedLeaderElection() bool { return true }

// Start exports until the manager ends.
func (l Leading) Start(ctx context.Context) error {
	l.Store.Export(true)
	defer l.Store.Export(false)
	<-ctx.Done()
	return nil
}
