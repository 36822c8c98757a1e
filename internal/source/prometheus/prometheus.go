// Package prometheus asks a Prometheus, or a server that speaks its HTTP API, for single numbers.
package prometheus

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/prometheus/client_golang/api"
	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/source"
	"github.com/cpi-operator/cpi-operator/internal/source/web"
)

// Config of the evaluator.
type Config struct{ Source plan.Source }

type evaluator struct {
	name    string // of the source
	host    string
	timeout time.Duration
	api     v1.API
	close   func()
}

// Open prepares the evaluator from the plan and the mounted secrets alone. It asks nothing yet.
func Open(_ context.Context, cfg Config) (source.Evaluator, error) {
	declared := cfg.Source.Prometheus
	if declared == nil {
		return nil, source.FailSource(plan.QueryFailed, nil, "source %s declares no Prometheus", cfg.Source.Name)
	}
	address, err := url.Parse(declared.Address)
	if err != nil || address.Scheme != "https" && address.Scheme != "http" || address.Host == "" {
		return nil, source.FailSource(plan.SourceUnreachable, err, "the address must begin with https://, or http:// within the cluster")
	}
	plain, err := web.Transport(declared.CAPath)
	if err != nil {
		return nil, ofSource(err)
	}
	headers, err := headersOf(declared)
	if err != nil {
		return nil, err
	}
	client := &http.Client{
		Transport: &transport{base: plain, host: address.Host, headers: headers},
		// The secrets are meant for this address and for no other.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	speaker, err := api.NewClient(api.Config{Address: declared.Address, Client: client})
	if err != nil {
		return nil, source.FailSource(plan.SourceUnreachable, err, "the address is not valid")
	}
	return &evaluator{
		name: cfg.Source.Name, host: address.Host, timeout: cfg.Source.Limits.QueryTimeout,
		api: v1.NewAPI(speaker), close: plain.CloseIdleConnections,
	}, nil
}

func (e *evaluator) Close() error {
	e.close()
	return nil
}

// Evaluate implements source.Evaluator.
func (e *evaluator) Evaluate(ctx context.Context, expr string, at time.Time) (source.Reading, error) {
	limited, cancel := context.WithCancel(ctx)
	var options []v1.Option
	if e.timeout > 0 {
		limited, cancel = context.WithTimeout(ctx, e.timeout)
		options = append(options, v1.WithTimeout(e.timeout)) // the server stops too
	}
	defer cancel()
	value, warnings, infos, err := e.api.Query(limited, expr, at, options...)
	if err != nil {
		return source.Reading{}, e.classify(ctx, limited, err)
	}
	reading := source.Reading{}
	for _, warning := range warnings {
		// What is not about the expression itself is about data that could not be had.
		if !strings.HasPrefix(warning, aboutExpression) {
			return source.Reading{}, source.Fail(plan.SourceUnreachable, nil, "%s gave an answer that is not complete, which is no answer: %s", e.host, brief(warning))
		}
	}
	for _, note := range append(warnings, infos...) {
		reading.Notes = append(reading.Notes, brief(note))
	}
	reading.Value, err = single(value)
	return reading, err
}

// aboutExpression begins what Prometheus remarks on an expression: "PromQL warning: …", "PromQL info: …".
const aboutExpression = "PromQL "

// single is the one number of an answer, nil if it has none.
func single(value model.Value) (*float64, error) {
	switch found := value.(type) {
	case *model.Scalar:
		return new(float64(found.Value)), nil
	case model.Vector:
		switch {
		case len(found) == 0:
			return nil, nil
		case len(found) > 1:
			return nil, source.Fail(plan.QueryFailed, nil, "the expression gives %d series where one is asked for: make one of them, such as with sum(…)", len(found))
		case found[0].Histogram != nil:
			return nil, source.Fail(plan.QueryFailed, nil, "the expression gives a histogram: take a number from it, such as with histogram_sum(…) or histogram_quantile(…)")
		}
		return new(float64(found[0].Value)), nil
	}
	return nil, source.Fail(plan.QueryFailed, nil, "the expression gives a %s where one number is asked for", value.Type())
}

// classify reads the client's errors.
func (e *evaluator) classify(ctx, limited context.Context, err error) error {
	if ctx.Err() != nil {
		return source.Fail(plan.ComputeInterrupted, ctx.Err(), "the run was ended during this query")
	}
	if limited.Err() != nil {
		return e.tooLong(err)
	}
	if known, ok := errors.AsType[*source.Error](err); ok {
		return known
	}
	told, ok := errors.AsType[*v1.Error](err)
	if !ok {
		return ofSource(web.Classify(ctx, e.host, err))
	}
	switch told.Type {
	case v1.ErrTimeout, v1.ErrCanceled:
		return e.tooLong(err)
	case v1.ErrBadData: // about the expression, which is the user's own
		return source.Fail(plan.QueryFailed, err, "%s", brief(told.Msg))
	case v1.ErrExec:
		return source.Fail(plan.QueryFailed, err, "%s", brief(source.WithoutValues(told.Msg)))
	case v1.ErrServer:
		if strings.Contains(told.Detail, `"timeout"`) || strings.Contains(told.Detail, `"canceled"`) {
			return e.tooLong(err)
		}
		return source.FailSource(plan.SourceUnreachable, err, "%s: %s", e.host, told.Msg)
	case v1.ErrClient:
		return source.Fail(plan.QueryFailed, err, "%s: %s", e.host, told.Msg)
	}
	if strings.Contains(told.Msg, "unexpected value type") { // a string; the client knows no such answer
		return source.Fail(plan.QueryFailed, err, "the expression gives a text where one number is asked for")
	}
	return source.FailSource(plan.SourceUnreachable, err, "%s does not answer as Prometheus does: name the address under which the path /api/v1/query lies", e.host)
}

func (e *evaluator) tooLong(err error) error {
	return source.Fail(plan.QueryTimeout, err, "the query ran longer than %s: simplify it, record it by a rule, or raise limits.queryTimeout of source %s", e.timeout, e.name)
}

// ofSource makes a failure that of the whole source.
func ofSource(err error) error {
	known, ok := errors.AsType[*source.Error](err)
	if !ok {
		return err
	}
	whole := *known
	whole.Source = true
	return &whole
}

// brief is the first line of a server's text, of a bounded length.
func brief(text string) string {
	const longest = 300
	text, _, _ = strings.Cut(strings.TrimSpace(text), "\n")
	if len(text) > longest {
		return strings.ToValidUTF8(text[:longest], "") + "…"
	}
	return text
}
