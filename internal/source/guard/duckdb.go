package guard

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
)

// DuckDB is DuckDB's grammar.
type DuckDB struct {
	// Parse is DuckDB's json_serialize_sql.
	Parse func(sql string) (string, error)
}

type object = map[string]any

func (g DuckDB) query(sql string, tables []string) error {
	node, err := g.selectNode(sql, adviseOneSelect)
	if err != nil {
		return err
	}
	// The planner puts the text in parentheses, so it must be the same query there.
	inner, err := g.selectNode("SELECT * FROM (\n"+sql+"\n) AS t", adviseOneSelect)
	if err != nil {
		return err
	}
	from, _ := inner["from_table"].(object)
	subquery, _ := from["subquery"].(object)
	if !sameTree(subquery["node"], node) {
		return refuse("it reads differently in parentheses: %s", adviseOneSelect)
	}
	w := duckWalk{tables: tables}
	return w.walk(node, nil, 0)
}

func (g DuckDB) expression(sql string) error {
	expression, err := g.selected("SELECT\n" + sql + "\n")
	if err != nil {
		return err
	}
	inner, err := g.selected("SELECT (\n" + sql + "\n)")
	if err != nil {
		return err
	}
	if !sameTree(expression, inner) {
		return refuse("it reads differently in parentheses: %s", adviseExpression)
	}
	w := duckWalk{scalar: true}
	return w.walk(expression, nil, 0)
}

// selected parses a SELECT of one expression and nothing else.
func (g DuckDB) selected(sql string) (any, error) {
	node, err := g.selectNode(sql, adviseExpression)
	if err != nil {
		return nil, err
	}
	list, _ := node["select_list"].([]any)
	if len(list) != 1 || node["type"] != "SELECT_NODE" {
		return nil, refuse("it is not one expression: %s", adviseExpression)
	}
	bare, err := g.selectNode("SELECT 1", adviseExpression)
	if err != nil {
		return nil, err
	}
	for key, value := range node {
		if key != "select_list" && !sameTree(value, bare[key]) {
			return nil, refuse("it is more than an expression: %s", adviseExpression)
		}
	}
	if alias, _ := list[0].(object)["alias"].(string); alias != "" {
		return nil, refuse("it names its result %q: leave the name out", alias)
	}
	return list[0], nil
}

// selectNode parses one SELECT statement.
func (g DuckDB) selectNode(sql, advice string) (object, error) {
	text, err := g.Parse(sql)
	if err != nil {
		return nil, err
	}
	var parsed struct {
		Error      bool   `json:"error"`
		Message    string `json:"error_message"`
		Kind       string `json:"error_type"`
		Statements []struct {
			Node       object `json:"node"`
			Parameters []any  `json:"named_param_map"`
		} `json:"statements"`
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&parsed); err != nil {
		return nil, refuse("its syntax tree cannot be read: simplify it")
	}
	switch {
	case parsed.Error && parsed.Kind == "parser":
		return nil, refuse("it does not parse: %s", parsed.Message)
	case parsed.Error:
		return nil, refuse("it is not a SELECT: %s", advice)
	case len(parsed.Statements) != 1:
		return nil, refuse("it is %d statements: %s", len(parsed.Statements), advice)
	case len(parsed.Statements[0].Parameters) > 0:
		return nil, refuse("it has parameters: write the values themselves")
	case parsed.Statements[0].Node == nil:
		return nil, refuse("it is not a SELECT: %s", advice)
	}
	return parsed.Statements[0].Node, nil
}

// sameTree compares syntax, wherever in the text it stands.
func sameTree(a, b any) bool { return reflect.DeepEqual(withoutPlaces(a), withoutPlaces(b)) }

func withoutPlaces(v any) any {
	switch v := v.(type) {
	case object:
		out := make(object, len(v))
		for key, value := range v {
			if key != "query_location" && key != "location" {
				out[key] = withoutPlaces(value)
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, value := range v {
			out[i] = withoutPlaces(value)
		}
		return out
	default:
		return v
	}
}

// duckWalk walks a syntax tree. Whatever it does not know is refused.
type duckWalk struct {
	tables []string
	scalar bool // an expression: no subqueries, aggregates, windows
}

// walk checks v; names are the common table expressions in scope.
func (w *duckWalk) walk(v any, names []string, depth int) error {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			if err := w.walk(item, names, depth); err != nil {
				return err
			}
		}
	case object:
		if kind, ok := v["type"].(string); ok {
			depth++
			if depth > maxDepth {
				return refuse("it nests more than %d levels: split it into common table expressions", maxDepth)
			}
			if err := w.node(kind, v, names); err != nil {
				return err
			}
		}
		var err error
		if names, err = w.commonTables(v, names, depth); err != nil {
			return err
		}
		for key, value := range v {
			if key == "cte_map" {
				continue
			}
			if err := w.walk(value, names, depth); err != nil {
				return err
			}
		}
	}
	return nil
}

// commonTables checks a query's WITH list and returns the names in scope after it. Each sees only
// those before it: within its own text its name may be a real table's.
func (w *duckWalk) commonTables(v object, names []string, depth int) ([]string, error) {
	ctes, _ := v["cte_map"].(object)
	entries, _ := ctes["map"].([]any)
	scope := slices.Clone(names)
	for _, entry := range entries {
		e, _ := entry.(object)
		if err := w.walk(e["value"], scope, depth); err != nil {
			return nil, err
		}
		if name, ok := e["key"].(string); ok {
			scope = append(scope, strings.ToLower(name))
		}
	}
	return scope, nil
}

func (w *duckWalk) node(kind string, v object, names []string) error {
	inExpression, known := duckdbNodes[kind]
	switch {
	case !known:
		return refuseNode(kind)
	case w.scalar && !inExpression:
		return refuse("%s is not allowed in an expression: %s", describeNode(kind), adviseExpression)
	case v["sample"] != nil:
		return refuse("TABLESAMPLE and USING SAMPLE are not allowed: the same rows must give the same number")
	}
	switch kind {
	case "BASE_TABLE":
		return w.table(v, names)
	case "TABLE_FUNCTION":
		return w.tableFunction(v)
	case "FUNCTION":
		return w.function(v)
	case "WINDOW_AGGREGATE":
		return w.function(v)
	case "STAR":
		if v["columns"] == true || v["expr"] != nil {
			return refuse("COLUMNS(…) is not allowed: name the columns")
		}
	}
	return nil
}

func (w *duckWalk) table(v object, names []string) error {
	name, schema, catalog := text(v["table_name"]), text(v["schema_name"]), text(v["catalog_name"])
	if v["at_clause"] != nil {
		return refuse("AT (…) is not allowed")
	}
	if catalog == "" && schema == "" && slices.Contains(names, strings.ToLower(name)) {
		return nil
	}
	if catalog == "" && (schema == "" || strings.EqualFold(schema, "main")) && containsFold(w.tables, name) {
		return nil
	}
	full := name
	for _, prefix := range []string{schema, catalog} {
		if prefix != "" {
			full = prefix + "." + full
		}
	}
	return refuseTable(full, w.tables)
}

func (w *duckWalk) tableFunction(v object) error {
	function, _ := v["function"].(object)
	name := strings.ToLower(text(function["function_name"]))
	if !duckdbTables[name] || !plainName(function) {
		return refuse("table function %s is not allowed: read declared tables only", name)
	}
	function["in_from"] = true
	if name == "unnest" {
		return nil
	}
	// A series of numbers with constant bounds; series of dates are bounded by their calendar.
	arguments, _ := function["children"].([]any)
	var bounds []float64
	for _, a := range arguments {
		argument, _ := a.(object)
		if number, ok := constantNumber(argument); ok {
			bounds = append(bounds, number)
		} else if !isConstant(argument) {
			return refuse("%s needs constants for its bounds", name)
		}
	}
	if len(bounds) == 0 {
		return nil
	}
	low, high, step := 0.0, bounds[0], 1.0
	if len(bounds) > 1 {
		low, high = bounds[0], bounds[1]
	}
	if len(bounds) > 2 {
		step = bounds[2]
	}
	if step == 0 || (high-low)/step > maxSeries {
		return refuse("%s may make at most %d values", name, maxSeries)
	}
	return nil
}

func (w *duckWalk) function(v object) error {
	name := strings.ToLower(text(v["function_name"]))
	r, known := duckdbFunctions[name]
	_, inFrom := duckdbTables[name]
	if !plainName(v) || !known && !inFrom {
		return refuseFunction(name)
	}
	if !known {
		// A table function's own node, already checked where it stood; elsewhere a list of that size.
		if v["in_from"] == nil {
			return refuseFunction(name)
		}
		return nil
	}
	if w.scalar {
		orders, _ := v["order_bys"].(object)
		ordered, _ := orders["orders"].([]any)
		if r != scalar || name == "unnest" || v["distinct"] == true || v["filter"] != nil || len(ordered) > 0 {
			return refuse("aggregate or window function %s is not allowed in an expression: %s", name, adviseExpression)
		}
	}
	if name == "lpad" || name == "rpad" {
		arguments, _ := v["children"].([]any)
		if len(arguments) < 2 {
			return refuseFunction(name)
		}
		length, _ := arguments[1].(object)
		if n, ok := constantNumber(length); !ok || n > maxPadding {
			return refuse("%s needs a constant length of at most %d", name, maxPadding)
		}
	}
	return nil
}
