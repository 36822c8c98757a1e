package lifetime

import (
	"archive/zip"
	"encoding/csv"
	"errors"
	"io"
	"maps"
	"math"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// cdnow opens the package that carries the CDNOW transactions, or skips.
func cdnow(t testing.TB) *zip.ReadCloser {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), filepath.Join("..", "..", "hack", "cdnow.sh")).Output()
	if err != nil {
		reason := err.Error()
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			reason = strings.TrimSpace(string(exit.Stderr))
		}
		t.Skipf("the CDNOW transactions cannot be had (PyPI package lifetimes, by pip): %s", reason)
	}
	archive, err := zip.OpenReader(strings.TrimSpace(string(out)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { archive.Close() })
	return archive
}

func open(t testing.TB, archive *zip.ReadCloser, name string) string {
	t.Helper()
	file, err := archive.Open(path.Join("lifetimes/datasets", name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	text, err := io.ReadAll(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func number(t testing.TB, text string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// The paper calibrates on the first 39 weeks, 1 January to 30 September 1997.
var calibrated = time.Date(1997, 9, 30, 0, 0, 0, 0, time.UTC)

// transactions turns raw rows (master id, sample id, date, number of CDs, dollars) into one group a customer, in days: what is
// bought on one day is one purchase; recency is the days from the first to the last, age those to 30 September; spend is
// the mean over the days but the first.
func transactions(t testing.TB, raw string) []Group {
	customers := map[string]map[time.Time]float64{}
	for line := range strings.Lines(raw) {
		field := strings.Fields(line)
		day, err := time.Parse("20060102", field[2])
		if err != nil {
			t.Fatal(err)
		}
		if day.After(calibrated) {
			continue
		}
		if customers[field[1]] == nil {
			customers[field[1]] = map[time.Time]float64{}
		}
		customers[field[1]][day] += number(t, field[4])
	}
	var groups []Group
	for _, id := range slices.Sorted(maps.Keys(customers)) {
		bought := customers[id]
		days := slices.SortedFunc(maps.Keys(bought), time.Time.Compare)
		g := Group{Frequency: len(days) - 1, Customers: 1}
		g.Recency = days[len(days)-1].Sub(days[0]).Hours() / 24
		g.Age = calibrated.Sub(days[0]).Hours() / 24
		for _, day := range days[1:] {
			g.Spend += bought[day] / float64(g.Frequency)
		}
		groups = append(groups, g)
	}
	return groups
}

// weeks restates days as weeks without rounding.
func weeks(days []Group) []Group {
	groups := slices.Clone(days)
	for i := range groups {
		groups[i].Recency /= 7
		groups[i].Age /= 7
	}
	return groups
}

// digitsAfter prints with so many digits after the point, as papers do.
func digitsAfter(n int, values ...float64) string {
	var out []string
	for _, v := range values {
		out = append(out, strconv.FormatFloat(v, 'f', n, 64))
	}
	return strings.Join(out, " ")
}

// From raw transactions to the numbers of the papers.
func TestCDNOWFromRawTransactions(t *testing.T) {
	groups := weeks(transactions(t, open(t, cdnow(t), "CDNOW_sample.txt")))
	customers, repeatBuyers := Counts(groups)
	if customers != 2357 || repeatBuyers != 946 {
		t.Fatalf("%d customers of whom %d bought again, want 2357 and 946", customers, repeatBuyers)
	}
	b, err := fitBGNBD(groups)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := digitsAfter(3, b.params...), "0.243 4.414 0.793 2.426"; got != want {
		t.Errorf("r, alpha, a, b are %s, published as %s", got, want)
	}
	if got, want := digitsAfter(2, b.value*2357), "-9582.43"; got != want {
		t.Errorf("log-likelihood %s, published as %s", got, want)
	}
	g, err := fitGammaGamma(groups)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := digitsAfter(2, g.params...), "6.25 3.74 15.44"; got != want {
		t.Errorf("p, q, v are %s, published as %s", got, want)
	}
	if got, want := digitsAfter(2, correlation(groups)), "0.11"; got != want {
		t.Errorf("correlation of frequency and spend %s, published as %s", got, want)
	}
}

// publishedTable holds the same customers, rounded to two decimals; the oracles were computed from it.
func publishedTable(t testing.TB, archive *zip.ReadCloser) (groups []Group) {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(open(t, archive, "cdnow_customers_summary_with_transactions.csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		groups = append(groups, Group{
			Frequency: int(number(t, row[1])), Recency: number(t, row[2]), Age: number(t, row[3]), Spend: number(t, row[4]), Customers: 1,
		})
	}
	return groups
}

func TestCDNOWFromThePublishedTable(t *testing.T) {
	archive := cdnow(t)
	groups := publishedTable(t, archive)
	for i, r := range weeks(transactions(t, open(t, archive, "CDNOW_sample.txt"))) {
		g := groups[i]
		if r.Frequency != g.Frequency || math.Abs(r.Recency-g.Recency) > 0.00501 || math.Abs(r.Age-g.Age) > 0.00501 || math.Abs(r.Spend-g.Spend) > 0.00501 {
			t.Fatalf("customer %d: raw transactions give %+v, the table %+v", i+1, r, g)
		}
	}
	want := oracle[published](t, "lifetime_value.json")

	b, err := fitBGNBD(groups)
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range []float64{want.BGNBD.R, want.BGNBD.Alpha, want.BGNBD.A, want.BGNBD.B} {
		near(t, "BG/NBD", b.params[i], w, simplex)
	}
	near(t, "log-likelihood of purchases", b.value*float64(want.BGNBD.N), want.BGNBD.LL, digits)

	g, err := fitGammaGamma(groups)
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range []float64{want.GammaGamma.P, want.GammaGamma.Q, want.GammaGamma.V} {
		near(t, "Gamma–Gamma", g.params[i], w, simplex)
	}
	near(t, "log-likelihood of spend", g.value*float64(want.GammaGamma.N), want.GammaGamma.LL, digits)
	near(t, "mean spend", g.model.Mean(), want.GammaGamma.MeanSpend, simplex)
	near(t, "correlation", correlation(groups), want.GammaGamma.Correlation, digits)
	mean := 0.0
	for _, g := range groups {
		mean += g.Spend / float64(want.GammaGamma.N)
	}
	near(t, "mean of mean spends", mean, want.GammaGamma.MeanOfMeans, digits)
}

// The 39 weeks that the fit has not seen: all that its customers bought again in 78 weeks, and what it expects of them.
func TestCDNOWForecast(t *testing.T) {
	want := oracle[struct {
		Repeated struct{ Actual78, Uncond39, Uncond78 float64 } `json:"cdnow_cum"`
	}](t, "../../measure/testdata/simulations.json").Repeated
	archive := cdnow(t)
	customers, purchases := map[string]bool{}, map[[2]string]bool{}
	for line := range strings.Lines(open(t, archive, "CDNOW_sample.txt")) {
		field := strings.Fields(line)
		customers[field[1]], purchases[[2]string{field[1], field[2]}] = true, true
	}
	if repeated := len(purchases) - len(customers); repeated != int(want.Actual78) {
		t.Errorf("%d purchases of a day are not the first, want %v", repeated, want.Actual78)
	}
	b := oracle[published](t, "lifetime_value.json").BGNBD
	m := BGNBD{b.R, b.Alpha, b.A, b.B}
	var soFar, expected float64
	for _, g := range publishedTable(t, archive) {
		soFar += m.PurchasesOfNew(g.Age)
		expected += m.PurchasesOfNew(g.Age + 39)
	}
	near(t, "expected within 39 weeks", soFar, want.Uncond39, 1e-9)
	near(t, "expected within 78 weeks", expected, want.Uncond78, 1e-9)
	near(t, "forecast", expected, want.Actual78, 0.05)
}

// What whole weeks cost: the same customers by day, fitted and added up over a year.
func TestCDNOWInWholeWeeks(t *testing.T) {
	days := transactions(t, open(t, cdnow(t), "CDNOW_sample.txt"))
	exact, err := ExpectValue(weeks(days), Horizon{Time: 52, Discount: 0.08, Year: WeeksAYear}, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	merged := Merge(days, 7, 0.02)
	got, err := ExpectValue(merged, exact.Horizon, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d groups of %d customers: value %.4f [%.4f, %.4f], by day %.4f [%.4f, %.4f]", len(merged), got.Customers,
		got.Value.Value, got.Value.Lower, got.Value.Upper, exact.Value.Value, exact.Value.Lower, exact.Value.Upper)
	near(t, "purchases", got.Purchases.Value, exact.Purchases.Value, 0.0005)
	near(t, "value", got.Value.Value, exact.Value.Value, 0.0005)
	near(t, "standard error", got.Value.StandardError, exact.Value.StandardError, 0.005)
	near(t, "alive", got.Alive, exact.Alive, 0.0005)

	days = Merge(days, 1, 0.02)
	if got, err = ExpectValue(weeks(days), exact.Horizon, 0.95); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d groups of customers by day: value %.4f", len(days), got.Value.Value)
	near(t, "value by day, put together", got.Value.Value, exact.Value.Value, 1e-5)
}
