package guard

// mysqlFunctions are functions that MySQL 8 and MariaDB have, that read nothing but their arguments and whose results
// cannot outgrow them by a number: repeat, space and format are not here, nor is anything random, that waits, or that
// reads files, settings, locks or the session.
var mysqlFunctions = func() map[string]role {
	m := map[string]role{}
	roles(m, scalar, `
		abs ceil ceiling floor round truncate sign sqrt exp ln log log2 log10 power pow pi mod
		sin cos tan cot asin acos atan atan2 degrees radians conv bin oct hex unhex crc32 bit_count
		lower lcase upper ucase trim ltrim rtrim left right substr substring mid substring_index length octet_length bit_length
		char_length character_length concat concat_ws replace reverse insert_func locate position instr strcmp field find_in_set elt
		ascii ord char_func lpad rpad quote soundex
		regexp_replace regexp_instr regexp_substr
		md5 sha sha1 sha2 to_base64 from_base64
		coalesce ifnull nullif if isnull greatest least interval
		date time timestamp year quarter month week weekofyear yearweek day dayofmonth dayofweek weekday dayofyear dayname monthname last_day
		hour minute second microsecond extract date_add date_sub adddate subdate addtime subtime timestampadd timestampdiff datediff timediff
		date_format time_format str_to_date makedate maketime from_days to_days to_seconds time_to_sec sec_to_time period_add period_diff
		from_unixtime unix_timestamp convert_tz now curdate current_date current_timestamp localtime localtimestamp utc_date utc_timestamp
		convert json_extract json_unquote json_value json_contains json_contains_path json_keys json_length json_depth json_type json_valid
		json_search json_quote json_array json_object`)
	roles(m, aggregate, `
		count sum avg min max bit_and bit_or bit_xor group_concat std stddev stddev_pop stddev_samp variance var_pop var_samp
		json_arrayagg json_objectagg`)
	roles(m, window, `
		row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value`)
	// What the parser writes for date 'x' and timestamp 'x'.
	for _, literal := range []string{"'tidb`.(dateliteral", "'tidb`.(timeliteral", "'tidb`.(timestampliteral"} {
		m[literal] = scalar
	}
	return m
}()

// mysqlNodes are the syntax nodes that a SELECT may be made of; those that an expression may not contain are false.
var mysqlNodes = map[string]bool{
	"SelectStmt": false, "SetOprStmt": false, "SetOprSelectList": false, "WithClause": false, "CommonTableExpression": false,
	"TableRefsClause": false, "Join": false, "OnCondition": false, "TableSource": false, "TableName": false,
	"FieldList": false, "SelectField": false, "WildCardField": false, "GroupByClause": false, "HavingClause": false,
	"OrderByClause": false, "ByItem": false, "PositionExpr": false, "Limit": false,
	"WindowSpec": false, "PartitionByClause": false, "FrameClause": false, "FrameBound": false,
	"SubqueryExpr": false, "ExistsSubqueryExpr": false, "CompareSubqueryExpr": false, "AggregateFuncExpr": false, "WindowFuncExpr": false,
	"SelectLockInfo": false, "SelectIntoOption": false, // refused where they say something
	"ColumnNameExpr": true, "ColumnName": true, "ValueExpr": true, "ParenthesesExpr": true, "UnaryOperationExpr": true,
	"BinaryOperationExpr": true, "BetweenExpr": true, "PatternInExpr": true, "PatternLikeOrIlikeExpr": true, "PatternRegexpExpr": true,
	"IsNullExpr": true, "IsTruthExpr": true, "CaseExpr": true, "WhenClause": true, "RowExpr": true, "SetCollationExpr": true,
	"FuncCallExpr": true, "FuncCastExpr": true, "TrimDirectionExpr": true, "TimeUnitExpr": true,
}
