package indicator_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
)

// withPromise measures by the day how many were satisfied, and promises 95 % over four weeks.
func withPromise(cpi *v1alpha1.CPIDefinition) {
	cpi.Spec.Measure = &v1alpha1.Measure{CustomerSatisfaction: &v1alpha1.CustomerSatisfaction{
		Score: "score", Scale: v1alpha1.AnswerScale{Min: new(int32(1)), Max: new(int32(5))}, Form: v1alpha1.SatisfactionForm{TopBox: &v1alpha1.Boxes{Boxes: 2}},
	}}
	cpi.Spec.Period = &v1alpha1.Period{Grain: "Day", History: 60}
	cpi.Spec.Promise = &v1alpha1.Promise{AtLeast: new(v1alpha1.Value("95%")), Over: "28d"}
}

// daily are days of 200 answers up to 31 October, of which so many were unhappy.
func daily(bad ...int) func(*v1alpha1.IndicatorReportStatus) {
	return func(status *v1alpha1.IndicatorReportStatus) {
		status.Result.Unit, status.Result.Periods = "ratio", nil
		first := time.Date(2026, 11, 1-len(bad), 0, 0, 0, 0, time.UTC)
		for i, b := range bad {
			start := first.AddDate(0, 0, i)
			decimal := func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
			status.Result.Periods = append(status.Result.Periods, v1alpha1.PeriodValue{
				Label: start.Format(time.DateOnly), State: "Mature", Start: new(metav1.NewTime(start)), End: new(metav1.NewTime(start.AddDate(0, 0, 1))),
				Value: decimal(float64(200-b) / 200), N: new(int64(200)), Numerator: strconv.Itoa(200 - b), Denominator: "200",
			})
		}
	}
}

func repeated(number, value int, more ...int) []int {
	var out []int
	for range number {
		out = append(out, value)
	}
	return append(out, more...)
}

func TestPromiseFromDefinitionToAlert(t *testing.T) {
	w := newWorld(t)
	cpi := w.cpi("satisfied", withPromise)
	w.want(cpi.Status.Conditions, "Ready", "True", "Ready")
	w.want(cpi.Status.Conditions, "PromiseKept", "Unknown", "NoData")
	object := fmt.Sprintf("namespace=%q,name=%q", w.namespace, "satisfied")
	tell := func(bad []int) {
		t.Helper()
		w.publish("cpi-satisfied", "", "", "", daily(bad...))
		w.told()
		w.reconcile(cpi)
	}

	tell(repeated(40, 5))
	message := w.want(cpi.Status.Conditions, "PromiseKept", "True", "Kept")
	if !strings.HasPrefix(message, "Promised are ≥ 95 % over 28 days, up to 2026-10-31: 140 of 5,600 missed it, which uses 50 % [38, 64] of the error budget.") {
		t.Errorf("message %s", message)
	}
	w.wantMetric("cpi_promise_budget_remaining_ratio{"+object+"} 0.5", true)
	w.wantMetric("cpi_promise_burn_rate{"+object+`,window="7d"} 0.5`, true)
	w.wantMetric("cpi_alert", false)

	tell(repeated(40, 5, 60, 60))
	w.want(cpi.Status.Conditions, "PromiseKept", "False", "BurningFast")
	w.wantMetric("cpi_alert{"+object+`,kind="CPIDefinition",alert="CPIPromiseBurning",severity="critical",owner="support"`, true)
	if cpi.Status.Summary.State != "Critical" {
		t.Errorf("state %s", cpi.Status.Summary.State)
	}
	if told := w.told(); len(told) != 1 || !strings.HasPrefix(told[0], "Warning BurningFast Promised are") {
		t.Errorf("events %q", told)
	}
	w.writes.Forget()
	w.reconcile(cpi)
	if calls := w.writes.Calls(); len(calls) > 0 {
		t.Errorf("writes %q", calls)
	}

	tell(repeated(40, 5, 20, 20, 20, 20, 20, 20, 20))
	w.want(cpi.Status.Conditions, "PromiseKept", "False", "BurningSlowly")
	w.wantMetric(`alert="CPIPromiseBurning",severity="warning"`, true)
	w.wantMetric(`alert="CPIPromiseBurning",severity="critical"`, false)

	tell(repeated(40, 5))
	w.wantMetric("cpi_alert", false)

	cpi.Spec.Promise = nil
	w.update(cpi)
	w.reconcile(cpi)
	for _, c := range cpi.Status.Conditions {
		if c.Type == "PromiseKept" {
			t.Errorf("without a promise: %+v", c)
		}
	}
	w.wantMetric("cpi_promise", false)
}

// The schema refuses what it can see, the controller tells the rest.
func TestPromiseThatCannotBeKeptCountOf(t *testing.T) {
	w := newWorld(t)
	for name, promise := range map[string]*v1alpha1.Promise{
		"none at all":    {Over: "28d"},
		"both":           {AtLeast: new(v1alpha1.Value("95%")), AtMost: new(v1alpha1.Value("5%")), Over: "28d"},
		"no budget":      {AtLeast: new(v1alpha1.Value("100%")), Over: "28d"},
		"no share":       {AtLeast: new(v1alpha1.Value("0.95")), Over: "28d"},
		"without window": {AtLeast: new(v1alpha1.Value("95%"))},
	} {
		cpi := envtestkit.CPI(w.namespace, "refused", "survey", withPromise, func(c *v1alpha1.CPIDefinition) { c.Spec.Promise = promise })
		if err := w.client.Create(w.Context(), cpi, &client.CreateOptions{}); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	cpi := w.cpi("monthly", withPromise, func(c *v1alpha1.CPIDefinition) { c.Spec.Period.Grain = "Month" })
	if message := w.want(cpi.Status.Conditions, "Ready", "False", "Invalid"); !strings.Contains(message, "spec.promise: needs spec.period.grain Day or Week") {
		t.Errorf("message %s", message)
	}
}
