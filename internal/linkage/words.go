package linkage

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/amount"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Sentence says in words what was found of one driver: numbers with their intervals, what they rest on, what was held
// constant, and how far it can be trusted.
func Sentence(l plan.Linkage, d plan.Driver, f plan.DriverFinding) string {
	w := words{linkage: l, driver: d, finding: f}
	parts := []string{w.lead()}
	if c := f.Customers; c != nil && c.RiskDifference != nil {
		parts = append(parts, w.customers())
	}
	if p := f.Periods; p != nil && p.Slope != nil && p.Lag != nil {
		parts = append(parts, w.periods())
		parts = append(parts, p.Warnings...)
	}
	if caveat := w.caveat(); caveat != "" {
		parts = append(parts, caveat)
	}
	return strings.Join(parts, " ")
}

type words struct {
	linkage plan.Linkage
	driver  plan.Driver
	finding plan.DriverFinding
}

// named is an indicator's title, else its name.
func named(s plan.Series) string {
	if s.Title != "" {
		return s.Title
	}
	return s.Name
}

// lead is the verdict.
func (w words) lead() string {
	f := w.finding
	matters := ""
	if f.MinEffect != nil {
		matters = kindOf(w.linkage.KPI.Unit).Size(*f.MinEffect).Long()
	}
	switch {
	case f.Verdict == plan.Supported && f.Reason == string(SmallerThanMinEffect):
		return fmt.Sprintf("Supported, but by less than the %s that matter.", matters)
	case f.Verdict == plan.Supported:
		return "Supported."
	case f.Verdict == plan.NotSupported:
		return fmt.Sprintf("Not supported: a difference of %s or more is ruled out.", matters)
	case f.Reason == string(SignFlipsAfterAdjustment):
		return "Conflicting: compared with like, customers say the opposite of what all of them together seem to say."
	case f.Reason == string(StrataDisagree):
		return "Conflicting: the groups differ by more than chance, and not in the same direction."
	case f.Reason == string(LevelsDisagree):
		return "Conflicting: single customers say one thing, the periods the opposite."
	case f.Verdict == plan.Conflicting:
		return "Conflicting: the difference is clear, and against the expectation."
	case f.Reason == string(Underpowered) && w.clearAlone():
		return "Not enough data: clear by itself, and not when all links of the KPI are corrected together." + w.needed()
	case f.Reason == string(Underpowered):
		return "Not enough data: no difference and one that matters are both possible." + w.needed()
	}
	text := because(f.Reason) + w.needed()
	if c := f.Customers; c != nil && c.Message != "" {
		text += " " + c.Message
	}
	return text
}

// clearAlone reports whether only the correction for other links keeps open that there is no difference.
func (w words) clearAlone() bool {
	e, p := w.finding.Effect, w.finding.P
	return e != nil && (e.Lower > 0 || e.Upper < 0) && p != nil && *p <= 1-w.linkage.Confidence
}

func (w words) needed() string {
	f := w.finding
	if f.Needed == nil {
		return ""
	}
	if f.Effect != nil && f.Effect.Level == LevelPeriods || f.Effect == nil && f.Customers == nil {
		return fmt.Sprintf(" About %d %s would be enough.", *f.Needed, grain(w.linkage, 2))
	}
	return fmt.Sprintf(" About %d %s in each cohort would be enough.", *f.Needed, w.unit())
}

// LevelCustomers and LevelPeriods are where an effect was found.
const (
	LevelCustomers = "Customers"
	LevelPeriods   = "Periods"
)

func (w words) unit() string {
	if c := w.linkage.Customers; c != nil && c.Unit != "" {
		return c.Unit + "s"
	}
	return "customers"
}

func (w words) customers() string {
	c := w.finding.Customers
	worst, best := c.Cohorts[0], c.Cohorts[len(c.Cohorts)-1]
	text := fmt.Sprintf("%s: %s of %s %s (%s) against %s of %s (%s): %s",
		named(w.linkage.KPI), percent(share(best)), amount.Count(best.N), w.unit(), best.Name, percent(share(worst)), amount.Count(worst.N), worst.Name,
		shareDifference(c.RiskDifference))
	if r := c.RelativeRisk; r != nil {
		text += fmt.Sprintf(", %.2f times as often [%.2f, %.2f]", r.Value, r.Lower, r.Upper)
	}
	text += " (" + w.level() + " intervals)."
	switch a := c.Adjusted; {
	case a == nil:
		text += " Nothing was held constant."
	case a.RiskDifference == nil:
		text += fmt.Sprintf(" With %s held constant nothing can be said (%s).", strings.Join(a.By, ", "), a.Reason)
	default:
		text += fmt.Sprintf(" With %s held constant: %s (%s).", strings.Join(a.By, ", "), shareDifference(a.RiskDifference), a.Method)
	}
	if w.linkage.Customers != nil && w.linkage.Customers.Index == plan.Vouched {
		text += " That the experience came first is the definition's word: the rows cannot show it."
	}
	return text
}

func share(c plan.Cohort) float64 { return float64(c.Outcomes) / float64(c.N) }

// percent of a share, such as 91.0 %.
func percent(share float64) string { return strconv.FormatFloat(100*share, 'f', 1, 64) + " %" }

// shareDifference with its interval, such as +21.0 percentage points [13.4, 28.4].
func shareDifference(b *plan.Bounded) string {
	d := amount.Share.Difference(b.Value, &b.Lower, &b.Upper)
	return d.Long() + " " + d.Interval()
}

// periods reads: +10 points NPS goes with +3.1 percentage points renewal two months later (95 % CI 2.1 to 4.1, 33 months).
func (w words) periods() string {
	p := w.finding.Periods
	by := 1.0
	if w.driver.Step != nil {
		by = *w.driver.Step
	}
	effect := plan.Bounded{Value: p.Slope.Value * by, Lower: p.Slope.Lower * by, Upper: p.Slope.Upper * by}
	if effect.Lower > effect.Upper {
		effect.Lower, effect.Upper = effect.Upper, effect.Lower
	}
	d := kindOf(w.linkage.KPI.Unit).Difference(effect.Value, &effect.Lower, &effect.Upper)
	how := ""
	if w.linkage.ByDecision != nil {
		how += ", contracts in the " + grain(w.linkage, 1) + " of their decision"
	}
	if p.Deseasonalised {
		how += ", seasons taken out"
	}
	if p.Differenced {
		how += ", by changes from one to the next"
	}
	return fmt.Sprintf("%s %s goes with %s %s %s (%s CI %s to %s; %d %s%s).",
		kindOf(w.driver.Unit).Declared(by).Plus().Long(), named(w.driver.Series), d.Long(), named(w.linkage.KPI), later(w.linkage, *p.Lag),
		w.level(), d.Lower, d.Upper,
		p.N, grain(w.linkage, p.N), how)
}

// level of the intervals, such as 95 %.
func (w words) level() string {
	return amount.Share.Level(w.linkage.Confidence)
}

var small = []string{"", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"}

// later is the lag in words.
func later(l plan.Linkage, lag int) string {
	switch {
	case lag == 0:
		return "in the same " + grain(l, 1)
	case lag < len(small):
		return small[lag] + " " + grain(l, lag) + " later"
	}
	return fmt.Sprintf("%d %s later", lag, grain(l, lag))
}

// grain is the KPI's period, in the plural but for one.
func grain(l plan.Linkage, n int) string {
	name := "period"
	if l.Calendar != nil {
		name = strings.ToLower(string(l.Calendar.Grain))
	}
	if n == 1 {
		return name
	}
	return name + "s"
}

// caveat is what must be said of every number.
func (w words) caveat() string {
	if w.finding.Effect == nil {
		return ""
	}
	switch w.linkage.Evidence {
	case plan.Randomised:
		return "The definition says that chance decided who got what: then the difference is an effect of the change."
	case plan.Preregistered:
		return "A test declared beforehand; still an association, not proof of cause."
	}
	return "Association in observational data, not proof of cause."
}
