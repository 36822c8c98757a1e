package alert

import (
	"time"

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

func (c *Claim) told() string { return "The claim " + orElse(c.Title, c.Name) }
