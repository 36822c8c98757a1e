package rules

import (
	"fmt"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/metrics"
)

// decided are the alerts that internal/alert decides, each with its summary and what is said where the operator's own
// message cannot be had.
var decided = []struct {
	name        alert.Name
	summary     string
	description string
}{
	{alert.BelowThreshold, "{{ $labels.title }} is beyond its {{ $labels.severity }} threshold",
		"The whole interval of the latest mature period lies beyond the threshold."},
	{alert.Deteriorating, "{{ $labels.title }} is getting worse",
		"A test shows that mature periods which share no rows get worse."},
	{alert.PromiseBurning, "{{ $labels.title }} may break its promise",
		"The error budget of the promise burns too fast, or is spent."},
	{alert.ComputationFailed, "{{ $labels.title }} is not being computed",
		"It gives no new numbers; the last good ones stay. Its conditions name the reason."},
	{alert.SampleTooSmall, "{{ $labels.title }} rests on too small a sample",
		"The latest mature period has fewer than quality.minSampleSize; its value is withheld."},
	{alert.ResponseRateLow, "{{ $labels.title }}: too few answer",
		"The whole interval of the response rate lies below quality.responseRate.minimum."},
	{alert.ReviewOverdue, "{{ $labels.title }} is due for review",
		"People should ask whether it still measures what it should, then set spec.review.lastReviewed."},
	{alert.TargetMissed, "{{ $labels.title }} misses its target",
		"The whole interval of the judged period lies on the wrong side of the target."},
	{alert.TargetAtRisk, "{{ $labels.title }} may miss its target",
		"In two forecasts in a row, confirmed drivers give a target too small a chance. The condition TargetInReach names it."},
	{alert.KPIDivergence, "{{ $labels.title }} looks good while its customers do worse",
		"It is on target or improving, but in two evaluations in a row a guardrail CPI has lost more than its minWorsening, and more than chance explains. The condition Diverging names it."},
	{alert.Unguarded, "{{ $labels.title }} pays people and has no guardrail",
		"It is incentivised, but no CPILinkage on it declares a guardrail: nobody is told if customers lose by it."},
	{alert.LinkVerdictChanged, "{{ $labels.title }}: another verdict than before",
		"The claim has come to another verdict in the last seven days. Whoever is held to its CPI should know. An association is no proof of cause."},
}

// Namespace gives the rules on the objects of one namespace; of all, if it is empty.
func Namespace(namespace string) Group {
	out := Group{Name: "cpi-operator"}
	for _, r := range decided {
		expr := fmt.Sprintf("max by (namespace, kind, name, segment, severity, owner, theme, title, source, cpi) (%s{alert=%q%s}) > 0", metrics.AlertName, r.name, matcher(namespace))
		description := "{{ $labels.namespace }}/{{ $labels.name }}: " + said(r.name, "$labels.kind", "$labels.segment", r.description) + read("{{ $labels.kind }}")
		out.Rules = append(out.Rules, rule(r.name, expr, settle, nil, r.summary, description))
	}
	for _, prefix := range []string{metrics.PrefixCPI, metrics.PrefixKPI} {
		out.Rules = append(out.Rules, stale(prefix, namespace))
	}
	return out
}

// stale compares the clock of Prometheus with the instant that the operator gave, so that the alert comes even
// if the operator hangs. A pause is compared in the same way, so that it ends even then.
func stale(prefix, namespace string) Rule {
	selector := strings.TrimPrefix(matcher(namespace), ",")
	kind := kinds[prefix]
	expr := fmt.Sprintf(`(time() - max by (namespace, name, severity) (%s{severity!=%q%s}) > 0)
* on (namespace, name) group_left (owner, theme, title, source)
max by (namespace, name, owner, theme, title, source) (%s{%s})
unless on (namespace, name) (%s{kind=%q%s} > time())`,
		prefix+metrics.StaleAfterName, alert.Silent, matcher(namespace), prefix+metrics.InfoName, selector, metrics.MutedName, kind, matcher(namespace))
	return rule(alert.DataStale, expr, settle, map[string]string{"kind": kind},
		"{{ $labels.title }} has no fresh numbers",
		"{{ $labels.namespace }}/{{ $labels.name }}, stale for {{ $value | humanizeDuration }}: "+
			said(alert.DataStale, "`"+kind+"`", "``", "No run has reached the data in time, or the data have not been loaded in time. The condition Fresh says which.")+read(prefix))
}

var kinds = map[string]string{metrics.PrefixCPI: string(alert.CPI), metrics.PrefixKPI: string(alert.KPI)}

// matcher restricts a selector to one namespace. Names of namespaces are DNS labels.
func matcher(namespace string) string {
	if namespace == "" {
		return ""
	}
	return fmt.Sprintf(",%s=%q", "namespace", namespace)
}

// said is a fixed template that tells what the operator says of an alert or, where that cannot be had, something fixed.
// The labels enter the query quoted as PromQL quotes text, so that no label can ask for anything else, and in ASCII:
// U+FFFD, which stands for what a label must not hold, is no text to PromQL as it stands.
func said(name alert.Name, kind, segment, otherwise string) string {
	query := fmt.Sprintf("printf `%s{alert=%q,namespace=%%+q,kind=%%+q,name=%%+q,segment=%%+q}` $labels.namespace %s $labels.name %s | query", metrics.MessageName, name, kind, segment)
	return "{{ with " + query + " }}{{ (first .).Labels.message }}{{ else }}" + otherwise + "{{ end }}"
}

// read tells where the rest stands.
func read(resource string) string {
	return " kubectl describe --namespace {{ $labels.namespace }} " + resource + " {{ $labels.name }}"
}
