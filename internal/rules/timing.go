package rules

import (
	"slices"
	"time"

	"github.com/prometheus/common/model"
)

// Timing is how long alerts wait and stay.
type Timing struct {
	// For is how long an alert must be active before somebody is told. Of what waits longer by its nature, such as the
	// operator's absence, it is not read.
	For time.Duration
	// KeepFiringFor is how long an alert stays when its series has gone. It must outlast a change of leader.
	KeepFiringFor time.Duration
}

// DefaultTiming suits numbers that change by the day.
var DefaultTiming = Timing{For: 5 * time.Minute, KeepFiringFor: 10 * time.Minute}

// At gives the group with other times. The zero Timing is DefaultTiming.
func (g Group) At(t Timing) Group {
	if t == (Timing{}) {
		return g
	}
	g.Rules = slices.Clone(g.Rules)
	for i := range g.Rules {
		if g.Rules[i].For == settle {
			g.Rules[i].For = model.Duration(t.For).String()
		}
		if g.Rules[i].KeepFiringFor == keep {
			g.Rules[i].KeepFiringFor = model.Duration(t.KeepFiringFor).String()
		}
	}
	return g
}
