package resolve

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/measure"
)

// index resolves its items, in the order of their columns: that of the list means nothing.
func (r *resolver) index(m *v1alpha1.Index) *measure.Index {
	const field = "spec.measure.index.items"
	out := &measure.Index{Preset: string(m.Preset)}
	before := len(r.problems)
	var total float64
	for i, item := range m.Items {
		at := fmt.Sprintf("%s[%d]", field, i)
		one := measure.IndexItem{Column: string(item.Column), Weight: 1 / float64(len(m.Items)), Scale: scale(m.Scale)}
		if item.Weight != "" {
			one.Weight = r.share(at+".weight", item.Weight, one.Weight, 0.0001, 1)
		}
		if item.Scale != nil {
			one.Scale = scale(item.Scale)
		}
		if one.Scale.Min >= one.Scale.Max {
			r.problems.add(at+".scale", "give it a scale such as {min: 1, max: 10}, here or for the whole index")
		}
		total += one.Weight
		out.Items = append(out.Items, one)
	}
	if math.Abs(total-1) > measure.WeightTolerance && len(r.problems) == before {
		r.problems.add(field, fmt.Sprintf("the weights add up to %.9g%%; they must add up to 100%%", 100*total))
	}
	slices.SortFunc(out.Items, func(a, b measure.IndexItem) int { return cmp.Compare(a.Column, b.Column) })
	return out
}
