package envtest

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

const validScorecard = header + `kind: Scorecard
metadata: {name: board}
spec:
  title: What customers get, and what follows
  audience: The board
  objective: Grow with the customers we have
  owner: {team: strategy}
  departments: [Support, Sales]
  members:
  - {cpiRef: {name: support-nps}, weight: 2, guardrail: true}
  - {cpiRef: {name: renewal}, weight: "0.5"}
  - {kpiRef: {name: renewal}}
  review: {every: 90d, lastReviewed: "2026-10-01"}
`

func TestScorecardIsAcceptedAndStartsUnobserved(t *testing.T) {
	object, err := apply(t, validScorecard) // a CPI and a KPI may have one name
	if err != nil {
		t.Fatal(err)
	}
	if generation, _, _ := unstructured.NestedInt64(object.Object, "status", "observedGeneration"); generation != -1 {
		t.Errorf("observedGeneration = %v, want -1 so that nobody takes it for ready", generation)
	}
}

func TestWrongScorecardsAreRefused(t *testing.T) {
	var many strings.Builder
	for range 65 {
		many.WriteString("  - {cpiRef: {name: x}}\n")
	}
	for _, tc := range []struct{ name, old, new, want string }{
		{"no member", validScorecard[strings.Index(validScorecard, "  members:"):strings.Index(validScorecard, "  review:")], "  members: []\n", "spec.members"},
		{"too many members", "  review:", many.String() + "  review:", "spec.members"},
		{"no audience", "  audience: The board\n", "", "spec.audience"},
		{"no owner", "  owner: {team: strategy}\n", "", "spec.owner"},
		{"neither CPI nor KPI", "{kpiRef: {name: renewal}}", "{weight: 2}", "exactly one of the fields in [cpiRef kpiRef]"},
		{"both", "{kpiRef: {name: renewal}}", "{kpiRef: {name: renewal}, cpiRef: {name: x}}", "exactly one of the fields in [cpiRef kpiRef]"},
		{"a CPI twice", "{kpiRef: {name: renewal}}", "{cpiRef: {name: renewal}}", "a CPI may stand only once"},
		{"a KPI twice", "{cpiRef: {name: renewal}, weight: \"0.5\"}", "{kpiRef: {name: renewal}}", "a KPI may stand only once"},
		{"a department twice", "[Support, Sales]", "[Support, Support]", "spec.departments"},
		{"no weight at all", "weight: 2", "weight: 0", "above zero"},
		{"no weight in words", `"0.5"`, `"0.0"`, "above zero"},
		{"a negative weight", "weight: 2", "weight: -1", "above zero"},
		{"a share as weight", "weight: 2", "weight: 20%", "above zero"},
		{"a time as weight", "weight: 2", "weight: 20d", "above zero"},
		{"a KPI as guardrail", "{kpiRef: {name: renewal}}", "{kpiRef: {name: renewal}, guardrail: true}", "it goes with cpiRef"},
		{"name too long", "name: board", "name: " + strings.Repeat("a", 53), "at most 52"},
		{"a score", "  review:", "  score: 80\n  review:", "unknown field"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if !strings.Contains(validScorecard, tc.old) {
				t.Fatalf("%q is not in the base", tc.old)
			}
			_, err := apply(t, strings.Replace(validScorecard, tc.old, tc.new, 1))
			if err == nil {
				t.Fatal("was accepted")
			}
			if !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %q lacks %q", err, tc.want)
			}
		})
	}
}
