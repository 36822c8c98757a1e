package measure

import (
	"errors"
	"strings"
)

var shareDoc = Doc{
	Name:      "share",
	Title:     "Share",
	Summary:   "The part of rows, or of customers' kept responses, that meet all given conditions.",
	Formula:   "rows that meet every condition / rows",
	Unit:      "ratio 0–1",
	Direction: "as declared, or the preset's",
	Interval:  "Wilson; on the effective sample size with every response of a customer kept",
	Columns:   "the columns of the conditions",
	Pitfalls:  "A row without a value in a condition's column does not meet it, yet counts below the line; the detail \"missing\" tells how many there are. Filter them out in the dataset if they do not belong.",
	Reference: "Wilson 1927, Journal of the American Statistical Association 22:209; Brown, Cai and DasGupta 2001, Statistical Science 16:101",
}

func (m *Share) check() error {
	if len(m.Of) == 0 {
		return errors.New("share: of has no condition")
	}
	return nil
}

// Describe tells the conditions.
func (m *Share) Describe() Description {
	texts := make([]string, len(m.Of))
	for i, c := range m.Of {
		texts[i] = c.text()
	}
	return Description{
		Family: shareDoc.Name, Unit: "ratio", Direction: m.Direction,
		Variant: "share of rows with " + strings.Join(texts, " and "),
	}
}

// text reads like "churn In (Yes, Maybe)".
func (c Condition) text() string {
	if len(c.Values) == 0 {
		return c.Column + " " + string(c.Operator)
	}
	return c.Column + " " + string(c.Operator) + " (" + strings.Join(c.Values, ", ") + ")"
}

const (
	shareRows = iota
	shareHits
	shareMissing // only where a condition can meet NULL unawares
)

// missing are the conditions of which any makes a row's answer unknown.
func (m *Share) missing() [][]Condition {
	var any [][]Condition
	seen := map[string]bool{}
	for _, c := range m.Of {
		if c.Operator == Exists || c.Operator == DoesNotExist || seen[c.Column] {
			continue
		}
		seen[c.Column] = true
		any = append(any, []Condition{{Column: c.Column, Operator: DoesNotExist}})
	}
	return any
}

// Request asks for rows and for those that meet the conditions.
func (m *Share) Request(in Setting) Request {
	rows, hits := Term{Op: Rows}, Term{Op: Rows, Any: [][]Condition{m.Of}}
	terms := []Term{rows, hits}
	if missing := m.missing(); len(missing) > 0 {
		terms = append(terms, Term{Op: Rows, Any: missing})
	}
	cluster := pair(in.KeepAll, rows, once(hits))
	return Request{Combination: combined(cluster), Terms: terms, Cluster: cluster}
}

// Estimate is a ratio 0–1.
func (m *Share) Estimate(sums Sums, in Setting, confidence float64) Estimate {
	request := m.Request(in)
	s := sums.of(request)
	if !s.finite() {
		return Estimate{Reason: NotFinite}
	}
	e := Estimate{N: count(s[shareRows])}
	if e.N == 0 {
		return e.none(NoRows)
	}
	if len(request.Terms) > shareMissing && s[shareMissing] > 0 {
		e.Detail = map[string]float64{"missing": s[shareMissing]}
	}
	if request.Cluster == nil {
		return e.proportion(s[shareHits], s[shareRows], nil, confidence)
	}
	c := s.clusters()
	return e.proportion(s[shareHits], s[shareRows], &c, confidence)
}
