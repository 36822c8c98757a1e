package alert

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/amount"
	"github.com/cpi-operator/cpi-operator/internal/linkage/divergence"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// stand tells where each driver stands, and which is the strongest.
func (d *ClaimDecision) stand(c *Claim, found *plan.Link) {
	d.Strongest.Verdict = verdictPending
	strongest := -1
	for i, driver := range c.Drivers {
		out := DriverStanding{Driver: driver.Name, Step: d.Course.Drivers[driver.Name]}
		if f := findingOf(found, driver.Name); f != nil {
			out.Verdict, out.Reason, out.Q, out.Sentence = f.Verdict, f.Reason, f.Q, f.Sentence
			out.Effect, out.Lag = c.effect(driver, f.Effect), c.lag(f.Effect)
			if s := shareOf(found, driver.Name); s != nil {
				out.Influence = amount.Probability(s.Value)
			}
			if strongest < 0 || stronger(found, f, findingOf(found, c.Drivers[strongest].Name)) {
				strongest = i
			}
		}
		d.Standing = append(d.Standing, out)
	}
	if strongest < 0 {
		return
	}
	s := d.Standing[strongest]
	d.Strongest = ClaimSummary{Driver: s.Driver, Effect: s.Effect, Lag: s.Lag, Verdict: withReason(string(d.Verdict), d.reason())}
}

// stronger reports whether a is told before b: by the verdict, then by influence, then by how surely.
func stronger(found *plan.Link, a, b *plan.DriverFinding) bool {
	rank := map[plan.Verdict]int{plan.Supported: 3, plan.Conflicting: 2, plan.NotSupported: 1}
	share := func(f *plan.DriverFinding) float64 {
		if s := shareOf(found, f.Driver); s != nil {
			return s.Value
		}
		return -1
	}
	q := func(f *plan.DriverFinding) float64 {
		if f.Q == nil {
			return math.Inf(1)
		}
		return *f.Q
	}
	switch {
	case rank[a.Verdict] != rank[b.Verdict]:
		return rank[a.Verdict] > rank[b.Verdict]
	case share(a) != share(b):
		return share(a) > share(b)
	}
	return q(a) < q(b)
}

func shareOf(found *plan.Link, driver string) *plan.InfluenceShare {
	if found == nil || found.Influence == nil || found.Influence.Reason != "" {
		return nil
	}
	for i := range found.Influence.Shares {
		if found.Influence.Shares[i].Driver == driver {
			return &found.Influence.Shares[i]
		}
	}
	return nil
}

// reason is that of the drivers with the claim's verdict, empty if they have several or none.
func (d *ClaimDecision) reason() string {
	reason, first := "", true
	for _, s := range d.Standing {
		if s.Verdict != d.Verdict {
			continue
		}
		if !first && s.Reason != reason {
			return ""
		}
		reason, first = s.Reason, false
	}
	return reason
}

func withReason(verdict, reason string) string {
	if reason == "" {
		return verdict
	}
	return verdict + " (" + reason + ")"
}

// supported tells the verdict as a condition.
func (d *ClaimDecision) supported(found *plan.Link) {
	if found == nil {
		message := "The claim has not been tested yet."
		if d.Course.Now().Stage != Hypothesised {
			message = "What was found of the claim is lost; until the next run tests it again it stays at its stage."
		}
		d.condition(Supported, Unknown, ReasonPending, message)
		return
	}
	status := map[plan.Verdict]Status{plan.Supported: True, plan.NotSupported: False, plan.Conflicting: False}[d.Verdict]
	if status == "" {
		status = Unknown
	}
	d.condition(Supported, status, Reason(orElse(d.reason(), string(d.Verdict))), d.said())
}

// said is what is to be said of the claim in a line or two.
func (d *ClaimDecision) said() string {
	var texts []string
	if len(d.Standing) > 1 {
		n := 0
		for _, s := range d.Standing {
			if s.Verdict == plan.Supported {
				n++
			}
		}
		texts = append(texts, fmt.Sprintf("%d of %d drivers are supported.", n, len(d.Standing)))
	}
	for _, s := range d.Standing {
		if s.Driver == d.Strongest.Driver {
			texts = append(texts, s.Driver+": "+s.Sentence)
		}
	}
	return strings.Join(texts, " ")
}

// diverging tells whether the KPI looks good while its customers do worse.
func (d *ClaimDecision) diverging(c *Claim, found *plan.Link) {
	if found == nil || found.Divergence == nil {
		d.condition(Diverging, Unknown, ReasonPending, "The guardrails have not been judged yet.")
		return
	}
	switch v := found.Divergence; {
	case v.Diverging: // what cannot be judged ends nothing
		d.condition(Diverging, True, ReasonDiverging, c.drift(v))
	case v.Reason != "":
		d.condition(Diverging, Unknown, Reason(v.Reason), fmt.Sprintf("The guardrails cannot be judged: %s.", unjudged(v.Reason)))
	case v.KPIGood != nil && *v.KPIGood && anyWorse(v.Guardrails):
		d.condition(Diverging, False, ReasonNotDiverging,
			fmt.Sprintf("%s: KPITarget %s looks good, but %s: 1 of 2 evaluations in a row. Nobody is told yet.", v.Label, c.KPI, c.worse(v.Guardrails)))
	default:
		d.condition(Diverging, False, ReasonNotDiverging, v.Label+": the KPI and its guardrails do not drift apart.")
	}
}

// drift tells of a divergence: what was lost, since when, and whether the last evaluation still shows it.
func (c *Claim) drift(v *plan.Divergence) string {
	in, lost := v.LostIn, v.Lost
	if len(lost) == 0 { // as results before these fields have it
		in, lost = v.Label, v.Guardrails
	}
	text := fmt.Sprintf("%s: KPITarget %s looks good, but %s. It has been so since %s.", in, c.KPI, c.worse(lost), v.Since)
	if v.Clean > 0 {
		text = fmt.Sprintf("%s: KPITarget %s looked good, while %s. It had been so since %s. %s shows it no more: %d of the 2 clean evaluations in a row that end it.",
			in, c.KPI, c.worse(lost), v.Since, v.Label, v.Clean)
	}
	if v.Reason != "" {
		text += fmt.Sprintf(" The latest period cannot be judged, which ends nothing: %s.", unjudged(v.Reason))
	}
	return text
}

// unjudged says why, in words where there are any.
func unjudged(reason string) string { return cmp.Or(divergence.Reason(reason).Words(), reason) }

func anyWorse(states []plan.GuardrailState) bool {
	return slices.ContainsFunc(states, func(g plan.GuardrailState) bool { return g.Worse })
}

func (c *Claim) worse(states []plan.GuardrailState) string {
	var texts []string
	for _, g := range states {
		if !g.Worse {
			continue
		}
		text := g.Driver + " got worse"
		if g.Loss != nil {
			text += " by " + c.driver(g.Driver).Size(*g.Loss).Short() + " (at least " + c.driver(g.Driver).Declared(g.MinWorsening).Short() + " counts)"
		}
		texts = append(texts, text)
	}
	return orElse(strings.Join(texts, " and "), "a guardrail got worse")
}

// effect is a difference of the KPI as people read it; empty if there is none.
func (c *Claim) effect(driver ClaimDriver, e *plan.LinkEffect) string {
	if e == nil {
		return ""
	}
	text := c.difference(plan.Bounded{Value: e.Value, Lower: e.Lower, Upper: e.Upper})
	if e.Per != nil {
		text += " per " + c.driver(driver.Name).Declared(*e.Per).Plus().Short()
	}
	return text
}

// kpi is how the KPI's numbers are written.
func (c *Claim) kpi() *Indicator { return &Indicator{Unit: c.Unit, Percent: c.Percent} }

func (c *Claim) difference(b plan.Bounded) string { return c.kpi().Difference(b) }

// driver is how a driver's numbers are written, by its name; plain of one that the claim no longer has.
func (c *Claim) driver(name string) amount.Kind {
	for _, d := range c.Drivers {
		if d.Name == name {
			return amount.Kind{Unit: d.Unit, Percent: d.Percent}
		}
	}
	return amount.Kind{}
}

func (c *Claim) lag(e *plan.LinkEffect) string {
	if e == nil || e.Lag == nil {
		return ""
	}
	return c.periods(*e.Lag)
}

func (c *Claim) periods(n int) string {
	name := orElse(strings.ToLower(string(c.Grain)), "period")
	if n != 1 {
		name += "s"
	}
	return strconv.Itoa(n) + " " + name
}

// explain tells everything in sentences.
func (c *Claim) explain(found *plan.Link) []string {
	if found == nil {
		return nil
	}
	var out []string
	for _, f := range found.Drivers {
		out = append(out, f.Driver+": "+f.Sentence)
	}
	out = append(out, c.influence(found.Influence)...)
	out = append(out, c.forecast(found.Forecast)...)
	if v := found.Divergence; v != nil && v.Diverging {
		out = append(out, "Diverging. "+c.drift(v))
	}
	return append(out, found.Warnings...)
}

func (c *Claim) influence(i *plan.Influence) []string {
	if i == nil || i.Reason != "" || len(i.Shares) == 0 {
		return nil
	}
	var shares []string
	for _, s := range i.Shares {
		text := fmt.Sprintf("%s %s [%s, %s]", s.Driver, amount.Probability(s.Value), amount.Probability(s.Lower), amount.Probability(s.Upper))
		if !s.Stable {
			text += " (its rank is not settled)"
		}
		shares = append(shares, text)
	}
	text := fmt.Sprintf("Together the drivers explain %s of the KPI's variance in these %d periods, as computed, without an interval; of that part: %s.", amount.Probability(i.RSquared), i.N, strings.Join(shares, ", "))
	if i.Collinear {
		text += " The drivers move together, so what each does by itself is not told apart well."
	}
	out := []string{text}
	if len(i.TopActions) > 0 {
		out = append(out, "Most influence that an owner can change: "+strings.Join(i.TopActions, ", ")+".")
	}
	return out
}

func (c *Claim) forecast(f *plan.Forecast) []string {
	if f == nil || f.Reason != "" {
		return nil
	}
	var out []string
	for _, g := range f.Goals {
		if g.Probability == nil {
			continue
		}
		bound := ""
		switch {
		case g.AtLeast != nil:
			bound = "at least " + c.kpi().Level(*g.AtLeast)
		case g.AtMost != nil:
			bound = "at most " + c.kpi().Level(*g.AtMost)
		}
		out = append(out, fmt.Sprintf("Target %s%s: met with a probability of %s, as forecast for %s%s.", bound, dated(g.Goal), amount.Probability(*g.Probability), g.Label, by(f, g.Label)))
	}
	for _, w := range f.WhatIf {
		out = append(out, fmt.Sprintf("%s in %s goes with %s %s.", c.driver(w.Driver).Declared(w.Step).Plus().Short(), w.Driver, c.difference(w.Bounded), c.later(w.Lag)))
	}
	return out
}

// by is the method that did best at the distance of a period; the backtests told of are those of the next one.
func by(f *plan.Forecast, label string) string {
	for i, p := range f.Points {
		if i > 0 && p.Label == label && p.Method != "" {
			return " (" + p.Method + ")"
		}
	}
	return fmt.Sprintf(" (%s, %d backtests)", f.Method, f.BacktestN)
}

// later is a lag in words.
func (c *Claim) later(lag int) string {
	if lag == 0 {
		return "in the same " + orElse(strings.ToLower(string(c.Grain)), "period")
	}
	return c.periods(lag) + " later"
}

func dated(g plan.Goal) string {
	switch {
	case g.By != nil:
		return " by " + g.By.Format(time.DateOnly)
	case g.From != nil:
		return " from " + g.From.Format(time.DateOnly)
	}
	return ""
}
