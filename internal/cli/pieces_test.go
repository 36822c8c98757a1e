package cli

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/board"
	"github.com/cpi-operator/cpi-operator/internal/manifest"
	"github.com/cpi-operator/cpi-operator/internal/offline"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

// Each number has its own ends, whatever table its row is of; what a spreadsheet would compute is text.
func TestNumbersOfRowsInCSV(t *testing.T) {
	var out bytes.Buffer
	err := printCSV(&out, []listing{
		{kind: "CPI", headings: []string{"CPI", "VALUE"}, rows: [][]string{{"nps", "=1+1"}, {"none", ""}}, numbers: []*board.Number{{Value: "10.3", Lower: "3.8", Upper: "16.7", ConfidenceLevel: "0.95", Unit: "points"}, nil}},
		{kind: "SOURCE", headings: []string{"SOURCE", "STATE"}, rows: [][]string{{"crm", "Succeeded"}}},
	})
	want := "KIND,NAME,VALUE,STATE,NUMBER,LOWER,UPPER,CONFIDENCE LEVEL,UNIT\nCPI,nps,'=1+1,,10.3,3.8,16.7,0.95,points\nCPI,none,,,,,,,\nSOURCE,crm,,Succeeded,,,,,\n"
	if diff := cmp.Diff(want, out.String()); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

func TestShortNumbers(t *testing.T) {
	for text, want := range map[string]string{"": "", "1234.5": "1234", "-250.4": "−250", "12.34": "12.3", "-1.25": "−1.2", "0.12345": "0.123", "-0.5": "−0.5", "0": "0"} {
		if got := shortNumber(text); got != want {
			t.Errorf("%q is told as %q, want %q", text, got, want)
		}
	}
}

// Colours are for somebody who looks and has not asked for none (https://no-color.org).
func TestColours(t *testing.T) {
	terminal, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0) // a character device, as a terminal is
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	for _, c := range []struct {
		noColour, term string
		want           bool
	}{{"", "xterm", true}, {"1", "xterm", false}, {"", "dumb", false}} {
		t.Setenv("NO_COLOR", c.noColour)
		t.Setenv("TERM", c.term)
		if got := styleOf(terminal).on; got != c.want {
			t.Errorf("%+v: %t", c, got)
		}
	}
	if styleOf(&bytes.Buffer{}).on {
		t.Error("a file is coloured")
	}
}

// A source tells the first thing that is wrong, else what its last run came to, unless it is suspended; what came to be at the
// instant of looking is told without a time.
func TestStatesOfASource(t *testing.T) {
	condition := func(kind string, status metav1.ConditionStatus, reason string) metav1.Condition {
		return metav1.Condition{Type: kind, Status: status, Reason: reason, Message: "of " + kind}
	}
	ready, done := condition("Ready", "True", "Ready"), condition("Computed", "True", "Succeeded")
	for name, c := range map[string]struct {
		suspend    bool
		conditions []metav1.Condition
		state      string
		message    string
	}{
		"new":       {false, nil, "Pending", ""},
		"ready":     {false, []metav1.Condition{ready}, "Pending", ""},
		"done":      {false, []metav1.Condition{ready, done}, "Succeeded", ""},
		"failed":    {false, []metav1.Condition{ready, condition("Computed", "False", "Unreachable")}, "Unreachable", "of Computed"},
		"invalid":   {false, []metav1.Condition{condition("Ready", "False", "Invalid"), condition("Computed", "False", "Unreachable")}, "Invalid", "of Ready"},
		"edited":    {false, []metav1.Condition{condition("Ready", "False", "Invalid"), done}, "Invalid", "of Ready"},
		"suspended": {true, []metav1.Condition{ready, done}, "Suspended", ""},
	} {
		source := &v1alpha1.DataSource{Spec: v1alpha1.DataSourceSpec{Suspend: &c.suspend}, Status: v1alpha1.DataSourceStatus{Conditions: c.conditions}}
		if got := sourceTold(board.Objects{At: noon}, source); got.State != c.state || got.Message != c.message {
			t.Errorf("%s: %+v", name, got)
		}
	}
	for at, want := range map[time.Time]bool{{}: false, noon.Add(-time.Minute): true, noon: false, noon.Add(time.Minute): false} {
		last := metav1.NewTime(at)
		source := &v1alpha1.DataSource{Status: v1alpha1.DataSourceStatus{LastSuccessTime: &last}}
		if got := sourceTold(board.Objects{At: noon}, source).LastSuccessTime != nil; got != want {
			t.Errorf("a success at %s is told: %t", at, got)
		}
	}
}

// What needs no look, because it is good or not known yet, is counted and not listed.
func TestWhatNeedsNoLook(t *testing.T) {
	var objects board.Objects
	for _, state := range []string{"OK", "Running", "Inconclusive", "Warning", "NoData", "Failing"} {
		objects.CPIs = append(objects.CPIs, v1alpha1.CPIDefinition{ObjectMeta: metav1.ObjectMeta{Name: state}, Spec: v1alpha1.CPIDefinitionSpec{Theme: "Time"}, Status: v1alpha1.IndicatorStatus{Summary: &v1alpha1.IndicatorSummary{State: state}}})
	}
	found, leftOut := statusOf(objects).rows(resolve.KindCPIDefinition, false, style{})
	var names []string
	for _, row := range found.rows {
		names = append(names, row[1])
	}
	if diff := cmp.Diff([]string{"Failing", "Warning", "NoData"}, names); diff != "" || leftOut != 3 {
		t.Errorf("%d left out, %s", leftOut, diff)
	}
}

// Findings stand in the order of files and lines.
func TestFindingsInOrder(t *testing.T) {
	var out bytes.Buffer
	var findings []offline.Finding
	for _, place := range []manifest.Place{{File: "b.yaml", Line: 1}, {File: "a.yaml", Line: 20}, {File: "a.yaml", Line: 3}} {
		findings = append(findings, offline.Finding{Place: place, Message: "x"})
	}
	if err := printFindings(&out, "csv", findings); err != nil || !strings.HasSuffix(out.String(), "a.yaml,3,,,x\na.yaml,20,,,x\nb.yaml,1,,,x\n") {
		t.Errorf("%v\n%s", err, out.String())
	}
}

// A number of diff has its interval and n beside it, as far as there are.
func TestNumbersOfDiff(t *testing.T) {
	for want, side := range map[string]*diffSide{
		"26.5 % [25.5, 27.6] n 7043, 2026-10": {Value: "26.5 %", Interval: "[25.5, 27.6]", N: new(int64(7043)), Period: "2026-10"},
		"12 EUR":                              {Value: "12 EUR"},
		"":                                    {Period: "2026-10", N: new(int64(3))},
	} {
		if got := side.numbers(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := (*diffSide)(nil).numbers(); got != "" {
		t.Errorf("%q", got)
	}
}
