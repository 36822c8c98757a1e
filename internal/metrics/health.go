package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

var (
	runs = prometheus.NewCounterVec(prometheus.CounterOpts{Name: runsFamily.name, Help: runsFamily.help}, runsFamily.labels)

	gatherErrors = prometheus.NewCounter(prometheus.CounterOpts{Name: gatherFamily.name, Help: gatherFamily.help})

	asked = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: askedFamily.name, Help: askedFamily.help, Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
	}, askedFamily.labels)

	ruleStates = prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: rulesFamily.name, Help: rulesFamily.help}, rulesFamily.labels)
)

// outcomes that a run usually has are counted from 0: the increase of a series that begins with 1 would leave out the first.
var outcomes = []string{
	v1alpha1.ReasonSucceeded, v1alpha1.ReasonNeverStarted, v1alpha1.ReasonDeadlineExceeded, v1alpha1.ReasonRunFailed, v1alpha1.ReasonResultMissing,
	string(plan.SourceUnreachable), string(plan.AuthenticationFailed), string(plan.SecretMissing), string(plan.TLSFailed), string(plan.PermissionDenied),
	string(plan.QueryFailed), string(plan.OutOfMemory), string(plan.DiskFull), string(plan.EngineCrashed),
}

// RunFinished counts a finished run by its outcome: Succeeded, or the reason of the failure.
func RunFinished(outcome string) { runs.WithLabelValues(outcome).Inc() }

// Asked notes how long a request to the API server took.
func Asked(verb string, took time.Duration) { asked.WithLabelValues(verb).Observe(took.Seconds()) }

// RulesStand notes what became of a namespace's alert rules; empty if it has none.
func RulesStand(namespace, state string) {
	ruleStates.DeletePartialMatch(prometheus.Labels{labelNamespace: namespace})
	if state != "" {
		ruleStates.WithLabelValues(namespace, state).Set(1)
	}
}

// Register adds the operator's own health to a registry, such as controller-runtime's, which counts
// reconciliations and their errors already.
func (s *Store) Register(r prometheus.Registerer) error {
	gauge := func(f operatorFamily, value func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: f.name, Help: f.help}, value)
	}
	for _, c := range []prometheus.Collector{
		runs,
		gatherErrors,
		asked,
		ruleStates,
		gauge(leaderFamily, func() float64 {
			if s.exporting.Load() {
				return 1
			}
			return 0
		}),
		gauge(objectFamily, func() float64 { objects, _ := s.size(); return float64(objects) }),
		gauge(seriesFamily, func() float64 { _, series := s.size(); return float64(series) }),
	} {
		if err := r.Register(c); err != nil {
			return err
		}
	}
	for _, outcome := range outcomes {
		runs.WithLabelValues(outcome)
	}
	return nil
}
