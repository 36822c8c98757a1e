package alert

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/amount"
)

// Chance is how probable it is that a target is met, by a linkage's forecast that confirmed drivers lead.
type Chance struct {
	Linkage string
	// Target that it is told of.
	Target Target
	// Label of the period that decides.
	Label string
	// Probability now and, as the forecast was one mature period earlier, Previous; 0–1, nil if there was none.
	Probability float64
	Previous    *float64
	// Muted: nobody is told what the linkage says.
	Muted bool
}

// atRisk: below the limit in two evaluations in a row. An evaluation is a mature period; the earlier one is the forecast
// replayed without the last period, so that nothing need be remembered and a restart changes nothing.
func (c Chance) atRisk(below float64) bool {
	return c.Probability < below && c.Previous != nil && *c.Previous < below
}

// reach tells whether the targets that are still to come can be reached, by the linkage that gives one of them the
// smallest chance. What stands today is judged by what was measured, not by a forecast.
func (d *Decision) reach(in *Indicator, now time.Time) {
	if in.Guards == nil || in.Guards.Linkages == 0 || !in.hasTargetAhead(now) {
		return
	}
	worst := in.smallest(now, func(*Chance) bool { return true })
	if worst == nil {
		d.condition(TargetInReach, Unknown, ReasonNoForecast, "No linkage has a forecast of the target's period that confirmed drivers lead.")
		return
	}
	limit := in.riskLimit()
	text := in.foreseen(worst)
	switch {
	case worst.atRisk(in.AtRiskBelow):
		d.condition(TargetInReach, False, ReasonAtRisk, in.riskTold(worst))
		if told := in.smallest(now, func(c *Chance) bool { return !c.Muted }); told != nil && told.atRisk(in.AtRiskBelow) {
			d.Alerts = append(d.Alerts, Alert{Name: TargetAtRisk, Severity: Warning, Team: in.Team, Message: in.riskTold(told)})
		}
	case worst.Probability < in.AtRiskBelow:
		d.condition(TargetInReach, Unknown, ReasonInconclusive, fmt.Sprintf("%s; below %s in one forecast. It is told when the next mature period says so too.", text, limit))
	default:
		d.condition(TargetInReach, True, ReasonInReach, fmt.Sprintf("%s; at least %s.", text, limit))
	}
}

// smallest chance of a target that is still to come, those at risk first; nil if there is none that counts.
func (in *Indicator) smallest(now time.Time, counts func(*Chance) bool) *Chance {
	var worst *Chance
	for i := range in.Chances {
		c := &in.Chances[i]
		if !in.ahead(c.Target, now) || !counts(c) {
			continue
		}
		risk := c.atRisk(in.AtRiskBelow)
		if worst == nil || risk && !worst.atRisk(in.AtRiskBelow) || risk == worst.atRisk(in.AtRiskBelow) && c.Probability < worst.Probability {
			worst = c
		}
	}
	return worst
}

// foreseen is what is told of a chance.
func (in *Indicator) foreseen(c *Chance) string {
	text := fmt.Sprintf("Target %s: met with a probability of %s, as CPILinkage %s forecasts %s by its confirmed drivers", c.Target.told(in), in.chanceTold(c.Probability), c.Linkage, c.Label)
	if c.Previous != nil {
		text += fmt.Sprintf(" (%s one period earlier)", in.chanceTold(*c.Previous))
	}
	return text
}

// chanceTold is a probability with as many decimals as it takes to read on the side of the limit that it lies on.
func (in *Indicator) chanceTold(p float64) string {
	below := p < in.AtRiskBelow
	rounded := func(digits int) float64 { return math.Round(p*math.Pow10(digits)) / math.Pow10(digits) }
	if rounded(2) < in.AtRiskBelow == below {
		return amount.Probability(p)
	}
	for digits := 3; ; digits++ {
		if rounded(digits) < in.AtRiskBelow == below || digits == 8 {
			return strconv.FormatFloat(100*rounded(digits), 'f', digits-2, 64) + " %"
		}
	}
}

func (in *Indicator) riskTold(c *Chance) string {
	return fmt.Sprintf("%s; below %s in two forecasts in a row. Look at the drivers that fell behind, or set a target that can be reached. A forecast is no promise.", in.foreseen(c), in.riskLimit())
}

func (in *Indicator) riskLimit() string { return amount.Share.Level(in.AtRiskBelow) }

// hasTargetAhead reports whether any target is still to come.
func (in *Indicator) hasTargetAhead(now time.Time) bool {
	for _, t := range in.Targets {
		if in.ahead(t, now) {
			return true
		}
	}
	return false
}

// ahead reports whether a target is declared and has its day still to come.
func (in *Indicator) ahead(t Target, now time.Time) bool {
	for _, declared := range in.Targets {
		if declared.From.Equal(t.From) && declared.By.Equal(t.By) && declared.Bound == t.Bound {
			return declared.date().After(now)
		}
	}
	return false
}
