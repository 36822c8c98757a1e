package interval

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat"
)

// Methods that are not taken: each is computed here by its formula, held to the oracle's digits, and shown to do on the
// oracle's own example what the method taken does not.

func TestSharesByOtherMethods(t *testing.T) {
	type share struct {
		Wilson, Wald, Jeffreys pair
		AgrestiCoull           pair `json:"agresti_coull"`
	}
	want := read[struct {
		P42 share `json:"prop_42_50"`
		P0  share `json:"prop_0_10"`
		P3  share `json:"prop_3_24"`
		P24 share `json:"prop_24_24"`
	}](t, "..", "testdata", "estimates.json")
	const none, certain, beyond, without = "", "is certain", "reaches beyond what a share can be", "leaves out the share seen"
	flaw := func(i Interval, p float64) string {
		switch {
		case i.Lower == i.Upper:
			return certain
		case i.Lower < 0 || i.Upper > 1:
			return beyond
		case i.Lower > p || i.Upper < p:
			return without
		}
		return none
	}
	for name, c := range map[string]struct {
		hits, n                      float64
		want                         share
		wald, agrestiCoull, jeffreys string // what is wrong with each
	}{
		"42 of 50": {42, 50, want.P42, none, none, none},
		"3 of 24":  {3, 24, want.P3, beyond, none, none},
		"0 of 10":  {0, 10, want.P0, certain, beyond, without},
		"24 of 24": {24, 24, want.P24, certain, beyond, without},
	} {
		p, z2 := c.hits/c.n, Z(0.95)*Z(0.95)
		told := Wilson(p, c.n, 0.95)
		same(t, name+" Wilson", told, c.want.Wilson, 1e-12)
		if wrong := flaw(told, p); wrong != none {
			t.Errorf("%s: Wilson's %v %s", name, told, wrong)
		}
		wald := func(p, n float64) Interval { return Normal(p, math.Sqrt(p*(1-p)/n), 0.95) }
		beta := func(p float64) float64 { return mathext.InvRegIncBeta(c.hits+0.5, c.n-c.hits+0.5, p) }
		for method, other := range map[string]struct {
			got   Interval
			want  pair
			wrong string
		}{
			"Wald": {wald(p, c.n), c.want.Wald, c.wald},
			// Wald after z² more answers, half of them hits.
			"Agresti–Coull": {wald((c.hits+z2/2)/(c.n+z2), c.n+z2), c.want.AgrestiCoull, c.agrestiCoull},
			"Jeffreys":      {Interval{beta(0.025), beta(0.975)}, c.want.Jeffreys, c.jeffreys},
		} {
			same(t, name+" "+method, other.got.Clamp(0, 1), other.want, 1e-12)
			if wrong := flaw(other.got, p); wrong != other.wrong {
				t.Errorf("%s: %s, %v, %q, want %q", name, method, other.got, wrong, other.wrong)
			}
			if math.Abs(other.got.Lower-told.Lower) < 0.002 && math.Abs(other.got.Upper-told.Upper) < 0.002 {
				t.Errorf("%s: %s would pass for Wilson", name, method)
			}
		}
	}
}

// Types 1 and 4 take a value of the lower half for the median of an even sample. Nothing is wrong with type 8, but R,
// NumPy, spreadsheets and percentile_cont say something else unless told.
func TestQuantilesOfOtherTypes(t *testing.T) {
	o := read[struct {
		Quantile struct {
			Data  []float64
			Type1 float64 `json:"p90_type1"`
			Type4 float64 `json:"p90_type4"`
			Type8 float64 `json:"p90_type8"`
		}
	}](t, "..", "testdata", "estimates.json").Quantile
	told := func(x []float64, q float64) float64 {
		found, err := QuantileOf(counted(x), q, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		return found.Value
	}
	four := []float64{1, 2, 3, 4}
	near(t, "median of 1, 2, 3, 4", told(four, 0.5), 2.5, 0)
	near(t, "of their mirror image", told([]float64{-4, -3, -2, -1}, 0.5), -2.5, 0)
	for kind, c := range map[int]struct {
		rank        func(n, q float64) float64 // Hyndman and Fan (1996); between ranks in a straight line
		p90, median float64
	}{
		1: {func(n, q float64) float64 { return math.Ceil(n * q) }, o.Type1, 2},
		4: {func(n, q float64) float64 { return n * q }, o.Type4, 2},
		8: {func(n, q float64) float64 { return (n+1.0/3)*q + 1.0/3 }, o.Type8, 2.5},
	} {
		of := func(x []float64, q float64) float64 {
			whole, part := math.Modf(c.rank(float64(len(x)), q))
			below, above := x[int(whole)-1], x[min(int(whole), len(x)-1)]
			return below + part*(above-below)
		}
		near(t, "p90", of(o.Data, 0.9), c.p90, 1e-13)
		near(t, "median", of(four, 0.5), c.median, 1e-13)
		if p90 := told(o.Data, 0.9); math.Abs(p90-c.p90) < 0.5 {
			t.Errorf("type %d, %g, would pass for ours, %g", kind, c.p90, p90)
		}
	}
	// Why gonum's is not used.
	near(t, "gonum's median", stat.Quantile(0.5, stat.LinInterp, four, nil), 2, 0)
	near(t, "gonum's p90", stat.Quantile(0.9, stat.LinInterp, o.Data, nil), o.Type4, 1e-13)
}

// Ten answers of six customers. Taken as independent, they seem surer than they are. So they do by CR0, which even with one
// answer a customer falls short of s/√n.
func TestErrorsOfClustersByOtherMethods(t *testing.T) {
	o := read[struct {
		Cluster struct {
			Customer    []string
			Score       []float64
			Independent float64 `json:"se_iid"`
			CR0         float64 `json:"se_cluster_CR0"`
			CR1         float64 `json:"se_cluster_CR1"`
		} `json:"cluster_mean"`
	}](t, "..", "testdata", "estimates.json").Cluster
	place := map[string]int{}
	var sums, sizes []float64
	for i, customer := range o.Customer {
		if _, seen := place[customer]; !seen {
			place[customer] = len(sums)
			sums, sizes = append(sums, 0), append(sizes, 0)
		}
		sums[place[customer]] += o.Score[i]
		sizes[place[customer]]++
	}
	answers, customers := paired(o.Score, ones(len(o.Score))), paired(sums, sizes)
	cr0 := func(p Paired) float64 {
		mean := p.Ratio()
		return math.Sqrt(p.YY-2*mean*p.XY+mean*mean*p.XX) / p.X
	}
	told, _ := customers.Error()
	independent, _ := answers.Error()
	near(t, "CR1", told, o.CR1, 1e-13)
	near(t, "CR0", cr0(customers), o.CR0, 1e-13)
	near(t, "independent", independent, o.Independent, 1e-13)
	if !(told > 1.05*o.CR0 && o.CR0 > 1.05*o.Independent) {
		t.Errorf("CR1 %g, CR0 %g, independent %g", told, o.CR0, o.Independent)
	}
	near(t, "CR0 with one answer a customer", cr0(answers), o.Independent*math.Sqrt(9.0/10), 1e-13)
}

// The mean of fifteen skewed durations. Bootstrap samples tell the error by the formula without n − 1, and no more: their
// percentiles lie inside Student's interval, which is still too narrow for skewed values (docs/coverage.md).
func TestBootstrapOfAMean(t *testing.T) {
	data := read[waiting](t, "..", "testdata", "estimates.json").Quantile.Data
	o := read[struct {
		Bootstrap struct {
			B        int
			Mean, SE float64
			BootMean float64 `json:"boot_mean"`
			Rank51   float64 `json:"lo_rank51"`
			Rank1950 float64 `json:"hi_rank1950"`
		} `json:"bootstrap_lcg"`
	}](t, "testdata", "rates_bootstrap.json").Bootstrap
	n := float64(len(data))
	means := make([]float64, o.B)
	for i, state := 0, uint64(42); i < len(means); i++ {
		for range data {
			state = state*6364136223846793005 + 1442695040888963407 // Knuth's generator
			means[i] += data[(state>>33)%uint64(len(data))] / n
		}
	}
	of := paired(means, ones(o.B))
	variance, _ := Variance(of.Count, of.Y, of.YY)
	slices.Sort(means)
	near(t, "mean of the means", of.Ratio(), o.BootMean, 1e-12)
	near(t, "error", math.Sqrt(variance), o.SE, 1e-10)
	near(t, "2.5 %", means[50], o.Rank51, 1e-12)
	near(t, "97.5 %", means[1949], o.Rank1950, 1e-12)

	durations := paired(data, ones(len(data)))
	se, _ := durations.Error()
	told := Student(durations.Ratio(), se, n-1, 0.95)
	near(t, "mean", durations.Ratio(), o.Mean, 1e-14)
	near(t, "error without n − 1", o.SE, se*math.Sqrt((n-1)/n), 0.02)
	if told.Lower > o.Rank51 || told.Upper < o.Rank1950 || told.Upper-told.Lower < 1.1*(o.Rank1950-o.Rank51) {
		t.Errorf("Student's %v beside the bootstrap's [%g, %g]", told, o.Rank51, o.Rank1950)
	}
}
