package rules

import (
	"fmt"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/metrics"
)

// Alerts on the operator itself that Prometheus alone decides, besides alert.OperatorAbsent.
const (
	OperatorTwoLeaders        alert.Name = "CPIOperatorTwoLeaders"
	OperatorErrors            alert.Name = "CPIOperatorReconcileErrors"
	OperatorStuck             alert.Name = "CPIOperatorQueueStuck"
	OperatorSourcesFailing    alert.Name = "CPIOperatorSourcesFailing"
	OperatorMetricsIncomplete alert.Name = "CPIOperatorMetricsIncomplete"
	OperatorSeriesDropped     alert.Name = "CPIOperatorSeriesDropped"
	OperatorRulesRefused      alert.Name = "CPIOperatorRulesNotInForce"
)

// Operator gives the rules that watch the operator itself. They belong into the operator's namespace.
func Operator() Group {
	out := Group{Name: "cpi-operator-health"}
	for _, r := range []struct {
		name                             alert.Name
		severity                         alert.Severity
		wait, expr, summary, description string
	}{
		{name: alert.OperatorAbsent, severity: alert.Critical, wait: absent, expr: "absent(max(<leader>) == 1)",
			summary:     "No cpi-operator is at work",
			description: "No instance of cpi-operator has held the lease, or none could be scraped. Indicators are not looked after and their alerts have gone silent."},
		{name: OperatorTwoLeaders, severity: alert.Critical, wait: settle, expr: "sum by (namespace, job) (<leader>) > 1",
			summary:     "{{ $value }} instances of cpi-operator lead at once",
			description: "They overwrite each other's work, and series stand twice. Either leader election is off while several replicas run, or two installations share one scrape job."},
		// A failed reconciliation is tried again after at most 1000 s: of an object that goes on failing, 20 minutes always hold
		// one, and of a burst that passed, 30 minutes do not.
		{name: OperatorErrors, severity: alert.Warning, wait: "30m", expr: "sum by (namespace, job, controller) (increase(controller_runtime_reconcile_errors_total[20m]) <ours>) > 0",
			summary:     "Controller {{ $labels.controller }} of cpi-operator goes on failing",
			description: "Reconciliations have gone on failing for more than half an hour; each is tried again within 17 minutes. What they look after is not brought up to date. The operator's log names the objects and the error."},
		{name: OperatorStuck, severity: alert.Warning, wait: settle, expr: "max by (namespace, job, controller) (workqueue_longest_running_processor_seconds <ours>) > 300\nor\nsum by (namespace, job, controller) (min_over_time(workqueue_depth[30m]) and workqueue_depth offset 30m <ours>) > 0",
			summary:     "Controller {{ $labels.controller }} of cpi-operator does not keep up",
			description: "It has been at one object for more than 5 minutes, or objects have waited in its queue at every look for 30 minutes. Status, series and alerts of what it looks after lag behind."},
		{name: OperatorSourcesFailing, severity: alert.Critical, wait: settle, expr: "count(<failing>) >= 3\nand\ncount(<failing>) > 0.25 * count(max by (namespace, name) (cpi_source_last_success_timestamp_seconds) or <failing>)",
			summary:     "Runs fail on {{ $value }} data sources at once",
			description: "More than a quarter of all data sources, and at least 3, fail together. Look for what they share: images, quotas, nodes, network, admission. Their own alerts name the reason of each."},
		{name: OperatorMetricsIncomplete, severity: alert.Warning, wait: "15m", expr: "sum by (namespace, job) (increase(cpi_operator_gather_errors_total[10m])) > 0",
			summary:     "Some metrics of cpi-operator cannot be gathered",
			description: "Scrapes lack some of the operator's own metrics, so that dashboards and alerts on it are blind in part. Series of indicators are not concerned."},
		{name: OperatorSeriesDropped, severity: alert.Warning, wait: "15m", expr: "sum by (namespace) (max by (namespace, name, kind) (\n  label_replace(cpi_series_dropped, \"kind\", \"CPI\", \"\", \"\") or label_replace(kpi_series_dropped, \"kind\", \"KPI\", \"\", \"\")\n)) > 0",
			summary:     "{{ $value }} series of namespace {{ $labels.namespace }} are left out",
			description: "Definitions of the namespace have more segments than may be exported; totals are never left out. The condition Published of each says so."},
		{name: OperatorRulesRefused, severity: alert.Warning, wait: "15m", expr: "max by (namespace, state) (cpi_operator_rules{state=~\"Rejected|Foreign\"}) > 0",
			summary:     "Alert rules of namespace {{ $labels.namespace }} are not in force: {{ $labels.state }}",
			description: "Rejected: Prometheus, or its operator, refuses them. Foreign: something that is not the operator's has their name and is left alone. Alerts of the namespace reach nobody, or only as older rules have them."},
	} {
		expr := strings.NewReplacer("<leader>", metrics.LeaderName, "<ours>", ours, "<failing>", failing).Replace(r.expr)
		out.Rules = append(out.Rules, rule(r.name, expr, r.wait, map[string]string{"severity": string(r.severity), "owner": "platform", "concern": "platform"}, r.summary, r.description))
	}
	return out
}

// ours keeps the series of the operator's instances: every program made with controller-runtime exports the same names.
var ours = "and on (namespace, job, instance) " + metrics.LeaderName

// failing are the data sources that no run reaches, whether or not their own alerts are told.
var failing = fmt.Sprintf("max by (namespace, name) (%s)", metrics.SourceFailingName)
