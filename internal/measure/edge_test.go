package measure

import (
	"maps"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestRejectedRowsAreCountedNotClamped(t *testing.T) {
	rows := append(column("s", 10, 9, 0, 11, -1, 10.5), row{"s": nil}, row{"s": unreadable("N/A")}, row{})
	got := estimateRows(&NetPromoterScore{Score: "s"}, Setting{}, rows)
	want := map[Rejection]int64{RejectedOutOfScale: 3, RejectedMissing: 2, RejectedUnreadable: 1}
	if diff := cmp.Diff(want, got.Rejected); diff != "" || got.N != 3 {
		t.Errorf("n %d, rejected (-want +got):\n%s", got.N, diff)
	}
	near(t, "NPS of 10, 9, 0", got.Value, 100.0/3)

	none := estimateRows(&NetPromoterScore{Score: "s"}, Setting{}, column("s", 11, 12))
	if none.Value != nil || none.Reason != NoRows || none.Rejected[RejectedOutOfScale] != 2 {
		t.Errorf("only unusable answers: %+v", none)
	}
}

// Repeated answers of a few people must not look like many people's.
func TestClustersOfOneMind(t *testing.T) {
	var rows []row
	for _, customer := range []string{"a", "b", "c"} {
		for range 100 {
			rows = append(rows, row{"s": 10.0, "customer": customer, "c": "y"})
		}
	}
	in := Setting{KeepAll: "customer"}
	nps := estimateRows(&NetPromoterScore{Score: "s"}, in, rows)
	three := estimateRows(&NetPromoterScore{Score: "s"}, Setting{}, rows[:3])
	if diff := cmp.Diff(three.Lower, nps.Lower); diff != "" || nps.N != 300 || *nps.EffectiveN != 3 {
		t.Errorf("300 answers of 3 promoters are worth three: %+v, %s", nps, diff)
	}
	share := estimateRows(&Share{Of: []Condition{{Column: "c", Operator: In, Values: []string{"y"}}}}, in, rows)
	if share.N != 300 || *share.Entities != 3 || *share.EffectiveN != 3 || math.Abs(*share.Lower-0.4385) > 1e-4 {
		t.Errorf("share: %+v", share)
	}
	one := estimateRows(&NetPromoterScore{Score: "s"}, in, rows[:100])
	if one.Value == nil || one.Upper == nil || *one.Upper-*one.Lower < 90 {
		t.Errorf("one customer: %+v", one)
	}
	mean := estimateRows(&Aggregate{Function: Mean, Column: "s"}, in, rows[:100])
	if mean.Value == nil || mean.Lower != nil {
		t.Errorf("a mean of one cluster has no error: %+v", mean)
	}
}

func TestShareTellsMissingRows(t *testing.T) {
	rows := []row{{"c": "y"}, {"c": "n"}, {"c": nil}, {"c": unreadable("?")}}
	got := estimateRows(&Share{Of: []Condition{{Column: "c", Operator: In, Values: []string{"y"}}}}, Setting{}, rows)
	near(t, "share", got.Value, 0.25)
	if got.Detail["missing"] != 2 || got.N != 4 {
		t.Errorf("%+v", got)
	}
	empty := estimateRows(&Share{Of: []Condition{{Column: "c", Operator: DoesNotExist}}}, Setting{}, rows)
	near(t, "share without a value", empty.Value, 0.5)
	if empty.Detail != nil {
		t.Errorf("asking for NULL makes no row's answer unknown: %v", empty.Detail)
	}
}

func TestZeroWhenComplete(t *testing.T) {
	zero := func(f Family, rows ...row) (Estimate, bool) {
		return ZeroWhenComplete(f, estimateRows(f, Setting{}, rows), 0.95)
	}
	complaints, ok := zero(&Aggregate{Function: Count})
	if !ok || *complaints.Value != 0 || complaints.Reason != "" || *complaints.Lower != 0 || math.Abs(*complaints.Upper-3.6889) > 1e-4 {
		t.Errorf("count: %+v", complaints)
	}
	revenue, ok := zero(&Aggregate{Function: Sum, Column: "x"})
	if !ok || *revenue.Value != 0 || revenue.Lower != nil {
		t.Errorf("sum: %+v", revenue)
	}
	for name, f := range map[string]Family{
		"a mean":   &Aggregate{Function: Mean, Column: "x"},
		"a score":  &NetPromoterScore{Score: "x"},
		"a churn":  &Churn{Entity: "a", Definition: OpeningCohort},
		"a ratio":  &Ratio{Numerator: "x", Denominator: "y"},
		"a share":  &Share{Of: []Condition{{Column: "x", Operator: Exists}}},
		"renewals": &Renewal{Decision: "c", Renewed: []string{"y"}, Lost: []string{"n"}},
	} {
		if e, ok := ZeroWhenComplete(f, f.Estimate(nil, Setting{}, 0.95), 0.95); ok || e.Value != nil {
			t.Errorf("%s of nothing is zero: %+v", name, e)
		}
	}
	if e, ok := zero(&Aggregate{Function: Sum, Column: "x"}, row{"x": unreadable("N/A")}); ok || e.Value != nil {
		t.Errorf("rows that could not be read sum to zero: %+v", e)
	}
	if e, ok := zero(&Aggregate{Function: Sum, Column: "x"}, row{"x": 5.0}); ok || *e.Value != 5 {
		t.Errorf("a real sum was replaced: %+v", e)
	}
}

func TestRatioIsOfSums(t *testing.T) {
	rows := []row{
		{"y": 10.0, "x": 100.0}, {"y": 30.0, "x": 100.0}, {"y": 0.0, "x": 200.0},
		{"y": nil, "x": 50.0}, {"y": 7.0, "x": nil}, {"y": unreadable("-"), "x": unreadable("-")}, {"y": 7.0, "x": unreadable("-")},
	}
	got := estimateRows(&Ratio{Numerator: "y", Denominator: "x"}, Setting{}, rows)
	near(t, "ratio", got.Value, 0.1)
	if diff := cmp.Diff(map[Rejection]int64{RejectedMissing: 2, RejectedUnreadable: 2}, got.Rejected); diff != "" || got.N != 3 {
		t.Errorf("n %d, rejected:\n%s", got.N, diff)
	}
	// residuals 0, 20, −20: SE = √(3/2·800)/400; t(2) = 4.302653
	near(t, "upper", got.Upper, 0.1+4.302652729696142*math.Sqrt(1200)/400)
	zero := estimateRows(&Ratio{Numerator: "y", Denominator: "x"}, Setting{}, []row{{"y": 1.0, "x": 5.0}, {"y": 1.0, "x": -5.0}})
	if zero.Value != nil || zero.Reason != ZeroDenominator || zero.N != 2 {
		t.Errorf("a denominator of zero: %+v", zero)
	}
	single := estimateRows(&Ratio{Numerator: "y", Denominator: "x"}, Setting{}, rows[:1])
	if *single.Value != 0.1 || single.Lower != nil {
		t.Errorf("one row has no error: %+v", single)
	}
}

func TestRenewalFates(t *testing.T) {
	const day = 24 * time.Hour
	past, future := testNow.Add(-day), testNow.Add(day)
	overdue, recent := testNow.Add(-46*day), testNow.Add(-44*day)
	family := Renewal{
		Decision: "c", Renewed: []string{"y"}, Lost: []string{"n"}, NotDue: []string{"m"},
		DecidedAt: "d", Grace: 45 * day,
	}
	in := Setting{TimeColumn: "due", Now: testNow}
	for name, c := range map[string]struct {
		row  row
		fate string
	}{
		"renewed":                            {row{"c": "y", "d": past, "due": recent}, "renewed"},
		"renewed now":                        {row{"c": "y", "d": testNow, "due": recent}, "renewed"},
		"renewed late":                       {row{"c": "y", "d": past, "due": overdue}, "renewed"},
		"renewed, no date":                   {row{"c": "y", "d": nil, "due": recent}, "renewed"},
		"to be renewed":                      {row{"c": "y", "d": future, "due": recent}, "pending"},
		"to be lost":                         {row{"c": "n", "d": future, "due": recent}, "pending"},
		"to be cancelled":                    {row{"c": "m", "d": future, "due": recent}, "pending"},
		"lost":                               {row{"c": "n", "d": past, "due": recent}, "lost"},
		"undecided":                          {row{"c": nil, "d": nil, "due": recent}, "pending"},
		"undecided, due in the future":       {row{"c": nil, "d": nil, "due": future}, "pending"},
		"undecided past grace":               {row{"c": nil, "d": nil, "due": overdue}, "presumedLost"},
		"undecided at the end of the grace":  {row{"c": nil, "d": nil, "due": testNow.Add(-45 * day)}, "presumedLost"},
		"to be renewed, but grace is over":   {row{"c": "y", "d": future, "due": overdue}, "presumedLost"},
		"not due":                            {row{"c": "m", "d": past, "due": overdue}, "notDue"},
		"not due, no date":                   {row{"c": "m", "d": nil, "due": recent}, "notDue"},
		"unknown status":                     {row{"c": "?", "d": past, "due": overdue}, "unknown"},
		"unknown status, decided some day":   {row{"c": "?", "d": future, "due": recent}, "unknown"},
		"an empty text is an unknown status": {row{"c": "", "d": nil, "due": overdue}, "unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			c.row["v"] = 7.0
			for _, value := range []string{"", "v"} {
				m := family
				m.Value = value
				got := estimateRows(&m, in, []row{c.row})
				counts := map[string]float64{"unknown": float64(got.Rejected[RejectedUnknownDecision])}
				maps.Copy(counts, got.Detail)
				want := map[string]float64{"renewed": 0, "lost": 0, "presumedLost": 0, "pending": 0, "notDue": 0, "unknown": 0}
				want[c.fate] = 1
				if c.fate == "presumedLost" {
					want["lost"] = 1
				}
				if diff := cmp.Diff(want, counts); diff != "" {
					t.Errorf("value %q (-want +got):\n%s", value, diff)
				}
			}
		})
	}
}

func TestRenewalBoundsWhileNothingIsDecided(t *testing.T) {
	m := &Renewal{Decision: "c", Renewed: []string{"y"}, Lost: []string{"n"}, Grace: time.Hour}
	in := Setting{TimeColumn: "due", Now: testNow}
	got := estimateRows(m, in, []row{{"c": nil, "due": testNow}})
	if got.Value != nil || got.Reason != NothingDecided || *got.Worst != 0 || *got.Best != 1 {
		t.Errorf("%+v", got)
	}
	near(t, "decided", estimateRows(m, in, []row{{"c": nil, "due": testNow}, {"c": "y", "due": testNow}}).Value, 1)
}

func TestRenewalByValue(t *testing.T) {
	m := &Renewal{Decision: "c", Renewed: []string{"y"}, Lost: []string{"n"}, Grace: time.Hour, Value: "v"}
	in := Setting{TimeColumn: "due", Now: testNow}
	got := estimateRows(m, in, []row{
		{"c": "y", "v": 300.0, "due": testNow}, {"c": "y", "v": 100.0, "due": testNow}, {"c": "n", "v": 100.0, "due": testNow},
		{"c": nil, "v": 500.0, "due": testNow}, {"c": nil, "v": nil, "due": testNow}, {"c": "y", "v": unreadable("?"), "due": testNow},
	})
	near(t, "value", got.Value, 0.8)
	near(t, "worst", got.Worst, 0.4)
	near(t, "best", got.Best, 0.9)
	// residuals 60, 20, −80: SE = √(3/2·10400)/500; t(2) = 4.302653
	near(t, "lower", got.Lower, max(0, 0.8-4.302652729696142*math.Sqrt(15600)/500))
	near(t, "upper", got.Upper, 1)
	if diff := cmp.Diff(map[Rejection]int64{RejectedMissing: 1, RejectedUnreadable: 1}, got.Rejected); diff != "" || got.N != 3 {
		t.Errorf("n %d, rejected:\n%s", got.N, diff)
	}
}

func TestChurnWithoutAnOpeningBase(t *testing.T) {
	sums := make(Sums, stateCount)
	sums[StateLostAll], sums[StateNew], sums[StateExposure] = 2, 5, 3*CustomerMonth.Seconds()
	sums[StateClose] = 3
	estimate := func(d ChurnDefinition) Estimate {
		return (&Churn{Entity: "a", Definition: d}).Estimate(sums, Setting{}, 0.95)
	}
	if e := estimate(OpeningCohort); e.Value != nil || e.Reason != NoRows {
		t.Errorf("nobody was there to lose: %+v", e)
	}
	if e := estimate(AllLostOverOpening); e.Value != nil || e.Reason != ZeroDenominator {
		t.Errorf("losses over nobody: %+v", e)
	}
	near(t, "average base", estimate(AverageBase).Value, 2/1.5)
	near(t, "hazard", estimate(Hazard).Value, 2.0/3)
}

func TestRevenueRetentionNeedsTwoCustomersForAnInterval(t *testing.T) {
	sums := make(Sums, revenueCount)
	for i, v := range map[int]float64{RevenueOpen: 1, RevenueS: 5, RevenueE: 6, RevenueM: 5, RevenueSS: 25, RevenueEE: 36, RevenueMM: 25, RevenueSE: 30, RevenueSM: 25, RevenueMissing: 2} {
		sums[i] = v
	}
	got := (&RevenueRetention{Entity: "a", Amount: "x", Form: Net}).Estimate(sums, Setting{}, 0.95)
	near(t, "NRR", got.Value, 1.2)
	if got.Lower != nil || got.Rejected[RejectedMissing] != 2 {
		t.Errorf("%+v", got)
	}
	sums[RevenueS], sums[RevenueM], sums[RevenueSS] = 0, 0, 0
	if e := (&RevenueRetention{Entity: "a", Amount: "x", Form: Gross}).Estimate(sums, Setting{}, 0.95); e.Reason != ZeroDenominator {
		t.Errorf("opening revenue of zero: %+v", e)
	}
}
