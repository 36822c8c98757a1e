package compute

import (
	"slices"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/calendar"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
	"github.com/cpi-operator/cpi-operator/internal/state"
)

// layout is an indicator's history: its periods, what each of them reads and how final it is. An undated
// indicator has one period without times.
type layout struct {
	// periods are the history, oldest first, the running one last.
	periods []calendar.Period
	// before are as many earlier ones as windows and opening states look back to.
	before []calendar.Period
	states []plan.State
	// suspect marks values that rest on periods whose rows collapsed.
	suspect []bool
	// complete marks periods whose rows are proven to be all there, so that none means zero. Events only: a snapshot
	// that is not there was not taken, or not loaded.
	complete []bool
	// headline is the period to explain and break down: the latest mature one with a value to stand on, else
	// the last. previous is such a one before it, −1 if there is none. A guess by rows until the totals are known.
	headline, previous int

	// histories marks values that rest on everything up to the end of their window.
	histories bool

	window int // how many periods a value looks back
	now    time.Time
	// The indicator's own dataset and, if there is one, the second.
	sight
	second *sight
}

// sight is how the rows of a dataset bear on values.
type sight struct {
	// rows are those of before and periods; of an undated dataset, one number.
	rows  []int64
	reads reads
	clock state.Clock
	// ahead is how long after its window rows bear on a value too.
	ahead time.Duration
}

// reads says which rows a value rests on.
type reads int

const (
	readsWindow reads = iota // those of its window
	readsLast                // those of the last snapshot in its window
	readsEnds                // those of the snapshots that open and close its window
	readsState               // the intervals that reach into its window
)

func readsOf(dataset plan.Dataset, stateful bool) reads {
	switch snapshot := dataset.Time.Snapshot != ""; {
	case stateful && snapshot:
		return readsEnds
	case stateful:
		return readsState
	case snapshot:
		return readsLast
	}
	return readsWindow
}

// newLayout lays out what a request reads of one dataset or two.
func newLayout(indicator plan.Indicator, views []*view, request measure.Request) layout {
	looked := views[0].looked
	l := layout{previous: -1, now: views[0].data.now, sight: views[0].sight(indicator.Period, request.State != nil)}
	l.histories = request.Customers != nil
	outcomes := &l.sight
	if len(views) > 1 {
		l.second = new(views[1].sight(indicator.Period, false))
		outcomes = l.second
	}
	if request.Follow != nil {
		outcomes.ahead = request.Follow.Within
	}
	if indicator.Period == nil {
		l.periods = make([]calendar.Period, 1)
		l.states, l.suspect, l.complete = []plan.State{plan.Undated}, []bool{false}, []bool{false}
		return l
	}
	l.window = max(indicator.Period.Window, 1)
	history := looked.skip(indicator.Period) + l.window
	l.before, l.periods = looked.periods[history-l.window:history], looked.periods[history:]

	clock, start := l.known(), l.emptyStart()
	for i, p := range l.periods {
		l.states = append(l.states, state.Of(p.End, *indicator.Period, clock))
		complete := l.reads == readsWindow && i >= start
		for _, s := range l.sights() {
			complete = complete && state.Complete(p.End, s.clock)
		}
		l.complete = append(l.complete, complete)
	}
	l.judge(indicator.Quality.CollapseRatio)
	l.guess()
	return l
}

// sights are how the rows of each dataset bear on values.
func (l *layout) sights() []*sight {
	if l.second == nil {
		return []*sight{&l.sight}
	}
	return []*sight{&l.sight, l.second}
}

// known is what is known of the present by the rows of every dataset.
func (l *layout) known() state.Clock {
	if l.second == nil {
		return l.clock
	}
	return l.clock.Earlier(l.second.clock)
}

// judge finds values that rest on collapsed row counts: of a period of their window, or of the snapshots that they
// read. Only what is over is judged, and intervals never are: customers come and go without a row of their own.
func (l *layout) judge(ratio float64) {
	l.suspect = make([]bool, len(l.periods))
	known := l.known().Known()
	for _, s := range l.sights() {
		collapsed := make([]bool, len(s.rows))
		for k := range collapsed {
			over := !known.Before(l.at(k - len(l.before)).End)
			collapsed[k] = over && s.reads != readsState && state.Collapsed(s.rows[k], s.rows[:k], ratio)
		}
		for i := range l.periods {
			rests := append(l.rests(s, i), l.following(s, i)...)
			l.suspect[i] = l.suspect[i] || slices.ContainsFunc(rests, func(k int) bool { return collapsed[k] })
		}
	}
}

// rests are the places among a dataset's rows of the periods that the value of period i rests on.
func (l *layout) rests(s *sight, i int) []int {
	closing := i + len(l.before)
	if s.reads == readsEnds {
		return []int{closing - l.window, closing}
	}
	var window []int
	for k := closing; k > closing-max(l.window, 1); k-- {
		if s.reads == readsLast && s.rows[k] > 0 {
			return []int{k} // the snapshot that is read
		}
		window = append(window, k)
	}
	return window
}

// following are the places of the periods after period i whose rows bear on its value too.
func (l *layout) following(s *sight, i int) []int {
	var places []int
	for k := i + 1; k < len(l.periods) && l.periods[k].Start.Before(l.periods[i].End.Add(s.ahead)); k++ {
		places = append(places, k+len(l.before))
	}
	return places
}

// show picks headline and previous period by their values.
func (l *layout) show(periods []plan.PeriodResult) {
	l.headline, l.previous = latest(periods), -1
	if l.headline < 0 {
		l.headline = len(periods) - 1
		return
	}
	l.previous = latest(periods[:l.headline])
}

// latest is the place of the latest mature period, −1 if there is none.
func latest(periods []plan.PeriodResult) int {
	found := state.LatestMature(periods)
	for i := range periods {
		if found == &periods[i] {
			return i
		}
	}
	return -1
}

// guess picks headline and previous period by the dataset's rows.
func (l *layout) guess() {
	stands := func(i int) bool {
		return state.Final(l.states[i]) && !l.suspect[i] && (l.rowsIn(i) > 0 || l.complete[i])
	}
	l.headline = len(l.periods) - 1
	for i := range l.periods {
		if stands(i) {
			l.headline = i
		}
	}
	for i := range l.headline {
		if stands(i) {
			l.previous = i
		}
	}
}

// at is period i, negative for those before the history.
func (l *layout) at(i int) calendar.Period {
	if i < 0 {
		return l.before[len(l.before)+i]
	}
	return l.periods[i]
}

// span is the window that the value of period i reads. A state is not known beyond now, and who has not come back by
// then has not stayed away until the period's end.
func (l *layout) span(i int) query.Window {
	span := query.Window{Start: l.at(i - l.window + 1).Start, End: l.periods[i].End}
	if l.reads == readsState && span.End.After(l.now) {
		span.End = l.now
	}
	if known := l.known().Known(); l.histories && span.End.After(known) {
		span.End = known
	}
	return span
}

// begun reports whether anything of period i's window is known. At the very instant at which a period starts, a state
// is not yet.
func (l *layout) begun(i int) bool {
	span := l.span(i)
	return span.Start.Before(span.End)
}

// opening is the period whose last snapshot is the state at the start of period i's window.
func (l *layout) opening(i int) query.Window {
	p := l.at(i - l.window)
	return query.Window{Start: p.Start, End: p.End}
}

// closing is the period whose last snapshot is the state at the end of period i's window.
func (l *layout) closing(i int) query.Window {
	return query.Window{Start: l.periods[i].Start, End: l.periods[i].End}
}

// rowsIn is how many rows of the dataset the value of period i rests on, before the indicator's own where.
// A state over several periods counts an interval once for each of them.
func (l *layout) rowsIn(i int) int64 { return l.rowsOf(&l.sight, i) }

func (l *layout) rowsOf(s *sight, i int) int64 {
	var sum int64
	for _, k := range l.rests(s, i) {
		if s.reads == readsEnds && s.rows[k] == 0 {
			return 0 // nothing to compare
		}
		sum += s.rows[k]
	}
	return sum
}

// emptyStart is how many periods of the history lie before the dataset's first row.
func (l *layout) emptyStart() int {
	for k, rows := range l.rows {
		if rows > 0 {
			return max(0, k-len(l.before))
		}
	}
	return len(l.periods)
}
