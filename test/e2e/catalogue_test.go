package e2e

import (
	"path/filepath"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/cpi-operator/cpi-operator/internal/measure/pages"
)

// alsoShown are presets whose measure has parts that no family's example has: a classifier with less, shrinkage.
var alsoShown = map[string]bool{"Sentiment": true, "ReviewRating": true}

// TestCatalogue: every family of measures reads in kubectl's table as on its page, with value, interval, n, period and
// state. The examples of all pages are computed in one run; that of promql is in TestPrometheus.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	found, err := pages.Examples()
	if err != nil {
		t.Fatal(err)
	}
	all := example{name: "it", shown: map[string]map[string]string{}}
	var tables []any
	for _, page := range found {
		folder, file := filepath.Split(page.Path)
		name := strings.TrimSuffix(file, ".yaml")
		if folder == "families/" && name == "promql" || folder == "presets/" && !alsoShown[name] {
			continue
		}
		e, prefix := newExample(t, page, nil), strings.ToLower(name)
		for name, row := range e.shown {
			all.shown[prefix+"-"+name] = row
		}
		for _, object := range e.objects {
			rename(object.Object, prefix)
			if object.GetKind() != "DataSource" {
				all.objects = append(all.objects, object)
				continue
			}
			more, _, err := unstructured.NestedSlice(object.Object, "spec", "files", "tables")
			if err != nil {
				t.Fatalf("%s: %v", page.Path, err)
			}
			tables = append(tables, more...)
		}
	}
	source := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "cpi-operator.io/v1alpha1", "kind": "DataSource", "metadata": map[string]any{"name": "rows"},
	}}
	if err := unstructured.SetNestedSlice(source.Object, tables, "spec", "files", "tables"); err != nil {
		t.Fatal(err)
	}
	for _, object := range append(all.objects, source) { // the source last: one run finds everything
		object.SetNamespace(ns)
		applyObject(t, object)
	}
	for _, object := range all.objects {
		switch object.GetKind() {
		case "CPIDefinition":
			computed(t, cpi(ns, object.GetName()))
		case "KPITarget":
			computed(t, kpi(ns, object.GetName()))
		}
	}
	all.isPrinted(t, ns)
}

// rename puts a prefix before every name in an example's object, so that examples do not meet, and has all of them read
// the source "rows".
func rename(value any, prefix string) {
	switch v := value.(type) {
	case []any:
		for _, inner := range v {
			rename(inner, prefix)
		}
	case map[string]any:
		if _, isTable := v["format"]; isTable {
			v["name"] = prefix + "_" + v["name"].(string)
		}
		for key, inner := range v {
			rename(inner, prefix)
			named, _ := inner.(map[string]any)
			switch {
			case key == "dataSourceRef":
				named["name"] = "rows"
			case key == "table":
				named["name"] = prefix + "_" + named["name"].(string)
			case key == "metadata", key == "configMap", strings.HasSuffix(key, "Ref"):
				named["name"] = prefix + "-" + named["name"].(string)
			}
		}
	}
}
