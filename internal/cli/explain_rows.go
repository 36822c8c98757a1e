package cli

import (
	"fmt"
	"strings"

	"k8s.io/utils/ptr"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/amount"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// cascade is one way from the rows read to those used.
type cascade struct {
	// Of is empty for the indicator's rows, or what a second dataset's are for: exposure or outcome.
	Of    string        `json:"of,omitempty"`
	Steps []cascadeStep `json:"steps"`
}

// cascadeStep drops Rows and leaves Left; of the first step and the last, Rows are those read and used.
type cascadeStep struct {
	Step string `json:"step"`
	Text string `json:"text"`
	Rows int64  `json:"rows"`
	Left int64  `json:"left"`
}

// cascades of a waterfall, each with what is left after every step.
func cascades(waterfall []v1alpha1.WaterfallStep) []cascade {
	var out []cascade
	for _, step := range waterfall {
		of, name, second := strings.Cut(step.Step, "/")
		if !second || of != "exposure" && of != "outcome" {
			of, name = "", step.Step
		}
		if len(out) == 0 || out[len(out)-1].Of != of {
			out = append(out, cascade{Of: of})
		}
		c := &out[len(out)-1]
		rows := ptr.Deref(step.Rows, 0)
		told := cascadeStep{Step: name, Text: stepText(name), Rows: rows, Left: rows}
		if n := len(c.Steps); n > 0 && name != "used" {
			told.Left = c.Steps[n-1].Left - rows
		}
		c.Steps = append(c.Steps, told)
	}
	return out
}

// stepTexts say what a step drops.
var stepTexts = map[string]string{
	"read":            "rows read",
	"undated":         "without a time",
	"outside-history": "outside the window of this period",
	"where":           "not meeting spec.where",
	"segments":        "in segments that are told apart",
	"duplicates":      "not the answer that counts of several by the same",
	"not-first":       "not the first of their entity",
	"used":            "rows used",
}

// rejections say why a row could not be used.
var rejections = map[string]string{
	"Missing": "without a value", "Unreadable": "unreadable: text where a number should be", "OutOfScale": "outside the declared scale",
	"NoEntity": "without the entity that they belong to", "Open": "not over yet", "NoStratum": "of a part that the weighting does not name",
	"NoWeight": "without a weight above zero", "UnknownDecision": "with a decision that no list names", "InvalidInterval": "ending before they begin",
}

func stepText(name string) string {
	if filter, ok := strings.CutPrefix(name, "filter/"); ok {
		if filter, null := strings.CutSuffix(filter, ":null"); null {
			return fmt.Sprintf("filter %s: cannot be told (NULL)", filter)
		}
		return fmt.Sprintf("filter %s: not true", filter)
	}
	if reason, ok := strings.CutPrefix(name, "rejected/"); ok {
		if text, known := rejections[reason]; known {
			return text
		}
		return "rejected: " + reason
	}
	if text, known := stepTexts[name]; known {
		return text
	}
	return name
}

// rowSections are the cascades as tables that add up.
func rowSections(found []cascade, period string) []section {
	var out []section
	for _, c := range found {
		s := section{heading: "From rows read to rows used", table: listing{headings: []string{"STEP", "DROPPED", "LEFT"}}}
		if c.Of != "" {
			s.heading += ": " + c.Of
		} else if period != "" {
			s.say(fmt.Sprintf("Of the total in %s.", period))
		}
		for i, step := range c.Steps {
			dropped := ""
			if i > 0 && step.Step != "used" {
				dropped = amount.Count(step.Rows)
			}
			s.table.rows = append(s.table.rows, []string{step.Text, dropped, amount.Count(step.Left)})
		}
		out = append(out, s)
	}
	return out
}

// conditionText is a condition on a column, such as plan In (Pro, Team).
func conditionText(c v1alpha1.Condition) string {
	text := fmt.Sprintf("%s %s", c.Column, c.Operator)
	if len(c.Values) > 0 {
		text += fmt.Sprintf(" (%s)", strings.Join(c.Values, ", "))
	}
	return text
}

// periodText is how values are laid out in time.
func periodText(p *plan.Period) string {
	if p == nil {
		return "none: the rows are undated, and there is one value and no trend"
	}
	grain := strings.ToLower(string(p.Grain))
	if p.Window > 1 {
		return fmt.Sprintf("the last %d %ss, told every %s; %s", p.Window, grain, grain, p.TimeZone)
	}
	return fmt.Sprintf("each %s by itself; %s", grain, p.TimeZone)
}
