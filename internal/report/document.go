package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/board"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
	"github.com/cpi-operator/cpi-operator/internal/scorecard"
	"github.com/cpi-operator/cpi-operator/internal/spark"
)

// document is the report in parts that every format knows. Its texts are as people wrote them: formats escape them.
type document struct {
	Language, Title, Description string
	Facts                        []fact
	Sections                     []section
}

type fact struct{ What, Text string }

type section struct {
	ID, Heading string
	Lines       []string
	// Steps are things to do, in their order.
	Steps  []step
	Tables []table
	// Folded tables are for those who want to see more.
	Folded []table
	// Points are sentences that stand in no order.
	Points []string
}

// step is something to do. What each part is called stands before it.
type step struct {
	Do       string
	Who, Why string
	Team     string
	Reasons  []string
	Look     string
	Command  string // that shows more
}

type table struct {
	Caption string
	// Silent captions say what the heading above says.
	Silent bool
	Head   []string
	Rows   [][]cell
}

type cell struct {
	Text string
	// Whole texts are short ones that no line should part.
	Whole bool
	// Tone is a standing in lower case, for emphasis; empty for none.
	Tone string
	// Course is drawn, and Label says in words what it shows.
	Course *spark.Drawing
	Label  string
}

func (r *Report) document(w words) document {
	d := document{Language: w.language, Title: r.Title, Description: r.Description}
	fill := func(what, text string) {
		if text != "" {
			d.Facts = append(d.Facts, fact{what, text})
		}
	}
	fill(w.audience, r.Audience)
	fill(w.objective, r.Objective)
	fill(w.owner, r.Team)
	fill(w.namespace, r.Namespace)
	fill(w.asOf, instant(r.At))
	fill(w.since, fmt.Sprintf(w.sinceWhen, day(r.Changes.Since.At), r.Changes.Since.Why))
	fill(w.review, r.Review)
	c := r.Counts
	d.Sections = []section{
		{ID: "short", Heading: w.inShort, Lines: []string{fmt.Sprintf(w.counts, c.Members, c.OnTarget, c.OffTarget, c.Unknown, c.Attention), w.countsHelp}},
		r.actions(w), r.numbers(w), r.changed(w), r.claimed(w), r.guarded(w), r.doubted(w), r.left(w),
		{ID: "reading", Heading: w.reading, Points: w.help},
	}
	return d
}

func (r *Report) actions(w words) section {
	s := section{ID: "actions", Heading: w.actions}
	for _, a := range r.Actions {
		team := a.Team
		if team == "" {
			team = fmt.Sprintf(w.nobody, a.Kind, a.Name)
		}
		s.Steps = append(s.Steps, step{Do: a.Do, Who: w.who, Team: team, Why: w.why, Reasons: a.Why, Look: w.look, Command: command(a, r.where())})
	}
	switch {
	case len(r.Actions) > 0:
	case r.Counts.Unknown > 0: // no news is not good news
		s.Lines = []string{fmt.Sprintf(w.nothingKnown, r.Counts.Unknown, w.doubts)}
	default:
		s.Lines = []string{w.nothingToDo}
	}
	if r.MoreActions > 0 {
		s.Lines = append(s.Lines, fmt.Sprintf(w.moreActions, r.MoreActions, r.where()))
	}
	return s
}

// where commands find what the report is on: in its namespace or, of files, in their folder, whose name it does not know.
func (r *Report) where() string {
	if r.Changes.Forgetful {
		return "-f FOLDER"
	}
	return "-n " + r.Namespace
}

// command that shows more of what an action is about.
func command(a scorecard.Action, where string) string {
	switch a.Kind {
	case resolve.KindCPIDefinition:
		return fmt.Sprintf("kubectl cpi explain cpi/%s %s", a.Name, where)
	case resolve.KindKPITarget:
		return fmt.Sprintf("kubectl cpi explain kpi/%s %s", a.Name, where)
	case "CPILinkage":
		return fmt.Sprintf("kubectl cpi link %s %s", a.Name, where)
	}
	return "kubectl cpi status " + where // which says of sources, datasets and cards what is wrong
}

func (r *Report) numbers(w words) section {
	s := section{ID: "numbers", Heading: w.numbers}
	for _, t := range r.Themes {
		s.Tables = append(s.Tables, r.table(w, fmt.Sprintf(w.cpisOf, t.Name), t.Rows, false))
		s.fold(w, t.Rows)
	}
	if len(r.KPIs) > 0 {
		s.Tables = append(s.Tables, r.table(w, w.kpis, r.KPIs, true))
		s.fold(w, r.KPIs)
	}
	if len(s.Tables) == 0 {
		s.Lines = []string{w.noMembers}
	}
	return s
}

func (r *Report) table(w words, caption string, rows []Row, targets bool) table {
	t := table{Caption: caption, Head: []string{w.indicator, w.value, w.interval, w.n, w.period, w.trend}}
	if targets {
		t.Head = append(t.Head, w.target)
	}
	t.Head = append(t.Head, w.state)
	courses := slices.ContainsFunc(rows, func(row Row) bool { return row.Course != nil })
	if courses {
		t.Head = append(t.Head, w.course)
	}
	t.Head = append(t.Head, w.team)
	if r.Card != "" {
		t.Head = append(t.Head, w.weight)
	}
	for _, row := range rows {
		title := row.Title
		if row.Guardrail {
			title += " (" + w.guardrailMark + ")"
		}
		out := []cell{{Text: title}, whole(w, row.Value), whole(w, row.Interval), whole(w, number(row.N)), whole(w, row.Period), whole(w, row.Trend)}
		if targets {
			out = append(out, cell{Text: orDash(w, row.Target)})
		}
		out = append(out, cell{Text: row.State, Whole: true, Tone: strings.ToLower(string(row.Standing))})
		if courses {
			out = append(out, courseOf(w, row))
		}
		out = append(out, cell{Text: owner(row)})
		if r.Card != "" {
			out = append(out, cell{Text: strconv.FormatFloat(row.Weight, 'f', -1, 64)})
		}
		t.Rows = append(t.Rows, out)
	}
	return t
}

func courseOf(w words, row Row) cell {
	if row.Course == nil {
		return cell{Text: w.notYet}
	}
	return cell{
		Course: row.Course,
		Label:  fmt.Sprintf(w.courseOf, row.Title) + " " + fmt.Sprintf(w.courseInWords, row.Course.First, row.Course.Until, row.Title),
	}
}

// fold adds what courses draw in numbers.
func (s *section) fold(w words, rows []Row) {
	for _, row := range rows {
		if len(row.Periods) == 0 {
			continue
		}
		t := table{Caption: fmt.Sprintf(w.periodsOf, row.Title), Head: []string{w.period, w.value, w.interval, w.n, w.state}}
		for _, p := range row.Periods {
			state := p.State
			if p.Flag != "" {
				state += ", " + p.Flag
			}
			t.Rows = append(t.Rows, []cell{{Text: p.Label}, whole(w, p.Value), whole(w, p.Interval), whole(w, number(p.N)), {Text: state}})
		}
		s.Folded = append(s.Folded, t)
	}
}

func (r *Report) claimed(w words) section {
	s := section{ID: "claims", Heading: w.claims}
	if len(r.Claims) == 0 {
		s.Lines = []string{w.noClaims}
		return s
	}
	s.Lines = []string{w.claimsHelp}
	t := table{Caption: w.claims, Silent: true, Head: []string{w.driver, w.kpi, w.effect, w.lag, w.verdict}}
	for _, c := range r.Claims {
		t.Rows = append(t.Rows, []cell{{Text: orDash(w, c.Driver)}, {Text: c.KPI}, whole(w, c.Effect), whole(w, c.Lag), {Text: c.Verdict}})
		s.Points = append(s.Points, c.Sentences...)
	}
	s.Tables = []table{t}
	return s
}

func (r *Report) guarded(w words) section {
	s := section{ID: "guardrails", Heading: w.guardrails}
	if len(r.Guardrails) == 0 {
		s.Lines = []string{w.noGuardrails}
		return s
	}
	t := table{Caption: w.guardrails, Silent: true, Head: []string{w.indicator, w.guardrailOf, w.value, w.n, w.state, w.together}}
	for _, g := range r.Guardrails {
		of, together := g.Of, g.Standing
		if of == "" {
			of, together = w.allMembers, w.untested
		}
		t.Rows = append(t.Rows, []cell{{Text: g.Title}, {Text: of}, whole(w, g.Value), whole(w, number(g.N)), {Text: g.State, Whole: true, Tone: strings.ToLower(string(board.StandingOf(g.State)))}, {Text: orDash(w, together)}})
	}
	s.Tables = []table{t}
	return s
}

func (r *Report) doubted(w words) section {
	s := section{ID: "doubts", Heading: w.doubts}
	if len(r.Doubts) == 0 {
		s.Lines = []string{w.noDoubts}
		return s
	}
	t := table{Caption: w.doubts, Silent: true, Head: []string{w.of, w.unknown, w.why}}
	for _, d := range r.Doubts {
		t.Rows = append(t.Rows, []cell{{Text: d.Title}, {Text: d.What}, {Text: d.Why}})
	}
	s.Tables = []table{t}
	return s
}

func (r *Report) left(w words) section {
	s := section{ID: "gaps", Heading: w.gaps, Points: r.Gaps}
	if len(r.Gaps) == 0 {
		s.Lines = []string{w.noGaps}
	}
	return s
}

func orDash(w words, text string) string {
	if text == "" {
		return w.notYet
	}
	return text
}

// whole is a short text that no line parts.
func whole(w words, text string) cell { return cell{Text: orDash(w, text), Whole: true} }

func number(n *int64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(*n, 10)
}

func owner(r Row) string {
	if r.Department == "" {
		return r.Team
	}
	return r.Team + " (" + r.Department + ")"
}

func day(t time.Time) string     { return t.UTC().Format(time.DateOnly) }
func instant(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
