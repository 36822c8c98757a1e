package metrics

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Key identifies an object with series.
type Key struct {
	Kind      alert.Kind
	Namespace string
	Name      string
}

// Publish says which of an indicator's series leave the cluster's API.
type Publish string

const (
	PublishAll       Publish = "All"
	PublishTotalOnly Publish = "TotalOnly"
	// PublishNone withholds everything, the cpi_alert series included.
	PublishNone Publish = "None"
)

// Indicator is what one indicator contributes.
type Indicator struct {
	Namespace string
	// View and Decision as of Now.
	View     *alert.Indicator
	Decision alert.Decision
	Now      time.Time
	// Theme of a CPI, category of a KPI.
	Theme   string
	Class   string
	Publish Publish
	// State overrides the decision's, for a definition that is not valid.
	State alert.State
}

// Source is what one data source contributes.
type Source struct {
	Namespace, Name string
	LastSuccess     *time.Time
	// Failing: runs fail for so long that somebody is told, or would be.
	Failing bool
	Alerts  []alert.Alert
	// Muted says why nobody is told; nil if everything is.
	Muted *alert.Muted
}

// piece is the finished text of one family's samples of one object.
type piece struct {
	family int
	text   []byte
}

// encoder collects samples by family. Samples of one family must be written in a row.
type encoder struct {
	text    []byte
	starts  []int // of each piece in text
	kinds   []int // family of each piece
	object  []byte
	series  int
	dropped int
}

// sample appends one sample with the object's labels and the given pairs of names and values.
func (e *encoder) sample(family int, value float64, labels ...string) {
	if n := len(e.kinds); n == 0 || e.kinds[n-1] != family {
		e.kinds = append(e.kinds, family)
		e.starts = append(e.starts, len(e.text))
	}
	b := e.text
	b = append(b, families[family].name...)
	b = append(b, '{')
	b = append(b, e.object...)
	for i := 0; i < len(labels); i += 2 {
		b = append(b, ',')
		b = appendLabel(b, labels[i], labels[i+1])
	}
	b = append(b, '}', ' ')
	b = strconv.AppendFloat(b, value, 'g', -1, 64)
	b = append(b, '\n')
	e.text = b
	e.series++
}

func (e *encoder) instant(family int, t time.Time, labels ...string) {
	if !t.IsZero() {
		e.sample(family, float64(t.UnixMilli())/1000, labels...)
	}
}

// pieces cuts the text by family.
func (e *encoder) pieces() []piece {
	text := slices.Clip(e.text)
	out := make([]piece, len(e.kinds))
	for i, kind := range e.kinds {
		end := len(text)
		if i+1 < len(e.starts) {
			end = e.starts[i+1]
		}
		out[i] = piece{family: kind, text: text[e.starts[i]:end]}
	}
	return out
}

// objectLabels are the labels that all of an object's series begin with.
func objectLabels(namespace, name string) []byte {
	b := appendLabel(nil, labelNamespace, namespace)
	return appendLabel(append(b, ','), labelName, name)
}

// encodeIndicator writes an indicator's series; segments only as long as room lasts.
func encodeIndicator(in Indicator, room int) *encoder {
	e := &encoder{object: objectLabels(in.Namespace, in.View.Name)}
	if in.Publish == PublishNone {
		return e
	}
	base := 0
	if in.View.Kind == alert.KPI {
		base = indicatorFamilies
	}
	e.total(base, in)
	if in.Publish != PublishTotalOnly {
		e.segments(base, in, room)
	}
	e.promise(in.Decision.Promise, in.View.Period)
	e.alerts(subject{kind: in.View.Kind, theme: in.Theme, title: in.View.Title, source: in.View.Source.Name, cpi: in.View.CPI()}, in.Decision.Alerts)
	e.muted(in.View.Kind, in.Decision.Muted)
	return e
}

func (e *encoder) total(base int, in Indicator) {
	view := in.View
	unit := clean(view.Unit)
	if p := view.Judged(); p != nil {
		if p.Flag == "" && p.Value != nil {
			e.value(base+familyValue, p.Estimate, labelUnit, unit)
		}
		if !p.Census {
			e.sample(base+familySampleSize, float64(p.N))
		}
		if r := p.Responded; r != nil && r.Invited > 0 {
			e.sample(base+familyResponseRatio, float64(r.Answered)/float64(r.Invited))
		}
		e.instant(base+familyPeriodEnd, p.End)
		for _, reason := range slices.Sorted(maps.Keys(p.Rejected)) {
			e.sample(base+familyRejected, float64(p.Rejected[reason]), labelReason, clean(string(reason)))
		}
	}
	if t := view.Thresholds.Warning; t != nil {
		e.sample(base+familyThreshold, *t, labelLevel, string(alert.Warning))
	}
	if t := view.Thresholds.Critical; t != nil {
		e.sample(base+familyThreshold, *t, labelLevel, string(alert.Critical))
	}
	if t := view.InForce(in.Now); t != nil {
		bound, due := "at_least", ""
		if t.Bound.AtMost {
			bound = "at_most"
		}
		if !t.By.IsZero() {
			due = t.By.Format(time.DateOnly)
		}
		e.sample(base+familyTarget, t.Bound.Level, labelBound, bound, labelDue, due)
	}
	state := in.Decision.Summary.State
	if in.State != "" {
		state = in.State
	}
	e.sample(base+familyState, 1, labelState, string(state))
	if view.Current() && view.Result.Watermark != nil {
		e.instant(base+familyWatermark, *view.Result.Watermark)
	}
	if last := view.Source.LastSuccess; last != nil {
		e.instant(base+familyLastSuccess, *last)
	}
	e.instant(base+familyStaleAfter, in.Decision.StaleAfter, labelSeverity, string(in.Decision.StaleSeverity))
	e.sample(base+familyInfo, 1, labelTheme, clean(in.Theme), labelClass, clean(in.Class),
		labelDirection, string(view.Direction), labelOwner, clean(view.Team), labelTitle, clean(view.Title), labelSource, clean(view.Source.Name))
}

// value writes a value with its interval into three families in a row.
func (e *encoder) value(family int, estimate measure.Estimate, labels ...string) {
	e.sample(family, *estimate.Value, labels...)
	if estimate.Lower != nil {
		e.sample(family+familyLower-familyValue, *estimate.Lower, labels...)
	}
	if estimate.Upper != nil {
		e.sample(family+familyUpper-familyValue, *estimate.Upper, labels...)
	}
}

// part is a segment with its labels ready.
type part struct {
	by, segment string
	estimate    measure.Estimate
}

// seriesOfPart is how many series a segment needs at most.
const seriesOfPart = 4

func (e *encoder) segments(base int, in Indicator, room int) {
	parts := publishable(in.View)
	if fits := max(0, room) / seriesOfPart; len(parts) > fits {
		e.dropped = seriesOfPart * (len(parts) - fits)
		parts = parts[:fits]
		e.sample(base+familyDropped, float64(e.dropped))
	}
	unit := clean(in.View.Unit)
	labels := func(p part) []string { return []string{labelSegmentBy, p.by, labelSegment, p.segment, labelUnit, unit} }
	for _, p := range parts {
		e.sample(base+familySegmentValue, *p.estimate.Value, labels(p)...)
	}
	for _, p := range parts {
		if p.estimate.Lower != nil {
			e.sample(base+familySegmentLower, *p.estimate.Lower, labels(p)...)
		}
	}
	for _, p := range parts {
		if p.estimate.Upper != nil {
			e.sample(base+familySegmentUpper, *p.estimate.Upper, labels(p)...)
		}
	}
	for _, p := range parts {
		if p.estimate.Census {
			continue
		}
		e.sample(base+familySegmentSize, float64(p.estimate.N), labelSegmentBy, p.by, labelSegment, p.segment)
	}
}

// publishable are the segments with a value that may be acted on, each pair of labels once.
func publishable(view *alert.Indicator) []part {
	if p := view.Judged(); p == nil || p.Flag == plan.SuspectData || p.Flag == plan.NoData {
		return nil // the segments are of an earlier period
	}
	seen := make(map[[2]string]bool, len(view.Result.Segments))
	out := make([]part, 0, len(view.Result.Segments))
	for _, s := range view.Result.Segments {
		if s.Current.Flag != "" || s.Current.Value == nil {
			continue
		}
		p := part{estimate: s.Current.Estimate}
		p.by, p.segment = segmentLabels(s.By, s.Values)
		if labels := [2]string{p.by, p.segment}; !seen[labels] {
			seen[labels] = true
			out = append(out, p)
		}
	}
	return out
}

// subject is what alerts are about.
type subject struct {
	kind         alert.Kind
	theme, title string
	// source that it hangs on, and the CPI that it speaks of; empty if there is none.
	source, cpi string
}

// alerts writes the active alerts and, apart from them, what they say: an alert is the same when its numbers change.
func (e *encoder) alerts(of subject, active []alert.Alert) {
	for i, a := range active {
		if slices.ContainsFunc(active[:i], func(b alert.Alert) bool { return sameSeries(a, b) }) {
			continue
		}
		e.sample(familyAlert, 1, labelKind, string(of.kind), labelAlert, string(a.Name), labelSeverity, string(a.Severity),
			labelOwner, clean(a.Team), labelTheme, clean(of.theme), labelTitle, clean(of.title), labelSegment, cleanUnique(a.Segment),
			labelSource, clean(of.source), labelCPI, clean(cmp.Or(a.CPI, of.cpi)))
	}
	for i, a := range active {
		if slices.ContainsFunc(active[:i], func(b alert.Alert) bool { return sameMessage(a, b) }) {
			continue
		}
		e.sample(familyMessage, 1, labelKind, string(of.kind), labelAlert, string(a.Name), labelSegment, cleanUnique(a.Segment), labelMessage, cleanMessage(a.Message))
	}
}

// sameMessage reports whether two alerts would ask for the same message: only one of them has it.
func sameMessage(a, b alert.Alert) bool {
	return a.Name == b.Name && cleanUnique(a.Segment) == cleanUnique(b.Segment)
}

// muted tells until when nobody is told of an object's alerts.
func (e *encoder) muted(kind alert.Kind, m *alert.Muted) {
	if m == nil {
		return
	}
	until := math.Inf(1)
	if !m.Until.IsZero() {
		until = float64(m.Until.UnixMilli()) / 1000
	}
	e.sample(familyMuted, until, labelKind, string(kind), labelReason, string(m.Reason))
}

func sameSeries(a, b alert.Alert) bool {
	return a.Name == b.Name && a.Severity == b.Severity && clean(a.Team) == clean(b.Team) && cleanUnique(a.Segment) == cleanUnique(b.Segment)
}

func encodeSource(s Source) *encoder {
	e := &encoder{object: objectLabels(s.Namespace, s.Name)}
	e.alerts(subject{kind: alert.Source, title: s.Name, source: s.Name}, s.Alerts)
	e.muted(alert.Source, s.Muted)
	if s.LastSuccess != nil {
		e.instant(familySourceLastSuccess, *s.LastSuccess)
	}
	if s.Failing {
		e.sample(familySourceFailing, 1)
	}
	return e
}
