package measure

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/lifetime"
)

// m = 100, r = .8, d = .1 a year: 366.6667 without end, 292.0634 for five payments.
func TestContractualValueOracle(t *testing.T) {
	sums := make(Sums, revenueCount)
	sums[RevenueOpen], sums[RevenueLost] = 500, 100
	sums[RevenueS], sums[RevenueSS] = 500*100, 500*100*100+499*25*25 // s = 25
	for horizon, want := range map[int]float64{0: 366.6667, 5: 292.0634} {
		m := &LifetimeValue{Model: Contractual, Entity: "customer", Amount: "mrr", Unit: "EUR", Discount: 0.1, PeriodsAYear: 1, Horizon: horizon}
		got := m.Estimate(sums, Setting{}, 0.95)
		if math.Abs(*got.Value-want) > 1e-4 || got.N != 500 || got.Lower == nil || *got.Lower >= want || *got.Upper <= want {
			t.Errorf("horizon %d: %+v, want %v", horizon, got, want)
		}
	}
	endless := &LifetimeValue{Model: Contractual, Entity: "customer", Amount: "mrr", PeriodsAYear: 12}
	sums[RevenueLost] = 0
	if got := endless.Estimate(sums, Setting{}, 0.95); got.Value != nil || got.Reason != Endless {
		t.Errorf("nobody leaves and nothing is discounted: %+v", got)
	}
}

func TestHistoricValueIsNetOfCost(t *testing.T) {
	// Customers bring 100, 50, 10 and cost 20, 20, 20.
	sums := Sums{3, 160, 60, 100*100 + 50*50 + 10*10, 3 * 400, 100*20 + 50*20 + 10*20}
	value := &LifetimeValue{Model: Historic, Entity: "customer", Amount: "margin", Cost: "care", Form: LifetimeValueForm, Unit: "EUR"}
	got := value.Estimate(sums, Setting{}, 0.95)
	if math.Abs(*got.Value-100.0/3) > 1e-9 || math.Abs(*got.Upper-*got.Value-4.302652729911275*45.09249753/math.Sqrt(3)) > 1e-6 {
		t.Errorf("%+v: want 33.3, with the t interval of 80, 30, −10", got)
	}
	ratio := &LifetimeValue{Model: Historic, Entity: "customer", Amount: "margin", Cost: "care", Form: RatioToCost}
	if got := ratio.Estimate(sums, Setting{}, 0.95); math.Abs(*got.Value-160.0/60) > 1e-12 || *got.Numerator != 160 {
		t.Errorf("ratio to cost: %+v", got)
	}
	if a, b := value.Describe().Variant, ratio.Describe().Variant; a != "margin of each customer so far less care" || b != "sum of margin / sum of care of each customer so far" {
		t.Errorf("%q, %q", a, b)
	}
}

// Three customers have brought in 40, 20 and 70 net of care until the fourth month, in which the third adds 60.
func TestPayback(t *testing.T) {
	first, fourth := [2]float64{130, 40*40 + 20*20 + 70*70}, [2]float64{190, 40*40 + 20*20 + 130*130}
	sums := Sums{3}
	for _, month := range [][2]float64{first, first, first, fourth, fourth} {
		sums = append(sums, month[:]...)
	}
	m := &LifetimeValue{Model: Historic, Form: PaybackMonth, Entity: "customer", Amount: "margin", Cost: "care", Unit: "EUR", Age: 150 * 24 * time.Hour, Acquisition: 50}
	if size := m.Request(Setting{}).Size(); size != len(sums) {
		t.Fatalf("150 days ask for %d sums, want those of five months, %d", size, len(sums))
	}
	got := m.Estimate(sums, Setting{}, 0.95)
	if got.N != 3 || *got.Value != 4 || *got.Lower != 1 || got.Upper != nil || math.Abs(got.Detail["balance"]-(190.0/3-50)) > 1e-12 {
		t.Errorf("%+v: want month 4, from 1 on without end", got)
	}
	m.Acquisition = 64
	if got := m.Estimate(sums, Setting{}, 0.95); got.Value != nil || got.Reason != NotPaidBack || got.N != 3 {
		t.Errorf("190 of three customers do not pay for 64 each: %+v", got)
	}
	m.Acquisition = 0
	if got := m.Estimate(Sums{1, 5, 25, 5, 25, 5, 25, 5, 25, 5, 25}, Setting{}, 0.95); *got.Value != 1 || got.Lower != nil || got.Upper != nil {
		t.Errorf("a single customer has no interval: %+v", got)
	}
	if d := m.Describe(); d.Unit != UnitMonths || d.Direction != LowerIsBetter || d.Variant != "month by which margin of each customer in the first 150 days less care has made good what it cost" {
		t.Errorf("%+v", d)
	}
}

func TestAModelThatCannotBeFittedSaysWhy(t *testing.T) {
	m := &LifetimeValue{Model: BGNBD, Entity: "customer", Amount: "net", Unit: "EUR", TimeUnit: 7 * 24 * time.Hour, Horizon: 52}
	in := Setting{Confidence: 0.95}
	request := *m.Request(in).Customers
	for reason, groups := range map[NoValueReason][]lifetime.Group{
		NoRows:                                  nil,
		NoValueReason(lifetime.TooFewCustomers): {{Age: 10, Customers: 20}},
		NoValueReason(lifetime.TooFewRepeatBuyers): {{Age: 10, Customers: 500}},
	} {
		sums, err := SummariseCustomers(request, groups)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Estimate(sums, in, 0.95); got.Value != nil || got.Reason != reason {
			t.Errorf("%s: %+v", reason, got)
		}
	}
}

// Histories put together by whole weeks lose hardly anything: the same customers, in two halves that are not.
func TestManyHistoriesArePutTogether(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 14))
	groups := make([]lifetime.Group, manyHistories+1)
	for i := range groups {
		g := lifetime.Group{Age: float64(7+random.IntN(700)) / 7, Customers: 1}
		rate, leaves, usual := random.ExpFloat64()/20, 1-math.Pow(random.Float64(), 1.0/3), 20+40*random.Float64()
		for at := 7 * random.ExpFloat64() / rate; at < 7*g.Age; at += 7 * random.ExpFloat64() / rate {
			g.Spend = (g.Spend*float64(g.Frequency) + usual*(0.5+random.Float64())) / float64(g.Frequency+1)
			g.Frequency, g.Recency = g.Frequency+1, math.Floor(at)/7
			if random.Float64() < leaves {
				break
			}
		}
		groups[i] = g
	}
	m := &LifetimeValue{Model: BGNBD, Entity: "customer", Amount: "net", Unit: "EUR", TimeUnit: 7 * 24 * time.Hour, Horizon: 52}
	request := *m.Request(Setting{Confidence: 0.95}).Customers
	together, err := SummariseCustomers(request, groups)
	if err != nil {
		t.Fatal(err)
	}
	half := len(groups) / 2
	a, err := SummariseCustomers(request, groups[:half])
	if err != nil {
		t.Fatal(err)
	}
	b, err := SummariseCustomers(request, groups[half:])
	if err != nil {
		t.Fatal(err)
	}
	if got, want := together[valueIs], (a[valueIs]+b[valueIs])/2; math.Abs(got-want) > 0.001*want {
		t.Errorf("value %v, want about %v", got, want)
	}
	if got, want := together[valueCustomers], float64(manyHistories+1); got != want {
		t.Errorf("%v customers, want %v", got, want)
	}
}
