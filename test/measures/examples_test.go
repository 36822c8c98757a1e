package measures

import (
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/measure/pages"
	"github.com/cpi-operator/cpi-operator/internal/measure/preset"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

var update = flag.Bool("update", false, "write the tables of values anew: check them by hand")

// Every example is taken by the API server, resolves without problems and yields the values that its page shows. What
// falls into a preset's pitfall yields another one.
func TestExamplesYieldWhatTheirPagesShow(t *testing.T) {
	examples, err := pages.Examples()
	if err != nil {
		t.Fatal(err)
	}
	for _, example := range examples {
		name := strings.TrimSuffix(filepath.Base(example.Path), ".yaml")
		t.Run(filepath.Dir(example.Path)+"/"+name, func(t *testing.T) {
			w := apply(t, example.All())
			if len(w.order) == 0 {
				t.Fatal("it defines no indicator")
			}
			family, chosen := setBy(t, w.measure(w.order[0]))
			work, found := w.compute(t)
			rows := [][]string{{"NAME", "VALUE", "INTERVAL", "N", "PERIOD"}}
			values := map[plan.Key]float64{}
			for _, key := range w.order {
				for _, indicator := range work.Indicators {
					if indicator.Key == key {
						row, value := shown(t, indicator, found[key])
						rows, values[key] = append(rows, row), value
					}
				}
			}
			if filepath.Dir(example.Path) == "presets" {
				p, ok := preset.Find(name)
				if !ok || chosen != name || !p.Fits(family) {
					t.Errorf("the first definition has preset %q of family %s, want %s", chosen, family, name)
				}
				if example.Traps == "" {
					t.Error("it shows no neighbour")
				}
			} else if family != name {
				t.Errorf("the first definition has family %s, want %s", family, name)
			}
			trapped := w.order[len(w.order)-strings.Count("\n"+example.Traps, "\nkind: "):]
			for _, key := range trapped {
				if values[key] == values[w.order[0]] {
					t.Errorf("%s is meant to differ from %s: both are %v", key.Name, w.order[0].Name, values[key])
				}
			}
			got := table(rows)
			if *update {
				rewrite(t, example, got)
				return
			}
			if diff := cmp.Diff(example.Table, got); diff != "" {
				t.Errorf("the page shows other values:\n%s", diff)
			}
		})
	}
}

// setBy is the family that a measure sets, and its preset.
func setBy(t *testing.T, m *v1alpha1.Measure) (family, preset string) {
	t.Helper()
	for field, value := range reflect.ValueOf(m).Elem().Fields() {
		if value.IsNil() {
			continue
		}
		family = jsonName(field)
		if p := value.Elem().FieldByName("Preset"); p.IsValid() {
			preset = p.String()
		}
	}
	return family, preset
}

func jsonName(field reflect.StructField) string {
	name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
	return name
}

func rewrite(t *testing.T, example pages.Example, values string) {
	t.Helper()
	text := example.All() + "---\n"
	for line := range strings.Lines(values) {
		text += "# " + line
	}
	if err := os.WriteFile(filepath.Join("..", "..", "internal", "measure", "pages", example.Path), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Schema, code and docs cannot disagree on which families there are.
func TestEveryFamilyOfTheSchemaHasItsCodeAndPage(t *testing.T) {
	declared, computed := map[string]bool{}, map[string]bool{}
	for field := range reflect.TypeFor[v1alpha1.Measure]().Fields() {
		declared[jsonName(field)] = true
	}
	for _, doc := range measure.Families() {
		computed[doc.Name] = true
		if _, err := pages.FamilyExample(doc.Name); err != nil {
			t.Error(err)
		}
	}
	if diff := cmp.Diff(declared, computed); diff != "" {
		t.Errorf("the schema and the catalogue differ:\n%s", diff)
	}
}
