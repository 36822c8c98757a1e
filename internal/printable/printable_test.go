package printable

import (
	"encoding/json"
	"testing"
)

func TestLine(t *testing.T) {
	for text, want := range map[string]string{
		"plain, 26.5 % [25.5, 27.6] −3 ≤ ∞ → Ünïcødé 👍🏽": "plain, 26.5 % [25.5, 27.6] −3 ≤ ∞ → Ünïcødé 👍🏽",
		"\x1b[2Jcleared":                `\x1b[2Jcleared`,
		"\x1b]0;title\x07":              `\x1b]0;title\x07`,
		"one\nerror: two\r\nthree\tx":   "one error: two  three x",
		"a\u2028b\u0085c":               "a b c",
		"safe\u202etxt.exe\u2066\u200f": `safe\u202etxt.exe\u2066\u200f`,
		"8 bit: \x9b31m and \u009b31m":  `8 bit: \x9b31m and \u009b31m`,
		"\x00\x7f":                      `\x00\x7f`,
	} {
		if got := Line(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestBlock(t *testing.T) {
	if got, want := Block("SELECT 1\r\n\tFROM \x1b[31mt\r"), "SELECT 1\n\tFROM \\x1b[31mt "; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestJSON(t *testing.T) {
	const hostile = "\x1b[2J\u009b31m\u202e\x7f\n"
	text, err := json.MarshalIndent(map[string]string{"a": hostile}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got := JSON(string(text))
	if want := "{\n  \"a\": \"\\u001b[2J\\u009b31m\\u202e\\u007f\\n\"\n}"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	var back map[string]string
	if err := json.Unmarshal([]byte(got), &back); err != nil || back["a"] != hostile {
		t.Errorf("%v %q", err, back)
	}
}

func TestMarkdown(t *testing.T) {
	for text, want := range map[string]string{
		"26.5 % [25.5, 27.6]":          "26.5 % [25.5, 27.6]",
		"[here](https://evil.example)": `[here]\(https:&#47;&#47;evil.example)`,
		"<script>&\n# x":               "&lt;script&gt;&amp; # x",
		"a | b `c` *d*":                "a \\| b \\`c\\` \\*d\\*",
	} {
		if got := Inline(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]string{"# x": `\# x`, "- x": `\- x`, "−11 pp": "−11 pp"} {
		if got := Paragraph(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestCell(t *testing.T) {
	for text, want := range map[string]string{
		"=HYPERLINK(1)": "'=HYPERLINK(1)", "@x": "'@x", "\t=1": "' =1", "\r=1": "' =1", "-1+2": "'-1+2", "+20.0 pp": "'+20.0 pp",
		"-10.4": "-10.4", "+3": "+3", "-1e-9": "-1e-9", "": "", "26.5 %": "26.5 %", "−11.3 pp": "−11.3 pp", "[-1, 2]": "[-1, 2]",
	} {
		if got := Cell(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
