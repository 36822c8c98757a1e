package cohort

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// read reads a file of numbers that other tools computed.
func read[T any](t *testing.T, file string) T {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	var into T
	if err := json.Unmarshal(raw, &into); err != nil {
		t.Fatal(err)
	}
	return into
}

// near compares to the digits that two ways of summing agree on, small numbers relative to themselves.
func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.Abs(got-want) > tolerance*math.Abs(want) || math.IsNaN(got) {
		t.Errorf("%s: got %.12g, want %.12g", what, got, want)
	}
}

func bounded(t *testing.T, what string, got interval.Bounded, value float64, ends [2]float64, tolerance float64) {
	t.Helper()
	near(t, what, got.Value, value, tolerance)
	near(t, what+" lower", got.Interval.Lower, ends[0], tolerance)
	near(t, what+" upper", got.Interval.Upper, ends[1], tolerance)
}

// pairs are outcomes and others of the best cohort, and of the worst.
type pairs [2][2]int64

func (p pairs) table() Table { return tableOf(p[0][0], p[0][1], p[1][0], p[1][1]) }

func tableOf(a, b, c, d int64) Table {
	return Table{Best: Count{N: a + b, Outcomes: a}, Worst: Count{N: c + d, Outcomes: c}}
}

// units of a table.
func (t Table) units(stratum string, best int) []Unit {
	unit := func(level int, outcome bool, n int64) Unit {
		return Unit{Stratum: stratum, Level: level, Outcome: outcome, N: n}
	}
	return []Unit{
		unit(best, true, t.Best.Outcomes), unit(best, false, t.Best.N-t.Best.Outcomes),
		unit(0, true, t.Worst.Outcomes), unit(0, false, t.Worst.N-t.Worst.Outcomes),
	}
}

type sharedTable struct {
	Table    pairs
	RD       float64    `json:"rd_pp"`
	Newcombe [2]float64 `json:"rd_newcombe"`
	RR       float64    `json:"rr"`
	Katz     [2]float64 `json:"rr_katz"`
	OR       float64    `json:"or_"`
	Woolf    [2]float64 `json:"or_woolf"`
	ChiP     float64    `json:"chi2_p"`
	Chi      float64    `json:"chi2"`
	FisherP  float64    `json:"fisher_p"`
}

type sharedOracle struct {
	Renewal sharedTable `json:"seed_nps_renewal"`
	Repeat  sharedTable `json:"seed_ces_repeat"`
	Small   sharedTable `json:"small"`
	Zero    struct {
		Table pairs
		OR    float64 `json:"or_"`
		SE    float64 `json:"se_log_or"`
		CI    [2]float64
	} `json:"zero_cell_haldane"`
	MinN    map[string]int64 `json:"min_n_per_group"`
	Simpson struct {
		Tables     []pairs
		Crude      sharedTable
		OR         float64    `json:"mh_or"`
		ORCI       [2]float64 `json:"mh_or_ci"`
		ORSE       float64    `json:"mh_logor_se"`
		CMH        [2]float64 `json:"cmh_nocorr"`
		Corrected  [2]float64 `json:"cmh_corr"`
		BreslowDay [2]float64 `json:"breslow_day"`
		Tarone     [2]float64
		RR         float64    `json:"mh_rr"`
		RRSE       float64    `json:"mh_logrr_se"`
		RRCI       [2]float64 `json:"mh_rr_ci"`
		RD         float64    `json:"mh_rd"`
		RDSE       float64    `json:"mh_rd_se"`
		RDCI       [2]float64 `json:"mh_rd_ci"`
	} `json:"mh_simpson"`
	Trend struct {
		K, N       []int64
		Z, Chi2, P float64
	} `json:"cochran_armitage"`
	LogitSimpson struct {
		Coef, SE, P map[string]float64
		OR          float64    `json:"or_prom"`
		ORCI        [2]float64 `json:"or_ci"`
		LLF         float64
		AME         float64 `json:"ame_prom"`
		AMESE       float64 `json:"ame_se"`
		GComp       struct{ P1, P0, RD, RR float64 }
	} `json:"logit_simpson"`
	LogitSmall struct {
		NPS, Tenure []float64
		Renewed     []int
		Coef, SE, P []float64
		LLF, LLNull float64
		OR          float64    `json:"or_nps"`
		ORCI        [2]float64 `json:"or_ci"`
	} `json:"logit_small"`
}

func shared(t *testing.T) sharedOracle { return read[sharedOracle](t, "customer_links.json") }

// simpson are the units of the paradox, by plan.
func simpson(t *testing.T) []Unit {
	tables := shared(t).Simpson.Tables
	return append(tables[0].table().units("SMB", 1), tables[1].table().units("ENT", 1)...)
}

type pooledOracle struct {
	Value, SE, Lower, Upper float64
	BreslowDay              float64 `json:"breslow_day"`
	Tarone                  float64
	TaroneP                 *float64 `json:"tarone_p"`
}

type fitOracle struct {
	Coefficients, SE []float64
	LLF, Null, P     float64
	Difference       float64
	DifferenceSE     float64 `json:"difference_se"`
	LogRatio         float64 `json:"log_ratio"`
	LogRatioSE       float64 `json:"log_ratio_se"`
	Value            float64
	ValueSE          float64 `json:"value_se"`
}

type customer struct {
	Plan                          string
	Tenure, Seats, Score, Renewed float64
	Level                         int
}

type rOracle struct {
	Strata map[string]struct {
		Tables        [][4]int64
		Difference    pooledOracle
		LogRatio      pooledOracle `json:"log_ratio"`
		LogRatio99    pooledOracle `json:"log_ratio_99"`
		LogOdds       pooledOracle `json:"log_odds"`
		Klingenberg   [2]float64
		Klingenberg90 [2]float64 `json:"klingenberg_90"`
		CMH           *float64
		CMHP          float64 `json:"cmh_p"`
		Corrected     float64
		ExactP        float64 `json:"exact_p"`
		Crossover     *float64
	}
	Customers []customer
	Regressed fitOracle
	Scored    fitOracle
	Paradox   fitOracle
	Sizes     []struct{ P, Q, Ratio, N1, N2 float64 }
}

func fromR(t *testing.T) rOracle { return read[rOracle](t, "oracle.json") }
