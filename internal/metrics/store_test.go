package metrics_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/metrics"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

var now = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func estimate(value, lower, upper float64, n int64) measure.Estimate {
	return measure.Estimate{Value: &value, Lower: &lower, Upper: &upper, N: n}
}

func october(e measure.Estimate) plan.PeriodResult {
	return plan.PeriodResult{Label: "2026-10", Start: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), State: plan.Mature, Estimate: e}
}

func cpi(name string, e measure.Estimate, segments ...alert.Segment) metrics.Indicator {
	view := &alert.Indicator{
		Kind: alert.CPI, Name: name, Title: "NPS", Team: "support", Direction: measure.HigherIsBetter, Unit: "points", Confidence: 0.95,
		Thresholds: alert.Thresholds{Warning: new(30.0), Critical: new(20.0)},
		Result:     &alert.Result{Periods: []plan.PeriodResult{october(e)}, Segments: segments, Watermark: new(now)},
		Source:     alert.SourceRuns{Name: "crm", LastSuccess: new(now)},
	}
	return metrics.Indicator{Namespace: "cx", View: view, Decision: alert.Decide(view, now), Now: now, Theme: "Advocacy", Class: "Perception"}
}

func segment(value string, e measure.Estimate) alert.Segment {
	return alert.Segment{By: []string{"plan"}, Values: []string{value}, Current: october(e)}
}

// scrape reads the endpoint as Prometheus does and parses the answer.
func scrape(t testing.TB, store *metrics.Store, compressed bool) map[string]*dto.MetricFamily {
	t.Helper()
	text := body(t, store, compressed)
	parser := expfmt.NewTextParser(model.UTF8Validation)
	found, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatalf("the answer does not parse: %v\n%s", err, text)
	}
	return found
}

func body(t testing.TB, store *metrics.Store, compressed bool) string {
	t.Helper()
	request := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	if compressed {
		request.Header.Set("Accept-Encoding", "gzip")
	}
	recorder := httptest.NewRecorder()
	store.Handler(prometheus.NewRegistry()).ServeHTTP(recorder, request)
	var reader io.Reader = recorder.Body
	if encoding := recorder.Header().Get("Content-Encoding"); (encoding == "gzip") != compressed {
		t.Fatalf("Content-Encoding = %q", encoding)
	} else if compressed {
		var err error
		if reader, err = gzip.NewReader(recorder.Body); err != nil {
			t.Fatal(err)
		}
	}
	text, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// series lists name{label="value"} value of families whose name begins with prefix.
func series(found map[string]*dto.MetricFamily, name string) []string {
	var out []string
	if found[name] == nil {
		return nil
	}
	for _, m := range found[name].Metric {
		var labels []string
		for _, l := range m.Label {
			labels = append(labels, fmt.Sprintf("%s=%q", l.GetName(), l.GetValue()))
		}
		out = append(out, fmt.Sprintf("%s %g", strings.Join(labels, ","), m.GetGauge().GetValue()))
	}
	return out
}

func exporting() *metrics.Store {
	store := metrics.NewStore(metrics.DefaultLimits)
	store.Export(true)
	return store
}

func expect(t *testing.T, found map[string]*dto.MetricFamily, name string, want ...string) {
	t.Helper()
	if got := series(found, name); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s =\n  %s\nwant\n  %s", name, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func TestSeriesOfACPI(t *testing.T) {
	store := exporting()
	e := estimate(17.25, 15, 19.5, 1204)
	e.Rejected = map[measure.Rejection]int64{measure.RejectedMissing: 7, measure.RejectedOutOfScale: 2}
	store.SetIndicator(cpi("support-nps", e, segment("pro", estimate(10, 5, 15, 200)), segment("(none)", estimate(11, 6, 16, 90))))
	for _, compressed := range []bool{false, true} {
		found := scrape(t, store, compressed)
		object := `namespace="cx",name="support-nps"`
		expect(t, found, "cpi_value", object+`,unit="points" 17.25`)
		expect(t, found, "cpi_value_lower", object+`,unit="points" 15`)
		expect(t, found, "cpi_value_upper", object+`,unit="points" 19.5`)
		expect(t, found, "cpi_segment_value", object+`,segment_by="plan",segment="pro",unit="points" 10`, object+`,segment_by="plan",segment="(none)",unit="points" 11`)
		expect(t, found, "cpi_segment_sample_size", object+`,segment_by="plan",segment="pro" 200`, object+`,segment_by="plan",segment="(none)" 90`)
		expect(t, found, "cpi_sample_size", object+" 1204")
		expect(t, found, "cpi_threshold", object+`,level="warning" 30`, object+`,level="critical" 20`)
		expect(t, found, "cpi_state", object+`,state="Critical" 1`)
		expect(t, found, "cpi_period_end_timestamp_seconds", object+" 1.7934912e+09")
		expect(t, found, "cpi_watermark_timestamp_seconds", object+" 1.7952624e+09")
		expect(t, found, "cpi_rows_rejected", object+`,reason="Missing" 7`, object+`,reason="OutOfScale" 2`)
		expect(t, found, "cpi_info", object+`,theme="Advocacy",class="Perception",direction="HigherIsBetter",owner="support",title="NPS",source="crm" 1`)
		expect(t, found, "cpi_alert", object+`,kind="CPIDefinition",alert="CPIBelowThreshold",severity="critical",owner="support",theme="Advocacy",title="NPS",segment="",source="crm",cpi="support-nps" 1`)
	}
}

func TestSeriesOfAKPI(t *testing.T) {
	view := &alert.Indicator{
		Kind: alert.KPI, Name: "nrr", Team: "finance", Direction: measure.HigherIsBetter, Unit: "ratio", Percent: true,
		Targets: []alert.Target{{By: time.Date(2026, 10, 31, 0, 0, 0, 0, time.UTC), Bound: alert.Bound{Level: 1.08}}},
		Result:  &alert.Result{Periods: []plan.PeriodResult{october(estimate(1.02, 1, 1.04, 400))}},
	}
	store := exporting()
	store.SetIndicator(metrics.Indicator{Namespace: "cx", View: view, Decision: alert.Decide(view, now), Now: now, Theme: "Growth"})
	found := scrape(t, store, false)
	expect(t, found, "kpi_value", `namespace="cx",name="nrr",unit="ratio" 1.02`)
	expect(t, found, "kpi_target", `namespace="cx",name="nrr",bound="at_least",due="2026-10-31" 1.08`)
	expect(t, found, "kpi_state", `namespace="cx",name="nrr",state="OffTarget" 1`)
	expect(t, found, "cpi_value")
}

func TestWhatMustNotBeActedOnIsWithheld(t *testing.T) {
	for _, flag := range []plan.Flag{plan.NoData, plan.InsufficientSample, plan.SuspectData} {
		in := cpi("x", estimate(1, 0, 2, 5), segment("a", estimate(1, 0, 2, 5)))
		in.View.Result.Periods[0].Flag = flag
		in.View.Result.Segments[0].Current.Flag = flag
		in.Decision = alert.Decide(in.View, now)
		store := exporting()
		store.SetIndicator(in)
		found := scrape(t, store, false)
		for _, name := range []string{"cpi_value", "cpi_value_lower", "cpi_value_upper", "cpi_segment_value", "cpi_segment_value_lower"} {
			expect(t, found, name)
		}
		expect(t, found, "cpi_state", fmt.Sprintf(`namespace="cx",name="x",state="%s" 1`, flag))
		expect(t, found, "cpi_sample_size", `namespace="cx",name="x" 5`)
	}
}

func TestPublish(t *testing.T) {
	in := cpi("x", estimate(1, 0, 2, 500), segment("a", estimate(1, 0, 2, 500)))
	store := exporting()
	in.Publish = metrics.PublishTotalOnly
	store.SetIndicator(in)
	found := scrape(t, store, false)
	expect(t, found, "cpi_segment_value")
	expect(t, found, "cpi_value", `namespace="cx",name="x",unit="points" 1`)
	in.Publish = metrics.PublishNone
	store.SetIndicator(in)
	if text := body(t, store, false); text != "" {
		t.Errorf("None exports %s", text)
	}
}

func TestSeriesGoWithTheirObject(t *testing.T) {
	store := exporting()
	for i := range 300 {
		store.SetIndicator(cpi(fmt.Sprintf("c%d", i), estimate(1, 0, 2, 500)))
	}
	if got := len(scrape(t, store, true)["cpi_value"].Metric); got != 300 {
		t.Fatalf("%d series", got)
	}
	for i := range 300 {
		store.Delete(metrics.Key{Kind: alert.CPI, Namespace: "cx", Name: fmt.Sprintf("c%d", i)})
		store.Delete(metrics.Key{Kind: alert.CPI, Namespace: "cx", Name: "was never there"})
	}
	if text := body(t, store, true); text != "" {
		t.Errorf("left: %s", text)
	}
}

func TestOnlyTheLeaderExports(t *testing.T) {
	store := metrics.NewStore(metrics.DefaultLimits)
	store.SetIndicator(cpi("x", estimate(1, 0, 2, 500)))
	registry := prometheus.NewRegistry()
	if err := store.Register(registry); err != nil {
		t.Fatal(err)
	}
	get := func() string {
		recorder := httptest.NewRecorder()
		store.Handler(registry).ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/metrics", nil))
		return recorder.Body.String()
	}
	if text := get(); strings.Contains(text, "cpi_value") || !strings.Contains(text, "cpi_operator_leader 0\n") {
		t.Errorf("not leading: %s", text)
	}
	store.Export(true)
	if text := get(); !strings.Contains(text, "cpi_value{") || !strings.Contains(text, "cpi_operator_leader 1\n") || !strings.Contains(text, "cpi_operator_objects 1\n") {
		t.Errorf("leading: %s", text)
	}
}

func TestTooManySeriesAreCappedAndTold(t *testing.T) {
	var segments []alert.Segment
	for i := range 10 {
		segments = append(segments, segment(fmt.Sprintf("s%d", i), estimate(1, 0, 2, 500)))
	}
	store := metrics.NewStore(metrics.Limits{PerIndicator: 12, PerNamespace: 60})
	store.Export(true)
	if dropped := store.SetIndicator(cpi("a", estimate(1, 0, 2, 500), segments...)); dropped != 28 {
		t.Errorf("dropped %d series, want 28 of 7 segments", dropped)
	}
	found := scrape(t, store, false)
	if got := len(found["cpi_segment_value"].Metric); got != 3 {
		t.Errorf("%d segments", got)
	}
	expect(t, found, "cpi_series_dropped", `namespace="cx",name="a" 28`)
	for _, name := range []string{"b", "c", "d"} {
		store.SetIndicator(cpi(name, estimate(1, 0, 2, 500), segments...))
	}
	found = scrape(t, store, false)
	if got := len(found["cpi_value"].Metric); got != 4 {
		t.Errorf("totals are never left out: %d", got)
	}
	if dropped := store.SetIndicator(cpi("d", estimate(1, 0, 2, 500), segments...)); dropped != 40 {
		t.Errorf("the namespace is full: dropped %d, want 40", dropped)
	}
	for _, name := range []string{"a", "b", "c"} {
		store.Delete(metrics.Key{Kind: alert.CPI, Namespace: "cx", Name: name})
	}
	if dropped := store.SetIndicator(cpi("d", estimate(1, 0, 2, 500), segments...)); dropped != 28 {
		t.Errorf("room again: dropped %d, want 28", dropped)
	}
}

func TestHostileSegmentsAreHarmless(t *testing.T) {
	values := []string{"", "(none)", `quo"te`, `back\slash`, "new\nline", "a\xff", "a\xfe", "nul\x00", "{{ .Value }}", strings.Repeat("é", 100), strings.Repeat("é", 101), "name", `x",name="y`, "\u2028", "# HELP cpi_value"}
	var segments []alert.Segment
	for _, v := range values {
		segments = append(segments, segment(v, estimate(1, 0, 2, 500)))
	}
	crossed := func(a, b string) alert.Segment {
		s := segment("", estimate(1, 0, 2, 500))
		s.By, s.Values = []string{"plan", "region"}, []string{a, b}
		return s
	}
	segments = append(segments, crossed("a,b", "c"), crossed("a", "b,c"), segment("quo\"te", estimate(2, 1, 3, 500)))
	in := cpi("x", estimate(1, 0, 2, 500), segments...)
	in.View.Title, in.View.Team, in.View.Unit = "ti\"t\nle\xff", strings.Repeat("x", 1000), "EUR\n"
	store := exporting()
	store.SetIndicator(in)
	distinct(t, scrape(t, store, true), len(values)+2)
}

// distinct checks that every segment has its own series and that values stay within bounds.
func distinct(t *testing.T, found map[string]*dto.MetricFamily, want int) {
	t.Helper()
	seen := map[string]bool{}
	for _, m := range found["cpi_segment_value"].Metric {
		key := ""
		for _, l := range m.Label {
			key += l.GetName() + "\x00" + l.GetValue() + "\x00"
			if len(l.GetValue()) > 140 {
				t.Errorf("label of %d bytes", len(l.GetValue()))
			}
		}
		if seen[key] {
			t.Errorf("two series with the labels %q", key)
		}
		seen[key] = true
	}
	if len(seen) != want {
		t.Errorf("%d segments, want %d", len(seen), want)
	}
}

func FuzzSegments(f *testing.F) {
	f.Add("a", "b", "title")
	f.Add("a\xff", "a\xfe", "\"\n\\")
	f.Add("\x00", "(none)", "{{")
	f.Add(strings.Repeat("a", 128), strings.Repeat("a", 129), "")
	f.Fuzz(func(t *testing.T, a, b, title string) {
		in := cpi("x", estimate(1, 0, 2, 500), segment(a, estimate(1, 0, 2, 500)), segment(b, estimate(1, 0, 2, 500)))
		in.View.Title = title
		store := exporting()
		store.SetIndicator(in)
		want := 2
		if a == b {
			want = 1
		}
		distinct(t, scrape(t, store, false), want)
	})
}

func TestFamiliesStandTogether(t *testing.T) {
	store := exporting()
	for i := range 40 {
		store.SetIndicator(cpi(fmt.Sprintf("c%d", i), estimate(1, 0, 2, 500), segment("a", estimate(1, 0, 2, 500))))
	}
	closed, current := map[string]bool{}, ""
	for line := range strings.Lines(body(t, store, true)) {
		name := strings.TrimPrefix(strings.TrimPrefix(line, "# HELP "), "# TYPE ")
		name = name[:strings.IndexAny(name, " {")]
		if name == current {
			continue
		}
		if closed[name] {
			t.Fatalf("%s stands in two places", name)
		}
		closed[current], current = true, name
	}
}
