package starter

import (
	"errors"
	"fmt"
	"strings"
)

// Wishes are what was said beforehand; what is empty is up to the table, or to whoever is asked.
type Wishes struct {
	// Measure is one of Families; Score the column that it measures.
	Measure, Score string
	// Time is the column that places rows in time, or None.
	Time string
	// Entity is the column that says whose rows belong together.
	Entity string
	// Better is higher or lower, of a share.
	Better string
	Name, Title, Owner, Theme,
	TimeZone string
}

// None says that no column is meant.
const None = "none"

// Asker answers what a table leaves open. ErrNobody says that nobody can be asked.
type Asker func(Question) (string, error)

// ErrNobody is an Asker's answer where nobody is there to be asked.
var ErrNobody = errors.New("nobody to ask")

// Question is one thing to choose or to tell.
type Question struct {
	Text string
	// Flag answers it beforehand.
	Flag string
	// Options to choose from, the likeliest first; none if any text will do.
	Options []Option
}

// Option is one answer.
type Option struct{ Value, Why string }

// Themes are what customers get.
var Themes = []Option{
	{"Time", "customers wait less"},
	{"Convenience", "it is easier"},
	{"MoneySaved", "it costs them less"},
	{"LoyaltyRecognition", "their loyalty is recognised"},
	{"Satisfaction", "they are content"},
	{"Advocacy", "they recommend it"},
	{"Loyalty", "they stay"},
	{"Value", "they get more out of it"},
}

// ask has a question answered, with one of its options if it has some.
func ask(q Question, asker Asker) (string, error) {
	answer, err := asker(q)
	if errors.Is(err, ErrNobody) {
		said := make([]string, len(q.Options))
		for i, o := range q.Options {
			said[i] = o.Value
		}
		if len(said) > 0 {
			return "", fmt.Errorf("%s Several fit: %s. Say which with --%s", q.Text, strings.Join(said, ", "), q.Flag)
		}
		return "", fmt.Errorf("%s Say it with --%s", q.Text, q.Flag)
	}
	return answer, err
}
