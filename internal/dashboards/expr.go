package dashboards

import (
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/metrics"
)

// kind of indicator: a CPIDefinition or a KPITarget, whose series have the same names after a prefix.
type kind struct {
	prefix, word, uid string
	// object is the kind that alerts name; group is what a theme is called of it.
	object alert.Kind
	group  string
}

var (
	cpi = kind{prefix: metrics.PrefixCPI, word: "CPI", uid: "cpi-operator-cpi", object: alert.CPI, group: "Theme"}
	kpi = kind{prefix: metrics.PrefixKPI, word: "KPI", uid: "cpi-operator-kpi", object: alert.KPI, group: "Category"}
)

// Selectors of series.
const (
	ofNamespaces = `namespace=~"$namespace"`
	ofOne        = `namespace="$namespace", name="$name"`
)

// expr writes a query on a kind's series: <p> is their prefix, <s> the selector. As in the alert rules, max by has each
// object once, whichever instance exports it: two do for a moment when the lease changes hands.
func (k kind) expr(selector, text string, pairs ...string) string {
	return fill(fill(text, pairs...), "p", k.prefix, "s", selector)
}

// standing has how urgent each indicator's state is, with the state and what people call it.
func (k kind) standing(selector string) string {
	return k.expr(selector, `max by (namespace, name, state) (
  3 * <p>_state{<s>, state=~"<3>"} or 2 * <p>_state{<s>, state=~"<2>"} or <p>_state{<s>}
) * on (namespace, name) group_left (title, theme, owner) max by (namespace, name, title, theme, owner) (<p>_info{<s>})`,
		"3", urgent(3), "2", urgent(2))
}

// shown is a metric with the unit to read it in: shares in per cent, all others as they are.
func (k kind) shown(selector, metric string, by string) string {
	return k.expr(selector, `max by (namespace, name<by>, unit) (
  label_replace(100 * <p>_<metric>{<s>, unit="ratio"}, "unit", "%", "", "") or <p>_<metric>{<s>, unit!="ratio"}
)`, "metric", metric, "by", by)
}

// scaled is what has no unit of its own, scaled as the value beside it is shown. Where there is no value there is none.
func (k kind) scaled(selector, by, series string) string {
	return k.expr(selector, `max by (namespace, name<by>) (<series>) * on (namespace, name) group_left ()
  max by (namespace, name) (100 * <p>_value{<s>, unit="ratio"} ^ 0 or <p>_value{<s>, unit!="ratio"} ^ 0)`,
		"series", series, "by", by)
}

// count is a metric that counts something, one number for each indicator.
func (k kind) count(selector, metric string) string {
	return k.expr(selector, "max by (namespace, name) (<p>_<metric>{<s>})", "metric", metric)
}

// chance is the probability of the dated target that is least likely to be met, by the forecasts of all claims on a KPI.
func chance(selector string) string {
	return fill(`min by (namespace, name) (label_replace(
  max by (namespace, kpi, bound, due) (kpi_target_probability{<s>}), "name", "$1", "kpi", "(.+)"
))`, "s", selector)
}

// firing has the alerts of rules in the Prometheus, a critical one as 2; since has when each began, in milliseconds; said what
// the operator says of it. alerts and where are selectors: of alerts by name, and of the objects that they speak of.
func firing(alerts, where string) string {
	return fill(`max by (namespace, kind, name, alertname, alertstate, severity, owner, segment, title) (
  2 * ALERTS{<a>, <s>, severity="critical"} or ALERTS{<a>, <s>}
)`, "a", alerts, "s", where)
}

func since(alerts, where string) string {
	return fill(`1000 * max by (namespace, kind, name, alertname, severity, owner, segment, title) (ALERTS_FOR_STATE{<a>, <s>})`, "a", alerts, "s", where)
}

func said(alerts, where string) string {
	return fill(`max by (namespace, kind, name, alertname, segment, message) (
  label_replace(cpi_alert_message{<s>}, "alertname", "$1", "alert", "(.+)")
) and on (namespace, kind, name, alertname, segment) ALERTS{<a>, <s>}`, "a", alerts, "s", where)
}

// muted has the objects of which nobody is told, and until when, in milliseconds, where that ends by time alone.
func muted(where string) string {
	return fill("max by (namespace, kind, name, reason) (cpi_muted_until_timestamp_seconds{<s>} > bool 0)", "s", where)
}

func mutedUntil(where string) string {
	return fill("1000 * (max by (namespace, kind, name, reason) (cpi_muted_until_timestamp_seconds{<s>}) < Inf)", "s", where)
}
