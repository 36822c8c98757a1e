package console

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/board"
)

// filter is what the overview is narrowed to; the query of its address. Empty fields let everything through.
type filter struct {
	// Standing, as the board names it.
	Standing string
	// Owner is a team.
	Owner string
	// Theme of CPIs; KPIs have none.
	Theme string
	// Text that title, name, team or message holds, in any case.
	Text string
}

func filterOf(query url.Values) filter {
	return filter{Standing: query.Get("state"), Owner: query.Get("owner"), Theme: query.Get("theme"), Text: strings.TrimSpace(query.Get("q"))}
}

// Any tells whether anything is left out.
func (f filter) Any() bool { return f != filter{} }

// With another standing, as an address.
func (f filter) With(standing string) string {
	query := url.Values{}
	for key, value := range map[string]string{"state": standing, "owner": f.Owner, "theme": f.Theme, "q": f.Text} {
		if value != "" {
			query.Set(key, value)
		}
	}
	return "?" + query.Encode()
}

func (f filter) entry(e board.Entry) bool {
	return (f.Standing == "" || string(e.Standing()) == f.Standing) &&
		(f.Owner == "" || e.Team == f.Owner) &&
		(f.Theme == "" || e.Theme == f.Theme) &&
		f.holds(wordsOf(e))
}

// problem of an indicator is shown if its owner and words fit, and the indicator is one that is shown; of anything else, only
// while no standing and no theme is asked for.
func (f filter) problem(p board.Problem, shown map[string]board.Entry) bool {
	entry, ofIndicator := shown[p.Kind+"/"+p.Name]
	if f.Standing != "" || f.Theme != "" {
		if !ofIndicator || f.Standing != "" && string(entry.Standing()) != f.Standing || f.Theme != "" && entry.Theme != f.Theme {
			return false
		}
	}
	return (f.Owner == "" || p.Team == f.Owner) && f.holds(wordsOfProblem(p))
}

func (f filter) holds(words string) bool {
	return f.Text == "" || strings.Contains(strings.ToLower(words), strings.ToLower(f.Text))
}

// wordsOf an indicator and of a problem are what is searched, here and in page.js, which finds them in data-words.
func wordsOf(e board.Entry) string { return strings.Join([]string{e.Title, e.Name, e.Team}, "\n") }

func wordsOfProblem(p board.Problem) string {
	return strings.Join([]string{p.Title, p.Name, p.Team, p.Message}, "\n")
}

// choice is an entry of a list to choose from.
type choice struct {
	Value  string
	Chosen bool
}

// choices of values, each once, in their order or, of sorted ones, in that of the alphabet.
func choices(values []string, chosen string, sorted bool) []choice {
	var out []choice
	seen := map[string]bool{"": true}
	for _, value := range values {
		if !seen[value] {
			seen[value] = true
			out = append(out, choice{value, value == chosen})
		}
	}
	if sorted {
		slices.SortFunc(out, func(a, b choice) int { return cmp.Compare(a.Value, b.Value) })
	}
	return out
}
