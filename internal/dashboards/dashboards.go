// Package dashboards builds the Grafana dashboards of config/grafana from the names of the metrics. A panel shows a value
// together with its interval, and where there is none it says "no data", never 0.
package dashboards

// All dashboards, in the order of docs/dashboards.md.
func All() []Dashboard {
	return []Dashboard{overview(), one(cpi), one(kpi), linkages(), operator()}
}

// tag is carried by all dashboards, which find each other by it.
const tag = "cpi-operator"

// Addresses of the dashboards.
const (
	uidOverview = "cpi-operator-overview"
	uidLinkages = "cpi-operator-linkages"
	uidOperator = "cpi-operator-health"
)

// chosen is the data source that whoever looks has chosen.
var chosen = &DataSource{Type: "prometheus", UID: "${datasource}"}

// band is a row of panels under a heading.
type band struct {
	title  string
	panels []Panel
}

// dashboard lays out bands from top to bottom. Panels bring their size and get their place and number here.
func dashboard(uid, title, description string, variables []Variable, bands ...band) Dashboard {
	return Dashboard{
		UID: uid, Title: title, Description: description, Tags: []string{tag},
		SchemaVersion: schemaVersion, Editable: true, GraphTooltip: 1, Timezone: "browser",
		Time: Range{From: "now-30d", To: "now"}, Refresh: "5m",
		Annotations: Annotations{List: []struct{}{}},
		Links:       []Link{{Title: "Customer metrics", Type: "dashboards", Tags: []string{tag}, Icon: "external link", AsDropdown: true, KeepTime: true}},
		Templating:  Templating{List: append([]Variable{dataSourceVariable()}, variables...)},
		Panels:      place(bands),
	}
}

const width = 24

// place puts panels side by side as long as the width lasts, then below the tallest of them.
func place(bands []band) []Panel {
	var out []Panel
	y := 0
	add := func(p Panel, x int) {
		p.ID = len(out) + 1
		p.GridPos.X, p.GridPos.Y = x, y
		out = append(out, p)
	}
	for _, b := range bands {
		add(Panel{Type: "row", Title: b.title, GridPos: GridPos{H: 1, W: width}, Collapsed: new(false)}, 0)
		y++
		x, tallest := 0, 0
		for _, p := range b.panels {
			if x+p.GridPos.W > width {
				x, y, tallest = 0, y+tallest, 0
			}
			add(p, x)
			x, tallest = x+p.GridPos.W, max(tallest, p.GridPos.H)
		}
		y += tallest
	}
	return out
}

func dataSourceVariable() Variable {
	return Variable{Name: "datasource", Label: "Prometheus", Type: "datasource", Query: "prometheus", Current: map[string]any{}, Options: []any{}, Refresh: 1}
}

// labelVariable offers the values of a label.
func labelVariable(name, label, series, of string) Variable {
	query := "label_values(" + series + ", " + of + ")"
	return Variable{
		Name: name, Label: label, Type: "query", DataSource: chosen, Definition: query, Query: VariableQuery{Query: query, RefID: "variable-" + name},
		Current: map[string]any{}, Options: []any{}, Refresh: 2, Sort: 1,
	}
}

// several lets a variable stand for several values or, as it does at first, for all: then for a pattern or, if that is
// empty, for each of those offered.
func (v Variable) several(all string) Variable {
	v.Multi, v.IncludeAll, v.AllValue = true, true, all
	v.Current = map[string]any{"text": []string{"All"}, "value": []string{"$__all"}}
	return v
}
