package leastsquares

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"
)

func read[T any](t *testing.T, path ...string) T {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	var into T
	if err := json.Unmarshal(raw, &into); err != nil {
		t.Fatal(err)
	}
	return into
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*max(1, math.Abs(want))) {
		t.Errorf("%s: got %.15g, want %.15g", what, got, want)
	}
}

func transposed(rows [][]float64) [][]float64 {
	var columns [][]float64
	for _, row := range rows {
		columns = slices.Grow(columns, len(row))[:len(row)]
		for j, v := range row {
			columns[j] = append(columns[j], v)
		}
	}
	return columns
}

// One column: renewal on the score two months before, by statsmodels and R's sandwich.
func TestSeries36(t *testing.T) {
	oracle := read[struct {
		Series36 struct{ NPS, Renewal []float64 }
		OLS      struct {
			Params    []float64
			SE        []float64 `json:"se_ols"`
			NeweyWest []float64 `json:"hac3_corr_se"`
			R2        float64
			Sigma     float64
		} `json:"lag2_ols"`
	}](t, "testdata", "series36.json")
	fit, ok := Regress(oracle.Series36.Renewal[2:], Constant(34), oracle.Series36.NPS[:34])
	if !ok || fit.Freedom != 32 {
		t.Fatalf("%v, %v degrees of freedom", ok, fit.Freedom)
	}
	for j := range fit.Coefficients {
		near(t, "coefficient", fit.Coefficients[j], oracle.OLS.Params[j], 1e-12)
		near(t, "error", fit.SE[j], oracle.OLS.SE[j], 1e-12)
	}
	near(t, "R²", fit.RSquared, oracle.OLS.R2, 1e-12)
	near(t, "sigma", fit.Sigma(), oracle.OLS.Sigma, 1e-12)
	if lags := BartlettLags(34); lags != 3 {
		t.Errorf("%d lags", lags)
	}
	near(t, "Newey–West", fit.HAC(3)[1], oracle.OLS.NeweyWest[1], 1e-12)
}

// Three columns that hang together closely.
func TestDrivers16(t *testing.T) {
	oracle := read[struct {
		Drivers16 struct {
			X        [][]float64
			Y        []float64
			R2       float64
			Coef, SE []float64
		}
	}](t, "..", "..", "trend", "testdata", "drivers_trend_forecast.json").Drivers16
	columns := append([][]float64{Constant(16)}, transposed(oracle.X)...)
	fit, ok := Regress(oracle.Y, columns...)
	if !ok {
		t.Fatal("no fit")
	}
	for j := range fit.Coefficients {
		near(t, "coefficient", fit.Coefficients[j], oracle.Coef[j], 1e-11)
		near(t, "error", fit.SE[j], oracle.SE[j], 1e-11)
	}
	near(t, "R²", fit.RSquared, oracle.R2, 1e-12)
	// The plane goes through the middle of the rows, where it is surest.
	var centre []float64
	for _, column := range columns {
		centre = append(centre, stat.Mean(column, nil))
	}
	mean, se := fit.Predict(centre...)
	var middle float64
	for _, y := range oracle.Y {
		middle += y / 16
	}
	near(t, "middle", mean, middle, 1e-12)
	near(t, "its error", se, fit.Sigma()*math.Sqrt(1+1.0/16), 1e-12)
}

// Nothing is fitted where rows do not determine it, whatever the units.
func TestNotDetermined(t *testing.T) {
	y := []float64{1, 3, 2, 5, 4, 6}
	for name, rows := range map[string][][]float64{
		"none":          nil,
		"too few":       {{1, 2}, {2, 1}, {3, 5}},
		"constant":      {{0.1}, {0.1}, {0.1}, {0.1}, {0.1}, {0.1}},
		"copy":          {{1, 1e6}, {2, 2e6}, {4, 4e6}, {5, 5e6}, {7, 7e6}, {9, 9e6}},
		"sum of others": {{1, 2, 3}, {2, 1, 3}, {4, 4, 8}, {5, 2, 7}, {7, 1, 8}, {9, 5, 14}},
	} {
		t.Run(name, func(t *testing.T) {
			columns := append([][]float64{Constant(len(rows))}, transposed(rows)...)
			if _, ok := Regress(y[:len(rows)], columns...); ok {
				t.Error("fitted")
			}
		})
	}
	if fit, ok := Regress(y, Constant(6), []float64{1e9 + 1, 1e9 + 2, 1e9 + 4, 1e9 + 5, 1e9 + 7, 1e9 + 9}); !ok {
		t.Error("far from zero is not constant")
	} else {
		near(t, "slope", fit.Coefficients[1], 9.0/17, 1e-7) // nine of sixteen digits are taken by the distance
	}
}
