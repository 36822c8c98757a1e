package measure

import (
	"fmt"
	"math"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// of returns the sums as request laid them out. No sums at all is a cell without rows: zeros.
// Any other length is a fault of the program, not of the data.
func (s Sums) of(request Request) Sums {
	size := request.Size()
	if len(s) == 0 {
		return make(Sums, size)
	}
	if len(s) != size {
		panic(fmt.Sprintf("measure: %d sums where %d were asked for", len(s), size))
	}
	return s
}

// finite reports whether every sum is a number: NaN or infinity in a column, or an overflow, is not.
func (s Sums) finite() bool {
	for _, v := range s {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}

// clusters reads the cluster sums that a Pair appends.
func (s Sums) clusters() interval.Paired {
	c := s[len(s)-ClusterSums:]
	return interval.Paired{Count: c[0], Y: c[1], X: c[2], YY: c[3], XX: c[4], XY: c[5]}
}

// count turns a sum of ones into a number of rows.
func count(sum float64) int64 { return int64(math.Round(sum)) }

// pair asks for cluster sums of single terms; nil without an entity.
func pair(entity string, x Term, y ...WeightedTerm) *Pair {
	if entity == "" {
		return nil
	}
	return &Pair{Entity: entity, Y: y, X: []WeightedTerm{{Weight: 1, Term: x}}}
}

// once weighs a term by one.
func once(t Term) WeightedTerm { return WeightedTerm{Weight: 1, Term: t} }

// combined is how statistics with this cluster pair may be merged.
func combined(cluster *Pair) Combination {
	if cluster != nil {
		return PerEntity
	}
	return Additive
}

// rejected leaves out the reasons that no row has.
func rejected(counts map[Rejection]float64) map[Rejection]int64 {
	var found map[Rejection]int64
	for reason, sum := range counts {
		if n := count(sum); n > 0 {
			if found == nil {
				found = make(map[Rejection]int64, len(counts))
			}
			found[reason] = n
		}
	}
	return found
}
