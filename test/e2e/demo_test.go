package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
)

// estimate as another tool computed it.
type estimate struct {
	Value, Lower, Upper float64
	N                   int64
}

// TestDemo applies config/samples and compares what comes out with the numbers that another tool computed from the
// same rows. Those speak of the periods up to October 2026, so they are looked up by that label.
func TestDemo(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	for _, object := range decode(t, kubectl(t, "kustomize", filepath.Join(root(), "config", "samples"))) {
		if object.GetKind() != "Namespace" {
			object.SetNamespace(ns)
			applyObject(t, object)
		}
	}
	content, err := os.ReadFile(filepath.Join(root(), "config", "samples", "data", "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var expected map[string]map[string]json.RawMessage
	if err := json.Unmarshal(content, &expected); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		indicator client.Object
		oracle    string
		by        string // the breakdown, as the oracle and the dataset name it
		label     string
		reads     string
		metric    string
	}{
		{cpi(ns, "telco-churn"), "telco-churn", "contract", "", "26.5 % [25.5, 27.6] n 7043", "cpi_value"},
		{cpi(ns, "software-nps"), "software-nps", "plan", "2026-10", "10.3 [3.8, 16.7] n 680", "cpi_value"},
		{kpi(ns, "software-renewal"), "software-renewal-logos", "plan", "2026-10", "80.4 % [76.8, 83.5] n 530", "kpi_value"},
		{cpi(ns, "retailer-ease"), "shop-ces", "brand", "2026-10", "50.0 % [45.5, 54.5] n 480", "cpi_value"},
		{cpi(ns, "retailer-repeat"), "shop-repeat", "brand", "2026-10", "30.0 % [26.1, 34.2] n 480", "cpi_value"},
	} {
		t.Run(test.indicator.GetName(), func(t *testing.T) {
			computed(t, test.indicator)
			result := report(t, test.indicator).Status.Result
			i := slices.IndexFunc(result.Periods, func(p v1alpha1.PeriodValue) bool { return p.Label == test.label })
			if i < 0 {
				t.Fatalf("no period %q", test.label)
			}
			var total estimate
			unmarshal(t, expected[test.oracle]["total"], &total)
			compare(t, "total", result.Periods[i], total)
			if got := statusOf(test.indicator).Summary.Period; got != test.label {
				if got < test.label {
					t.Errorf("period is %q, want %q or later", got, test.label)
				}
				return // what people read, segments and metrics are those of a later month by now
			}
			reads(t, test.indicator, test.reads)

			var segments map[string]estimate
			unmarshal(t, expected[test.oracle][test.by], &segments)
			for _, name := range slices.Sorted(maps.Keys(segments)) {
				j := slices.IndexFunc(result.Segments, func(s v1alpha1.SegmentValue) bool {
					return slices.Equal(s.By, []string{test.by}) && slices.Equal(s.Values, []string{name})
				})
				if j < 0 {
					t.Errorf("no segment %s=%s", test.by, name)
					continue
				}
				compare(t, name, result.Segments[j].Current, segments[name])
			}

			labels := []string{label("namespace", ns), label("name", test.indicator.GetName())}
			metricsShow(t, "the value", func(text string) error {
				got, err := value(text, test.metric, labels...)
				if shown := result.Periods[i]; err == nil && statusOf(test.indicator).Summary.Period == shown.Label && !close(got, total.Value) {
					err = fmt.Errorf("%v, want %v", got, total.Value)
				}
				return err
			})
		})
	}
	t.Run("a goal on a CPI reads its numbers", func(t *testing.T) {
		reads(t, kpi(ns, "software-nps-goal"), reading(reload(t, cpi(ns, "software-nps"))))
		waitReason(t, kpi(ns, "software-nps-goal"), v1alpha1.ConditionTargetMet, v1alpha1.ReasonInconclusive) // 15 lies within the interval
	})
	t.Run("claims", func(t *testing.T) {
		for name, want := range map[string]struct{ effect, says string }{
			"software-nps-renewal": {"+21.0 pp [13.4, 28.4]", "1.30 times as often [1.18, 1.44]"},
			"retailer-ease-repeat": {"+20.0 pp [11.9, 27.8]", "2.00 times as often [1.49, 2.69]"},
			"telco-support-churn":  {"−11.3 pp [−13.8, −8.8]", "the definition's word"},
		} {
			link := &v1alpha1.CPILinkage{}
			link.Namespace, link.Name = ns, name
			eventually(t, name+" has a verdict", func(context.Context) error {
				reload(t, link)
				if link.Status.Verdict == "" {
					return fmt.Errorf("conditions %+v", link.Status.Conditions)
				}
				return nil
			})
			if s := link.Status; s.Verdict != "Supported" || s.Stage != "Confirmed" || s.Summary.Effect != want.effect || !strings.Contains(s.Drivers[0].Sentence, want.says) {
				t.Errorf("%s: %+v", name, s)
			}
			metricsShow(t, name, func(text string) error {
				got, err := value(text, "cpi_link_verdict", label("namespace", ns), label("name", name), label("verdict", "Supported"))
				if err == nil && got != 1 {
					err = fmt.Errorf("%v, want 1", got)
				}
				return err
			})
		}
		table := kubectl(t, "--namespace", ns, "get", "cpilink")
		for _, wanted := range []string{"software-renewal", "software-nps", "+21.0 pp [13.4, 28.4]", "Supported"} {
			if !strings.Contains(table, wanted) {
				t.Errorf("no %q in\n%s", wanted, table)
			}
		}
	})
	t.Run("a scorecard says how they stand together", func(t *testing.T) {
		card := &v1alpha1.Scorecard{}
		card.Namespace, card.Name = ns, "software"
		eventually(t, "the scorecard to follow its members", func(context.Context) error {
			s := reload(t, card).Status
			if s.Summary == nil || *s.Summary.OffTarget != 1 || len(s.Actions) == 0 || s.Actions[0].Name != "software-nps" || !strings.Contains(s.Actions[0].Why, "not proof of cause") {
				return fmt.Errorf("%+v", s)
			}
			return nil
		})
		table := kubectl(t, "--namespace", ns, "get", "scorecard")
		for _, wanted := range []string{"The board", "ThemeUnmeasured", "OneTopicDominates"} {
			if !strings.Contains(table, wanted) {
				t.Errorf("no %q in\n%s", wanted, table)
			}
		}
	})
	t.Run("people read it in a table", func(t *testing.T) {
		table := kubectl(t, "--namespace", ns, "get", "cpi,kpi")
		for _, wanted := range []string{"26.5 %", "[25.5, 27.6]", "7043", "software-renewal", "OffTarget"} {
			if !strings.Contains(table, wanted) {
				t.Errorf("no %q in\n%s", wanted, table)
			}
		}
	})
}

func unmarshal(t *testing.T, content json.RawMessage, into any) {
	t.Helper()
	if err := json.Unmarshal(content, into); err != nil {
		t.Fatalf("%v in %s", err, content)
	}
}

func compare(t *testing.T, what string, got v1alpha1.PeriodValue, want estimate) {
	t.Helper()
	if number(got.N) != want.N {
		t.Errorf("%s: n is %d, want %d", what, number(got.N), want.N)
	}
	for _, part := range []struct {
		name string
		got  string
		want float64
	}{{"value", got.Value, want.Value}, {"lower", got.Lower, want.Lower}, {"upper", got.Upper, want.Upper}} {
		if number, err := strconv.ParseFloat(part.got, 64); err != nil || !close(number, part.want) {
			t.Errorf("%s: %s is %q, want %v", what, part.name, part.got, part.want)
		}
	}
}

// close: equal but for the digits that a report and /metrics leave out.
func close(a, b float64) bool { return math.Abs(a-b) <= 1e-6*max(1, math.Abs(b)) }
