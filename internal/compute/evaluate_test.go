package compute_test

import (
	"context"
	"log/slog"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/compute"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/source"
	"github.com/cpi-operator/cpi-operator/internal/source/prometheus"
	prometheustest "github.com/cpi-operator/cpi-operator/test/prometheus"
)

// berlin has a day of 23 hours (29 March 2026) and one of 25 (25 October).
var berlin = func() *time.Location {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	return zone
}()

func day(month time.Month, day int) time.Time { return time.Date(2026, month, day, 0, 0, 0, 0, berlin) }

// sold is a counter that rises by one a minute, written each minute, at 30 seconds past.
func sold(since time.Time) func(time.Time) float64 {
	return func(at time.Time) float64 { return math.Floor(at.Sub(since).Minutes()) }
}

const half = 30 * time.Second

func asks(name, expr string, grain plan.Grain, history int) plan.Indicator {
	return plan.Indicator{
		Key: plan.Key{Kind: "KPITarget", Name: name}, UID: name, RequestHash: "v1-" + name,
		Measure: measure.Spec{PromQL: &measure.PromQL{Expr: expr, Unit: "EUR", Additive: true, Direction: measure.HigherIsBetter}},
		Period:  &plan.Period{Grain: grain, Window: 1, History: history, TimeZone: "Europe/Berlin", WeekStart: time.Monday, FiscalYearStartMonth: time.January, Settle: time.Hour},
	}
}

// evaluated runs indicators on a server as of an instant.
func evaluated(t *testing.T, server *prometheustest.Server, at time.Time, indicators ...plan.Indicator) *results {
	t.Helper()
	found := newResults(t)
	done, err := compute.Evaluate(t.Context(), planOn(server.Address, at, indicators...), openPrometheus(t, server.Address), found, slog.New(slog.DiscardHandler))
	if err != nil || done.Source != nil {
		t.Fatalf("%v, %+v", err, done)
	}
	return found
}

func planOn(address string, at time.Time, indicators ...plan.Indicator) plan.Plan {
	return plan.Plan{
		FormatVersion: plan.FormatVersion, Run: "run-1", Now: at, Indicators: indicators,
		Source: plan.Source{Namespace: "shop", Name: "prom", Prometheus: &plan.Prometheus{Address: address}, Limits: plan.Limits{QueryTimeout: time.Minute}},
	}
}

func openPrometheus(t *testing.T, address string) source.Evaluator {
	t.Helper()
	server, err := prometheus.Open(t.Context(), prometheus.Config{Source: planOn(address, time.Time{}).Source})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	return server
}

// mustRead checks a period's value, flag and state.
func mustRead(t *testing.T, p plan.PeriodResult, value float64, flag plan.Flag, state plan.State) {
	t.Helper()
	switch {
	case p.Flag != flag || p.State != state:
		t.Errorf("%s is %s %q, want %s %q", p.Label, p.State, p.Flag, state, flag)
	case flag == plan.NoData && p.Value != nil:
		t.Errorf("%s has no data, but reads %v", p.Label, *p.Value)
	case flag != plan.NoData && (p.Value == nil || math.Abs(*p.Value-value) > 1e-6):
		t.Errorf("%s reads %v, want %v", p.Label, p.Value, value)
	}
	if !p.Census || p.N != 0 || p.Lower != nil || p.Upper != nil {
		t.Errorf("%s is no census: %+v", p.Label, p.Estimate)
	}
}

const counter = "# TYPE sold counter\n"

// One sale a minute: a day sells as many as it has minutes, 1,380 on the day that clocks go forward and 1,500 on the day
// that they go back. increase reads (last − first), extrapolated over the window: exact here, for the samples lie
// half a step within it at both ends.
func TestDaysOfEveryLength(t *testing.T) {
	spring := prometheustest.Samples("sold_total", day(3, 27).Add(half), day(3, 31), time.Minute, sold(day(3, 27)))
	autumn := prometheustest.Samples("sold_total", day(10, 23).Add(half), day(10, 27), time.Minute, sold(day(3, 27)))
	server := prometheustest.Start(t, counter+spring+autumn)
	sales := asks("sales", "sum(increase(sold_total[$__period]))", plan.Day, 4)

	found := evaluated(t, server, day(3, 31).Add(2*time.Hour), sales)
	mustRead(t, found.period("sales", "2026-03-28"), 1440, "", plan.Settled)
	mustRead(t, found.period("sales", "2026-03-29"), 1380, "", plan.Settled)
	mustRead(t, found.period("sales", "2026-03-30"), 1440, "", plan.Settled)
	mustRead(t, found.period("sales", "2026-03-31"), 0, plan.NoData, plan.Running)
	if n := found.numbers("sales"); n.Unit != "EUR" || !strings.Contains(n.Variant, "a census") || len(n.Warnings) > 0 ||
		n.SQL != "# as of 2026-03-30T21:59:59.999Z\nsum(increase(sold_total[86400s]))" {
		t.Errorf("%s %q %q\n%s", n.Unit, n.Variant, n.Warnings, n.SQL)
	}

	found = evaluated(t, server, day(10, 26).Add(2*time.Hour), sales)
	mustRead(t, found.period("sales", "2026-10-24"), 1440, "", plan.Settled)
	mustRead(t, found.period("sales", "2026-10-25"), 1500, "", plan.Settled)
	// So far: two hours.
	mustRead(t, found.period("sales", "2026-10-26"), 120, "", plan.Running)

	// A window of a week that a clock change lies in, told each day.
	week := sales
	week.Period = new(*sales.Period)
	week.Period.Window, week.Period.History = 2, 2
	mustRead(t, evaluated(t, server, day(3, 31), week).period("sales", "2026-03-30"), 1380+1440, "", plan.Mature)
}

// A period is half-open as everywhere: what is measured at its first instant is its own, at its last instant the next's.
func TestPeriodsAreHalfOpen(t *testing.T) {
	samples := "# TYPE paid gauge\n" + prometheustest.Samples("paid", day(7, 1), day(7, 3).Add(time.Second), 12*time.Hour, func(time.Time) float64 { return 1 })
	paid := asks("paid", "sum(count_over_time(paid[$__period]))", plan.Day, 3)
	found := evaluated(t, prometheustest.Start(t, samples), day(7, 3).Add(time.Second), paid)
	p := found.period("paid", "2026-07-02")
	if p.Value == nil || *p.Value != 2 {
		t.Errorf("2 July holds %v samples, want midnight's and noon's", p.Value)
	}
	mustRead(t, found.period("paid", "2026-07-03"), 1, "", plan.Running)
}

// A counter that starts again at zero loses nothing.
func TestCounterReset(t *testing.T) {
	restart := day(7, 2).Add(7 * time.Hour)
	samples := prometheustest.Samples("sold_total", day(7, 1).Add(half), day(7, 3), time.Minute, func(at time.Time) float64 {
		if at.Before(restart) {
			return sold(day(7, 1))(at)
		}
		return 1 + sold(restart)(at)
	})
	found := evaluated(t, prometheustest.Start(t, counter+samples), day(7, 3).Add(2*time.Hour), asks("sales", "sum(increase(sold_total[$__period]))", plan.Day, 3))
	mustRead(t, found.period("sales", "2026-07-02"), 1440, "", plan.Settled)
}

// A gap within a period loses nothing of a counter; one at its end does, and nobody can say how much.
func TestGaps(t *testing.T) {
	write := func(from, to time.Time) string {
		return prometheustest.Samples("sold_total", from.Add(half), to, time.Minute, sold(day(7, 1)))
	}
	samples := write(day(7, 1), day(7, 2).Add(6*time.Hour)) + write(day(7, 2).Add(15*time.Hour), day(7, 3).Add(20*time.Hour)) +
		write(day(7, 4).Add(3*time.Hour), day(7, 6))
	sales := asks("sales", "sum(increase(sold_total[$__period]))", plan.Day, 6)
	found := evaluated(t, prometheustest.Start(t, counter+samples), day(7, 6).Add(2*time.Hour), sales)
	mustRead(t, found.period("sales", "2026-07-02"), 1440, "", plan.Settled)
	for _, label := range []string{"2026-07-03", "2026-07-04"} {
		p := found.period("sales", label)
		if p.Flag != plan.SuspectData || p.State != plan.Mature || p.Value == nil {
			t.Errorf("%s: %+v", label, p)
		}
	}
	mustRead(t, found.period("sales", "2026-07-05"), 1440, "", plan.Settled)
	if warnings := strings.Join(found.numbers("sales").Warnings, "\n"); !strings.Contains(warnings, "no data at the start or the end of 2026-07-03, 2026-07-04") {
		t.Errorf("warnings: %s", warnings)
	}
}

// The day in which the data begins reads too low, and so does one whose morning is forgotten: neither is told. Days
// before are no data, which is not zero.
func TestWhereTheDataBegins(t *testing.T) {
	samples := prometheustest.Samples("sold_total", day(7, 3).Add(9*time.Hour+half), day(7, 6), time.Minute, sold(day(7, 1)))
	found := evaluated(t, prometheustest.Start(t, counter+samples), day(7, 6).Add(2*time.Hour), asks("sales", "sum(increase(sold_total[$__period]))", plan.Day, 6))
	mustRead(t, found.period("sales", "2026-07-01"), 0, plan.NoData, plan.Mature)
	mustRead(t, found.period("sales", "2026-07-03"), 0, plan.NoData, plan.Mature)
	mustRead(t, found.period("sales", "2026-07-04"), 1440, "", plan.Settled)
	if reason := found.period("sales", "2026-07-03").Reason; reason != measure.Incomplete {
		t.Errorf("reason %s", reason)
	}
	if reason := found.period("sales", "2026-07-01").Reason; reason != measure.NoRows {
		t.Errorf("reason %s", reason)
	}
	if warnings := strings.Join(found.numbers("sales").Warnings, "\n"); !strings.Contains(warnings, "begins in 2026-07-03") || !strings.Contains(warnings, "2 of 6 periods") {
		t.Errorf("warnings: %s", warnings)
	}
}

// What Prometheus has forgotten does not unsay what it said.
func TestPrometheusForgets(t *testing.T) {
	write := func(from time.Time) *prometheustest.Server {
		return prometheustest.Start(t, counter+prometheustest.Samples("sold_total", from.Add(half), day(7, 6), time.Minute, sold(day(6, 30))))
	}
	all, young := write(day(6, 30)), write(day(7, 4).Add(12*time.Hour))
	sales := asks("sales", "sum(increase(sold_total[$__period]))", plan.Day, 6)
	sales.Period.Settle = 48 * time.Hour // longer than this server remembers
	now := day(7, 6).Add(2 * time.Hour)
	before := evaluated(t, all, now, sales).numbers("sales").Periods
	for i, state := range []plan.State{plan.Settled, plan.Settled, plan.Settled, plan.Mature, plan.Mature} {
		mustRead(t, before[i], 1440, "", state)
	}

	later := sales
	later.Frozen = before[:5] // as the report kept them
	found := evaluated(t, young, now, later)
	for i, state := range []plan.State{plan.Settled, plan.Settled, plan.Settled, plan.Mature, plan.Mature} {
		mustRead(t, found.numbers("sales").Periods[i], 1440, "", state)
	}
	if warnings := strings.Join(found.numbers("sales").Warnings, "\n"); !strings.Contains(warnings, "less of 1 periods") {
		t.Errorf("warnings: %s", warnings) // 4 July; 5 July is whole, and earlier ones are not asked for
	}

	// Once it is time, what is kept settles too.
	found = evaluated(t, young, day(7, 7).Add(2*time.Hour), later)
	mustRead(t, found.period("sales", "2026-07-04"), 1440, "", plan.Settled)

	// A restatement takes what is whole and leaves what is not.
	later.Full = true
	for i := range later.Frozen {
		later.Frozen[i].Value = new(1000.0)
	}
	found = evaluated(t, young, now, later)
	for i, value := range []float64{1000, 1000, 1000, 1000, 1440} {
		if p := found.numbers("sales").Periods[i]; p.Value == nil || *p.Value != value {
			t.Errorf("%s restated as %v, want %v", p.Label, p.Value, value)
		}
	}

	// Without anything kept, the same server tells what it can.
	found = evaluated(t, young, now, sales)
	mustRead(t, found.period("sales", "2026-07-03"), 0, plan.NoData, plan.Mature)
	mustRead(t, found.period("sales", "2026-07-04"), 0, plan.NoData, plan.Mature)
	mustRead(t, found.period("sales", "2026-07-05"), 1440, "", plan.Mature)
}

// Values without a window are those of the last instant; NaN and infinity are no values.
func TestValuesOfAnInstant(t *testing.T) {
	samples := "# TYPE customers gauge\n" + prometheustest.Samples("customers", day(7, 1), day(7, 3), time.Minute, func(at time.Time) float64 { return at.Sub(day(7, 1)).Hours() })
	server := prometheustest.Start(t, samples)
	found := evaluated(t, server, day(7, 4).Add(time.Hour),
		asks("customers", "sum(customers)", plan.Day, 4), asks("none", "0 / (customers - customers)", plan.Day, 4), asks("endless", "1 / (customers - customers)", plan.Day, 4),
		asks("constant", "42", plan.Day, 2), asks("broken", "sum(customers", plan.Day, 2), asks("two", `label_replace(customers, "a", "b", "", "") or customers`, plan.Day, 4))
	mustRead(t, found.period("customers", "2026-07-01"), 24-1.0/60, "", plan.Settled)
	mustRead(t, found.period("customers", "2026-07-03"), 0, plan.NoData, plan.Mature)
	mustRead(t, found.period("constant", "2026-07-03"), 42, "", plan.Settled)
	for _, name := range []string{"none", "endless"} {
		p := found.period(name, "2026-07-02")
		if p.Value != nil || p.Flag != plan.NoData || p.Reason != measure.NotFinite {
			t.Errorf("%s: %+v", name, p)
		}
	}
	// What is broken fails alone, and names the period.
	for name, says := range map[string]string{"broken": "parse error", "two": "2 series"} {
		if found.reason(name) != plan.QueryFailed || !strings.Contains(found.byName[name].Failure.Message, says) {
			t.Errorf("%s: %+v", name, found.byName[name])
		}
	}
	if message := found.byName["two"].Failure.Message; !strings.Contains(message, "2026-07-01") {
		t.Errorf("which period is not told: %s", message)
	}
}

func TestEvaluatorThatIsGone(t *testing.T) {
	for name, address := range map[string]string{"gone": "http://127.0.0.1:1"} {
		found := newResults(t)
		done, err := compute.Evaluate(t.Context(), planOn(address, day(7, 4), asks("a", "1", plan.Day, 2), asks("b", "2", plan.Day, 2)),
			openPrometheus(t, address), found, slog.New(slog.DiscardHandler))
		if err != nil || done.Source == nil || done.Source.Reason != plan.SourceUnreachable || done.Failed != 2 {
			t.Errorf("%s: %v, %+v", name, err, done)
		}
		if done.Source != nil && strings.Contains(done.Source.Message, "2026-07") {
			t.Errorf("%s: what is wrong with the source is told of a period: %s", name, done.Source.Message)
		}
	}
}

// A run that is told to stop leaves the rest without a turn.
func TestEvaluationInterrupted(t *testing.T) {
	server := prometheustest.Start(t, "")
	ctx, cancel := context.WithCancel(t.Context())
	found := newResults(t)
	found.after = cancel
	alone := asks("alone", "1", plan.Day, 2)
	alone.Alone = true
	done, err := compute.Evaluate(ctx, planOn(server.Address, day(7, 4), alone, asks("first", "1", plan.Day, 2)), openPrometheus(t, server.Address), found, slog.New(slog.DiscardHandler))
	if err != nil || !done.Interrupted || done.Succeeded != 1 || len(found.order) != 1 || found.order[0] != "first" {
		t.Errorf("%v, %+v, %q", err, done, found.order)
	}
	if len(found.attempts) != 2 || found.attempts[0].Keys[0].Name != "first" {
		t.Errorf("attempts %+v", found.attempts)
	}
}
