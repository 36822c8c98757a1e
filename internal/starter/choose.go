package starter

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// check what was said beforehand, as far as no table is needed for it: before anything is asked.
func (p *proposer) check() error {
	w := p.wishes
	switch {
	case w.Measure != "" && !slices.Contains(Families, w.Measure):
		return fmt.Errorf("--measure %s: init writes %s; docs/measures tells of the others, to write by hand", w.Measure, strings.Join(Families, ", "))
	case w.Better != "" && w.Better != "higher" && w.Better != "lower":
		return fmt.Errorf("--better %s: write higher or lower", w.Better)
	case w.Theme != "" && !slices.ContainsFunc(Themes, func(o Option) bool { return o.Value == w.Theme }):
		return fmt.Errorf("--theme %s: there is no such theme; they are %s", w.Theme, optionNames(Themes))
	case w.Name != "":
		return checkName(w.Name)
	}
	return nil
}

// choose finds out what is measured.
func (p *proposer) choose() error {
	w := p.wishes
	fitting := slices.DeleteFunc(p.table.candidates(), func(c candidate) bool {
		return w.Measure != "" && c.family != w.Measure || w.Score != "" && c.column != w.Score ||
			w.Time != "" && c.family == duration && c.start != w.Time
	})
	if len(fitting) == 0 && w.Measure != "" {
		wanted, err := p.table.wanted(w)
		if err != nil {
			return err
		}
		fitting = []candidate{wanted}
	}
	sure := slices.DeleteFunc(slices.Clone(fitting), func(c candidate) bool { return !c.sure })
	likely := append(slices.Clone(sure), slices.DeleteFunc(slices.Clone(fitting), func(c candidate) bool { return c.sure })...)
	switch {
	case len(fitting) == 0:
		return p.table.nothing()
	case len(fitting) == 1:
		p.measured = fitting[0]
	case len(sure) == 1:
		p.measured = sure[0]
	default:
		answer, err := ask(p.which(likely), p.asker)
		if err != nil {
			return err
		}
		p.measured = likely[slices.IndexFunc(likely, func(c candidate) bool { return c.called() == answer })]
		p.measured.why += "; you said so"
	}
	p.note(p.measured.column, "what is measured: "+p.measured.family, p.measured.why)
	p.Cautions = append(p.Cautions, p.measured.cautions...)
	var others []string
	for _, c := range likely {
		if c.called() != p.measured.called() {
			others = append(others, c.called())
		}
	}
	if len(others) > 0 {
		const most = 6
		if n := len(others); n > most {
			others = append(others[:most], fmt.Sprintf("%d more", n-most))
		}
		p.caution("this could be measured as well (--measure, --score): %s", strings.Join(others, ", "))
	}
	return nil
}

// nothing of what init proposes fits the table.
func (t *Table) nothing() error {
	out := fmt.Sprintf("nothing in %s (%s) looks like what init proposes a measure for: answers from 0 to 10, 1 to 5 or 1 to 7; yes and no; texts such as Renewed and Churned; "+
		"two times of which one is never before the other. If a column is such a one all the same, name it with --measure and --score. "+
		"Sums, ratios, rates, retention and others are written by hand: docs/measures has a page with an example for each", t.Name, t.names())
	if misread := t.misread(); len(misread) > 0 {
		out += ".\nIt may be because of this:\n- " + strings.Join(misread, "\n- ")
	}
	return errors.New(out)
}

// called names a candidate in questions.
func (c *candidate) called() string { return c.family + " of " + c.column }

func (p *proposer) which(likely []candidate) Question {
	families, flag := map[string]bool{}, "score"
	for _, c := range likely {
		families[c.family] = true
	}
	if len(families) > 1 {
		flag = "measure and --score"
	}
	q := Question{Text: "What is to be measured?", Flag: flag}
	for _, c := range likely {
		q.Options = append(q.Options, Option{c.called(), c.why})
	}
	return q
}

// wanted is what was asked for although the table does not suggest it.
func (t *Table) wanted(w Wishes) (candidate, error) {
	c := t.column(w.Score)
	if c == nil {
		return candidate{}, fmt.Errorf("no column of %s looks like a %s: say which one is with --score; its columns are %s", t.Name, w.Measure, t.names())
	}
	refuse := func(needs string) (candidate, error) {
		return candidate{}, fmt.Errorf("column %s cannot be a %s, which takes %s%s", c.Name, w.Measure, needs, c.because())
	}
	const why = "you said so"
	within := func(low, high float64) bool { return c.isNumber() && c.Filled > 0 && c.Min >= low && c.Max <= high }
	switch w.Measure {
	case nps:
		if !within(0, 10) {
			return refuse("answers from 0 to 10")
		}
		return npsOf(c, why, true), nil
	case effort:
		switch {
		case within(1, 5):
			return effortOf(c, 5, why, true), nil
		case within(1, 7):
			return effortOf(c, 7, why, true), nil
		}
		return refuse("answers from 1 to 5 (how much effort) or 1 to 7 (how easy)")
	case satisfaction:
		for _, scale := range [][2]int{{1, 5}, {1, 7}, {1, 10}, {0, 10}} {
			if within(float64(scale[0]), float64(scale[1])) {
				return satisfactionOf(c, scale[0], scale[1], why, true), nil
			}
		}
		return refuse("answers on a scale that ends at 5, 7 or 10")
	case duration:
		return refuse("a column of times that is never before another one; --time names the start")
	case renewal:
		return refuse("texts such as Renewed and Churned")
	}
	return refuse("a column of yes and no")
}

var objectName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,50}[a-z0-9])?$`)

func checkName(name string) error {
	if !objectName.MatchString(name) {
		return fmt.Errorf("%q names no object: --name takes lower-case letters, digits and dashes, at most 52", name)
	}
	return nil
}

// name finds out what the table cannot tell: names, the owner, and which way is better.
func (p *proposer) name() error {
	w, m := p.wishes, &p.measured
	p.Name = w.Name
	if p.Name == "" {
		p.Name = Slug(p.table.Name)
	}
	if w.Name == "" && len(p.Name) < 2 { // little or nothing of the table's name fits an object's
		answer, err := ask(Question{Text: "What are the objects to be called?", Flag: "name"}, p.asker)
		if err != nil {
			return err
		}
		p.Name = answer
	}
	if err := checkName(p.Name); err != nil {
		return err
	}
	p.Title = w.Title
	if p.Title == "" {
		p.Title = m.title
	}
	if err := p.better(); err != nil {
		return err
	}
	if m.theme == "" || w.Theme != "" {
		p.Theme = w.Theme
		if p.Theme == "" {
			answer, err := ask(Question{Text: "What do customers get by it?", Flag: "theme", Options: Themes}, p.asker)
			if err != nil {
				return err
			}
			p.Theme = answer
		}
	} else {
		p.Theme = m.theme
		p.caution("theme %s and the title are those of most such measures: change them if yours tells something else", p.Theme)
	}
	if p.Owner = w.Owner; p.Owner == "" {
		answer, err := ask(Question{Text: "Which team is told, and acts?", Flag: "owner"}, p.asker)
		if err != nil {
			return err
		}
		p.Owner = answer
	}
	if p.TimeZone == "" && p.time != nil {
		p.TimeZone = "UTC"
		p.caution("months begin and end in UTC: --time-zone takes another, such as Europe/Berlin")
	}
	return nil
}

// better finds out which way a share is better, where neither its name nor its preset tells.
func (p *proposer) better() error {
	m, wish := &p.measured, p.wishes.Better
	if m.family != share {
		if wish != "" {
			return fmt.Errorf("--better goes with --measure share: of %s it is known", m.family)
		}
		return nil
	}
	if wish == "" && m.direction == "" {
		answer, err := ask(Question{
			Text: fmt.Sprintf("Is a higher or a lower share of %s = %s better for customers?", m.column, strings.Trim(m.value, `"`)),
			Flag: "better", Options: []Option{{"higher", ""}, {"lower", ""}},
		}, p.asker)
		if err != nil {
			return err
		}
		wish = answer
	}
	switch wish {
	case "higher":
		m.direction = higher
	case "lower":
		m.direction = lower
	}
	return nil
}

func optionNames(options []Option) string {
	var out []string
	for _, o := range options {
		out = append(out, o.Value)
	}
	return strings.Join(out, ", ")
}

// ThemeNames are what --theme takes.
func ThemeNames() string { return optionNames(Themes) }

// Which table of a database is meant, as schema.table.
func Which(tables []plan.Table, asker Asker) (string, error) {
	if len(tables) == 0 {
		return "", errors.New("the database has no table that its user can read: grant SELECT on one")
	}
	q := Question{Text: "Which table?", Flag: "table"}
	for _, t := range tables {
		name := t.Name
		if t.Schema != "" {
			name = t.Schema + "." + name
		}
		q.Options = append(q.Options, Option{Value: name})
	}
	if len(q.Options) == 1 {
		return q.Options[0].Value, nil
	}
	return ask(q, asker)
}
