package starter

import (
	"strings"
	"testing"
	"time"
)

// proposed for a survey with these columns besides; the error, if it is told so.
func proposed(t *testing.T, wishes Wishes, columns ...Column) (string, error) {
	t.Helper()
	wishes.Owner = "support"
	year := at("answered_at", day(time.January, 2), day(time.November, 10))
	p, err := Propose(table(append([]Column{id("response_id", rows), id("customer_id", 800), year}, columns...)...), wishes, (&asked{}).ask, now)
	if err != nil {
		return "", err
	}
	return p.YAML(Origin{Shown: "answers.csv", File: &File{Key: "answers.csv", Format: "CSV"}}), nil
}

// What only looks like answers is proposed nothing for: numbers below zero, a switch, a scale of nobody, words of one side.
func TestWhatIsNoAnswer(t *testing.T) {
	few := score("q1", 0, 10)
	few.Distinct = 2
	for name, c := range map[string]Column{
		"numbers below zero":       score("balance", -3, 9),
		"numbers above ten":        score("points", 0, 11),
		"a switch":                 few,
		"a scale from 0 to 5":      score("q1", 0, 5),
		"yes and another word":     words3("newsletter", "yes", "maybe"),
		"contracts that all renew": words3("outcome", "Renewed", "In talks"),
		"contracts that are lost":  words3("outcome", "Churned", "In talks"),
	} {
		if text, err := proposed(t, Wishes{}, c); err == nil || !strings.Contains(err.Error(), "looks like what init proposes a measure for") {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
	}
}

// A wish for lower is one: a share of complaints is good where it is low.
func TestDirectionAsWished(t *testing.T) {
	for better, want := range map[string]string{"higher": "direction: HigherIsBetter}", "lower": "direction: LowerIsBetter}"} {
		if text, err := proposed(t, Wishes{Better: better, Theme: "Time"}, words3("newsletter", "no", "yes")); err != nil || !strings.Contains(text, want) {
			t.Errorf("%s: %v\n%s", better, err, text)
		}
	}
}

// Rows of the future are told of, unless it is their due date that lies ahead.
func TestRowsOfTheFuture(t *testing.T) {
	ahead := at("answered_at", day(time.January, 2), day(time.December, 31))
	answers, err := Propose(table(id("response_id", rows), id("customer_id", 800), ahead, score("nps", 0, 10)), Wishes{Owner: "support"}, (&asked{}).ask, now)
	if err != nil {
		t.Fatal(err)
	}
	ahead.Name = "due"
	contracts, err := Propose(table(id("contract_id", rows), id("customer_id", 800), ahead, words3("outcome", "Renewed", "Churned")), Wishes{Owner: "support"}, (&asked{}).ask, now)
	if err != nil {
		t.Fatal(err)
	}
	const told = "which is not over"
	if !strings.Contains(strings.Join(answers.Cautions, "\n"), told) || strings.Contains(strings.Join(contracts.Cautions, "\n"), told) {
		t.Errorf("%q\n%q", answers.Cautions, contracts.Cautions)
	}
}

// Rows that do not make a sample in a year are told of.
func TestTooFewRowsForAYear(t *testing.T) {
	few := at("answered_at", day(time.January, 1), day(time.November, 10))
	few.Filled = 11
	p, err := Propose(table(id("response_id", rows), id("customer_id", 800), few, score("nps", 0, 10)), Wishes{Owner: "support"}, (&asked{}).ask, now)
	if err != nil {
		t.Fatal(err)
	}
	if text := strings.Join(p.Cautions, "\n"); p.window != 12 || !strings.Contains(text, "twelve months have about 12 rows, and 30 are the least that is told") || strings.Contains(text, "each value looks") {
		t.Errorf("window %d: %s", p.window, text)
	}
}

// What tells nothing apart is no segment; of too many, none is chosen.
func TestSegmentsToChooseFrom(t *testing.T) {
	text, err := proposed(t, Wishes{}, score("nps", 0, 10), words3("plan", "a", "b"), words3("brand", "ours"))
	if err != nil || !strings.Contains(text, "  breakdowns: [{by: [plan]}]   #") {
		t.Errorf("%v\n%s", err, text)
	}
	text, err = proposed(t, Wishes{}, score("nps", 0, 10), words3("a", "1", "2"), words3("b", "1", "2"), words3("c", "1", "2"), words3("d", "1", "2"))
	if err != nil || !strings.Contains(text, "  # breakdowns: [{by: [a]}, {by: [b]}, {by: [c]}, {by: [d]}]") || strings.Contains(text, "  breakdowns:") || !strings.Contains(text, "4 columns could be segments") {
		t.Errorf("%v\n%s", err, text)
	}
}

// Words that YAML takes for yes and no are quoted.
func TestWordsOfYAML(t *testing.T) {
	for _, word := range []string{"y", "N", "Yes", "off", "null", "True", "1", "a: b", "a#b", "-", "", "ä"} {
		if got := scalar(word); !strings.HasPrefix(got, `"`) {
			t.Errorf("%q is written %s", word, got)
		}
	}
	for _, word := range []string{"plan", "Month-to-month contract", "a_b.c/d?"} {
		if got := scalar(word); got != word {
			t.Errorf("%q is written %s", word, got)
		}
	}
}
