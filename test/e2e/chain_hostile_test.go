package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
)

// Words that try to be more than text, as a title, an owner and a segment may hold them.
const (
	hostileTitle = "NPS {{ query \"up\" | first | value }} \"quoted\" \\ $labels.name <b>&\n{{ template \"x\" }} é"
	hostileTeam  = "o\"} or up{x=\"{{ .Labels }}\n"
)

const hostileSegment = "{{ query \"up\" }}\n\"'{part=~\".+\"} \\ {{ .Labels }} $value"

// hostileWords is a CPI below its threshold whose title, owner and segment try to be more than text. Nobody has a route for
// such an owner.
func hostileWords(t *testing.T, ns string) []trouble {
	t.Helper()
	var rows strings.Builder
	rows.WriteString("contact,score,part\n")
	parts := []string{"plain", hostileSegment, hostileSegment + strings.Repeat(" and so on", 1000)} // 10 kB
	for i := range 300 {
		score := 0
		if i%3 == 0 {
			score = 10
		}
		fmt.Fprintf(&rows, "c%d,%d,\"%s\"\n", i, score, strings.ReplaceAll(parts[i%3], `"`, `""`))
	}
	create(t, file(ns, "hostile", "hostile.csv", rows.String()))
	apply(t, ns, fmt.Sprintf(hostileManifests, hostileTitle, hostileTeam, hostileSegment))
	shown := strings.NewReplacer("\n", "\uFFFD").Replace // a label is on one line
	labels := map[string]string{"alertname": "CPIBelowThreshold", "namespace": ns, "name": "hostile", "severity": "critical",
		"owner": shown(hostileTeam), "title": shown(hostileTitle)}
	summary := shown(hostileTitle) + " is beyond its critical threshold"
	begins := func() {
		waitReason(t, cpi(ns, "hostile"), v1alpha1.ConditionWithinThresholds, v1alpha1.ReasonCritical)
	}
	repair := func() {
		update(t, cpi(ns, "hostile"), func(c *v1alpha1.CPIDefinition) { c.Spec.Thresholds, c.Spec.Overrides = nil, nil })
	}
	return []trouble{
		{to: "unclaimed", labels: labels, summary: summary, says: []string{"33.3 %", "n 300"}, begins: begins, repair: repair},
		{to: "unclaimed", labels: labels, segment: "part=" + shown(hostileSegment), summary: summary, says: []string{`{{ query "up" }}`, "0.0 %", "n 100"}, begins: begins, repair: func() {}},
	}
}

const hostileManifests = `
apiVersion: cpi-operator.io/v1alpha1
kind: DataSource
metadata: {name: hostile}
spec: {files: {tables: [{name: hostile, format: CSV, configMap: {name: hostile, key: hostile.csv}}]}}
---
apiVersion: cpi-operator.io/v1alpha1
kind: Dataset
metadata: {name: hostile}
spec: {dataSourceRef: {name: hostile}, table: {name: hostile}, entities: {contact: contact}}
---
apiVersion: cpi-operator.io/v1alpha1
kind: CPIDefinition
metadata: {name: hostile}
spec:
  title: %q
  theme: Advocacy
  owner: {team: %q}
  datasetRef: {name: hostile}
  measure: {share: {of: [{column: score, operator: In, values: ["10"]}], direction: HigherIsBetter}}
  breakdowns: [{by: [part]}]
  thresholds: {critical: 90%%}
  overrides: [{match: {part: %q}}]
`
