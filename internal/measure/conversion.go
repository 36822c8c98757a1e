package measure

import (
	"fmt"
	"strings"
	"time"
)

// Conversion is the share of base rows that an outcome of the same entity follows in time.
type Conversion struct {
	Entity     string     `json:"entity"`
	Occurrence Occurrence `json:"occurrence"`
	Outcome    Outcome    `json:"outcome"`
	// Within this time of the base row the outcome must happen.
	Within    time.Duration `json:"within"`
	Preset    string        `json:"preset,omitempty"`
	Direction Direction     `json:"direction"`
}

// Outcome is what has to follow a base row.
type Outcome struct {
	// Dataset is the second one, if outcomes stand there; empty for later rows of the indicator's own.
	Dataset string      `json:"dataset,omitempty"`
	Where   []Condition `json:"where,omitempty"`
	// After is the earliest an outcome counts.
	After time.Duration `json:"after,omitempty"`
	// Absent counts base rows that no outcome follows.
	Absent bool `json:"absent,omitempty"`
}

// Occurrence says which of an entity's rows are base rows.
type Occurrence string

const (
	First         Occurrence = "First"         // its first row ever
	FirstInPeriod Occurrence = "FirstInPeriod" // its first row in the period's window
	Every         Occurrence = "Every"         // all its rows
)

var conversionDoc = Doc{
	Name:      "conversion",
	Title:     "Conversion",
	Summary:   "The share of base rows that an outcome of the same entity follows in time: bought again, recognised, solved without a further contact.",
	Formula:   "base rows with an outcome from after to within later / base rows whose time is over. A base row belongs to the period of its own time",
	Unit:      "ratio 0–1",
	Direction: "as declared, else HigherIsBetter",
	Interval:  "Wilson; with Every on the effective sample size, since an entity's rows belong together",
	Columns:   "an entity and an event time, in the base's dataset and in that of the outcome",
	Pitfalls:  "First is the first row ever: all rows before the history are read, or old customers would pass for new ones. A period is mature once the time of its last base row is over. Until then its value rests on the base rows whose time is over, of which it takes in more each day; worst and best say how far the pending ones can move it. In the base's own dataset an outcome is strictly later; in another one it may happen at the same time. A day is 24 hours; where base or outcome is a date, days are counted. What is no outcome, such as a refunded or a test order, belongs in the dataset's filters; a split order is left out by after.",
	Reference: "Wilson 1927, Journal of the American Statistical Association 22:209 (interval)",
}

func (m *Conversion) doc() Doc { return conversionDoc }

// formula leaves out the preset and orders the values of conditions.
func (m *Conversion) formula() any {
	out := *m
	out.Preset, out.Outcome.Where = "", Ordered(m.Outcome.Where)
	return &out
}

func (m *Conversion) entities() []string { return []string{m.Entity} }

func (m *Conversion) check() error {
	switch {
	case m.Entity == "":
		return fmt.Errorf("conversion: entity is empty")
	case m.Occurrence != First && m.Occurrence != FirstInPeriod && m.Occurrence != Every:
		return fmt.Errorf("conversion: unknown occurrence %q", m.Occurrence)
	case m.Within <= 0:
		return fmt.Errorf("conversion: within is %s, it must be above zero", m.Within)
	case m.Outcome.After < 0 || m.Outcome.After > m.Within:
		return fmt.Errorf("conversion: after is %s, it must lie between zero and within, %s", m.Outcome.After, m.Within)
	}
	return nil
}

// Describe tells base, outcome and time.
func (m *Conversion) Describe() Description {
	base := map[Occurrence]string{
		First: "first row of each " + m.Entity, FirstInPeriod: "first row of each " + m.Entity + " in the period", Every: "every row of each " + m.Entity,
	}[m.Occurrence]
	outcome := "a later row"
	if m.Outcome.Dataset != "" {
		outcome = "a row of " + m.Outcome.Dataset
	}
	verb := "that is followed by "
	if m.Outcome.Absent {
		verb = "that is not followed by "
	}
	span := " within " + lengthText(m.Within)
	if m.Outcome.After > 0 {
		span = " from " + lengthText(m.Outcome.After) + " to " + lengthText(m.Within) + " later"
	}
	return Description{
		Family: conversionDoc.Name, Unit: "ratio", Direction: m.Direction,
		Variant: "share of the " + base + " " + verb + outcome + whereText(m.Outcome.Where) + span,
	}
}

// lengthText writes a length of time in days where it is whole days.
func lengthText(d time.Duration) string {
	const day = 24 * time.Hour
	if d%day == 0 {
		return fmt.Sprintf("%d d", d/day)
	}
	text := d.String() // 1h30m0s
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

const (
	conversionDecided  = iota // base rows whose time is over
	conversionFollowed        // of them, with an outcome
	conversionPending         // base rows whose time is not over
	conversionForetold        // of them, with an outcome already
)

// Request asks for base rows by whether an outcome follows and whether their time is over.
func (m *Conversion) Request(Setting) Request {
	is := func(column, value string) Condition {
		return Condition{Column: column, Operator: In, Values: []string{value}}
	}
	rows := func(conditions ...Condition) Term { return Term{Op: Rows, Any: [][]Condition{conditions}} }
	over, open, followed := is(FollowOver, "true"), is(FollowOver, "false"), is(FollowFound, "true")
	out := Request{
		Combination: PerEntity,
		Terms:       []Term{rows(over), rows(over, followed), rows(open), rows(open, followed)},
		Follow: &FollowRequest{
			Entity: m.Entity, Occurrence: m.Occurrence, Dataset: m.Outcome.Dataset, Where: m.Outcome.Where,
			After: m.Outcome.After, Within: m.Within,
		},
	}
	switch m.Occurrence {
	case First:
		out.Combination = AsOf
	case Every:
		hits := once(rows(over, followed))
		if m.Outcome.Absent {
			hits = once(rows(over, is(FollowFound, "false")))
		}
		out.Cluster = pair(m.Entity, rows(over), hits)
	}
	return out
}

// Estimate is a ratio 0–1 with its bounds Worst and Best while base rows are pending.
func (m *Conversion) Estimate(sums Sums, in Setting, confidence float64) Estimate {
	request := m.Request(in)
	s := sums.of(request)
	if !s.finite() {
		return Estimate{Reason: NotFinite}
	}
	n, hits, pending := s[conversionDecided], s[conversionFollowed], s[conversionPending]
	// Of the pending ones, those that are sure to be a hit and those that may become one.
	sure, possible := s[conversionForetold], pending
	if m.Outcome.Absent {
		hits, sure, possible = n-hits, 0, pending-s[conversionForetold]
	}
	e := Estimate{
		N:      count(n),
		Detail: map[string]float64{"converted": hits, "pending": pending},
	}
	if due := n + pending; pending > 0 {
		e.Worst, e.Best = known((hits+sure)/due), known((hits+possible)/due)
		if m.Direction == LowerIsBetter {
			e.Worst, e.Best = e.Best, e.Worst
		}
	}
	switch {
	case e.N == 0 && pending == 0:
		return e.none(NoRows)
	case e.N == 0:
		return e.none(NothingDecided)
	case m.Occurrence != Every:
		e.Entities = new(e.N) // one base row of each
		return e.proportion(hits, n, nil, confidence)
	default:
		clusters := s.clusters()
		return e.proportion(hits, n, &clusters, confidence)
	}
}
