package starter

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Proposal is a first definition for a table.
type Proposal struct {
	Name, Title, Owner, Theme, TimeZone string
	// Notes say what each column is taken for, and why; Cautions what is only guessed, or cannot be had from this table.
	Notes    []Note
	Cautions []string

	table    *Table
	measured candidate
	time     *Column // nil if the rows have none
	key      *Column // nil if no column is
	entity   *Column // nil if no column is
	// person is what the entity's values are of; alone says that each row is taken for a person of its own.
	person string
	alone  bool
	// segments are broken down by; offered are too many to choose from.
	segments, offered []*Column
	window, history   int
}

// Note is what a column is taken for.
type Note struct{ Column, Is, Why string }

type proposer struct {
	*Proposal
	wishes Wishes
	asker  Asker
	now    time.Time
}

// Propose makes a proposal for a table as of now. Whoever can be asked is asked where several things fit and where the
// table cannot know: who owns the indicator. The error says what is missing, and which flag would say it.
func Propose(table Table, wishes Wishes, asker Asker, now time.Time) (*Proposal, error) {
	if table.Looked == 0 {
		return nil, fmt.Errorf("table %s has no rows: there is nothing to tell its columns by", table.Name)
	}
	p := proposer{Proposal: &Proposal{table: &table, TimeZone: wishes.TimeZone}, wishes: wishes, asker: asker, now: now}
	for _, name := range []string{wishes.Score, wishes.Time, wishes.Entity} {
		if name != "" && name != None && table.column(name) == nil {
			return nil, fmt.Errorf("table %s has no column %q; its columns are %s", table.Name, name, table.names())
		}
	}
	p.Cautions = table.misread()
	for _, step := range []func() error{p.check, p.choose, p.place, p.identify, p.name} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	p.divide()
	p.layOut()
	return p.Proposal, nil
}

func (t *Table) names() string {
	var out []string
	for _, c := range t.Columns {
		out = append(out, c.Name)
	}
	return strings.Join(out, ", ")
}

func (p *proposer) note(column, is, why string) {
	p.Notes = append(p.Notes, Note{column, is, why})
}

func (p *proposer) caution(format string, args ...any) {
	p.Cautions = append(p.Cautions, fmt.Sprintf(format, args...))
}

// place finds out when the rows happened.
func (p *proposer) place() error {
	is := "when each row happened"
	wish := p.wishes.Time
	if p.measured.family == duration && wish == "" {
		wish = p.measured.start
	}
	switch {
	case wish == None:
		p.undated("you said so")
		return nil
	case wish != "":
		c := p.table.column(wish)
		if !c.isTime() {
			return fmt.Errorf("column %s does not read as a time%s", c.Name, c.because())
		}
		p.dated(c, is, "you said so")
		if wish != p.wishes.Time {
			p.Notes[len(p.Notes)-1].Why = fmt.Sprintf("it begins what %s ends", p.measured.column)
		}
		return nil
	}
	times := p.table.times()
	if p.measured.family == renewal {
		is = "when each contract is due"
		times = slices.DeleteFunc(times, func(c *Column) bool { return c.Name == p.measured.decidedAt })
	}
	fitting := slices.DeleteFunc(slices.Clone(times), func(c *Column) bool {
		switch {
		case p.measured.family == renewal:
			return !says(c.Name, "due", "expir", "end", "renew")
		case p.measured.survey():
			return !says(c.Name, "answer", "respon", "submit")
		}
		return true
	})
	switch {
	case len(times) == 0:
		p.undated("no column reads as a time")
		return nil
	case len(times) == 1:
		p.dated(times[0], is, "no other column reads as a time")
		return nil
	case len(fitting) == 1:
		p.dated(fitting[0], is, "of several times, its name fits")
		return nil
	}
	q := Question{Text: "Which column tells " + is + "?", Flag: "time"}
	for _, c := range times {
		q.Options = append(q.Options, Option{c.Name, reach(c)})
	}
	answer, err := ask(q, p.asker)
	if err != nil {
		return err
	}
	p.dated(p.table.column(answer), is, "you said so")
	return nil
}

func (p *proposer) undated(why string) {
	p.caution("no time (%s): one value, no months and no trend", why)
}

func (p *proposer) dated(c *Column, is, why string) {
	p.time = c
	if c.Reads != nil {
		why += "; " + c.Reads.Why
	}
	p.note(c.Name, is, why)
	if p.measured.family != renewal && c.Until.After(p.now.Add(24*time.Hour)) {
		p.caution("%s reaches to %s, which is not over: rows of the future count when they are past", c.Name, c.Until.Format(time.DateOnly))
	}
}

func reach(c *Column) string {
	if c.From.IsZero() {
		return ""
	}
	return c.From.Format(time.DateOnly) + " to " + c.Until.Format(time.DateOnly)
}

// identify finds out whose rows belong together, and what tells rows apart.
func (p *proposer) identify() error {
	p.key = p.table.key()
	partly := ""
	if p.table.Partial {
		partly = fmt.Sprintf(" among the %d that were looked at", p.table.Looked)
	}
	if p.key != nil {
		p.note(p.key.Name, "what tells rows apart", "no two rows"+partly+" share one; checked at every run")
	} else {
		p.caution("no column tells rows apart: a double load would be a bigger sample, and nobody would notice")
	}
	found := p.table.entities()
	switch {
	case p.wishes.Entity == None:
		found = nil
	case p.wishes.Entity != "":
		c := p.table.column(p.wishes.Entity)
		p.belongs(c, "you said so")
		return nil
	}
	switch {
	case len(found) == 1:
		p.belongs(found[0], "its name says so")
		return nil
	case !p.measured.survey():
		if len(found) > 1 {
			p.caution("whose rows belong together is not said: --entity chooses among %s", namesOf(found))
		}
		return nil
	case len(found) > 1:
		q := Question{Text: "Whose answers belong together?", Flag: "entity"}
		for _, c := range found {
			q.Options = append(q.Options, Option{c.Name, fmt.Sprintf("%d of them", c.Distinct)})
		}
		answer, err := ask(q, p.asker)
		if err != nil {
			return err
		}
		p.belongs(p.table.column(answer), "you said so")
		return nil
	}
	p.caution("no column says who answered: each row is taken for a person of its own, and who answers twice counts twice")
	p.alone, p.person, p.entity = true, "answer", p.key
	return nil
}

func (p *proposer) belongs(c *Column, why string) {
	p.entity, p.person = c, personOf(c)
	if p.person == "" {
		p.person = "customer"
	}
	p.note(c.Name, "whose rows belong together ("+p.person+")", fmt.Sprintf("%s; %d of them in %d rows", why, c.Distinct, p.table.Looked))
}

func namesOf(columns []*Column) string {
	var out []string
	for _, c := range columns {
		out = append(out, c.Name)
	}
	return strings.Join(out, ", ")
}

// mostSegments is how many columns are broken down by without being asked for.
const mostSegments = 3

// divide chooses segments, if they are few.
func (p *proposer) divide() {
	used := []string{p.measured.column}
	if p.entity != nil {
		used = append(used, p.entity.Name)
	}
	found := p.table.segments(used...)
	if len(found) > mostSegments {
		p.offered = found
		p.caution("%d columns could be segments: none is told apart until you choose some under breakdowns", len(found))
		return
	}
	p.segments = found
	for _, c := range found {
		p.note(c.Name, "a segment to tell apart", fmt.Sprintf("%d values", c.Distinct))
	}
}

// enough is the sample from which a value is told, as the operator has it by default.
const enough = 30

// layOut chooses how many months a value looks back, and how many are kept.
func (p *proposer) layOut() {
	p.window = 1
	if p.time == nil || p.time.From.IsZero() {
		return
	}
	const month = 365.2425 * 24 / 12 // hours
	months := p.time.Until.Sub(p.time.From).Hours()/month + 1
	rows := float64(p.time.Filled) / months
	for _, p.window = range []int{1, 3, 6, 12} {
		if rows*float64(p.window) >= enough {
			break
		}
	}
	switch {
	case rows*float64(p.window) < enough:
		p.caution("twelve months have about %.0f rows, and %d are the least that is told: until there are more, the state is InsufficientSample", rows*float64(p.window), enough)
	case p.window > 1:
		p.caution("a month has about %.0f rows, and %d are the least that is told: each value looks %d months back", rows, enough, p.window)
	}
	if since := int(p.now.Sub(p.time.From).Hours()/month) + 2; since > 24 {
		p.history = min(since, 120)
	}
	if last := time.Date(p.now.Year(), p.now.Month()-1, 1, 0, 0, 0, 0, time.UTC); p.time.Until.Before(last) {
		p.caution("the newest row is of %s: the months after it are shown as NoData, never as zero", p.time.Until.Format(time.DateOnly))
	}
}
