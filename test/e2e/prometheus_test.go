package e2e

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/measure/pages"
	prometheustest "github.com/cpi-operator/cpi-operator/test/prometheus"
)

// prometheusInside gives a server a name and a port in the namespace.
func prometheusInside(t *testing.T, ns, name string, port int32, server *prometheustest.Server) {
	t.Helper()
	address, err := url.Parse(server.Address)
	if err != nil {
		t.Fatal(err)
	}
	listener := listenInside(t)
	t.Cleanup(func() { _ = listener.Close() })
	go relay(listener, address.Host)
	service(t, ns, name, port, portOf(listener))
}

// TestPrometheus: the page's example reads as the page shows it, a census without n and interval, from a Service of the
// cluster by plain http.
func TestPrometheus(t *testing.T) {
	t.Parallel()
	needsDevcluster(t)
	ns := namespace(t)
	page, err := pages.FamilyExample("promql")
	e := newExample(t, page, err)
	row := e.shown["revenue-counted"]
	month, err := time.Parse("2006-01", row["PERIOD"])
	if err != nil {
		t.Fatal(err)
	}
	// 1,000 EUR an hour, as on the page; of a month with another number of hours, so many thousands more or less.
	row["VALUE"] = fmt.Sprintf("%d,000 EUR", 24*lastDay(month))
	since := month.AddDate(0, -2, 0).Add(-30 * time.Minute)
	prometheusInside(t, ns, "prometheus", 9090, prometheustest.Start(t, "# TYPE shop_order_value_eur counter\n"+
		prometheustest.Samples("shop_order_value_eur_total", since, time.Now(), time.Hour, func(at time.Time) float64 { return 1000 * at.Sub(since).Hours() })))
	for _, object := range e.objects {
		if spec, ok := object.Object["spec"].(map[string]any); ok && object.GetKind() == "DataSource" {
			spec["prometheus"].(map[string]any)["address"] = fmt.Sprintf("http://prometheus.%s.svc:9090", ns)
		}
		object.SetNamespace(ns)
		applyObject(t, object)
	}
	if summary := computed(t, kpi(ns, "revenue-counted")).Summary; summary.N != nil || summary.Interval != "census" {
		t.Errorf("a census reads %+v", summary)
	}
	e.isPrinted(t, ns)
}

// TestPrometheusForgets: what a guarded Prometheus has deleted stays in the report, as frozen periods; an indicator made
// after it has only what is left. A wrong password is told, and harms nobody.
func TestPrometheusForgets(t *testing.T) {
	t.Parallel()
	needsDevcluster(t)
	ns := namespace(t)
	// 24 samples a day, each the day of the month: the sum over a day names the day.
	today := time.Now().UTC().Truncate(24 * time.Hour)
	server := prometheustest.Start(t, "# TYPE orders gauge\n"+
		prometheustest.Samples(`orders{shop="north"}`, today.AddDate(0, 0, -9).Add(30*time.Minute), time.Now(), time.Hour, func(at time.Time) float64 { return float64(at.Day()) }),
		prometheustest.Guarded(), prometheustest.CertificateFor("prometheus"), prometheustest.Flag("--web.enable-admin-api"))
	prometheusInside(t, ns, "prometheus", 443, server)
	create(t, file(ns, "roots", "ca.pem", read(t, server.CAPath)),
		credentials(ns, "reader", prometheustest.User, prometheustest.Password), credentials(ns, "wrong", prometheustest.User, "wrong"))
	source := func(name, secret string) string {
		return fmt.Sprintf(`
---
apiVersion: cpi-operator.io/v1alpha1
kind: DataSource
metadata: {name: %s}
spec:
  prometheus: {address: "https://prometheus", caRef: {name: roots, key: ca.pem}, credentialsRef: {name: %s}}
`, name, secret)
	}
	orders := func(name, source string) string {
		return fmt.Sprintf(`
---
apiVersion: cpi-operator.io/v1alpha1
kind: CPIDefinition
metadata: {name: %s}
spec:
  title: Orders, counted
  theme: Value
  owner: {team: platform}
  dataSourceRef: {name: %s}
  measure: {promql: {expr: "sum(sum_over_time(orders[$__period]))", unit: orders, additive: true, direction: HigherIsBetter}}
  period: {grain: Day, history: 7}
`, name, source)
	}
	apply(t, ns, source("monitoring", "reader")+orders("orders", "monitoring")+source("wrong-password", "wrong")+orders("refused", "wrong-password"))
	waitReason(t, dataSource(ns, "wrong-password"), v1alpha1.ConditionComputed, "AuthenticationFailed")
	waitReason(t, cpi(ns, "refused"), v1alpha1.ConditionComputed, v1alpha1.ReasonSourceFailed)
	computed(t, cpi(ns, "orders"))
	before := frozen(t, ns, "orders")
	if len(before) < 5 {
		t.Errorf("%d periods are frozen: %v", len(before), before)
	}

	cut := today.AddDate(0, 0, -3)
	server.Forget(t, `{__name__="orders"}`, cut)
	apply(t, ns, orders("anew", "monitoring"))
	computed(t, cpi(ns, "anew"))
	runAgain(t, ns, "monitoring")
	after, anew := frozen(t, ns, "orders"), frozen(t, ns, "anew")
	forgotten := 0
	for label, value := range before {
		if after[label] != value && label >= today.AddDate(0, 0, -5).Format(time.DateOnly) { // an older one may have left the history by now
			t.Errorf("%s was %s, and is %q since Prometheus forgot it", label, value, after[label])
		}
		if label <= cut.Format(time.DateOnly) { // the day of the cut has nothing from before it
			forgotten++
			if got := anew[label]; got != "" {
				t.Errorf("%s: an indicator made later reads %s", label, got)
			}
		}
	}
	if forgotten < 2 {
		t.Errorf("%d frozen periods were forgotten: %v", forgotten, before)
	}
	if left := today.AddDate(0, 0, -2).Format(time.DateOnly); anew[left] == "" {
		t.Errorf("an indicator made later has no %s: %v", left, anew)
	}
	waitReason(t, dataSource(ns, "monitoring"), v1alpha1.ConditionComputed, v1alpha1.ReasonSucceeded)
}

// frozen are the values of an indicator's settled periods by label. Each is checked: 24 times its day of the month, a
// census, without n and interval.
func frozen(t *testing.T, ns, name string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, p := range report(t, cpi(ns, name)).Status.Result.Periods {
		if p.State != "Settled" || p.Value == "" {
			continue
		}
		day, _ := strconv.Atoi(p.Label[strings.LastIndex(p.Label, "-")+1:])
		if p.Value != strconv.Itoa(24*day) || p.N != nil || p.Lower != "" || p.Upper != "" || p.Census == nil || !*p.Census {
			t.Errorf("%s of %s is %+v", p.Label, name, p)
		}
		out[p.Label] = p.Value
	}
	return out
}
