package e2e

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

// Names of config/default.
const (
	metricsService = "cpi-operator-metrics"
	metricsReader  = "cpi-operator-metrics-reader"
)

// scrape reads /metrics the way Prometheus does. An empty token sends none.
func scrape(ctx context.Context, token string) (status int, text string, err error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	forward := exec.CommandContext(ctx, kubectlPath(), "--namespace", operatorNamespace, "port-forward", "service/"+metricsService, ":8443")
	out, err := forward.StdoutPipe()
	if err != nil {
		return 0, "", err
	}
	var complaint strings.Builder
	forward.Stderr = &complaint
	if err := forward.Start(); err != nil {
		return 0, "", err
	}
	defer func() { _ = forward.Wait() }()
	defer cancel()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		_ = forward.Wait()
		return 0, "", fmt.Errorf("port-forward: %w: %s", err, complaint.String())
	}
	address := regexp.MustCompile(`127\.0\.0\.1:\d+`).FindString(line)

	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+address+"/metrics", nil)
	if err != nil {
		return 0, "", err
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	// The certificate is the operator's own and proves nothing on this side of the forward.
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	defer transport.CloseIdleConnections()
	response, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response.StatusCode, string(body), err
}

// tokenOf a ServiceAccount, for a while.
func tokenOf(ctx context.Context, ns, account string) (string, error) {
	request := &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{ExpirationSeconds: ptr.To[int64](3600)}}
	sa := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: account}}
	if err := api.SubResource("token").Create(ctx, sa, request); err != nil {
		return "", err
	}
	return request.Status.Token, nil
}

// metrics as they are now.
func metrics(ctx context.Context) (string, error) {
	token, err := tokenOf(ctx, operatorNamespace, metricsReader)
	if err != nil {
		return "", err
	}
	status, text, err := scrape(ctx, token)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("/metrics answers %d: %s", status, text)
	}
	return text, err
}

// series are the lines of a metric whose labels include all of these, such as name="nps".
func series(text, metric string, labels ...string) []string {
	var out []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		name, rest, _ := strings.Cut(line, "{")
		if name != metric {
			continue
		}
		matches := true
		for _, label := range labels {
			matches = matches && (strings.Contains(rest, label+",") || strings.Contains(rest, label+"}"))
		}
		if matches {
			out = append(out, line)
		}
	}
	return out
}

// value of the only series of a metric with these labels.
func value(text, metric string, labels ...string) (float64, error) {
	lines := series(text, metric, labels...)
	if len(lines) != 1 {
		return 0, fmt.Errorf("%d series of %s{%s}: %v", len(lines), metric, strings.Join(labels, ","), lines)
	}
	return strconv.ParseFloat(lines[0][strings.LastIndex(lines[0], " ")+1:], 64)
}

// sum of the series of a metric with these labels; 0 if there is none.
func sum(text, metric string, labels ...string) float64 {
	var out float64
	for _, line := range series(text, metric, labels...) {
		number, err := strconv.ParseFloat(line[strings.LastIndex(line, " ")+1:], 64)
		if err != nil {
			panic(err) // what Prometheus would read
		}
		out += number
	}
	return out
}

// label is one of a series, as /metrics spells it.
func label(name, value string) string { return name + `="` + value + `"` }

// metricsShow waits until check is content with /metrics.
func metricsShow(t *testing.T, what string, check func(text string) error) {
	t.Helper()
	eventually(t, "/metrics to show "+what, func(ctx context.Context) error {
		text, err := metrics(ctx)
		if err != nil {
			return err
		}
		return check(text)
	})
}

// absent is content if a metric has no series with these labels.
func absent(metric string, labels ...string) func(string) error {
	return func(text string) error {
		if lines := series(text, metric, labels...); len(lines) > 0 {
			return errors.New(strings.Join(lines, "\n"))
		}
		return nil
	}
}

// present is content if a metric has a series with these labels.
func present(metric string, labels ...string) func(string) error {
	return func(text string) error {
		if len(series(text, metric, labels...)) == 0 {
			return fmt.Errorf("no series of %s{%s}", metric, strings.Join(labels, ","))
		}
		return nil
	}
}
