package promise_test

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/cpi-operator/cpi-operator/internal/promise"
)

var update = flag.Bool("update", false, "write the tables of docs/promises.md anew")

const (
	years  = 40  // of each series that is watched for false alarms
	onsets = 100 // of each burn whose detection is timed
	never  = 41  // days after which a burn counts as not noticed
)

// customers come in Poisson numbers. Where days have their own luck, as in outages and rushes, the share that misses the promise varies by
// day (lognormal), so that a day's count varies twice as much as by chance; a part of the luck may carry over to the next day.
type customers struct {
	random    *rand.Rand
	perDay    float64
	bursts    bool
	carryOver float64
	luck      float64
}

func (c *customers) day(share float64) promise.Period {
	n := distuv.Poisson{Lambda: c.perDay, Src: c.random}.Rand()
	if n == 0 {
		return promise.Period{}
	}
	if c.bursts {
		c.luck = c.carryOver*c.luck + math.Sqrt(1-c.carryOver*c.carryOver)*c.random.NormFloat64()
		spread := math.Sqrt(math.Log1p((1 - share) / (share * c.perDay)))
		share = min(1, share*math.Exp(spread*c.luck-spread*spread/2))
	}
	return promise.Period{Bad: distuv.Binomial{N: n, P: share, Src: c.random}.Rand(), N: n}
}

func (c *customers) days(number int, share float64) []promise.Period {
	out := make([]promise.Period, number)
	for i := range out {
		out[i] = c.day(share)
	}
	return out
}

// rule says of a series whether somebody is told, and whether loudly.
type rule func(series []promise.Period) (told, loud bool)

func shipped(series []promise.Period) (told, loud bool) {
	switch promise.Judge(fourWeeks, series).Verdict() {
	case promise.BurningFast:
		return true, true
	case promise.BurningSlowly, promise.Spent:
		return true, false
	}
	return false, false
}

// pointsOnly has the same windows and thresholds and takes every share at its word, as where requests are millions.
func pointsOnly(series []promise.Period) (told, loud bool) {
	s := promise.Judge(fourWeeks, series)
	loud = s.Fast.Long.Burn > s.Fast.Threshold && s.Fast.Short.Burn >= s.Fast.Threshold
	return loud || s.Slow.Long.Burn > 1 && s.Slow.Short.Burn >= 1 || s.Remaining < 0, loud
}

// oneLook has intervals of 95 %, as if it looked but once.
func oneLook(series []promise.Period) (told, loud bool) {
	terms := fourWeeks
	terms.Confidence = 1 - (1-terms.Confidence)*float64(terms.Periods)
	switch promise.Judge(terms, series).Verdict() {
	case promise.BurningFast:
		return true, true
	case promise.BurningSlowly, promise.Spent:
		return true, false
	}
	return false, false
}

// falseAlarms a year, each until it ends, of a series that burns at a steady rate.
func falseAlarms(c customers, burn float64, decide rule) float64 {
	c.random = rand.New(rand.NewPCG(uint64(c.perDay), 1))
	series := c.days(fourWeeks.Periods, burn*fourWeeks.Allowed)
	alarms, active := 0, false
	for range years * 365 {
		series = append(series[1:], c.day(burn*fourWeeks.Allowed))
		told, _ := decide(series)
		if told && !active {
			alarms++
		}
		active = told
	}
	return float64(alarms) / years
}

// delays tells within how many days half of the burns, and nine in ten, are told, and loudly. Half of what is allowed missed the promise
// before.
func delays(c customers, burn float64) (told, loud [2]int) {
	c.random = rand.New(rand.NewPCG(uint64(c.perDay), 2))
	var first, firstLoud []int
	for range onsets {
		series := c.days(fourWeeks.Periods, 0.5*fourWeeks.Allowed)
		day, loudDay := never, never
		for i := 1; i < never && loudDay == never; i++ {
			series = append(series[1:], c.day(burn*fourWeeks.Allowed))
			told, loud := shipped(series)
			if told {
				day = min(day, i)
			}
			if loud {
				loudDay = i
			}
			if burn < 3 && told {
				break // never fast
			}
		}
		first, firstLoud = append(first, day), append(firstLoud, loudDay)
	}
	return quantiles(first), quantiles(firstLoud)
}

func quantiles(days []int) [2]int {
	slices.Sort(days)
	return [2]int{days[len(days)/2], days[len(days)*9/10]}
}

func within(q [2]int) string {
	day := func(d int) string {
		if d >= never {
			return "> 40"
		}
		return fmt.Sprint(d)
	}
	if q[0] >= never {
		return "–"
	}
	return day(q[0]) + " (" + day(q[1]) + ")"
}

var (
	sizes = []float64{20, 200, 2000}
	kinds = []struct {
		label   string
		of      customers
		decide  rule
		atLimit [2]float64 // false alarms a year that are claimed, for all sizes
		atHalf  [2]float64
	}{
		{"as shipped", customers{}, shipped, [2]float64{0, 0.4}, [2]float64{0, 0.02}},
		{"as shipped, days with luck of their own", customers{bursts: true}, shipped, [2]float64{0.3, 1.5}, [2]float64{0, 0.1}},
		{"as shipped, half of the luck carries over", customers{bursts: true, carryOver: 0.5}, shipped, [2]float64{2, 6}, [2]float64{0, 1}},
		{"intervals of 95 %, not corrected for looking every day", customers{}, oneLook, [2]float64{2, 7}, [2]float64{0, 0.3}},
		{"without intervals", customers{}, pointsOnly, [2]float64{20, 60}, [2]float64{0, 20}},
	}
)

func TestFalseAlarmsAndDelaysAreAsDocumented(t *testing.T) {
	var out strings.Builder
	out.WriteString("| false alarms a year | 20 a day | 200 | 2,000 |\n| --- | --- | --- | --- |\n")
	for _, k := range kinds {
		for _, burn := range []float64{1, 0.5} {
			claim, name := k.atLimit, "exactly kept"
			if burn < 1 {
				claim, name = k.atHalf, "half used"
			}
			out.WriteString("| " + name + ", " + k.label + " |")
			for _, n := range sizes {
				c := k.of
				c.perDay = n
				alarms := falseAlarms(c, burn, k.decide)
				if alarms < claim[0] || alarms > claim[1] {
					t.Errorf("%s, %s, %g a day: %.2f false alarms a year, claimed are %g to %g", name, k.label, n, alarms, claim[0], claim[1])
				}
				fmt.Fprintf(&out, " %.2f |", alarms)
			}
			out.WriteString("\n")
		}
	}
	out.WriteString("\n| told within days | 20 a day | 200 | 2,000 |\n| --- | --- | --- | --- |\n")
	for _, k := range kinds[:2] {
		for _, burn := range []float64{2, 5, 14} {
			var anyhow, loudly string
			for _, n := range sizes {
				c := k.of
				c.perDay = n
				told, loud := delays(c, burn)
				anyhow, loudly = anyhow+" "+within(told)+" |", loudly+" "+within(loud)+" |"
			}
			fmt.Fprintf(&out, "| burns %g×, %s |%s\n", burn, k.label, anyhow)
			if burn > 3 {
				fmt.Fprintf(&out, "| … as critical |%s\n", loudly)
			}
		}
	}
	out.WriteString("\n| told on so many of the 14 days after | 20 a day | 200 | 2,000 |\n| --- | --- | --- | --- |\n")
	for _, burn := range []float64{1.5, 2, 5} {
		fmt.Fprintf(&out, "| burns %g× |", burn)
		for _, n := range sizes {
			fmt.Fprintf(&out, " %.0f %% |", 100*steadiness(customers{perDay: n}, burn))
		}
		out.WriteString("\n")
	}
	documented(t, out.String())
}

// steadiness is the part of the fortnight after a burn was told first on which it still is.
func steadiness(c customers, burn float64) float64 {
	c.random = rand.New(rand.NewPCG(uint64(c.perDay), 3))
	still, days := 0, 0
	for range onsets {
		series := c.days(fourWeeks.Periods, 0.5*fourWeeks.Allowed)
		since := 0
		for day := 1; day < 2*never && since < 14; day++ {
			series = append(series[1:], c.day(burn*fourWeeks.Allowed))
			told, _ := shipped(series)
			if since > 0 || told {
				since++
			}
			if since > 1 {
				days++
				if told {
					still++
				}
			}
		}
	}
	return float64(still) / float64(max(1, days))
}

// documented holds the tables against docs/promises.md.
func documented(t *testing.T, tables string) {
	t.Helper()
	const path, begin, end = "../../docs/promises.md", "<!-- tables: go test ./internal/promise -update -->\n", "<!-- end of tables -->"
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(page), begin)
	old, tail, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has no place for the tables", path)
	}
	if *update {
		if err := os.WriteFile(path, []byte(head+begin+tables+end+tail), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if old != tables {
		t.Errorf("%s is not current; run with -update and look at the difference:\n%s", path, tables)
	}
}
