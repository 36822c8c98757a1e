package resolve_test

import (
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

// around is a definition with a measure, and more lines.
func around(measure string, more ...string) string {
	return "title: T\ntheme: Value\nowner: {team: t}\ndatasetRef: {name: support-survey}\nmeasure: " + measure + "\n" +
		strings.Join(append([]string{"period: {grain: Month}"}, more...), "\n") + "\n"
}

func problemsOf(t *testing.T, spec string) (plan.Indicator, resolve.Problems) {
	t.Helper()
	return resolve.CPI(cpi(t, spec), resolve.Context{Dataset: survey, Source: crm})
}

const (
	savings = `{ratio: {numerator: {column: saved}, denominator: {column: list}, format: Percent, preset: MoneySaved}}`
	keptBy  = `responses: {entity: contact, keep: Latest}`
	keepAll = `responses: {entity: contact, keep: All}`
	asked   = `{index: {items: [{column: b, weight: 60%}, {column: a, weight: 40%, scale: {min: 1, max: 5}}], scale: {min: 1, max: 10}}}`
	stars   = `{aggregate: {function: Mean, column: stars, shrink: {towards: "3.9", weight: 20, scale: {min: 1, max: 5}}, preset: ReviewRating}}`
	moods   = `{share: {of: [{column: l, operator: In, values: [good]}], less: {of: [{column: l, operator: In, values: [bad]}], classifier: {sensitivity: 70%, specificity: 90%}}, preset: Sentiment}}`
	given   = `{precomputed: {value: v, lower: lo, upper: hi, sampleSize: answers, format: Percent, preset: Churn}}`
)

func TestAPresetBringsDirectionAndUnit(t *testing.T) {
	for spec, want := range map[string][2]string{
		around(savings): {"HigherIsBetter", "ratio"},
		around(stars):   {"HigherIsBetter", "stars"},
		around(moods):   {"HigherIsBetter", "points"},
		around(given):   {"LowerIsBetter", "ratio"},
		around(`{aggregate: {function: Mean, column: x, preset: StepsPerCase}}`):                                    {"LowerIsBetter", "steps"},
		around(`{aggregate: {function: Mean, column: x, unit: pages, preset: StepsPerCase}}`):                       {"LowerIsBetter", "pages"},
		around(`{duration: {end: done, form: {quantile: 50%}, open: Censor, preset: ResolutionTime}}`):              {"LowerIsBetter", "seconds"},
		around(`{duration: {end: done, form: {shareWithin: 4h}, open: Exclude, preset: FirstResponseTime}}`):        {"HigherIsBetter", "ratio"},
		around(`{share: {of: [{column: x, operator: Exists}], preset: CustomerReturn, direction: HigherIsBetter}}`): {"HigherIsBetter", "ratio"},
		around(`{ratio: {numerator: {column: a}, denominator: {column: b}, unit: EUR, preset: AcquisitionCost}}`):   {"LowerIsBetter", "EUR"},
		around(`{ratio: {numerator: {column: a}, denominator: {column: b}, preset: ContactsPerCase}}`):              {"LowerIsBetter", "contacts"},
		around(`{precomputed: {value: v, unit: EUR, preset: Revenue}}`, "quality: {minSegmentSize: 1}"):             {"HigherIsBetter", "EUR"},
	} {
		got, problems := problemsOf(t, spec)
		if len(problems) > 0 {
			t.Errorf("%s: %v", spec, problems)
			continue
		}
		family, err := measure.Of(got.Measure)
		if err != nil {
			t.Fatal(err)
		}
		if d := family.Describe(); string(d.Direction) != want[0] || d.Unit != want[1] {
			t.Errorf("%s: %s, %q; want %v", spec, d.Direction, d.Unit, want)
		}
	}
}

func TestAPresetChangesNoHash(t *testing.T) {
	with, _ := problemsOf(t, around(savings))
	without, _ := problemsOf(t, around(strings.Replace(savings, "preset: MoneySaved", "direction: HigherIsBetter", 1)))
	if with.RequestHash != without.RequestHash {
		t.Error("a direction that the preset brings is another formula than the same one declared")
	}
}

func TestProblemsOfPresetsAndNewFamilies(t *testing.T) {
	for _, c := range []struct{ spec, old, new, field, message string }{
		{around(savings), "MoneySaved", "MoneySavd", "spec.measure.ratio.preset", `did you mean MoneySaved?`},
		{around(savings), "MoneySaved", "Weather", "spec.measure.ratio.preset", "presets of ratio are"},
		{around(savings), "MoneySaved", "Sentiment", "spec.measure.ratio.preset", "Sentiment is measured by share, not by ratio; presets of ratio are AcquisitionCost"},
		{around(savings), "preset: MoneySaved", "preset: MoneySaved, direction: LowerIsBetter", "spec.measure.ratio.preset", "MoneySaved is HigherIsBetter, but direction says LowerIsBetter"},
		{around(savings), ", preset: MoneySaved", "", "spec.measure.ratio.direction", "required unless a preset"},
		{around(asked, keptBy), "40%", "50%", "spec.measure.index.items", "add up to 110%"},
		{around(asked, keptBy), ", scale: {min: 1, max: 10}}}", "}}", "spec.measure.index.items[0].scale", "give it a scale"},
		{around(asked, keptBy), "60%", "160%", "spec.measure.index.items[0].weight", "between 0.01% and 100%"},
		{around(asked, keptBy), "\n" + keptBy, "", "spec.responses", "a survey score must say"},
		{around(stars), `"3.9"`, "39%", "spec.measure.aggregate.shrink.towards", "plain number"},
		{around(stars), `"3.9"`, `"5.5"`, "spec.measure.aggregate.shrink.towards", "outside the scale"},
		{around(stars, keepAll), "", "", "spec.responses.keep", "choose Latest or First"},
		{around(moods), "70%", "5%", "spec.measure.share.less.classifier", "no better than chance"},
		{around(moods), "70%", "0.7", "spec.measure.share.less.classifier.sensitivity", "must be a percentage"},
		{around(moods, "thresholds: {warning: 10%}"), "", "", "spec.thresholds.warning", "plain number"},
		{around(given, "thresholds: {warning: 10}"), "", "", "spec.thresholds.warning", "percentage"},
		{around(given), "{grain: Month}", "{grain: Month, window: 3}", "spec.period.window", "cannot be joined"},
		{around(given, keptBy), "", "", "spec.responses", "nobody's response"},
		{around(given, "breakdowns: [{by: [region]}]"), ", sampleSize: answers", "", "spec.measure.precomputed.sampleSize", "minSegmentSize: 1"},
	} {
		if !strings.Contains(c.spec, c.old) {
			t.Fatalf("%q is not in %s", c.old, c.spec)
		}
		_, problems := problemsOf(t, strings.Replace(c.spec, c.old, c.new, 1))
		found := false
		for _, p := range problems {
			found = found || p.Field == c.field && strings.Contains(p.Message, c.message)
		}
		if !found || len(problems) != 1 {
			t.Errorf("%s → %s:\n%v\nwant only %s: …%s…", c.spec, c.new, problems, c.field, c.message)
		}
	}
}

func TestIndexItemsAreWeighedAlikeInAnyOrder(t *testing.T) {
	first, problems := problemsOf(t, around(asked, keptBy))
	second, _ := problemsOf(t, around(`{index: {items: [{column: a, weight: 40%, scale: {min: 1, max: 5}}, {column: b, weight: 60%}], scale: {min: 1, max: 10}, preset: CustomerSatisfactionIndex}}`, keptBy))
	if len(problems) > 0 || first.RequestHash != second.RequestHash {
		t.Errorf("%v; %s and %s", problems, first.RequestHash, second.RequestHash)
	}
	equal, _ := problemsOf(t, around(`{index: {items: [{column: a}, {column: b}, {column: c}], scale: {min: 1, max: 10}}}`, keptBy))
	if _, err := measure.Of(equal.Measure); err != nil || equal.Measure.Index.Items[2].Weight != 1.0/3 {
		t.Errorf("%v, %+v", err, equal.Measure.Index)
	}
}
