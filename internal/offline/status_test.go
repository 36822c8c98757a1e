package offline

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/board"
)

// statusText is what is compared of a status: all but instants.
type statusText struct {
	Summary       any      `json:"summary"`
	Conditions    []string `json:"conditions"`
	SegmentAlerts []string `json:"segmentAlerts,omitempty"`
	Verdict       string   `json:"verdict,omitempty"`
	Stage         string   `json:"stage,omitempty"`
	Drivers       []string `json:"drivers,omitempty"`
	Explanation   []string `json:"explanation,omitempty"`
	ReportRef     string   `json:"reportRef"`
	Formula       string   `json:"formula"`
}

func conditionTexts(conditions []metav1.Condition) []string {
	var out []string
	for _, c := range conditions {
		out = append(out, strings.TrimSuffix(fmt.Sprintf("%s %s %s: %s", c.Type, c.Status, c.Reason, c.Message), ": "))
	}
	return out
}

func indicatorText(s v1alpha1.IndicatorStatus) statusText {
	out := statusText{Summary: s.Summary, Conditions: conditionTexts(s.Conditions), ReportRef: s.ReportRef.Name, Formula: s.Baseline.RequestHash}
	for _, a := range s.SegmentAlerts {
		out.SegmentAlerts = append(out.SegmentAlerts, fmt.Sprintf("%s %s: %s", a.Severity, a.Segment, a.Message))
	}
	return out
}

func statusTexts(o board.Objects) map[string]statusText {
	out := map[string]statusText{}
	for _, c := range o.CPIs {
		out["CPIDefinition/"+c.Name] = indicatorText(c.Status)
	}
	for _, k := range o.KPIs {
		out["KPITarget/"+k.Name] = indicatorText(k.Status)
	}
	for _, l := range o.Linkages {
		s := l.Status
		text := statusText{
			Summary: s.Summary, Conditions: conditionTexts(s.Conditions), Verdict: s.Verdict, Stage: s.Stage, Explanation: s.Explanation,
			ReportRef: s.ReportRef.Name, Formula: s.Baseline.RequestHash,
		}
		for _, d := range s.Drivers {
			text.Drivers = append(text.Drivers, strings.Join([]string{d.Name, d.Stage, d.Verdict, d.Q}, " "))
		}
		out["CPILinkage/"+l.Name] = text
	}
	return out
}

// Files say what a cluster says of the same definitions and data.
func TestStatusesAreAClusters(t *testing.T) {
	text, err := os.ReadFile("testdata/samples.yaml")
	if err != nil {
		t.Fatal(err)
	}
	n := load(t, "../../config/samples")
	sunday := time.Date(2026, time.November, 22, 10, 9, 0, 0, time.UTC)
	o, alerts := n.Objects(compute(t, n), sunday)
	got, err := yaml.Marshal(statusTexts(o))
	if err != nil {
		t.Fatal(err)
	}
	var is, want any
	if err := yaml.Unmarshal(got, &is); err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, is); diff != "" {
		t.Error(diff)
	}
	if told := alerts["CPIDefinition/telco-churn"]; len(told) != 1 || told[0].Name != "CPIBelowThreshold" {
		t.Errorf("alerts %+v", told)
	}
	if card := o.Scorecards[0].Status; card.ObservedGeneration != 1 || *card.Summary.Members != 3 || len(card.Conditions) == 0 {
		t.Errorf("scorecard %+v", card)
	}
	for _, l := range o.Linkages {
		for _, c := range l.Status.Conditions {
			if !c.LastTransitionTime.Time.Equal(sunday) {
				t.Errorf("%s of %s since %s", c.Type, l.Name, c.LastTransitionTime)
			}
		}
	}
	if len(n.CPIs[0].Status.Conditions)+len(n.Linkages[0].Status.Conditions) > 0 {
		t.Error("the namespace's own objects are changed")
	}
}
