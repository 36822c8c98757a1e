package report

import (
	"fmt"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/scorecard"
)

func (r *Report) changed(w words) section {
	s, c := section{ID: "changes", Heading: w.changed}, r.Changes
	if len(c.Values) > 0 {
		s.Tables = append(s.Tables, values(w, c.Values))
	}
	if len(c.New) > 0 {
		var titles []string
		for _, n := range c.New {
			titles = append(titles, n.Title)
		}
		s.Lines = append(s.Lines, fmt.Sprintf(w.newOnes, strings.Join(titles, "; ")))
	}
	for _, part := range []struct {
		caption string
		events  []scorecard.Event
	}{{w.statesEntered, c.States}, {w.verdictsReached, c.Verdicts}, {w.definitionsEdited, c.Edits}} {
		if len(part.events) == 0 {
			continue
		}
		t := table{Caption: part.caption, Head: []string{w.when, w.of, w.what}}
		for _, e := range part.events {
			t.Rows = append(t.Rows, []cell{{Text: day(e.At)}, {Text: e.Title}, {Text: e.Text}})
		}
		s.Tables = append(s.Tables, t)
	}
	if len(s.Tables)+len(s.Lines) == 0 {
		s.Lines = []string{w.nothingChanged}
	}
	if c.Forgetful {
		s.Lines = append(s.Lines, w.forgetful)
	}
	return s
}

func values(w words, changes []scorecard.ValueChange) table {
	t := table{Caption: w.valuesChanged, Head: []string{w.indicator, w.before, w.now, w.difference, w.shows}}
	for _, v := range changes {
		then := w.notYet
		if v.Before != "" {
			then = v.Before + ": " + v.Was
		}
		difference, shows, tone := w.notYet, fmt.Sprintf(w.notCompared, v.Reason), ""
		if v.Difference != "" {
			difference = fmt.Sprintf(w.against, v.Difference, v.Against)
		}
		switch v.Shift {
		case scorecard.Better:
			shows, tone = w.better, "good"
		case scorecard.Worse:
			shows, tone = w.worse, "warning"
		case scorecard.NoneShown:
			shows = w.noneShown
		}
		t.Rows = append(t.Rows, []cell{{Text: v.Title}, {Text: then}, {Text: v.Period + ": " + v.Value}, {Text: difference}, {Text: shows, Tone: tone}})
	}
	return t
}
