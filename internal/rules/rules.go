// Package rules holds the fixed alerting rules. They read the series that the operator exports and hold no
// text from users: what people wrote reaches an alert only as the value of a label, which no template reads again.
package rules

import (
	"maps"

	"github.com/cpi-operator/cpi-operator/internal/alert"
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
