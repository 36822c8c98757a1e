package cohort

import (
	"math"
	"math/rand/v2"
	"testing"
)

func (o sharedOracle) smallRows() []Row {
	rows := make([]Row, len(o.LogitSmall.NPS))
	for i := range rows {
		rows[i] = Row{
			X:       []float64{o.LogitSmall.NPS[i], o.LogitSmall.Tenure[i]},
			Outcome: o.LogitSmall.Renewed[i] == 1, N: 1,
		}
	}
	return rows
}

func TestLogisticOfTwentyFourRows(t *testing.T) {
	o := shared(t)
	fit, reason := Regress(o.smallRows())
	if reason != "" {
		t.Fatal(reason)
	}
	for i := range o.LogitSmall.Coef {
		near(t, "coefficient", fit.Coefficients[i], o.LogitSmall.Coef[i], 1e-9)
		near(t, "error", fit.Error(i), o.LogitSmall.SE[i], 1e-9)
		near(t, "p", fit.P(i), o.LogitSmall.P[i], 1e-8)
	}
	near(t, "log-likelihood", fit.LogLikelihood, o.LogitSmall.LLF, 1e-12)
	near(t, "null", fit.Null, o.LogitSmall.LLNull, 1e-9)
	bounded(t, "odds ratio", *onLogarithm(fit.Coefficients[1], fit.Error(1), 0.95), o.LogitSmall.OR, o.LogitSmall.ORCI, 1e-9)
}

func TestUnitsOfColumnsDoNotMatter(t *testing.T) {
	rows := shared(t).smallRows()
	plain, _ := Regress(rows)
	for i := range rows {
		rows[i].X = []float64{rows[i].X[0]*1e-6 + 3, rows[i].X[1]*1e9 - 1e10}
	}
	scaled, reason := Regress(rows)
	if reason != "" {
		t.Fatal(reason)
	}
	near(t, "log-likelihood", scaled.LogLikelihood, plain.LogLikelihood, 1e-9)
	near(t, "coefficient", scaled.Coefficients[1]*1e-6, plain.Coefficients[1], 1e-7)
	near(t, "error", scaled.Error(2)*1e9, plain.Error(2), 1e-7)
}

func TestSeparationIsRefused(t *testing.T) {
	row := func(outcome bool, n float64, x ...float64) Row { return Row{X: x, Outcome: outcome, N: n} }
	cases := map[string][]Row{
		"complete":           {row(false, 20, 1), row(false, 20, 2), row(true, 20, 3), row(true, 20, 4)},
		"overlap at a bound": {row(false, 20, 1), row(false, 20, 2), row(true, 20, 2), row(true, 20, 3)},
		"one empty cell":     {row(true, 50, 1, 0), row(true, 20, 0, 0), row(false, 30, 0, 0), row(true, 30, 1, 1), row(true, 25, 0, 1), row(false, 25, 0, 1)},
		"a line across": {
			row(true, 9, 3, 1), row(true, 9, 5, 4), row(true, 9, 9, 8.5), row(false, 9, 1, 3), row(false, 9, 4, 5), row(false, 9, 8, 8.5),
		},
	}
	for name, rows := range cases {
		if fit, reason := Regress(rows); reason != Separation {
			t.Errorf("%s: %q, %+v", name, reason, fit)
		}
	}
}

// A single row the other way, however far out, makes the maximum finite.
func TestNearSeparationIsNot(t *testing.T) {
	rows := []Row{
		{X: []float64{1}, N: 1e6}, {X: []float64{2}, Outcome: true, N: 1e6}, {X: []float64{1}, Outcome: true, N: 1}, {X: []float64{2}, N: 1},
	}
	fit, reason := Regress(rows)
	if reason != "" {
		t.Fatal(reason)
	}
	near(t, "coefficient", fit.Coefficients[1], 2*math.Log(1e6), 1e-9)
}

func TestColumnsThatSayTheSame(t *testing.T) {
	rows := shared(t).smallRows()
	for name, column := range map[string]func(x []float64) float64{
		"constant":    func([]float64) float64 { return 7 },
		"copy":        func(x []float64) float64 { return x[0] },
		"combination": func(x []float64) float64 { return 3*x[0] - x[1] + 2 },
	} {
		more := make([]Row, len(rows))
		for i, r := range rows {
			more[i] = Row{X: []float64{r.X[0], r.X[1], column(r.X)}, Outcome: r.Outcome, N: 1}
		}
		if _, reason := Regress(more); reason != Collinear {
			t.Errorf("%s: %q", name, reason)
		}
	}
}

// Whatever the rows: a fit, at which the likelihood is flat, or a reason.
func TestRegressionEndsWithAMaximumOrAReason(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	reasons := map[Reason]int{}
	for range 400 {
		n, k := 6+random.IntN(60), 1+random.IntN(3)
		rows := make([]Row, n)
		for i := range rows {
			x := make([]float64, k)
			var eta float64
			for j := range x {
				x[j] = math.Round(3*random.NormFloat64()) * math.Pow(10, float64(3*j))
				eta += x[j] / math.Pow(10, float64(3*j))
			}
			rows[i] = Row{X: x, Outcome: logistic(eta) > random.Float64(), N: 1}
		}
		fit, reason := Regress(rows)
		reasons[reason]++
		if reason != "" {
			continue
		}
		var score float64
		for _, r := range rows {
			score -= fit.Chance(r.X)
			if r.Outcome {
				score++
			}
		}
		if math.Abs(score) > 1e-8 {
			t.Errorf("expected outcomes differ from observed ones by %g", score)
		}
	}
	if reasons[""] < 100 || reasons[Separation] < 20 || reasons[NoConvergence] > 0 {
		t.Error(reasons)
	}
}
