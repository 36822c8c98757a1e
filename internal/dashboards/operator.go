package dashboards

import (
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/metrics"
)

func operator() Dashboard {
	d := dashboard(uidOperator, "Customer metrics: the operator itself",
		"For those who run the operator: is it at work, does it keep up, do runs succeed, is it scraped.",
		[]Variable{labelVariable("job", "Scrape job", metrics.LeaderName, "job").several("")},
		band{"At work", []Panel{instances(), leader(), ownAlerts()}},
		band{"Runs on data sources", []Panel{runs(), sources()}},
		band{"Reconciliation", []Panel{reconciliations(), reconcileErrors(), reconcileTime(), queued(), waited(), busy()}},
		band{"Series and rules", []Panel{held(), dropped(), ruled()}},
		band{"API server", []Panel{requests(), refusals(), latency()}},
		band{"Scrape and process", []Panel{scrapes(), scraped(), memory(), processor(), goroutines()}},
	)
	d.Time.From, d.Refresh = "now-24h", "1m"
	return d
}

// ours replaces <j> by the operator's scrape jobs: other programs export metrics of the same names.
func ours(expr string) string { return strings.ReplaceAll(expr, "<j>", `job=~"$job"`) }

// quantiles are the median and the 99th percentile of a histogram.
func quantiles(histogram, by string) []query {
	at := func(q string) string {
		return ours("histogram_quantile(" + q + ", sum by (le, " + by + ") (rate(" + histogram + "_bucket{<j>}[$__rate_interval])))")
	}
	return []query{{at("0.5"), "{{" + by + "}}, half of them"}, {at("0.99"), "{{" + by + "}}, 99 %"}}
}

func yesNo(yes, no Mapped) []Property {
	return []Property{
		{ID: "custom.cellOptions", Value: map[string]any{"type": "color-text"}},
		{ID: "mappings", Value: []Mapping{{Type: "value", Options: map[string]Mapped{"1": yes, "0": no}}}},
	}
}

func instances() Panel {
	return table("Instances",
		"Every instance that is scraped. One leads: it looks after the definitions and exports their series. The others wait to take over.",
		size(width/2, 6), "Role",
		label("instance", "Instance"),
		value(ours("max by (instance) (up{<j>})"), "Scraped", yesNo(Mapped{Text: "yes", Color: green}, Mapped{Text: "no", Color: red, Index: 1})...),
		value(ours("max by (instance) (cpi_operator_leader{<j>})"), "Role", yesNo(Mapped{Text: "leads", Color: green}, Mapped{Text: "waits", Color: grey, Index: 1})...),
		value(ours("1000 * max by (instance) (process_start_time_seconds{<j>})"), "Started", unit("dateTimeAsLocal")),
	)
}

func ownAlerts() Panel {
	return table("Alerts on the operator", "Alerts of the rules that watch the operator itself, pending or firing. Empty is good, if the rules are loaded. What to do stands behind the alert's name.",
		size(width, 5), "urgency", alertColumns(`alertname=~"CPIOperator.+"`, `namespace=~".*"`)...)
}

func leader() Panel {
	return states("Who leads", "Which instance held the lease. Two at once, for longer than a scrape, or none, is wrong.", size(width/2, 6),
		[]query{{ours("max by (instance) (cpi_operator_leader{<j>})"), "{{instance}}"}},
		map[string]Mapped{"0": {Text: "waits", Color: grey}, "1": {Text: "leads", Color: green, Index: 1}})
}

func runs() Panel {
	return lines("Runs that ended, in an hour", "Finished runs on data sources in the hour before, by outcome: Succeeded, or the reason of the failure.", size(width/2, 8), "short",
		[]query{{ours(`sum by (outcome) (increase(cpi_operator_runs_total{<j>, outcome="Succeeded"}[1h])) or sum by (outcome) (increase(cpi_operator_runs_total{<j>}[1h])) > 0`), "{{outcome}}"}},
		Override{byName("Succeeded"), []Property{colour(green)}})
}

func sources() Panel {
	return table("Oldest success by source", "When a run last reached the data of each DataSource, the oldest first, at most 50. A source that no run has ever reached is not listed: its alert is.",
		size(width/2, 8), "Ago",
		label("namespace", "Namespace"), label("name", "Source"),
		value("topk(50, time() - max by (namespace, name) (cpi_source_last_success_timestamp_seconds))", "Ago", unit("s")),
	)
}

func reconciliations() Panel {
	return lines("Reconciliations", "How often objects were looked at, by controller and result. A steady high rate without changes in the cluster means that something writes in circles.", size(width/3, 8), "reqps",
		[]query{{ours("sum by (controller, result) (rate(controller_runtime_reconcile_total{<j>}[$__rate_interval]))"), "{{controller}} {{result}}"}})
}

func reconcileErrors() Panel {
	return lines("Reconciliation errors", "Reconciliations that failed and are tried again, by controller. The operator's log names the object and the error.", size(width/3, 8), "reqps",
		[]query{{ours("sum by (controller) (rate(controller_runtime_reconcile_errors_total{<j>}[$__rate_interval]))"), "{{controller}}"}})
}

func reconcileTime() Panel {
	return lines("Duration of a reconciliation", "Half of the reconciliations of a controller, and 99 % of them, took no longer.", size(width/3, 8), "s",
		quantiles("controller_runtime_reconcile_time_seconds", "controller"))
}

func queued() Panel {
	return lines("Objects that wait", "Length of each controller's queue. It is 0 most of the time.", size(width/3, 8), "short",
		[]query{{ours("sum by (controller) (workqueue_depth{<j>})"), "{{controller}}"}})
}

func waited() Panel {
	return lines("Time in the queue", "Half of the objects of a controller, and 99 % of them, waited no longer.", size(width/3, 8), "s",
		quantiles("workqueue_queue_duration_seconds", "controller"))
}

func busy() Panel {
	return lines("Longest reconciliation under way", "For how long a controller has been at the object that it has been at longest. It should never be minutes.", size(width/3, 8), "s",
		[]query{{ours("max by (controller) (workqueue_longest_running_processor_seconds{<j>})"), "{{controller}}"}})
}

func held() Panel {
	return lines("Series and objects", "Indicators' series that are held ready, and the objects that they belong to.", size(width/3, 8), "locale", []query{
		{ours("max(cpi_operator_series{<j>})"), "series"},
		{ours("max(cpi_operator_objects{<j>})"), "objects"},
	})
}

func dropped() Panel {
	return table("Series left out", "Definitions of which segments are left out because they, or their namespace, have too many series. Totals are never left out. Empty is good.", size(width/3, 8), "Series",
		label("namespace", "Namespace"), label("name", "Definition"), label("kind", "Kind"),
		value(`max by (namespace, name, kind) (
  label_replace(cpi_series_dropped, "kind", "CPI", "", "") or label_replace(kpi_series_dropped, "kind", "KPI", "", "")
)`, "Series", unit("locale")),
	)
}

func ruled() Panel {
	return table("Alert rules", "What became of the alert rules of each namespace. Written: nothing tells whether Prometheus takes them, as where they stand in a ConfigMap.", size(width/3, 8), "refused",
		column{expr: `max by (namespace, state) (2 * cpi_operator_rules{state=~"Rejected|Foreign"} or cpi_operator_rules)`, title: "refused", hidden: true},
		label("namespace", "Namespace"),
		label("state", "State", coloured(map[string]Mapped{
			"Accepted": {Color: green}, "Written": {Color: grey, Index: 1}, "Rejected": {Color: red, Index: 2}, "Foreign": {Color: red, Index: 3},
		})...),
	)
}

func requests() Panel {
	return lines("Requests", "Requests to the API server by the code of its answer.", size(width/3, 8), "reqps",
		[]query{{ours("sum by (code) (rate(rest_client_requests_total{<j>}[$__rate_interval]))"), "{{code}}"}})
}

func refusals() Panel {
	return lines("Part of the requests that failed", "Of all requests, those without an answer, and those that were refused for a reason other than 404 (gone) and 409 (changed meanwhile), which belong to normal work.", size(width/3, 8), "percentunit",
		[]query{{ours(`(
  sum(rate(rest_client_requests_total{<j>, code!~"2..|101|404|409"}[$__rate_interval])) or 0 * sum(rate(rest_client_requests_total{<j>}[$__rate_interval]))
) / sum(rate(rest_client_requests_total{<j>}[$__rate_interval]))`), "failed"}}, share...)
}

func latency() Panel {
	return lines("Duration of a request", "Half of the requests of a verb, and 99 % of them, took no longer. Watches are left out.", size(width/3, 8), "s",
		quantiles("cpi_operator_api_request_duration_seconds", "verb"))
}

func scrapes() Panel {
	return lines("Duration of a scrape", "How long Prometheus took to read /metrics.", size(width/3, 8), "s",
		[]query{{ours("max by (instance) (scrape_duration_seconds{<j>})"), "{{instance}}"}})
}

func scraped() Panel {
	return lines("Health of the scrape", "Samples that Prometheus read from each instance, whether it could (1) or not (0), and scrapes in an hour in which some of the operator's own metrics could not be gathered.", size(width/3, 8), "locale", []query{
		{ours("max by (instance) (scrape_samples_scraped{<j>})"), "{{instance}} samples"},
		{ours("max by (instance) (up{<j>})"), "{{instance}} up"},
		{ours("sum by (instance) (increase(cpi_operator_gather_errors_total{<j>}[1h]))"), "{{instance}} gather errors"},
	}, Override{Matcher{"byRegexp", "/samples$/"}, []Property{{ID: "custom.axisPlacement", Value: "right"}}})
}

func memory() Panel {
	return lines("Memory", "Memory of the process, and of the objects on its heap.", size(width/3, 8), "bytes", []query{
		{ours("max by (instance) (process_resident_memory_bytes{<j>})"), "{{instance}} resident"},
		{ours("max by (instance) (go_memstats_heap_inuse_bytes{<j>})"), "{{instance}} heap"},
	})
}

func processor() Panel {
	return lines("Processor", "Processor time used in a second, in cores.", size(width/2, 8), "short",
		[]query{{ours("max by (instance) (rate(process_cpu_seconds_total{<j>}[$__rate_interval]))"), "{{instance}}"}})
}

func goroutines() Panel {
	return lines("Goroutines", "A number that only grows is a leak.", size(width/2, 8), "short",
		[]query{{ours("max by (instance) (go_goroutines{<j>})"), "{{instance}}"}})
}
