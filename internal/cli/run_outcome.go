package cli

import (
	"context"
	"fmt"
	"time"

	"k8s.io/utils/ptr"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/amount"
	"github.com/cpi-operator/cpi-operator/internal/board"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// settleLooks is how often to look whether the status tells what the report does, which the controllers see to at once.
const settleLooks = 10

// outcome of a run that has answered: the number, and what changed.
func (r *request) outcome(ctx context.Context, now time.Time) (*document, error) {
	tick := time.NewTicker(lookEvery / 2)
	defer tick.Stop()
	for look := 0; ; look++ {
		after, err := board.Read(ctx, r.cluster, r.Namespace, now)
		if err != nil {
			return nil, err
		}
		if r.settled(after) || look == settleLooks {
			return r.document(after), nil
		}
		select {
		case <-ctx.Done():
			return r.document(after), nil //nolint:nilerr // the number is there; only its state may lag behind
		case <-tick.C:
		}
	}
}

// settled reports whether the status of what was asked for speaks of what its report holds.
func (r *request) settled(after board.Objects) bool {
	if r.asked.kind == plan.KindLinkage {
		found, told := after.Found(r.asked.name), after.Linkage(r.asked.name)
		if found == nil || told == nil || len(found.Drivers) != len(told.Status.Drivers) {
			return false
		}
		for i, d := range found.Drivers {
			if told.Status.Drivers[i].Sentence != d.Sentence {
				return false
			}
		}
		return true
	}
	e := explain(after, r.asked)
	if err := e.choose("", ""); err != nil || e.view == nil || e.period == nil {
		return false
	}
	value, interval := e.value(e.period)
	return e.entry.Summary.Value == value && e.entry.Summary.Interval == interval
}

// toldRun is a run as programs read it.
type toldRun struct {
	Kind      string       `json:"kind"`
	Name      string       `json:"name"`
	Namespace string       `json:"namespace"`
	Run       string       `json:"run,omitempty"`
	Number    *toldEntry   `json:"number,omitempty"`
	Claim     *toldLink    `json:"claim,omitempty"`
	Changed   []toldChange `json:"changed"`
}

// toldChange is what is another text than before; Before is empty of what was not there.
type toldChange struct {
	What   string `json:"what"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

func (r *request) document(after board.Objects) *document {
	told := toldRun{Kind: r.asked.kind, Name: r.asked.name, Namespace: r.Namespace, Run: r.started, Changed: []toldChange{}}
	d := &document{title: r.asked.String()}
	var now section
	if r.asked.kind == plan.KindLinkage {
		e, former := newEvidence(after, r.asked.name), newEvidence(r.before, r.asked.name)
		d.title += ": " + e.claim.Title
		now.state("Verdict", e.claim.Summary.Verdict)
		now.say(e.linkage.Status.Explanation...)
		told.Claim = new(linkTold(after, e.claim))
		told.Changed = append(told.Changed, claimChanges(former, e)...)
	} else {
		e, former := explain(after, r.asked), explain(r.before, r.asked)
		d.title += ": " + e.entry.Title
		_ = e.choose("", "") // without arguments it chooses the latest
		now = e.number()
		told.Number = new(entryTold(e.entry))
		told.Changed = append(told.Changed, periodChanges(former, e)...)
	}
	d.add(now)
	changed := section{heading: "What changed", table: listing{headings: []string{"", "BEFORE", "NOW"}}}
	for _, c := range told.Changed {
		changed.table.rows = append(changed.table.rows, []string{c.What, c.Before, c.After})
	}
	if len(told.Changed) == 0 {
		changed.say("Nothing: the numbers are the same as before.")
	}
	d.add(changed)
	d.data = told
	return d
}

// periodChanges are the periods whose value, interval or n differs, and the state if it does.
func periodChanges(before, after *explanation) []toldChange {
	var out []toldChange
	former := map[string]string{}
	if before.result != nil && before.view != nil {
		for i := range before.result.Periods {
			former[before.result.Periods[i].Label] = before.inShort(&before.result.Periods[i])
		}
	}
	if after.result != nil && after.view != nil {
		for i := range after.result.Periods {
			p := &after.result.Periods[i]
			now := after.inShort(p)
			if was := former[p.Label]; was != now {
				out = append(out, toldChange{orAll(p.Label), was, now})
			}
		}
	}
	if was, now := before.entry.Summary.State, after.entry.Summary.State; was != now {
		out = append(out, toldChange{"state", was, now})
	}
	return out
}

// inShort is a period's value with interval and n; empty if it has none.
func (e *explanation) inShort(p *v1alpha1.PeriodValue) string {
	value, interval := e.value(p)
	if value == "" {
		return ""
	}
	text := value
	if interval != "" {
		text += " " + interval
	}
	if p.N != nil && !ptr.Deref(p.Census, false) {
		text += fmt.Sprintf(", n %s", amount.Count(*p.N))
	}
	return text
}

// claimChanges are the drivers of which something else is told.
func claimChanges(before, after *evidence) []toldChange {
	told := func(e *evidence) map[string]string {
		out := map[string]string{}
		for _, d := range e.linkage.Status.Drivers {
			out[d.Name] = joined(withReason(d.Verdict, d.Reason), d.Effect)
		}
		return out
	}
	former := told(before)
	var out []toldChange
	for _, d := range after.linkage.Status.Drivers {
		if now := told(after)[d.Name]; former[d.Name] != now {
			out = append(out, toldChange{d.Name, former[d.Name], now})
		}
	}
	return out
}
