package lifetime

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// oracle reads numbers that another tool computed.
func oracle[T any](t testing.TB, file string) (found T) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &found); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return found
}

// near demands a relative accuracy.
func near(t testing.TB, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*math.Abs(want)) {
		t.Errorf("%s: got %.15g, want %.15g", what, got, want)
	}
}

const (
	digits = 1e-11
	// scipy's simplex stops this close to the maximum, where the likelihood is flat.
	simplex = 1e-6
)

type published struct {
	BGNBD struct {
		N                  int64
		R, Alpha, A, B, LL float64
		ConditionalX2      float64 `json:"cond_x2_tx30_43_T38_86_t39"`
		AliveX2            float64 `json:"palive_x2"`
		New39              float64 `json:"E_X_t39"`
		New52              float64 `json:"E_X_t52"`
		ConditionalX26     float64 `json:"cond_x26_tx30_86_T31_t52"`
		ConditionalRounded float64 `json:"cond_with_published_rounded"`
		New39Rounded       float64 `json:"EX39_with_published_rounded"`
	} `json:"bgnbd_cdnow"`
	GammaGamma struct {
		N           int64
		P, Q, V, LL float64
		MeanSpend   float64 `json:"mean_spend"`
		Conditional float64 `json:"E_M_x2_z22_35"`
		Correlation float64 `json:"corr_x_z"`
		MeanOfMeans float64 `json:"mean_zbar"`
	} `json:"gammagamma_cdnow"`
	Telco telco
}

func TestFormulasOfThePapers(t *testing.T) {
	want := oracle[published](t, "lifetime_value.json")
	b := want.BGNBD
	m := BGNBD{b.R, b.Alpha, b.A, b.B}
	first := Group{Frequency: 2, Recency: 30.43, Age: 38.86}
	near(t, "purchases of the first customer", m.Purchases(first, 39), b.ConditionalX2, digits)
	near(t, "first customer alive", m.Alive(first), b.AliveX2, digits)
	near(t, "purchases of a frequent customer", m.Purchases(Group{Frequency: 26, Recency: 30.86, Age: 31}, 52), b.ConditionalX26, digits)
	near(t, "new customer, 39 weeks", m.PurchasesOfNew(39), b.New39, digits)
	near(t, "new customer, 52 weeks", m.PurchasesOfNew(52), b.New52, digits)
	m = BGNBD{0.243, 4.414, 0.793, 2.426}
	near(t, "purchases, published parameters", m.Purchases(first, 39), b.ConditionalRounded, digits)
	near(t, "new customer, published parameters", m.PurchasesOfNew(39), b.New39Rounded, digits)

	g := want.GammaGamma
	spend := GammaGamma{g.P, g.Q, g.V}
	near(t, "mean spend", spend.Mean(), g.MeanSpend, digits)
	near(t, "spend of the first customer", spend.Of(Group{Frequency: 2, Spend: 22.35}), g.Conditional, digits)
}

// A year of a customer's value, twelve months of 4.345 weeks at 1 % a month, and of somebody who has not come back. Months of
// 30, days taken for weeks, would make about four times as much of both.
func TestAYearAhead(t *testing.T) {
	want := oracle[published](t, "lifetime_value.json")
	m := BGNBD{want.BGNBD.R, want.BGNBD.Alpha, want.BGNBD.A, want.BGNBD.B}
	spend := GammaGamma{want.GammaGamma.P, want.GammaGamma.Q, want.GammaGamma.V}
	year := func(g Group, month float64) (purchases float64) {
		for i := 1.0; i <= 12; i++ {
			purchases += (m.Purchases(g, month*i) - m.Purchases(g, month*(i-1))) / math.Pow(1.01, i)
		}
		return purchases
	}
	first, absent := Group{Frequency: 2, Recency: 30.43, Age: 38.86, Spend: 22.35}, Group{Age: 38.86}
	o := oracle[struct {
		Of        float64 `json:"E_M"`
		Year      float64 `json:"clv12_factor_4_345_weeks_per_month_d01"`
		ThirtyBug float64 `json:"clv12_factor30_unit_bug"`
		Absent    float64 `json:"cust3_x0"`
		AbsentBug float64 `json:"x0_bug"`
	}](t, "value_ahead.json")
	near(t, "spend", spend.Of(first), o.Of, digits)
	near(t, "a year ahead", year(first, 4.345)*spend.Of(first), o.Year, 1e-9)
	near(t, "months of 30 weeks", year(first, 30)*spend.Of(first), o.ThirtyBug, 1e-9)
	near(t, "somebody who has not come back", year(absent, 4.345)*spend.Of(absent), o.Absent, 1e-9)
	near(t, "the same, months of 30 weeks", year(absent, 30)*spend.Of(absent), o.AbsentBug, 1e-9)
}

type firstPrinciples struct {
	Customers []struct {
		R, Alpha, A, B               float64
		Frequency                    int
		Recency, Age, Time, Discount float64
		Alive, Purchases, Discounted float64
		LogLikelihood                float64 `json:"log_likelihood"`
	}
	Fit struct {
		Rows                    [][4]float64
		BGNBD                   []float64
		BGNBDLogLikelihood      float64   `json:"bgnbd_log_likelihood"`
		GammaGamma              []float64 `json:"gamma_gamma"`
		GammaGammaLogLikelihood float64   `json:"gamma_gamma_log_likelihood"`
		Correlation             float64
	}
}

// The formulas against integrals over what is known of a customer (testdata/oracle.py), a = 1 among them, where the
// papers' formula has no value.
func TestFormulasFromFirstPrinciples(t *testing.T) {
	for _, c := range oracle[firstPrinciples](t, "oracle.json").Customers {
		m, g := BGNBD{c.R, c.Alpha, c.A, c.B}, Group{Frequency: c.Frequency, Recency: c.Recency, Age: c.Age, Customers: 1}
		sums := newBGNBDSums(m, []Group{g})
		sums.add(g, 1)
		near(t, "log-likelihood", sums.value, c.LogLikelihood, digits)
		near(t, "alive", m.Alive(g), c.Alive, 1e-10)
		near(t, "purchases", m.Purchases(g, c.Time), c.Purchases, 1e-10)
		_, discounted := m.ifAlive(g, c.Time, c.Discount)
		near(t, "discounted purchases", c.Alive*discounted, c.Discounted, 1e-10)
		if t.Failed() {
			t.Fatalf("%+v", c)
		}
	}
}

// fitted are the customers that scipy fitted, in days.
func fitted(t testing.TB) (firstPrinciples, []Group) {
	want := oracle[firstPrinciples](t, "oracle.json")
	var groups []Group
	for _, r := range want.Fit.Rows {
		groups = append(groups, Group{Frequency: int(r[0]), Recency: r[1], Age: r[2], Spend: r[3], Customers: 1})
	}
	return want, groups
}

func TestFitsAsInScipy(t *testing.T) {
	oracle, groups := fitted(t)
	want := oracle.Fit
	b, err := fitBGNBD(groups)
	if err != nil {
		t.Fatal(err)
	}
	g, err := fitGammaGamma(groups)
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range want.BGNBD {
		near(t, "BG/NBD", b.params[i], w, simplex)
	}
	for i, w := range want.GammaGamma {
		near(t, "Gamma–Gamma", g.params[i], w, simplex)
	}
	near(t, "log-likelihood of purchases", b.value*400, want.BGNBDLogLikelihood, digits)
	near(t, "log-likelihood of spend", g.value*g.customers, want.GammaGammaLogLikelihood, digits)
	near(t, "correlation", correlation(groups), want.Correlation, digits)
}
