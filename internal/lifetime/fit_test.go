package lifetime

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

var year = Horizon{Time: 52, Discount: 0.08, Year: WeeksAYear}

func mustExpect(t testing.TB, groups []Group, h Horizon) Expectation {
	t.Helper()
	e, err := ExpectValue(groups, h, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// Many customers of known parameters lead back to them.
func TestFitFindsTheTruth(t *testing.T) {
	for i, p := range populations {
		e := mustExpect(t, p.draw(rand.New(rand.NewPCG(4, uint64(i))), 30_000), year)
		for _, c := range []struct {
			what      string
			got, want float64
		}{
			{"r", e.BGNBD.R, p.buys.R}, {"alpha", e.BGNBD.Alpha, p.buys.Alpha}, {"a", e.BGNBD.A, p.buys.A}, {"b", e.BGNBD.B, p.buys.B},
			{"p", e.GammaGamma.P, p.spend.P}, {"q", e.GammaGamma.Q, p.spend.Q}, {"v", e.GammaGamma.V, p.spend.V},
		} {
			near(t, p.name+" "+c.what, c.got, c.want, 0.25)
		}
		purchases, value := p.ahead(year)
		for _, c := range []struct {
			what string
			got  Mean
			want float64
		}{{"purchases", e.Purchases, purchases}, {"value", *e.Value, value}} {
			if math.Abs(c.got.Value-c.want) > 4*c.got.StandardError || c.got.StandardError > 0.05*c.want {
				t.Errorf("%s %s: %v ± %v, want %v", p.name, c.what, c.got.Value, c.got.StandardError, c.want)
			}
		}
	}
}

// The derivatives that the fits climb by, against differences.
func TestDerivatives(t *testing.T) {
	groups := populations[0].draw(rand.New(rand.NewPCG(1, 1)), 200)
	bgnbd := func(p []float64) (float64, []float64, []float64) {
		s := newBGNBDSums(BGNBD{p[0], p[1], p[2], p[3]}, groups)
		for _, g := range groups {
			s.add(g, 1)
		}
		return s.value, s.score[:], slices.Concat(s.hessian[0][:], s.hessian[1][:], s.hessian[2][:], s.hessian[3][:])
	}
	spend := func(p []float64) (float64, []float64, []float64) {
		s := newGammaGammaSums(GammaGamma{p[0], p[1], p[2]}, groups)
		for _, g := range groups {
			s.add(g, 1)
		}
		return s.value, s.score[:], slices.Concat(s.hessian[0][:], s.hessian[1][:], s.hessian[2][:])
	}
	for _, c := range []struct {
		of     func([]float64) (float64, []float64, []float64)
		params []float64
	}{{bgnbd, []float64{0.3, 5, 0.7, 2}}, {spend, []float64{5, 3, 12}}} {
		_, score, hessian := c.of(c.params)
		for i := range c.params {
			const h = 1e-4
			up, down := slices.Clone(c.params), slices.Clone(c.params)
			up[i] += h
			down[i] -= h
			over, scoreOver, _ := c.of(up)
			under, scoreUnder, _ := c.of(down)
			near(t, "score", score[i], (over-under)/(2*h), 1e-5)
			for j := i; j < len(c.params); j++ {
				near(t, "second derivative", hessian[i*len(c.params)+j], (scoreOver[j]-scoreUnder[j])/(2*h), 1e-5)
			}
		}
	}
}

func TestRefusals(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 2))
	many := populations[0].draw(random, 2000)
	change := func(f func(*Group)) []Group {
		groups := slices.Clone(many)
		for i := range groups {
			f(&groups[i])
		}
		return groups
	}
	stays := population{"", BGNBD{1, 10, 0.001, 500}, GammaGamma{6, 4, 15}}.draw(random, 2000)
	giants := population{"", BGNBD{1, 10, 0.5, 3}, GammaGamma{5, 0.8, 10}}.draw(random, 2000)
	for _, c := range []struct {
		what   string
		groups []Group
		want   Reason
	}{
		{"nobody", nil, TooFewCustomers},
		{"99 customers", many[:99], TooFewCustomers},
		{"one-time buyers", change(func(g *Group) { *g = Group{Age: g.Age, Customers: 1} }), TooFewRepeatBuyers},
		{"nobody ever leaves", stays, AtBound},
		{"no time has passed", change(func(g *Group) { g.Recency, g.Age = 0, 0 }), NotConverged},
		{"one price", change(func(g *Group) { g.Spend = 9.9 }), AtBound},
		{"no usable spend", change(func(g *Group) { g.Spend = 0 }), TooFewRepeatBuyers},
		{"a few giants", giants, NoMeanSpend},
	} {
		_, err := ExpectValue(c.groups, year, 0.95)
		refusal, ok := errors.AsType[*Refusal](err)
		if !ok || refusal.Reason != c.want {
			t.Errorf("%s: %v, want %s", c.what, err, c.want)
			continue
		}
		t.Logf("%s: %s", c.what, refusal.Message)
	}
}

func TestImpossibleInput(t *testing.T) {
	good := populations[0].draw(rand.New(rand.NewPCG(2, 2)), 500)
	for _, bad := range []Group{
		{Customers: -1}, {Frequency: -1, Customers: 1}, {Frequency: 1, Recency: 3, Age: 2, Spend: 1, Customers: 1}, {Recency: 1, Age: 2, Customers: 1},
		{Age: math.NaN(), Customers: 1}, {Age: math.Inf(1), Customers: 1}, {Frequency: 1, Recency: -1, Age: 2, Customers: 1},
		{Frequency: 1, Recency: 1, Age: 2, Spend: math.NaN(), Customers: 1},
	} {
		_, err := ExpectValue(append(slices.Clone(good), bad), year, 0.95)
		if _, refused := errors.AsType[*Refusal](err); err == nil || refused {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	for _, h := range []Horizon{{}, {Time: -1}, {Time: math.Inf(1)}, {Time: 52, Discount: -0.1}, {Time: 52, Discount: 0.1}} {
		if _, err := ExpectValue(good, h, 0.95); err == nil {
			t.Errorf("horizon %+v is taken", h)
		}
	}
	if _, err := ExpectPurchases(good, year, 95); err == nil {
		t.Error("a confidence of 95 is taken")
	}
}

// What must not matter does not: the time unit, and whether customers come one by one or counted.
func TestInvariance(t *testing.T) {
	groups := Merge(populations[0].draw(rand.New(rand.NewPCG(5, 5)), 3000), 1, 0.02)
	want := mustExpect(t, groups, year)

	for name, unit := range map[string]float64{"days": DaysAYear, "months": MonthsAYear, "years": 1, "minutes": DaysAYear * 24 * 60} {
		restated := slices.Clone(groups)
		for i := range restated {
			restated[i].Recency *= unit / WeeksAYear
			restated[i].Age *= unit / WeeksAYear
		}
		got := mustExpect(t, restated, Horizon{Time: 52 * unit / WeeksAYear, Discount: 0.08, Year: unit})
		near(t, "value in "+name, got.Value.Value, want.Value.Value, 1e-7)
		near(t, "upper end in "+name, got.Value.Upper, want.Value.Upper, 1e-6)
	}

	var one []Group
	for _, g := range groups {
		n := g.Customers
		g.Customers = 1
		for range n {
			one = append(one, g)
		}
	}
	got := mustExpect(t, one, year)
	near(t, "value one by one", got.Value.Value, want.Value.Value, 1e-8)
	near(t, "upper end one by one", got.Value.Upper, want.Value.Upper, 1e-7)

	for i := range one {
		if one[i].Frequency == 0 {
			one[i].Spend = math.NaN() // says nothing
		}
	}
	slices.Reverse(one)
	got = mustExpect(t, one, year)
	near(t, "value in reverse", got.Value.Value, want.Value.Value, 1e-8)

	sum := 0.0
	for _, g := range groups {
		sum += float64(g.Customers) * want.Of(g)
	}
	near(t, "sum over customers", sum/3000, want.Value.Value, 1e-9)
}

// A purchase in a year's time counts for 1/1.08 at 8 %, in half a year for the root of that.
func TestDiscount(t *testing.T) {
	for year, h := range map[float64]Horizon{
		DaysAYear: {Discount: 0.08, Year: DaysAYear}, WeeksAYear: {Discount: 0.08, Year: WeeksAYear}, MonthsAYear: {Discount: 0.08, Year: MonthsAYear},
	} {
		near(t, "a year", math.Exp(-h.rate()*year), 1/1.08, digits)
		near(t, "half a year", math.Exp(-h.rate()*year/2), math.Sqrt(1/1.08), digits)
	}
}

func TestMerge(t *testing.T) {
	days := []Group{
		{Frequency: 1, Recency: 8, Age: 20, Spend: 10.1, Customers: 1},
		{Frequency: 1, Recency: 6, Age: 22, Spend: 10.15, Customers: 3},
		{Frequency: 1, Recency: 6, Age: 22, Spend: 20, Customers: 1},
		{Frequency: 2, Recency: 6, Age: 22, Spend: 10, Customers: 1},
		{Age: 21, Customers: 4}, {Age: 19, Customers: 4},
	}
	weeks := Merge(days, 7, 0.02)
	want := []Group{
		{Frequency: 1, Recency: 6.4 / 7, Age: 21.6 / 7, Spend: 10.1375, Customers: 4},
		{Frequency: 1, Recency: 6.4 / 7, Age: 21.6 / 7, Spend: 20, Customers: 1},
		{Frequency: 2, Recency: 6. / 7, Age: 22. / 7, Spend: 10, Customers: 1},
		{Age: 20. / 7, Customers: 8},
	}
	if len(weeks) != len(want) {
		t.Fatalf("%+v, want %+v", weeks, want)
	}
	for i, w := range want {
		g := weeks[i]
		if g.Frequency != w.Frequency || g.Customers != w.Customers || math.Abs(g.Recency-w.Recency) > 1e-12 || math.Abs(g.Age-w.Age) > 1e-12 || math.Abs(g.Spend-w.Spend) > 1e-12 {
			t.Errorf("%+v, want %+v", g, w)
		}
	}
	if all := Merge(days, 7, 0); len(all) != 3 {
		t.Errorf("spend keeps customers apart: %+v", all)
	}
}

// Purchases that stand on a curve over age against their own computation.
func TestCurve(t *testing.T) {
	for _, p := range populations {
		var groups []Group
		for _, g := range p.draw(rand.New(rand.NewPCG(6, 6)), 3000) {
			g.Age += 0.01 * float64(len(groups)%500)
			groups = append(groups, g)
		}
		s, err := newSample(groups, year)
		if err != nil {
			t.Fatal(err)
		}
		for i, g := range s.histories {
			near(t, p.name, s.expected.count[i], s.fit.model.Purchases(g, year.Time), 1e-9)
		}
	}
}

func TestWarnings(t *testing.T) {
	groups := populations[1].draw(rand.New(rand.NewPCG(7, 7)), 5000)
	kinds := func(groups []Group, h Horizon) (kinds []WarningKind) {
		for _, w := range mustExpect(t, groups, h).Warnings {
			kinds = append(kinds, w.Kind)
			t.Log(w.Message)
		}
		return kinds
	}
	if got := kinds(groups, year); got != nil {
		t.Errorf("customers as the model takes them: %v", got)
	}
	if got := kinds(groups, Horizon{Time: 79}); !slices.Equal(got, []WarningKind{BeyondExperience}) {
		t.Errorf("a horizon beyond the oldest customer: %v", got)
	}
	dearer, free := slices.Clone(groups), slices.Clone(groups)
	for i := range groups {
		dearer[i].Spend *= math.Pow(float64(groups[i].Frequency), 0.5)
		if i%10 == 0 {
			free[i].Spend = 0
		}
	}
	if got := kinds(dearer, year); !slices.Equal(got, []WarningKind{DependentSpend}) {
		t.Errorf("frequent customers spend more: %v", got)
	}
	if got := kinds(free, year); !slices.Equal(got, []WarningKind{UnusableSpend}) {
		t.Errorf("some without a price: %v", got)
	}
	heavy := population{"heavy", populations[1].buys, GammaGamma{5, 1.5, 10}}.draw(rand.New(rand.NewPCG(8, 8)), 5000)
	if got := kinds(heavy, year); !slices.Contains(got, HeavySpend) {
		t.Errorf("spend without variance: %v", got)
	}
}
