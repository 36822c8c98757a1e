package cli

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
)

// toldExplanation is an explanation as programs read it. Numbers are those of the report: decimal strings in the result's
// unit, shares from 0 to 1.
type toldExplanation struct {
	toldEntry
	Namespace string `json:"namespace"`
	// Invalid says why the definition cannot be read as it stands.
	Invalid         string                      `json:"invalid,omitempty"`
	Period          *v1alpha1.PeriodValue       `json:"periodValue,omitempty"`
	Segment         string                      `json:"segment,omitempty"`
	Unit            string                      `json:"unit,omitempty"`
	Direction       v1alpha1.Direction          `json:"direction,omitempty"`
	ConfidenceLevel string                      `json:"confidenceLevel,omitempty"`
	Formula         *toldFormula                `json:"formula,omitempty"`
	Datasets        []string                    `json:"datasets,omitempty"`
	Rows            []cascade                   `json:"rows,omitempty"`
	SQL             string                      `json:"sql,omitempty"`
	Thresholds      *v1alpha1.Thresholds        `json:"thresholds,omitempty"`
	Conditions      []metav1.Condition          `json:"conditions,omitempty"`
	BiasChecks      []v1alpha1.BiasCheck        `json:"biasChecks,omitempty"`
	Warnings        []string                    `json:"warnings,omitempty"`
	Periods         []v1alpha1.PeriodValue      `json:"periods,omitempty"`
	Segments        []v1alpha1.SegmentValue     `json:"segments,omitempty"`
	History         *v1alpha1.ReportHistory     `json:"history,omitempty"`
	Baseline        *v1alpha1.Baseline          `json:"baseline,omitempty"`
	Changes         []v1alpha1.DefinitionChange `json:"changes,omitempty"`
	Unknown         []string                    `json:"unknown,omitempty"`
}

type toldFormula struct {
	Measure  string `json:"measure"`
	Title    string `json:"title"`
	Formula  string `json:"formula"`
	Variant  string `json:"variant,omitempty"`
	Interval string `json:"interval"`
	Mind     string `json:"mind,omitempty"`
}

func (e *explanation) told() toldExplanation {
	out := toldExplanation{
		toldEntry: entryTold(e.entry), Namespace: e.objects.Namespace, Invalid: e.unresolved, Period: e.period,
		Conditions: e.entry.Conditions, Baseline: e.status.Baseline, Changes: e.status.Changes, Unknown: e.unknown(),
	}
	if e.segment != nil {
		out.Segment = segmentName(e.segment)
	}
	if cpi, _ := e.objects.CPI(e.name); e.kind == kindNames["cpi"] {
		out.Thresholds = cpi.Spec.Thresholds
	}
	for _, name := range []string{e.formula.Formula.Dataset, e.formula.Formula.Other} {
		if name != "" {
			out.Datasets = append(out.Datasets, name)
		}
	}
	doc, known := e.family()
	if known {
		out.Formula = &toldFormula{Measure: doc.Name, Title: doc.Title, Formula: doc.Formula, Interval: doc.Interval, Mind: doc.Pitfalls}
	}
	r := e.result
	if r == nil {
		return out
	}
	if known {
		out.Formula.Variant = r.Variant
	}
	out.Unit, out.Direction, out.ConfidenceLevel, out.SQL = r.Unit, r.Direction, r.ConfidenceLevel, r.SQL
	out.Rows, out.BiasChecks, out.Warnings = cascades(r.Waterfall), r.BiasChecks, r.Warnings
	out.Periods, out.Segments, out.History = r.Periods, r.Segments, r.History
	return out
}
