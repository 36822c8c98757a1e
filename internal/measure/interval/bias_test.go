package interval

import "testing"

func TestRoganGladen(t *testing.T) {
	want := read[struct {
		RoganGladen float64 `json:"rogan_gladen"`
	}](t, "..", "testdata", "rates_controls.json").RoganGladen
	got, ok := RoganGladen(Share{30, 100}, 0.8, 0.9, 0.95)
	if !ok || got.Cut {
		t.Fatalf("%+v", got)
	}
	near(t, "value", got.Value, want, 1e-14)

	for _, c := range fromR(t).Misclassified {
		got, _ := RoganGladen(Share{c.Hits, c.N}, c.SE, c.SP, 0.95)
		near(t, "value", got.Value, c.Value, 1e-13)
		same(t, "interval", got.Interval, pair(Interval(c.Interval).Clamp(0, 1)), 1e-12)
	}
	if got, ok := RoganGladen(Share{30, 100}, 0.5, 0.5, 0.95); ok || got.Interval != None() {
		t.Errorf("a classifier by chance: %+v", got)
	}
	if got, ok := RoganGladen(Share{2, 100}, 0.8, 0.9, 0.95); !ok || !got.Cut || got.Value != 0 || got.Interval.Lower != 0 {
		t.Errorf("fewer hits than false ones: %+v", got)
	}
	perfect, _ := RoganGladen(Share{30, 100}, 1, 1, 0.95)
	same(t, "a perfect classifier", perfect.Interval, pair(Wilson(0.3, 100, 0.95)), 1e-15)
}

// The examples of Lang and Reiczigel (2014), in the digits they print.
func TestRoganGladenEstimated(t *testing.T) {
	for name, c := range map[string]struct {
		observed, se, sp Share
		lower, upper     float64
		cut              bool
	}{
		"1":           {Share{4060, 11284}, Share{178, 179}, Share{358, 359}, 0.349, 0.372, false},
		"2":           {Share{51, 2971}, Share{32, 33}, Share{20, 20}, 0, 0.053, false},
		"3":           {Share{711.72, 11862}, Share{8, 10}, Share{12, 12}, 0, 0.147, false},
		"4, human":    {Share{259, 509}, Share{84, 127}, Share{96, 109}, 0.585, 0.866, false},
		"4, other":    {Share{51, 509}, Share{23, 41}, Share{187, 195}, 0.037, 0.195, false},
		"below false": {Share{1, 100}, Share{18, 20}, Share{18, 20}, 0, 0.030, true},
	} {
		got, ok := RoganGladenEstimated(c.observed, c.se, c.sp, 0.95)
		if !ok || got.Cut != c.cut {
			t.Errorf("%s: %+v, %t", name, got, ok)
		}
		near(t, name+" lower", got.Interval.Lower, c.lower, 0.0005)
		near(t, name+" upper", got.Interval.Upper, c.upper, 0.0005)
	}
	for _, useless := range [][2]Share{{{5, 10}, {5, 10}}, {{}, {9, 10}}, {{9, 10}, {}}} {
		if got, ok := RoganGladenEstimated(Share{30, 100}, useless[0], useless[1], 0.95); ok || got.Interval != None() {
			t.Errorf("%v: %+v", useless, got)
		}
	}
	// The more is known of the classifier, the closer to knowing it exactly.
	known, _ := RoganGladen(Share{300, 1000}, 0.8, 0.9, 0.95)
	many, _ := RoganGladenEstimated(Share{300, 1000}, Share{8e8, 1e9}, Share{9e8, 1e9}, 0.95)
	few, _ := RoganGladenEstimated(Share{300, 1000}, Share{80, 100}, Share{90, 100}, 0.95)
	near(t, "lower", many.Interval.Lower, known.Interval.Lower, 1e-3)
	near(t, "upper", many.Interval.Upper, known.Interval.Upper, 1e-3)
	if few.Interval.Lower >= known.Interval.Lower || few.Interval.Upper <= known.Interval.Upper {
		t.Errorf("estimated %v, known %v", few.Interval, known.Interval)
	}
}

func TestShrink(t *testing.T) {
	want := read[struct {
		Rating struct{ C, M, N, Sum, Shrunk float64 } `json:"bayes_rating"`
	}](t, "..", "testdata", "rates_controls.json").Rating
	// Eight ratings that add up to 36: four 4s and four 5s.
	prior := Prior{Weight: want.C, Mean: want.M, Variance: 1.19}
	got := prior.Shrink(want.N, want.Sum, 4*16+4*25, 0.95)
	near(t, "value", got.Value, want.Shrunk, 1e-14)
	// A Dirichlet prior of weight 20 over 1…5 stars with shares .05 .05 .2 .35 .35, hence mean 3.9 and variance 1.19. The
	// posterior's covariance matrix gives the mean this standard deviation; of 2 million draws by scipy it is 0.18502.
	const sd = 0.18522101980808606
	near(t, "lower", got.Interval.Lower, want.Shrunk-1.959963984540054*sd, 1e-12)
	near(t, "upper", got.Interval.Upper, want.Shrunk+1.959963984540054*sd, 1e-12)

	none := prior.Shrink(0, 0, 0, 0.95)
	near(t, "without ratings", none.Value, 3.9, 1e-15)
	many := prior.Shrink(1e6, 4.5e6, 1e6*20.5, 0.95)
	near(t, "with many", many.Value, 4.5, 1e-5)
	if many.Interval.Upper-many.Interval.Lower > 0.01 || none.Interval.Upper-none.Interval.Lower < 0.5 {
		t.Errorf("many %v, none %v", many.Interval, none.Interval)
	}
	near(t, "largest variance", LargestVariance(3.9, 1, 5), 3.19, 1e-12)
}
