package rules

import (
	"maps"
	"slices"
)

// Within gives the group with a namespace for those alerts that have none. Who routes alerts by namespace, as every
// AlertmanagerConfig does, would not find them.
func (g Group) Within(namespace string) Group {
	g.Rules = slices.Clone(g.Rules)
	for i := range g.Rules {
		labels := maps.Clone(g.Rules[i].Labels)
		labels["namespace"] = "{{ with $labels.namespace }}{{ . }}{{ else }}" + namespace + "{{ end }}"
		g.Rules[i].Labels = labels
	}
	return g
}
