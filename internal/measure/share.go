package measure

import (
	"errors"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

var shareDoc = Doc{
	Name:      "share",
	Title:     "Share",
	Summary:   "The part of rows, or of customers' kept responses, that meet all given conditions.",
	Formula:   "rows that meet every condition / rows. With `less`: 100 × (that share − the share that meets the other conditions). With `classifier`: (share + specificity − 1)/(sensitivity + specificity − 1)",
	Unit:      "ratio 0–1; with `less` points −100 to 100",
	Direction: "as declared, or the preset's",
	Interval:  "Wilson; on the effective sample size with every response of a customer kept. With `less` adjusted Wald. Corrected for the classifier as the share is; with `checkedOn` after Lang and Reiczigel",
	Columns:   "the columns of the conditions",
	Pitfalls: "A row without a value in a condition's column does not meet it, yet counts below the line; the detail \"missing\" tells how many there are. Filter them out in the dataset if they do not belong. " +
		"Labels are wrong more often than they seem: where few rows deserve one, most that bear it may be mistakes. A sensitivity measured on other rows than yours (another language, another year) corrects nothing.",
	Reference: "Wilson 1927, Journal of the American Statistical Association 22:209; Brown, Cai and DasGupta 2001, Statistical Science 16:101; Rogan and Gladen 1978, American Journal of Epidemiology 107:71; Lang and Reiczigel 2014, Preventive Veterinary Medicine 113:13",
}

func (m *Share) doc() Doc { return shareDoc }

// formula leaves out the preset.
func (m *Share) formula() any {
	out := *m
	out.Preset, out.Of = "", Ordered(m.Of)
	if m.Less != nil {
		less := *m.Less
		less.Of = Ordered(less.Of)
		out.Less = &less
	}
	return &out
}

func (m *Share) check() error {
	if len(m.Of) == 0 {
		return errors.New("share: of has no condition")
	}
	if err := m.Classifier.Check(); err != nil {
		return err
	}
	if m.Less == nil {
		return nil
	}
	if len(m.Less.Of) == 0 {
		return errors.New("share: less.of has no condition")
	}
	return m.Less.Classifier.Check()
}

// Describe tells the conditions.
func (m *Share) Describe() Description {
	d := Description{
		Family: shareDoc.Name, Unit: "ratio", Direction: m.Direction,
		Variant: "share of rows with " + textOf(m.Of) + m.Classifier.text(),
	}
	if m.Less != nil {
		d.Unit = "points"
		d.Variant = "net: 100 × (" + d.Variant + " less that with " + textOf(m.Less.Of) + m.Less.Classifier.text() + ")"
	}
	return d
}

func textOf(conditions []Condition) string {
	texts := make([]string, len(conditions))
	for i, c := range conditions {
		texts[i] = c.text()
	}
	return strings.Join(texts, " and ")
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
func missing(of []Condition) [][]Condition {
	var any [][]Condition
	seen := map[string]bool{}
	for _, c := range of {
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
	if m.Less != nil {
		return m.requestNet(in)
	}
	rows, hits := Term{Op: Rows}, Term{Op: Rows, Any: [][]Condition{m.Of}}
	terms := []Term{rows, hits}
	if missing := missing(m.Of); len(missing) > 0 {
		terms = append(terms, Term{Op: Rows, Any: missing})
	}
	cluster := pair(in.KeepAll, rows, once(hits))
	return Request{Combination: combined(cluster), Terms: terms, Cluster: cluster}
}

// Estimate is a ratio 0–1; of a net, points −100..100.
func (m *Share) Estimate(sums Sums, in Setting, confidence float64) Estimate {
	request := m.Request(in)
	s := sums.of(request)
	if !s.finite() {
		return Estimate{Reason: NotFinite}
	}
	if m.Less != nil {
		return m.estimateNet(s, request, confidence)
	}
	e := Estimate{N: count(s[shareRows])}
	if e.N == 0 {
		return e.none(NoRows)
	}
	if len(request.Terms) > shareMissing && s[shareMissing] > 0 {
		e.Detail = map[string]float64{"missing": s[shareMissing]}
	}
	var clusters *interval.Paired
	if request.Cluster != nil {
		c := s.clusters()
		clusters = &c
	}
	e = e.proportion(s[shareHits], s[shareRows], clusters, confidence)
	return m.Classifier.corrected(e, s[shareRows], confidence)
}

// Cautions tells of labels that cannot be as good as stated.
func (m *Share) Cautions(e Estimate) []string {
	if e.Detail[detailCut] == 0 {
		return nil
	}
	return []string{"The correction for the classifier leads below 0 % or above 100 % and is cut there: its stated sensitivity and specificity do not fit these rows."}
}
