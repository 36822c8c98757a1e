package console

import (
	"cmp"
	"regexp"
	"slices"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/board"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
	"github.com/cpi-operator/cpi-operator/internal/spark"
)

// start leads to the only namespace, or lists them.
func (s *site) start(v *visit) (*answer, error) {
	names, err := s.source.Namespaces(v.Context())
	if err != nil {
		return nil, err
	}
	if len(names) == 1 {
		return &answer{redirect: "/ns/" + names[0]}, nil
	}
	return &answer{page: "namespaces", title: v.L.T("namespaces.title"), data: names}, nil
}

// overview of a namespace.
type overview struct {
	Namespace string
	Filter    filter
	Standings []standingCount
	Owners    []choice
	Themes    []choice
	// Problems that are shown, and how many there are without the filter.
	Problems    []problem
	AllProblems int
	KPIs        []row
	Groups      []group
	Cards       []card
	// Shown of All indicators.
	Shown, All int
}

// standingCount is how many indicators there are of a standing.
type standingCount struct {
	choice
	Count int
}

// group is the CPIs of a theme.
type group struct {
	Theme string
	Rows  []row
}

// row is an indicator.
type row struct {
	board.Entry
	Namespace string
	Spark     *spark.Drawing
	// Guardrail: it must not get worse while others look good; told of members of a scorecard.
	Guardrail bool
	Claims    []claim
}

// claim that an indicator is part of.
type claim struct {
	Name, Verdict string
	// Others that the claim names besides the indicator: of a KPI its drivers, of a CPI the KPI.
	Others []string
}

// card is a Scorecard as a link.
type card struct{ Name, Title string }

// problem with what the page needs to filter it.
type problem struct {
	board.Problem
	Namespace string
	// Theme and Standing of the indicator, if it is one's.
	Theme    string
	Standing board.Standing
}

func (s *site) overview(v *visit) (*answer, error) {
	o := overview{Namespace: v.Namespace, Filter: filterOf(v.URL.Query())}
	entries, claims := v.Objects.Entries(), claimsOf(v.Objects.Claims())
	board.GravestFirst(entries)
	counts, indicators := map[board.Standing]int{}, map[string]board.Entry{}
	var owners, themes []string
	var cpis []board.Entry
	for _, e := range entries {
		counts[e.Standing()]++
		indicators[e.Kind+"/"+e.Name] = e
		owners, themes = append(owners, e.Team), append(themes, e.Theme)
		if !o.Filter.entry(e) {
			continue
		}
		o.Shown++
		if e.Kind == resolve.KindKPITarget {
			o.KPIs = append(o.KPIs, rowOf(v.Namespace, e, claims))
		} else {
			cpis = append(cpis, e)
		}
	}
	o.All = len(entries)
	for i := range v.Objects.Scorecards {
		c := &v.Objects.Scorecards[i]
		o.Cards = append(o.Cards, card{c.Name, c.Spec.Title})
	}
	for _, g := range board.ByTheme(cpis) {
		rows := make([]row, 0, len(g.Entries))
		for _, e := range g.Entries {
			rows = append(rows, rowOf(v.Namespace, e, claims))
		}
		o.Groups = append(o.Groups, group{Theme: g.Theme, Rows: rows})
	}
	for _, standing := range board.Standings {
		if n := counts[standing]; n > 0 {
			o.Standings = append(o.Standings, standingCount{choice{string(standing), string(standing) == o.Filter.Standing}, n})
		}
	}
	for _, p := range v.Objects.Problems() {
		owners = append(owners, p.Team)
		o.AllProblems++
		if o.Filter.problem(p, indicators) {
			shown := problem{Problem: p, Namespace: v.Namespace}
			if !v.Objects.Happened(p.Since) {
				shown.Since = time.Time{}
			}
			if of, ok := indicators[p.Kind+"/"+p.Name]; ok {
				shown.Theme, shown.Standing = of.Theme, of.Standing()
			}
			o.Problems = append(o.Problems, shown)
		}
	}
	slices.SortStableFunc(themes, func(a, b string) int {
		return cmp.Compare(slices.Index(board.Themes, a), slices.Index(board.Themes, b))
	})
	o.Owners, o.Themes = choices(owners, o.Filter.Owner, true), choices(themes, o.Filter.Theme, false)
	return &answer{page: "overview", title: v.Namespace, data: o}, nil
}

// atOnce is how many problems are shown at once; the others, up to those listed, are folded away below them.
const atOnce, listed = 12, 100

// First problems, which are shown at once.
func (o overview) First() []problem { return o.Problems[:min(atOnce, len(o.Problems))] }

// More problems, which are folded away.
func (o overview) More() []problem {
	return o.Problems[min(atOnce, len(o.Problems)):min(listed, len(o.Problems))]
}

// Unlisted is how many problems are only counted: whoever has so many narrows them to their own.
func (o overview) Unlisted() int { return max(0, len(o.Problems)-listed) }

func rowOf(namespace string, e board.Entry, claims map[string][]claim) row {
	return row{Entry: e, Namespace: namespace, Spark: spark.Of(e.Result), Claims: claims[e.Kind+"/"+e.Name]}
}

// Path of the indicator's pages: cpi or kpi.
func (r row) Path() string { return linkable[r.Kind] }

// Words that the indicator is found by.
func (r row) Words() string { return wordsOf(r.Entry) }

// Rank of the standing, for sorting; the gravest is 0.
func (r row) Rank() int { return slices.Index(board.Standings, r.Standing()) }

// claimsOf each indicator, by kind and name.
func claimsOf(all []board.Claim) map[string][]claim {
	out := map[string][]claim{}
	for _, c := range all {
		kpi, verdict := resolve.KindKPITarget+"/"+c.KPI, cmp.Or(c.Verdict, "Pending")
		out[kpi] = append(out[kpi], claim{Name: c.Name, Verdict: verdict, Others: c.Drivers})
		for _, driver := range c.Drivers {
			cpi := resolve.KindCPIDefinition + "/" + driver
			out[cpi] = append(out[cpi], claim{Name: c.Name, Verdict: verdict, Others: []string{c.KPI}})
		}
	}
	return out
}

// Gravity as a word for the style sheet.
func (p problem) Class() string {
	if p.Gravity == board.Advice {
		return "note"
	}
	return string(p.Gravity)
}

// linkable kinds have a page; the others are told by name.
var linkable = map[string]string{resolve.KindCPIDefinition: "cpi", resolve.KindKPITarget: "kpi", "CPILinkage": "linkage", "Scorecard": "scorecard"}

// Path of the object's page below the namespace; empty if it has none.
func (p problem) Path() string {
	if kind, ok := linkable[p.Kind]; ok {
		return kind + "/" + p.Name
	}
	return ""
}

// Words that the problem is found by.
func (p problem) Words() string { return wordsOfProblem(p.Problem) }

// About is the problem in two words of the texts.
func (p problem) About() string { return cmp.Or(p.Condition, p.Reason) }

// HasSince tells whether it is known since when.
func (p problem) HasSince() bool { return !p.Since.IsZero() }

var toldTarget = regexp.MustCompile(`^([≥≤] .*?)( in the fiscal year)? (from|by) (\d{4}-\d{2}-\d{2})$`)

// Target says a target as the operator told it in the reader's language.
func (l *locale) Target(told string) string {
	parts := toldTarget.FindStringSubmatch(told)
	if parts == nil {
		return told
	}
	day, err := time.Parse(time.DateOnly, parts[4])
	if err != nil {
		return told
	}
	bound := l.Figure(parts[1])
	if parts[2] != "" {
		bound = l.T("target.fiscal", bound)
	}
	return l.T("target."+parts[3], bound, l.Day(day))
}
