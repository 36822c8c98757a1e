package preset

import (
	"slices"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/measure"
)

// themes and categories of the API.
var themes = []string{
	"Time", "Convenience", "MoneySaved", "LoyaltyRecognition", "Satisfaction", "Advocacy", "Loyalty", "Value",
	"Growth", "Profit", "Productivity", "Efficiency", "CustomerGoal",
}

func TestEveryPresetIsTold(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range All() {
		if seen[p.Name] {
			t.Errorf("%s stands twice", p.Name)
		}
		seen[p.Name] = true
		for what, text := range map[string]string{
			"name": p.Name, "title": p.Title, "unit": p.Unit, "tells": p.Tells, "formula": p.Formula,
			"columns": p.Columns, "pitfall": p.Pitfall, "reference": p.Reference,
		} {
			if text == "" {
				t.Errorf("%s has no %s", p.Name, what)
			}
		}
		if !slices.Contains(themes, p.Theme) || len(p.Families) == 0 {
			t.Errorf("%s: theme %q, families %q", p.Name, p.Theme, p.Families)
		}
		if p.Direction != measure.HigherIsBetter && p.Direction != measure.LowerIsBetter {
			t.Errorf("%s: direction %q", p.Name, p.Direction)
		}
	}
}

func TestFindForAndFits(t *testing.T) {
	p, ok := Find("MoneySaved")
	if !ok || !p.Fits("ratio") || !p.Fits("precomputed") || p.Fits("share") {
		t.Errorf("%+v %v", p, ok)
	}
	if _, ok := Find("moneysaved"); ok {
		t.Error("names are told apart by case")
	}
	if got := For("index"); !slices.Equal(got, []string{"CustomerSatisfactionIndex"}) {
		t.Errorf("presets of index: %q", got)
	}
	if got := For("netPromoterScore"); got != nil {
		t.Errorf("a row of the catalogue itself has presets %q", got)
	}
	if len(For("precomputed")) != len(All()) {
		t.Error("what is computed elsewhere may be any row")
	}
}

func TestNearNames(t *testing.T) {
	for name, want := range map[string][]string{
		"MoneySavd":         {"MoneySaved"},
		"moneysaved":        {"MoneySaved"},
		"Purchase":          {"RepeatPurchase"},
		"FirstResponse":     {"FirstResponseTime"},
		"FirstResponceTime": {"FirstResponseTime"},
		"CrosSell":          {"CrossSell"},
		"Weather":           nil,
		"X":                 nil,
	} {
		if got := Near(name); !slices.Equal(got, want) {
			t.Errorf("near %q: %q, want %q", name, got, want)
		}
	}
}
