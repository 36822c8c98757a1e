package publish

import "github.com/cpi-operator/cpi-operator/internal/plan"

// task is what a plan asks for: an indicator's numbers, or what speaks for a claim and against it.
type task struct {
	plan.Key
	uid         string
	requestHash string
	restatement string
	requested   string
	// confidence of the intervals, 0–1.
	confidence float64
}

// tasksOf a plan, in its order.
func tasksOf(p plan.Plan) []task {
	out := make([]task, 0, len(p.Indicators)+len(p.Linkages))
	for _, i := range p.Indicators {
		out = append(out, task{i.Key, i.UID, i.RequestHash, i.Restatement, i.Requested, i.Quality.Confidence})
	}
	for _, l := range p.Linkages {
		out = append(out, task{l.Key, l.UID, l.RequestHash, l.Restatement, l.Requested, l.Confidence})
	}
	return out
}
