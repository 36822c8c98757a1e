package dashboards

// one is the dashboard of one indicator.
func one(k kind) Dashboard {
	bands := []band{
		{"Now", []Panel{
			indicators(k, "Value with its interval", size(width, 4), ofOne),
			alerts("Alerts", size(width, 5), ofOne+`, kind="`+string(k.object)+`"`),
		}},
		{"Course", []Panel{course(k), stateCourse(k), sample(k)}},
	}
	if k == kpi {
		bands = append(bands, band{"Outlook", []Panel{outlook()}})
	} else {
		bands = append(bands, band{"Promise", []Panel{budget(), burn()}})
	}
	bands = append(bands,
		band{"Segments", []Panel{segments(k)}},
		band{"Data", []Panel{response(k), rejected(k), freshness(k)}},
	)
	what := "One CPI: its value over time with its interval, thresholds, segments, and the data behind it."
	if k == kpi {
		what = "One KPI: its value over time with its interval, target, segments, and the data behind it."
	}
	return dashboard(k.uid, "Customer metrics: one "+k.word, what, []Variable{
		labelVariable("namespace", "Namespace", k.prefix+"_info", "namespace"),
		labelVariable("name", k.word, k.prefix+`_info{namespace="$namespace"}`, "name"),
	}, bands...)
}

const (
	legendValue = "value"
	legendLower = "interval, lower end"
	legendUpper = "interval, upper end"
)

// interval are queries for a value and both ends of its interval. <end> stands where their names differ. Of several units
// each has queries of its own: only those of one of them give series.
func interval(units ...string) []query {
	var out []query
	for _, half := range units {
		for _, q := range []query{{"", legendValue}, {"_lower", legendLower}, {"_upper", legendUpper}} {
			out = append(out, query{fill(half, "end", q.expr), q.legend})
		}
	}
	return out
}

// asBand draws the interval as an area about the value, and shares in their unit. shares are the letters of their queries.
func asBand(shareUnit string, shares ...string) []Override {
	thin := Property{ID: "custom.lineWidth", Value: 0}
	out := []Override{
		{byName(legendValue), []Property{colour(blue)}},
		{byName(legendLower), []Property{colour(blue), thin}},
		{byName(legendUpper), []Property{colour(blue), thin, {ID: "custom.fillBelowTo", Value: legendLower}, {ID: "custom.fillOpacity", Value: 20}}},
	}
	for _, ref := range shares {
		out = append(out, Override{byQuery(ref), []Property{unit(shareUnit)}})
	}
	return out
}

// course is the value over time with its interval and the thresholds or targets.
func course(k kind) Panel {
	queries := interval(
		k.expr(ofOne, `max by (namespace, name) (<p>_value<end>{<s>, unit="ratio"})`),
		k.expr(ofOne, `max by (namespace, name) (<p>_value<end>{<s>, unit!="ratio"})`),
	)
	line := func(matching string) string {
		level := `max by (level) (<p>_threshold{<s>})`
		if k == kpi {
			level = `max by (bound, due) (<p>_target{<s>})`
		}
		return k.expr(ofOne, level+` and on () max(last_over_time(<p>_value{<s>, unit<m>"ratio"}[$__range]))`, "m", matching)
	}
	legend, means := "{{level}} threshold", "The thresholds are passed when the whole band lies beyond them."
	if k == kpi {
		legend, means = "target {{bound}} {{due}}", "A target is missed when the whole band lies on its wrong side; a dated target counts from its day."
	}
	queries = append(queries, query{line("="), legend}, query{line("!="), legend})
	overrides := append(asBand("percentunit", "A", "B", "C", "G"),
		Override{Matcher{"byRegexp", "/threshold|target/"}, []Property{{ID: "custom.lineStyle", Value: map[string]any{"fill": "dash", "dash": []int{10, 10}}}, colour(orange)}},
		Override{byName("critical threshold"), []Property{colour(red)}},
	)
	return lines("Value over time",
		"The value of the latest mature period as it was known at each time; the band is its interval. A gap is a time without a value that may be acted on, or without an operator that leads. "+means,
		size(width, 10), "short", queries, overrides...)
}

func stateCourse(k kind) Panel {
	return states("State over time", "Which state the "+k.word+" was in.", size(width/2, 7),
		[]query{{k.expr(ofOne, "max by (state) (<p>_state{<s>})"), "{{state}}"}}, nil, stateColours()...)
}

func sample(k kind) Panel {
	return lines("Sample size", "Rows or responses that the value rests on (n). A census has none: its value is no sample.", size(width/2, 7), "locale",
		[]query{{k.count(ofOne, "sample_size"), "n"}})
}

// outlook is how probable a KPI's dated targets are, by each linkage that has a forecast.
func outlook() Panel {
	return lines("Chance of dated targets",
		"How probable it is that a dated target is met, by the forecast of each linkage that has one. A forecast carries on what was; it promises nothing.",
		size(width, 7), "percentunit",
		[]query{{`max by (name, bound, due) (kpi_target_probability{namespace="$namespace", kpi="$name"})`, "{{bound}} {{due}}, by {{name}}"}},
		share...)
}

// budget is what is left of the error budget of a promise.
func budget() Panel {
	left := "max by (namespace, name) (cpi_promise_budget_remaining_ratio<end>{" + ofOne + "})"
	return lines("Error budget left",
		"Part of the error budget of the promise that is left over its window, with its interval, which allows for looking once in each period: below 0 more is used up than there was. Nothing is shown where no promise is made.",
		size(width/2, 8), "percentunit", interval(left), asBand("percentunit")...)
}

// burn is how fast the error budget of a promise is used up.
func burn() Panel {
	return lines("Burn rate",
		"How many times as fast as allowed the error budget was used up over the latest periods, by their number; at 1 it just lasts. Short windows are shown because an alert needs two windows at once: alone they are mostly chance.",
		size(width/2, 8), "suffix:×", []query{{"max by (window) (cpi_promise_burn_rate{" + ofOne + "})", "{{window}}"}})
}

// share is the look of what lies between 0 and 1.
var share = []Override{{Matcher{"byRegexp", "/.*/"}, []Property{{ID: "min", Value: 0}, {ID: "max", Value: 1}}}}

func segments(k kind) Panel {
	const by = ", segment_by, segment"
	return table("Segments",
		"Parts of the total in the latest mature period, each with its interval and sample size; shares are in per cent. Intervals are wide where n is small: two that overlap by much do not show a difference. (none) stands for rows without a value. Segments that are too small are withheld, and beyond a number of series the rest is left out.",
		size(width, 10), "",
		label("segment_by", "By"), label("segment", "Segment"),
		value(k.shown(ofOne, "segment_value", by), "Value", number...),
		value(k.shown(ofOne, "segment_value_lower", by), "Lower", number...),
		value(k.shown(ofOne, "segment_value_upper", by), "Upper", number...),
		label("unit", "Unit", columnWidth(80)),
		value(k.expr(ofOne, "max by (namespace, name"+by+") (<p>_segment_sample_size{<s>})"), "n", unit("locale"), columnWidth(100)),
		column{of: "namespace", title: "namespace", hidden: true}, column{of: "name", title: "name", hidden: true},
	)
}

func response(k kind) Panel {
	return lines("Response rate", "Part of those asked who have answered in the latest mature period. Nothing is shown where no response rate is declared.",
		size(width/3, 7), "percentunit", []query{{k.count(ofOne, "response_ratio"), "answered"}}, share...)
}

func rejected(k kind) Panel {
	return lines("Rows that could not be used", "Rows of the latest mature period that were left out, by reason. Nothing is shown where every row was used.",
		size(width/3, 7), "locale", []query{{k.expr(ofOne, "max by (reason) (<p>_rows_rejected{<s>})"), "{{reason}}"}})
}

func freshness(k kind) Panel {
	return lines("Freshness", "How old the newest load in the data is, where the dataset declares freshness; how long ago a run last reached the data; and the time left until the numbers count as stale, below 0 since they do.",
		size(width/3, 7), "s", []query{
			{"time() - " + k.count(ofOne, "watermark_timestamp_seconds"), "age of the newest load"},
			{"time() - " + k.count(ofOne, "last_success_timestamp_seconds"), "since the last run"},
			{k.count(ofOne, "stale_after_timestamp_seconds") + " - time()", "left until stale"},
		})
}
