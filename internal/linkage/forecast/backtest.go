package forecast

// Backtest is how a method would have done: at each period from the first origin on, it was told only what was known
// then.
type Backtest struct {
	// N forecasts.
	N int
	// MAE is the mean absolute error, in the KPI's unit; MASE is that in units of the error of the naive method within
	// the first periods told (Hyndman and Koehler 2006, International Journal of Forecasting 22:679).
	MAE, MASE float64
	// Coverage is the part of the prediction intervals, 0–1, that held.
	Coverage float64
	// Better is the test of Diebold and Mariano against the best method that knows no driver; nil for those.
	Better *Comparison
}

// Comparison of two methods' errors on the same periods.
type Comparison struct {
	// Statistic is positive if the second errs less: Student's on N−1 degrees of freedom.
	Statistic float64
	P         float64 // two-sided
	N         int
}
