package metrics

import "github.com/prometheus/client_golang/prometheus"

var (
	runs = prometheus.NewCounterVec(prometheus.CounterOpts{Name: runsFamily.name, Help: runsFamily.help}, runsFamily.labels)

	gatherErrors = prometheus.NewCounter(prometheus.CounterOpts{Name: gatherFamily.name, Help: gatherFamily.help})
)

// RunFinished counts a finished run by its outcome: Succeeded, or the reason of the failure.
func RunFinished(outcome string) { runs.WithLabelValues(outcome).Inc() }

// Register adds the operator's own health to a registry, such as controller-runtime's, which counts
// reconciliations and their errors already.
func (s *Store) Register(r prometheus.Registerer) error {
	gauge := func(f operatorFamily, value func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: f.name, Help: f.help}, value)
	}
	for _, c := range []prometheus.Collector{
		runs,
		gatherErrors,
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
	return nil
}
