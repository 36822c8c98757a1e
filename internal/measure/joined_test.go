package measure

import (
	"fmt"
	"testing"
	"time"
)

// joinedOracle are numbers of testdata/joined.py.
type joinedOracle struct {
	Rates []struct {
		Events, Exposure, Per, Rate float64
		Garwood                     [2]float64
	}
	Arrivals struct {
		Complaints     []float64
		Exposure, Rate float64
		Interval       [2]float64
	}
	Machines struct {
		Customer, Faults, Hours []float64
		Rate                    float64
		Interval                [2]float64
	}
	Shares []struct {
		Hits, N, Share float64
		Wilson         [2]float64
	}
	Contacts struct {
		Customer, Again  []float64
		Share, Effective float64
		Wilson           [2]float64
	}
}

func joinedNumbers(t *testing.T) joinedOracle {
	t.Helper()
	var want joinedOracle
	oracle(t, "joined.json", &want)
	return want
}

func TestRateOracles(t *testing.T) {
	want := joinedNumbers(t)
	for _, r := range want.Rates {
		what := fmt.Sprintf("%g per %g", r.Events, r.Exposure)
		m := &Rate{Events: "k", Exposure: Exposure{Dataset: "orders"}, Per: r.Per}
		e := m.Estimate(Sums{1, 1, 0, r.Events, r.Exposure}, Setting{}, 0.95)
		near(t, what, e.Value, r.Rate)
		interval95(t, what, e, r.Garwood)
		if e.N != int64(r.Exposure) || *e.Numerator != r.Events || *e.Denominator != r.Exposure {
			t.Errorf("%s: %+v", what, e)
		}
	}

	a := want.Arrivals
	var complaints []row
	for customer, n := range a.Complaints {
		for range int(n) {
			complaints = append(complaints, row{"customer": fmt.Sprint(customer)})
		}
	}
	m := &Rate{Exposure: Exposure{Dataset: "orders"}, Per: 1000}
	in := Setting{KeepAll: "customer"}
	request := m.Request(in)
	request.Second = nil
	e := m.Estimate(append(sumsOf(request, complaints), a.Exposure), in, 0.95)
	near(t, "complaints of customers", e.Value, a.Rate)
	interval95(t, "complaints of customers", e, a.Interval)

	var machines []row
	for i, customer := range want.Machines.Customer {
		machines = append(machines, row{"customer": fmt.Sprint(customer), "faults": want.Machines.Faults[i], "hours": want.Machines.Hours[i]})
	}
	m = &Rate{Events: "faults", Exposure: Exposure{Column: "hours"}}
	e = estimateRows(m, in, machines)
	near(t, "faults per hour", e.Value, want.Machines.Rate)
	interval95(t, "faults per hour", e, want.Machines.Interval)
	if *e.Entities != 8 {
		t.Errorf("%d customers, want 8", *e.Entities)
	}
}

// No events, no exposure and neither are three different things, none of them infinite.
func TestRateWithoutEventsOrExposure(t *testing.T) {
	m := &Rate{Exposure: Exposure{Dataset: "orders"}, Per: 1000}
	at := func(events, orders float64) Estimate { return m.Estimate(Sums{events, orders}, Setting{}, 0.95) }
	if e := at(3, 0); e.Value != nil || e.Reason != ZeroDenominator {
		t.Errorf("complaints without orders: %+v", e)
	}
	if e := at(0, 0); e.Reason != NoRows {
		t.Errorf("neither complaints nor orders: %+v", e)
	}
	silent := at(0, 4800)
	if silent.Value != nil || silent.Reason != NoEvents || silent.N != 4800 {
		t.Errorf("orders without complaints, unproven: %+v", silent)
	}
	zero, proven := ZeroWhenComplete(m, silent, 0.95)
	if !proven || *zero.Value != 0 || zero.Reason != "" {
		t.Fatalf("orders without complaints, proven: %+v", zero)
	}
	interval95(t, "no complaint", zero, joinedNumbers(t).Rates[2].Garwood)

	// Rows of events that cannot be used are no proof of zero; nor is a period without exposure.
	broken := &Rate{Events: "k", Exposure: Exposure{Dataset: "orders"}}
	for name, sums := range map[string]Sums{"unreadable events": {1, 0, 1, 0, 4800}, "no exposure": {0, 0, 0, 0, 0}} {
		if e, proven := ZeroWhenComplete(broken, broken.Estimate(sums, Setting{}, 0.95), 0.95); proven {
			t.Errorf("%s taken for zero: %+v", name, e)
		}
	}
}

func TestConversionOracles(t *testing.T) {
	want := joinedNumbers(t)
	for _, s := range want.Shares {
		what := fmt.Sprintf("%g of %g", s.Hits, s.N)
		e := (&Conversion{Entity: "c", Occurrence: First, Within: time.Hour}).Estimate(Sums{s.N, s.Hits, 0, 0}, Setting{}, 0.95)
		near(t, what, e.Value, s.Share)
		interval95(t, what, e, s.Wilson)
		absent := (&Conversion{Entity: "c", Occurrence: First, Within: time.Hour, Outcome: Outcome{Absent: true}}).Estimate(Sums{s.N, s.N - s.Hits, 0, 0}, Setting{}, 0.95)
		near(t, what+", the other way round", absent.Value, s.Share)
	}

	c := want.Contacts
	var rows []row
	for i, customer := range c.Customer {
		rows = append(rows, row{"customer": fmt.Sprint(customer), FollowFound: fmt.Sprint(c.Again[i] == 1), FollowOver: "true"})
	}
	// A contact whose time is not over tells nothing yet.
	rows = append(rows, row{"customer": "0", FollowFound: "true", FollowOver: "false"})
	m := &Conversion{Entity: "customer", Occurrence: Every, Within: time.Hour}
	e := estimateRows(m, Setting{}, rows)
	near(t, "contacts", e.Value, c.Share)
	near(t, "effective n", e.EffectiveN, c.Effective)
	interval95(t, "contacts", e, c.Wilson)
	if e.N != 18 || *e.Entities != 10 {
		t.Errorf("n %d, customers %d; want 18, 10", e.N, *e.Entities)
	}
}

// Worst and best bound what the pending base rows can still do, in the direction that is better.
func TestPendingConversions(t *testing.T) {
	sums := Sums{80, 20, 20, 5} // decided, of them followed; pending, of them followed already
	for _, c := range []struct {
		absent      bool
		direction   Direction
		value       float64
		worst, best float64
	}{
		{false, HigherIsBetter, .25, .25, .40},
		{false, LowerIsBetter, .25, .40, .25},
		{true, HigherIsBetter, .75, .60, .75},
		{true, LowerIsBetter, .75, .75, .60},
	} {
		m := &Conversion{Entity: "c", Occurrence: FirstInPeriod, Within: time.Hour, Outcome: Outcome{Absent: c.absent}, Direction: c.direction}
		e := m.Estimate(sums, Setting{}, 0.95)
		what := fmt.Sprintf("absent %v, %s", c.absent, c.direction)
		near(t, what, e.Value, c.value)
		near(t, what+" worst", e.Worst, c.worst)
		near(t, what+" best", e.Best, c.best)
		if none := m.Estimate(Sums{0, 0, 20, 5}, Setting{}, 0.95); none.Value != nil || none.Reason != NothingDecided {
			t.Errorf("%s: nothing is over, yet %+v", what, none)
		}
	}
	if e := (&Conversion{Entity: "c", Occurrence: First, Within: time.Hour}).Estimate(Sums{80, 20, 0, 0}, Setting{}, 0.95); e.Worst != nil || e.Best != nil {
		t.Errorf("nothing is pending, yet the value can move: %+v", e)
	}
}

func TestConversionsTellTheirTimes(t *testing.T) {
	m := &Conversion{Entity: "customer", Occurrence: First, Within: 90 * 24 * time.Hour, Outcome: Outcome{After: 36 * time.Hour}}
	if got, want := m.Describe().Variant, "share of the first row of each customer that is followed by a later row from 36h to 90 d later"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for _, bad := range []Conversion{{Within: 0}, {Within: time.Hour, Outcome: Outcome{After: 2 * time.Hour}}, {Within: time.Hour, Outcome: Outcome{After: -1}}} {
		bad.Entity, bad.Occurrence = "c", Every
		if bad.check() == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
	for length, want := range map[time.Duration]string{time.Hour: "1h", 90 * time.Minute: "1h30m", 45 * time.Second: "45s", 48 * time.Hour: "2 d"} {
		if got := lengthText(length); got != want {
			t.Errorf("%s reads %q, want %q", length, got, want)
		}
	}
}
