package measure

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// Duration is how long cases take, in seconds, from Start to End or as a column tells it.
type Duration struct {
	// Start is the column with the begin; empty means the dataset's event time.
	Start string `json:"start,omitempty"`
	// End is the column with the end, NULL while open; or Elapsed holds the time itself, in units of Unit seconds.
	End     string  `json:"end,omitempty"`
	Elapsed string  `json:"elapsed,omitempty"`
	Unit    float64 `json:"unit,omitempty"`

	Form     DurationForm  `json:"form"`
	Quantile float64       `json:"quantile,omitempty"` // 0–1, of form Quantile
	Limit    time.Duration `json:"limit,omitempty"`    // of form ShareWithin
	Open     OpenCases     `json:"open"`

	Preset    string    `json:"preset,omitempty"`
	Direction Direction `json:"direction"`
}

// DurationForm names a variant of a duration.
type DurationForm string

const (
	DurationQuantile      DurationForm = "Quantile"
	DurationMean          DurationForm = "Mean"
	DurationGeometricMean DurationForm = "GeometricMean"
	DurationShareWithin   DurationForm = "ShareWithin" // share of cases that took at most Limit
)

// OpenCases says what a case without an end is.
type OpenCases string

const (
	Censor                  OpenCases = "Censor"                  // it has lasted at least until now: Kaplan–Meier
	Exclude                 OpenCases = "Exclude"                 // left out, and counted
	CountAsMissedAfterLimit OpenCases = "CountAsMissedAfterLimit" // missed once Limit is over, pending before
)

var durationDoc = Doc{
	Name:      "duration",
	Title:     "Duration",
	Summary:   "How long things take: waiting, first response, resolution, time to value.",
	Formula:   "quantile: the smallest time that at least this share of cases did not exceed; with open: Censor by Kaplan–Meier. mean: Σ time / cases. geometricMean: exp(Σ ln time / cases), times above zero. shareWithin: cases that took at most the limit / cases",
	Unit:      "seconds; shareWithin: ratio 0–1",
	Interval:  "quantile: order statistics, or Brookmeyer–Crowley with open: Censor. mean: Student's t. geometricMean: Student's t on logarithms. shareWithin: Wilson",
	Pitfalls:  "Cases still open are the slow ones: to leave them out flatters. A mean hides the tail. Hours of an office and hours of the clock differ: say which the column holds. The interval of a quantile takes cases as independent. It is too narrow where a few customers have many of them, and `responses` is refused there: keep one case of each customer in the dataset, or use another form, whose interval can go by customer (`responses`, keep: All).",
	Direction: "lower is better; of shareWithin, higher",
	Columns:   "the start (the dataset's event time, or `start`) and the end (NULL while open), both dates or both timestamps; or a number with the time itself",
	Reference: "Hahn and Meeker, Statistical Intervals (1991); Kaplan and Meier, JASA 53 (1958) 457; Brookmeyer and Crowley, Biometrics 38 (1982) 29",
}

// longestCase bounds what is believed as a duration: about 3,000 years, in seconds.
const longestCase = 1e11

func (m *Duration) doc() Doc { return durationDoc }

// formula leaves out the preset.
func (m *Duration) formula() any {
	out := *m
	out.Preset = ""
	return &out
}

func (m *Duration) check() error {
	switch {
	case (m.End == "") == (m.Elapsed == ""):
		return errors.New("duration: exactly one of end and elapsed must be set")
	case m.Elapsed != "" && m.Unit <= 0:
		return errors.New("duration: elapsed needs a unit")
	case m.Form == DurationQuantile && !(m.Quantile > 0 && m.Quantile < 1):
		return fmt.Errorf("duration: quantile %g is not between 0 and 1", m.Quantile)
	case m.Form == DurationShareWithin && m.Limit <= 0:
		return errors.New("duration: shareWithin needs a time above zero")
	case m.Open == Censor && (m.Form != DurationQuantile || m.Elapsed != ""):
		return errors.New("duration: Censor goes with a quantile of start and end")
	case m.Open == CountAsMissedAfterLimit && m.Form != DurationShareWithin:
		return errors.New("duration: CountAsMissedAfterLimit goes with shareWithin")
	}
	switch m.Form {
	case DurationQuantile, DurationMean, DurationGeometricMean, DurationShareWithin:
	default:
		return fmt.Errorf("duration: unknown form %q", m.Form)
	}
	switch m.Open {
	case Censor, Exclude, CountAsMissedAfterLimit:
		return nil
	}
	return fmt.Errorf("duration: unknown open %q", m.Open)
}

// Describe tells form, columns and what open cases are.
func (m *Duration) Describe() Description {
	d := Description{Family: durationDoc.Name, Unit: UnitSeconds, Direction: m.Direction}
	what := m.Elapsed
	if what == "" {
		start := m.Start
		if start == "" {
			start = "event time"
		}
		what = start + " to " + m.End
	}
	switch m.Form {
	case DurationQuantile:
		d.Variant = fmt.Sprintf("%g %% quantile of %s", 100*m.Quantile, what)
	case DurationMean:
		d.Variant = "mean of " + what
	case DurationGeometricMean:
		d.Variant = "geometric mean of " + what
	case DurationShareWithin:
		d.Unit = "ratio"
		d.Variant = fmt.Sprintf("share of cases with %s within %s", what, m.Limit)
	}
	d.Variant += map[OpenCases]string{
		Censor:                  "; open cases censored (Kaplan–Meier)",
		Exclude:                 "; open cases left out",
		CountAsMissedAfterLimit: "; open cases missed once the limit is over",
	}[m.Open]
	return d
}

func (m *Duration) elapsed(in Setting) Elapsed {
	start := m.Start
	if start == "" {
		start = in.TimeColumn
	}
	return Elapsed{Start: start, End: m.End, Column: m.Elapsed, Unit: m.Unit, AsOf: in.Now}
}

// question reads a derived column like answers on a scale.
func (m *Duration) question(in Setting, of Derived, scale Scale) question {
	return question{column: of.Name, scale: scale, entity: in.KeepAll}
}

var (
	caseScale = Scale{Min: 0, Max: longestCase}
	logScale  = Scale{Min: -30, Max: math.Log(longestCase)}
)

// The sums that follow those of a question.
const (
	meanOpen     = askedSecond + 1 // rows not over yet
	logNotAbove  = meanOpen + 1    // rows of at most zero seconds, which have no logarithm
	withinMissed = askedFirst + 1  // open rows whose limit is over; without one, all open rows
	withinOpen   = withinMissed + 1
)

// Request asks for what the form needs.
func (m *Duration) Request(in Setting) Request {
	e := m.elapsed(in)
	seconds, open := e.derived(Seconds), e.derived(Open)
	isOpen := Condition{Column: open.Name, Operator: In, Values: []string{"true"}}
	openRows := Term{Op: Rows, Any: [][]Condition{{isOpen}}}
	derive := func(r Request, more ...Derived) Request {
		r.Derived = append([]Derived{open}, more...)
		return r
	}
	switch m.Form {
	case DurationQuantile:
		lasted := e.derived(Lasted)
		return derive(Request{Combination: PerEntity, Distribution: &DistributionRequest{
			Value: lasted.Name, Open: open.Name, Censor: m.Open == Censor, Quantile: m.Quantile, Confidence: in.Confidence,
		}}, lasted)
	case DurationMean:
		r := m.question(in, seconds, caseScale).requestMean()
		r.Terms = append(r.Terms, openRows)
		return derive(r, seconds)
	case DurationGeometricMean:
		log := e.derived(LogSeconds)
		r := m.question(in, log, logScale).requestMean()
		r.Terms = append(r.Terms, openRows, Term{Op: InRange, Column: seconds.Name, Lo: -longestCase, Hi: 0})
		return derive(r, seconds, log)
	}
	limit := Scale{Min: 0, Max: m.Limit.Seconds()}
	if m.Open == Exclude {
		r := m.question(in, seconds, caseScale).requestShare(limit)
		r.Terms = append(r.Terms, openRows)
		return derive(r, seconds)
	}
	cutoff := []string{in.Now.Add(-m.Limit).UTC().Format(time.RFC3339Nano)}
	missed := Term{Op: Rows, Any: [][]Condition{{isOpen, {Column: e.Start, Operator: LessThan, Values: cutoff}}}}
	pending := Term{Op: Rows, Any: [][]Condition{{isOpen, {Column: e.Start, Operator: AtLeast, Values: cutoff}}}}
	q := m.question(in, seconds, caseScale)
	r := q.requestShare(limit)
	r.Terms = append(r.Terms, missed, pending)
	if r.Cluster != nil {
		r.Cluster.X = append(r.Cluster.X, once(missed))
	}
	return derive(r, seconds)
}

// Estimate is in seconds, or a ratio 0–1 for shareWithin.
func (m *Duration) Estimate(sums Sums, in Setting, confidence float64) Estimate {
	s := sums.of(m.Request(in))
	e := m.elapsed(in)
	switch m.Form {
	case DurationQuantile:
		return s.distribution().estimate(m.Open == Censor)
	case DurationMean:
		return notOver(m.question(in, e.derived(Seconds), caseScale).estimateMean(s, confidence), s[meanOpen])
	case DurationGeometricMean:
		found := m.question(in, e.derived(LogSeconds), logScale).estimateMean(s, confidence)
		found = notOver(found, s[meanOpen]).outOfScale(s[logNotAbove])
		return found.exponential()
	}
	if m.Open == Exclude {
		return notOver(m.question(in, e.derived(Seconds), caseScale).estimateShare(s, confidence), s[withinMissed])
	}
	return m.estimateWithin(s, in, confidence)
}

// estimateWithin counts open cases whose limit is over as missed.
func (m *Duration) estimateWithin(s Sums, in Setting, confidence float64) Estimate {
	q := m.question(in, m.elapsed(in).derived(Seconds), caseScale)
	found, clusters, _ := q.answers(s)
	if found.Reason == NotFinite {
		return found
	}
	hits, n, pending := s[askedFirst], s[askedAnswers]+s[withinMissed], s[withinOpen]
	found = notOver(found, s[withinMissed]+pending)
	delete(found.Rejected, RejectedOpen)
	found.N, found.Reason = count(n), ""
	found.Detail = map[string]float64{"within": hits, "openMissed": s[withinMissed], "pending": pending}
	if n+pending > 0 {
		found.Worst, found.Best = known(hits/(n+pending)), known((hits+pending)/(n+pending))
	}
	if found.N == 0 {
		if pending > 0 {
			return found.none(NothingDecided)
		}
		return found.none(NoRows)
	}
	return found.proportion(hits, n, clusters, confidence)
}

// notOver tells rows without a time that are open from those where one is missing.
func notOver(e Estimate, open float64) Estimate {
	if n := count(open); n > 0 && e.Rejected != nil {
		if e.Rejected[RejectedMissing] -= n; e.Rejected[RejectedMissing] <= 0 {
			delete(e.Rejected, RejectedMissing)
		}
		e.Rejected[RejectedOpen] = n
	}
	return e
}

// outOfScale moves rows from those without a value to those that are none the measure can use.
func (e Estimate) outOfScale(rows float64) Estimate {
	if n := count(rows); n > 0 && e.Rejected != nil {
		if e.Rejected[RejectedMissing] -= n; e.Rejected[RejectedMissing] <= 0 {
			delete(e.Rejected, RejectedMissing)
		}
		e.Rejected[RejectedOutOfScale] += n
	}
	return e
}

// exponential turns a mean of logarithms into a geometric mean. Numerator and denominator have no meaning there.
func (e Estimate) exponential() Estimate {
	if e.Value == nil {
		return e
	}
	lower, upper, method := e.Lower, e.Upper, "Student's t on logarithms"
	if e.Method == methodTClusters {
		method += ", cluster-robust"
	}
	e.Lower, e.Upper, e.Numerator, e.Denominator = nil, nil, nil, nil
	e = e.is(math.Exp(*e.Value))
	if lower == nil || e.Value == nil {
		return e
	}
	return e.within(interval.Interval{Lower: math.Exp(*lower), Upper: math.Exp(*upper)}, notNegative, method)
}
