package cli

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/amount"
	"github.com/cpi-operator/cpi-operator/internal/board"
	"github.com/cpi-operator/cpi-operator/internal/offline"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/printable"
)

// diffTold is all that diff tells, as programs read it.
type diffTold struct {
	Changes []diffChange `json:"changes,omitempty"`
	// Problems are why something has no number.
	Problems []string `json:"problems,omitempty"`
}

type diffChange struct {
	Kind   string `json:"kind"`
	Name   string `json:"name"`
	Title  string `json:"title,omitempty"`
	Change string `json:"change"`
	// Was and Is are numbers of one formula each: of two formulas they are not to be compared.
	Was    *diffSide   `json:"was,omitempty"`
	Is     *diffSide   `json:"is,omitempty"`
	Begins []toldAlert `json:"begins,omitempty"`
	Ends   []toldAlert `json:"ends,omitempty"`
	// Moves are alerts that go on and are told to another owner.
	Moves []toldAlert `json:"moves,omitempty"`
	Edits []string    `json:"edits,omitempty"`
	Why   string      `json:"why,omitempty"`
}

type diffSide struct {
	Value    string `json:"value,omitempty"`
	Interval string `json:"interval,omitempty"`
	N        *int64 `json:"n,omitempty"`
	Period   string `json:"period,omitempty"`
	Target   string `json:"target,omitempty"`
	Variant  string `json:"variant,omitempty"`
	// State of an indicator, or verdict on a claim.
	State string `json:"state"`
	// Number of the value, or of a claim's effect, for programs.
	Number *board.Number `json:"number,omitempty"`
}

func (t *diffTold) add(e offline.Edited) {
	was, is := numbersOf(e.Before), numbersOf(e.After)
	for _, c := range e.Changes() {
		key := c.Kind + "/" + c.Name
		t.Changes = append(t.Changes, diffChange{
			Kind: c.Kind, Name: c.Name, Title: c.Title, Change: string(c.What), Was: sideTold(c.Was, was[key]), Is: sideTold(c.Is, is[key]),
			Begins: alertsTold(c.Begin), Ends: alertsTold(c.End), Moves: alertsTold(c.Moved), Edits: c.Edits, Why: c.Why,
		})
	}
	made := maps.Clone(e.After.Reports)
	maps.DeleteFunc(made, func(key string, report *v1alpha1.IndicatorReport) bool { return e.Before.Reports[key] == report })
	t.Problems = append(t.Problems, problemsOf(made, e.Computed)...)
}

// numbersOf indicators and claims by kind and name; what has none is left out.
func numbersOf(o board.Objects) map[string]*board.Number {
	out := map[string]*board.Number{}
	for _, entry := range o.Entries() {
		out[entry.Kind+"/"+entry.Name] = entry.Number()
	}
	for _, claim := range o.Claims() {
		out[plan.KindLinkage+"/"+claim.Name] = o.Number(claim)
	}
	return out
}

func sideTold(s *offline.Told, number *board.Number) *diffSide {
	if s == nil {
		return nil
	}
	return &diffSide{Value: s.Value, Interval: s.Interval, N: s.N, Period: s.Period, Target: s.Target, Variant: s.Variant, State: s.State, Number: number}
}

func alertsTold(alerts []alert.Alert) []toldAlert {
	var out []toldAlert
	for _, a := range alerts {
		out = append(out, toldAlert{string(a.Name), string(a.Severity), a.Team, a.Message})
	}
	return out
}

func (t *diffTold) differs() bool {
	return slices.ContainsFunc(t.Changes, func(c diffChange) bool {
		return c.Change != string(offline.Unchanged) && c.Change != string(offline.Awaited)
	})
}

// numbers on one line, such as 26.5 % [25.5, 27.6] n 7043, 2026-10.
func (s *diffSide) numbers() string {
	if s == nil || s.Value == "" {
		return ""
	}
	text := s.Value
	if s.Interval != "" {
		text += " " + s.Interval
	}
	if s.N != nil {
		text += " n " + strconv.FormatInt(*s.N, 10)
	}
	if s.Period != "" {
		text += ", " + s.Period
	}
	return text
}

func (t *diffTold) print(out io.Writer, format string) error {
	var paint style
	if format == "table" {
		paint = styleOf(out)
	}
	rows := listing{headings: []string{"NAME", "CHANGE", "WAS", "IS", "ALERTS", "STATE"}, painted: format == "table"}
	unchanged, formulas := 0, false
	for _, c := range t.Changes {
		if c.Change == string(offline.Unchanged) {
			unchanged++
			continue
		}
		formulas = formulas || c.Change == string(offline.NewFormula)
		rows.rows = append(rows.rows, []string{called(c.Kind, c.Name), c.Change, c.Was.numbers(), c.Is.numbers(), c.alerts(), c.state(paint)})
	}
	if format == "csv" || format == "markdown" {
		rows.headings = append(rows.headings, "EDITS")
		i := 0
		for _, c := range t.Changes {
			if c.Change != string(offline.Unchanged) {
				rows.rows[i] = append(rows.rows[i], strings.Join(c.Edits, "; "))
				i++
			}
		}
	}
	if err := printListings(out, format, t, rows); err != nil || format != "table" {
		return err
	}
	t.notes(out, paint, unchanged, formulas)
	return nil
}

// notes below the table: what was edited, why something cannot be computed, and how to read it.
func (t *diffTold) notes(out io.Writer, paint style, unchanged int, formulas bool) {
	for _, c := range t.Changes {
		if c.Change == string(offline.Unchanged) || len(c.Edits) == 0 && c.Why == "" {
			continue
		}
		fmt.Fprintf(out, "\n%s\n", paint.bold(called(c.Kind, c.Name)))
		for _, line := range append(slices.Clone(c.Edits), c.Why) {
			if line != "" {
				fmt.Fprintln(out, "  "+printable.Line(line))
			}
		}
	}
	if formulas {
		fmt.Fprintln(out, "\nNumbers under a new formula begin a new baseline: they are not to be compared with the old ones.")
	}
	switch {
	case len(t.Changes) == unchanged:
		fmt.Fprintf(out, "Nothing changes in %s.\n", amount.Counted(unchanged, "indicator or claim", "indicators and claims"))
	case unchanged > 0:
		fmt.Fprintf(out, "\nUnchanged: %d.\n", unchanged)
	}
}

// alerts that begin, end or go to somebody else.
func (c diffChange) alerts() string {
	var texts []string
	for _, part := range []struct {
		word   string
		alerts []toldAlert
	}{{"begins", c.Begins}, {"ends", c.Ends}} {
		for _, a := range part.alerts {
			texts = append(texts, fmt.Sprintf("%s %s (%s)", part.word, a.Alert, a.Severity))
		}
	}
	for _, a := range c.Moves {
		texts = append(texts, fmt.Sprintf("%s (%s) goes to %s", a.Alert, a.Severity, a.Owner))
	}
	return strings.Join(texts, ", ")
}

// state before and after; one where it stays.
func (c diffChange) state(paint style) string {
	switch {
	case c.Was == nil:
		return paint.state(c.Is.State)
	case c.Is == nil:
		return printable.Line(c.Was.State)
	case c.Was.State == c.Is.State:
		return paint.state(c.Is.State)
	}
	return printable.Line(c.Was.State) + " → " + paint.state(c.Is.State)
}
