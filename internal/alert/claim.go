package alert

import (
	"slices"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/linkage"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Claim is everything that decisions on a linkage look at.
type Claim struct {
	Name  string
	Title string
	Team  string
	// KPI is the name of what should be moved; Unit and Percent say how people read differences of it.
	KPI     string
	Unit    string
	Percent bool
	// Grain of the KPI's periods; empty if it is undated.
	Grain plan.Grain
	// Drivers in the order of the claim, and whether any of them is a guardrail.
	Drivers   []ClaimDriver
	Guardrail bool
	// Formula identifies the claim in force; findings of another one are not told.
	Formula string
	// Found is what the last run found, of the formula FoundOf; nil if none has.
	Found   *plan.Link
	FoundOf string
	Attempt *Attempt
	Source  SourceRuns
	// Own are the runs of a claim that has them to itself, on the schedule of Source; nil of any other.
	Own     *OwnRuns
	Review  *Review
	Telling Telling
	// Before is what was told last time.
	Before Course
}

// OwnRuns is how the runs go that a claim has to itself.
type OwnRuns struct {
	// Reason and Message why the last one failed, or why one does not start, since Since; empty where they go well.
	Reason, Message string
	Since           time.Time
}

// ClaimDriver is a CPI that should move the KPI.
type ClaimDriver struct {
	Name string
	// Percent: people read it as a percentage.
	Percent bool
	Unit    string
}

// Stage of a claim's life.
type Stage string

const (
	Hypothesised Stage = "Hypothesised" // not tested yet
	Testing      Stage = "Testing"      // the data does not settle it, or contradicts itself
	Confirmed    Stage = "Confirmed"
	Refuted      Stage = "Refuted" // an effect as claimed is ruled out
)

// Step is a stage with the instant that it began.
type Step struct {
	Stage Stage
	Since time.Time
}

// Course of a claim's life so far.
type Course struct {
	// Formula of the claim that it is the life of.
	Formula string
	// Steps of the claim, the oldest first; Drivers are where each stands by itself.
	Steps   []Step
	Drivers map[string]Step
}

// maxSteps are how many steps are remembered.
const maxSteps = 16

// changeTold is for how long a change of the verdict is told as an alert.
const changeTold = 7 * 24 * time.Hour

// ClaimDecision is what a claim's findings mean at an instant.
type ClaimDecision struct {
	Decision
	// Verdict on the claim; empty before the first.
	Verdict plan.Verdict
	Course  Course
	// Strongest driver, for people.
	Strongest ClaimSummary
	// Standing of each driver, in the order of the claim.
	Standing []DriverStanding
	// Explanation in sentences.
	Explanation []string
}

// ClaimSummary is the strongest driver as people read it.
type ClaimSummary struct {
	Driver  string
	Effect  string // such as +21.0 pp [13.4, 28.4]
	Lag     string // such as 2 months; empty between cohorts
	Verdict string // with its reason where it has one
}

// DriverStanding is what was found of one driver.
type DriverStanding struct {
	Driver    string
	Verdict   plan.Verdict
	Reason    string
	Step      Step
	Effect    string
	Lag       string
	Q         *float64
	Influence string
	Sentence  string
}

// verdictPending stands where people look for the verdict before there is one.
const verdictPending = "Pending"

// DecideClaim judges a claim as of now.
func DecideClaim(c *Claim, now time.Time) ClaimDecision {
	d := &ClaimDecision{}
	d.computed(c.attempted(), now)
	found := c.found()
	d.Verdict = overall(found)
	d.Course = c.Before.next(c, found, now)
	d.stand(c, found)
	d.supported(found)
	if c.Guardrail {
		d.diverging(c, found)
	}
	d.review(c.Review, c.Team, now)
	d.changed(c, now)
	d.tell(c.Telling, now)
	d.mutedOn(c)
	d.Explanation = c.explain(found)
	return *d
}

// attempted is the claim's last try in the terms of an indicator's. Where a claim has runs to itself, their failures are
// its own, and those of the data source are not.
func (c *Claim) attempted() *Indicator {
	out := &Indicator{Team: c.Team, Formula: c.Formula, Attempt: c.Attempt, Source: c.Source}
	if c.Own == nil {
		return out
	}
	out.Source.Failed = false
	if c.Own.Reason != "" {
		out.Attempt = &Attempt{Formula: c.Formula, Failed: true, Reason: c.Own.Reason, Message: c.Own.Message, Since: c.Own.Since}
	}
	return out
}

// found are the findings of the claim in force; nil if there are none.
func (c *Claim) found() *plan.Link {
	if c.FoundOf != c.Formula {
		return nil
	}
	return c.Found
}

// overall is the verdict on all drivers together; empty without findings. One driver that moves the KPI is enough.
func overall(found *plan.Link) plan.Verdict {
	if found == nil || len(found.Drivers) == 0 {
		return ""
	}
	has := func(v plan.Verdict) int {
		n := 0
		for _, f := range found.Drivers {
			if f.Verdict == v {
				n++
			}
		}
		return n
	}
	switch {
	case has(plan.Supported) > 0:
		return plan.Supported
	case has(plan.Conflicting) > 0:
		return plan.Conflicting
	case has(plan.NotSupported) == len(found.Drivers):
		return plan.NotSupported
	}
	return plan.InsufficientData
}

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

// next goes on with a claim's course; another claim begins one. Findings that were lost change nothing: a claim stays where
// it was until it is tested again.
func (b Course) next(c *Claim, found *plan.Link, now time.Time) Course {
	now = now.Truncate(time.Second)
	if b.Formula != c.Formula {
		b = Course{}
	}
	out := Course{Formula: c.Formula, Steps: slices.Clone(b.Steps), Drivers: map[string]Step{}}
	if len(out.Steps) == 0 {
		out.Steps = []Step{{Hypothesised, now}}
	}
	if stage := stageOfAll(found); stage != Hypothesised && out.now().Stage != stage {
		out.Steps = append(out.Steps, Step{stage, now})
	}
	out.Steps = out.Steps[max(0, len(out.Steps)-maxSteps):]
	for _, driver := range c.Drivers {
		step, known := b.Drivers[driver.Name]
		if !known {
			step = Step{Hypothesised, now}
		}
		if f := findingOf(found, driver.Name); f != nil && stageOf(*f) != step.Stage {
			step = Step{stageOf(*f), now}
		}
		out.Drivers[driver.Name] = step
	}
	return out
}

// now is the present step.
func (b Course) now() Step { return b.Steps[len(b.Steps)-1] }

// Now is the present step; the zero Step before the first.
func (b Course) Now() Step {
	if len(b.Steps) == 0 {
		return Step{}
	}
	return b.now()
}

func findingOf(found *plan.Link, driver string) *plan.DriverFinding {
	if found == nil {
		return nil
	}
	for i := range found.Drivers {
		if found.Drivers[i].Driver == driver {
			return &found.Drivers[i]
		}
	}
	return nil
}

// changed tells for a while that the claim has come to another verdict than an earlier one.
func (d *ClaimDecision) changed(c *Claim, now time.Time) {
	steps := d.Course.Steps
	if len(steps) < 2 || steps[len(steps)-2].Stage == Hypothesised {
		return // the first verdict changes none
	}
	was, is := steps[len(steps)-2], steps[len(steps)-1]
	if until := is.Since.Add(changeTold); now.Before(until) {
		d.lookAgain(until, now)
		d.Alerts = append(d.Alerts, Alert{
			Name: LinkVerdictChanged, Severity: Warning, Team: c.Team,
			Message: c.told() + " was " + string(was.Stage) + " and is " + string(is.Stage) + ". " + d.said(),
		})
	}
}

func (c *Claim) told() string { return "The claim " + orElse(c.Title, c.Name) }
