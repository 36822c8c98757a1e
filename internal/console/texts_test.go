package console

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/board"
)

// languageTexts by language and key, as they stand in the files.
func languageTexts(t *testing.T) map[string]map[string]text {
	t.Helper()
	out := map[string]map[string]text{}
	folders, err := textFiles.ReadDir("texts")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		if out[folder.Name()], err = readTexts(textFiles, "texts/"+folder.Name()); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

var placeholder = regexp.MustCompile(`%[a-z%]|\{[a-z]+\}`)

// Every language says everything, and says it of the same things.
func TestLanguagesAreWhole(t *testing.T) {
	all := languageTexts(t)
	if len(all) < 2 || all["en"] == nil || all["de"] == nil {
		t.Fatalf("there are only %d languages", len(all))
	}
	for language, texts := range all {
		for key, english := range all["en"] {
			said, ok := texts[key]
			if !ok {
				t.Errorf("%s: %s is missing", language, key)
				continue
			}
			if language != "en" && said.whole != "" {
				if a, b := placeholder.FindAllString(english.whole, -1), placeholder.FindAllString(said.whole, -1); !slices.Equal(a, b) {
					t.Errorf("%s: %s has %v in place of %v", language, key, b, a)
				}
			}
			if (said.plural == nil) != (english.plural == nil) {
				t.Errorf("%s: %s has plural forms in one language only", language, key)
			}
		}
		for key := range texts {
			if _, ok := all["en"][key]; !ok {
				t.Errorf("%s: %s is in no English text", language, key)
			}
		}
	}
}

var (
	usedKey  = regexp.MustCompile(`(?:\bT\(|[{( ]t )"([A-Za-z][\w. -]*)"`)
	usedWord = regexp.MustCompile(`(?:\bWord\(|[{( ]word )"(\w+)"`)
)

// Every key that is used has a text, and every text is used. A key that ends in a point is put together with what follows.
func TestTextsAreUsed(t *testing.T) {
	texts := languageTexts(t)["en"]
	used, sets := map[string]bool{}, map[string]bool{}
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		extension := filepath.Ext(path)
		if err != nil || entry.IsDir() || extension != ".html" && extension != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		content, err := os.ReadFile(path)
		for _, match := range usedKey.FindAllStringSubmatch(string(content), -1) {
			if prefix, ok := strings.CutSuffix(match[1], "."); ok {
				sets[prefix] = true
			} else {
				used[match[1]] = true
			}
		}
		for _, match := range usedWord.FindAllStringSubmatch(string(content), -1) {
			sets[match[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for key := range used {
		if _, ok := texts[key]; !ok {
			t.Errorf("%s is used and has no text", key)
		}
	}
	inSet := func(key string) bool {
		for i, c := range key {
			if c == '.' && sets[key[:i]] {
				return true
			}
		}
		return false
	}
	for key := range texts {
		if !used[key] && !inSet(key) {
			t.Errorf("%s has a text and is not used", key)
		}
	}
}

// The words of the API that the page shows have a text; what it does not know it shows as it is.
func TestWordsAreKnown(t *testing.T) {
	texts := languageTexts(t)["en"]
	sets := map[string][]string{
		"theme":   board.Themes,
		"verdict": {"Supported", "NotSupported", "Conflicting", "InsufficientData", "Pending"},
		"trend":   {"improving", "worsening", "none shown"},
		"state": {
			string(alert.StateOK), string(alert.StateWarning), string(alert.StateCritical), string(alert.StateNoData), string(alert.StateInsufficient),
			string(alert.StateSuspect), string(alert.StateRunning), string(alert.StateMaturing), string(alert.StateUndated), string(alert.StateFailing),
			string(alert.StatePending), string(alert.StateInvalid), string(alert.StateOnTarget), string(alert.StateOffTarget), string(alert.StateInconclusive), string(alert.StateNotYet),
			"Mature", "Settled",
		},
		"problem": {
			"Ready", "Computed", "Diverging", "WithinThresholds", "PromiseKept", "TargetMet", "Deteriorating", "TargetInReach", "Guarded", "Fresh",
			"SampleSufficient", "Responding", "ReviewDue", "Balanced", "Comparable", "Published", "Alerting", "NotObserved",
		},
	}
	for _, gravity := range []board.Gravity{board.Grave, board.Notable, board.Advice} {
		sets["gravity"] = append(sets["gravity"], string(gravity))
		if gravityShapes[gravity] == "" {
			t.Errorf("%s has no shape", gravity)
		}
	}
	for _, standing := range board.Standings {
		sets["standing"] = append(sets["standing"], string(standing))
		if standingShapes[standing] == "" {
			t.Errorf("%s has no shape", standing)
		}
	}
	for set, words := range sets {
		for _, word := range words {
			if _, ok := texts[set+"."+word]; !ok {
				t.Errorf("%s.%s has no text", set, word)
			}
		}
	}
	l := localeOf(t, "de")
	if got := l.Word("state", "Surprise"); got != "Surprise" {
		t.Errorf("an unknown state is shown as %q", got)
	}
}

func localeOf(t testing.TB, language string) *locale {
	t.Helper()
	all, err := loadLocales(textFiles)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range all.all {
		if l.Tag.String() == language {
			return l
		}
	}
	t.Fatalf("no language %s", language)
	return nil
}

func TestNumbersInGerman(t *testing.T) {
	german, english := localeOf(t, "de"), localeOf(t, "en")
	for told, want := range map[string]string{
		"26.5 %":                           "26,5 %",
		"1,204,311.5 EUR":                  "1.204.311,5 EUR",
		"[25.5, 27.6]":                     "[25,5; 27,6]",
		"[1,025.5, ∞)":                     "[1.025,5; ∞)",
		"(−∞, 3]":                          "(−∞; 3]",
		"+21.0 pp [13.4, 28.4]":            "+21,0 Prozentpunkte [13,4; 28,4]",
		"10.3 [3.8, 16.7], n 7,680":        "10,3 [3,8; 16,7], n 7.680",
		"10.5 points":                      "10,5 Punkte",
		"≥ 35 %":                           "≥ 35 %",
		"":                                 "",
		"−11.3 pp [−13.8, −8.8]":           "−11,3 Prozentpunkte [−13,8; −8,8]",
		"1.30 times as often [1.18, 1.44]": "1,30 times as often [1,18; 1,44]",
	} {
		if got := german.Figure(told); got != want {
			t.Errorf("%q became %q, not %q", told, got, want)
		}
		if got := english.Figure(told); got != told {
			t.Errorf("in English %q became %q", told, got)
		}
	}
	n := int64(7043)
	if got := german.Count(&n); got != "7.043" {
		t.Errorf("a count is %q", got)
	}
	if got := german.Count(nil); got != "" {
		t.Errorf("no count is %q", got)
	}
	for told, want := range map[string]string{
		"≥ 35 % from 2026-01-01":                           "≥ 35 % ab 01.01.2026",
		"≤ 20.5 % by 2026-12-31":                           "≤ 20,5 % bis 31.12.2026",
		"≥ 1,000,000 EUR in the fiscal year by 2026-12-31": "≥ 1.000.000 EUR im Geschäftsjahr bis 31.12.2026",
		"something else":                                   "something else",
	} {
		if got := german.Target(told); got != want {
			t.Errorf("target %q became %q, not %q", told, got, want)
		}
	}
}
