package resolve

import (
	"slices"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Context is what a definition is resolved on.
type Context struct {
	// Dataset is the one that spec.datasetRef names.
	Dataset plan.Dataset
	// Other is the second dataset, which SecondDataset names; nil if the measure reads one only.
	Other *plan.Dataset
	// Source is where the rows of both come from; of a composite, those of its first part.
	Source *v1alpha1.DataSource
	// Parts are the CPIs that a composite joins, by name.
	Parts map[string]Part
}

// Part is a CPI that a composite joins.
type Part struct {
	Definition *v1alpha1.CPIDefinition
	// RequestHash is that of the formula in force, as its report has it.
	RequestHash string
}

// SecondDataset names the dataset that a measure reads beside the indicator's own, and the field that says so; both
// are empty if it reads none. It may be the indicator's own, read under other conditions.
func SecondDataset(spec *v1alpha1.Indicator) (name, field string) {
	switch m := spec.Measure; {
	case m == nil:
	case m.Rate != nil && m.Rate.Exposure.DatasetRef != nil:
		return m.Rate.Exposure.DatasetRef.Name, "spec.measure.rate.exposure.datasetRef"
	case m.Conversion != nil && m.Conversion.Outcome.DatasetRef != nil:
		return m.Conversion.Outcome.DatasetRef.Name, "spec.measure.conversion.outcome.datasetRef"
	}
	return "", ""
}

// Datasets are the names of those that an indicator reads, its own first, each once.
func Datasets(spec *v1alpha1.Indicator) []string {
	var names []string
	if spec.DatasetRef != nil {
		names = append(names, spec.DatasetRef.Name)
	}
	if second, _ := SecondDataset(spec); second != "" && !slices.Contains(names, second) {
		names = append(names, second)
	}
	return names
}
