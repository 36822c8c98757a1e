// Package cases runs real teams' definitions on rows made for them and compares every number with what was
// computed apart from the operator; see README.md.
package cases

import (
	"encoding/json"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// expected is expected.json, as far as it is compared.
type expected struct {
	Datasets    map[string]expectedDataset    `json:"datasets"`
	Definitions map[string]expectedDefinition `json:"definitions"`
	Targets     map[string][]expectedVerdict  `json:"targets"`
	Links       map[string]expectedLink       `json:"links"`
	Violations  map[string]struct {
		Dataset        string `json:"dataset"`
		DuplicatedKeys int64  `json:"duplicatedKeys"`
		Rows           int64  `json:"rows"`
	} `json:"violations"`
}

type expectedDataset struct {
	RowsRead  int64            `json:"rowsRead"`
	Dropped   map[string]int64 `json:"dropped"`
	Watermark time.Time        `json:"watermark"`
	Fresh     bool             `json:"fresh"`
}

type expectedDefinition struct {
	LatestMature string                                `json:"latestMature"`
	Periods      []expectedPeriod                      `json:"periods"`
	Segments     map[string]map[string]expectedSegment `json:"segments"`
	// Tolerance of fitted numbers; of others 0.
	Tolerance float64 `json:"tolerance"`
	// FewAnswers of those invited; nil where no response rate is asked for.
	FewAnswers *bool `json:"fewAnswers"`
	// FiscalYear adds up the months of a year that is not the calendar's.
	FiscalYear *struct {
		From, To string
		Total    float64
	} `json:"fiscalYear"`
}

type expectedPeriod struct {
	Label string     `json:"label"`
	Start time.Time  `json:"start"`
	End   time.Time  `json:"end"`
	State plan.State `json:"state"`
	expectedValue
	Waterfall map[string]int64 `json:"waterfall"`
	Responded *plan.Responded  `json:"responded"`
}

type expectedSegment struct {
	expectedValue
	Suppressed bool `json:"suppressed"`
}

type expectedValue struct {
	Flag        plan.Flag          `json:"flag"`
	Reason      string             `json:"reason"` // why there is no value, where it is asked for
	Value       *float64           `json:"value"`
	Lower       *float64           `json:"lower"`
	Upper       *float64           `json:"upper"`
	N           int64              `json:"n"`
	Numerator   *float64           `json:"numerator"`
	Denominator *float64           `json:"denominator"`
	Entities    *int64             `json:"entities"`
	EffectiveN  *float64           `json:"effectiveN"`
	Worst       *float64           `json:"worst"`
	Best        *float64           `json:"best"`
	Detail      map[string]float64 `json:"detail"`
	Rejected    map[string]int64   `json:"rejected"`

	tolerance float64
}

func readExpected(t *testing.T) expected {
	t.Helper()
	var want expected
	content, err := os.ReadFile("expected.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &want); err != nil {
		t.Fatal(err)
	}
	for _, definition := range want.Definitions {
		for i := range definition.Periods {
			definition.Periods[i].tolerance = definition.Tolerance
		}
	}
	return want
}

func TestCasesReadAsComputedElsewhere(t *testing.T) { onEveryStore(t, casesReadAsComputedElsewhere) }

func casesReadAsComputedElsewhere(t *testing.T, load loader) {
	want := readExpected(t)
	got := computeAll(t, load(t), now)
	for _, key := range slices.Sorted(maps.Keys(want.Definitions)) {
		t.Run(key, func(t *testing.T) {
			result, ok := got.results[key]
			if !ok || result.Failure != nil {
				t.Fatalf("no numbers: %+v", result.Failure)
			}
			compare(t, want.Definitions[key], result.Numbers)
		})
	}
	compareTargets(t, want.Targets, got)
	compareLinks(t, want, got)
	for key := range got.results {
		_, link := want.Links[key]
		if _, ok := want.Definitions[key]; !ok && !link {
			t.Errorf("%s has no expected answer", key)
		}
	}
}

func compare(t *testing.T, want expectedDefinition, got *plan.Numbers) {
	t.Helper()
	shown := got.Periods[max(0, len(got.Periods)-len(want.Periods)):]
	for i, w := range want.Periods {
		g := shown[i]
		if g.Label != w.Label || !g.Start.Equal(w.Start) || !g.End.Equal(w.End) {
			t.Errorf("period %d is %s [%s, %s), want %s [%s, %s)", i, g.Label, g.Start, g.End, w.Label, w.Start, w.End)
			continue
		}
		if final(g.State) != final(w.State) {
			t.Errorf("%s is %s, want %s", w.Label, g.State, w.State)
		}
		compareValue(t, w.Label, w.expectedValue, g)
		if w.Responded != nil && (g.Responded == nil || *g.Responded != *w.Responded) {
			t.Errorf("%s: %+v responded, want %+v", w.Label, g.Responded, *w.Responded)
		}
		if w.Label == want.LatestMature && w.Waterfall != nil {
			compareWaterfall(t, w.Waterfall, got.Waterfall)
		}
	}
	compareSegments(t, want, got)
	if want.FewAnswers != nil {
		few := slices.ContainsFunc(got.Warnings, func(s string) bool { return strings.Contains(s, "invitations of the period shown were answered") })
		if few != *want.FewAnswers {
			t.Errorf("warnings %q, want few answers: %v", got.Warnings, *want.FewAnswers)
		}
	}
	if year := want.FiscalYear; year != nil {
		var total float64
		for _, p := range got.Periods {
			if p.Label >= year.From && p.Label <= year.To {
				total += *p.Value
			}
		}
		if !near(year.Total, total, digits) {
			t.Errorf("%s to %s: %v in all, want %v", year.From, year.To, total, year.Total)
		}
	}
}

// final makes no difference between mature and settled: the answers know no settling.
func final(s plan.State) plan.State {
	if s == plan.Settled {
		return plan.Mature
	}
	return s
}

func compareValue(t *testing.T, where string, want expectedValue, got plan.PeriodResult) {
	t.Helper()
	if got.Flag != want.Flag {
		t.Errorf("%s: flag %q, want %q", where, got.Flag, want.Flag)
	}
	if want.Reason != "" && string(got.Reason) != want.Reason {
		t.Errorf("%s: no value because of %q, want %q", where, got.Reason, want.Reason)
	}
	if got.N != want.N {
		t.Errorf("%s: n %d, want %d", where, got.N, want.N)
	}
	for _, c := range []struct {
		name      string
		want, got *float64
		always    bool
	}{
		{"value", want.Value, got.Value, true}, {"lower", want.Lower, got.Lower, true}, {"upper", want.Upper, got.Upper, true},
		{"numerator", want.Numerator, got.Numerator, want.N > 0}, {"denominator", want.Denominator, got.Denominator, want.N > 0},
		{"effectiveN", want.EffectiveN, got.EffectiveN, false}, {"worst", want.Worst, got.Worst, false}, {"best", want.Best, got.Best, false},
	} {
		if c.want == nil && !c.always {
			continue
		}
		if (c.want == nil) != (c.got == nil) || c.want != nil && !near(*c.want, *c.got, max(digits, want.tolerance)) {
			t.Errorf("%s: %s %v, want %v", where, c.name, text(c.got), text(c.want))
		}
	}
	if want.Entities != nil && (got.Entities == nil || *got.Entities != *want.Entities) {
		t.Errorf("%s: entities %v, want %d", where, got.Entities, *want.Entities)
	}
	for name, w := range want.Detail {
		if g := got.Detail[name]; !near(w, g, max(digits, want.tolerance)) {
			t.Errorf("%s: %s %v, want %v", where, name, g, w)
		}
	}
	if want.Rejected == nil {
		return
	}
	rejected := map[string]int64{}
	for reason, n := range got.Rejected {
		rejected[string(reason)] = n
	}
	if !maps.Equal(rejected, want.Rejected) {
		t.Errorf("%s: rejected %v, want %v", where, rejected, want.Rejected)
	}
}

// compareWaterfall compares the steps that are about one period: the result's first steps are about the whole dataset.
func compareWaterfall(t *testing.T, want map[string]int64, got []plan.Waterstep) {
	t.Helper()
	steps := map[string]int64{}
	for _, step := range got {
		steps[step.Step] = step.Rows
	}
	for step, rows := range want {
		if step == "read" || strings.HasPrefix(step, "filter/") {
			continue
		}
		if steps[step] != rows {
			t.Errorf("waterfall: %s %d, want %d", step, steps[step], rows)
		}
	}
}

func compareSegments(t *testing.T, want expectedDefinition, got *plan.Numbers) {
	t.Helper()
	told := map[string]plan.SegmentResult{}
	for _, segment := range got.Segments {
		value := "(none)"
		if segment.Values[0] != nil {
			value = *segment.Values[0]
		}
		told[segment.By[0]+"="+value] = segment
	}
	suppressed := 0
	for by, values := range want.Segments {
		for value, w := range values {
			key := by + "=" + value
			g, ok := told[key]
			delete(told, key)
			switch {
			case w.Suppressed:
				suppressed++
				if ok {
					t.Errorf("segment %s of %d is told, it must be suppressed", key, w.N)
				}
			case !ok:
				t.Errorf("segment %s of %d is missing", key, w.N)
			default:
				if g.Current.Label != want.LatestMature {
					t.Errorf("segment %s is of %s, want %s", key, g.Current.Label, want.LatestMature)
				}
				compareValue(t, key, w.expectedValue, g.Current)
			}
		}
	}
	if len(told) > 0 {
		t.Errorf("segments that nobody expects: %v", slices.Collect(maps.Keys(told)))
	}
	if got.SuppressedSegments != suppressed {
		t.Errorf("%d segments suppressed, want %d", got.SuppressedSegments, suppressed)
	}
}

// digits that an exact number shares with the oracle's.
const digits = 1e-9

func near(want, got, tolerance float64) bool {
	return math.Abs(want-got) <= tolerance*max(1, math.Abs(want))
}

func text(number *float64) any {
	if number == nil {
		return "none"
	}
	return *number
}

func TestDatasetsReadAsCountedElsewhere(t *testing.T) {
	onEveryStore(t, datasetsReadAsCountedElsewhere)
}

func datasetsReadAsCountedElsewhere(t *testing.T, load loader) {
	want := readExpected(t)
	got := computeAll(t, load(t), now)
	m := readManifests(t)
	datasetOf := m.datasets()
	for key, result := range got.results {
		if datasetOf[key] == "" {
			continue // a composite reads none
		}
		w := want.Datasets[datasetOf[key]]
		numbers := result.Numbers
		steps := map[string]int64{}
		for _, step := range numbers.Waterfall {
			steps[step.Step] = step.Rows
		}
		if steps["read"] != w.RowsRead {
			t.Errorf("%s: read %d rows, want %d", key, steps["read"], w.RowsRead)
		}
		for step, rows := range w.Dropped {
			if steps[step] != rows {
				t.Errorf("%s: %s %d, want %d", key, step, steps[step], rows)
			}
		}
		if numbers.Watermark == nil || !numbers.Watermark.Equal(w.Watermark) {
			t.Errorf("%s: watermark %v, want %v", key, numbers.Watermark, w.Watermark)
		}
		stale := slices.ContainsFunc(numbers.Warnings, func(s string) bool { return strings.HasPrefix(s, "Nothing was loaded after") })
		if stale == w.Fresh {
			t.Errorf("%s: warnings %q, want fresh %v", key, numbers.Warnings, w.Fresh)
		}
	}
}

func TestBrokenKeysAreErrorsNotBiggerNumbers(t *testing.T) {
	onEveryStore(t, brokenKeysAreErrorsNotBiggerNumbers)
}

func brokenKeysAreErrorsNotBiggerNumbers(t *testing.T, load loader) {
	for file, want := range readExpected(t).Violations {
		t.Run(file, func(t *testing.T) {
			got := computeAll(t, load(t, file), now)
			for key, dataset := range readManifests(t).datasets() {
				check(t, got.results[key], dataset == want.Dataset)
			}
		})
	}
}

func check(t *testing.T, result plan.Result, broken bool) {
	t.Helper()
	switch {
	case broken && (result.Failure == nil || result.Failure.Reason != plan.PrimaryKeyViolated):
		t.Errorf("%s: %+v, want PrimaryKeyViolated", result.Key, result.Failure)
	case !broken && result.Failure != nil:
		t.Errorf("%s is harmed: %+v", result.Key, result.Failure)
	}
}

func TestSameRowsGiveTheSameBytes(t *testing.T) { onEveryStore(t, sameRowsGiveTheSameBytes) }

func sameRowsGiveTheSameBytes(t *testing.T, load loader) {
	rows := load(t)
	first, second := computeAll(t, rows, now), computeAll(t, rows, now)
	for key, content := range first.bytes {
		if second.bytes[key] != content {
			t.Errorf("%s differs between two runs:\n%s\n%s", key, content, second.bytes[key])
		}
	}
}
