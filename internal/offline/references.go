package offline

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
)

// columnReference is where a definition names a column of a dataset.
type columnReference struct {
	field, dataset, column string
}

// otherIdentifiers are fields that name an entity, a table or a column that is made there, and none of the row set's own.
var otherIdentifiers = []string{"entity", "clusterBy", "unit", "name", "schema"}

// columnsIn finds the columns that a spec names, of dataset where it does not say of which. Every column of the API is an
// Identifier, so that none is forgotten here.
func columnsIn(spec any, dataset string) []columnReference {
	var out []columnReference
	walk(reflect.ValueOf(spec), "spec", dataset, &out)
	return out
}

func walk(v reflect.Value, path, dataset string, out *[]columnReference) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			walk(v.Elem(), path, dataset, out)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walk(v.Index(i), fmt.Sprintf("%s[%d]", path, i), dataset, out)
		}
	case reflect.Map:
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
		for _, key := range keys {
			walk(v.MapIndex(key), path+"."+key.String(), dataset, out)
		}
	case reflect.Struct:
		if ref, ok := v.Type().FieldByName("DatasetRef"); ok {
			if named, _ := reflect.TypeAssert[*v1alpha1.LocalReference](v.FieldByIndex(ref.Index)); named != nil {
				dataset = named.Name
			}
		}
		for i := range v.NumField() {
			name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			switch {
			case name == "": // inline
				walk(v.Field(i), path, dataset, out)
			case !slices.Contains(otherIdentifiers, name) || v.Field(i).Kind() != reflect.String:
				walk(v.Field(i), path+"."+name, dataset, out)
			}
		}
	case reflect.String:
		if column, ok := reflect.TypeAssert[v1alpha1.Identifier](v); ok && column != "" {
			*out = append(*out, columnReference{path, dataset, string(column)})
		}
	}
}
