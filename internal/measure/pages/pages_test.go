package pages

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/measure/preset"
)

const folder = "../../../docs/measures"

func TestPagesAreCurrent(t *testing.T) {
	all, err := All()
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range all {
		got, err := os.ReadFile(filepath.Join(folder, path))
		if err != nil || string(got) != want {
			t.Errorf("%s is not current (%v): run hack/generate.sh", path, err)
		}
	}
	err = filepath.WalkDir(folder, func(file string, entry fs.DirEntry, err error) error {
		path, _ := filepath.Rel(folder, file)
		if _, ok := all[filepath.ToSlash(path)]; err == nil && !entry.IsDir() && !ok {
			t.Errorf("%s is the page of nothing", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestEveryFamilyAndPresetIsTold(t *testing.T) {
	for _, doc := range measure.Families() {
		for what, text := range map[string]string{
			"title": doc.Title, "summary": doc.Summary, "formula": doc.Formula, "unit": doc.Unit, "direction": doc.Direction,
			"interval": doc.Interval, "columns": doc.Columns, "pitfalls": doc.Pitfalls, "reference": doc.Reference,
		} {
			if text == "" {
				t.Errorf("family %s has no %s", doc.Name, what)
			}
		}
		if _, err := FamilyExample(doc.Name); err != nil {
			t.Errorf("family %s has no example: %v", doc.Name, err)
		}
	}
	for _, p := range preset.All() {
		if _, err := PresetExample(p.Name); err != nil {
			t.Errorf("preset %s has no example: %v", p.Name, err)
		}
		for _, family := range p.Families {
			if !slices.ContainsFunc(measure.Families(), func(doc measure.Doc) bool { return doc.Name == family }) {
				t.Errorf("preset %s is for a family %s, which there is not", p.Name, family)
			}
		}
	}
	examples, err := Examples()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range examples {
		name := strings.TrimSuffix(filepath.Base(e.Path), ".yaml")
		_, isPreset := preset.Find(name)
		if isFamily := slices.ContainsFunc(measure.Families(), func(doc measure.Doc) bool { return doc.Name == name }); !isFamily && !isPreset {
			t.Errorf("%s is the example of nothing", e.Path)
		}
	}
}

func TestAnExampleEndsInItsValues(t *testing.T) {
	e, err := PresetExample("MoneySaved")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(e.Objects, "kind: ConfigMap") || !strings.HasPrefix(e.Traps, trapMark) || !strings.HasPrefix(e.Table, "NAME") {
		t.Errorf("%+v", e)
	}
	if strings.Contains(e.Objects, e.Traps) {
		t.Error("the neighbour stands in the example itself")
	}
}
