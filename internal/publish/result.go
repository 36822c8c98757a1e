package publish

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Bounds of the report's schema. A longer text is cut, so that no value of the data can get a report refused.
const (
	maxSQL       = 8192
	maxVariant   = 256
	maxSegment   = 256
	maxWarning   = 512
	maxWarnings  = 16
	maxWaterfall = 64
	maxPeriods   = 400
	maxSegments  = 2000
	maxLabel     = 32
	maxReason    = 64
	maxUnit      = 32
	maxStep      = 128
)

// null stands for SQL NULL among segment values.
const null = "(none)"

// reportResult is an indicator's numbers as its report holds them; when they changed is not in it yet.
func reportResult(t task, n *plan.Numbers) *v1alpha1.ReportResult {
	out := &v1alpha1.ReportResult{
		RequestHash:        t.requestHash,
		Restatement:        t.restatement,
		Unit:               cut(n.Unit, maxUnit),
		Direction:          v1alpha1.Direction(n.Direction),
		Variant:            cut(n.Variant, maxVariant),
		ConfidenceLevel:    decimal(&t.confidence),
		Waterfall:          waterfall(n.Waterfall),
		SQL:                cut(n.SQL, maxSQL),
		SuppressedSegments: positive(n.SuppressedSegments),
		OmittedSegments:    positive(n.OmittedSegments),
	}
	if n.Watermark != nil {
		out.Watermark = instant(*n.Watermark)
	}
	for _, p := range n.Periods {
		out.Periods = append(out.Periods, period(p))
	}
	for _, s := range n.Segments {
		out.Segments = append(out.Segments, segment(s))
	}
	for _, w := range n.Warnings {
		out.Warnings = append(out.Warnings, cut(w, maxWarning))
	}
	out.History = history(n.History)
	out.BiasChecks = biasChecks(n.BiasChecks)
	fit(out)
	return out
}

func period(p plan.PeriodResult) v1alpha1.PeriodValue {
	out := v1alpha1.PeriodValue{
		Label: cut(p.Label, maxLabel),
		State: string(p.State),
		Flag:  string(p.Flag),
		Value: decimal(p.Value), Lower: decimal(p.Lower), Upper: decimal(p.Upper),
		Entities: p.Entities, EffectiveN: decimal(p.EffectiveN),
		Numerator: decimal(p.Numerator), Denominator: decimal(p.Denominator),
		Worst: decimal(p.Worst), Best: decimal(p.Best),
		Reason: cut(string(p.Reason), maxReason),
	}
	if r := p.Responded; r != nil {
		out.Invited, out.Answered = &r.Invited, &r.Answered
	}
	if p.Census {
		out.Census = new(true)
	} else {
		out.N = &p.N
	}
	if !p.Start.IsZero() {
		out.Start = instant(p.Start)
	}
	if !p.End.IsZero() {
		out.End = instant(p.End)
	}
	for _, reason := range slices.Sorted(maps.Keys(p.Rejected)) {
		if rows := p.Rejected[reason]; rows > 0 {
			out.Rejected = append(out.Rejected, v1alpha1.RejectedRows{Reason: string(reason), Rows: &rows})
		}
	}
	return out
}

func segment(s plan.SegmentResult) v1alpha1.SegmentValue {
	out := v1alpha1.SegmentValue{By: s.By, Current: period(s.Current)}
	for _, value := range s.Values {
		if value == nil {
			out.Values = append(out.Values, null)
		} else {
			out.Values = append(out.Values, distinct(*value))
		}
	}
	if s.Previous != nil {
		previous := period(*s.Previous)
		out.Previous = &previous
	}
	if o := s.Standout; o != nil {
		out.Standout = &v1alpha1.Standout{Side: o.Side, Level: percent(o.Level), Dispersion: decimal(&o.Dispersion)}
	}
	return out
}

func percent(share float64) string {
	return strconv.FormatFloat(math.Round(share*1e6)/1e4, 'f', -1, 64) + "%"
}

// waterfall keeps every step that dropped rows, as far as there is room.
func waterfall(steps []plan.Waterstep) []v1alpha1.WaterfallStep {
	if len(steps) > maxWaterfall {
		steps = slices.DeleteFunc(slices.Clone(steps), func(s plan.Waterstep) bool {
			return s.Rows == 0 && s.Step != "read" && s.Step != "used"
		})
	}
	if over := len(steps) - maxWaterfall; over > 0 { // keep what was read and what was used
		steps = slices.Concat(steps[:maxWaterfall-1], steps[len(steps)-1:])
	}
	var out []v1alpha1.WaterfallStep
	for _, s := range steps {
		out = append(out, v1alpha1.WaterfallStep{Step: cut(s.Step, maxStep), Rows: &s.Rows})
	}
	return out
}

func instant(t time.Time) *metav1.Time {
	out := metav1.NewTime(t.UTC().Truncate(time.Second))
	return &out
}

func positive(n int) *int32 {
	if n == 0 {
		return nil
	}
	short := int32(n)
	return &short
}

// cut makes text valid UTF-8 of at most limit bytes.
func cut(text string, limit int) string {
	text = strings.ToValidUTF8(text, "�")
	if len(text) <= limit {
		return text
	}
	end := limit - len("…")
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}

// distinct cuts a segment's value so that two values never become one.
func distinct(value string) string {
	if len(value) <= maxSegment && utf8.ValidString(value) {
		return value
	}
	sum := sha256.Sum256([]byte(value))
	mark := "#" + hex.EncodeToString(sum[:4])
	return cut(value, maxSegment-len(mark)) + mark
}
