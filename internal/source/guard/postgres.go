package guard

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	pgquery "github.com/pganalyze/pg_query_go/v6"
)

// Postgres is PostgreSQL's grammar, by the server's own parser linked in.
type Postgres struct{}

func (g Postgres) query(sql string, tables []string) error {
	for _, table := range tables {
		if isCatalog(table) {
			return refuse("table %s is the database's own catalog: a dataset reads business tables", table)
		}
	}
	node, err := g.selectStatement(sql, adviseOneSelect)
	if err != nil {
		return err
	}
	// The planner puts the text in parentheses, so it must be the same query there.
	outer, err := g.selectStatement("SELECT * FROM (\n"+sql+"\n) AS t", adviseOneSelect)
	if err != nil {
		return err
	}
	inner := dig(outer, "fromClause", 0, "RangeSubselect", "subquery", "SelectStmt")
	if !sameTree(inner, node) {
		return refuse("it reads differently in parentheses: %s", adviseOneSelect)
	}
	w := postgresWalk{tables: tables}
	return w.walk(node, nil, 0)
}

func isCatalog(table string) bool {
	table = strings.ToLower(table)
	return strings.HasPrefix(table, "pg_") || strings.HasPrefix(table, "information_schema.")
}

func (g Postgres) expression(sql string) error {
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
	w := postgresWalk{scalar: true}
	return w.walk(expression, nil, 0)
}

// selected parses a SELECT of one expression and nothing else.
func (g Postgres) selected(sql string) (any, error) {
	statement, err := g.selectStatement(sql, adviseExpression)
	if err != nil {
		return nil, err
	}
	for key, value := range statement {
		switch {
		case key == "targetList", key == "limitOption" && value == "LIMIT_OPTION_DEFAULT", key == "op" && value == "SETOP_NONE":
		default:
			return nil, refuse("it is more than an expression: %s", adviseExpression)
		}
	}
	targets, _ := statement["targetList"].([]any)
	if len(targets) != 1 {
		return nil, refuse("it is not one expression: %s", adviseExpression)
	}
	target, _ := dig(targets[0], "ResTarget").(object)
	if name := text(target["name"]); name != "" {
		return nil, refuse("it names its result %q: leave the name out", name)
	}
	if target["indirection"] != nil || target["val"] == nil {
		return nil, refuse("it is not one expression: %s", adviseExpression)
	}
	return target["val"], nil
}

func (g Postgres) selectStatement(sql, advice string) (object, error) {
	parsed, err := pgquery.ParseToJSON(sql)
	if err != nil {
		return nil, refuse("it does not parse: %v", err)
	}
	var tree struct {
		Statements []struct {
			Statement object `json:"stmt"`
		} `json:"stmts"`
	}
	decoder := json.NewDecoder(strings.NewReader(parsed))
	decoder.UseNumber()
	if err := decoder.Decode(&tree); err != nil {
		return nil, refuse("its syntax tree cannot be read: simplify it")
	}
	if len(tree.Statements) != 1 {
		return nil, refuse("it is %d statements: %s", len(tree.Statements), advice)
	}
	statement, ok := tree.Statements[0].Statement["SelectStmt"].(object)
	if !ok {
		return nil, refuse("it is not a SELECT: %s", advice)
	}
	return statement, nil
}

// dig follows field names and list indexes into a tree; nil where the way ends.
func dig(v any, way ...any) any {
	for _, step := range way {
		switch step := step.(type) {
		case string:
			o, _ := v.(object)
			v = o[step]
		case int:
			list, _ := v.([]any)
			if step >= len(list) {
				return nil
			}
			v = list[step]
		}
	}
	return v
}

// postgresWalk walks a syntax tree. A node is an object whose one field has a capital letter;
// whatever is not known is refused.
type postgresWalk struct {
	tables []string
	scalar bool
}

// walk checks v; names are the common table expressions in scope.
func (w *postgresWalk) walk(v any, names []string, depth int) error {
	if depth > 2*maxDepth { // a node and its fields
		return refuse("it nests more than %d levels: split it into common table expressions", maxDepth)
	}
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			if err := w.walk(item, names, depth); err != nil {
				return err
			}
		}
	case object:
		if err := w.clauses(v); err != nil {
			return err
		}
		names, err := w.commonTables(v, names, depth)
		if err != nil {
			return err
		}
		for key, value := range v {
			if key == "withClause" {
				continue
			}
			if key[0] >= 'A' && key[0] <= 'Z' {
				fields, _ := value.(object)
				if err := w.node(key, fields, names); err != nil {
					return err
				}
			}
			if err := w.walk(value, names, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// clauses checks the parts of a node that have no name of their own.
func (w *postgresWalk) clauses(v object) error {
	switch {
	case v["intoClause"] != nil:
		return refuse("SELECT … INTO is not allowed: %s", adviseOneSelect)
	case v["lockingClause"] != nil:
		return refuse("FOR UPDATE and FOR SHARE are not allowed: a dataset may only read")
	}
	if name, ok := v["typeName"].(object); ok {
		if err := checkType(name); err != nil {
			return err
		}
	}
	if operator, ok := v["useOp"].([]any); ok {
		return checkOperator(operator)
	}
	return nil
}

// commonTables checks a query's WITH list and returns the names in scope after it. Each sees only
// those before it: within its own text its name may be a real table's.
func (w *postgresWalk) commonTables(v object, names []string, depth int) ([]string, error) {
	with, ok := v["withClause"].(object)
	if !ok {
		return names, nil
	}
	if with["recursive"] == true {
		return nil, refuse("WITH RECURSIVE is not allowed: it may never end")
	}
	scope := slices.Clone(names)
	list, _ := with["ctes"].([]any)
	for _, entry := range list {
		if err := w.walk(entry, scope, depth); err != nil {
			return nil, err
		}
		scope = append(scope, text(dig(entry, "CommonTableExpr", "ctename")))
	}
	return scope, nil
}

func (w *postgresWalk) node(kind string, v object, names []string) error {
	inExpression, known := postgresNodes[kind]
	switch {
	case !known:
		return refusePostgresNode(kind)
	case w.scalar && !inExpression:
		return refuse("%s is not allowed in an expression: %s", spaced(kind), adviseExpression)
	}
	switch kind {
	case "RangeVar":
		return w.table(v, names)
	case "FuncCall":
		return w.function(v)
	case "A_Expr":
		name, _ := v["name"].([]any)
		return checkOperator(name)
	case "SubLink":
		if name, ok := v["operName"].([]any); ok {
			return checkOperator(name)
		}
	case "TypeName":
		return checkType(v)
	}
	return nil
}

// table matches as the database resolves names: exactly, after its own folding to lower case.
func (w *postgresWalk) table(v object, names []string) error {
	name, schema := text(v["relname"]), text(v["schemaname"])
	if v["catalogname"] != nil {
		return refuse("table %s.%s.%s names a database: leave it out", text(v["catalogname"]), schema, name)
	}
	if schema == "" && slices.Contains(names, name) {
		return nil
	}
	full := name
	if schema != "" {
		full = schema + "." + name
	}
	if slices.Contains(w.tables, full) && !isCatalog(full) {
		return nil
	}
	return refuseTable(full, w.tables)
}

func (w *postgresWalk) function(v object) error {
	name, ok := localName(v["funcname"])
	r, known := postgresFunctions[name]
	if !ok || !known {
		return refuseFunction(name)
	}
	special := v["over"] != nil || v["agg_filter"] != nil || v["agg_order"] != nil || v["agg_distinct"] == true || v["agg_star"] == true
	if w.scalar && (r != scalar || special) {
		return refuse("aggregate, window or set function %s is not allowed in an expression: %s", name, adviseExpression)
	}
	arguments, _ := v["args"].([]any)
	switch name {
	case "lpad", "rpad":
		if n, ok := postgresNumber(dig(v, "args", 1)); !ok || n > maxPadding {
			return refuse("%s needs a constant length of at most %d", name, maxPadding)
		}
	case "generate_series":
		return checkSeries(arguments)
	}
	return nil
}

// checkSeries bounds a series of numbers; one of dates is bounded by its calendar and the
// statement's time limit.
func checkSeries(arguments []any) error {
	var bounds []float64
	for _, argument := range arguments {
		if n, ok := postgresNumber(argument); ok {
			bounds = append(bounds, n)
			continue
		}
		for dig(argument, "TypeCast") != nil {
			argument = dig(argument, "TypeCast", "arg")
		}
		if dig(argument, "A_Const") == nil {
			return refuse("generate_series needs constants for its bounds")
		}
	}
	if len(bounds) < 2 {
		return nil
	}
	step := 1.0
	if len(bounds) > 2 {
		step = bounds[2]
	}
	if step == 0 || (bounds[1]-bounds[0])/step > maxSeries {
		return refuse("generate_series may make at most %d values", maxSeries)
	}
	return nil
}

func postgresNumber(v any) (float64, bool) {
	constant, ok := dig(v, "A_Const").(object)
	if !ok || constant["sval"] != nil || constant["boolval"] != nil || constant["bsval"] != nil || constant["isnull"] != nil {
		return 0, false
	}
	if written, ok := dig(constant, "fval", "fval").(string); ok {
		n, err := strconv.ParseFloat(written, 64)
		return n, err == nil
	}
	written, ok := dig(constant, "ival", "ival").(json.Number)
	if !ok {
		return 0, true // zero is left out
	}
	n, err := written.Float64()
	return n, err == nil
}

// localName reads a name that has no schema but pg_catalog, which the parser itself writes.
func localName(v any) (string, bool) {
	parts, _ := v.([]any)
	var names []string
	for _, part := range parts {
		names = append(names, text(dig(part, "String", "sval")))
	}
	switch {
	case len(names) == 1:
		return names[0], true
	case len(names) == 2 && names[0] == "pg_catalog":
		return names[1], true
	default:
		return strings.Join(names, "."), false
	}
}

func checkOperator(parts []any) error {
	name, ok := localName(parts)
	if !ok || postgresOperators[strings.ReplaceAll(name, " ", "_")] == 0 {
		return refuse("operator %s is not allowed: %s", name, adviseFunction)
	}
	return nil
}

func checkType(v object) error {
	name, ok := localName(v["names"])
	if !ok || postgresTypes[name] == 0 {
		return refuse("a cast to type %s is not allowed: cast to text, a number, a date or a timestamp", name)
	}
	return nil
}

func refusePostgresNode(kind string) error {
	switch kind {
	case "ParamRef":
		return refuse("parameters are not allowed: write the values themselves")
	case "RangeTableSample":
		return refuse("TABLESAMPLE is not allowed: the same rows must give the same number")
	}
	return refuse("%s is not allowed: %s", spaced(kind), adviseOneSelect)
}

// spaced writes RangeSubselect as "range subselect".
func spaced(kind string) string {
	switch kind {
	case "SubLink", "SelectStmt":
		return "a subquery"
	case "A_Star":
		return "*"
	}
	var b strings.Builder
	for i, r := range strings.TrimPrefix(strings.TrimSuffix(kind, "Stmt"), "A_") {
		if i > 0 && r >= 'A' && r <= 'Z' {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return strings.ToLower(b.String())
}
