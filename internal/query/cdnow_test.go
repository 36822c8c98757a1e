package query

import (
	"archive/zip"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// cdnow is one row a purchase of the published example, or skips where the package that carries it cannot be had.
func cdnow(t *testing.T) testTable {
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
	defer archive.Close()
	file, err := archive.Open("lifetimes/datasets/CDNOW_sample.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	text, err := io.ReadAll(file)
	if err != nil {
		t.Fatal(err)
	}
	table := testTable{name: "cdnow", columns: []ColumnInfo{
		{Name: "customer", Kind: KindText}, {Name: "at", Kind: KindDate}, {Name: "net", Kind: KindNumber},
	}}
	for line := range strings.Lines(string(text)) { // master id, sample id, date, number of CDs, dollars
		field := strings.Fields(line)
		day, err := time.Parse("20060102", field[2])
		if err != nil {
			t.Fatal(err)
		}
		dollars, err := strconv.ParseFloat(field[4], 64)
		if err != nil {
			t.Fatal(err)
		}
		table.rows = append(table.rows, map[string]any{"customer": field[1], "at": day, "net": dollars})
	}
	return table
}

// Raw purchases in a database lead to the parameters that Fader, Hardie and Lee published (2005, table 2), who fitted the
// first 39 weeks of 1997 in weeks, purchases counted by day.
func TestCDNOWFromADatabase(t *testing.T) {
	table := cdnow(t)
	in := measure.Setting{Confidence: 0.95}
	m := measure.LifetimeValue{Model: measure.BGNBD, Entity: "customer", Amount: "net", TimeUnit: 7 * oneDay, Horizon: 52, Discount: 0.08}
	year := time.Date(1997, 1, 1, 0, 0, 0, 0, time.UTC)
	set := RowSet{Columns: table.columns, Rows: int64(len(table.rows)), Dataset: plan.Dataset{
		Name: "cdnow", Table: &plan.Table{Name: table.name}, TimeZone: "UTC", Entities: map[string]string{"customer": "customer"}, Time: plan.Time{Event: "at"},
	}}
	ask := Ask{Request: m.Request(in), Windows: []Window{{year, year.AddDate(0, 9, 0)}}, TimeZone: "UTC"}
	for _, e := range engines(t) {
		e.load(t, table)
		batches, refusals := Plan(e.dialect, set, []Ask{ask}, Options{})
		if len(refusals) > 0 {
			t.Fatalf("%s: refused %v", e.dialect, refusals)
		}
		got, err := e.answer(batches)
		if err != nil {
			t.Fatalf("%s: %v", e.dialect, err)
		}
		found := m.Estimate(got[0][0].Sums, in, 0.95)
		if found.N != 2357 || found.Detail["repeatBuyers"] != 946 {
			t.Errorf("%s: %d customers of whom %v bought again, want 2357 and 946", e.dialect, found.N, found.Detail["repeatBuyers"])
		}
		for name, want := range map[string]string{"r": "0.243", "alpha": "4.414", "a": "0.793", "b": "2.426", "logLikelihood": "-9582.43"} {
			_, decimals, _ := strings.Cut(want, ".")
			if got := strconv.FormatFloat(found.Detail[name], 'f', len(decimals), 64); got != want {
				t.Errorf("%s: %s is %s, published as %s", e.dialect, name, got, want)
			}
		}
		// 31.0171 [25.8550, 37.2098] is what internal/lifetime makes of the same customers one by one.
		if v := strconv.FormatFloat(*found.Value, 'f', 4, 64); v != "31.0171" {
			t.Errorf("%s: value %s, want 31.0171", e.dialect, v)
		}
	}
}
