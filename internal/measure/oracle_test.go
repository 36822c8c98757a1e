package measure

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// oracle reads a file of numbers that scipy, statsmodels and R computed.
func oracle(t *testing.T, file string, into any) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// near demands 10 digits: scipy 1.10 inverts Student's distribution to no more (its t(9) is off by 6e-11).
func near(t *testing.T, what string, got *float64, want float64) {
	t.Helper()
	switch {
	case got == nil:
		t.Errorf("%s: no value, want %v", what, want)
	case math.Abs(*got-want) > 1e-10*max(1, math.Abs(want)):
		t.Errorf("%s: got %v, want %v", what, *got, want)
	}
}

func interval95(t *testing.T, what string, e Estimate, want [2]float64) {
	t.Helper()
	near(t, what+" lower", e.Lower, want[0])
	near(t, what+" upper", e.Upper, want[1])
}

type surveyOracle struct {
	Scores   []float64
	Mean     float64
	SD       float64
	T95      [2]float64
	TopPct   float64    `json:"top2box_pct"`
	TopInt   [2]float64 `json:"top2_wilson"`
	Rescaled float64    `json:"rescaled_0_100"`
	NetSat   float64    `json:"net_satisfied"`
	Net      float64    `json:"net_sat"`
	LowPct   float64    `json:"pct_low_effort_le2"`
	HighPct  float64    `json:"top3_pct_ge5"`
	Wilson   [2]float64
	NetEasy  float64 `json:"net_easy"`
}

type shareOracle struct {
	K, N, P float64
	Wilson  [2]float64
}

type estimatesOracle struct {
	NPS    map[string]any
	CSAT   surveyOracle
	CES2   surveyOracle
	CES1   surveyOracle
	P42    shareOracle `json:"prop_42_50"`
	P0     shareOracle `json:"prop_0_10"`
	P3     shareOracle `json:"prop_3_24"`
	P24    shareOracle `json:"prop_24_24"`
	Churn  map[string]any
	Hazard struct {
		Events, Exposure, Rate float64
		Garwood95              [2]float64
	} `json:"churn_exposure"`
	NRR struct {
		Rows  [][]any
		NRR   float64    `json:"nrr"`
		GRR   float64    `json:"grr"`
		SE    float64    `json:"nrr_linearised_se"`
		CI    [2]float64 `json:"nrr_ci_t"`
		GRRSE float64    `json:"grr_linearised_se"`
		Logo  float64    `json:"logo_churn"`
		Lost  float64    `json:"gross_revenue_churn"`
		Less  float64    `json:"net_revenue_churn"`
	} `json:"nrr_grr"`
	Cluster struct {
		Customer []string
		Score    []float64
		Mean     float64
		SE       float64 `json:"se_cluster_CR1"`
		Clusters int64
		Latest   float64 `json:"latest_per_customer_nps"`
	} `json:"cluster_mean"`
}

func TestNetPromoterScoreOracle(t *testing.T) {
	var want estimatesOracle
	oracle(t, "estimates.json", &want)
	ratings := numbers(want.NPS["ratings"])
	wald := numbers(want.NPS["adjusted_wald95_(center,se,lo,hi)"])
	got := estimateRows(&NetPromoterScore{Score: "s"}, Setting{}, column("s", ratings...))
	near(t, "NPS", got.Value, want.NPS["nps"].(float64))
	interval95(t, "NPS", got, [2]float64{wald[2], wald[3]})
	if got.N != 20 || got.Detail["promoters"] != 10 || got.Detail["passives"] != 5 || got.Detail["detractors"] != 5 {
		t.Errorf("n %d, detail %v", got.N, got.Detail)
	}
}

func TestClusterRobustNetPromoterScoreOracle(t *testing.T) {
	var want estimatesOracle
	oracle(t, "estimates.json", &want)
	rating := map[float64]float64{1: 10, 0: 8, -1: 2}
	var rows []row
	latest := map[string]float64{}
	for i, customer := range want.Cluster.Customer {
		latest[customer] = rating[want.Cluster.Score[i]]
		rows = append(rows, row{"customer": customer, "s": latest[customer]})
	}
	got := estimateRows(&NetPromoterScore{Score: "s"}, Setting{KeepAll: "customer"}, rows)
	margin := 100 * want.Cluster.SE * math.Sqrt2 * math.Erfinv(0.95)
	near(t, "NPS", got.Value, 100*want.Cluster.Mean)
	interval95(t, "NPS", got, [2]float64{40 - margin, min(100, 40+margin)})
	if got.N != 10 || *got.Entities != want.Cluster.Clusters {
		t.Errorf("n %d, entities %d", got.N, *got.Entities)
	}
	near(t, "latest of each customer",
		estimateRows(&NetPromoterScore{Score: "s"}, Setting{}, column("s", slices.Collect(maps.Values(latest))...)).Value, want.Cluster.Latest)
}

func TestSurveyOracles(t *testing.T) {
	var want estimatesOracle
	oracle(t, "estimates.json", &want)
	csat := func(form CSATForm) Family {
		return &CustomerSatisfaction{Score: "s", Scale: Scale{Min: 1, Max: 5}, Form: form, Boxes: 2}
	}
	ces := func(version CESVersion, form CESForm, bound float64) Family {
		return &CustomerEffortScore{Score: "s", Version: version, Form: form, Bound: bound}
	}
	part := func(percent [2]float64) *[2]float64 { return &[2]float64{percent[0] / 100, percent[1] / 100} }
	rescaled := [2]float64{100 * (want.CSAT.T95[0] - 1) / 4, 100 * (want.CSAT.T95[1] - 1) / 4}
	for name, c := range map[string]struct {
		family    Family
		scores    []float64
		value     float64
		interval  *[2]float64
		direction Direction
		unit      string
	}{
		"CSAT top box":     {csat(CSATTopBox), want.CSAT.Scores, want.CSAT.TopPct / 100, part(want.CSAT.TopInt), HigherIsBetter, "ratio"},
		"CSAT mean":        {csat(CSATMean), want.CSAT.Scores, want.CSAT.Mean, &want.CSAT.T95, HigherIsBetter, "points"},
		"CSAT rescaled":    {csat(CSATRescaled), want.CSAT.Scores, want.CSAT.Rescaled, &rescaled, HigherIsBetter, "points"},
		"CSAT net":         {csat(CSATNet), want.CSAT.Scores, want.CSAT.Net, nil, HigherIsBetter, "points"},
		"CES 2 mean":       {ces(CESV2, CESMean, 0), want.CES2.Scores, want.CES2.Mean, &want.CES2.T95, HigherIsBetter, "points"},
		"CES 2 share":      {ces(CESV2, CESShare, 5), want.CES2.Scores, want.CES2.HighPct / 100, part(want.CES2.Wilson), HigherIsBetter, "ratio"},
		"CES 2 net":        {ces(CESV2, CESNet, 0), want.CES2.Scores, want.CES2.NetEasy, nil, HigherIsBetter, "points"},
		"CES 1 mean":       {ces(CESV1, CESMean, 0), want.CES1.Scores, want.CES1.Mean, &want.CES1.T95, LowerIsBetter, "points"},
		"CES 1 low effort": {ces(CESV1, CESShare, 2), want.CES1.Scores, want.CES1.LowPct / 100, nil, HigherIsBetter, "ratio"},
		"CES 1 net":        {ces(CESV1, CESNet, 0), want.CES1.Scores, want.CES1.NetEasy, nil, HigherIsBetter, "points"},
	} {
		t.Run(name, func(t *testing.T) {
			got := estimateRows(c.family, Setting{}, column("s", c.scores...))
			near(t, "value", got.Value, c.value)
			if c.interval != nil {
				interval95(t, "interval", got, *c.interval)
			}
			if d := c.family.Describe(); d.Direction != c.direction || d.Unit != c.unit || d.Variant == "" {
				t.Errorf("description %+v", d)
			}
		})
	}
}

func TestShareOracles(t *testing.T) {
	var estimates estimatesOracle
	oracle(t, "estimates.json", &estimates)
	var rates map[string]json.RawMessage
	oracle(t, "rates_controls.json", &rates)
	cases := map[string]shareOracle{}
	for name, c := range map[string]shareOracle{"42/50": estimates.P42, "0/10": estimates.P0, "3/24": estimates.P3, "24/24": estimates.P24} {
		k, n, _ := strings.Cut(name, "/")
		c.K, c.N = number(t, k), number(t, n)
		cases[name] = c
	}
	for name, raw := range rates {
		if strings.HasPrefix(name, "w_") {
			var c shareOracle
			if err := json.Unmarshal(raw, &c); err != nil {
				t.Fatal(err)
			}
			cases[name] = c
		}
	}
	if len(cases) != 12 {
		t.Fatalf("%d cases", len(cases))
	}
	family := &Share{Of: []Condition{{Column: "c", Operator: In, Values: []string{"y"}}}, Direction: HigherIsBetter}
	for name, c := range cases {
		var rows []row
		for i := range int(c.N) {
			answer := "n"
			if i < int(c.K) {
				answer = "y"
			}
			rows = append(rows, row{"c": answer})
		}
		got := estimateRows(family, Setting{}, rows)
		near(t, name, got.Value, c.P)
		interval95(t, name, got, c.Wilson)
		if got.N != int64(c.N) || *got.Numerator != c.K {
			t.Errorf("%s: n %d, numerator %v", name, got.N, *got.Numerator)
		}
	}
}

// numbers is a JSON list of numbers.
func numbers(list any) (vs []float64) {
	for _, v := range list.([]any) {
		vs = append(vs, v.(float64))
	}
	return vs
}

func number(t *testing.T, text string) (v float64) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestChurnAndRetentionOracles(t *testing.T) {
	var want estimatesOracle
	oracle(t, "estimates.json", &want)
	get := func(name string) float64 { return want.Churn[name].(float64) }
	sums := make(Sums, stateCount)
	sums[StateOpen], sums[StateLostOpen], sums[StateNew], sums[StateClose] = get("open"), get("lost_from_open"), get("new"), get("close")
	sums[StateLostAll] = get("lost_from_open") + get("lost_from_new")
	sums[StateExposure] = want.Hazard.Exposure * CustomerMonth.Seconds()
	open95 := [2]float64(numbers(want.Churn["wilson_open"]))
	estimate := func(f Family) Estimate { return f.Estimate(sums, Setting{}, 0.95) }

	cohort := estimate(&Churn{Entity: "a", Definition: OpeningCohort})
	near(t, "opening cohort", cohort.Value, get("opening_cohort"))
	interval95(t, "opening cohort", cohort, open95)
	if cohort.N != 1000 || *cohort.Entities != 1000 || cohort.Detail["lostOfNew"] != 10 {
		t.Errorf("opening cohort: %+v", cohort)
	}
	retention := estimate(&Retention{Entity: "a"})
	near(t, "retention", retention.Value, get("retention_cohort"))
	if naive := (get("close") - get("new")) / get("open"); naive != get("naive_retention_close_minus_new") || naive > *retention.Value-0.005 {
		t.Errorf("close less new over open is %v, retention %v", naive, *retention.Value)
	}
	interval95(t, "retention", retention, [2]float64{1 - open95[1], 1 - open95[0]})
	near(t, "all lost", estimate(&Churn{Entity: "a", Definition: AllLostOverOpening}).Value, get("all_lost_over_open"))
	near(t, "average base", estimate(&Churn{Entity: "a", Definition: AverageBase}).Value, get("avg_denominator"))
	hazard := estimate(&Churn{Entity: "a", Definition: Hazard})
	near(t, "hazard", hazard.Value, want.Hazard.Rate)
	interval95(t, "hazard", hazard, want.Hazard.Garwood95)

	// What the page says of a year.
	month := *cohort.Value
	year, twelve := 1-math.Pow(1-month, 12), 12*month
	near(t, "a year", &year, get("monthly_to_annual"))
	near(t, "twelve times a month", &twelve, get("naive_x12"))
	if told := fmt.Sprintf("%.0f %% a month is %.0f %% a year, not %.0f %%", 100*month, 100*year, 100*twelve); !strings.Contains(churnDoc.Pitfalls, told) {
		t.Errorf("the page does not say that %s", told)
	}
}

func TestRevenueRetentionOracle(t *testing.T) {
	var want estimatesOracle
	oracle(t, "estimates.json", &want)
	sums := make(Sums, revenueCount)
	for _, r := range want.NRR.Rows {
		s, e := r[1].(float64), r[2].(float64)
		if e > 0 {
			sums[RevenueClose]++
		}
		if s == 0 {
			continue // not a customer at the start
		}
		if e == 0 {
			sums[RevenueLost]++
		}
		m := min(s, e)
		for i, v := range map[int]float64{
			RevenueOpen: 1, RevenueS: s, RevenueE: e, RevenueM: m, RevenueSS: s * s, RevenueEE: e * e,
			RevenueMM: m * m, RevenueSE: s * e, RevenueSM: s * m,
		} {
			sums[i] += v
		}
	}
	net := (&RevenueRetention{Entity: "a", Amount: "m", Form: Net}).Estimate(sums, Setting{}, 0.95)
	near(t, "NRR", net.Value, want.NRR.NRR)
	interval95(t, "NRR", net, want.NRR.CI)
	if net.N != 9 || net.Detail["gone"] != 2 || net.Detail["expansion"] != 90 || net.Detail["lostRevenue"] != 130 {
		t.Errorf("NRR: n %d, detail %v", net.N, net.Detail)
	}
	gross := (&RevenueRetention{Entity: "a", Amount: "m", Form: Gross}).Estimate(sums, Setting{}, 0.95)
	near(t, "GRR", gross.Value, want.NRR.GRR)
	near(t, "revenue lost", new(1-*gross.Value), want.NRR.Lost)
	near(t, "revenue less", new(1-*net.Value), want.NRR.Less)
	near(t, "customers lost", new(net.Detail["gone"]/float64(net.N)), want.NRR.Logo)
	t8 := (want.NRR.CI[1] - want.NRR.NRR) / want.NRR.SE
	interval95(t, "GRR", gross, [2]float64{want.NRR.GRR - t8*want.NRR.GRRSE, 1}) // the upper end would be 1.07
}

func TestRenewalOracle(t *testing.T) {
	var rates map[string]json.RawMessage
	oracle(t, "rates_controls.json", &rates)
	var decided shareOracle
	var bounds struct{ Worst, Best float64 }
	if err := json.Unmarshal(rates["w_renew_decided"], &decided); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(rates["renewal_bounds"], &bounds); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	due := now.AddDate(0, 0, -10)
	var rows []row
	for status, n := range map[string]int{"won": 96, "lost": 14, "": 10} {
		for range n {
			r := row{"due": due, "status": status, "acv": 100.0}
			if status == "" {
				r["status"] = nil
			}
			rows = append(rows, r)
		}
	}
	for _, value := range []string{"", "acv"} {
		family := &Renewal{Decision: "status", Renewed: []string{"won"}, Lost: []string{"lost"}, Grace: 45 * 24 * time.Hour, Value: value}
		got := estimateRows(family, Setting{TimeColumn: "due", Now: now}, rows)
		near(t, "value", got.Value, decided.P)
		near(t, "worst", got.Worst, bounds.Worst)
		near(t, "best", got.Best, bounds.Best)
		if value == "" {
			interval95(t, "interval", got, decided.Wilson)
		}
		if got.N != 110 || got.Detail["pending"] != 10 {
			t.Errorf("n %d, detail %v", got.N, got.Detail)
		}
	}
}

// Worked numbers of the catalogue that have no file.
func TestAggregateAndRatioOracles(t *testing.T) {
	amounts := []row{
		{"y": 10.0, "c": "a"}, {"y": 20.0, "c": "a"}, {"y": 30.0, "c": "b"}, {"y": 40.0, "c": "c"},
	}
	z := math.Sqrt2 * math.Erfinv(0.95)
	sum := estimateRows(&Aggregate{Function: Sum, Column: "y"}, Setting{}, amounts)
	near(t, "sum", sum.Value, 100)
	near(t, "sum upper", sum.Upper, 100+z*math.Sqrt(3000))
	byCustomer := estimateRows(&Aggregate{Function: Sum, Column: "y", ClusterBy: "c"}, Setting{}, amounts)
	near(t, "sum by customer upper", byCustomer.Upper, 100+z*math.Sqrt(3400))

	sixty := estimateRows(&Aggregate{Function: Count}, Setting{}, make([]row, 60))
	near(t, "count", sixty.Value, 60)
	// The same 60 events as the hazard's, over an exposure of 1.
	var hazard estimatesOracle
	oracle(t, "estimates.json", &hazard)
	garwood, exposure := hazard.Hazard.Garwood95, hazard.Hazard.Exposure
	interval95(t, "count", sixty, [2]float64{garwood[0] * exposure, garwood[1] * exposure})
	counted := estimateRows(&Aggregate{Function: Count, ClusterBy: "c"}, Setting{}, amounts)
	near(t, "count by customer upper", counted.Upper, 4+z*math.Sqrt(4+1+1))
	mean := estimateRows(&Aggregate{Function: Mean, Column: "s"}, Setting{}, column("s", 7, 6, 6, 5, 7, 4, 3, 6, 2, 5))
	interval95(t, "mean", mean, [2]float64{3.91012540240291, 6.289874597597089})
}
