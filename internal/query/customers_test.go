package query

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/lifetime"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// orders are purchases of customers who come back or do not, with split orders, guests, rows without a price, and
// times on the bounds.
func (g generator) orders(kind Kind, customers int) testTable {
	t := testTable{name: "orders", columns: []ColumnInfo{
		{Name: "id", Kind: KindInteger}, {Name: "customer", Kind: KindText}, {Name: "active", Kind: KindBoolean},
		{Name: "at", Kind: kind}, {Name: "net", Kind: KindNumber}, {Name: "care", Kind: KindNumber},
	}}
	start := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	for c := range customers {
		at := start.Add(time.Duration(g.IntN(24*200)) * time.Hour)
		// A rate of purchase and a chance of leaving of one's own, as the model has it.
		rate, leaves, usual := g.ExpFloat64()/20, 1-math.Pow(g.Float64(), 1.0/3), 20+40*g.Float64()
		for {
			row := map[string]any{
				"id": int64(len(t.rows)), "customer": fmt.Sprintf("c%03d", c), "active": g.IntN(15) > 0, "at": at,
				"net": math.Round(usual*(0.5+g.Float64())*4) / 4, "care": float64(g.IntN(20)) / 4,
			}
			if kind == KindDate {
				row["at"] = at.Truncate(24 * time.Hour)
			}
			switch g.IntN(20) {
			case 0:
				row["customer"] = nil
			case 1:
				row["net"] = nil
			case 2:
				row["care"] = nil
			case 3:
				row["at"] = at.Truncate(24 * time.Hour)
			}
			t.rows = append(t.rows, row)
			if len(t.rows) > 1 && g.Float64() < leaves {
				break
			}
			at = at.Add(time.Duration(min(24*400, 1+24*g.ExpFloat64()/rate)) * time.Hour)
			if at.Year() > 2026 {
				break
			}
		}
	}
	return t
}

// history is a customer's purchases by day back from the end.
type history struct {
	days  map[int]float64
	first int
}

// customersOf is the reference: each customer's rows before the end, in plain Go.
func (ref *reference) customersOf(wish measure.CustomersRequest, end time.Time) measure.Sums {
	type customer struct {
		rows []map[string]any
	}
	all := map[string]*customer{}
	limit := ref.wall(ref.kinds["at"], end, "Europe/Berlin")
	for _, row := range ref.rows {
		key, known := row["customer"].(string)
		at, dated := row["at"].(time.Time)
		if !known || !dated || row["net"] == nil || !at.Before(limit) {
			continue
		}
		if all[key] == nil {
			all[key] = &customer{}
		}
		all[key].rows = append(all[key].rows, row)
	}
	micros := func(row map[string]any) int64 { return ref.instantOf("at", row["at"].(time.Time)).UnixMicro() }
	until := end.UnixMicro()
	if ref.kinds["at"] == KindDate {
		until = limit.UnixMicro()
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	day := func(at time.Time) int { // of a time as the column tells it
		if ref.kinds["at"] == KindInstant {
			at = at.In(berlin)
		}
		return int(time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC).Sub(time.Unix(0, 0)).Hours()) / 24
	}
	lastDay := day(limit.Add(-time.Second))
	counts := map[lifetime.Group]int64{}
	sums := make(measure.Sums, 6)
	if wish.Months > 0 {
		sums = make(measure.Sums, 1+2*wish.Months)
	}
	for _, c := range all {
		slices.SortFunc(c.rows, func(a, b map[string]any) int { return int(micros(a) - micros(b)) })
		first := micros(c.rows[0])
		if wish.Unit == 0 {
			if wish.Age > 0 && first > until-wish.Age.Microseconds() {
				continue
			}
			var a, k float64
			byMonth := make([]float64, wish.Months)
			for _, row := range c.rows {
				if wish.Age > 0 && micros(row) >= first+wish.Age.Microseconds() {
					continue
				}
				cost, _ := num(row["care"])
				a, k = a+row["net"].(float64), k+cost
				for month := range byMonth {
					if month == wish.Months-1 || micros(row) < first+int64(month+1)*2629800*1e6 { // a twelfth of 365.25 days
						byMonth[month] += row["net"].(float64) - cost
					}
				}
			}
			if wish.Months > 0 {
				sums[0]++
				for month, net := range byMonth {
					sums[1+2*month] += net
					sums[2+2*month] += net * net
				}
				continue
			}
			for i, v := range []float64{1, a, k, a * a, k * k, a * k} {
				sums[i] += v
			}
			continue
		}
		h := history{days: map[int]float64{}}
		for _, row := range c.rows {
			back := lastDay - day(row["at"].(time.Time))
			h.days[back] += row["net"].(float64)
			h.first = max(h.first, back)
		}
		last, spend := h.first, 0.0
		for back, amount := range h.days {
			last = min(last, back)
			if back < h.first {
				spend += amount
			}
		}
		unit := wish.Unit.Hours() / 24
		group := lifetime.Group{Frequency: len(h.days) - 1, Recency: float64(h.first-last) / unit, Age: float64(h.first) / unit}
		if group.Frequency > 0 {
			group.Spend = math.Round(spend/float64(group.Frequency)*1e9) / 1e9
		}
		counts[group]++
	}
	if wish.Unit == 0 {
		return sums
	}
	var groups []lifetime.Group
	for group, n := range counts {
		group.Customers = n
		groups = append(groups, group)
	}
	found, err := measure.SummariseCustomers(wish, groups)
	if err != nil {
		panic(err)
	}
	return found
}

func TestCustomersAreThoseOfEachRow(t *testing.T) {
	in := measure.Setting{Confidence: 0.95}
	models := []measure.LifetimeValue{
		{Model: measure.Historic, Entity: "customer", Amount: "net", Cost: "care"},
		{Model: measure.Historic, Entity: "customer", Amount: "net", Cost: "care", Age: 90 * 24 * time.Hour},
		{Model: measure.Historic, Entity: "customer", Amount: "net", Cost: "care", Age: 90 * 24 * time.Hour, Form: measure.PaybackMonth, Acquisition: 40},
		{Model: measure.BGNBD, Entity: "customer", Amount: "net", TimeUnit: 7 * 24 * time.Hour, Horizon: 52, Discount: 0.08},
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	quarter := func(n time.Month) time.Time { return time.Date(2025, n, 1, 0, 0, 0, 0, berlin) }
	for _, e := range engines(t) {
		for i, kind := range []Kind{KindTimestamp, KindDate, KindInstant} {
			g := generator{rand.New(rand.NewPCG(uint64(i), 21))}
			table := g.orders(kind, 600)
			e.load(t, table)
			set := RowSet{Columns: table.columns, Rows: int64(len(table.rows)), Dataset: plan.Dataset{
				Name: "orders", Table: &plan.Table{Name: "orders"}, TimeZone: "Europe/Berlin", Entities: map[string]string{"customer": "customer"},
				Filters: []plan.Filter{{Name: "inactive", Expr: "active"}}, Time: plan.Time{Event: "at"},
			}}
			ref := newReference(set, table, kept)
			windows := []Window{{quarter(4), quarter(7)}, {quarter(7), quarter(10)}, {quarter(10), quarter(10).AddDate(0, 3, 0)}}
			var asks []Ask
			for id, m := range models {
				asks = append(asks, Ask{ID: id, Request: m.Request(in), Windows: windows, TimeZone: "Europe/Berlin"})
			}
			batches, refusals := Plan(e.dialect, set, asks, Options{})
			if len(refusals) > 0 {
				t.Fatalf("%s: refused %v", e.dialect, refusals)
			}
			got, err := e.answer(batches)
			if err != nil {
				t.Fatalf("%s: %v", e.dialect, err)
			}
			for _, ask := range asks {
				want := map[string]measure.Sums{}
				for w, window := range windows {
					want[fmt.Sprintf("w%d b-1", w)] = ref.customersOf(*ask.Request.Customers, window.End)
				}
				for _, group := range got[ask.ID] { // fits stop within their tolerance
					for k, v := range want[groupKey(group)] {
						if math.Abs(group.Sums[k]-v) > 1e-6*max(1, math.Abs(v)) {
							t.Errorf("%s %s: ask %d, %s: sum %d is %v, want %v", e.dialect, kind, ask.ID, groupKey(group), k, group.Sums[k], v)
						}
					}
				}
				last := got[ask.ID][len(got[ask.ID])-1].Sums
				if e := models[ask.ID].Estimate(last, in, 0.95); e.Value == nil || e.Lower == nil {
					t.Errorf("%s: ask %d has no value to compare: %+v", kind, ask.ID, e)
				}
				if len(got[ask.ID]) != len(windows) {
					t.Errorf("%s %s: ask %d has %d windows", e.dialect, kind, ask.ID, len(got[ask.ID]))
				}
			}
		}
	}
}
