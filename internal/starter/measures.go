package starter

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/query"
)

// Families are the measures that a table can suggest, as --measure takes them.
var Families = []string{nps, satisfaction, effort, share, renewal, duration}

const (
	nps          = "netPromoterScore"
	satisfaction = "customerSatisfaction"
	effort       = "customerEffortScore"
	share        = "share"
	renewal      = "renewal"
	duration     = "duration"
)

// candidate is something that could be measured.
type candidate struct {
	family string
	// column that is measured; of a duration, its end.
	column string
	// why it could be; sure says that its name tells so too, and not only its values.
	why  string
	sure bool

	title, theme, class string
	preset, direction   string
	low, high           int      // of a satisfaction's scale
	version             string   // of an effort's question
	value               string   // that counts, of a share; as YAML
	start               string   // of a duration
	renewed, lost       []string // of a renewal
	decidedAt           string
	cautions            []string
}

// survey reports whether an answer belongs to somebody of whom there may be several.
func (c *candidate) survey() bool {
	return c.family == nps || c.family == satisfaction || c.family == effort
}

// candidates are all that a table suggests, in the order of its columns.
func (t *Table) candidates() []candidate {
	var out []candidate
	for i := range t.Columns {
		c := &t.Columns[i]
		out = append(out, scores(c)...)
		out = append(out, yesOrNo(c)...)
		out = append(out, t.renewals(c)...)
	}
	return append(out, t.durations()...)
}

// scores are the survey questions that a column of whole numbers could hold answers to.
func scores(c *Column) []candidate {
	if !c.isNumber() || !c.Whole || c.Filled == 0 || isIdentifier(c.Name) || c.Min < 0 || c.Max > 10 {
		return nil
	}
	seen := fmt.Sprintf("whole numbers from %g to %g", c.Min, c.Max)
	easy := says(c.Name, "ces", "effort", "ease", "easy", "aufwand")
	happy := says(c.Name, "csat", "satisf", "rating", "stars", "happy", "zufrieden")
	recommend := says(c.Name, "nps", "recommend", "promoter", "weiterempf", "empfehl")
	if c.Distinct < 3 && !easy && !happy && !recommend && !says(c.Name, "score") {
		return nil // a switch rather than a scale
	}
	named := func(is bool) string {
		if is {
			return seen + ", and its name says so"
		}
		return seen
	}
	var out []candidate
	switch {
	case c.Max > 7:
		if !easy && !happy {
			out = append(out, npsOf(c, named(recommend), recommend || says(c.Name, "score")))
		}
		if happy {
			low := 0
			if c.Min >= 1 {
				low = 1
			}
			out = append(out, satisfactionOf(c, low, 10, named(true), true))
		}
	case recommend:
		out = append(out, npsOf(c, named(true)+"; nobody has answered more than "+strconv.Itoa(int(c.Max)), true))
	case c.Min < 1: // no scale of ours begins at 0 and ends so low
	default:
		high := 5
		if c.Max > 5 {
			high = 7
		}
		if !easy {
			out = append(out, satisfactionOf(c, 1, high, named(happy), happy))
		}
		if !happy {
			out = append(out, effortOf(c, high, named(easy), easy))
		}
	}
	return out
}

func npsOf(c *Column, why string, sure bool) candidate {
	return candidate{family: nps, column: c.Name, why: why, sure: sure, title: "Would you recommend us?", theme: "Advocacy", class: "Perception"}
}

func satisfactionOf(c *Column, low, high int, why string, sure bool) candidate {
	out := candidate{family: satisfaction, column: c.Name, why: why, sure: sure, title: "Satisfied customers", theme: "Satisfaction", class: "Perception", low: low, high: high}
	out.cautions = append(out.cautions, fmt.Sprintf("the scale is taken for %d to %d, and its two highest answers for satisfied: the form topBox", low, high))
	return out
}

func effortOf(c *Column, high int, why string, sure bool) candidate {
	out := candidate{family: effort, column: c.Name, why: why, sure: sure, title: "Made it easy", theme: "Convenience", class: "Perception", version: "V2"}
	if high == 5 {
		out.version = "V1"
		out.cautions = append(out.cautions, "1 to 5 is taken for the question how much effort it took (V1: low is good); of 1 to 7, where 7 is easy, it would be V2")
	}
	return out
}

// yesOrNo are the shares of a column of two values.
func yesOrNo(c *Column) []candidate {
	if len(c.Values) != 2 && (c.Kind != query.KindBoolean || len(c.Values) == 0) {
		return nil
	}
	yes := slices.IndexFunc(c.Values, func(v string) bool {
		return slices.Contains([]string{"yes", "y", "true", "t", "1", "ja", "oui", "si", "sí"}, strings.ToLower(v))
	})
	no := slices.IndexFunc(c.Values, func(v string) bool {
		return slices.Contains([]string{"no", "n", "false", "f", "0", "nein", "non"}, strings.ToLower(v))
	})
	if yes < 0 && c.Kind != query.KindBoolean || len(c.Values) == 2 && no < 0 {
		return nil
	}
	out := candidate{family: share, column: c.Name, why: "it is " + strings.Join(c.Values, " or "), class: "Outcome", value: `"true"`}
	if yes >= 0 && c.Kind != query.KindBoolean {
		out.value = scalar(c.Values[yes])
	}
	for _, known := range shares {
		if says(c.Name, known.stems...) {
			out.sure, out.why = true, out.why+", and its name says so"
			out.title, out.theme, out.preset, out.direction, out.cautions = known.title, known.theme, known.preset, known.direction, known.cautions
			break
		}
	}
	if out.title == "" {
		out.title = "Share with " + strings.Join(words(c.Name), " ")
	}
	return []candidate{out}
}

const higher, lower = "HigherIsBetter", "LowerIsBetter"

// shares that a column's name tells.
var shares = []struct {
	stems                           []string
	title, theme, preset, direction string
	cautions                        []string
}{
	{[]string{"churn", "cancel", "left", "attrition", "gekuendigt", "kündig"}, "Customers who left", "Loyalty", "Churn", lower,
		[]string{"this is the share of the rows that left, whenever that was: for customers lost over a period see docs/measures/families/churn.md"}},
	{[]string{"again", "repeat", "repurchas", "returning"}, "Bought again", "Loyalty", "RepeatPurchase", higher,
		[]string{"let the time be that from which it is known who came back: earlier, recent customers count as lost"}},
	{[]string{"renew"}, "Renewed", "Loyalty", "", higher, nil},
	{[]string{"recommend"}, "Would recommend us", "Advocacy", "", higher, nil},
	{[]string{"resolved", "solved", "fixed"}, "Resolved", "Convenience", "", higher,
		[]string{"an agent's tick is not the customer's word: see docs/measures/presets/FirstContactResolution.md"}},
	{[]string{"complain", "beschwer"}, "Complained", "Satisfaction", "", lower, nil},
	{[]string{"satisf", "happy"}, "Satisfied", "Satisfaction", "", higher, nil},
	{[]string{"late", "delayed"}, "Late", "Time", "", lower, nil},
	{[]string{"ontime", "punctual"}, "On time", "Time", "", higher, nil},
}

var (
	wasRenewed = regexp.MustCompile(`(?i)renew|upsold|upgrad|extended|verl[äa]ng`)
	wasLost    = regexp.MustCompile(`(?i)churn|lost|cancel|terminat|not.?renew|non.?renew|lapsed|gek[üu]ndigt`)
)

// renewals are contracts whose outcome a column tells in words.
func (t *Table) renewals(c *Column) []candidate {
	if c.Kind != query.KindText || len(c.Values) < 2 {
		return nil
	}
	out := candidate{family: renewal, column: c.Name, sure: true, title: "Contracts renewed", theme: "Loyalty", class: "Commercial"}
	var neither []string
	for _, v := range c.Values {
		switch {
		case wasLost.MatchString(v):
			out.lost = append(out.lost, v)
		case wasRenewed.MatchString(v):
			out.renewed = append(out.renewed, v)
		default:
			neither = append(neither, v)
		}
	}
	if len(out.lost) == 0 || len(out.renewed) == 0 {
		return nil
	}
	slices.Sort(out.lost)
	slices.Sort(out.renewed)
	out.why = fmt.Sprintf("it says %s and %s", out.renewed[0], out.lost[0])
	if len(neither) > 0 {
		out.cautions = append(out.cautions, fmt.Sprintf("%s: neither renewed nor lost; rows that say so are left out and counted", strings.Join(neither, ", ")))
	}
	out.cautions = append(out.cautions, "14 days of grace after the due date are a guess: a contract undecided until then counts as lost")
	for _, time := range t.times() {
		if says(time.Name, "decid", "renewed", "signed", "answered") {
			out.decidedAt = time.Name
		}
	}
	return []candidate{out}
}

// durations are the pairs of times of which the second ends what the first begins.
func (t *Table) durations() []candidate {
	var out []candidate
	for _, pair := range t.Follows {
		c := candidate{
			family: duration, start: pair.First, column: pair.Then, title: "How long it takes", theme: "Time", class: "Outcome",
			why: fmt.Sprintf("it is never before %s", pair.First),
		}
		begins := says(pair.First, "open", "creat", "start", "order", "request", "receiv", "arriv", "report", "submit")
		switch {
		case says(pair.Then, "respon", "answer", "reply", "replied"):
			c.preset, c.title = "FirstResponseTime", "Time to the first answer"
		case says(pair.Then, "resolv", "solv", "clos"):
			c.preset, c.title = "ResolutionTime", "Time until it is solved"
		case says(pair.Then, "deliver", "finish", "complet", "served", "end"):
		default:
			begins = false
		}
		if c.sure = begins; begins {
			c.why += ", and the names say so"
		}
		c.cautions = append(c.cautions, fmt.Sprintf("the median; rows without %s are taken for not over yet and count as that long at least (open: Censor)", pair.Then))
		out = append(out, c)
	}
	return out
}
