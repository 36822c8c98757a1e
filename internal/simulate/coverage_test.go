package simulate

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

var update = flag.Bool("update", false, "write docs/coverage.md anew")

// trials of each simulated cell: the standard error of a coverage of 95 % is then 0.4 points.
const trials = 3_000

// confidence of every interval here.
const confidence = 0.95

// table is what one method does over a grid.
type table struct {
	title string
	// about is what was drawn and how the interval is made.
	about string
	// corner names the rows, columns the columns.
	corner  string
	columns []string
	rows    []row
	// usual is what is claimed of cells without a claim of their own; nominal where it is not set.
	usual claim
	// measured computes a cell, in percent. Simulated ones draw from random, exact ones leave it alone.
	measured func(random *rand.Rand, row, column int) float64
}

// row is a truth of the grid and what is claimed of its cells, by column.
type row struct {
	label  string
	claims []claim
}

// tables is the grid, in the order of the document.
func tables() []table {
	var all []table
	for _, group := range []func() []table{
		shareTables, netTables, rateTables, meanTables, quantileTables, clusterTables, differenceTables, correctionTables, linkTables, alarmTables,
	} {
		all = append(all, group()...)
	}
	return all
}

func TestCoverageIsAsDocumented(t *testing.T) {
	var document strings.Builder
	document.WriteString(preface)
	complete := true
	for _, table := range tables() {
		complete = t.Run(table.title, func(t *testing.T) {
			document.WriteString(table.run(t))
		}) && complete
	}
	path := filepath.Join("..", "..", "docs", "coverage.md")
	if *update {
		if err := os.WriteFile(path, []byte(document.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// Elsewhere multiplications may be fused with additions, which tips single trials.
	if complete && runtime.GOARCH == "amd64" && string(got) != document.String() {
		t.Errorf("docs/coverage.md is not what was measured: run go test ./internal/simulate -update")
	}
}

// run measures every cell, holds it against its claim and writes the table down. A cell that keeps the usual promise
// must not claim an exception.
func (tb table) run(t *testing.T) string {
	var out strings.Builder
	fmt.Fprintf(&out, "\n## %s\n\n%s\n\n| %s | %s |\n|%s\n", tb.title, tb.about, tb.corner,
		strings.Join(tb.columns, " | "), strings.Repeat(" --- |", len(tb.columns)+1))
	usual := tb.usual
	if usual == ok {
		usual = nominal
	}
	var notes []string
	for r, row := range tb.rows {
		fmt.Fprintf(&out, "| %s |", row.label)
		for c, column := range tb.columns {
			claim := usual
			if c < len(row.claims) && row.claims[c] != ok {
				claim = row.claims[c]
			}
			got := tb.measured(rand.New(rand.NewPCG(uint64(r), uint64(c))), r, c)
			if !(claim.low <= got && got <= claim.high) {
				t.Errorf("%s, %s: %.2f %%, want %g–%g", row.label, column, got, claim.low, claim.high)
			}
			if claim.why != "" && usual.low <= got && got <= usual.high {
				t.Errorf("%s, %s: %.2f %% does not need its exception", row.label, column, got)
			}
			fmt.Fprintf(&out, " %.1f%s |", got, note(&notes, claim.why))
		}
		out.WriteString("\n")
	}
	for i, why := range notes {
		fmt.Fprintf(&out, "\n%s %s\n", marks[i], why)
	}
	return out.String()
}

var marks = []string{"¹", "²", "³", "⁴"}

// note is the mark of a reason, new or seen before in the table.
func note(notes *[]string, why string) string {
	if why == "" {
		return ""
	}
	i := slices.Index(*notes, why)
	if i < 0 {
		i = len(*notes)
		*notes = append(*notes, why)
	}
	return marks[i]
}

// share of trials, in percent, in which something happens.
func share(random *rand.Rand, happens func(random *rand.Rand) bool) float64 {
	var hits float64
	for range trials {
		if happens(random) {
			hits++
		}
	}
	return 100 * hits / trials
}

// holds tells whether an interval has the truth; a missing end bounds nothing.
func holds(i interval.Interval, truth float64) bool {
	return i.Lower <= truth && truth <= i.Upper
}

// sizes are the sample sizes of most tables.
var sizes = []int{10, 20, 50, 200}

func sizeColumns() []string {
	var columns []string
	for _, n := range sizes {
		columns = append(columns, fmt.Sprintf("n = %d", n))
	}
	return columns
}

// binomial is the probability of k of n.
func binomial(k, n int, p float64) float64 {
	return math.Exp(logChoose(n, k) + xlog(k, p) + xlog(n-k, 1-p))
}

// trinomial is the probability of a and b of n.
func trinomial(a, b, n int, p, d float64) float64 {
	return math.Exp(logChoose(n, a) + logChoose(n-a, b) + xlog(a, p) + xlog(b, d) + xlog(n-a-b, 1-p-d))
}

func poisson(k int, mean float64) float64 {
	g, _ := math.Lgamma(float64(k) + 1)
	return math.Exp(xlog(k, mean) - mean - g)
}

func logChoose(n, k int) float64 {
	all, _ := math.Lgamma(float64(n) + 1)
	in, _ := math.Lgamma(float64(k) + 1)
	out, _ := math.Lgamma(float64(n-k) + 1)
	return all - in - out
}

// xlog is k·log(p), 0 for none of them.
func xlog(k int, p float64) float64 {
	if k == 0 {
		return 0
	}
	return float64(k) * math.Log(p)
}
