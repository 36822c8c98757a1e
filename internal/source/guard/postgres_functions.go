package guard

// postgresFunctions are PostgreSQL's functions that read nothing but their arguments and whose
// results cannot outgrow them by a number: repeat, format, array_fill and their like are not here,
// nor is anything random, and nothing that takes SQL as text.
var postgresFunctions = func() map[string]role {
	m := map[string]role{}
	roles(m, scalar, `
		abs ceil ceiling floor round trunc sign sqrt cbrt exp ln log log10 power pow pi mod div gcd lcm width_bucket scale min_scale trim_scale
		sin cos tan cot asin acos atan atan2 sinh cosh tanh degrees radians
		lower upper initcap trim btrim ltrim rtrim left right substr substring length char_length character_length octet_length bit_length
		concat concat_ws replace reverse translate ascii chr strpos position overlay split_part starts_with
		string_to_array array_to_string regexp_match regexp_replace regexp_split_to_array regexp_count regexp_instr regexp_like regexp_substr
		like_escape similar_to_escape normalize is_normalized unistr quote_ident quote_literal
		md5 sha224 sha256 sha384 sha512 encode decode to_hex convert_from convert_to
		lpad rpad
		extract date_part date_trunc date_bin age make_date make_time make_timestamp make_timestamptz make_interval
		justify_days justify_hours justify_interval to_char to_date to_timestamp to_number timezone isfinite overlaps
		now statement_timestamp transaction_timestamp
		int4 int8 float8 numeric text date timestamp timestamptz bool
		array_length array_lower array_upper array_ndims array_position array_positions array_remove array_replace array_append array_prepend array_cat
		cardinality trim_array
		json_build_object json_build_array jsonb_build_object jsonb_build_array to_json to_jsonb row_to_json array_to_json json_object jsonb_object
		json_extract_path json_extract_path_text jsonb_extract_path jsonb_extract_path_text json_array_length jsonb_array_length
		json_typeof jsonb_typeof json_strip_nulls jsonb_strip_nulls jsonb_set jsonb_insert jsonb_exists jsonb_contains
		jsonb_path_exists jsonb_path_match jsonb_path_query_array jsonb_path_query_first
		num_nulls num_nonnulls lower_inc upper_inc lower_inf upper_inf isempty
		int4range int8range numrange daterange tsrange tstzrange range_merge`)
	roles(m, aggregate, `
		count sum avg min max bool_and bool_or every bit_and bit_or bit_xor
		stddev stddev_pop stddev_samp variance var_pop var_samp corr covar_pop covar_samp
		regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy
		percentile_cont percentile_disc mode array_agg string_agg json_agg jsonb_agg json_object_agg jsonb_object_agg
		range_agg range_intersect_agg any_value`)
	roles(m, window, `
		row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value`)
	roles(m, tableFunction, `
		unnest generate_series regexp_matches regexp_split_to_table string_to_table
		json_array_elements json_array_elements_text jsonb_array_elements jsonb_array_elements_text
		json_each json_each_text jsonb_each jsonb_each_text json_object_keys jsonb_object_keys jsonb_path_query`)
	return m
}()

var postgresOperators = roles(map[string]role{}, scalar, `
	+ - * / % ^ |/ ||/ @ & | # ~ << >> = <> != < > <= >= || ~* !~ !~* ~~ ~~* !~~ !~~* ^@
	-> ->> #> #>> @> <@ ? ?| ?& && #- @? @@ -|- &< &>
	BETWEEN NOT_BETWEEN BETWEEN_SYMMETRIC NOT_BETWEEN_SYMMETRIC`)

// postgresTypes are the types that may be cast to. Those that look names up (regclass and its
// kind) or build documents (xml) are not here.
var postgresTypes = roles(map[string]role{}, scalar, `
	bool boolean int2 int4 int8 smallint integer bigint float4 float8 real numeric decimal money
	text varchar bpchar char name uuid date time timetz timestamp timestamptz interval json jsonb jsonpath bytea bit varbit
	int4range int8range numrange daterange tsrange tstzrange inet cidr macaddr`)

// postgresNodes are the syntax nodes that a SELECT may be made of; those that an expression may
// not contain are false.
var postgresNodes = map[string]bool{
	"SelectStmt": false, "RangeVar": false, "JoinExpr": false, "RangeSubselect": false, "RangeFunction": false, "SubLink": false,
	"CommonTableExpr": false, "WindowDef": false, "GroupingSet": false, "GroupingFunc": false, "A_Star": false, "SortBy": false,
	"ResTarget": false,
	"ColumnRef": true, "String": true, "Integer": true, "Float": true, "Boolean": true, "A_Const": true, "List": true,
	"A_Expr": true, "BoolExpr": true, "NullTest": true, "BooleanTest": true, "CaseExpr": true, "CaseWhen": true,
	"CoalesceExpr": true, "MinMaxExpr": true, "SQLValueFunction": true, "FuncCall": true, "NamedArgExpr": true,
	"TypeCast": true, "TypeName": true, "CollateClause": true,
	"A_ArrayExpr": true, "A_Indirection": true, "A_Indices": true, "RowExpr": true,
}
