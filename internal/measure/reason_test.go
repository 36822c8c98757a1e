package measure

import "testing"

// A model that cannot be fitted says why in words, as every other reason does (internal/cli reads those in the source).
func TestRefusalsHaveWords(t *testing.T) {
	for _, refusal := range refusals {
		if refusal.Words() == "" {
			t.Errorf("%s has no words", refusal)
		}
	}
}
