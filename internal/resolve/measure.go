package resolve

import (
	"fmt"
	"time"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// spec converts a declared measure, telling what does not fit the dataset.
func (r *resolver) measure(declared *v1alpha1.Measure) measure.Spec {
	var out measure.Spec
	switch m := r.withPreset(declared); {
	case m.NetPromoterScore != nil:
		out.NetPromoterScore = &measure.NetPromoterScore{Score: string(m.NetPromoterScore.Score)}
	case m.CustomerSatisfaction != nil:
		out.CustomerSatisfaction = r.satisfaction(m.CustomerSatisfaction)
	case m.CustomerEffortScore != nil:
		out.CustomerEffortScore = effort(m.CustomerEffortScore)
	case m.Share != nil:
		out.Share = r.shareOf(m.Share)
	case m.Aggregate != nil:
		out.Aggregate = r.aggregate(m.Aggregate)
	case m.Ratio != nil:
		q := m.Ratio
		r.entity("spec.measure.ratio.clusterBy", string(q.ClusterBy))
		out.Ratio = &measure.Ratio{
			Numerator:   string(q.Numerator.Column),
			Denominator: string(q.Denominator.Column),
			ClusterBy:   string(q.ClusterBy),
			Preset:      string(q.Preset),
			Format:      measure.RatioFormat(q.Format),
			Unit:        string(q.Unit),
			Direction:   measure.Direction(q.Direction),
		}
	case m.Churn != nil:
		c := m.Churn
		r.requireEntity("spec.measure.churn.entity", string(c.Entity))
		r.requireStates("spec.measure.churn")
		definition := measure.ChurnDefinition(c.Definition)
		if definition == "" {
			definition = measure.OpeningCohort
		}
		if definition == measure.Hazard && r.dataset.Time.Snapshot != "" {
			r.problems.add("spec.measure.churn.definition", "Hazard needs spells with a start and an end; this dataset holds snapshots")
		}
		gap := duration("spec.measure.churn.toleratedGap", c.ToleratedGap, 0, &r.problems)
		r.refuseGap("spec.measure.churn.toleratedGap", gap)
		out.Churn = &measure.Churn{Entity: string(c.Entity), Definition: definition, ToleratedGap: gap}
	case m.Retention != nil:
		c := m.Retention
		r.requireEntity("spec.measure.retention.entity", string(c.Entity))
		r.requireStates("spec.measure.retention")
		gap := duration("spec.measure.retention.toleratedGap", c.ToleratedGap, 0, &r.problems)
		r.refuseGap("spec.measure.retention.toleratedGap", gap)
		out.Retention = &measure.Retention{Entity: string(c.Entity), ToleratedGap: gap}
	case m.RevenueRetention != nil:
		v := m.RevenueRetention
		r.requireEntity("spec.measure.revenueRetention.entity", string(v.Entity))
		r.requireStates("spec.measure.revenueRetention")
		out.RevenueRetention = &measure.RevenueRetention{
			Entity: string(v.Entity),
			Amount: string(v.Amount),
			Form:   measure.RevenueRetentionForm(v.Form),
			Unit:   string(v.Unit),
		}
	case m.Renewal != nil:
		out.Renewal = r.renewal(m.Renewal)
	case m.Rate != nil:
		out.Rate = r.rate(m.Rate)
	case m.Conversion != nil:
		out.Conversion = r.conversion(m.Conversion)
	case m.Duration != nil:
		out.Duration = r.duration(m.Duration)
	case m.LifetimeValue != nil:
		out.LifetimeValue = r.lifetimeValue(m.LifetimeValue)
	case m.Composite != nil:
		out.Composite = r.composite(m.Composite)
	case m.Index != nil:
		out.Index = r.index(m.Index)
	case m.Precomputed != nil:
		out.Precomputed = precomputed(m.Precomputed)
	case m.PromQL != nil:
		out.PromQL = r.promql(m.PromQL)
	default:
		r.problems.add("spec.measure", "set exactly one family")
	}
	return out
}

func (r *resolver) satisfaction(m *v1alpha1.CustomerSatisfaction) *measure.CustomerSatisfaction {
	out := &measure.CustomerSatisfaction{Score: string(m.Score)}
	if m.Scale.Min != nil && m.Scale.Max != nil {
		out.Scale = measure.Scale{Min: float64(*m.Scale.Min), Max: float64(*m.Scale.Max)}
	}
	field := "spec.measure.customerSatisfaction.form"
	width := int(out.Scale.Max-out.Scale.Min) + 1
	switch f := m.Form; {
	case f.TopBox != nil:
		out.Form, out.Boxes = measure.CSATTopBox, int(f.TopBox.Boxes)
		if out.Boxes >= width {
			r.problems.add(field+".topBox.boxes", fmt.Sprintf("must be below the %d answers of the scale", width))
		}
	case f.Net != nil:
		out.Form, out.Boxes = measure.CSATNet, int(f.Net.Boxes)
		if 2*out.Boxes > width {
			r.problems.add(field+".net.boxes", fmt.Sprintf("top and bottom boxes overlap: at most %d of the %d answers", width/2, width))
		}
	case f.Mean != nil:
		out.Form = measure.CSATMean
	case f.Rescaled != nil:
		out.Form = measure.CSATRescaled
	case f.Binary != nil:
		out.Form = measure.CSATBinary
		if width != 2 {
			r.problems.add(field+".binary", "needs a scale of two answers, such as {min: 0, max: 1}")
		}
	}
	return out
}

func effort(m *v1alpha1.CustomerEffortScore) *measure.CustomerEffortScore {
	out := &measure.CustomerEffortScore{Score: string(m.Score), Version: measure.CESVersion(m.Version)}
	switch f := m.Form; {
	case f.Mean != nil:
		out.Form = measure.CESMean
	case f.Net != nil:
		out.Form = measure.CESNet
	case f.Share != nil:
		out.Form = measure.CESShare
		if f.Share.AtLeast != nil {
			out.Bound = float64(*f.Share.AtLeast)
		} else if f.Share.AtMost != nil {
			out.Bound = float64(*f.Share.AtMost)
		}
	}
	return out
}

func (r *resolver) renewal(m *v1alpha1.Renewal) *measure.Renewal {
	if r.dataset.Time.Event == "" {
		r.problems.add("spec.measure.renewal", "needs a dataset with time.event on the due date")
	}
	seen := map[string]string{}
	for _, list := range []struct {
		name  string
		texts []string
	}{{"renewed", m.Decision.Renewed}, {"lost", m.Decision.Lost}, {"notDue", m.Decision.NotDue}} {
		for _, text := range list.texts {
			if other, dup := seen[text]; dup {
				r.problems.add("spec.measure.renewal.decision."+list.name, fmt.Sprintf("%q is also in %s", text, other))
			}
			seen[text] = list.name
		}
	}
	return &measure.Renewal{
		Decision:  string(m.Decision.Column),
		Renewed:   m.Decision.Renewed,
		Lost:      m.Decision.Lost,
		NotDue:    m.Decision.NotDue,
		DecidedAt: string(m.DecidedAt),
		Grace:     duration("spec.measure.renewal.grace", m.Grace, 0, &r.problems),
		Value:     string(m.Value),
		Unit:      string(m.Unit),
	}
}

// derivedMaturity is how long after a period's end the measure itself still moves.
func derivedMaturity(spec measure.Spec) time.Duration {
	switch {
	case spec.Renewal != nil:
		return spec.Renewal.Grace
	case spec.Conversion != nil:
		return spec.Conversion.Within
	case spec.Churn != nil:
		return spec.Churn.ToleratedGap
	case spec.Retention != nil:
		return spec.Retention.ToleratedGap
	case spec.Duration != nil && spec.Duration.Open == measure.CountAsMissedAfterLimit:
		return spec.Duration.Limit
	}
	return 0
}

// isSurvey reports whether the measure reads answers, so that it must be said which of a person's count.
func isSurvey(spec measure.Spec) bool {
	return spec.NetPromoterScore != nil || spec.CustomerSatisfaction != nil || spec.CustomerEffortScore != nil || spec.Index != nil
}

// isRowless reports whether the measure reads no rows, and so no dataset.
func isRowless(spec measure.Spec) bool { return spec.Composite != nil || spec.PromQL != nil }

// isStateful reports whether the measure compares states at two instants.
func isStateful(spec measure.Spec) bool {
	return spec.Churn != nil || spec.Retention != nil || spec.RevenueRetention != nil ||
		spec.LifetimeValue != nil && spec.LifetimeValue.Model == measure.Contractual
}

func conditions(in []v1alpha1.Condition) []measure.Condition {
	var out []measure.Condition
	for _, c := range in {
		out = append(out, measure.Condition{Column: string(c.Column), Operator: measure.Operator(c.Operator), Values: c.Values})
	}
	return out
}

// requireStates tells a dataset that has no states to compare.
func (r *resolver) requireStates(field string) {
	if t := r.dataset.Time; t.Start == "" && t.Snapshot == "" {
		r.problems.add(field, "needs a dataset with time.interval or time.snapshot")
	}
}

// refuseGap tells a tolerated gap where snapshots cannot show one.
func (r *resolver) refuseGap(field string, gap time.Duration) {
	if gap > 0 && r.dataset.Time.Snapshot != "" {
		r.problems.add(field, "needs spells with a start and an end; this dataset holds snapshots")
	}
}

func (r *resolver) requireEntity(field, name string) {
	if name == "" {
		r.problems.add(field, "name an entity of the dataset")
		return
	}
	r.entity(field, name)
}

// entity tells a name that the dataset's entities do not hold.
func (r *resolver) entity(field, name string) {
	if name == "" {
		return
	}
	if _, ok := r.dataset.Entities[name]; !ok {
		r.problems.add(field, fmt.Sprintf("dataset %s declares no entity %q; add it to spec.entities there", r.dataset.Name, name))
	}
}

// resolver collects what is wrong with one indicator.
type resolver struct {
	dataset plan.Dataset
	// other is the second dataset that the measure reads, nil if it reads none.
	other    *plan.Dataset
	problems Problems
}
