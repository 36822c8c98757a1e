package measure

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var testNow = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

// everySpec is one of each variant.
func everySpec() map[string]Spec {
	specs := map[string]Spec{
		"nps":           {NetPromoterScore: &NetPromoterScore{Score: "s"}},
		"share":         {Share: &Share{Of: []Condition{{Column: "c", Operator: In, Values: []string{"y"}}, {Column: "s", Operator: AtLeast, Values: []string{"2"}}}, Direction: HigherIsBetter}},
		"count":         {Aggregate: &Aggregate{Function: Count}},
		"ratio":         {Ratio: &Ratio{Numerator: "s", Denominator: "x"}},
		"ratio by c":    {Ratio: &Ratio{Numerator: "s", Denominator: "x", ClusterBy: "customer"}},
		"retention":     {Retention: &Retention{Entity: "customer"}},
		"renewal":       {Renewal: &Renewal{Decision: "c", Renewed: []string{"y"}, Lost: []string{"n"}, NotDue: []string{"m"}, DecidedAt: "d", Grace: 240 * time.Hour}},
		"renewal value": {Renewal: &Renewal{Decision: "c", Renewed: []string{"y"}, Lost: []string{"n"}, Grace: 240 * time.Hour, Value: "x"}},
		"net":           {Share: &Share{Of: []Condition{{Column: "s", Operator: AtLeast, Values: []string{"6"}}}, Less: &Opposed{Of: []Condition{{Column: "s", Operator: AtMost, Values: []string{"3"}}}}}},
		"shrunk":        {Aggregate: &Aggregate{Function: Mean, Column: "s", Shrink: &Shrink{Towards: 6, Weight: 5, Scale: Scale{Min: 0, Max: 10}}}},
		"index":         {Index: &Index{Items: []IndexItem{{Column: "s", Weight: 0.25, Scale: Scale{Min: 0, Max: 10}}, {Column: "x", Weight: 0.75, Scale: Scale{Min: 0, Max: 100}}}}},
	}
	for name, exposure := range map[string]Exposure{"rows": {Column: "x"}, "rows elsewhere": {Dataset: "orders"}, "elsewhere": {Dataset: "orders", Column: "y"}} {
		specs["rate per "+name] = Spec{Rate: &Rate{Exposure: exposure, Per: 1000, Direction: LowerIsBetter}}
		specs["rate of s per "+name] = Spec{Rate: &Rate{Events: "s", Exposure: exposure, Direction: LowerIsBetter}}
	}
	for _, occurrence := range []Occurrence{First, FirstInPeriod, Every} {
		for _, absent := range []bool{false, true} {
			specs[fmt.Sprint("conversion ", occurrence, absent)] = Spec{Conversion: &Conversion{Entity: "customer", Occurrence: occurrence, Within: 720 * time.Hour, Outcome: Outcome{Absent: absent}}}
		}
	}
	for _, form := range []CSATForm{CSATTopBox, CSATMean, CSATRescaled, CSATNet, CSATBinary} {
		specs["csat "+string(form)] = Spec{CustomerSatisfaction: &CustomerSatisfaction{Score: "s", Scale: Scale{Min: 1, Max: 5}, Form: form, Boxes: 2}}
	}
	for _, version := range []CESVersion{CESV1, CESV2} {
		for _, form := range []CESForm{CESMean, CESShare, CESNet} {
			specs["ces "+string(version)+string(form)] = Spec{CustomerEffortScore: &CustomerEffortScore{Score: "s", Version: version, Form: form, Bound: 3}}
		}
	}
	for _, function := range []Function{Sum, Mean} {
		specs[string(function)] = Spec{Aggregate: &Aggregate{Function: function, Column: "x"}}
		specs[string(function)+" by c"] = Spec{Aggregate: &Aggregate{Function: function, Column: "x", ClusterBy: "customer"}}
	}
	for _, definition := range []ChurnDefinition{OpeningCohort, AllLostOverOpening, AverageBase, Hazard} {
		specs["churn "+string(definition)] = Spec{Churn: &Churn{Entity: "customer", Definition: definition}}
	}
	for _, open := range []OpenCases{Exclude, CountAsMissedAfterLimit} {
		specs["within "+string(open)] = Spec{Duration: &Duration{End: "d", Form: DurationShareWithin, Limit: 48 * time.Hour, Open: open}}
		specs["minutes within "+string(open)] = Spec{Duration: &Duration{Elapsed: "x", Unit: 60, Form: DurationShareWithin, Limit: time.Hour, Open: open}}
	}
	for _, form := range []DurationForm{DurationMean, DurationGeometricMean} {
		specs["duration "+string(form)] = Spec{Duration: &Duration{End: "d", Form: form, Open: Exclude}}
	}
	specs["median"] = Spec{Duration: &Duration{End: "d", Form: DurationQuantile, Quantile: 0.5, Open: Exclude}}
	specs["median, censored"] = Spec{Duration: &Duration{End: "d", Form: DurationQuantile, Quantile: 0.5, Open: Censor}}
	specs["90th percentile"] = Spec{Duration: &Duration{Elapsed: "x", Unit: 60, Form: DurationQuantile, Quantile: 0.9, Open: Exclude}}
	for _, form := range []RevenueRetentionForm{Net, Gross} {
		specs["revenue "+string(form)] = Spec{RevenueRetention: &RevenueRetention{Entity: "customer", Amount: "x", Form: form}}
	}
	return specs
}

// eachFamily runs a test for every variant, with independent rows and with all rows of a customer kept.
func eachFamily(t *testing.T, test func(t *testing.T, f Family, in Setting)) {
	t.Helper()
	for name, spec := range everySpec() {
		f, err := Of(spec)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, keepAll := range []string{"", "customer"} {
			in := Setting{KeepAll: keepAll, TimeColumn: "due", Now: testNow, Confidence: 0.95}
			t.Run(name+"/"+keepAll, func(t *testing.T) { test(t, f, in) })
		}
	}
}

// randomRows have every defect a column can have.
func randomRows(random *rand.Rand, n int) []row {
	rows := make([]row, n)
	for i := range rows {
		r := row{
			"customer":  fmt.Sprint(random.IntN(1 + n/3)),
			"s":         float64(random.IntN(12)) - 1,
			"x":         float64(random.IntN(1000)) / 8,
			"c":         []any{"y", "n", "m", "?", nil}[random.IntN(5)],
			"d":         []any{testNow.Add(-time.Hour), testNow.Add(time.Hour), nil}[random.IntN(3)],
			"due":       testNow.AddDate(0, 0, random.IntN(30)-20),
			"y":         float64(random.IntN(100)), // exposure in the second dataset, which has the same rows
			FollowFound: fmt.Sprint(random.IntN(3) > 0),
			FollowOver:  fmt.Sprint(random.IntN(3) > 0),
		}
		for _, column := range []string{"s", "x"} {
			switch random.IntN(12) {
			case 0:
				r[column] = nil
			case 1:
				r[column] = unreadable("N/A")
			}
		}
		rows[i] = r
	}
	return rows
}

// sane fails on what no estimate may be.
func sane(t *testing.T, e Estimate) {
	t.Helper()
	if _, err := json.Marshal(e); err != nil {
		t.Fatalf("not a number escaped: %v in %+v", err, e)
	}
	if (e.Value == nil) != (e.Reason != "") {
		t.Errorf("a value or a reason, not both or none: %+v", e)
	}
	if (e.Lower == nil) != (e.Upper == nil) && e.Method != "order statistics" && e.Method != "Brookmeyer–Crowley" {
		t.Errorf("half an interval: %+v", e)
	}
	if (e.Lower == nil && e.Upper == nil) != (e.Method == "") {
		t.Errorf("an interval without its method: %+v", e)
	}
	if e.Value == nil && (e.Lower != nil || e.EffectiveN != nil) {
		t.Errorf("an interval around nothing: %+v", e)
	}
	if e.Value != nil && e.Lower != nil && *e.Lower > *e.Value || e.Value != nil && e.Upper != nil && *e.Upper < *e.Value {
		t.Errorf("value outside its interval: %+v", e)
	}
	if e.EffectiveN != nil && (*e.EffectiveN <= 0 || *e.EffectiveN > float64(e.N)) {
		t.Errorf("effective n %v of %d", *e.EffectiveN, e.N)
	}
	for reason, n := range e.Rejected {
		if n <= 0 {
			t.Errorf("%d rows rejected as %s", n, reason)
		}
	}
}

func TestNoRowsIsNotZero(t *testing.T) {
	eachFamily(t, func(t *testing.T, f Family, in Setting) {
		for _, sums := range []Sums{nil, make(Sums, f.Request(in).Size())} {
			e := f.Estimate(sums, in, 0.95)
			sane(t, e)
			if e.Value != nil || e.Reason != NoRows || e.N != 0 {
				t.Errorf("no rows read %+v", e)
			}
		}
	})
}

func TestNaNAndInfinityNeverEscape(t *testing.T) {
	eachFamily(t, func(t *testing.T, f Family, in Setting) {
		size := f.Request(in).Size()
		for i := range size {
			for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, 0} {
				sums := make(Sums, size)
				for k := range sums {
					sums[k] = float64(10 + k)
				}
				sums[i] = bad
				e := f.Estimate(sums, in, 0.95)
				if _, err := json.Marshal(e); err != nil {
					t.Errorf("sum %d is %v: %v", i, bad, err)
				}
				if math.IsNaN(bad) && (e.Value != nil || e.Reason != NotFinite) {
					t.Errorf("sum %d is NaN: %+v", i, e)
				}
			}
		}
	})
}

func TestRandomRowsGiveSaneEstimates(t *testing.T) {
	eachFamily(t, func(t *testing.T, f Family, in Setting) {
		request := f.Request(in)
		if request.State != nil {
			return
		}
		random := rand.New(rand.NewPCG(7, 7))
		for range 100 {
			rows := randomRows(random, random.IntN(25))
			e := estimateRows(f, in, rows)
			sane(t, e)
			var total int64
			for _, n := range e.Rejected {
				total += n
			}
			read := len(rows)
			if request.Second != nil {
				read *= 2 // in the test, both datasets hold the same rows
			}
			if e.N+total > int64(read) {
				t.Fatalf("%d used and %d rejected of %d rows", e.N, total, len(rows))
			}
		}
	})
}

func TestFoldedCellsAreTheWhole(t *testing.T) {
	eachFamily(t, func(t *testing.T, f Family, in Setting) {
		request := f.Request(in)
		if request.Combination != Additive {
			return
		}
		random := rand.New(rand.NewPCG(3, 3))
		rows := randomRows(random, 400)
		folded := make(Sums, request.Size())
		for cell := range slices.Chunk(rows, 37) {
			for i, v := range sumsOf(request, cell) {
				folded[i] += v
			}
		}
		whole := estimateRows(f, in, rows)
		close := cmpopts.EquateApprox(1e-12, 0)
		if diff := cmp.Diff(whole, f.Estimate(folded, in, 0.95), close); diff != "" {
			t.Errorf("cells differ from the whole (-whole +cells):\n%s", diff)
		}
	})
}

func TestIntervalsWidenWithConfidence(t *testing.T) {
	eachFamily(t, func(t *testing.T, f Family, in Setting) {
		request := f.Request(in)
		if request.State != nil {
			return
		}
		sums := sumsOf(request, randomRows(rand.New(rand.NewPCG(5, 5)), 200))
		var last Estimate
		for _, confidence := range []float64{0.5, 0.8, 0.9, 0.95, 0.99} {
			e := f.Estimate(sums, in, confidence)
			if e.Lower == nil {
				t.Fatalf("no interval: %+v", e)
			}
			if last.Lower != nil && (*e.Lower > *last.Lower || e.Upper != nil && (last.Upper == nil || *e.Upper < *last.Upper)) {
				t.Errorf("%g: %+v is narrower than %+v", confidence, e, last)
			}
			last = e
		}
	})
}

// Requests travel as JSON in plans; a bound of 0 must survive.
func TestRequestsSurviveJSON(t *testing.T) {
	eachFamily(t, func(t *testing.T, f Family, in Setting) {
		raw, err := json.Marshal(f.Request(in))
		if err != nil {
			t.Fatal(err)
		}
		var back Request
		if err := json.Unmarshal(raw, &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(f.Request(in), back, cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestWrongSumsAreAFaultOfTheProgram(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("five sums were taken for six")
		}
	}()
	(&NetPromoterScore{Score: "s"}).Estimate(make(Sums, 5), Setting{}, 0.95)
}

func TestOfRefusesContradictions(t *testing.T) {
	csat := func(m CustomerSatisfaction) Spec {
		m.Score = "s"
		return Spec{CustomerSatisfaction: &m}
	}
	five := Scale{Min: 1, Max: 5}
	for want, spec := range map[string]Spec{
		"exactly one family must be set, 0": {},
		"exactly one family must be set, 2": {Retention: &Retention{Entity: "a"}, NetPromoterScore: &NetPromoterScore{Score: "s"}},
		"netPromoterScore: score":           {NetPromoterScore: &NetPromoterScore{}},
		"min < max":                         csat(CustomerSatisfaction{Form: CSATMean}),
		"boxes is 0":                        csat(CustomerSatisfaction{Form: CSATTopBox, Scale: five}),
		"boxes is 5":                        csat(CustomerSatisfaction{Form: CSATTopBox, Scale: five, Boxes: 5}),
		"overlap":                           csat(CustomerSatisfaction{Form: CSATNet, Scale: five, Boxes: 3}),
		"unknown form":                      csat(CustomerSatisfaction{Form: "Mode", Scale: five}),
		"bound 8 is outside":                {CustomerEffortScore: &CustomerEffortScore{Score: "s", Version: CESV2, Form: CESShare, Bound: 8}},
		"unknown version":                   {CustomerEffortScore: &CustomerEffortScore{Score: "s", Version: "V3", Form: CESMean}},
		"share: of":                         {Share: &Share{}},
		"needs a column":                    {Aggregate: &Aggregate{Function: Sum}},
		"Count counts rows":                 {Aggregate: &Aggregate{Function: Count, Column: "x"}},
		"ratio: numerator":                  {Ratio: &Ratio{Numerator: "x"}},
		"unknown definition":                {Churn: &Churn{Entity: "a", Definition: "Any"}},
		"amount names no column":            {RevenueRetention: &RevenueRetention{Entity: "a", Form: Net}},
		`"y" is listed twice`:               {Renewal: &Renewal{Decision: "c", Renewed: []string{"y"}, Lost: []string{"n", "y"}}},
		"renewed and lost must":             {Renewal: &Renewal{Decision: "c", Renewed: []string{"y"}}},
	} {
		if _, err := Of(spec); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}

func TestCatalogueNamesEveryFamily(t *testing.T) {
	named := map[string]bool{}
	for _, doc := range Families() {
		named[doc.Name] = true
		if doc.Summary == "" || doc.Formula == "" || doc.Unit == "" || doc.Interval == "" || doc.Pitfalls == "" {
			t.Errorf("%s: undocumented", doc.Name)
		}
	}
	used := map[string]bool{}
	variants := map[string]string{}
	specs := everySpec()
	specs["precomputed"] = Spec{Precomputed: given}                                                                 // it takes one row as it stands, so the tests on rows are not for it
	specs["lifetime value"] = Spec{LifetimeValue: &LifetimeValue{Model: Historic, Entity: "customer", Amount: "x"}} // it reads customers
	specs["composite"] = Spec{Composite: composite(Arithmetic, 0.5, 0.5)}                                           // it reads no rows
	specs["promql"] = Spec{PromQL: &PromQL{Expr: "sum(orders)", Direction: HigherIsBetter}}
	for name, spec := range specs {
		f, err := Of(spec)
		if err != nil {
			t.Fatal(err)
		}
		d := f.Describe()
		used[d.Family] = true
		if other, taken := variants[d.Variant]; taken || d.Variant == "" {
			t.Errorf("%s and %s have the same variant %q", name, other, d.Variant)
		}
		variants[d.Variant] = name
	}
	if diff := cmp.Diff(named, used); diff != "" {
		t.Errorf("catalogue and families differ:\n%s", diff)
	}
}
