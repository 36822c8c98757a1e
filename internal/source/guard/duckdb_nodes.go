package guard

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// plainName reports whether a function is named without a catalog and foreign schema.
func plainName(v object) bool {
	schema := text(v["schema"])
	return text(v["catalog"]) == "" && (schema == "" || schema == "main")
}

// constantNumber reads a numeric constant, negated or not.
func constantNumber(v object) (float64, bool) {
	if v["class"] == "FUNCTION" && v["function_name"] == "-" {
		if arguments, _ := v["children"].([]any); len(arguments) == 1 {
			inner, _ := arguments[0].(object)
			n, ok := constantNumber(inner)
			return -n, ok
		}
	}
	if v["class"] != "CONSTANT" {
		return 0, false
	}
	value, _ := v["value"].(object)
	kind, _ := value["type"].(object)
	if info := kind["type_info"]; info != nil {
		return 0, false
	}
	number, ok := value["value"].(json.Number)
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseFloat(number.String(), 64)
	return n, err == nil
}

// isConstant reports whether v is a constant, maybe cast: DATE '2026-01-01', INTERVAL '1 day'.
func isConstant(v object) bool {
	for v["class"] == "CAST" {
		v, _ = v["child"].(object)
	}
	if v["class"] == "FUNCTION" && strings.HasPrefix(text(v["function_name"]), "to_") {
		arguments, _ := v["children"].([]any)
		for _, a := range arguments {
			argument, _ := a.(object)
			if !isConstant(argument) {
				return false
			}
		}
		return true
	}
	if v["class"] == "FUNCTION" && v["function_name"] == "trunc" {
		arguments, _ := v["children"].([]any)
		inner, _ := arguments[0].(object)
		return isConstant(inner)
	}
	return v["class"] == "CONSTANT"
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

func containsFold(list []string, name string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, name) })
}

func refuseNode(kind string) error {
	switch kind {
	case "RECURSIVE_CTE_NODE":
		return refuse("WITH RECURSIVE is not allowed: it may never end")
	case "SHOW_REF":
		return refuse("SHOW, DESCRIBE and SUMMARIZE are not allowed: %s", adviseOneSelect)
	case "POSITIONAL_REFERENCE":
		return refuse("#1 is not allowed: name the column")
	case "VALUE_PARAMETER":
		return refuse("parameters are not allowed: write the values themselves")
	}
	return refuse("%s is not allowed", describeNode(kind))
}

func describeNode(kind string) string {
	switch kind {
	case "SUBQUERY", "SELECT_NODE":
		return "a subquery"
	case "STAR":
		return "*"
	}
	if strings.HasPrefix(kind, "WINDOW_") {
		return "a window function"
	}
	return strings.ToLower(strings.TrimSuffix(strings.ReplaceAll(kind, "_", " "), " NODE"))
}
