// Package rules holds the fixed alerting rules. They read the series that the operator exports and hold no
// text from users: what people wrote reaches an alert only as the value of a label.
package rules

import (
	"fmt"
	"maps"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/metrics"
)

// Runbooks is where the pages of docs/runbooks are read.
const Runbooks = "https://github.com/cpi-operator/cpi-operator/blob/main/docs/runbooks/"

// Group of rules, spelled as Prometheus and PrometheusRule do.
type Group struct {
	Name  string `json:"name"`
	Rules []Rule `json:"rules"`
}

// Rule is one alerting rule.
type Rule struct {
	Alert         string            `json:"alert"`
	Expr          string            `json:"expr"`
	For           string            `json:"for,omitempty"`
	KeepFiringFor string            `json:"keep_firing_for,omitempty"`
	Labels        map[string]string `json:"labels,omitempty"`
	Annotations   map[string]string `json:"annotations"`
}

const (
	// settle is how long an alert must be active: shorter than any period, long enough for a mistake to be
	// corrected and for objects applied in any order to find each other.
	settle = "5m"
	// keep bridges a change of leader, so that alerts do not resolve and fire anew.
	keep = "10m"
	// absent is how long the operator may be away: an update of the node it runs on takes less.
	absent = "15m"
)

// Namespace gives the rules on the indicators of one namespace; of all, if it is empty.
func Namespace(namespace string) Group {
	out := Group{Name: "cpi-operator"}
	for _, r := range []struct {
		name        alert.Name
		summary     string
		description string
	}{
		{alert.BelowThreshold, "{{ $labels.title }} is beyond its {{ $labels.severity }} threshold",
			"{{ $labels.namespace }}/{{ $labels.name }}{{ if $labels.segment }}, segment {{ $labels.segment }}{{ end }}: the whole interval of the latest mature period lies beyond the threshold." + value("cpi", "{{ if not $labels.segment }}", "{{ end }}") + read("cpi")},
		{alert.ComputationFailed, "{{ $labels.title }} is not being computed",
			"{{ $labels.kind }} {{ $labels.namespace }}/{{ $labels.name }} gives no new numbers; the last good ones stay. Its conditions name the reason: kubectl describe --namespace {{ $labels.namespace }} {{ $labels.kind }} {{ $labels.name }}"},
		{alert.SampleTooSmall, "{{ $labels.title }} rests on too small a sample",
			"{{ $labels.kind }} {{ $labels.namespace }}/{{ $labels.name }}: the latest mature period has fewer than quality.minSampleSize; its value is withheld. kubectl describe --namespace {{ $labels.namespace }} {{ $labels.kind }} {{ $labels.name }}"},
		{alert.TargetMissed, "{{ $labels.title }} misses its target",
			"{{ $labels.namespace }}/{{ $labels.name }}{{ if $labels.segment }}, segment {{ $labels.segment }}{{ end }}: the whole interval of the judged period lies on the wrong side of the target." + value("kpi", "{{ if not $labels.segment }}", "{{ end }}") + read("kpi")},
		{alert.KPIDivergence, "{{ $labels.title }} looks good while its customers do worse",
			"{{ $labels.namespace }}/{{ $labels.name }} is on target or improving, but in two evaluations in a row a guardrail CPI has lost more than its minWorsening, and more than chance explains. The condition Diverging names it." + read("kpi")},
		{alert.Unguarded, "{{ $labels.title }} pays people and has no guardrail",
			"{{ $labels.namespace }}/{{ $labels.name }} is incentivised, but no CPILinkage on it declares a guardrail: nobody is told if customers lose by it." + read("kpi")},
		{alert.LinkVerdictChanged, "{{ $labels.title }}: another verdict than before",
			"CPILinkage {{ $labels.namespace }}/{{ $labels.name }} has come to another verdict in the last seven days. Whoever is held to its CPI should know. An association is no proof of cause." + read("cpilink")},
	} {
		expr := fmt.Sprintf("max by (namespace, kind, name, segment, severity, owner, theme, title, source, cpi) (%s{alert=%q%s}) > 0", metrics.AlertName, r.name, matcher(namespace))
		out.Rules = append(out.Rules, rule(r.name, expr, settle, nil, r.summary, r.description))
	}
	for _, prefix := range []string{metrics.PrefixCPI, metrics.PrefixKPI} {
		out.Rules = append(out.Rules, stale(prefix, namespace))
	}
	return out
}

// stale compares the clock of Prometheus with the instant that the operator gave, so that the alert comes even
// if the operator hangs.
func stale(prefix, namespace string) Rule {
	selector := strings.TrimPrefix(matcher(namespace), ",")
	expr := fmt.Sprintf("(time() - max by (namespace, name) (%s{%s}) > 0)\n* on (namespace, name) group_left (owner, theme, title, source)\nmax by (namespace, name, owner, theme, title, source) (%s{%s})",
		prefix+metrics.StaleAfterName, selector, prefix+metrics.InfoName, selector)
	return rule(alert.DataStale, expr, settle, map[string]string{"severity": string(alert.Warning), "kind": kinds[prefix]},
		"{{ $labels.title }} has no fresh numbers",
		"{{ $labels.namespace }}/{{ $labels.name }} has been stale for {{ $value | humanizeDuration }}: no run has reached the data in time, or the data have not been loaded in time. The condition Fresh says which."+read(prefix))
}

var kinds = map[string]string{metrics.PrefixCPI: string(alert.CPI), metrics.PrefixKPI: string(alert.KPI)}

func rule(name alert.Name, expr, wait string, labels map[string]string, summary, description string) Rule {
	all := map[string]string{"concern": concern(name)}
	maps.Copy(all, labels)
	return Rule{
		Alert: string(name), Expr: expr, For: wait, KeepFiringFor: keep, Labels: all,
		Annotations: map[string]string{"summary": summary, "description": description, "runbook_url": Runbooks + string(name) + ".md"},
	}
}

// concern tells those who keep the numbers coming from those whose numbers they are. What is business is a ticket for the
// owner; what is platform stops numbers from being known at all.
func concern(name alert.Name) string {
	switch name {
	case alert.DataStale, alert.ComputationFailed, alert.OperatorAbsent:
		return "platform"
	}
	return "business"
}

// matcher restricts a selector to one namespace. Names of namespaces are DNS labels.
func matcher(namespace string) string {
	if namespace == "" {
		return ""
	}
	return fmt.Sprintf(",%s=%q", "namespace", namespace)
}

// value is a fixed template that tells the value with its interval, where there is one.
func value(prefix, open, end string) string {
	query := func(name string) string {
		return fmt.Sprintf("printf `%s{namespace=%%q,name=%%q}` $labels.namespace $labels.name | query", name)
	}
	number := func(name string) string {
		return fmt.Sprintf("{{ with %s }}{{ $r := . | first }}{{ if eq $r.Labels.unit `ratio` }}{{ $r.Value | humanizePercentage }}{{ else }}{{ $r.Value | printf `%%.4g` }}{{ end }}{{ end }}", query(name))
	}
	return open + fmt.Sprintf("{{ if %s }} Value %s [%s, %s].{{ end }}", query(prefix+"_value"), number(prefix+"_value"), number(prefix+"_value_lower"), number(prefix+"_value_upper")) + end
}

// read tells where the rest stands.
func read(resource string) string {
	return " kubectl describe --namespace {{ $labels.namespace }} " + resource + " {{ $labels.name }}"
}
