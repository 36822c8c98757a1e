package cli

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/internal/amount"
	"github.com/cpi-operator/cpi-operator/internal/board"
	"github.com/cpi-operator/cpi-operator/internal/printable"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

const (
	// atOnce is how many indicators somebody reads one by one.
	atOnce = 40
	// problemsAtOnce is the same for problems, which are longer.
	problemsAtOnce = 20
)

func (f *statusFlags) print(out io.Writer, all []namespaceStatus) error {
	if f.output == "json" || f.output == "yaml" {
		told := make([]toldStatus, 0, len(all))
		for _, s := range all {
			told = append(told, s.told())
		}
		if f.everywhere {
			return printListings(out, f.output, map[string]any{"items": told})
		}
		return printListings(out, f.output, told[0])
	}
	if f.output == "csv" {
		var listings []listing
		for _, s := range all {
			of, _ := s.listings(false, true, style{})
			for _, l := range append(of[1:], of[0]) { // problems last: they have columns of their own
				l.namespace = s.objects.Namespace
				listings = append(listings, l)
			}
		}
		return printCSV(out, listings)
	}
	for i, s := range all {
		if i > 0 {
			fmt.Fprintln(out)
		}
		if err := f.printOne(out, s); err != nil {
			return err
		}
	}
	return nil
}

func (f *statusFlags) printOne(out io.Writer, s namespaceStatus) error {
	limit := !f.all && f.output == "table"
	paint := style{}
	switch f.output {
	case "table":
		paint = styleOf(out)
		fmt.Fprintln(out, paint.bold(s.headline()))
		s.printProblems(out, paint, limit)
		fmt.Fprintln(out)
	case "markdown":
		fmt.Fprintf(out, "## %s\n\n", printable.Inline(s.headline()))
	}
	listings, leftOut := s.listings(f.output == "table", !limit || len(s.entries) <= atOnce, paint)
	if err := printListings(out, f.output, nil, listings...); err != nil {
		return err
	}
	if leftOut > 0 {
		fmt.Fprintf(out, "\n%s not listed: --all lists them.\n", amount.Counted(leftOut, "indicator is", "indicators are"))
	}
	return nil
}

// listings of the namespace; leftOut counts indicators that need no look, and are listed only if all are wanted. Problems are
// among the listings of what is kept; somebody who looks is told of them otherwise.
func (s namespaceStatus) listings(looks, all bool, paint style) (out []listing, leftOut int) {
	if !looks {
		out = append(out, s.problemRows())
	}
	cpis, leftOut := s.rows(resolve.KindCPIDefinition, all, paint)
	kpis, more := s.rows(resolve.KindKPITarget, all, paint)
	out = append(out, cpis)
	if !all {
		out = append(out, s.themes())
	}
	return append(out, kpis, s.claims(), s.sources(looks, paint)), leftOut + more
}

func (s namespaceStatus) empty() bool {
	return len(s.entries)+len(s.objects.Linkages)+len(s.objects.Sources)+len(s.objects.Datasets)+len(s.objects.Scorecards) == 0
}

// headline is the namespace in one line.
func (s namespaceStatus) headline() string {
	grave, notable := 0, 0
	for _, p := range s.problems {
		switch p.Gravity {
		case board.Grave:
			grave++
		case board.Notable:
			notable++
		}
	}
	verdict := "nothing critical"
	if grave > 0 {
		verdict = fmt.Sprintf("%d critical", grave)
	}
	if notable > 0 {
		verdict += ", " + amount.Counted(notable, "warning", "warnings")
	}
	return fmt.Sprintf("Namespace %s: %s, %s, %s, %s: %s", s.objects.Namespace, amount.Counted(len(s.objects.CPIs), "CPI", "CPIs"), amount.Counted(len(s.objects.KPIs), "KPI", "KPIs"),
		amount.Counted(len(s.objects.Linkages), "claim", "claims"), amount.Counted(len(s.objects.Sources), "data source", "data sources"), verdict)
}

// printProblems with their messages, for people.
func (s namespaceStatus) printProblems(out io.Writer, paint style, limit bool) {
	shown := s.problems
	if limit && len(shown) > problemsAtOnce {
		shown = shown[:problemsAtOnce]
	}
	for _, p := range shown {
		parts := []string{strings.ToUpper(string(p.Gravity))}
		if p.Name != "" {
			parts = append(parts, called(p.Kind, p.Name))
		}
		if p.Segment != "" {
			parts = append(parts, p.Segment)
		}
		parts = append(parts, p.Reason)
		if p.Team != "" {
			parts = append(parts, "owner "+p.Team)
		}
		if since := s.since(p); since != "" {
			parts = append(parts, "since "+since)
		}
		fmt.Fprintf(out, "\n%s\n", paint.gravity(p.Gravity, strings.Join(parts, "  ")))
		fmt.Fprintf(out, "  %s\n", paint.wrapped(p.Message, 2))
	}
	if n := len(s.problems) - len(shown); n > 0 {
		fmt.Fprintf(out, "\n%s not shown, less grave than these, or as grave: --all shows them.\n", amount.Counted(n, "problem is", "problems are"))
	}
}

func (s namespaceStatus) since(p board.Problem) string {
	if !s.objects.Happened(p.Since) {
		return ""
	}
	then := metav1.NewTime(p.Since)
	return strings.TrimSuffix(ago(s.objects.At, &then), " ago")
}

func (s namespaceStatus) problemRows() listing {
	out := listing{kind: "PROBLEM", headings: []string{"SEVERITY", "OBJECT", "SEGMENT", "REASON", "OWNER", "SINCE", "MESSAGE"}}
	for _, p := range s.problems {
		name, since := "", ""
		if p.Name != "" {
			name = called(p.Kind, p.Name)
		}
		if s.objects.Happened(p.Since) {
			since = p.Since.UTC().Format(time.RFC3339)
		}
		out.rows = append(out.rows, []string{string(p.Gravity), name, p.Segment, p.Reason, p.Team, since, p.Message})
	}
	return out
}

// rows of the CPIs by theme, or of the KPIs, the gravest first. Unless all are wanted, those that need no look are left out,
// and counted.
func (s namespaceStatus) rows(kind string, all bool, paint style) (out listing, leftOut int) {
	isCPI := kind == resolve.KindCPIDefinition
	out.kind, out.headings = "KPI", []string{"KPI", "VALUE", "INTERVAL", "N", "PERIOD", "TREND", "TARGET", "OWNER", "STATE"}
	if isCPI {
		out.kind, out.headings = "CPI", []string{"THEME", "CPI", "VALUE", "INTERVAL", "N", "PERIOD", "TREND", "OWNER", "STATE"}
	}
	out.painted = true
	var entries []board.Entry
	for _, e := range s.entries {
		switch {
		case e.Kind != kind:
		case !all && (e.Standing() == board.Good || e.Standing() == board.Open):
			leftOut++
		default:
			entries = append(entries, e)
		}
	}
	board.GravestFirst(entries)
	if !all && len(entries) > atOnce {
		leftOut += len(entries) - atOnce
		entries = entries[:atOnce]
	}
	if isCPI {
		slices.SortStableFunc(entries, func(a, b board.Entry) int {
			return cmp.Compare(slices.Index(board.Themes, a.Theme), slices.Index(board.Themes, b.Theme))
		})
	}
	for _, e := range entries {
		row := append([]string{e.Name}, values(e)...)
		if isCPI {
			row = append([]string{e.Theme}, append(row, e.Team)...)
		} else {
			row = append(row, e.Summary.Target, e.Team)
		}
		out.rows = append(out.rows, append(row, paint.state(e.Summary.State)))
		out.numbers = append(out.numbers, e.Number())
	}
	return out, leftOut
}

// values are value, interval, n, period and trend.
func values(e board.Entry) []string {
	n := ""
	if e.Summary.N != nil {
		n = strconv.FormatInt(*e.Summary.N, 10)
	}
	period := e.Summary.Period
	if period != "" && e.Provisional() {
		period += ", not a result yet"
	}
	return []string{e.Summary.Value, e.Summary.Interval, n, period, e.Summary.Trend}
}

// themes counts the CPIs of each.
func (s namespaceStatus) themes() listing {
	out := listing{headings: []string{"THEME", "CPIS"}}
	for _, standing := range board.Standings {
		out.headings = append(out.headings, strings.ToUpper(string(standing)))
	}
	for _, group := range board.ByTheme(s.entries) {
		row := []string{group.Theme, strconv.Itoa(len(group.Entries))}
		for _, standing := range board.Standings {
			n := 0
			for _, e := range group.Entries {
				if e.Standing() == standing {
					n++
				}
			}
			row = append(row, strconv.Itoa(n))
		}
		out.rows = append(out.rows, row)
	}
	return out
}

func (s namespaceStatus) claims() listing {
	out := listing{kind: "CLAIM", headings: []string{"CLAIM", "KPI", "STRONGEST", "EFFECT", "N", "LAG", "STAGE", "VERDICT"}}
	for _, c := range s.objects.Claims() {
		effect := effectTold(s.objects, c)
		out.rows = append(out.rows, []string{c.Name, c.KPI, c.Summary.Driver, c.Summary.Effect, effect.sample(), c.Summary.Lag, c.Stage, c.Summary.Verdict})
		out.numbers = append(out.numbers, effect.Number)
	}
	return out
}

// sources with how long ago they ran or, in what is kept, when.
func (s namespaceStatus) sources(ages bool, paint style) listing {
	when := func(t *metav1.Time) string {
		switch {
		case ages:
			return ago(s.objects.At, t)
		case t.IsZero():
			return ""
		}
		return t.UTC().Format(time.RFC3339)
	}
	out := listing{kind: "SOURCE", headings: []string{"SOURCE", "INDICATORS", "SCHEDULE", "LAST RUN", "LAST SUCCESS", "STATE"}, painted: true}
	for i := range s.objects.Sources {
		source := sourceTold(s.objects, &s.objects.Sources[i])
		indicators, state := "", paint.paint("", source.State)
		if source.Indicators != nil {
			indicators = strconv.Itoa(int(*source.Indicators))
		}
		if source.Message != "" {
			state = paint.paint(red, source.State)
		}
		out.rows = append(out.rows, []string{source.Name, indicators, source.Schedule, when(source.LastRun), when(source.LastSuccessTime), state})
	}
	return out
}
