package dashboards

import (
	"slices"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/rules"
)

// noData is shown in place of a value that does not exist.
const noData = "no data"

// size of a panel.
func size(w, h int) GridPos { return GridPos{W: w, H: h} }

// query is one query of a panel; its letter is its place.
type query struct{ expr, legend string }

func targets(queries []query, format string) []Target {
	out := make([]Target, len(queries))
	for i, q := range queries {
		out[i] = Target{
			RefID: letter(i), DataSource: chosen, EditorMode: "code", Expr: q.expr, Format: format,
			Instant: format == formatTable, Range: format != formatTable, LegendFormat: q.legend,
		}
	}
	return out
}

const (
	formatTable  = "table"
	formatSeries = "time_series"
)

func letter(i int) string { return string(rune('A' + i)) }

// lines is a picture of series over time, drawn as steps: a value holds until the next one is known.
func lines(title, description string, at GridPos, unit string, queries []query, overrides ...Override) Panel {
	return Panel{
		Type: "timeseries", Title: title, Description: description, GridPos: at, DataSource: chosen, Targets: targets(queries, formatSeries),
		FieldConfig: &FieldConfig{
			Defaults: Field{Unit: unit, NoValue: noData, Color: &Color{Mode: "palette-classic"}, Custom: map[string]any{
				"drawStyle": "line", "lineInterpolation": "stepAfter", "lineWidth": 2, "fillOpacity": 0, "showPoints": "auto", "spanNulls": false,
			}},
			Overrides: notNil(overrides),
		},
		Options: map[string]any{
			"legend":  map[string]any{"displayMode": "list", "placement": "bottom", "showLegend": true, "calcs": []string{}},
			"tooltip": map[string]any{"mode": "multi", "sort": "none"},
		},
	}
}

// states is a band over time for each series, coloured while it is there. texts are shown for its values, if any.
func states(title, description string, at GridPos, queries []query, texts map[string]Mapped, overrides ...Override) Panel {
	field := Field{NoValue: noData, Color: &Color{Mode: "fixed", FixedColor: "semi-dark-blue"}, Custom: map[string]any{"fillOpacity": 70, "lineWidth": 0, "spanNulls": false}}
	show := "never"
	if texts != nil {
		field.Mappings, show = []Mapping{{Type: "value", Options: texts}}, "auto"
	}
	return Panel{
		Type: "state-timeline", Title: title, Description: description, GridPos: at, DataSource: chosen, Targets: targets(queries, formatSeries),
		FieldConfig: &FieldConfig{Defaults: field, Overrides: notNil(overrides)},
		Options: map[string]any{
			"mergeValues": true, "showValue": show, "alignValue": "left", "rowHeight": 0.8,
			"legend":  map[string]any{"displayMode": "list", "placement": "bottom", "showLegend": false},
			"tooltip": map[string]any{"mode": "single", "sort": "none"},
		},
	}
}

// column of a table: a label, or the value of a query.
type column struct {
	// of is the label, or empty for the value of expr.
	of, expr string
	title    string
	// hidden columns serve only to sort.
	hidden     bool
	properties []Property
}

// table merges queries into rows: each row has the labels that its queries share. It is sorted by a column, the greatest
// first, or as the first query comes if that is empty.
func table(title, description string, at GridPos, sorted string, columns ...column) Panel {
	var queries []query
	hide, order, rename := map[string]bool{"Time": true}, map[string]int{}, map[string]string{}
	var overrides []Override
	var sortedBy string
	several := 0
	for _, c := range columns {
		if c.expr != "" {
			several++
		}
	}
	for i, c := range columns {
		field := c.of
		if c.expr != "" {
			field = "Value"
			if several > 1 {
				field += " #" + letter(len(queries))
			}
			queries = append(queries, query{expr: c.expr})
		}
		if c.title == sorted {
			sortedBy = field
		}
		order[field] = i
		if c.hidden {
			hide[field] = true
			continue
		}
		rename[field] = c.title
		if len(c.properties) > 0 {
			overrides = append(overrides, Override{Matcher: Matcher{ID: "byName", Options: c.title}, Properties: c.properties})
		}
	}
	transformations := []Transformation{{ID: "merge", Options: map[string]any{}}}
	if sortedBy != "" {
		transformations = append(transformations, Transformation{ID: "sortBy", Options: map[string]any{
			"fields": map[string]any{}, "sort": []map[string]any{{"field": sortedBy, "desc": true}},
		}})
	}
	transformations = append(transformations, Transformation{ID: "organize", Options: map[string]any{
		"excludeByName": hide, "indexByName": order, "renameByName": rename,
	}})
	return Panel{
		Type: "table", Title: title, Description: description, GridPos: at, DataSource: chosen,
		Targets: targets(queries, formatTable), Transformations: transformations,
		FieldConfig: &FieldConfig{
			Defaults: Field{NoValue: noData, Custom: map[string]any{
				"align": "auto", "cellOptions": map[string]any{"type": "auto"}, "filterable": true, "inspect": false,
			}},
			Overrides: notNil(overrides),
		},
		Options: map[string]any{"showHeader": true, "cellHeight": "sm"},
	}
}

// label shows a label in a column.
func label(of, title string, properties ...Property) column {
	return column{of: of, title: title, properties: properties}
}

// value shows the value of a query in a column.
func value(expr, title string, properties ...Property) column {
	return column{expr: expr, title: title, properties: properties}
}

func unit(u string) Property      { return Property{ID: "unit", Value: u} }
func decimals(n int) Property     { return Property{ID: "decimals", Value: n} }
func columnWidth(px int) Property { return Property{ID: "custom.width", Value: px} }
func colour(name string) Property {
	return Property{ID: "color", Value: Color{Mode: "fixed", FixedColor: name}}
}
func byName(n string) Matcher       { return Matcher{ID: "byName", Options: n} }
func byQuery(letter string) Matcher { return Matcher{ID: "byFrameRefID", Options: letter} }

// coloured shows texts in their colours.
func coloured(texts map[string]Mapped) []Property {
	return []Property{
		{ID: "custom.cellOptions", Value: map[string]any{"type": "color-text"}},
		{ID: "mappings", Value: []Mapping{{Type: "value", Options: texts}}},
	}
}

// runbook makes the name of an alert lead to its page.
var runbook = Property{ID: "links", Value: []map[string]any{{"title": "What to do", "url": rules.Runbooks + "${__value.raw}.md", "targetBlank": true}}}

// linked makes a cell lead to another dashboard; variables are pairs of a variable and the column that it is taken from.
func linked(title, uid string, variables ...string) Property {
	var url strings.Builder
	url.WriteString("/d/" + uid + "?${datasource:queryparam}&${__url_time_range}")
	for i := 0; i+1 < len(variables); i += 2 {
		url.WriteString("&var-" + variables[i] + "=${__data.fields[\"" + variables[i+1] + "\"]}")
	}
	return Property{ID: "links", Value: []map[string]any{{"title": title, "url": url.String()}}}
}

func notNil(overrides []Override) []Override {
	if overrides == nil {
		return []Override{}
	}
	return overrides
}

// fill replaces names in angle brackets, pair by pair.
func fill(text string, pairs ...string) string {
	for i := 0; i+1 < len(pairs); i += 2 {
		text = strings.ReplaceAll(text, "<"+pairs[i]+">", pairs[i+1])
	}
	return text
}

func sortOverrides(overrides []Override) {
	slices.SortFunc(overrides, func(a, b Override) int { return strings.Compare(a.Matcher.Options, b.Matcher.Options) })
}
