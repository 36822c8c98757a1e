package alert

import (
	"slices"
	"strings"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/linkage"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Stage of a claim's life.
type Stage string

const (
	Hypothesised Stage = "Hypothesised" // not tested yet
	Testing      Stage = "Testing"      // the data does not settle it, or contradicts itself
	Confirmed    Stage = "Confirmed"
	Refuted      Stage = "Refuted" // an effect as claimed is ruled out
)

// Step is a stage with its verdict and the instant that they began.
type Step struct {
	Stage Stage
	// Verdict is empty while Hypothesised, and in a status written before it was kept.
	Verdict plan.Verdict
	Since   time.Time
}

// Course of a claim's life so far.
type Course struct {
	// Formula of the claim that it is the life of.
	Formula string
	// Steps of the claim, the oldest first.
	Steps []Step
	// Drivers are where each stands by itself; Was is where it stood before, of those that stood elsewhere.
	Drivers, Was map[string]Step
}

// maxSteps are how many steps are remembered.
const maxSteps = 16

// changeTold is for how long a change of the verdict is told as an alert.
const changeTold = 7 * 24 * time.Hour

// stageOf a driver's claim. A clear difference against the expectation rules out one as expected, and refutes; evidence
// that contradicts itself settles nothing.
func stageOf(f plan.DriverFinding) Stage {
	switch {
	case f.Verdict == plan.Supported:
		return Confirmed
	case f.Verdict == plan.NotSupported, f.Verdict == plan.Conflicting && f.Reason == string(linkage.OppositeDirection):
		return Refuted
	}
	return Testing
}

// stageOfAll is that of the claim: Confirmed by one driver, Refuted only of all of them.
func stageOfAll(found *plan.Link) Stage {
	if found == nil || len(found.Drivers) == 0 {
		return Hypothesised
	}
	refuted := 0
	for _, f := range found.Drivers {
		switch stageOf(f) {
		case Confirmed:
			return Confirmed
		case Refuted:
			refuted++
		}
	}
	if refuted == len(found.Drivers) {
		return Refuted
	}
	return Testing
}

// Moved are two steps in words, by their stages or, where those are the same, by their verdicts; false if nothing moved.
func Moved(was, is Step) (from, to string, moved bool) {
	switch {
	case was.Stage != is.Stage:
		return string(was.Stage), string(is.Stage), true
	case was.Verdict != is.Verdict && was.Verdict != "":
		return string(was.Verdict), string(is.Verdict), true
	}
	return "", "", false
}

// next goes on with a claim's course; another claim begins one. Findings that were lost change nothing: a claim stays where
// it was until it is tested again.
func (b Course) next(c *Claim, found *plan.Link, now time.Time) Course {
	now = now.Truncate(time.Second)
	if b.Formula != c.Formula {
		b = Course{}
	}
	out := Course{Formula: c.Formula, Steps: slices.Clone(b.Steps), Drivers: map[string]Step{}, Was: map[string]Step{}}
	if len(out.Steps) == 0 {
		out.Steps = []Step{{Stage: Hypothesised, Since: now}}
	}
	if stage := stageOfAll(found); stage != Hypothesised {
		last := len(out.Steps) - 1
		if is := (Step{stage, overall(found), now}); out.Steps[last].leads(is) {
			out.Steps = append(out.Steps, is)
		} else {
			out.Steps[last].Verdict = is.Verdict
		}
	}
	out.Steps = out.Steps[max(0, len(out.Steps)-maxSteps):]
	for _, driver := range c.Drivers {
		name := driver.Name
		step, known := b.Drivers[name]
		if !known {
			step = Step{Stage: Hypothesised, Since: now}
		}
		if was, known := b.Was[name]; known {
			out.Was[name] = was
		}
		if f := findingOf(found, name); f != nil {
			if is := (Step{stageOf(*f), f.Verdict, now}); step.leads(is) {
				out.Was[name], step = step, is
			}
			step.Verdict = f.Verdict
		}
		out.Drivers[name] = step
	}
	return out
}

// leads reports whether another step follows.
func (s Step) leads(to Step) bool {
	_, _, moved := Moved(s, to)
	return moved
}

// Now is the present step; the zero Step before the first.
func (b Course) Now() Step {
	if len(b.Steps) == 0 {
		return Step{}
	}
	return b.Steps[len(b.Steps)-1]
}

// changed tells for a while that the claim, or one of its drivers, has come to another verdict than an earlier one.
func (d *ClaimDecision) changed(c *Claim, now time.Time) {
	var texts []string
	look := func(of string, was, is Step) {
		from, to, moved := Moved(was, is)
		until := is.Since.Add(changeTold)
		if !moved || was.Stage == Hypothesised || !now.Before(until) {
			return // the first verdict changes none
		}
		d.lookAgain(until, now)
		texts = append(texts, of+" was "+from+" and is "+to)
	}
	if n := len(d.Course.Steps); n > 1 {
		look(c.told(), d.Course.Steps[n-2], d.Course.Steps[n-1])
	}
	if len(c.Drivers) > 1 { // the only one moves as the claim does
		for _, driver := range c.Drivers {
			if was, known := d.Course.Was[driver.Name]; known {
				look(c.told()+": "+driver.Name, was, d.Course.Drivers[driver.Name])
			}
		}
	}
	if len(texts) == 0 {
		return
	}
	d.Alerts = append(d.Alerts, Alert{
		Name: LinkVerdictChanged, Severity: Warning, Team: c.Team,
		Message: strings.Join(texts, ". ") + ". " + d.said(),
	})
}
