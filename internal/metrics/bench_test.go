package metrics_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"

	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/metrics"
)

// The benchmark compares a scrape of the store with one of a plain client_golang collector that makes a
// constant metric of each of the same series. Between scrapes 1 % of the reports change; for the store
// the time to encode them counts. Run: go test -run '^$' -bench Scrape ./internal/metrics

const (
	reports  = 1000
	segments = 23 // of four series each; with the eleven of the total this makes 103 series a report
	changing = reports / 100
)

func bigStore() *metrics.Store {
	store := metrics.NewStore(metrics.Limits{PerIndicator: 1000, PerNamespace: 1_000_000})
	store.Export(true)
	for _, in := range generation(0) {
		store.SetIndicator(in)
	}
	return store
}

func generation(number int) []metrics.Indicator {
	out := make([]metrics.Indicator, reports)
	for i := range out {
		out[i] = report(i, number)
	}
	return out
}

func report(i, generation int) metrics.Indicator {
	value := 31.4159 + float64(i%50) + float64(generation)/1000
	var parts []alert.Segment
	for s := range segments {
		v := value + float64(s)/7
		parts = append(parts, segment(fmt.Sprintf("segment-%02d", s), estimate(v, v-3.123, v+3.321, int64(100+s))))
	}
	return cpi(fmt.Sprintf("indicator-%04d", i), estimate(value, value-1.23456, value+1.34567, 1204), parts...)
}

// plainCollector is what one writes without further thought.
type plainCollector struct{ families map[string]*dto.MetricFamily }

func (c plainCollector) Describe(chan<- *prometheus.Desc) {}

func (c plainCollector) Collect(out chan<- prometheus.Metric) {
	for name, family := range c.families {
		var names []string
		for _, l := range family.Metric[0].Label {
			names = append(names, l.GetName())
		}
		desc := prometheus.NewDesc(name, family.GetHelp(), names, nil)
		for _, m := range family.Metric {
			values := make([]string, len(names))
			for i, l := range m.Label {
				values[i] = l.GetValue()
			}
			out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, m.GetGauge().GetValue(), values...)
		}
	}
}

// discard is a client that takes everything.
type discard struct {
	header http.Header
	bytes  int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) WriteHeader(int)             {}
func (d *discard) Write(b []byte) (int, error) { d.bytes += len(b); return len(b), nil }

func scrapeRequest(compressed bool) *http.Request {
	request := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	if compressed {
		request.Header.Set("Accept-Encoding", "gzip")
	}
	return request
}

func BenchmarkScrape(b *testing.B) {
	store := bigStore()
	changed := [2][]metrics.Indicator{generation(1), generation(2)}
	families := scrape(b, store, false)
	registry := prometheus.NewRegistry()
	registry.MustRegister(plainCollector{families})
	plain := promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
	own := store.Handler(prometheus.NewRegistry())

	for _, compressed := range []bool{false, true} {
		name := map[bool]string{false: "text", true: "gzip"}[compressed]
		request := scrapeRequest(compressed)
		var baseline time.Duration
		b.Run(name+"/plain", func(b *testing.B) {
			client := &discard{header: http.Header{}}
			begin := cpuTime()
			for b.Loop() {
				plain.ServeHTTP(client, request)
			}
			baseline = (cpuTime() - begin) / time.Duration(b.N)
			b.ReportMetric(float64(baseline.Microseconds())/1000, "cpu-ms/op")
			b.ReportMetric(float64(client.bytes/b.N), "bytes")
		})
		b.Run(name+"/store", func(b *testing.B) {
			client := &discard{header: http.Header{}}
			own.ServeHTTP(client, request)
			client.bytes = 0
			generation := 0
			begin := cpuTime()
			for b.Loop() {
				for i := range changing {
					n := generation*changing + i
					store.SetIndicator(changed[n/reports%len(changed)][n%reports])
				}
				generation++
				own.ServeHTTP(client, request)
			}
			each := (cpuTime() - begin) / time.Duration(b.N)
			b.ReportMetric(float64(each.Microseconds())/1000, "cpu-ms/op")
			b.ReportMetric(float64(client.bytes/b.N), "bytes")
			if baseline > 0 {
				b.ReportMetric(float64(baseline)/float64(each), "×plain")
			}
		})
	}
}

// cpuTime is what the process has used, which other work on the machine changes less than the clock on the wall.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// A scrape of unchanged series allocates the same little for a hundred series as for a hundred thousand.
func TestScrapeAllocatesNothingPerSeries(t *testing.T) {
	big := bigStore()
	small := exporting()
	small.SetIndicator(cpi("x", estimate(1, 0, 2, 500)))
	for _, compressed := range []bool{false, true} {
		few, many := allocations(small, compressed), allocations(big, compressed)
		if many > few+2 {
			t.Errorf("compressed %v: %g allocations with 100,000 series, %g with a few", compressed, many, few)
		}
	}
}

func allocations(store *metrics.Store, compressed bool) float64 {
	handler, request := store.Handler(prometheus.NewRegistry()), scrapeRequest(compressed)
	client := &discard{header: http.Header{}}
	handler.ServeHTTP(client, request)
	runtime.GC()
	handler.ServeHTTP(client, request)
	return testing.AllocsPerRun(20, func() {
		clear(client.header)
		handler.ServeHTTP(client, request)
	})
}

func TestBigStoreIsAsBigAsItSays(t *testing.T) {
	store := bigStore()
	text := body(t, store, true)
	if got := strings.Count(text, "\n") - strings.Count(text, "# "); got < 100_000 || got > 110_000 {
		t.Errorf("%d series", got)
	}
}
