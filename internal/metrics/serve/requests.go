package serve

import (
	"context"
	"net/url"
	"time"

	clientmetrics "k8s.io/client-go/tools/metrics"

	"github.com/cpi-operator/cpi-operator/internal/metrics"
)

// ObserveRequests counts how long requests to the API server take, of all clients of the program. Call it before the first
// of them is made: controller-runtime has spent client-go's one call of Register on the requests' results.
func ObserveRequests() { clientmetrics.RequestLatency = requests{} }

type requests struct{}

// Observe is told of every request but watches.
func (requests) Observe(_ context.Context, verb string, _ url.URL, took time.Duration) {
	metrics.Asked(verb, took)
}
