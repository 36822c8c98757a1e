package publish_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/publish"
)

func TestMain(m *testing.M) { envtestkit.Main(m) }

const source = "crm"

// run is a run in a test: its plan, its results folder, and the reports it writes to.
type run struct {
	*testing.T
	client    client.Client
	namespace string
	plan      plan.Plan
	results   plan.ResultsFolder
	message   string
	reports   map[string]*v1alpha1.IndicatorReport
}

func newRun(t *testing.T, indicators ...string) *run {
	t.Helper()
	r := &run{
		T: t, client: envtestkit.Client(t), namespace: envtestkit.Namespace(t),
		reports: map[string]*v1alpha1.IndicatorReport{},
		plan:    plan.Plan{FormatVersion: plan.FormatVersion, Run: "run-1", Now: time.Date(2026, time.November, 21, 12, 0, 0, 0, time.UTC)},
	}
	for _, name := range indicators {
		cpi := envtestkit.CPI(r.namespace, name, "survey")
		envtestkit.Create(t, r.client, cpi)
		report := envtestkit.Report(cpi, source, "v1-abc")
		envtestkit.Create(t, r.client, report)
		r.reports[name] = report
		r.plan.Indicators = append(r.plan.Indicators, plan.Indicator{
			Key: plan.Key{Kind: "CPIDefinition", Name: name}, UID: string(cpi.UID), RequestHash: "v1-abc", Quality: plan.Quality{Confidence: 0.95},
		})
	}
	r.anew()
	return r
}

// anew gives the run another pod: empty folders.
func (r *run) anew() {
	folder := r.TempDir()
	r.results, r.message = plan.ResultsFolder(folder), filepath.Join(folder, "message")
}

func (r *run) publisher() *publish.Publisher {
	return &publish.Publisher{
		Client: r.client, Namespace: r.namespace, Source: source, Plan: r.plan, Results: r.results, Message: r.message,
		Every: time.Millisecond, Flush: 20 * time.Second, Clock: clock.RealClock{}, Log: slog.New(slog.DiscardHandler),
	}
}

// publish runs the step as after compute has ended, and returns what it tells.
func (r *run) publish() publish.Summary {
	r.Helper()
	if err := r.publisher().Run(ended(r.T)); err != nil {
		r.Fatalf("publish: %v", err)
	}
	return r.summary()
}

func (r *run) summary() publish.Summary {
	r.Helper()
	content, err := os.ReadFile(r.message)
	if err != nil {
		r.Fatal(err)
	}
	summary, ok := publish.DecodeSummary(string(content))
	if !ok {
		r.Fatalf("no summary in %q", content)
	}
	return summary
}

func (r *run) report(name string) *v1alpha1.IndicatorReport {
	r.Helper()
	return envtestkit.Reload(r.T, r.client, r.reports[name])
}

// found writes a result, as compute does; change makes it another than that of a good month.
func (r *run) found(place int, change ...func(*plan.Result)) {
	r.Helper()
	indicator := r.plan.Indicators[place]
	result := plan.Result{Key: indicator.Key, UID: indicator.UID, RequestHash: indicator.RequestHash, Run: r.plan.Run, Numbers: numbers(31.4)}
	for _, c := range change {
		c(&result)
	}
	must(r, r.results.WriteResult(place, result))
}

func (r *run) done(done plan.Done) {
	r.Helper()
	done.Run, done.Expected = r.plan.Run, len(r.plan.Indicators)
	must(r, r.results.WriteDone(done))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func numbers(value float64) *plan.Numbers {
	october := time.Date(2026, time.October, 1, 0, 0, 0, 0, time.UTC)
	return &plan.Numbers{
		Unit: "points", Direction: measure.HigherIsBetter, Variant: "promoters less detractors",
		Periods: []plan.PeriodResult{{
			Label: "2026-10", Start: october, End: october.AddDate(0, 1, 0), State: plan.Mature,
			Estimate: measure.Estimate{
				Value: &value, Lower: new(value - 2.5), Upper: new(value + 2.5), N: 412,
				Rejected: map[measure.Rejection]int64{measure.RejectedMissing: 3},
			},
		}},
		Segments: []plan.SegmentResult{{
			By: []string{"plan"}, Values: []*string{nil},
			Current: plan.PeriodResult{Label: "2026-10", State: plan.Mature, Estimate: measure.Estimate{Value: &value, N: 12}},
		}},
		Waterfall: []plan.Waterstep{{Step: "read", Rows: 415}, {Step: "rejected/Missing", Rows: 3}, {Step: "used", Rows: 412}},
		SQL:       "SELECT 1",
	}
}

func failed(reason plan.Reason) func(*plan.Result) {
	return func(r *plan.Result) {
		r.Numbers, r.Failure = nil, &plan.Failure{Reason: reason, Message: "Column score is not there."}
	}
}

func TestNumbersArrive(t *testing.T) {
	r := newRun(t, "nps")
	r.found(0)
	r.done(plan.Done{Succeeded: 1})
	if diff := cmp.Diff(publish.Summary{Expected: 1, Succeeded: 1}, r.publish()); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
	status := r.report("nps").Status
	if status.Attempt == nil || status.Attempt.Outcome != "Succeeded" || status.Attempt.RequestHash != "v1-abc" {
		t.Fatalf("attempt = %+v", status.Attempt)
	}
	result := status.Result
	if result.ConfidenceLevel != "0.95" || result.Unit != "points" || result.ChangedTime == nil {
		t.Errorf("result = %+v", result)
	}
	got := result.Periods[0]
	if got.Value != "31.4" || got.Lower != "28.9" || got.Upper != "33.9" || *got.N != 412 || got.State != "Mature" || *got.Rejected[0].Rows != 3 {
		t.Errorf("period = %+v", got)
	}
	if got := result.Segments[0].Values[0]; got != "(none)" {
		t.Errorf("a NULL segment is called %q", got)
	}
}

func TestSameNumbersChangeNoResourceVersion(t *testing.T) {
	r := newRun(t, "nps", "broken")
	runs := 0
	write := func() {
		runs++
		r.found(0, func(result *plan.Result) { result.Numbers.SQL = fmt.Sprintf("SELECT %d /* as of now */", runs) })
		r.found(1, failed(plan.ColumnMissing))
		r.done(plan.Done{Succeeded: 1, Failed: 1})
	}
	write()
	r.publish()
	before := []string{r.report("nps").ResourceVersion, r.report("broken").ResourceVersion}
	r.anew()
	write()
	if got := r.publish(); got.Unchanged != 2 {
		t.Errorf("unchanged = %d, want 2", got.Unchanged)
	}
	if diff := cmp.Diff(before, []string{r.report("nps").ResourceVersion, r.report("broken").ResourceVersion}); diff != "" {
		t.Errorf("a run over unchanged data wrote reports:\n%s", diff)
	}
}

func TestFailureKeepsTheLastGoodResult(t *testing.T) {
	r := newRun(t, "nps")
	r.found(0)
	r.done(plan.Done{Succeeded: 1})
	r.publish()
	good := r.report("nps").Status.Result.DeepCopy()

	r.anew()
	r.found(0, failed(plan.ColumnMissing))
	r.done(plan.Done{Failed: 1})
	r.publish()
	status := r.report("nps").Status
	if diff := cmp.Diff(good, status.Result); diff != "" {
		t.Errorf("the last good result changed (-before +after):\n%s", diff)
	}
	if status.Attempt.Outcome != "Failed" || status.Attempt.Reason != "ColumnMissing" || status.Attempt.Message == "" {
		t.Errorf("attempt = %+v", status.Attempt)
	}

	r.anew() // and good again: nothing of the failure is left over
	r.found(0)
	r.done(plan.Done{Succeeded: 1})
	r.publish()
	if got := r.report("nps").Status.Attempt; got.Reason != "" || got.Message != "" || got.Outcome != "Succeeded" {
		t.Errorf("attempt = %+v", got)
	}
}

func TestResultOfAnotherFormulaIsDropped(t *testing.T) {
	for name, change := range map[string]func(*v1alpha1.IndicatorReport){
		"formula edited":        func(r *v1alpha1.IndicatorReport) { r.Spec.RequestHash = "v1-new" },
		"indicator made anew":   func(r *v1alpha1.IndicatorReport) { r.Spec.IndicatorRef.UID = "another" },
		"moved to other source": func(r *v1alpha1.IndicatorReport) { r.Spec.DataSourceRef.Name = "billing" },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRun(t, "nps")
			report := r.report("nps")
			change(report)
			must(t, r.client.Update(t.Context(), report))
			r.found(0)
			r.done(plan.Done{Succeeded: 1})
			if got := r.publish(); got.Dropped != 1 {
				t.Errorf("dropped = %d, want 1", got.Dropped)
			}
			if status := r.report("nps").Status; status.Result != nil || status.Attempt != nil {
				t.Errorf("status = %+v", status)
			}
		})
	}
	t.Run("indicator deleted", func(t *testing.T) {
		r := newRun(t, "nps")
		must(t, r.client.Delete(t.Context(), r.reports["nps"]))
		r.found(0)
		r.done(plan.Done{Succeeded: 1})
		if got := r.publish(); got.Dropped != 1 {
			t.Errorf("dropped = %d, want 1", got.Dropped)
		}
	})
}

func TestResultThatIsNotOfThePlanIsIgnored(t *testing.T) {
	r := newRun(t, "nps", "other")
	r.plan.Indicators = r.plan.Indicators[:1]
	must(t, r.results.WriteResult(7, plan.Result{
		Key: plan.Key{Kind: "CPIDefinition", Name: "other"}, UID: r.reports["other"].Spec.IndicatorRef.UID, RequestHash: "v1-abc", Numbers: numbers(99),
	}))
	r.done(plan.Done{})
	r.publish()
	if status := r.report("other").Status; status.Result != nil {
		t.Error("compute wrote to a report outside its plan")
	}
}

func TestSourceFailureIsToldOnceAndNotOnReports(t *testing.T) {
	r := newRun(t, "nps", "csat")
	failure := plan.Failure{Reason: plan.AuthenticationFailed, Message: "The database refuses user cx.", Source: true}
	for place := range r.plan.Indicators {
		r.found(place, func(result *plan.Result) { result.Numbers, result.Failure = nil, &failure })
	}
	r.done(plan.Done{Failed: 2, Source: &failure})
	want := publish.Summary{Expected: 2, Failed: 2, SourceFailure: &publish.SourceFailure{Reason: plan.AuthenticationFailed, Message: failure.Message}}
	if diff := cmp.Diff(want, r.publish()); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
	for name := range r.reports {
		if status := r.report(name).Status; status.Attempt != nil {
			t.Errorf("%s: attempt = %+v", name, status.Attempt)
		}
	}
}

// A namespace may hold thousands of reports that are none of this run's business.
func TestOnlyTheRunsReportsAreRead(t *testing.T) {
	r := newRun(t, "nps", "csat")
	r.found(0)
	r.done(plan.Done{Succeeded: 1})
	reads := 0
	p := r.publisher()
	p.Client = interceptor.NewClient(r.client.(client.WithWatch), interceptor.Funcs{
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, object client.Object, options ...client.GetOption) error {
			reads++
			return c.Get(ctx, key, object, options...)
		},
		List: func(context.Context, client.WithWatch, client.ObjectList, ...client.ListOption) error {
			return errors.New("reports are not to be listed")
		},
	})
	must(t, p.Run(ended(t)))
	if reads != 1 || r.report("nps").Status.Result == nil {
		t.Errorf("%d reads", reads)
	}
}

func TestResultsArriveWhileComputeRuns(t *testing.T) {
	r := newRun(t, "nps", "csat")
	ctx, stop := cancelled(t)
	finished := make(chan error, 1)
	go func() { finished <- r.publisher().Run(ctx) }()
	r.found(0)
	envtestkit.Eventually(t, func() bool { return r.report("nps").Status.Result != nil })
	r.found(1)
	r.done(plan.Done{Succeeded: 2})
	stop()
	must(t, <-finished)
	if r.report("csat").Status.Result == nil {
		t.Error("what was ready at the end was not flushed")
	}
}

// away refuses writes as long as it is set, as an API server that restarts.
type away struct {
	atomic.Bool
	refused atomic.Int32
	inner   http.RoundTripper
}

func (a *away) RoundTrip(request *http.Request) (*http.Response, error) {
	if a.Load() {
		a.refused.Add(1)
		return nil, errors.New("connection refused")
	}
	return a.inner.RoundTrip(request)
}

func TestAPIServerAwayLosesNothing(t *testing.T) {
	r := newRun(t, "nps")
	down := &away{}
	config := envtestkit.Config(t)
	config.Wrap(func(inner http.RoundTripper) http.RoundTripper { down.inner = inner; return down })
	r.client = envtestkit.ClientFor(t, config)
	r.report("nps") // the client knows its way
	down.Store(true)
	r.found(0)
	r.done(plan.Done{Succeeded: 1})
	finished := make(chan error, 1)
	go func() { finished <- r.publisher().Run(ended(t)) }()
	envtestkit.Eventually(t, func() bool { return down.refused.Load() > 2 })
	down.Store(false)
	must(t, <-finished)
	if r.report("nps").Status.Result == nil {
		t.Error("the result was lost")
	}
}

func TestAPIServerGoneIsTold(t *testing.T) {
	r := newRun(t, "nps")
	r.found(0)
	r.done(plan.Done{Succeeded: 1})
	config := envtestkit.Config(t)
	down := &away{}
	config.Wrap(func(inner http.RoundTripper) http.RoundTripper { down.inner = inner; return down })
	p := r.publisher()
	p.Client, p.Flush = envtestkit.ClientFor(t, config), 20*time.Millisecond
	down.Store(true)
	if err := p.Run(ended(t)); err == nil {
		t.Error("no error")
	}
	if got := r.summary(); got.Unwritten != 1 {
		t.Errorf("summary = %+v", got)
	}
}

func TestConflictIsDecidedAnew(t *testing.T) {
	r := newRun(t, "nps")
	racing := &racer{Client: r.client, once: func() { // somebody writes between our look and our write
		report := r.report("nps")
		report.Labels = map[string]string{"touched": "true"}
		must(t, r.client.Update(t.Context(), report))
	}}
	p := r.publisher()
	p.Client = racing
	r.found(0)
	r.done(plan.Done{Succeeded: 1})
	must(t, p.Run(ended(t)))
	if racing.conflicts != 1 {
		t.Errorf("%d conflicts, want 1", racing.conflicts)
	}
	if r.report("nps").Status.Result == nil {
		t.Error("the result was lost to a conflict")
	}
}

func TestHostileValuesGetNoReportRefused(t *testing.T) {
	r := newRun(t, "nps")
	long, broken := strings.Repeat("ä", 5000), "caf\xe9\x00"
	r.found(0, func(result *plan.Result) {
		n := result.Numbers
		n.SQL, n.Variant, n.Warnings = strings.Repeat("SELECT ü ", 5000), long, make([]string, 40)
		for i := range n.Warnings {
			n.Warnings[i] = long
		}
		segment := n.Segments[0]
		n.Segments = nil
		for i := range 5000 {
			s := segment
			value := long + string(rune('a'+i%26)) + strings.Repeat("x", i)
			s.Values = []*string{&value}
			s.Current.N = int64(i)
			n.Segments = append(n.Segments, s)
		}
		n.Segments[4999].Values = []*string{&broken}
		for i := range 100 {
			n.Waterfall = append(n.Waterfall, plan.Waterstep{Step: long, Rows: int64(i)})
		}
		huge := 1e300
		n.Periods[0].Value = &huge
	})
	r.done(plan.Done{Succeeded: 1})
	if got := r.publish(); got.Unwritten != 0 {
		t.Fatalf("summary = %+v", got)
	}
	result := r.report("nps").Status.Result
	if result == nil {
		t.Fatal("no result")
	}
	content, err := json.Marshal(result)
	must(t, err)
	if len(content) > 64<<10 {
		t.Errorf("a report of %d bytes", len(content))
	}
	if last := result.Segments[len(result.Segments)-1]; *last.Current.N != 4999 {
		t.Errorf("the largest segment was shed; the last is %d", *last.Current.N)
	}
	if *result.OmittedSegments+int32(len(result.Segments)) != 5000 {
		t.Errorf("%d segments and %d omitted do not make 5000", len(result.Segments), *result.OmittedSegments)
	}
	names := map[string]bool{}
	for _, s := range result.Segments {
		if names[s.Values[0]] {
			t.Fatalf("two segments are called %q", s.Values[0])
		}
		names[s.Values[0]] = true
	}
	if len(result.Warnings) > 16 || len(result.Periods) != 1 {
		t.Errorf("%d warnings, %d periods", len(result.Warnings), len(result.Periods))
	}
}

func isConflict(err error) bool { return apierrors.IsConflict(err) }

func TestRestatementTellsWhatMoved(t *testing.T) {
	r := newRun(t, "nps")
	month := func(value float64, state plan.State) func(*plan.Result) {
		return func(result *plan.Result) {
			result.Numbers = numbers(value)
			result.Numbers.Periods[0].State = state
		}
	}
	r.found(0, month(31.4, plan.Settled))
	r.done(plan.Done{Succeeded: 1})
	r.publish()
	if got := r.report("nps").Status.Result.Warnings; len(got) != 0 {
		t.Errorf("warnings without a restatement: %q", got)
	}

	r.plan.Indicators[0].Full, r.plan.Indicators[0].Restatement = true, "October was loaded twice"
	r.anew()
	r.found(0, month(28.5, plan.Settled))
	r.done(plan.Done{Succeeded: 1})
	r.publish()
	want := []string{"Restated: 1 of 1 settled periods moved: 2026-10 from 31.4 (n 412) to 28.5 (n 412)."}
	if diff := cmp.Diff(want, r.report("nps").Status.Result.Warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}

	before := r.report("nps").ResourceVersion
	r.plan.Indicators[0].Full = false
	r.anew() // the next run over the same data
	r.found(0, month(28.5, plan.Settled))
	r.done(plan.Done{Succeeded: 1})
	r.publish()
	if after := r.report("nps").ResourceVersion; after != before {
		t.Errorf("the run after a restatement wrote the report; warnings %q", r.report("nps").Status.Result.Warnings)
	}
}
