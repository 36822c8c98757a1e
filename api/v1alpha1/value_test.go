package v1alpha1

import (
	"encoding/json"
	"testing"
	"time"
)

func TestValueReadsWhatPeopleWrite(t *testing.T) {
	for _, tc := range []struct {
		json string
		kind ValueKind
		want float64
	}{
		{`30`, PlainValue, 30},
		{`-20`, PlainValue, -20},
		{`"4.2"`, PlainValue, 4.2},
		{`4.2`, PlainValue, 4.2},
		{`12000000`, PlainValue, 12e6},
		{`"92%"`, PercentValue, 0.92},
		{`"2.5%"`, PercentValue, 0.025},
		{`"48h"`, DurationValue, 48 * 3600},
		{`"30d"`, DurationValue, 30 * 86400},
		{`9007199254740993`, PlainValue, 9007199254740993},
	} {
		var v Value
		if err := json.Unmarshal([]byte(tc.json), &v); err != nil {
			t.Fatalf("%s: %v", tc.json, err)
		}
		got, err := v.Float()
		if err != nil || got != tc.want || v.Kind() != tc.kind {
			t.Errorf("%s: %v %v (%v), want %v %v", tc.json, v.Kind(), got, err, tc.kind, tc.want)
		}
		again, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var back Value
		if err := json.Unmarshal(again, &back); err != nil || back != v {
			t.Errorf("%s came back as %s", tc.json, again)
		}
	}
}

func TestValueNeverBreaksAList(t *testing.T) {
	for _, text := range []string{`true`, `{"a":1}`, `[1]`, `"abc"`, `null`, `""`} {
		var list []struct{ V Value }
		if err := json.Unmarshal([]byte(`[{"V":`+text+`},{"V":3}]`), &list); err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if _, err := list[0].V.Float(); err == nil {
			t.Errorf("%s was read as a number", text)
		}
		if got, err := list[1].V.Float(); err != nil || got != 3 {
			t.Errorf("neighbour of %s: %v %v", text, got, err)
		}
	}
}

func TestValueDuration(t *testing.T) {
	for text, want := range map[Value]time.Duration{"90m": 90 * time.Minute, "26h": 26 * time.Hour, "45d": 45 * 24 * time.Hour, "1.5h": 90 * time.Minute, "2w": 14 * 24 * time.Hour} {
		if got, err := text.Duration(); err != nil || got != want {
			t.Errorf("%s = %v (%v), want %v", text, got, err, want)
		}
	}
	for _, text := range []Value{"", "3", "h", "99999999999999d"} {
		if got, err := text.Duration(); err == nil {
			t.Errorf("%q was read as %v", text, got)
		}
	}
}
