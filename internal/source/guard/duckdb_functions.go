package guard

// duckdbFunctions are DuckDB's functions and operators that read nothing but their arguments and
// whose results cannot outgrow them by a number: repeat, range, format, printf, list_resize and
// their like are not here, nor is anything random.
var duckdbFunctions = func() map[string]role {
	m := map[string]role{}
	roles(m, scalar, `
		+ - * / // % ** ^ & | << >> || ~~ !~~ ~~* !~~* ~~~ ^@ -> ->> @ @> <@ && ~
		add subtract multiply divide mod fmod fdiv
		abs ceil ceiling floor round round_even roundbankers trunc sign signbit sqrt cbrt exp ln log log2 log10 pow power pi
		sin cos tan cot asin acos atan atan2 sinh cosh tanh degrees radians gamma lgamma gcd lcm even
		greatest_common_divisor least_common_multiple xor isnan isinf isfinite bit_count width_bucket
		greatest least nullif coalesce ifnull if constant_or_null
		lower upper lcase ucase trim ltrim rtrim left right substr substring length len strlen char_length character_length
		concat concat_ws replace reverse translate strip_accents nfc_normalize ascii chr ord unicode
		contains starts_with ends_with prefix suffix instr strpos position split_part overlay
		string_split str_split split string_to_array string_split_regex str_split_regex array_to_string
		regexp_matches regexp_full_match regexp_extract regexp_extract_all regexp_replace regexp_escape
		like_escape ilike_escape not_like_escape not_ilike_escape
		levenshtein editdist3 damerau_levenshtein hamming mismatches jaccard jaro_similarity jaro_winkler_similarity
		md5 sha1 sha256 hash hex unhex to_hex from_hex to_base64 base64 from_base64 encode decode url_encode url_decode
		lpad rpad
		date_part datepart date_trunc datetrunc date_diff datediff date_sub datesub date_add age extract
		year month day hour minute second millisecond microsecond quarter week weekofyear isoyear isodow weekday yearweek
		dayofweek dayofmonth dayofyear dayname monthname decade century millennium era epoch epoch_ms epoch_us epoch_ns julian
		last_day days_in_month time_bucket make_date make_time make_timestamp make_timestamptz make_timestamp_ms to_timestamp
		strftime strptime try_strptime timezone timezone_hour timezone_minute
		now today current_date current_timestamp transaction_timestamp get_current_timestamp current_localtimestamp
		to_years to_quarters to_months to_weeks to_days to_hours to_minutes to_seconds to_milliseconds to_microseconds
		typeof
		list_value list_pack array_value list_extract list_element array_extract element_at list_slice array_slice
		list_contains array_contains list_has array_has list_has_any array_has_any list_has_all array_has_all
		list_position array_position list_indexof list_distinct array_distinct list_unique array_unique list_sort array_sort
		list_reverse_sort list_reverse array_reverse list_concat list_cat array_concat array_length cardinality flatten
		list_append list_prepend array_append array_prepend list_intersect array_intersect list_zip
		list_transform list_apply array_transform list_filter array_filter
		list_sum list_avg list_min list_max list_count list_median list_mode list_any_value list_first list_last
		list_bool_and list_bool_or list_product list_string_agg list_stddev_samp list_var_samp
		row struct_pack struct_extract struct_keys map map_extract map_extract_value map_keys map_values map_contains map_entries
		map_from_entries unnest
		json json_extract json_extract_string json_extract_path json_extract_path_text json_value json_exists json_valid json_type
		json_keys json_array_length json_contains json_array json_object to_json json_quote`)
	roles(m, aggregate, `
		count count_star count_if countif sum avg mean min max fsum favg kahan_sum sumkahan product
		median mode mad quantile quantile_cont quantile_disc approx_quantile approx_count_distinct percentile_cont percentile_disc
		stddev stddev_pop stddev_samp variance var_pop var_samp sem skewness kurtosis kurtosis_pop entropy
		corr covar_pop covar_samp regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy
		bool_and bool_or bit_and bit_or bit_xor any_value arbitrary first last
		arg_min arg_max argmin argmax min_by max_by arg_min_null arg_max_null
		list array_agg string_agg group_concat listagg histogram geomean geometric_mean weighted_avg wavg`)
	roles(m, window, `
		row_number rank dense_rank rank_dense percent_rank cume_dist ntile lag lead first_value last_value nth_value fill`)
	return m
}()

// duckdbTables are the functions that may stand in FROM.
var duckdbTables = map[string]bool{"unnest": true, "generate_series": true, "range": true}

// duckdbNodes are the syntax nodes that a SELECT may be made of; those that an expression may not
// contain are false.
var duckdbNodes = map[string]bool{
	// queries
	"SELECT_NODE": false, "SET_OPERATION_NODE": false, "BASE_TABLE": false, "SUBQUERY": false, "JOIN": false,
	"EXPRESSION_LIST": false, "TABLE_FUNCTION": false, "EMPTY": true,
	"ORDER_MODIFIER": true, "LIMIT_MODIFIER": false, "LIMIT_PERCENT_MODIFIER": false, "DISTINCT_MODIFIER": false,
	"ORDER_DEFAULT": false, "ASCENDING": false, "DESCENDING": false, "STAR": false,
	// expressions
	"COLUMN_REF": true, "VALUE_CONSTANT": true, "FUNCTION": true, "OPERATOR_CAST": true, "CASE_EXPR": true, "LAMBDA": true,
	"COLLATE": true, "COMPARE_BETWEEN": true, "COMPARE_IN": true, "COMPARE_NOT_IN": true,
	"COMPARE_EQUAL": true, "COMPARE_NOTEQUAL": true, "COMPARE_LESSTHAN": true, "COMPARE_GREATERTHAN": true,
	"COMPARE_LESSTHANOREQUALTO": true, "COMPARE_GREATERTHANOREQUALTO": true,
	"COMPARE_DISTINCT_FROM": true, "COMPARE_NOT_DISTINCT_FROM": true,
	"CONJUNCTION_AND": true, "CONJUNCTION_OR": true, "OPERATOR_NOT": true, "OPERATOR_IS_NULL": true, "OPERATOR_IS_NOT_NULL": true,
	"OPERATOR_COALESCE": true, "OPERATOR_NULLIF": true, "OPERATOR_TRY": true, "ARRAY_EXTRACT": true, "ARRAY_SLICE": true,
	"STRUCT_EXTRACT": true, "ARRAY_CONSTRUCTOR": true, "GROUPING_FUNCTION": false,
	"WINDOW_AGGREGATE": false, "WINDOW_ROW_NUMBER": false, "WINDOW_RANK": false, "WINDOW_RANK_DENSE": false, "WINDOW_NTILE": false,
	"WINDOW_PERCENT_RANK": false, "WINDOW_CUME_DIST": false, "WINDOW_FIRST_VALUE": false, "WINDOW_LAST_VALUE": false,
	"WINDOW_NTH_VALUE": false, "WINDOW_LEAD": false, "WINDOW_LAG": false, "WINDOW_FILL": false,
	// types of constants and casts
	"DECIMAL_TYPE_INFO": true, "LIST_TYPE_INFO": true, "STRUCT_TYPE_INFO": true, "STRING_TYPE_INFO": true,
	"UNBOUND_TYPE_INFO": true, "INTEGER_LITERAL_TYPE_INFO": true, "ARRAY_TYPE_INFO": true, "GENERIC_TYPE_INFO": true,
}
