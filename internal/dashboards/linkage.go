package dashboards

import "github.com/cpi-operator/cpi-operator/internal/plan"

// Selectors of a claim's series.
const (
	ofClaim  = `namespace="$namespace", name="$name"`
	ofDriver = ofClaim + `, driver="$driver"`
)

func linkages() Dashboard {
	return dashboard(uidLinkages, "Customer metrics: linkages",
		"Claims that a CPI goes with a KPI, and what the data say of them. An association is no proof of cause.",
		[]Variable{
			labelVariable("namespace", "Namespace", "cpi_link_verdict", "namespace"),
			labelVariable("name", "Linkage", `cpi_link_verdict{namespace="$namespace"}`, "name"),
			labelVariable("driver", "Driver", `cpi_link_verdict{namespace="$namespace", name="$name"}`, "driver"),
		},
		band{"All claims of the namespace", []Panel{claims()}},
		band{"One claim", []Panel{effect(), verdicts(), surprise(), influence(), chances()}},
	)
}

// claimUrgency puts first what people should not rely on any longer.
var claimUrgency = map[int]string{
	3: string(plan.Conflicting) + "|" + string(plan.NotSupported),
	2: string(plan.InsufficientData),
}

func verdictTexts() map[string]Mapped {
	return map[string]Mapped{
		string(plan.Supported):        {Color: green, Index: 0},
		string(plan.NotSupported):     {Color: orange, Index: 1},
		string(plan.Conflicting):      {Color: red, Index: 2},
		string(plan.InsufficientData): {Color: purple, Index: 3},
		"Pending":                     {Color: grey, Index: 4},
	}
}

// claims is the table of all claims and their drivers.
func claims() Panel {
	const namespace, by = `namespace="$namespace"`, "max by (namespace, name, kpi, driver) "
	effect := func(end string) string {
		return fill(`max by (namespace, name, kpi, driver, unit) (
  label_replace(100 * cpi_link_effect<end>{<s>, unit="ratio"}, "unit", "pp", "", "") or cpi_link_effect<end>{<s>, unit!="ratio"}
)`, "end", end, "s", namespace)
	}
	return table("What goes with which KPI",
		"Each driver of each claim. The effect is the difference of the KPI that goes with the driver, with its interval: between the best and the worst cohort of customers or, where only periods were compared, for the step that the report names; pp are percentage points. "+
			"q is the p value after correction for all links of the KPI. Influence is the driver's share of what all drivers explain together. An association is no proof of cause.",
		size(width, 10), "urgency",
		column{expr: fill(`max by (namespace, name, kpi, driver, verdict) (
  3 * cpi_link_verdict{<s>, verdict=~"<3>"} or 2 * cpi_link_verdict{<s>, verdict=~"<2>"} or cpi_link_verdict{<s>}
)`, "s", namespace, "3", claimUrgency[3], "2", claimUrgency[2]), title: "urgency", hidden: true},
		label("verdict", "Verdict", append(coloured(verdictTexts()), columnWidth(130))...),
		label("name", "Linkage", linked("This claim over time", uidLinkages, "namespace", "Namespace", "name", "Linkage", "driver", "Driver")),
		label("driver", "Driver"), label("kpi", "KPI"),
		value(effect(""), "Effect", number...), value(effect("_lower"), "Lower", number...), value(effect("_upper"), "Upper", number...),
		label("unit", "Unit", columnWidth(80)),
		value(by+"(cpi_link_lag_periods{"+namespace+"})", "Lag, periods", unit("none"), columnWidth(110)),
		value(by+"(cpi_link_q_value{"+namespace+"})", "q", unit("none"), decimals(4), columnWidth(90)),
		value(by+"(cpi_link_influence_ratio{"+namespace+"})", "Influence", unit("percentunit"), decimals(0), columnWidth(90)),
		label("namespace", "Namespace"),
	)
}

func effect() Panel {
	return lines("Effect over time",
		"The effect that the latest run had found at each time; the band is its interval. While the band holds 0, no effect is shown. Of shares it is in percentage points. An association is no proof of cause.",
		size(width/2, 9), "short", interval(
			`100 * max by (kpi, driver) (cpi_link_effect<end>{`+ofDriver+`, unit="ratio"})`,
			`max by (kpi, driver) (cpi_link_effect<end>{`+ofDriver+`, unit!="ratio"})`,
		), asBand("suffix:pp", "A", "B", "C")...)
}

func verdicts() Panel {
	var colours []Override
	for verdict, text := range verdictTexts() {
		colours = append(colours, Override{Matcher{"byRegexp", "/: " + verdict + "$/"}, []Property{colour(text.Color)}})
	}
	sortOverrides(colours)
	return states("Verdicts over time", "What was concluded on each driver of the claim.", size(width/2, 9),
		[]query{{"max by (driver, verdict) (cpi_link_verdict{" + ofClaim + "})", "{{driver}}: {{verdict}}"}}, nil, colours...)
}

func surprise() Panel {
	return lines("q of the drivers", "The p value of each driver's effect after correction for all links of the KPI: how often so large an effect, or a larger one, would appear among this many links if none were there.",
		size(width/3, 7), "none", []query{{"max by (driver) (cpi_link_q_value{" + ofClaim + "})", "{{driver}}"}}, share...)
}

func influence() Panel {
	return lines("Influence of the drivers", "Each driver's share of what all drivers of the claim explain together. There is none of a single driver.",
		size(width/3, 7), "percentunit", []query{{"max by (driver) (cpi_link_influence_ratio{" + ofClaim + "})", "{{driver}}"}}, share...)
}

func chances() Panel {
	return lines("Chance of the KPI's dated targets", "By the forecast of this claim, where there is one.",
		size(width/3, 7), "percentunit", []query{{"max by (kpi, bound, due) (kpi_target_probability{" + ofClaim + "})", "{{kpi}} {{bound}} {{due}}"}}, share...)
}
