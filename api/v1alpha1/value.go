package v1alpha1

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Value is a number as people write it: 30, "4.2", 92% (a share, 0.92) or 48h (a duration).
// It is kept as text, so that no digit is lost on the way, and is parsed where it is used.
// +kubebuilder:validation:XIntOrString
// +kubebuilder:validation:Type=""
// +kubebuilder:validation:MaxLength=32
// +kubebuilder:validation:Pattern=`^-?[0-9]{1,15}(\.[0-9]{1,9})?(%|s|m|h|d|w)?$`
type Value string

// ValueKind is how a Value is spelled.
type ValueKind string

// The spellings.
const (
	PlainValue    ValueKind = "Plain"
	PercentValue  ValueKind = "Percent"
	DurationValue ValueKind = "Duration"
)

// UnmarshalJSON accepts a JSON number or string and never fails: one bad object must not break a
// whole list. What cannot be parsed is told by Float or Duration when it is used.
func (v *Value) UnmarshalJSON(data []byte) error {
	data = bytes.TrimSpace(data)
	if string(data) == "null" {
		return nil
	}
	var text string
	if len(data) > 0 && data[0] == '"' && json.Unmarshal(data, &text) == nil {
		*v = Value(text)
		return nil
	}
	*v = Value(data)
	return nil
}

// MarshalJSON writes whole numbers as JSON integers and everything else as a string.
func (v Value) MarshalJSON() ([]byte, error) {
	if n, err := strconv.ParseInt(string(v), 10, 64); err == nil && strconv.FormatInt(n, 10) == string(v) && n <= math.MaxInt32 && n >= math.MinInt32 {
		return []byte(v), nil
	}
	return json.Marshal(string(v))
}

// Kind tells how the value is spelled, by its suffix.
func (v Value) Kind() ValueKind {
	switch {
	case strings.HasSuffix(string(v), "%"):
		return PercentValue
	case strings.ContainsAny(string(v), "smhdw"):
		return DurationValue
	default:
		return PlainValue
	}
}

// Float is the number in base units: shares as ratios (92% is 0.92), durations in seconds.
func (v Value) Float() (float64, error) {
	switch v.Kind() {
	case PercentValue:
		n, err := strconv.ParseFloat(strings.TrimSuffix(string(v), "%"), 64)
		if err != nil {
			return 0, fmt.Errorf("%q is not a percentage", string(v))
		}
		return n / 100, nil
	case DurationValue:
		d, err := v.Duration()
		return d.Seconds(), err
	}
	n, err := strconv.ParseFloat(string(v), 64)
	if err != nil || math.IsInf(n, 0) || math.IsNaN(n) {
		return 0, fmt.Errorf("%q is not a number", string(v))
	}
	return n, nil
}

// units of a duration; a day is 24 hours and a week seven days, whatever the calendar says.
var units = map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}

// Duration is the value as a length of time, such as 90m, 48h or 30d.
func (v Value) Duration() (time.Duration, error) {
	if v == "" {
		return 0, fmt.Errorf("empty duration")
	}
	unit, known := units[v[len(v)-1]]
	n, err := strconv.ParseFloat(string(v[:len(v)-1]), 64)
	if !known || err != nil || math.Abs(n) > math.MaxInt64/float64(unit)/2 {
		return 0, fmt.Errorf("%q is not a duration: write a number and one of s, m, h, d, w", string(v))
	}
	return time.Duration(n * float64(unit)), nil
}
