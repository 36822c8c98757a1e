package dashboards

import "strings"

// ourAlerts picks the alerts of our rules among all that a Prometheus knows.
const ourAlerts = `alertname=~"(CPI|KPI)[A-Z].+"`

func overview() Dashboard {
	return dashboard(uidOverview, "Customer metrics: overview",
		"What customers experience (CPI) and what the company wants from it (KPI), problems first.",
		[]Variable{labelVariable("namespace", "Namespace", `{__name__=~"cpi_info|kpi_info"}`, "namespace").several(".*")},
		band{"What needs somebody", []Panel{
			alerts("Alerts", size(width, 7), ofNamespaces),
			byTheme(cpi, "CPIs by theme"), byTheme(kpi, "KPIs by category"), silent(size(width/4, 7)),
		}},
		band{"Customer Performance Indicators", []Panel{indicators(cpi, "CPIs", size(width, 12), ofNamespaces)}},
		band{"Key Performance Indicators", []Panel{indicators(kpi, "KPIs against their targets", size(width, 12), ofNamespaces)}},
	)
}

// alerts that are pending or firing, of the objects that a selector matches.
func alerts(title string, at GridPos, where string) Panel {
	return table(title,
		"Alerts of the operator's rules, as this Prometheus evaluates them: pending until they have held for long enough, then firing. Empty is good, if the rules are loaded. What to do stands behind the alert's name.",
		at, "urgency",
		append(alertColumns(ourAlerts, where), column{expr: said(ourAlerts, where), title: "said", hidden: true}, label("message", "Message"))...,
	)
}

func alertColumns(alerts, where string) []column {
	return []column{
		{expr: firing(alerts, where), title: "urgency", hidden: true},
		label("severity", "Severity", append(coloured(severityTexts()), columnWidth(90))...),
		label("alertstate", "State", columnWidth(90)),
		label("alertname", "Alert", runbook),
		label("title", "About"),
		label("segment", "Segment"),
		label("owner", "Owner"),
		value(since(alerts, where), "Since", unit("dateTimeAsLocal")),
		label("namespace", "Namespace"), label("kind", "Kind"), label("name", "Name"),
	}
}

// silent are the objects whose alerts nobody is told of.
func silent(at GridPos) Panel {
	return table("Nobody is told", "Objects whose alerts nobody is told of, because of a pause or a dry run. Everything is computed and shown all the same. Empty means that everything is told.", at, "",
		column{expr: muted(ofNamespaces), title: "muted", hidden: true},
		label("name", "Name"), label("reason", "Why"),
		value(mutedUntil(ofNamespaces), "Until", unit("dateTimeAsLocal"), Property{ID: "noValue", Value: "without an end"}),
		label("kind", "Kind"), label("namespace", "Namespace"),
	)
}

// byTheme counts states by theme.
func byTheme(k kind, title string) Panel {
	p := table(title,
		"How many "+k.word+"s of each "+strings.ToLower(k.group)+" are in which state. A state that nothing is in has no column.",
		size(width*3/8, 7), "",
		value(k.expr(ofNamespaces, `count by (theme, state) (
  max by (namespace, name, state) (<p>_state{<s>}) * on (namespace, name) group_left (theme)
  max by (namespace, name, theme) (<p>_info{<s>})
)`), "Value"))
	p.FieldConfig.Defaults.NoValue = ""
	p.Transformations = []Transformation{
		{ID: "groupingToMatrix", Options: map[string]any{"rowField": "theme", "columnField": "state", "valueField": "Value", "emptyValue": "empty"}},
		{ID: "organize", Options: map[string]any{"renameByName": map[string]string{`theme\state`: k.group}}},
	}
	return p
}

// indicators is the table of all that a selector matches.
func indicators(k kind, title string, at GridPos, selector string) Panel {
	columns := []column{
		{expr: k.standing(selector), title: "urgency", hidden: true},
		label("state", "State", append(coloured(stateTexts()), columnWidth(140))...),
		label("title", k.word, linked("All about this "+k.word, k.uid, "namespace", "Namespace", "name", "Name")),
		label("theme", k.group),
		label("owner", "Owner"),
		value(k.shown(selector, "value", ""), "Value", number...),
		value(k.shown(selector, "value_lower", ""), "Lower", number...),
		value(k.shown(selector, "value_upper", ""), "Upper", number...),
		label("unit", "Unit", columnWidth(80)),
		value(k.count(selector, "sample_size"), "n", unit("locale"), columnWidth(100)),
	}
	if k == kpi {
		columns = append(columns,
			label("bound", "Bound", append(coloured(boundTexts()), columnWidth(90))...),
			value(k.scaled(selector, ", bound, due", "kpi_target{<s>}"), "Target", number...),
			label("due", "Due", columnWidth(110)),
			value(chance(strings.Replace(selector, " name=", " kpi=", 1)), "Chance", unit("percentunit"), decimals(0), columnWidth(90)),
		)
	} else {
		columns = append(columns,
			value(k.scaled(selector, "", `cpi_threshold{<s>, level="warning"}`), "Warning", number...),
			value(k.scaled(selector, "", `cpi_threshold{<s>, level="critical"}`), "Critical", number...),
		)
	}
	columns = append(columns, label("namespace", "Namespace"), label("name", "Name"))
	description := "Latest mature period. Lower and Upper are the ends of the value's interval; n is the number of rows or responses, absent of a census. " +
		"Shares are in per cent. A value that must not be acted on (no data, too small a sample, suspect data) is absent: the state tells why."
	if k == kpi {
		description += " Target is the one in force or, before any is, the next one. Chance is how probable the least likely dated target is by the forecast of a linkage, where there is one."
	} else {
		description += " Warning and Critical are the declared thresholds: they are passed when the whole interval is."
	}
	return table(title, description, at, "urgency", columns...)
}

// number is the look of a value beside its unit: as many digits as it takes, and a narrow column.
var number = []Property{unit("short"), columnWidth(100)}

func boundTexts() map[string]Mapped {
	return map[string]Mapped{"at_least": {Text: "at least", Color: grey, Index: 0}, "at_most": {Text: "at most", Color: grey, Index: 1}}
}
