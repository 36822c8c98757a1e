package measure

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestPromQLFillsInTheWindow(t *testing.T) {
	m := &PromQL{Expr: "sum(increase(a[$__period])) / sum(increase(b[$__period]))"}
	for want, length := range map[string]time.Duration{
		"sum(increase(a[2674800s])) / sum(increase(b[2674800s]))": 31*24*time.Hour - time.Hour, // March in Berlin
		"sum(increase(a[1500ms])) / sum(increase(b[1500ms]))":     1500 * time.Millisecond,
	} {
		if got := m.Over(length); got != want {
			t.Errorf("%s: %s", length, got)
		}
	}
	if !m.Windowed() || (&PromQL{Expr: "sum(a)"}).Windowed() {
		t.Error("whether the window matters is not known")
	}
}

func TestPromQLKnowsOneVariable(t *testing.T) {
	for expr, says := range map[string]string{
		"sum(increase(a[$__period]))":  "",
		`sum(a{path=~"/orders/.*$"})`:  "",
		"sum(increase(a[$__range]))":   "$__range",
		"sum(increase(a[$__periods]))": "$__periods",
		"sum(increase(a[$__]))":        "$__",
		" ":                            "empty",
	} {
		_, err := Of(Spec{PromQL: &PromQL{Expr: expr, Direction: HigherIsBetter}})
		if (err == nil) != (says == "") || err != nil && !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q", expr, err, says)
		}
	}
}

func TestPromQLIsACensus(t *testing.T) {
	m := &PromQL{Expr: "sum(increase(a[$__period]))", Unit: "EUR", Direction: HigherIsBetter}
	got := m.Estimate(Sums{1204311.5}, Setting{}, 0.95)
	if !got.Census || got.Value == nil || *got.Value != 1204311.5 || got.N != 0 || got.Lower != nil || got.Upper != nil {
		t.Errorf("%+v", got)
	}
	for reason, sums := range map[NoValueReason]Sums{NoRows: nil, NotFinite: {math.NaN()}} {
		if got := m.Estimate(sums, Setting{}, 0.95); got.Value != nil || got.Reason != reason || !got.Census {
			t.Errorf("%v: %+v", sums, got)
		}
	}
	if got := m.Estimate(Sums{math.Inf(1)}, Setting{}, 0.95); got.Value != nil || got.Reason != NotFinite {
		t.Errorf("infinity: %+v", got)
	}
	if d := m.Describe(); d.Unit != "EUR" || !strings.HasSuffix(d.Variant, ", a census") {
		t.Errorf("%+v", d)
	}
}
