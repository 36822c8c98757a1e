package near

import (
	"slices"
	"testing"
)

func TestNames(t *testing.T) {
	there := []string{"answered_at", "asked_at", "score", "customer_id", "a"}
	for name, want := range map[string][]string{
		"answeredat": {"answered_at"},
		"answered":   {"answered_at"},
		"Score":      {"score"},
		"revenue":    nil,
		"b":          nil, // one letter is no likeness
		"tier":       nil,
		"scroe":      {"score"},
		"customer":   {"customer_id"},
	} {
		if got := Names(name, there); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

func TestDistance(t *testing.T) {
	if d := distance("kitten", "sitting"); d != 3 {
		t.Errorf("distance %d, want 3", d)
	}
}
