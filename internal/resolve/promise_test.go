package resolve_test

import (
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

const waits = `
title: Answered within two days
theme: Time
owner: {team: support}
datasetRef: {name: support-survey}
measure: {share: {of: [{column: days, operator: AtMost, values: ["2"]}], direction: HigherIsBetter}}
period: {grain: Day, history: 60}
promise: {atLeast: 95%, over: 28d}
`

func TestPromise(t *testing.T) {
	replaced := func(pairs ...string) string {
		spec := strings.NewReplacer(pairs...).Replace(waits)
		if spec == waits && len(pairs) > 0 {
			t.Fatalf("nothing replaced: %q", pairs)
		}
		return spec
	}
	const share = `{share: {of: [{column: days, operator: AtMost, values: ["2"]}], direction: HigherIsBetter}}`
	for name, c := range map[string]struct {
		spec  string
		field string // of the problem; none if empty
		says  string
	}{
		"days":                  {spec: waits},
		"thirteen weeks":        {spec: replaced("grain: Day, history: 60", "grain: Week, history: 24", "28d", "13w")},
		"the same in days":      {spec: replaced("grain: Day, history: 60", "grain: Week, history: 24", "28d", "91d")},
		"conversion":            {spec: replaced(share, `{conversion: {entity: contact, base: {occurrence: Every}, outcome: {after: 1h}, within: 2d, direction: HigherIsBetter}}`)},
		"its maturity counts":   {spec: replaced(share, `{conversion: {entity: contact, base: {occurrence: Every}, outcome: {after: 1h}, within: 36h, direction: HigherIsBetter}}`, "history: 60", "history: 30"), field: "spec.period.history", says: "at least 31"},
		"top box":               {spec: replaced(share, `{customerSatisfaction: {score: s, scale: {min: 1, max: 5}, form: {topBox: {boxes: 2}}}}`, "period:", "responses: {entity: contact, keep: All}\nperiod:")},
		"less is better":        {spec: replaced("HigherIsBetter", "LowerIsBetter", "atLeast: 95%", "atMost: 2%")},
		"the wrong side":        {spec: replaced("atLeast: 95%", "atMost: 5%"), field: "spec.promise.atMost", says: "use atLeast"},
		"no share sign":         {spec: replaced("95%", `"0.95"`), field: "spec.promise.atLeast", says: "80%"},
		"no budget":             {spec: replaced("95%", "100%"), field: "spec.promise.atLeast", says: "leaves no budget"},
		"months":                {spec: replaced("grain: Day", "grain: Month"), field: "spec.promise", says: "spec.thresholds"},
		"overlapping":           {spec: replaced("history: 60", "history: 60, window: 7"), field: "spec.promise", says: "window to 1"},
		"too short":             {spec: replaced("28d", "7d"), field: "spec.promise.over", says: "at least 12"},
		"no whole periods":      {spec: replaced("28d", "36h"), field: "spec.promise.over", says: "whole number"},
		"half a week":           {spec: replaced("grain: Day, history: 60", "grain: Week, history: 24", "28d", "90d"), field: "spec.promise.over", says: "such as 13w"},
		"longer than kept":      {spec: replaced("history: 60", "history: 28"), field: "spec.period.history", says: "at least 29"},
		"history just enough":   {spec: replaced("history: 60", "history: 29")},
		"a mean":                {spec: replaced(share, `{aggregate: {function: Mean, column: days, direction: LowerIsBetter}}`), field: "spec.promise", says: "share of rows"},
		"a net":                 {spec: replaced("HigherIsBetter", "HigherIsBetter, less: {of: [{column: days, operator: Exists}]}"), field: "spec.promise", says: "less another"},
		"a classifier":          {spec: replaced("HigherIsBetter", "HigherIsBetter, classifier: {sensitivity: 90%, specificity: 90%}"), field: "spec.promise", says: "classifier"},
		"a quantile":            {spec: replaced(share, `{duration: {end: closed, form: {quantile: 90%}, open: Censor}}`), field: "spec.promise", says: "shareWithin"},
		"effort":                {spec: replaced(share, `{customerEffortScore: {version: V2, score: s, form: {share: {atLeast: 5}}}}`, "period:", "responses: {entity: contact, keep: All}\nperiod:")},
		"a mean of effort":      {spec: replaced(share, `{customerEffortScore: {version: V2, score: s, form: {mean: {}}}}`, "period:", "responses: {entity: contact, keep: All}\nperiod:"), field: "spec.promise", says: "share of rows"},
		"renewal":               {spec: replaced(share, `{renewal: {decision: {column: d, renewed: [R], lost: [L]}, grace: 2d}}`)},
		"renewal by value":      {spec: replaced(share, `{renewal: {decision: {column: d, renewed: [R], lost: [L]}, grace: 2d, value: eur, unit: EUR}}`), field: "spec.promise", says: "share of money"},
		"weighted":              {spec: replaced("period:", "responses: {entity: contact, keep: Latest}\nweighting: {column: w}\nperiod:"), field: "spec.promise", says: "no counts"},
		"without any time left": {spec: replaced("over: 28d", "over: 0d"), field: "spec.promise.over", says: "at least 12"},
	} {
		t.Run(name, func(t *testing.T) {
			found, problems := resolve.CPI(cpi(t, c.spec), resolve.Context{Dataset: survey, Source: crm})
			if c.field == "" {
				if len(problems) > 0 {
					t.Errorf("%s", problems)
				} else if resolve.PromiseTerms(cpi(t, c.spec).Spec.Promise, found) == nil {
					t.Error("no terms")
				}
				return
			}
			for _, p := range problems {
				if p.Field == c.field && strings.Contains(p.Message, c.says) {
					return
				}
			}
			t.Errorf("problems %q, want %s saying %q", problems, c.field, c.says)
		})
	}
}

func TestPromiseTerms(t *testing.T) {
	definition := cpi(t, waits)
	found, _ := resolve.CPI(definition, resolve.Context{Dataset: survey, Source: crm})
	terms := resolve.PromiseTerms(definition.Spec.Promise, found)
	if terms == nil || terms.Allowed != 0.05 || terms.Periods != 28 || terms.Confidence != 0.95 {
		t.Errorf("%+v", terms)
	}
	before := found.RequestHash
	definition.Spec.Promise = nil
	found, _ = resolve.CPI(definition, resolve.Context{Dataset: survey, Source: crm})
	if resolve.PromiseTerms(nil, found) != nil || found.RequestHash != before {
		t.Error("a promise changes the formula")
	}
}

// Churn AverageBase is a rate: it can exceed what was there.
func TestPromiseOfChurn(t *testing.T) {
	const churn = `
title: Churn
theme: Loyalty
owner: {team: retention}
datasetRef: {name: spells}
measure: {churn: {entity: account, definition: OpeningCohort}}
period: {grain: Week, history: 24}
promise: {atMost: 1%, over: 13w}
`
	if _, problems := resolve.CPI(cpi(t, churn), resolve.Context{Dataset: spells, Source: crm}); len(problems) > 0 {
		t.Errorf("%s", problems)
	}
	average := strings.Replace(churn, "OpeningCohort", "AverageBase", 1)
	if _, problems := resolve.CPI(cpi(t, average), resolve.Context{Dataset: spells, Source: crm}); !strings.Contains(problems.String(), "take OpeningCohort") {
		t.Errorf("%s", problems)
	}
}
