package starter

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/query"
)

var now = time.Date(2026, time.November, 16, 9, 0, 0, 0, time.UTC)

// day of a month of 2026.
func day(month time.Month, day int) time.Time {
	return time.Date(2026, month, day, 0, 0, 0, 0, time.UTC)
}

const rows = 1200

func id(name string, distinct int64) Column {
	return Column{Name: name, Kind: query.KindText, Filled: rows, Distinct: distinct}
}

func score(name string, low, high float64) Column {
	return Column{Name: name, Kind: query.KindInteger, Filled: rows, Distinct: int64(high-low) + 1, Min: low, Max: high, Whole: true}
}

func at(name string, from, until time.Time) Column {
	return Column{Name: name, Kind: query.KindTimestamp, Filled: rows, Distinct: rows, From: from, Until: until}
}

func words3(name string, values ...string) Column {
	return Column{Name: name, Kind: query.KindText, Filled: rows, Distinct: int64(len(values)), Values: values}
}

// unread texts, as look makes them.
func unread(name string, values ...string) Column {
	out := words3(name, values...)
	out.Reads = ReadsAs(name, values, query.DuckDB)
	out.Unread = Unread(values)
	return out
}

func table(columns ...Column) Table { return Table{Name: "answers", Looked: rows, Columns: columns} }

// asked answers questions by their flag, and remembers them.
type asked struct {
	answers map[string]string
	flags   []string
}

func (a *asked) ask(q Question) (string, error) {
	a.flags = append(a.flags, q.Flag)
	if answer, ok := a.answers[q.Flag]; ok {
		return answer, nil
	}
	return "", ErrNobody
}

// What columns suggest, what is asked, and what is told of it.
func TestPropose(t *testing.T) {
	year := at("answered_at", day(time.January, 2), day(time.November, 10))
	answers := []Column{id("response_id", rows), id("customer_id", 800), year}
	survey := func(more ...Column) Table { return table(append(answers[:3:3], more...)...) }
	for name, c := range map[string]struct {
		table   Table
		wishes  Wishes
		answers map[string]string
		asks    string // flags of the questions, in order
		says    []string
		err     string
	}{
		"0 to 10 is a recommendation": {
			table: survey(score("q1", 0, 10)),
			says:  []string{"netPromoterScore: {score: q1}", "whole numbers from 0 to 10\n", "theme: Advocacy", "responses: {entity: customer, keep: Latest}", "{grain: Month, timeZone: UTC}"},
		},
		"nobody gave 10, but its name tells": {
			table: survey(score("nps", 0, 7)), says: []string{"netPromoterScore: {score: nps}", "nobody has answered more than 7"},
		},
		"1 to 5 could be two things": {
			table: survey(score("q1", 1, 5)), err: "Several fit: customerSatisfaction of q1, customerEffortScore of q1. Say which with --measure and --score", asks: "measure and --score",
		},
		"1 to 5 as answered": {
			table: survey(score("q1", 1, 5)), answers: map[string]string{"measure and --score": "customerEffortScore of q1"}, asks: "measure and --score",
			says: []string{"version: V1, score: q1, form: {mean: {}}", "you said so", "as well (--measure, --score): customerSatisfaction of q1"},
		},
		"1 to 5 as wished": {
			table: survey(score("q1", 1, 4)), wishes: Wishes{Measure: "customerSatisfaction"}, says: []string{"scale: {min: 1, max: 5}, form: {topBox: {boxes: 2}}"},
		},
		"effort by its name": {
			table: survey(score("ease_of_use", 1, 7)), says: []string{"version: V2, score: ease_of_use", "theme: Convenience"},
		},
		"two scores that are sure": {
			table: survey(score("nps", 0, 10), score("csat", 1, 5)), err: "netPromoterScore of nps, customerSatisfaction of csat", asks: "measure and --score",
		},
		"a sure score before one that is not": {
			table: survey(score("nps", 0, 10), score("q2", 1, 7)), says: []string{"netPromoterScore: {score: nps}", "customerEffortScore of q2"},
		},
		"a score of which few values were given": {
			table: survey(Column{Name: "score", Kind: query.KindInteger, Filled: rows, Distinct: 2, Min: 0, Max: 10, Whole: true}), says: []string{"netPromoterScore: {score: score}"},
		},
		"numbers that are no answers": {
			table: survey(score("customer_no", 1, 5), Column{Name: "amount", Kind: query.KindNumber, Filled: rows, Distinct: 900, Min: 0.5, Max: 9.5}),
			err:   "nothing in answers (response_id, customer_id, answered_at, customer_no, amount) looks like what init proposes a measure for: answers from 0 to 10",
		},
		"a flag of unknown direction": {
			table: survey(words3("newsletter", "no", "yes")), answers: map[string]string{"better": "higher", "theme": "Value"}, asks: "better theme",
			says: []string{`{column: newsletter, operator: In, values: ["yes"]}], direction: HigherIsBetter`, "theme: Value"},
		},
		"a flag whose name tells": {
			table: survey(words3("has_churned", "No", "Yes")), says: []string{"preset: Churn, direction: LowerIsBetter", "theme: Loyalty"},
		},
		"two values that are not yes and no": {
			table: survey(words3("sex", "f", "m")), err: "Sums, ratios, rates, retention and others are written by hand: docs/measures has a page",
		},
		"outcomes of contracts": {
			table: table(id("contract", rows), id("account_id", 1000), at("due", day(time.March, 1), day(time.December, 31)), at("decided_on", day(time.March, 1), day(time.November, 2)),
				words3("outcome", "Renewed", "Not renewed", "In talks")),
			says: []string{"renewed: [Renewed], lost: [Not renewed]", "decidedAt: decided_on", "event: {column: due}", "In talks: neither renewed nor lost", "primaryKey: [contract]"},
		},
		"two dates": {
			table: func() Table {
				out := table(id("case_id", rows), at("opened_at", day(time.January, 1), day(time.November, 1)), at("resolved_at", day(time.January, 1), day(time.November, 2)))
				out.Follows = []Pair{{"opened_at", "resolved_at"}}
				return out
			}(),
			says: []string{"{start: opened_at, end: resolved_at, form: {quantile: 50%}, open: Censor, preset: ResolutionTime}", "event: {column: opened_at}", "theme: Time"},
		},
		"several times": {
			table: table(id("response_id", rows), id("customer_id", rows), at("sent", day(time.January, 1), day(time.May, 1)), at("loaded", day(time.January, 1), day(time.May, 1)), score("nps", 0, 10)),
			asks:  "time", answers: map[string]string{"time": "sent"}, says: []string{"event: {column: sent}", "the newest row is of 2026-05-01"},
		},
		"several who could have answered": {
			table: survey(id("account_id", 100), score("nps", 0, 10)), asks: "entity", answers: map[string]string{"entity": "account_id"},
			says: []string{"entities: {account: account_id}", "responses: {entity: account, keep: Latest}"},
		},
		"nobody who answered": {
			table: table(id("response_id", rows), year, score("nps", 0, 10)),
			says:  []string{"entities: {answer: response_id}", "who answers twice counts twice", "keep: Latest}   # each row is an answer of its own\n"},
		},
		"no key at all": {
			table: table(score("nps", 0, 10), id("comment", 1100)),
			says:  []string{`query: "SELECT row_number() OVER () AS row, t.* FROM \"answers\" AS t"`, "tables: [answers]", "entities: {answer: row}", "a double load would be a bigger sample", "one value, no months and no trend", "keep: All}   # each row is an answer of its own\n"},
		},
		"texts that are dates": {
			table: survey(score("nps", 0, 10), Column{Name: "Datum", Kind: query.KindText, Filled: rows, Distinct: 300, Reads: ReadsAs("Datum", []string{"03.09.2025", "21.10.2025"}, query.DuckDB)}), wishes: Wishes{Time: "Datum"},
			says: []string{`{name: Datum, type: Date, expr: "CAST(try_strptime(\"Datum\", '%d.%m.%Y') AS DATE)"}`, "the day first"},
		},
		"texts that may be two dates": {
			table: survey(score("nps", 0, 10), Column{Name: "Date", Kind: query.KindText, Filled: rows, Distinct: 300, Reads: ReadsAs("Date", []string{"03/09/2025", "04/10/2025"}, query.DuckDB)}), wishes: Wishes{Time: "Date"},
			err: "column Date does not read as a time",
		},
		"people whose latest answer is not known": {
			table: table(id("response_id", rows), id("customer_id", 800), score("nps", 0, 10)),
			says:  []string{"responses: {entity: customer, keep: All}   # which is the latest is not known; the interval allows for several of one customer\n"},
		},
		"dates that nobody can tell are no segment": {
			table: survey(score("nps", 0, 10), words3("plan", "a", "b"), unread("Visited", "05/03/2026", "06/03/2026")),
			says:  []string{"breakdowns: [{by: [plan]}]", "# - Visited: its texts, such as 05/03/2026, are dates of which nobody can tell whether the day or the month comes first"},
		},
		"such a date as wished": {
			table: survey(score("nps", 0, 10), unread("Visited", "05/03/2026", "06/03/2026")), wishes: Wishes{Time: "Visited"},
			err: "column Visited does not read as a time: its texts, such as 05/03/2026, are dates",
		},
		"numbers with a comma": {
			table: table(id("response_id", rows), unread("rating", "8,5", "9", "1.000,25")),
			err:   "looks like what init proposes a measure for: answers from 0 to 10, 1 to 5 or 1 to 7; yes and no; texts such as Renewed and Churned; two times of which one is never before the other. If a column is such a one all the same, name it with --measure and --score. Sums, ratios, rates, retention and others are written by hand: docs/measures has a page with an example for each.\nIt may be because of this:\n- rating: its texts, such as 8,5, look like numbers with a comma",
		},
		"numbers with a comma as wished": {
			table: table(id("response_id", rows), unread("rating", "8,5", "9")), wishes: Wishes{Measure: "netPromoterScore", Score: "rating"},
			err: "which takes answers from 0 to 10: its texts, such as 8,5",
		},
		"no line of names": {
			table: table(id("R00", rows), id("2026-03-01", 30), score("8", 0, 10)),
			says:  []string{"# - columns are called 2026-03-01, 8: if the first line of the file holds no names of columns, its values were taken for them"},
		},
		"a name that YAML reads otherwise": {
			table: survey(score("nps", 0, 10)), wishes: Wishes{Name: "123"},
			says: []string{`metadata: {name: "123"}`, `dataSourceRef: {name: "123"}`, `datasetRef: {name: "123"}`},
		},
		"a table whose name fits no object": {
			table: func() Table { out := survey(score("nps", 0, 10)); out.Name = "_n_"; return out }(), asks: "name", err: "Say it with --name",
		},
		"a name for it": {
			table: func() Table { out := survey(score("nps", 0, 10)); out.Name = "東京"; return out }(), asks: "name", answers: map[string]string{"name": "tokyo"},
			says: []string{"metadata: {name: tokyo}"},
		},
		"few rows a month": {
			table: func() Table {
				out := survey(score("nps", 0, 10))
				for i := range out.Columns {
					out.Columns[i].Filled = 150
				}
				return out
			}(),
			says: []string{"window: 3", "each value looks 3 months back"},
		},
		"old rows": {
			table: table(id("response_id", rows), id("customer_id", 800), at("answered_at", time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2023, 12, 31, 0, 0, 0, 0, time.UTC)), score("nps", 0, 10)),
			says:  []string{"history: 60", "the newest row is of 2023-12-31"},
		},
		"segments": {
			table: survey(score("nps", 0, 10), words3("plan", "a", "b"), words3("market", "x", "y", "z"), id("comment", 900)),
			says:  []string{"breakdowns: [{by: [plan]}, {by: [market]}]"},
		},
		"nobody owns it": {table: survey(score("nps", 0, 10)), wishes: Wishes{Owner: "-"}, err: "Say it with --owner", asks: "owner"},
		"no rows":        {table: Table{Name: "answers", Columns: answers}, err: "has no rows"},
		"a wrong theme, before anything is asked": {table: survey(score("nps", 0, 10)), wishes: Wishes{Theme: "Praise", Owner: "-"}, err: "no such theme"},
		"a wrong direction":                       {table: survey(words3("newsletter", "no", "yes")), wishes: Wishes{Better: "more"}, err: "write higher or lower"},
	} {
		t.Run(name, func(t *testing.T) {
			nobody := asked{answers: c.answers}
			switch c.wishes.Owner {
			case "":
				c.wishes.Owner = "support"
			case "-":
				c.wishes.Owner = ""
			}
			p, err := Propose(c.table, c.wishes, nobody.ask, now)
			if asks := strings.Join(nobody.flags, " "); asks != c.asks {
				t.Errorf("asked %q, want %q", asks, c.asks)
			}
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Errorf("%v, want %q", err, c.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			text := p.YAML(Origin{Shown: "answers.csv", File: &File{Key: "answers.csv", Format: "CSV"}})
			for _, says := range c.says {
				if !strings.Contains(text, says) {
					t.Errorf("%q is not in\n%s", says, text)
				}
			}
			// What is told on the terminal stands in the file too.
			for _, caution := range p.Cautions {
				if !strings.Contains(text, "# - "+caution) {
					t.Errorf("%q is not in\n%s", caution, text)
				}
			}
		})
	}
}

// A server's password is nowhere; its address is.
func TestServer(t *testing.T) {
	p, err := Propose(table(id("response_id", rows), id("customer_id", 800), score("nps", 0, 10)), Wishes{Owner: "support", Name: "crm"}, (&asked{}).ask, now)
	if err != nil {
		t.Fatal(err)
	}
	server := Server{Engine: "postgres", Host: "db.example", Port: 5433, Database: "crm", User: "reader", TLS: "Require"}
	text := p.YAML(Origin{Shown: "postgres db.example/crm", Server: &server}) + p.Secret(server) + p.Kustomization(Origin{Server: &server}, "demo")
	for _, says := range []string{"postgres:\n    host: db.example", "port: 5433", "credentialsRef: {name: crm-reader}", "tls: {mode: Require}", `stringData: {username: reader, password: ""}`, "namespace: demo"} {
		if !strings.Contains(text, says) {
			t.Errorf("%q is not in\n%s", says, text)
		}
	}
	if strings.Contains(text, "configMap") || strings.Contains(text, "resources: [crm.yaml, ") {
		t.Errorf("%s", fmt.Sprint(text))
	}
}
