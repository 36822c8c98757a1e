package dashboards

import (
	"bytes"
	"encoding/json"
)

// schemaVersion of the JSON, as Grafana 12 writes it. Later versions migrate it when they load it.
const schemaVersion = 42

// Dashboard is the part of Grafana's dashboard model that we use.
type Dashboard struct {
	// UID is the address, /d/UID, and what a file that changed is known by.
	UID           string      `json:"uid"`
	Title         string      `json:"title"`
	Description   string      `json:"description"`
	Tags          []string    `json:"tags"`
	SchemaVersion int         `json:"schemaVersion"`
	Editable      bool        `json:"editable"`
	GraphTooltip  int         `json:"graphTooltip"` // 1: a crosshair in all panels at once
	Timezone      string      `json:"timezone"`
	Time          Range       `json:"time"`
	Refresh       string      `json:"refresh"`
	Annotations   Annotations `json:"annotations"`
	Links         []Link      `json:"links"`
	Templating    Templating  `json:"templating"`
	Panels        []Panel     `json:"panels"`
}

// Range of time, relative to now.
type Range struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Annotations that a dashboard draws; ours have none of their own.
type Annotations struct {
	List []struct{} `json:"list"`
}

// Link to other dashboards, by their tags.
type Link struct {
	Title       string   `json:"title"`
	Type        string   `json:"type"`
	Tags        []string `json:"tags"`
	Icon        string   `json:"icon"`
	AsDropdown  bool     `json:"asDropdown"`
	IncludeVars bool     `json:"includeVars"`
	KeepTime    bool     `json:"keepTime"`
	TargetBlank bool     `json:"targetBlank"`
	Tooltip     string   `json:"tooltip"`
	URL         string   `json:"url"`
}

// Templating holds the variables.
type Templating struct {
	List []Variable `json:"list"`
}

// Variable is chosen by whoever looks.
type Variable struct {
	Name  string `json:"name"`
	Label string `json:"label"`
	Type  string `json:"type"`
	// Query is the type of data source, or a VariableQuery.
	Query       any         `json:"query"`
	Definition  string      `json:"definition,omitempty"`
	DataSource  *DataSource `json:"datasource,omitempty"`
	Multi       bool        `json:"multi"`
	IncludeAll  bool        `json:"includeAll"`
	AllValue    string      `json:"allValue,omitempty"`
	Current     any         `json:"current"`
	Options     []any       `json:"options"`
	Refresh     int         `json:"refresh"` // 1: when the dashboard is loaded, 2: when the range of time changes
	Sort        int         `json:"sort"`    // 1: by letters
	Hide        int         `json:"hide"`
	SkipURLSync bool        `json:"skipUrlSync"`
	Regex       string      `json:"regex"`
}

// VariableQuery asks a Prometheus for the values of a variable.
type VariableQuery struct {
	Query string `json:"query"`
	RefID string `json:"refId"`
}

// DataSource is a reference to one, here always to the variable.
type DataSource struct {
	Type string `json:"type"`
	UID  string `json:"uid"`
}

// Panel is one picture or table, or the heading of a row.
type Panel struct {
	ID              int              `json:"id"`
	Type            string           `json:"type"`
	Title           string           `json:"title"`
	Description     string           `json:"description,omitempty"`
	GridPos         GridPos          `json:"gridPos"`
	DataSource      *DataSource      `json:"datasource,omitempty"`
	Targets         []Target         `json:"targets,omitempty"`
	Transformations []Transformation `json:"transformations,omitempty"`
	FieldConfig     *FieldConfig     `json:"fieldConfig,omitempty"`
	Options         map[string]any   `json:"options,omitempty"`
	// Collapsed and Panels belong to rows.
	Collapsed *bool    `json:"collapsed,omitempty"`
	Panels    []*Panel `json:"panels,omitempty"`
}

// GridPos is a panel's place; a dashboard is 24 wide.
type GridPos struct {
	H int `json:"h"`
	W int `json:"w"`
	X int `json:"x"`
	Y int `json:"y"`
}

// Target is a query.
type Target struct {
	RefID        string      `json:"refId"`
	DataSource   *DataSource `json:"datasource"`
	EditorMode   string      `json:"editorMode"`
	Expr         string      `json:"expr"`
	Format       string      `json:"format"` // time_series or table
	Instant      bool        `json:"instant"`
	Range        bool        `json:"range"`
	LegendFormat string      `json:"legendFormat,omitempty"`
}

// Transformation of what the queries gave.
type Transformation struct {
	ID      string         `json:"id"`
	Options map[string]any `json:"options"`
}

// FieldConfig says how values look.
type FieldConfig struct {
	Defaults  Field      `json:"defaults"`
	Overrides []Override `json:"overrides"`
}

// Field is the look of a value.
type Field struct {
	Unit     string         `json:"unit,omitempty"`
	Min      *float64       `json:"min,omitempty"`
	Max      *float64       `json:"max,omitempty"`
	NoValue  string         `json:"noValue,omitempty"`
	Color    *Color         `json:"color,omitempty"`
	Mappings []Mapping      `json:"mappings,omitempty"`
	Custom   map[string]any `json:"custom,omitempty"`
}

// Color of a value or series.
type Color struct {
	Mode       string `json:"mode"`
	FixedColor string `json:"fixedColor,omitempty"`
}

// Mapping gives values a text or colour.
type Mapping struct {
	Type    string            `json:"type"`
	Options map[string]Mapped `json:"options"`
}

// Mapped is what a value is shown as.
type Mapped struct {
	Text  string `json:"text,omitempty"`
	Color string `json:"color,omitempty"`
	Index int    `json:"index"`
}

// Override of the look of some fields.
type Override struct {
	Matcher    Matcher    `json:"matcher"`
	Properties []Property `json:"properties"`
}

// Matcher picks fields: byName, byRegexp or byFrameRefID.
type Matcher struct {
	ID      string `json:"id"`
	Options string `json:"options"`
}

// Property of a field's look.
type Property struct {
	ID    string `json:"id"`
	Value any    `json:"value"`
}

// JSON is the dashboard as Grafana reads it, indented, with a newline at its end.
func (d Dashboard) JSON() ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(d); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
