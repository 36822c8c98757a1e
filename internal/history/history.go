// Package history tells how two versions of a definition differ, for people: which fields, and what they were and are.
// It is pure: it knows decoded JSON and no cluster.
package history

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unicode"
)

// Bounds of what is told, in characters and fields.
const (
	maxValue  = 80
	MaxField  = 256
	MaxFields = 16
)

// Differences of two decoded JSON documents, a line a field, such as spec.thresholds.warning: 20 → 25, in the order of
// their paths below root. A list's item is named by what tells it from the others (a name, an alert, a date), and by its
// place where nothing does. Long values are cut, and of more than MaxFields lines the last counts those left out.
func Differences(root string, before, after any) []string {
	var lines []string
	compare(root, before, after, &lines)
	return Bounded(lines)
}

// Bounded cuts lines, and their number, to what a status takes.
func Bounded(lines []string) []string {
	if len(lines) > MaxFields {
		left := len(lines) - MaxFields + 1
		lines = append(slices.Clone(lines[:MaxFields-1]), fmt.Sprintf("and %d more", left))
	}
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = cut(line, MaxField)
	}
	return out
}

// absent stands for a field that is not there, which null is not.
type absent struct{}

func compare(path string, before, after any, lines *[]string) {
	if reflect.DeepEqual(before, after) {
		return
	}
	was, wasFields := before.(map[string]any)
	is, isFields := after.(map[string]any)
	if wasFields && isFields {
		compareFields(path, was, is, lines)
		return
	}
	old, wasList := before.([]any)
	now, isList := after.([]any)
	if wasList && isList && compareItems(path, old, now, lines) {
		return
	}
	*lines = append(*lines, path+": "+text(before)+" → "+text(after))
}

func compareFields(path string, before, after map[string]any, lines *[]string) {
	names := slices.Collect(maps.Keys(before))
	for name := range after {
		if _, both := before[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		compare(path+"."+name, field(before, name), field(after, name), lines)
	}
}

func field(of map[string]any, name string) any {
	if value, ok := of[name]; ok {
		return value
	}
	return absent{}
}

// compareItems goes through lists of objects; false if one holds anything else, so that they are told as a whole.
func compareItems(path string, before, after []any, lines *[]string) bool {
	if !objects(before) || !objects(after) {
		return false
	}
	names, ok := identities(before, after)
	if !ok {
		for i := range max(len(before), len(after)) {
			compare(fmt.Sprintf("%s[%d]", path, i), item(before, i), item(after, i), lines)
		}
		return true
	}
	was, is := named(before, names), named(after, names)
	order := func(items []any) []string {
		var out []string
		for _, one := range items {
			out = append(out, names(one.(map[string]any)))
		}
		return out
	}
	kept := func(name string) bool { _, a := was[name]; _, b := is[name]; return a && b }
	both := func(items []any) []string {
		return slices.DeleteFunc(order(items), func(name string) bool { return !kept(name) })
	}
	if !slices.Equal(both(before), both(after)) {
		*lines = append(*lines, path+": order "+cut(strings.Join(order(before), ", "), maxValue)+" → "+cut(strings.Join(order(after), ", "), maxValue))
	}
	all := order(before)
	for _, name := range order(after) {
		if !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	for _, name := range all {
		compare(fmt.Sprintf("%s[%s]", path, name), field(was, name), field(is, name), lines)
	}
	return true
}

func objects(items []any) bool {
	for _, one := range items {
		if _, ok := one.(map[string]any); !ok {
			return false
		}
	}
	return true
}

func item(items []any, i int) any {
	if i < len(items) {
		return items[i]
	}
	return absent{}
}

// telling are the fields that may tell items of a list apart, the first that does being taken.
var telling = [][]string{{"name"}, {"alert"}, {"cpiRef", "name"}, {"by"}, {"from"}, {"column"}}

// identities names the items of both lists, if one field tells them apart in each.
func identities(before, after []any) (of func(map[string]any) string, ok bool) {
	for _, path := range telling {
		of := func(one map[string]any) string { return textAt(one, path) }
		if unique(before, of) && unique(after, of) {
			return of, true
		}
	}
	return nil, false
}

func unique(items []any, of func(map[string]any) string) bool {
	seen := map[string]bool{}
	for _, one := range items {
		name := of(one.(map[string]any))
		if name == "" || seen[name] {
			return false
		}
		seen[name] = true
	}
	return true
}

func textAt(one map[string]any, path []string) string {
	var value any = one
	for _, name := range path {
		fields, _ := value.(map[string]any)
		value = fields[name]
	}
	out, _ := value.(string)
	return out
}

func named(items []any, names func(map[string]any) string) map[string]any {
	out := map[string]any{}
	for _, one := range items {
		out[names(one.(map[string]any))] = one
	}
	return out
}

// text of a value as people write it, without characters that steer a terminal.
func text(value any) string {
	switch v := value.(type) {
	case absent:
		return "none"
	case string:
		return cut(v, maxValue)
	}
	var content strings.Builder
	encoder := json.NewEncoder(&content)
	encoder.SetEscapeHTML(false) // people read it: a < b
	if err := encoder.Encode(value); err != nil {
		return "?" // decoded JSON always marshals
	}
	return cut(strings.TrimSpace(content.String()), maxValue)
}

func cut(line string, limit int) string {
	runes := []rune(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(line, "�")))
	if len(runes) <= limit {
		return string(runes)
	}
	return string(runes[:limit-1]) + "…"
}
