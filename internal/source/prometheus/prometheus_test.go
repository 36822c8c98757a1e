package prometheus_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/source"
	"github.com/cpi-operator/cpi-operator/internal/source/prometheus"
	prometheustest "github.com/cpi-operator/cpi-operator/test/prometheus"
)

var noon = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

// samples are values at noon, and a minute before.
const samples = `# TYPE orders gauge
orders{brand="a"} 3 1782907200
orders{brand="b"} 4 1782907200
# TYPE open_carts gauge
open_carts 1 1782907140
open_carts 2 1782907200
# TYPE broken gauge
broken NaN 1782907200
# TYPE endless gauge
endless +Inf 1782907200
# TYPE requests counter
requests_total 5 1782907140
requests_total 8 1782907200
# TYPE size histogram
size_bucket{le="1"} 1 1782907200
size_bucket{le="+Inf"} 2 1782907200
size_sum 3 1782907200
size_count 2 1782907200
`

func open(t *testing.T, declared plan.Prometheus) source.Evaluator {
	t.Helper()
	e, err := prometheus.Open(t.Context(), prometheus.Config{Source: plan.Source{
		Namespace: "shop", Name: "prom", Prometheus: &declared, Limits: plan.Limits{QueryTimeout: 20 * time.Second},
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// mustFail checks reason and text of an error, and whether the whole source is to blame.
func mustFail(t *testing.T, err error, want plan.Reason, ofSource bool, says string) {
	t.Helper()
	failed, ok := errors.AsType[*source.Error](err)
	if !ok {
		t.Fatalf("error %v, want %s", err, want)
	}
	if failed.Reason != want || failed.Source != ofSource || !strings.Contains(failed.Message, says) {
		t.Errorf("%s (of the source: %v): %s\nwant %s (%v) with %q", failed.Reason, failed.Source, failed.Message, want, ofSource, says)
	}
}

func TestEvaluate(t *testing.T) {
	e := open(t, plan.Prometheus{Address: prometheustest.Start(t, samples).Address + "/"})
	for expr, want := range map[string]float64{
		`sum(orders)`:                      7,
		`orders{brand="a"}`:                3,
		`3 * 14`:                           42,
		`broken`:                           math.NaN(),
		`endless`:                          math.Inf(1),
		`sum(orders) / sum(orders-orders)`: math.Inf(1),
	} {
		got, err := e.Evaluate(t.Context(), expr, noon)
		if err != nil || got.Value == nil || *got.Value != want && !(math.IsNaN(*got.Value) && math.IsNaN(want)) {
			t.Errorf("%s: %v, %v; want %v", expr, got.Value, err, want)
		}
		if len(got.Notes) > 0 {
			t.Errorf("%s: notes %q", expr, got.Notes)
		}
	}
	// To the millisecond: a sample at noon is not there a moment before.
	if got, err := e.Evaluate(t.Context(), `sum(orders)`, noon.Add(-time.Millisecond)); err != nil || got.Value != nil {
		t.Errorf("before the first sample: %v, %v", got.Value, err)
	}
	if got, err := e.Evaluate(t.Context(), `sum(nothing)`, noon); err != nil || got.Value != nil {
		t.Errorf("no series: %v, %v", got.Value, err)
	}
	// What Prometheus remarks is told: this gauge may not be a counter.
	got, err := e.Evaluate(t.Context(), `sum(increase(open_carts[5m]))`, noon)
	if err != nil || len(got.Notes) != 1 || !strings.Contains(got.Notes[0], "might not be a counter") {
		t.Errorf("notes %q, %v", got.Notes, err)
	}
}

func TestExpressionsThatGiveNoSingleNumber(t *testing.T) {
	e := open(t, plan.Prometheus{Address: prometheustest.Start(t, samples).Address})
	for expr, says := range map[string]string{
		`orders`:                            "2 series where one is asked for",
		`orders[5m]`:                        "gives a matrix",
		`"text"`:                            "gives a text",
		`sum(`:                              "parse error",
		`sum by (brand) (orders[5m])`:       "expected type instant vector",
		`orders * on() group_left() orders`: "duplicate series",
	} {
		_, err := e.Evaluate(t.Context(), expr, noon)
		mustFail(t, err, plan.QueryFailed, false, says)
		if strings.Contains(err.Error(), `"a"`) {
			t.Errorf("the message shows a value: %v", err)
		}
	}
}

func TestWhoMayAsk(t *testing.T) {
	guarded := prometheustest.Start(t, samples, prometheustest.Guarded())
	credentials := prometheustest.CredentialsDir(t, prometheustest.User, prometheustest.Password)
	unused := httptest.NewServer(nil)
	unused.Close()
	for name, test := range map[string]struct {
		source plan.Prometheus
		want   plan.Reason
		says   string
	}{
		"known":          {plan.Prometheus{Address: guarded.Address, CAPath: guarded.CAPath, CredentialsDir: credentials}, "", ""},
		"wrong password": {plan.Prometheus{Address: guarded.Address, CAPath: guarded.CAPath, CredentialsDir: prometheustest.CredentialsDir(t, prometheustest.User, "secret-value")}, plan.AuthenticationFailed, "401"},
		"nobody":         {plan.Prometheus{Address: guarded.Address, CAPath: guarded.CAPath}, plan.AuthenticationFailed, "401"},
		"unknown CA":     {plan.Prometheus{Address: guarded.Address, CredentialsDir: credentials}, plan.TLSFailed, "certificate"},
		"another path":   {plan.Prometheus{Address: guarded.Address + "/elsewhere", CAPath: guarded.CAPath, CredentialsDir: credentials}, plan.SourceUnreachable, "404"},
		"nobody listens": {plan.Prometheus{Address: unused.URL}, plan.SourceUnreachable, "refused"},
		"no such host":   {plan.Prometheus{Address: "https://prometheus.invalid"}, plan.SourceUnreachable, "prometheus.invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := open(t, test.source).Evaluate(t.Context(), `sum(orders)`, noon)
			if test.want == "" {
				if err != nil || *got.Value != 7 {
					t.Fatalf("%v, %v", got.Value, err)
				}
				return
			}
			mustFail(t, err, test.want, true, test.says)
			if strings.Contains(err.Error(), "secret-value") {
				t.Errorf("the message shows the password: %v", err)
			}
		})
	}
}

func TestMissingSecrets(t *testing.T) {
	empty := t.TempDir()
	for name, test := range map[string]struct {
		source plan.Prometheus
		want   plan.Reason
		says   string
	}{
		"password":   {plan.Prometheus{Address: "https://x", CredentialsDir: empty}, plan.SecretMissing, "username"},
		"token":      {plan.Prometheus{Address: "https://x", TokenPath: filepath.Join(empty, "token")}, plan.SecretMissing, "token"},
		"CA":         {plan.Prometheus{Address: "https://x", CAPath: filepath.Join(empty, "ca.crt")}, plan.SecretMissing, "ca.crt"},
		"no address": {plan.Prometheus{Address: "file:///etc"}, plan.SourceUnreachable, "https://"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := prometheus.Open(t.Context(), prometheus.Config{Source: plan.Source{Prometheus: &test.source}})
			mustFail(t, err, test.want, true, test.says)
		})
	}
}

// A token and a tenant reach the server, through a proxy as gateways of larger systems are; so does the wish for whole
// answers. A proxy that takes no POST is asked by GET.
func TestTokenAndTenantReachTheServer(t *testing.T) {
	target, err := url.Parse(prometheustest.Start(t, samples).Address)
	if err != nil {
		t.Fatal(err)
	}
	behind := httputil.NewSingleHostReverseProxy(target)
	proxy := httptest.NewServer(http.StripPrefix("/prometheus", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		switch {
		case r.Header.Get("Authorization") != "Bearer token-of-tests", r.Header.Get("X-Scope-OrgID") != "shop":
			w.WriteHeader(http.StatusUnauthorized)
		case query.Get("partial_response") != "false", query.Get("deny_partial_response") != "1":
			w.WriteHeader(http.StatusTeapot)
		case r.Method != http.MethodGet:
			w.WriteHeader(http.StatusForbidden)
		default:
			behind.ServeHTTP(w, r)
		}
	})))
	t.Cleanup(proxy.Close)
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("token-of-tests\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	e := open(t, plan.Prometheus{Address: proxy.URL + "/prometheus", TokenPath: token, TenantHeader: "X-Scope-OrgID", Tenant: "shop"})
	got, err := e.Evaluate(t.Context(), `sum(orders)`, noon)
	if err != nil || *got.Value != 7 {
		t.Errorf("%v, %v", got.Value, err)
	}
}

// What servers say that a lone Prometheus does not.
func TestAnswersThatAreNone(t *testing.T) {
	const number = `{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1782907200,"7"]}]}`
	var elsewhere bool
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere = true }))
	t.Cleanup(other.Close)
	for name, test := range map[string]struct {
		answer   http.HandlerFunc
		want     plan.Reason
		ofSource bool
		says     string
	}{
		"incomplete": {func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, number+`,"warnings":["receive series from store-1: connection refused"]}`)
		}, plan.SourceUnreachable, false, "not complete"},
		"too large": {func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, number+`,"padding":"`+strings.Repeat("x", 2<<20)+`"}`)
		}, plan.QueryFailed, false, "more than 1 MiB"},
		"a login page": {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>secret-value</html>") }, plan.SourceUnreachable, true, "does not answer as Prometheus does"},
		"sent away":    {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, http.StatusFound) }, plan.SourceUnreachable, true, "302"},
		"forbidden":    {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }, plan.PermissionDenied, true, "403"},
		"over quota":   {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) }, plan.QueryFailed, false, "429"},
		"down":         {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }, plan.SourceUnreachable, true, "502"},
		"out of time": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprint(w, `{"status":"error","errorType":"timeout","error":"query timed out"}`)
		}, plan.QueryTimeout, false, "limits.queryTimeout"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(test.answer)
			t.Cleanup(server.Close)
			_, err := open(t, plan.Prometheus{Address: server.URL}).Evaluate(t.Context(), `sum(orders)`, noon)
			mustFail(t, err, test.want, test.ofSource, test.says)
			if strings.Contains(err.Error(), "secret-value") {
				t.Errorf("the message shows what the server sent: %v", err)
			}
		})
	}
	if elsewhere {
		t.Error("a redirect was followed")
	}
}

// The limit holds on a real server, and on one that does not answer at all.
func TestQueryTimeout(t *testing.T) {
	answer := make(chan struct{})
	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-answer:
		}
	}))
	t.Cleanup(silent.Close)
	t.Cleanup(func() { close(answer) })
	busy := prometheustest.Start(t, samples)
	const heavy = `sum_over_time(sum_over_time(sum(orders)[10000d:10s])[100d:1s])`
	for _, address := range []string{silent.URL, busy.Address} {
		e, err := prometheus.Open(t.Context(), prometheus.Config{Source: plan.Source{
			Name: "prom", Prometheus: &plan.Prometheus{Address: address}, Limits: plan.Limits{QueryTimeout: 100 * time.Millisecond},
		}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = e.Evaluate(t.Context(), heavy, noon)
		mustFail(t, err, plan.QueryTimeout, false, "100ms")
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = e.Evaluate(ended, heavy, noon)
		mustFail(t, err, plan.ComputeInterrupted, false, "ended")
	}
}
