package guard

import (
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pingcap/tidb/pkg/parser"
	"github.com/pingcap/tidb/pkg/parser/ast"
	"github.com/pingcap/tidb/pkg/parser/format"
	"github.com/pingcap/tidb/pkg/parser/mysql"
	"github.com/pingcap/tidb/pkg/parser/test_driver" // the values of a parser that is used alone
)

// MySQL is MySQL's grammar, by TiDB's parser: a parser of its own, not the server's. Where they could read a text
// differently it is refused: comments that a server runs, characters that are blank to one of them only.
type MySQL struct{}

func (g MySQL) query(sql string, tables []string) error {
	for _, table := range tables {
		if isMySQLCatalog(table) {
			return refuse("table %s is the database's own catalog: a dataset reads business tables", table)
		}
	}
	node, err := g.parse(sql, adviseOneSelect)
	if err != nil {
		return err
	}
	w := mysqlWalk{tables: tables}
	if err := w.walk(reflect.ValueOf(node), nil, 0); err != nil {
		return err
	}
	// The planner puts the text in parentheses, so it must be the same query there.
	outer, err := g.parse("SELECT * FROM (\n"+sql+"\n) AS t", adviseOneSelect)
	if err != nil {
		return err
	}
	selected, ok := outer.(*ast.SelectStmt)
	if !ok || selected.From == nil || selected.From.TableRefs == nil || selected.From.TableRefs.Right != nil {
		return refuse("it reads differently in parentheses: %s", adviseOneSelect)
	}
	source, ok := selected.From.TableRefs.Left.(*ast.TableSource)
	if !ok || source.AsName.O != "t" || !sameMySQL(source.Source, node) {
		return refuse("it reads differently in parentheses: %s", adviseOneSelect)
	}
	return nil
}

func (g MySQL) expression(sql string) error {
	expression, err := g.selected("SELECT\n" + sql + "\n")
	if err != nil {
		return err
	}
	w := mysqlWalk{scalar: true}
	if err := w.walk(reflect.ValueOf(expression), nil, 0); err != nil {
		return err
	}
	inner, err := g.selected("SELECT (\n" + sql + "\n)")
	if err != nil {
		return err
	}
	if parentheses, ok := inner.(*ast.ParenthesesExpr); !ok || !sameMySQL(parentheses.Expr, expression) {
		return refuse("it reads differently in parentheses: %s", adviseExpression)
	}
	return nil
}

// selected parses a SELECT of one expression and nothing else.
func (g MySQL) selected(sql string) (ast.ExprNode, error) {
	node, err := g.parse(sql, adviseExpression)
	if err != nil {
		return nil, err
	}
	statement, ok := node.(*ast.SelectStmt)
	if !ok || statement.From != nil || statement.Where != nil || statement.GroupBy != nil || statement.Having != nil || statement.OrderBy != nil ||
		statement.Limit != nil || statement.With != nil || statement.Distinct || len(statement.WindowSpecs) > 0 || statement.IsInBraces {
		return nil, refuse("it is more than an expression: %s", adviseExpression)
	}
	if err := mysqlClauses(statement); err != nil {
		return nil, err
	}
	if statement.Fields == nil || len(statement.Fields.Fields) != 1 || statement.Fields.Fields[0].Expr == nil {
		return nil, refuse("it is not one expression: %s", adviseExpression)
	}
	if name := statement.Fields.Fields[0].AsName.O; name != "" {
		return nil, refuse("it names its result %q: leave the name out", name)
	}
	return statement.Fields.Fields[0].Expr, nil
}

// parse parses one statement, as the engine's sessions read it.
func (g MySQL) parse(sql, advice string) (node ast.Node, err error) {
	switch {
	case !utf8.ValidString(sql):
		return nil, refuse("it is not UTF-8 text")
	case strings.ContainsFunc(sql, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' && r != '\r' || r == 0x7f }):
		return nil, refuse("it contains a control character")
	}
	for _, start := range []string{"/*!", "/*M!", "/*m!", "/*T!", "/*+"} {
		if strings.Contains(sql, start) {
			return nil, refuse("a comment that begins with %s is read by the server: use plain comments", start)
		}
	}
	defer func() {
		if trouble := recover(); trouble != nil {
			node, err = nil, refuse("it cannot be parsed: simplify it")
		}
	}()
	p := parser.New()
	p.SetSQLMode(mysql.ModeANSIQuotes | mysql.ModePipesAsConcat)
	statements, warnings, err := p.ParseSQL(sql)
	switch {
	case err != nil:
		return nil, refuse("it does not parse: %v", err)
	case len(warnings) > 0:
		return nil, refuse("it does not parse cleanly: %v", warnings[0])
	case len(statements) != 1:
		return nil, refuse("it is %d statements: %s", len(statements), advice)
	}
	switch statements[0].(type) {
	case *ast.SelectStmt, *ast.SetOprStmt:
		return statements[0], nil
	}
	return nil, refuse("it is not a SELECT: %s", advice)
}

// sameMySQL compares two trees by what they read as when written out again. Braces around the whole do not count.
func sameMySQL(a, b ast.Node) bool {
	write := func(node ast.Node) string {
		switch node := node.(type) {
		case *ast.SelectStmt:
			node.IsInBraces = false
		case *ast.SetOprStmt:
			node.IsInBraces = false
		}
		var out strings.Builder
		flags := format.RestoreStringSingleQuotes | format.RestoreStringEscapeBackslash | format.RestoreNameBackQuotes | format.RestoreKeyWordUppercase
		if err := node.Restore(format.NewRestoreCtx(flags, &out)); err != nil {
			return "" // which is the same as nothing
		}
		return out.String()
	}
	text := write(a)
	return text != "" && text == write(b)
}

func isMySQLCatalog(table string) bool {
	schema, _, qualified := strings.Cut(strings.ToLower(table), ".")
	return qualified && slices.Contains([]string{"mysql", "information_schema", "performance_schema", "sys"}, schema)
}

// mysqlWalk walks a syntax tree by its fields, so that no node is passed over. Whatever is not known is refused.
type mysqlWalk struct {
	tables []string
	scalar bool
}

var mysqlPackage = reflect.TypeFor[ast.SelectStmt]().PkgPath()

// walk checks v; names are the common table expressions in scope.
func (w *mysqlWalk) walk(v reflect.Value, names []string, depth int) error {
	if depth > 4*maxDepth { // an interface, what it holds, its fields
		return refuse("it nests more than %d levels: split it into common table expressions", maxDepth)
	}
	switch v.Kind() {
	case reflect.Interface:
		return w.walk(v.Elem(), names, depth+1)
	case reflect.Slice:
		for i := range v.Len() {
			if err := w.walk(v.Index(i), names, depth+1); err != nil {
				return err
			}
		}
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		if node, ok := reflect.TypeAssert[ast.Node](v); ok {
			if done, err := w.node(node, names); done || err != nil {
				return err
			}
		}
		return w.walk(v.Elem(), names, depth+1)
	case reflect.Struct:
		if v.Type().PkgPath() != mysqlPackage {
			return nil
		}
		return w.fields(v, names, depth)
	default: // numbers, flags and names, which node checks
	}
	return nil
}

func (w *mysqlWalk) fields(v reflect.Value, names []string, depth int) error {
	if with := v.FieldByName("With"); with.IsValid() && with.Kind() == reflect.Pointer && !with.IsNil() {
		clause := with.Interface().(*ast.WithClause)
		if clause.IsRecursive {
			return refuse("WITH RECURSIVE is not allowed: it may never end")
		}
		// Each sees only those before it: within its own text its name may be a real table's.
		names = slices.Clone(names)
		for _, one := range clause.CTEs {
			if err := w.walk(reflect.ValueOf(one), names, depth+1); err != nil {
				return err
			}
			names = append(names, one.Name.O)
		}
	}
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if !field.IsExported() || field.Name == "With" {
			continue
		}
		if err := w.walk(v.Field(i), names, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// node checks one node; done says that there is nothing within to be checked.
func (w *mysqlWalk) node(node ast.Node, names []string) (done bool, err error) {
	kind := reflect.TypeOf(node).Elem().Name()
	inExpression, known := mysqlNodes[kind]
	switch {
	case !known:
		return true, refuseMySQLNode(kind)
	case w.scalar && !inExpression:
		return true, refuse("%s is not allowed in an expression: %s", mysqlSpaced(kind), adviseExpression)
	}
	switch node := node.(type) {
	case *test_driver.ValueExpr:
		return true, nil
	case *ast.SelectStmt:
		return false, mysqlClauses(node)
	case *ast.ColumnName:
		if strings.HasPrefix(node.Name.O, "$") {
			return true, refuseMySQLNode("ParamMarkerExpr") // a name to MySQL, a parameter to its neighbours
		}
	case *ast.TableName:
		return false, w.table(node, names)
	case *ast.FuncCallExpr:
		return false, checkMySQLFunction(node)
	case *ast.AggregateFuncExpr:
		return false, checkMySQLName(strings.ToLower(node.F), aggregate)
	case *ast.WindowFuncExpr:
		return false, checkMySQLName(strings.ToLower(node.Name), window)
	case *ast.FuncCastExpr:
		return false, checkMySQLCast(node)
	}
	return false, nil
}

// mysqlClauses checks the parts of a SELECT that are more than reading rows.
func mysqlClauses(s *ast.SelectStmt) error {
	switch o := s.SelectStmtOpts; {
	case s.SelectIntoOpt != nil:
		return refuse("SELECT … INTO is not allowed: %s", adviseOneSelect)
	case s.LockInfo != nil && s.LockInfo.LockType != ast.SelectLockNone:
		return refuse("FOR UPDATE and FOR SHARE are not allowed: a dataset may only read")
	case s.Kind != ast.SelectStmtKindSelect:
		return refuse("%s is not allowed: %s", s.Kind.String(), adviseOneSelect)
	case len(s.TableHints) > 0 || o != nil && len(o.TableHints) > 0:
		return refuse("optimizer hints are not allowed")
	case o != nil && (o.CalcFoundRows || o.SQLBufferResult || o.SQLBigResult || o.SQLSmallResult || o.Priority != mysql.NoPriority):
		return refuse("SELECT modifiers such as SQL_CALC_FOUND_ROWS are not allowed")
	}
	return nil
}

// table matches exactly: what names differ in case is the server's to say.
func (w *mysqlWalk) table(t *ast.TableName, names []string) error {
	if len(t.PartitionNames) > 0 {
		return refuse("PARTITION is not allowed: filter by a column")
	}
	full := t.Name.O
	if t.Schema.O != "" {
		full = t.Schema.O + "." + full
	} else if slices.Contains(names, full) {
		return nil
	}
	if slices.Contains(w.tables, full) && !isMySQLCatalog(full) {
		return nil
	}
	return refuseTable(full, w.tables)
}

func checkMySQLName(name string, r role) error {
	if is := mysqlFunctions[name]; is != r && (r != window || is != aggregate) {
		return refuseFunction(name)
	}
	return nil
}

func checkMySQLFunction(f *ast.FuncCallExpr) error {
	if f.Schema.O != "" {
		return refuseFunction(f.Schema.O + "." + f.FnName.O)
	}
	name := f.FnName.L
	if err := checkMySQLName(name, scalar); err != nil {
		return err
	}
	if name != "lpad" && name != "rpad" {
		return nil
	}
	if len(f.Args) == 3 {
		if length, ok := f.Args[1].(*test_driver.ValueExpr); ok && length.Kind() == test_driver.KindInt64 && length.GetInt64() <= maxPadding {
			return nil
		}
	}
	return refuse("%s needs a constant length of at most %d", name, maxPadding)
}

// checkMySQLCast holds casts to types that cannot make a value longer.
func checkMySQLCast(f *ast.FuncCastExpr) error {
	if f.Tp == nil {
		return refuse("a cast without a type is not allowed")
	}
	switch f.Tp.GetType() {
	case mysql.TypeVarString, mysql.TypeString, mysql.TypeVarchar:
		if length := f.Tp.GetFlen(); f.Tp.GetCharset() == "binary" && length > maxPadding {
			return refuse("BINARY(%d) is too long: at most %d", length, maxPadding)
		}
		return nil
	case mysql.TypeLonglong, mysql.TypeNewDecimal, mysql.TypeDouble, mysql.TypeFloat, mysql.TypeDate, mysql.TypeDatetime, mysql.TypeDuration:
		if f.Tp.IsArray() {
			break
		}
		return nil
	}
	return refuse("a cast to type %s is not allowed: cast to char, a number, a date or a datetime", f.Tp)
}

func refuseMySQLNode(kind string) error {
	switch kind {
	case "ParamMarkerExpr":
		return refuse("parameters are not allowed: write the values themselves")
	case "VariableExpr":
		return refuse("variables are not allowed: the same rows must give the same number")
	case "TableSample":
		return refuse("TABLESAMPLE is not allowed: the same rows must give the same number")
	}
	return refuse("%s is not allowed: %s", mysqlSpaced(kind), adviseOneSelect)
}

func mysqlSpaced(kind string) string {
	switch kind {
	case "SubqueryExpr", "ExistsSubqueryExpr", "CompareSubqueryExpr", "SelectStmt", "SetOprStmt":
		return "a subquery"
	case "AggregateFuncExpr", "WindowFuncExpr":
		return "an aggregate or window function"
	}
	return spaced(strings.TrimSuffix(kind, "Expr"))
}
