package measure

import (
	"math"
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

func labelled(label string) []Condition {
	return []Condition{{Column: "label", Operator: In, Values: []string{label}}}
}

// labels makes rows, so many of each label; "" is none.
func labels(counts map[string]int) []row {
	var rows []row
	for label, n := range counts {
		for range n {
			r := row{"label": label}
			if label == "" {
				r["label"] = nil
			}
			rows = append(rows, r)
		}
	}
	return rows
}

// The field's example: .30 observed, sensitivity .8, specificity .9 (domain.md).
func TestRoganGladenShare(t *testing.T) {
	m := &Share{Of: labelled("positive"), Classifier: &Classifier{Sensitivity: 0.8, Specificity: 0.9}}
	got := estimateRows(m, Setting{}, labels(map[string]int{"positive": 30, "other": 70}))
	near(t, "corrected", got.Value, 0.2/0.7)
	if math.Abs(*got.Value-0.2857143) > 5e-8 || got.Detail["observed"] != 0.3 || got.Method != methodRoganGladen {
		t.Errorf("%v, detail %v, %s", *got.Value, got.Detail, got.Method)
	}
	raw := interval.Wilson(0.3, 100, 0.95)
	interval95(t, "corrected", got, [2]float64{(raw.Lower - 0.1) / 0.7, (raw.Upper - 0.1) / 0.7})

	m.Classifier.Positives, m.Classifier.Negatives = 50, 80
	checked := estimateRows(m, Setting{}, labels(map[string]int{"positive": 30, "other": 70}))
	if *checked.Value != *got.Value || *checked.Upper-*checked.Lower <= *got.Upper-*got.Lower || checked.Method != methodLangReiczigel {
		t.Errorf("a classifier checked on few rows must widen the interval: %+v", checked)
	}
}

func TestCorrectionThatLeadsBelowZeroIsCutAndTold(t *testing.T) {
	m := &Share{Of: labelled("positive"), Classifier: &Classifier{Sensitivity: 0.8, Specificity: 0.9}}
	got := estimateRows(m, Setting{}, labels(map[string]int{"positive": 2, "other": 98}))
	if *got.Value != 0 || *got.Lower != 0 || len(m.Cautions(got)) != 1 {
		t.Errorf("%+v, cautions %q", got, m.Cautions(got))
	}
	if fine := estimateRows(m, Setting{}, labels(map[string]int{"positive": 30, "other": 70})); len(Cautions(m, fine)) != 0 {
		t.Error("a good fit is warned of")
	}
}

func TestNetShareIsANet(t *testing.T) {
	m := &Share{Of: labelled("positive"), Less: &Opposed{Of: labelled("negative")}}
	got := estimateRows(m, Setting{}, labels(map[string]int{"positive": 10, "neutral": 5, "negative": 5}))
	near(t, "net", got.Value, 25)
	nps := estimateRows(&NetPromoterScore{Score: "s"}, Setting{}, column("s", 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 7, 7, 7, 7, 7, 1, 1, 1, 1, 1))
	interval95(t, "net", got, [2]float64{*nps.Lower, *nps.Upper})
	if m.Describe().Unit != "points" || got.Detail["neither"] != 5 {
		t.Errorf("%+v, detail %v", m.Describe(), got.Detail)
	}
	gaps := estimateRows(m, Setting{}, labels(map[string]int{"positive": 2, "negative": 1, "": 1}))
	near(t, "net with a gap", gaps.Value, 25)
	if gaps.Detail["missing"] != 1 {
		t.Errorf("detail %v", gaps.Detail)
	}
}

func TestARowOfBothSidesIsOfNeither(t *testing.T) {
	m := &Share{
		Of:   []Condition{{Column: "s", Operator: AtLeast, Values: []string{"4"}}},
		Less: &Opposed{Of: []Condition{{Column: "s", Operator: AtMost, Values: []string{"4"}}}, Classifier: &Classifier{Sensitivity: 0.8, Specificity: 0.9}},
	}
	for _, keepAll := range []string{"", "customer"} {
		var rows []row
		for i, s := range []float64{5, 5, 5, 4, 4, 1, 1, 1, 5, 2} {
			rows = append(rows, row{"s": s, "customer": string(rune('a' + i/2))})
		}
		got := estimateRows(m, Setting{KeepAll: keepAll}, rows)
		near(t, "net", got.Value, 100*(0.4-(0.4-0.1)/0.7))
		if got.Detail["plus"] != 4 || got.Detail["minus"] != 4 || got.Detail["neither"] != 2 {
			t.Errorf("detail %v", got.Detail)
		}
		if keepAll == "" {
			continue
		}
		// By hand: y is 1, 0 and −1/.7 summed by customer a (2), b (1), c (−1/.7), d (−2/.7), e (1 − 1/.7).
		k := 1 / 0.7
		ys := []float64{2, 1, -k, -2 * k, 1 - k}
		mean, sum := (4-4*k)/10, 0.0
		for _, y := range ys {
			sum += (y - mean*2) * (y - mean*2)
		}
		half := 1.959963984540054 * math.Sqrt(5.0/4*sum) / 10 * 100
		near(t, "upper", got.Upper, *got.Value+half)
	}
}

// The field's example: C 20, m 3.9, eight reviews with 36 stars (domain.md).
func TestShrunkMean(t *testing.T) {
	m := &Aggregate{Function: Mean, Column: "s", Shrink: &Shrink{Towards: 3.9, Weight: 20, Scale: Scale{1, 5}}}
	got := estimateRows(m, Setting{}, append(column("s", 5, 5, 5, 5, 4, 4, 4, 4), row{"s": 9.0}, row{"s": nil}))
	near(t, "shrunk", got.Value, 114.0/28)
	if math.Abs(*got.Value-4.0714286) > 5e-8 || got.Detail["mean"] != 4.5 || got.N != 8 || got.Rejected[RejectedOutOfScale] != 1 {
		t.Errorf("%v, n %d, detail %v, rejected %v", *got.Value, got.N, got.Detail, got.Rejected)
	}
	// By hand: second moment (20·(1.1·2.9 + 3.9²) + 164)/28 = 19, so that the variance is (19 − (114/28)²)/29.
	half := 1.959963984540054 * math.Sqrt((19-114.0*114/28/28)/29)
	interval95(t, "shrunk", got, [2]float64{114.0/28 - half, 114.0/28 + half})
	if none := estimateRows(m, Setting{}, nil); none.Value != nil || none.Reason != NoRows {
		t.Errorf("no ratings are no value, whatever others got: %+v", none)
	}
}

func TestLabelSpecsThatContradictThemselves(t *testing.T) {
	of := labelled("positive")
	for want, spec := range map[string]Spec{
		"no better than chance":          {Share: &Share{Of: of, Classifier: &Classifier{Sensitivity: 0.5, Specificity: 0.5}}},
		"above 0 and be at most 1":       {Share: &Share{Of: of, Classifier: &Classifier{Sensitivity: 1.2, Specificity: 0.9}}},
		"go together":                    {Share: &Share{Of: of, Classifier: &Classifier{Sensitivity: 0.9, Specificity: 0.9, Positives: 3}}},
		"too few":                        {Share: &Share{Of: of, Classifier: &Classifier{Sensitivity: 0.95, Specificity: 0.1, Positives: 1, Negatives: 1000}}},
		"less.of has no condition":       {Share: &Share{Of: of, Less: &Opposed{}}},
		"shrink goes with Mean, without": {Aggregate: &Aggregate{Function: Mean, Column: "s", ClusterBy: "c", Shrink: &Shrink{3, 1, Scale{1, 5}}}},
		"shrink goes with Mean":          {Aggregate: &Aggregate{Function: Count, Shrink: &Shrink{3, 1, Scale{1, 5}}}},
		"outside the scale":              {Aggregate: &Aggregate{Function: Mean, Column: "s", Shrink: &Shrink{7, 1, Scale{1, 5}}}},
		"weight must be above zero":      {Aggregate: &Aggregate{Function: Mean, Column: "s", Shrink: &Shrink{3, 0, Scale{1, 5}}}},
	} {
		if _, err := Of(spec); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}
