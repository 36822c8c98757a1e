// Package metrics holds every metric and label name and serves /metrics. An indicator's series are encoded
// once, when its numbers change; a scrape joins finished text. docs/metrics.md is generated from this file.
package metrics

// Labels that series carry.
const (
	labelNamespace = "namespace"
	labelName      = "name"
	labelKind      = "kind"
	labelUnit      = "unit"
	labelSegmentBy = "segment_by"
	labelSegment   = "segment"
	labelLevel     = "level"
	labelState     = "state"
	labelReason    = "reason"
	labelBound     = "bound"
	labelDue       = "due"
	labelAlert     = "alert"
	labelSeverity  = "severity"
	labelOwner     = "owner"
	labelTheme     = "theme"
	labelClass     = "class"
	labelDirection = "direction"
	labelTitle     = "title"
	labelKPI       = "kpi"
	labelDriver    = "driver"
	labelVerdict   = "verdict"
	labelWindow    = "window"
	labelSource    = "source"
	labelCPI       = "cpi"
	labelMessage   = "message"
)

// Names that alert rules refer to.
const (
	// AlertName is the series of active alerts.
	AlertName = "cpi_alert"
	// MessageName is the series of what active alerts say.
	MessageName = "cpi_alert_message"
	// MutedName is the series of objects whose alerts nobody is told.
	MutedName = "cpi_muted_until_timestamp_seconds"
	// SourceFailingName is the series of data sources that no run reaches, told or not.
	SourceFailingName = "cpi_source_failing"
	// StaleAfterName without its prefix: the instant from which an indicator counts as stale.
	StaleAfterName = "_stale_after_timestamp_seconds"
	// InfoName without its prefix: owner, theme and title.
	InfoName = "_info"
	// LeaderName is 1 on the instance that works.
	LeaderName = "cpi_operator_leader"
)

// Prefixes of an indicator's series, by kind.
const (
	PrefixCPI = "cpi"
	PrefixKPI = "kpi"
)

// family is one metric: its samples stand together under one HELP and TYPE. All are gauges.
type family struct {
	name   string
	help   string
	labels []string
}

// Indicator series; the same for both prefixes. Their order is that of /metrics.
const (
	familyValue = iota
	familyLower
	familyUpper
	familySegmentValue
	familySegmentLower
	familySegmentUpper
	familySegmentSize
	familySampleSize
	familyResponseRatio
	familyThreshold
	familyTarget
	familyState
	familyPeriodEnd
	familyWatermark
	familyLastSuccess
	familyStaleAfter
	familyRejected
	familyDropped
	familyInfo
	indicatorFamilies
)

// Series that are not an indicator's alone.
const (
	familyAlert = 2*indicatorFamilies + iota
	familyMessage
	familyMuted
	familySourceLastSuccess
	familySourceFailing
	familyLinkEffect
	familyLinkLower
	familyLinkUpper
	familyLinkLag
	familyLinkInfluence
	familyLinkQ
	familyLinkVerdict
	familyTargetProbability
	familyPromiseRemaining
	familyPromiseRemainingLower
	familyPromiseRemainingUpper
	familyPromiseBurnRate
	familyCount
)

var families = buildFamilies()

func buildFamilies() [familyCount]family {
	var out [familyCount]family
	object := func(extra ...string) []string { return append([]string{labelNamespace, labelName}, extra...) }
	for i, prefix := range []string{PrefixCPI, PrefixKPI} {
		set := func(index int, name, help string, labels ...string) {
			out[i*indicatorFamilies+index] = family{name: prefix + name, help: help, labels: object(labels...)}
		}
		set(familyValue, "_value", "Total of the latest mature period, in the unit of the label; shares are ratios 0-1. Absent without data, with too small a sample and with suspect data.", labelUnit)
		set(familyLower, "_value_lower", "Lower end of the interval of the value.", labelUnit)
		set(familyUpper, "_value_upper", "Upper end of the interval of the value.", labelUnit)
		set(familySegmentValue, "_segment_value", "A part of the total in the latest mature period. (none) is NULL.", labelSegmentBy, labelSegment, labelUnit)
		set(familySegmentLower, "_segment_value_lower", "Lower end of the interval of the part.", labelSegmentBy, labelSegment, labelUnit)
		set(familySegmentUpper, "_segment_value_upper", "Upper end of the interval of the part.", labelSegmentBy, labelSegment, labelUnit)
		set(familySegmentSize, "_segment_sample_size", "Rows or responses used for the part; absent of a census.", labelSegmentBy, labelSegment)
		set(familySampleSize, "_sample_size", "Rows or responses used in the latest mature period; absent of a census.")
		set(familyResponseRatio, "_response_ratio", "Part of those asked who have answered in the latest mature period, 0-1, where responseRate is declared.")
		set(familyThreshold, "_threshold", "Declared threshold of the total, in the unit of the value.", labelLevel)
		set(familyTarget, "_target", "Target in force or, before any is, the next one, in the unit of the value. bound is at_least or at_most; due is the day of a dated target.", labelBound, labelDue)
		set(familyState, "_state", "1 for the present state: OK, Warning, Critical, OnTarget, OffTarget, Inconclusive, NotYet, NoData, InsufficientSample, SuspectData, Running, Maturing, Undated, Pending, Failing or Invalid.", labelState)
		set(familyPeriodEnd, "_period_end_timestamp_seconds", "End of the period that the value speaks of.")
		set(familyWatermark, "_watermark_timestamp_seconds", "Newest load seen in the data.")
		set(familyLastSuccess, "_last_success_timestamp_seconds", "When a run last reached the data of the indicator.")
		set(familyStaleAfter, StaleAfterName, "From when on the numbers count as stale, unless a run or a load of data comes. severity is that of the alert, none if nobody wants it.", labelSeverity)
		set(familyRejected, "_rows_rejected", "Rows of the period that could not be used, by reason.", labelReason)
		set(familyDropped, "_series_dropped", "Series left out because the definition or its namespace has too many.")
		set(familyInfo, InfoName, "1, with what people call the indicator and who owns it. theme is the category of a KPITarget, source the DataSource that it is computed on.", labelTheme, labelClass, labelDirection, labelOwner, labelTitle, labelSource)
	}
	out[familyAlert] = family{name: AlertName, help: "1 while an alert is active. The fixed rules turn it into named alerts. theme is the category of a KPITarget. source is the DataSource that it hangs on; cpi the CPI that it speaks of: itself, that of a goal, or the guardrail that lost most surely.",
		labels: []string{labelNamespace, labelKind, labelName, labelAlert, labelSeverity, labelOwner, labelTheme, labelTitle, labelSegment, labelSource, labelCPI}}
	out[familyMessage] = family{name: MessageName, help: "1 while an alert is active, with what it says in full: value, interval, n, period, threshold and what to do. Apart from the alert, so that it stays the same alert when its numbers change.",
		labels: []string{labelNamespace, labelKind, labelName, labelAlert, labelSegment, labelMessage}}
	out[familyMuted] = family{name: MutedName, help: "Until when nobody is told of the object's alerts, because of a pause or a dry run; +Inf without an end. Absent where everything is told. reason is Paused or DryRun.",
		labels: object(labelKind, labelReason)}
	out[familySourceLastSuccess] = family{name: "cpi_source_last_success_timestamp_seconds", help: "When a run last reached the data of the DataSource.", labels: object()}
	out[familySourceFailing] = family{name: SourceFailingName, help: "1 while runs on the DataSource fail for so long that somebody is told, or would be but for a dry run; absent otherwise.", labels: object()}
	link := func(index int, name, help string, labels ...string) {
		out[index] = family{name: "cpi_link" + name, help: help, labels: object(append([]string{labelKPI, labelDriver}, labels...)...)}
	}
	link(familyLinkEffect, "_effect", "Difference of the KPI that goes with the driver, in the KPI's unit; of shares, 0.01 is one percentage point. Between the best and the worst cohort of customers or, where only periods were compared, for the step that the report names. An association, not a cause.", labelUnit)
	link(familyLinkLower, "_effect_lower", "Lower end of the interval of the effect.", labelUnit)
	link(familyLinkUpper, "_effect_upper", "Upper end of the interval of the effect.", labelUnit)
	link(familyLinkLag, "_lag_periods", "By how many periods the KPI follows the driver; absent where customers were compared.")
	link(familyLinkInfluence, "_influence_ratio", "The driver's share of what all drivers of the linkage explain together, 0-1.")
	link(familyLinkQ, "_q_value", "The p value of the effect after correction for all links of the KPI.")
	link(familyLinkVerdict, "_verdict", "1 for the present verdict on the driver: Supported, NotSupported, Conflicting, InsufficientData, or Pending before the first.", labelVerdict)
	out[familyTargetProbability] = family{name: "kpi_target_probability", labels: object(labelKPI, labelBound, labelDue),
		help: "How probable it is that the KPI meets a dated target, 0-1, by the forecast of this linkage; absent where there is none. due is the day from or by which the target stands."}
	promiseFamilies(&out, object)
	return out
}

// operatorFamily is a metric of the operator's own health.
type operatorFamily struct {
	name, typ, help string
	labels          []string
}

var (
	leaderFamily = operatorFamily{LeaderName, "gauge", "1 on the instance that holds the lease and exports indicators, 0 on the others.", nil}
	objectFamily = operatorFamily{"cpi_operator_objects", "gauge", "Objects whose series are held ready.", nil}
	seriesFamily = operatorFamily{"cpi_operator_series", "gauge", "Series held ready.", nil}
	runsFamily   = operatorFamily{"cpi_operator_runs_total", "counter", "Finished runs on data sources by outcome: Succeeded, or the reason of the failure.", []string{"outcome"}}
	gatherFamily = operatorFamily{"cpi_operator_gather_errors_total", "counter", "Scrapes in which some of the operator's own metrics could not be gathered.", nil}
	askedFamily  = operatorFamily{"cpi_operator_api_request_duration_seconds", "histogram", "How long requests to the API server took, by verb; watches are left out.", []string{"verb"}}
	rulesFamily  = operatorFamily{"cpi_operator_rules", "gauge", "1 for what became of a namespace's alert rules: Written (nothing tells whether Prometheus takes them), Accepted, Rejected, or Foreign where something else of their name is in the way.", []string{"namespace", "state"}}
)

var operatorFamilies = []operatorFamily{leaderFamily, objectFamily, seriesFamily, runsFamily, gatherFamily, askedFamily, rulesFamily}

// Names of all metrics of the operator's own, with those that only one kind of indicator has.
func Names() []string {
	var out []string
	for _, f := range families {
		out = append(out, f.name)
	}
	for _, f := range operatorFamilies {
		out = append(out, f.name)
	}
	return out
}
