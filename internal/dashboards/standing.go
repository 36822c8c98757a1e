package dashboards

import (
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/alert"
)

// Colours that can be read on a dark and on a light ground. No colour stands alone: the word is always there.
const (
	red    = "semi-dark-red"
	orange = "semi-dark-orange"
	green  = "semi-dark-green"
	blue   = "semi-dark-blue"
	purple = "semi-dark-purple"
	grey   = "text"
)

// standing is how urgent a state is: 3 needs somebody, 2 may, 1 does not.
type standing struct {
	urgency int
	colour  string
	states  []alert.State
}

var standings = []standing{
	{3, red, []alert.State{alert.StateCritical, alert.StateOffTarget, alert.StateFailing, alert.StateInvalid}},
	{2, orange, []alert.State{alert.StateWarning, alert.StateInconclusive}},
	{2, purple, []alert.State{alert.StateNoData, alert.StateInsufficient, alert.StateSuspect}},
	{1, green, []alert.State{alert.StateOK, alert.StateOnTarget}},
	{1, grey, []alert.State{alert.StateRunning, alert.StateMaturing, alert.StateUndated, alert.StatePending, alert.StateNotYet}},
}

// urgent is a pattern of the states that are so urgent.
func urgent(urgency int) string {
	var names []string
	for _, s := range standings {
		if s.urgency == urgency {
			for _, name := range s.states {
				names = append(names, string(name))
			}
		}
	}
	return strings.Join(names, "|")
}

// stateTexts gives states their colours.
func stateTexts() map[string]Mapped {
	out := map[string]Mapped{}
	for _, s := range standings {
		for _, name := range s.states {
			out[string(name)] = Mapped{Color: s.colour, Index: len(out)}
		}
	}
	return out
}

// stateColours gives series that are named after states their colours.
func stateColours() []Override {
	var out []Override
	for _, s := range standings {
		for _, name := range s.states {
			out = append(out, Override{Matcher: byName(string(name)), Properties: []Property{colour(s.colour)}})
		}
	}
	return out
}

// severityTexts gives severities their colours.
func severityTexts() map[string]Mapped {
	return map[string]Mapped{string(alert.Critical): {Color: red, Index: 0}, string(alert.Warning): {Color: orange, Index: 1}}
}
