package series

import (
	"encoding/json"
	"maps"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/linkage/leastsquares"
	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// known are numbers of other tools: statsmodels and R. oracle.R and oracle.py stand beside theirs.
type known struct {
	// Pairs are r, p and n of plain correlations, lag by lag.
	Pairs     map[string][3]float64 `json:"lagcorr_pairs"`
	Series36  struct{ NPS, Renewal []float64 }
	Prewhiten struct {
		AR1        []float64
		CCF        map[string]float64
		Bound      float64
		Bonferroni float64 `json:"bonferroni_bound"`
	}
	Lag2 struct {
		Params        []float64
		OLS           []float64 `json:"se_ols"`
		HAC           []float64 `json:"hac3_corr_se"`
		Uncorrected   []float64 `json:"hac3_nocorr_se"`
		R2            float64
		DF            float64
		DurbinWatson  float64 `json:"durbin_watson"`
		Sigma         float64
		IntervalByZ   []float64 `json:"hac3_corr_ci_z"`
		IntervalByT32 []float64 `json:"hac3_corr_ci_t32"`
	} `json:"lag2_ols"`
	CCF     map[string]float64 `json:"ccf_R_convention_x_leads"`
	Granger map[string]struct {
		F, P float64
		DF   float64 `json:"df_denom"`
	} `json:"granger36"`
	Reverse map[string]struct{ F, P float64 } `json:"granger36_reverse"`
	KPSS    kpss                              `json:"kpss_X_l3"`
	ADF0    dickey                            `json:"adf_X_l0"`
	ADF1    dickey                            `json:"adf_X_l1"`
	ARDL    struct {
		Params, SE, T, P []float64
		LongRun          float64 `json:"long_run"`
		R2               float64
	} `json:"ardl_series36_lag2"`
	SpuriousARDL float64 `json:"spurious_ardl_k1"`
	Spurious     struct {
		CPI, KPI []float64
		DW       float64
		LevelsR  float64 `json:"levels_r"`
		LevelsP  float64 `json:"levels_p"`
		DiffP    float64 `json:"diff_p"`
		DiffR    float64 `json:"diff_r"`
		KPSSCPI  kpss    `json:"kpss_cpi_l2"`
		KPSSKPI  kpss    `json:"kpss_kpi_l2"`
		ADFCPI   dickey  `json:"adf_cpi_l1"`
		ADFKPI   dickey  `json:"adf_kpi_l1"`
	}
	BJsales struct {
		Levels   map[string]float64 `json:"levels_lagcorr"`
		Whitened map[string]float64 `json:"prewhitened_diff_ccf_AR1"`
		AR1      []float64
		Bound    float64
		Diff     map[string]float64 `json:"diff_ccf_R"`
		Lag3     struct {
			Params, SE []float64
			HAC        []float64 `json:"hac4_se"`
			R2         float64
		} `json:"diff_lag3_ols"`
		KPSSSales   kpss   `json:"kpss_sales_l4"`
		KPSSChanges kpss   `json:"kpss_dsales_l4"`
		ADFSales    dickey `json:"adf_sales_l4"`
		ADFChanges  dickey `json:"adf_dsales_l3"`
	}
	BH struct {
		P    []float64
		BH   []float64 `json:"bh_adj"`
		BY   []float64 `json:"by_adj"`
		Holm []float64 `json:"holm_adj"`
	}
}

type kpss struct {
	Stat, P float64
	Lags    int
}

type dickey struct {
	Stat, P       float64
	UsedLag, NObs int
	Crit          map[string]float64
}

func read[T any](t testing.TB, name string) T {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var out T
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func oracle(t testing.TB) known {
	t.Helper()
	return read[known](t, "period_links.json")
}

// near compares relative to want.
func near(t testing.TB, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*max(1e-12, math.Abs(want))) {
		t.Errorf("%s: %.12g, want %.12g", what, got, want)
	}
}

func all(t testing.TB, what string, got, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	for i := range want {
		near(t, what+" "+strconv.Itoa(i), got[i], want[i], tolerance)
	}
}

func byLag(m map[string]float64) []float64 {
	out := make([]float64, len(m))
	for lag := range out {
		out[lag] = m[strconv.Itoa(lag)]
	}
	return out
}

func must[T any](t testing.TB) func(v T, ok bool) T {
	return func(v T, ok bool) T {
		t.Helper()
		if !ok {
			t.Fatal("refused")
		}
		return v
	}
}

func TestRegression(t *testing.T) {
	o := oracle(t)
	x, y := o.Series36.NPS, o.Series36.Renewal
	fit := must[leastsquares.Fit](t)(leastsquares.Regress(y[2:], leastsquares.Constant(34), x[:34]))
	all(t, "coefficients", fit.Coefficients, o.Lag2.Params, 1e-11)
	all(t, "standard errors", fit.SE, o.Lag2.OLS, 1e-10)
	all(t, "Newey–West", fit.HAC(leastsquares.BartlettLags(34)), o.Lag2.HAC, 1e-10)
	se := fit.HAC(leastsquares.BartlettLags(34))[1]
	near(t, "without correction", se*math.Sqrt(32./34), o.Lag2.Uncorrected[1], 1e-10)
	z := interval.Normal(fit.Coefficients[1], se, 0.95)
	all(t, "interval", []float64{z.Lower, z.Upper}, o.Lag2.IntervalByZ, 1e-10)
	told := newEffect(fit.Coefficients[1], se, fit.Freedom, 34, 0.95).Interval
	all(t, "interval by t", []float64{told.Lower, told.Upper}, o.Lag2.IntervalByT32, 1e-8)
	near(t, "R²", fit.RSquared, o.Lag2.R2, 1e-11)
	near(t, "sigma", fit.Sigma(), o.Lag2.Sigma, 1e-11)
	near(t, "Durbin–Watson", leastsquares.DurbinWatson(fit.Residuals), o.Lag2.DurbinWatson, 1e-11)

	spurious := must[leastsquares.Fit](t)(leastsquares.Regress(o.Spurious.KPI, leastsquares.Constant(30), o.Spurious.CPI))
	near(t, "spurious Durbin–Watson", leastsquares.DurbinWatson(spurious.Residuals), o.Spurious.DW, 1e-11)

	bj := read[base](t, "oracle.json").BJsales
	lead, sales := Difference(bj.Lead, 1), Difference(bj.Sales, 1)
	fit = must[leastsquares.Fit](t)(leastsquares.Regress(sales[3:], leastsquares.Constant(146), lead[:146]))
	all(t, "BJsales", fit.Coefficients, o.BJsales.Lag3.Params, 1e-10)
	all(t, "BJsales OLS", fit.SE, o.BJsales.Lag3.SE, 1e-10)
	all(t, "BJsales Newey–West", fit.HAC(leastsquares.BartlettLags(146)), o.BJsales.Lag3.HAC, 1e-10)
	near(t, "BJsales R²", fit.RSquared, o.BJsales.Lag3.R2, 1e-11)
}

// TestNaiveCorrelation is what Test must not be misled by: every lag looks significant, and so do two random walks.
func TestNaiveCorrelation(t *testing.T) {
	o := oracle(t)
	correlated := func(x, y []float64) (r, p float64) {
		fit := must[leastsquares.Fit](t)(leastsquares.Regress(y, leastsquares.Constant(len(y)), x))
		return math.Copysign(math.Sqrt(fit.RSquared), fit.Coefficients[1]), fit.P(1)
	}
	for key, want := range o.Pairs {
		lag, _ := strconv.Atoi(key)
		r, p := correlated(o.Series36.NPS[:36-lag], o.Series36.Renewal[lag:])
		near(t, "r", r, want[0], 1e-10)
		near(t, "p", p, want[1], 1e-9)
		near(t, "n", float64(36-lag), want[2], 0)
	}
	// As if its pairs were independent.
	fisher := read[struct {
		Z []float64 `json:"fisher_z"`
	}](t, "../../../measure/interval/testdata/rates_bootstrap.json").Z
	r, _ := correlated(o.Series36.NPS[:34], o.Series36.Renewal[2:])
	at := interval.Normal(math.Atanh(r), 1/math.Sqrt(34-3), 0.95)
	all(t, "interval of r", []float64{math.Tanh(at.Lower), math.Tanh(at.Upper)}, fisher, 1e-9)
	_, p := correlated(o.Spurious.CPI, o.Spurious.KPI)
	near(t, "p of levels", p, o.Spurious.LevelsP, 1e-9)
	_, p = correlated(Difference(o.Spurious.CPI, 1), Difference(o.Spurious.KPI, 1))
	near(t, "p of changes", p, o.Spurious.DiffP, 1e-9)
	bj := read[base](t, "oracle.json").BJsales
	for key, want := range o.BJsales.Levels {
		lag, _ := strconv.Atoi(key)
		r, _ := correlated(bj.Lead[:150-lag], bj.Sales[lag:])
		near(t, "BJsales r", r, want, 1e-10)
	}
}

func TestRegressionRefusesWhatHasNoSolution(t *testing.T) {
	y := []float64{1, 2, 4, 7}
	for name, columns := range map[string][][]float64{
		"no row left over":  {leastsquares.Constant(4), {1, 2, 3, 5}, {1, 4, 2, 2}, {1, 1, 2, 1}},
		"two constants":     {leastsquares.Constant(4), {3, 3, 3, 3}},
		"one in other unit": {leastsquares.Constant(4), {1, 2, 3, 5}, {1e9, 2e9, 3e9, 5e9}},
	} {
		if fit, ok := leastsquares.Regress(y, columns...); ok {
			t.Errorf("%s: %v", name, fit.Coefficients)
		}
	}
	if _, ok := leastsquares.Regress(y, leastsquares.Constant(4), []float64{1e-9, 2e-9, 4e-9, 3e-9}); !ok {
		t.Error("a small unit must not pass for dependence")
	}
}

func TestAutoregressionWithLaggedDriver(t *testing.T) {
	o := oracle(t)
	fit := must[LaggedFit](t)(Distributed(o.Series36.NPS, o.Series36.Renewal, 2))
	all(t, "coefficients", fit.Coefficients, o.ARDL.Params, 1e-9)
	all(t, "standard errors", fit.SE, o.ARDL.SE, 1e-9)
	for i := range o.ARDL.T {
		near(t, "t", fit.T(i), o.ARDL.T[i], 1e-9)
		near(t, "p", fit.P(i), o.ARDL.P[i], 1e-9)
	}
	near(t, "long run", fit.LongRun, o.ARDL.LongRun, 1e-9)
	near(t, "R²", fit.RSquared, o.ARDL.R2, 1e-9)
	spurious := must[LaggedFit](t)(Distributed(o.Spurious.CPI, o.Spurious.KPI, 1))
	near(t, "spurious p", spurious.P(2), o.SpuriousARDL, 1e-9)
}

func TestGranger(t *testing.T) {
	o := oracle(t)
	for lag, want := range o.Granger {
		lags, _ := strconv.Atoi(lag)
		got := must[Precedence](t)(Granger(o.Series36.NPS, o.Series36.Renewal, lags))
		near(t, "F", got.F, want.F, 1e-9)
		near(t, "p", got.P, want.P, 1e-9)
		near(t, "freedom", float64(got.Freedom), want.DF, 0)
	}
	for lag, want := range o.Reverse {
		lags, _ := strconv.Atoi(lag)
		got := must[Precedence](t)(Granger(o.Series36.Renewal, o.Series36.NPS, lags))
		near(t, "reverse F", got.F, want.F, 1e-9)
		near(t, "reverse p", got.P, want.P, 1e-9)
	}
	if _, ok := Granger(o.Series36.NPS[:7], o.Series36.Renewal[:7], 2); ok {
		t.Error("five rows for five coefficients")
	}
}

func TestUnitRoots(t *testing.T) {
	o := oracle(t)
	bj := read[base](t, "oracle.json").BJsales
	for name, c := range map[string]struct {
		x    []float64
		want dickey
	}{
		"nps, no lag":      {o.Series36.NPS, o.ADF0},
		"nps, 1 lag":       {o.Series36.NPS, o.ADF1},
		"spurious CPI":     {o.Spurious.CPI, o.Spurious.ADFCPI},
		"spurious KPI":     {o.Spurious.KPI, o.Spurious.ADFKPI},
		"sales":            {bj.Sales, o.BJsales.ADFSales},
		"changes of sales": {Difference(bj.Sales, 1), o.BJsales.ADFChanges},
	} {
		got := must[UnitRoot](t)(AugmentedDickeyFuller(c.x, c.want.UsedLag))
		near(t, name+" statistic", got.Statistic, c.want.Stat, 1e-9)
		near(t, name+" p", got.P, c.want.P, 1e-9)
		near(t, name+" 5 %", got.Critical5, c.want.Crit["5%"], 1e-12)
		near(t, name+" 1 %", mackinnonCritical(mackinnon1, got.Rows), c.want.Crit["1%"], 1e-12)
		near(t, name+" 10 %", mackinnonCritical(mackinnon10, got.Rows), c.want.Crit["10%"], 1e-12)
		near(t, name+" rows", float64(got.Rows), float64(c.want.NObs), 0)
	}
}

func TestLevel(t *testing.T) {
	o := oracle(t)
	bj := read[base](t, "oracle.json").BJsales
	for name, c := range map[string]struct {
		x    []float64
		want kpss
	}{
		"nps":              {o.Series36.NPS, o.KPSS},
		"spurious CPI":     {o.Spurious.CPI, o.Spurious.KPSSCPI},
		"spurious KPI":     {o.Spurious.KPI, o.Spurious.KPSSKPI},
		"sales":            {bj.Sales, o.BJsales.KPSSSales},
		"changes of sales": {Difference(bj.Sales, 1), o.BJsales.KPSSChanges},
	} {
		got := must[KPSS](t)(Level(c.x, LevelLags(len(c.x))))
		near(t, name+" statistic", got.Statistic, c.want.Stat, 1e-9)
		near(t, name+" p", got.P, c.want.P, 1e-9)
		near(t, name+" lags", float64(got.Lags), float64(c.want.Lags), 0)
	}
}

func TestUnitRootsByRule(t *testing.T) {
	o := oracle(t)
	bj := read[base](t, "oracle.json").BJsales
	of := map[string][]float64{
		"nps": o.Series36.NPS, "renewal": o.Series36.Renewal, "cpi": o.Spurious.CPI, "kpi": o.Spurious.KPI,
		"lead": bj.Lead, "sales": bj.Sales,
	}
	for name, x := range maps.Clone(of) {
		of["changes of "+name] = Difference(x, 1)
	}
	for name, want := range read[struct {
		Roots map[string]struct {
			Statistic, P float64
			Lags         int
			KPSS         struct {
				Statistic, P float64
				Lags         int
			}
		}
	}](t, "unitroots.json").Roots {
		lags := UnitRootLags(of[name])
		got := must[UnitRoot](t)(AugmentedDickeyFuller(of[name], lags))
		if lags != want.Lags {
			t.Errorf("%s: %d lags, want %d", name, lags, want.Lags)
		}
		near(t, name+" ADF", got.Statistic, want.Statistic, 1e-9)
		near(t, name+" ADF p", got.P, want.P, 1e-9)
		level := must[KPSS](t)(Level(of[name], LevelLags(len(of[name]))))
		near(t, name+" KPSS", level.Statistic, want.KPSS.Statistic, 1e-9)
		near(t, name+" KPSS p", level.P, want.KPSS.P, 1e-9)
		if level.Lags != want.KPSS.Lags {
			t.Errorf("%s: %d KPSS lags, want %d", name, level.Lags, want.KPSS.Lags)
		}
	}
}
