package lifetime

import (
	"compress/gzip"
	"encoding/csv"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

func TestContract(t *testing.T) {
	c := Contract{Margin: 100, Retention: 0.8, Discount: 0.1}
	value, err := c.Value()
	if err != nil {
		t.Fatal(err)
	}
	renewals, err := c.ValueOfRenewals()
	if err != nil {
		t.Fatal(err)
	}
	c.Payments = 5
	five, err := c.Value()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := digitsAfter(4, value, renewals, five), "366.6667 266.6667 292.0634"; got != want {
		t.Errorf("from now, from the next payment, five payments: %s, want %s", got, want)
	}
	if kept, err := (Contract{Margin: 3, Retention: 1, Payments: 4}).Value(); err != nil || kept != 12 {
		t.Errorf("four payments that are sure: %v, %v", kept, err)
	}
	for _, wrong := range []Contract{
		{Margin: 1, Retention: 1}, {Margin: 1, Retention: 1.01}, {Margin: 1, Retention: -0.1}, {Margin: math.NaN()}, {Discount: -0.1}, {Payments: -1},
	} {
		if v, err := wrong.Value(); err == nil {
			t.Errorf("%+v is worth %v", wrong, v)
		}
	}
}

func TestContractWithin(t *testing.T) {
	c := Contract{Margin: 10, Retention: 1}
	c.Payments = 12
	sure := interval.Interval{Lower: 10, Upper: 10}
	found, err := c.Within(sure, interval.Interval{Lower: 0.9, Upper: 1})
	if err != nil {
		t.Fatal(err)
	}
	c.Retention = 0.9
	lower, _ := c.Value()
	near(t, "with a sure margin the ends are those of retention: lower", found.Lower, lower, digits)
	near(t, "upper", found.Upper, 120, digits)

	c = Contract{Margin: 10, Retention: 0.9}
	if found, _ = c.Within(sure, interval.Interval{Lower: 0.7, Upper: 1}); !math.IsInf(found.Upper, 1) || found.Lower <= 0 {
		t.Errorf("retention up to 1 without discount has an upper end: %v", found)
	}
	if found, _ = c.Within(interval.Interval{Lower: -1, Upper: 21}, interval.Interval{Lower: 0.8, Upper: 0.95}); found.Finite() {
		t.Errorf("a margin that may be negative has an interval: %v", found)
	}
}

// Of each 1,000 samples so many intervals hold the true value.
func TestContractCoverage(t *testing.T) {
	const samples, sigma = 2000, 0.8
	random := rand.New(rand.NewPCG(3, 8))
	for _, retention := range []float64{0.5, 0.8, 0.95} {
		truth, err := (Contract{Margin: 10 * math.Exp(sigma*sigma/2), Retention: retention, Discount: 0.01}).Value()
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{30, 100, 1000} {
			held := 0
			for range samples {
				var kept, sum, squares float64
				for range n {
					margin := 10 * math.Exp(sigma*random.NormFloat64())
					sum, squares = sum+margin, squares+margin*margin
					if random.Float64() < retention {
						kept++
					}
				}
				size := float64(n)
				mean := sum / size
				margin := interval.Student(mean, math.Sqrt((squares/size-mean*mean)/(size-1)), size-1, 0.95)
				c := Contract{Margin: mean, Retention: kept / size, Discount: 0.01}
				found, err := c.Within(margin, interval.Wilson(c.Retention, size, 0.95))
				if err != nil {
					t.Fatal(err)
				}
				if found.Lower <= truth && truth <= found.Upper {
					held++
				}
			}
			if share := float64(held) / samples; share < 0.93 || share > 0.97 {
				t.Errorf("retention %v, %d customers: %.1f %% of 95 %% intervals hold the truth", retention, n, 100*share)
			}
		}
	}
}

type telco struct {
	N, Churn   int
	Rate       float64
	Wilson     [2]float64
	ByContract map[string][3]float64 `json:"by_contract"`
	MRRTotal   float64               `json:"mrr_total"`
	MRRLost    float64               `json:"mrr_lost"`
	MeanTenure float64               `json:"mean_tenure"`
	Unknown    int                   `json:"na_total_charges"`
}

// The telco sample, as the contractual value sees it: charges, and who stayed.
func TestTelcoSample(t *testing.T) {
	want := oracle[published](t, "lifetime_value.json").Telco
	file, err := os.Open(filepath.Join("..", "..", "config", "samples", "data", "telco_churn.csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(unzipped).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	var got telco
	got.ByContract = map[string][3]float64{}
	for _, row := range rows[1:] {
		charge, contract := number(t, row[column["monthly_charges"]]), row[column["contract"]]
		of := got.ByContract[contract]
		got.N++
		of[1]++
		got.MRRTotal += charge
		got.MeanTenure += number(t, row[column["tenure"]])
		if row[column["churn"]] == "Yes" {
			got.Churn++
			of[0]++
			got.MRRLost += charge
		}
		if row[column["total_charges"]] == "" || row[column["total_charges"]] == "NA" {
			got.Unknown++
		}
		got.ByContract[contract] = of
	}
	if got.N != want.N || got.Churn != want.Churn || got.Unknown != want.Unknown {
		t.Fatalf("%d customers, %d lost, %d without total charges; want %d, %d, %d", got.N, got.Churn, got.Unknown, want.N, want.Churn, want.Unknown)
	}
	n := float64(got.N)
	rate := float64(got.Churn) / n
	near(t, "churn", rate, want.Rate, digits)
	within := interval.Wilson(rate, n, 0.95)
	near(t, "lower", within.Lower, want.Wilson[0], 1e-9)
	near(t, "upper", within.Upper, want.Wilson[1], 1e-9)
	near(t, "mean tenure", got.MeanTenure/n, want.MeanTenure, digits)
	near(t, "recurring revenue", got.MRRTotal, want.MRRTotal, digits)
	near(t, "recurring revenue lost", got.MRRLost, want.MRRLost, digits)
	for contract, w := range want.ByContract {
		of := got.ByContract[contract]
		near(t, contract+" lost", of[0], w[0], 0)
		near(t, contract, of[1], w[1], 0)
		near(t, contract+" churn", of[0]/of[1], w[2], digits)
	}
	value, err := (Contract{Margin: got.MRRTotal / n, Retention: 1 - rate}).Value()
	if err != nil {
		t.Fatal(err)
	}
	near(t, "value without discount is the mean charge over churn", value, want.MRRTotal/float64(want.N)/want.Rate, digits)
}
