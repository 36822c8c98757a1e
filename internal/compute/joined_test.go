package compute_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

const days = 24 * time.Hour

// shop writes orders and complaints: in September 40 orders of nordia with 6 complaints and 20 of vesta without any, in
// October 50 of nordia without any; complaints of October are about a brand that sold nothing.
func (w *world) shop(t *testing.T, loaded string, ghosts int) {
	t.Helper()
	orders := []string{"id,at,brand,customer,paid,loaded"}
	order := func(n int, month, brand string) {
		for i := range n {
			orders = append(orders, fmt.Sprintf("%s-%s-%d,2026-%s-%02dT10:00:00Z,%s,c%d,yes,%s", month, brand, i, month, i%28+1, brand, i%25, loaded))
		}
	}
	order(40, "09", "nordia")
	order(20, "09", "vesta")
	order(50, "10", "nordia")
	order(5, "11", "nordia")
	orders = append(orders, "x,2026-09-03T10:00:00Z,nordia,c1,no,"+loaded)
	complaints := []string{"id,at,brand,customer,loaded"}
	for i := range 6 {
		complaints = append(complaints, fmt.Sprintf("c%d,2026-09-1%dT10:00:00Z,nordia,c%d,2026-11-16T08:00:00Z", i, i, i%3))
	}
	for i := range ghosts {
		complaints = append(complaints, fmt.Sprintf("g%d,2026-10-1%dT10:00:00Z,ghost,c%d,2026-11-16T08:00:00Z", i, i, i))
	}
	w.csv(t, "orders", orders...)
	w.csv(t, "complaints", complaints...)
	fresh := func(d *plan.Dataset) {
		d.Entities = map[string]string{"customer": "customer"}
		d.Freshness = &plan.Freshness{Column: "loaded", Within: 26 * time.Hour}
	}
	w.dataset("orders", event("at"), fresh)
	w.dataset("complaints", event("at"), fresh)
}

func perOrders(i *plan.Indicator) {
	i.Other = "orders"
	i.Breakdowns = []plan.Breakdown{{By: []string{"brand"}}}
}

var complaintRate = measure.Spec{Rate: &measure.Rate{
	Exposure: measure.Exposure{Dataset: "orders", Where: []measure.Condition{{Column: "paid", Operator: measure.In, Values: []string{"yes"}}}},
	Per:      1000, Direction: measure.LowerIsBetter,
}}

// told writes the values of segments with their n, or why there is none.
func told(n *plan.Numbers) string {
	var out []string
	for _, s := range n.Segments {
		out = append(out, fmt.Sprintf("%s %s", *s.Values[0], valueOf(s.Current)))
	}
	return strings.Join(out, ", ")
}

func valueOf(p plan.PeriodResult) string {
	if p.Value == nil {
		return fmt.Sprintf("%s n %d", p.Reason, p.N)
	}
	return fmt.Sprintf("%.4g n %d", *p.Value, p.N)
}

func TestRateJoinsTwoDatasetsByPeriodAndSegment(t *testing.T) {
	w := newWorld(t)
	w.shop(t, "2026-11-16T08:30:00Z", 0)
	w.cpi("rate", "complaints", complaintRate, perOrders)
	w.cpi("complaining", "complaints", complaintRate, func(i *plan.Indicator) {
		perOrders(i)
		i.Responses = &plan.Responses{Entity: "customer", Keep: plan.KeepFirst}
	})
	found := w.run(t)
	for label, want := range map[string]string{"2026-09": "100 n 60", "2026-10": "0 n 50", "2026-11": "NoEvents n 5"} {
		if got := valueOf(found.period("rate", label)); got != want {
			t.Errorf("%s: %s, want %s", label, got, want)
		}
	}
	if got := valueOf(found.period("complaining", "2026-09")); got != "50 n 60" {
		t.Errorf("three who complain: %s", got)
	}
	// October is over and loaded: no complaint is none, with what 50 orders without any can tell.
	october := found.period("rate", "2026-10")
	if october.Flag != "" || *october.Lower != 0 || math.Abs(*october.Upper-1000*3.688879454/50) > 1e-6 || *october.Numerator != 0 || *october.Denominator != 50 {
		t.Errorf("October %+v", october)
	}
	numbers := found.numbers("rate")
	if got := told(numbers); got != "nordia 0 n 50" {
		t.Errorf("segments of October: %s", got)
	}
	if before := numbers.Segments[0].Previous; before == nil || valueOf(*before) != "150 n 40" {
		t.Errorf("nordia in September: %+v", before)
	}
	if want := time.Date(2026, 11, 16, 8, 0, 0, 0, time.UTC); numbers.Watermark == nil || !numbers.Watermark.Equal(want) {
		t.Errorf("watermark %v, want the earlier: %s", numbers.Watermark, want)
	}
	if got, want := steps(numbers.Waterfall), "read 6, outside-history 6, used 0, exposure/read 116, exposure/outside-history 66, exposure/used 50"; got != want {
		t.Errorf("waterfall %s, want %s", got, want)
	}
	if !strings.Contains(numbers.SQL, "-- dataset orders\n") || strings.Count(numbers.SQL, "SELECT") < 2 {
		t.Errorf("SQL %s", numbers.SQL)
	}
}

func TestRateShowsSegmentsOfEitherDataset(t *testing.T) {
	w := newWorld(t)
	w.shop(t, "2026-11-16T08:30:00Z", 4)
	w.cpi("rate", "complaints", complaintRate, func(i *plan.Indicator) {
		perOrders(i)
		i.Where = []measure.Condition{{Column: "id", Operator: measure.NotIn, Values: []string{"g0", "c0"}}}
	})
	found := w.run(t)
	if got := told(found.numbers("rate")); got != "ghost ZeroDenominator n 0, nordia 0 n 50" {
		t.Errorf("segments of October: %s", got)
	}
	for label, want := range map[string]string{"2026-09": "83.33 n 60", "2026-10": "60 n 50"} {
		if got := valueOf(found.period("rate", label)); got != want {
			t.Errorf("%s: %s, want %s", label, got, want)
		}
	}
	if got, want := steps(found.numbers("rate").Waterfall), "read 10, outside-history 6, where 1, used 3, exposure/read 116, exposure/outside-history 66, exposure/used 50"; got != want {
		t.Errorf("waterfall %s, want %s", got, want)
	}
}

// Zero needs proof from both sides; and a period is over when the data of both are.
func TestNoEventIsZeroOnlyWhereBothDatasetsAreLoaded(t *testing.T) {
	for name, c := range map[string]struct {
		loaded           string
		change           func(*plan.Dataset)
		september, state string
		october          string
		warning          string
	}{
		"no load times of orders": {"2026-11-16T08:00:00Z", func(d *plan.Dataset) { d.Freshness = nil }, "100 n 60", "Mature", "NoEvents n 50", "declare freshness in dataset orders."},
		"orders load late":        {"2026-10-20T08:00:00Z", func(*plan.Dataset) {}, "100 n 60", "Running", "NoEvents n 50", "Dataset orders: Nothing was loaded after 2026-10-20T08:00:00Z"},
	} {
		w := newWorld(t)
		w.shop(t, c.loaded, 0)
		c.change(&w.Datasets[0])
		w.cpi("rate", "complaints", complaintRate, perOrders)
		found := w.run(t)
		if got := valueOf(found.period("rate", "2026-09")); got != c.september {
			t.Errorf("%s: September %s, want %s", name, got, c.september)
		}
		if p := found.period("rate", "2026-10"); valueOf(p) != c.october || string(p.State) != c.state {
			t.Errorf("%s: October %s, %s; want %s, %s", name, valueOf(p), p.State, c.october, c.state)
		}
		if got := strings.Join(found.numbers("rate").Warnings, "\n"); !strings.Contains(got, c.warning) {
			t.Errorf("%s: warnings %s, want %s", name, got, c.warning)
		}
	}
}

// The exposure may be rows of the events' own dataset, under its own conditions.
func TestRateOfRowsAmongTheirOwnDataset(t *testing.T) {
	w := newWorld(t)
	w.shop(t, "2026-11-16T08:30:00Z", 0)
	w.cpi("unpaid", "orders", measure.Spec{Rate: &measure.Rate{Exposure: measure.Exposure{Dataset: "orders"}, Per: 100}}, func(i *plan.Indicator) {
		i.Other = "orders"
		i.Where = []measure.Condition{{Column: "paid", Operator: measure.In, Values: []string{"no"}}}
	})
	found := w.run(t)
	for label, want := range map[string]string{"2026-09": "1.639 n 61", "2026-10": "0 n 50"} {
		if got := valueOf(found.period("unpaid", label)); got != want {
			t.Errorf("%s: %s, want %s", label, got, want)
		}
	}
}

func TestABrokenSecondDatasetHarmsOnlyWhoReadsIt(t *testing.T) {
	w := newWorld(t)
	w.shop(t, "2026-11-16T08:30:00Z", 0)
	w.dataset("gone", event("at"), nil)
	w.csv(t, "gone")
	w.cpi("rate", "complaints", measure.Spec{Rate: &measure.Rate{Exposure: measure.Exposure{Dataset: "gone"}}}, func(i *plan.Indicator) { i.Other = "gone" })
	w.cpi("count", "complaints", countRows(), nil)
	w.cpi("no-such-column", "complaints", measure.Spec{Rate: &measure.Rate{Exposure: measure.Exposure{Dataset: "orders", Column: "hours"}}}, perOrders)
	found := w.run(t)
	if got := found.reason("rate"); got != plan.TableMissing {
		t.Errorf("the rate: %q", got)
	}
	if got := found.reason("no-such-column"); got != plan.ColumnMissing {
		t.Errorf("a column that the second dataset has not: %q", got)
	}
	if got := valueOf(found.period("count", "2026-09")); got != "6 n 6" {
		t.Errorf("the count: %s", got)
	}
}

// customers write orders of a shop: in August 30 customers, all of whom come back in September, in September 20 new ones,
// 5 of whom come back within 30 days, in October 10, 1 of them within 30 days.
func (w *world) customers(t *testing.T) {
	t.Helper()
	lines := []string{"id,at,customer,channel,loaded"}
	order := func(month string, day int, customer, channel string) {
		lines = append(lines, fmt.Sprintf("%d,2026-%s-%02dT10:00:00Z,%s,%s,2026-11-16T08:00:00Z", len(lines), month, day, customer, channel))
	}
	for i := range 30 {
		order("08", 1+i%20, fmt.Sprintf("old%d", i), "web")
		order("09", 1+i%20, fmt.Sprintf("old%d", i), "web")
	}
	for i := range 20 {
		order("09", 5, fmt.Sprintf("new%d", i), []string{"web", "store"}[i%2])
		if i < 10 {
			order("09", 5, fmt.Sprintf("new%d", i), "web") // the rest of a split order
		}
		if i < 5 {
			order("10", 5, fmt.Sprintf("new%d", i), "web") // exactly 30 days later
		}
	}
	for i := range 10 {
		order("10", 14+i, fmt.Sprintf("late%d", i), "web")
	}
	order("10", 20, "late0", "store")
	order("10", 2, "", "web")
	w.csv(t, "orders", lines...)
	w.dataset("orders", event("at"), func(d *plan.Dataset) {
		d.PrimaryKey = []string{"id"}
		d.Entities = map[string]string{"customer": "customer"}
		d.Freshness = &plan.Freshness{Column: "loaded", Within: 26 * time.Hour}
	})
}

func repeat(occurrence measure.Occurrence, within time.Duration) measure.Spec {
	return measure.Spec{Conversion: &measure.Conversion{Entity: "customer", Occurrence: occurrence, Within: within, Outcome: measure.Outcome{After: days}, Direction: measure.HigherIsBetter}}
}

func maturing(within time.Duration) func(*plan.Indicator) {
	return func(i *plan.Indicator) { i.Period.Maturity = within }
}

func TestFirstIsTheFirstEver(t *testing.T) {
	w := newWorld(t)
	w.customers(t)
	w.cpi("repeat", "orders", repeat(measure.First, 30*days), maturing(30*days))
	w.cpi("in-period", "orders", repeat(measure.FirstInPeriod, 30*days), maturing(30*days))
	found := w.run(t)
	if got := valueOf(found.period("repeat", "2026-09")); got != "0.25 n 20" {
		t.Errorf("September: %s, want 5 of 20; who came in August is no new customer", got)
	}
	if got := valueOf(found.period("in-period", "2026-09")); got != "0.1 n 50" {
		t.Errorf("September, first in the period: %s, want 5 of 50", got)
	}

	// October is over, but not yet 30 days after all of its first orders: four of ten are pending.
	october := found.period("repeat", "2026-10")
	if got := valueOf(october); got != "0.3333 n 3" || october.State != plan.Maturing {
		t.Errorf("October: %s, %s", got, october.State)
	}
	if math.Abs(*october.Worst-0.1) > 1e-9 || math.Abs(*october.Best-0.8) > 1e-9 {
		t.Errorf("October lies between %g and %g, want 0.1 and 0.8", *october.Worst, *october.Best)
	}
	if got := found.numbers("repeat"); got.Periods[0].Worst != nil {
		t.Error("September is decided, yet it can move")
	}
	// Of the 60 of September, the 30 old ones and the 10 split orders are no first.
	if got, want := steps(found.numbers("repeat").Waterfall), "read 107, outside-history 47, not-first 40, used 20"; got != want {
		t.Errorf("waterfall %s, want %s", got, want)
	}
	if got := found.period("repeat", "2026-10").Rejected[measure.RejectedNoEntity]; got != 1 {
		t.Errorf("%d rows of nobody, want 1", got)
	}
}

// What follows may stand elsewhere; then it may come at the same time, and its load counts too.
func TestOutcomesOfAnotherDataset(t *testing.T) {
	w := newWorld(t)
	w.customers(t)
	gifts := []string{"id,at,customer,kind,loaded"}
	for i := range 8 { // four of them before the order, one of another kind
		at := []string{"2026-09-05T10:00:00Z", "2026-09-05T09:59:59Z"}[i%2]
		gifts = append(gifts, fmt.Sprintf("%d,%s,new%d,%s,2026-11-10T08:00:00Z", i, at, i, []string{"gift", "gift", "note", "gift"}[i%4]))
	}
	w.csv(t, "gifts", gifts...)
	w.dataset("gifts", event("at"), func(d *plan.Dataset) {
		d.Entities = map[string]string{"customer": "customer"}
		d.Freshness = &plan.Freshness{Column: "loaded", Within: 260 * time.Hour}
	})
	w.cpi("recognised", "orders", measure.Spec{Conversion: &measure.Conversion{Entity: "customer", Occurrence: measure.First, Within: 10 * days, Direction: measure.HigherIsBetter,
		Outcome: measure.Outcome{Dataset: "gifts", Where: []measure.Condition{{Column: "kind", Operator: measure.In, Values: []string{"gift"}}}}}},
		func(i *plan.Indicator) { i.Other, i.Period.Maturity = "gifts", 10*days })
	found := w.run(t)
	if got := valueOf(found.period("recognised", "2026-09")); got != "0.1 n 20" {
		t.Errorf("September: %s, want 2 of 20", got)
	}
	// By the orders alone October would be mature; gifts are known up to 10 November, exactly its last time.
	if p := found.period("recognised", "2026-10"); p.State != plan.Maturing || p.N != 10 {
		t.Errorf("October: %s n %d", p.State, p.N)
	}
	if got, want := steps(found.numbers("recognised").Waterfall), "read 107, outside-history 47, not-first 40, used 20, outcome/read 8, outcome/where 2, outcome/used 6"; got != want {
		t.Errorf("waterfall %s, want %s", got, want)
	}
}

// A month that was half loaded spoils the conversions that its rows would have been the outcome of, too.
func TestConversionsRestOnTheMonthsThatFollow(t *testing.T) {
	w := newWorld(t)
	lines := []string{"id,at,customer"}
	for month := 4; month <= 10; month++ {
		for i := range 40 {
			if month == 9 && i >= 10 {
				break
			}
			lines = append(lines, fmt.Sprintf("%d-%d,2026-%02d-%02dT10:00:00Z,c%d", month, i, month, i%28+1, i))
		}
	}
	w.csv(t, "orders", lines...)
	w.dataset("orders", event("at"), func(d *plan.Dataset) { d.Entities = map[string]string{"customer": "customer"} })
	for name, within := range map[string]time.Duration{"soon": days, "later": 40 * days} {
		w.cpi(name, "orders", repeat(measure.Every, within), func(i *plan.Indicator) { i.Period.Maturity, i.Period.History = within, 6 })
	}
	found := w.run(t)
	for name, want := range map[string]map[string]plan.Flag{
		"soon":  {"2026-07": "", "2026-08": plan.SuspectData, "2026-09": plan.SuspectData, "2026-10": ""},
		"later": {"2026-06": "", "2026-07": plan.SuspectData, "2026-08": plan.SuspectData, "2026-09": plan.SuspectData},
	} {
		for label, flag := range want {
			if got := found.period(name, label).Flag; got != flag {
				t.Errorf("%s %s: flag %q, want %q", name, label, got, flag)
			}
		}
	}
}
