package starter

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

var (
	dateLike  = regexp.MustCompile(`^[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}([ T].*)?$`)
	withComma = regexp.MustCompile(`^[+-]?[0-9][0-9.]*,[0-9]+$`)
	number    = regexp.MustCompile(`^[+-]?[0-9]+(\.[0-9]+)?$`)
)

// Unread says what keeps texts from being read as the dates or numbers that they are to people; it is empty of all others. The
// samples are of a column that ReadsAs does not read.
func Unread(samples []string) string {
	switch {
	case len(samples) == 0:
	case all(samples, dateLike.MatchString):
		if all(samples, parses("2/1/2006")) && all(samples, parses("1/2/2006")) {
			return fmt.Sprintf("its texts, such as %s, are dates of which nobody can tell whether the day or the month comes first: save them as YYYY-MM-DD", samples[0])
		}
		return fmt.Sprintf("its texts, such as %s, look like dates in a form that is not read: save them as YYYY-MM-DD", samples[0])
	case all(samples, func(text string) bool { return withComma.MatchString(text) || number.MatchString(text) }):
		for _, text := range samples {
			if withComma.MatchString(text) {
				return fmt.Sprintf("its texts, such as %s, look like numbers with a comma: save them with a decimal point, and without separators of thousands", text)
			}
		}
	default:
		return stray(samples)
	}
	return ""
}

// gap is a text that stands for an empty cell, such as NA, n/a, null or a dash: it has no digit.
var gap = regexp.MustCompile(`^[^0-9]{1,20}$`)

// gaps are as many different texts as people write for empty cells; more of them are values.
const gaps = 2

// stray says that a column of numbers has a few texts in the place of empty cells; it is empty of all others.
func stray(samples []string) string {
	var texts []string
	for _, sample := range samples {
		switch {
		case number.MatchString(sample):
		case gap.MatchString(sample) && !slices.Contains(texts, sample):
			texts = append(texts, sample)
		case !gap.MatchString(sample):
			return ""
		}
	}
	if len(texts) == 0 || len(texts) > gaps || len(texts) >= len(samples)-len(texts) {
		return ""
	}
	return fmt.Sprintf("among its numbers stands %s: leave such cells empty", strings.Join(texts, " and "))
}

// because of what a column is not read, to be told behind that it is not.
func (c *Column) because() string {
	if c.Unread == "" {
		return ""
	}
	return ": " + c.Unread
}

func parses(layout string) func(string) bool {
	return func(text string) bool { _, err := time.Parse(layout, text); return err == nil }
}

// misread are the columns that are not read as what they are to people, and names of columns that look like values.
func (t *Table) misread() []string {
	var out, values []string
	for _, c := range t.Columns {
		if c.Unread != "" {
			out = append(out, c.Name+": "+c.Unread+", or say under columns of the Dataset how to read them")
		}
		if number.MatchString(c.Name) || withComma.MatchString(c.Name) || dateLike.MatchString(c.Name) {
			values = append(values, c.Name)
		}
	}
	if len(values) > 0 {
		out = append(out, fmt.Sprintf("columns are called %s: if the first line of the file holds no names of columns, its values were taken for them; write one above it", strings.Join(values, ", ")))
	}
	return out
}
