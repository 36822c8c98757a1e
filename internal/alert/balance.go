package alert

import "strings"

// Imbalance is something that the indicators of a namespace together leave out, as it concerns one KPI.
type Imbalance struct {
	Reason  Reason
	Message string
}

// balanced tells whether the KPI stands in a portfolio that looks at customers too. It is advice, and no alert.
func (d *Decision) balanced(in *Indicator) {
	if in.Kind != KPI {
		return
	}
	if len(in.Imbalances) == 0 {
		d.condition(Balanced, True, ReasonBalanced, "It serves an objective, and the indicators of its namespace cover what customers gain.")
		return
	}
	var messages []string
	for _, i := range in.Imbalances {
		messages = append(messages, i.Message)
	}
	d.condition(Balanced, False, in.Imbalances[0].Reason, strings.Join(messages, " "))
}
