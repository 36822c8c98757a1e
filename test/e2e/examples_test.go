package e2e

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/cpi-operator/cpi-operator/internal/measure/pages"
)

// example is one of docs/measures, with its rows brought to today.
type example struct {
	// name of the family or the preset.
	name string
	// objects to apply: ConfigMap, DataSource, Datasets, definitions.
	objects []*unstructured.Unstructured
	// shown is what its page shows of each definition, by name and column.
	shown map[string]map[string]string
}

// written is the year that the examples are of; what is older in them speaks of whole years.
const written = 2026

// anything in a cell stands for whatever is not empty.
const anything = "*"

// matureAfter is how many days after its end a period of an example becomes a result, where that is not at once.
var matureAfter = map[string]int{"renewal": 14, "conversion": 90}

// newExample reads a page's example and moves its dates, so that the period that the page shows is the latest result.
func newExample(t *testing.T, page pages.Example, err error) example {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	_, name, _ := strings.Cut(strings.TrimSuffix(page.Path, ".yaml"), "/")
	label := ""
	for _, row := range parseTable(page.Table) {
		label = max(label, row["PERIOD"])
	}
	first, err := time.Parse("2006-01", label)
	if err != nil {
		t.Fatalf("%s: %v", page.Path, err)
	}
	now := time.Now().UTC()
	latest := now.AddDate(0, 0, -matureAfter[name])
	months := 12*(latest.Year()-first.Year()) + int(latest.Month()-first.Month()) - 1
	years := now.Year() - written
	out := example{name: name, objects: decode(t, movedDates(page.All(), months, years)), shown: parseTable(movedDates(page.Table, months, years))}
	for name, row := range out.shown {
		if year, err := strconv.Atoi(row["PERIOD"]); err == nil {
			row["PERIOD"] = strconv.Itoa(year + years)
		}
		if name == "churn-hazard" && lastDay(first) != lastDay(first.AddDate(0, months, 0)) {
			row["VALUE"], row["INTERVAL"] = anything, anything // losses by customer-days: a shorter month has fewer
		}
	}
	return out
}

var date = regexp.MustCompile(`\b(20\d\d-\d\d)(-\d\d)?\b`)

// movedDates moves each date by months, older ones by years. The last day of a month stays one.
func movedDates(text string, months, years int) string {
	return date.ReplaceAllStringFunc(text, func(found string) string {
		month, err := time.Parse("2006-01", found[:len("2006-01")])
		if err != nil {
			return found
		}
		by := months
		if month.Year() < written {
			by = 12 * years
		}
		moved := month.AddDate(0, by, 0)
		if len(found) == len("2006-01") {
			return moved.Format("2006-01")
		}
		day, _ := strconv.Atoi(found[len("2006-01-"):]) // two digits
		last := lastDay(moved)
		if day >= lastDay(month) || day > last {
			day = last
		}
		return moved.AddDate(0, 0, day-1).Format("2006-01-02")
	})
}

// lastDay of the month that begins then.
func lastDay(month time.Time) int { return month.AddDate(0, 1, -1).Day() }

// parseTable reads a table as kubectl prints it, or several: the cells of each row by its name and column.
func parseTable(text string) map[string]map[string]string {
	rows := map[string]map[string]string{}
	var starts []int
	var columns []string
	for line := range strings.Lines(text) {
		cells := []rune(strings.TrimRight(line, " \n"))
		if strings.HasPrefix(line, "NAME ") {
			starts, columns = nil, strings.Fields(line)
			for i, r := range cells {
				if r != ' ' && (i == 0 || cells[i-1] == ' ') {
					starts = append(starts, i)
				}
			}
			continue
		}
		row := map[string]string{}
		for i, column := range columns {
			from, to := min(starts[i], len(cells)), len(cells)
			if i+1 < len(starts) {
				to = min(starts[i+1], to)
			}
			row[column] = strings.TrimSpace(string(cells[from:to]))
		}
		if name := row["NAME"]; name != "" {
			rows[name[strings.LastIndex(name, "/")+1:]] = row // kubectl puts the kind before it
		}
	}
	return rows
}

// isPrinted compares what kubectl prints of an example's definitions with what the page shows: value, interval, n and
// period. The state must be one of a value to act on.
func (e example) isPrinted(t *testing.T, ns string) {
	t.Helper()
	text := kubectl(t, "--namespace", ns, "get", "cpi,kpi", "--output", "wide")
	printed := parseTable(text)
	for name, row := range e.shown {
		got := printed[name]
		for column, want := range row {
			if column != "NAME" && got[column] != want && (want != anything || got[column] == "") {
				t.Errorf("%s: %s is %q, the page of %s shows %q", name, column, got[column], e.name, want)
			}
		}
		if state := got["STATE"]; !slices.Contains(toActOn, state) {
			t.Errorf("%s: state is %q, one of %q is wanted", name, state, toActOn)
		}
	}
	t.Logf("kubectl get cpi,kpi --output wide\n%s", text)
}

// toActOn are the states of a value that may be acted on.
var toActOn = []string{"OK", "Warning", "Critical", "OnTarget", "OffTarget", "Inconclusive"}
