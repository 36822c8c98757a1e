package metrics

import (
	"fmt"
	"strings"
)

// Reference is docs/metrics.md.
func Reference() string {
	var b strings.Builder
	b.WriteString(`# Metrics

<!-- Generated from internal/metrics: go test ./internal/metrics -run Reference -update -->

The operator serves ` + "`/metrics`" + ` over TLS and asks for a token that may ` + "`get`" + ` that path, as controller-runtime does. Series of indicators come from the instance that leads.
They speak of the latest mature period, carry no timestamps, are in base units (shares are ratios 0-1) and go with their object.
A value that must not be acted on (no data, too small a sample, suspect data) is absent; the state tells why. ` + "`publish.metrics`" + ` of a definition withholds segments (TotalOnly) or everything, alerts included (None).

Scrape with ` + "`honorLabels: true`" + `: the label ` + "`namespace`" + ` is that of the definition.

## Indicators

Those of a CPIDefinition begin with ` + "`cpi_`" + `, those of a KPITarget with ` + "`kpi_`" + `.

| metric | labels | meaning |
| --- | --- | --- |
`)
	for i := range indicatorFamilies {
		cpi, kpi := families[i], families[indicatorFamilies+i]
		names := "`" + cpi.name + "`, `" + kpi.name + "`"
		switch i {
		case familyThreshold:
			names = "`" + cpi.name + "`"
		case familyTarget:
			names = "`" + kpi.name + "`"
		}
		row(&b, names, cpi.labels, cpi.help)
	}
	b.WriteString("\n## Alerts and sources\n\n| metric | labels | meaning |\n| --- | --- | --- |\n")
	for _, f := range families[familyAlert:familyLinkEffect] {
		row(&b, "`"+f.name+"`", f.labels, f.help)
	}
	b.WriteString("\nThe fixed rules turn `cpi_alert` and `*_stale_after_timestamp_seconds` into the alerts of [runbooks](runbooks/).\n")
	b.WriteString("\n## Linkages\n\nOf a CPILinkage, for each driver. An effect is there only while a run has found one under the claim in force, and nothing where `publish.metrics` of the KPI or of a driver is None.\n\n| metric | labels | meaning |\n| --- | --- | --- |\n")
	for _, f := range families[familyLinkEffect:familyPromiseRemaining] {
		row(&b, "`"+f.name+"`", f.labels, f.help)
	}
	b.WriteString("\n## Promises\n\nOf a CPIDefinition with `spec.promise`, as of the latest mature period; absent where nobody can tell (no data, suspect data). [Promises](promises.md) says what they mean.\n\n| metric | labels | meaning |\n| --- | --- | --- |\n")
	for _, f := range families[familyPromiseRemaining:] {
		row(&b, "`"+f.name+"`", f.labels, f.help)
	}
	b.WriteString("\n## The operator itself\n\nBesides controller-runtime's own (`controller_runtime_reconcile_errors_total` and others):\n\n| metric | type | labels | meaning |\n| --- | --- | --- | --- |\n")
	for _, f := range operatorFamilies {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", f.name, f.typ, strings.Join(f.labels, ", "), f.help)
	}
	fmt.Fprintf(&b, "\n## Bounds\n\nLabel values are cut at %d bytes, messages at %d; invalid UTF-8 and control characters are replaced, and such a segment gets a hash so that two never become one. NULL is `(none)`. "+
		"A definition has at most %d series and a namespace %d; beyond that segments are left out, never totals, and `cpi_series_dropped` and the condition `Published` say so.\n",
		maxLabel, maxMessage, DefaultLimits.PerIndicator, DefaultLimits.PerNamespace)
	return b.String()
}

func row(b *strings.Builder, names string, labels []string, help string) {
	fmt.Fprintf(b, "| %s | %s | %s |\n", names, strings.Join(labels, ", "), help)
}
