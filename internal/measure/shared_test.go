package measure

import (
	"fmt"
	"math"
	"testing"
)

// What customers save: of all they would have paid, and each of them in the mean.
func TestMoneySavedOracle(t *testing.T) {
	var want struct {
		Saved struct {
			List, Paid        []float64
			Rate, SE          float64
			CI                [2]float64
			MeanOfRatios      float64    `json:"mean_of_ratios"`
			PerCustomer       float64    `json:"per_customer_mean"`
			PerCustomerWithin [2]float64 `json:"per_customer_t95"`
		} `json:"money_saved"`
	}
	oracle(t, "../interval/testdata/rates_bootstrap.json", &want)
	o := want.Saved
	var rows []row
	var ratios float64
	for i, list := range o.List {
		rows = append(rows, row{"list": list, "saved": list - o.Paid[i], "customer": fmt.Sprint(i)})
		ratios += (list - o.Paid[i]) / list / float64(len(o.List))
	}
	for _, by := range []string{"", "customer"} { // each customer has one row
		rate := estimateRows(&Ratio{Numerator: "saved", Denominator: "list", ClusterBy: by}, Setting{}, rows)
		near(t, "rate", rate.Value, o.Rate)
		interval95(t, "rate", rate, o.CI)
	}
	if near(t, "mean of ratios", &ratios, o.MeanOfRatios); math.Abs(ratios-o.Rate) < 0.01 {
		t.Error("a mean of ratios would pass for the ratio")
	}
	mean := estimateRows(&Aggregate{Function: Mean, Column: "saved"}, Setting{}, rows)
	near(t, "of each customer", mean.Value, o.PerCustomer)
	for i, end := range []*float64{mean.Lower, mean.Upper} { // scipy's t(7) is good for nine digits
		if math.Abs(*end-o.PerCustomerWithin[i]) > 1e-8 {
			t.Errorf("of each customer: end %v, want %v", *end, o.PerCustomerWithin[i])
		}
	}
}

// The ACSI form by the State of Ohio's weights, and by equal ones.
func TestSatisfactionIndexOracle(t *testing.T) {
	var want struct {
		Index struct {
			Items        [][]float64
			Weights, T95 []float64
			Index        float64
			Equal        float64 `json:"equal_weight_index"`
		} `json:"csi_acsi"`
	}
	oracle(t, "estimates.json", &want)
	o := want.Index
	form := indexOracle{Rows: o.Items, Weights: o.Weights, Lo: []float64{1, 1, 1}, Hi: []float64{10, 10, 10}}
	got := estimateRows(form.index(), Setting{}, form.rows())
	near(t, "index", got.Value, o.Index)
	interval95(t, "index", got, [2]float64(o.T95))
	form.Weights = []float64{1, 1, 1}
	for i := range form.Weights {
		form.Weights[i] /= 3
	}
	near(t, "equal weights", estimateRows(form.index(), Setting{}, form.rows()).Value, o.Equal)
}

func TestComplaintRateOracle(t *testing.T) {
	var want struct {
		Complaints struct {
			Events, Exposure float64
			Rate             float64 `json:"per_1000"`
			Garwood          [2]float64
		} `json:"complaint_rate"`
	}
	oracle(t, "../interval/testdata/rates_bootstrap.json", &want)
	o := want.Complaints
	got := (&Rate{Exposure: Exposure{Dataset: "orders"}, Per: 1000}).Estimate(Sums{o.Events, o.Exposure}, Setting{}, 0.95)
	near(t, "complaints per 1,000 orders", got.Value, o.Rate)
	interval95(t, "complaints per 1,000 orders", got, o.Garwood)
}
