package offline

import (
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"testing"

	mysqltest "github.com/cpi-operator/cpi-operator/test/mysql"
	postgrestest "github.com/cpi-operator/cpi-operator/test/postgres"
)

var answersTable = []string{
	"CREATE TABLE answers (id integer PRIMARY KEY, score integer, plan varchar(20))",
	"INSERT INTO answers VALUES (1, 10, 'basic'), (2, 9, 'pro'), (3, 3, 'pro'), (4, 8, 'pro')",
}

// A server in the place of a source: its rows are computed, its columns looked at, and its password is told nobody.
func TestServers(t *testing.T) {
	p, m := postgrestest.Start(t), mysqltest.Start(t)
	pd, md := p.NewDatabase(t), m.NewDatabase(t)
	pd.Exec(t, answersTable...)
	md.Exec(t, answersTable...)
	address := func(scheme, user, password string, port int, database, ca string) string {
		return fmt.Sprintf("crm=%s://%s:%s@localhost:%d/%s?sslrootcert=%s", scheme, user, password, port, database, url.QueryEscape(ca))
	}
	filtered := strings.Replace(survey, "entities: {customer: id}}", `entities: {customer: id}, filters: [{name: paying, expr: "paln <> 'basic'"}]}`, 1)
	wrong := strings.Replace(survey, "score: score", "score: scroe", 1)
	for scheme, at := range map[string]func(password string) string{
		"postgres": func(password string) string { return address("postgres", pd.User, password, p.Port, pd.Name, p.CAPath) },
		"mysql":    func(password string) string { return address("mysql", md.User, password, m.Port, md.Name, m.CAPath) },
	} {
		t.Run(scheme, func(t *testing.T) {
			good := at(map[string]string{"postgres": pd.Password, "mysql": md.Password}[scheme])
			n := load(t, write(t, "nps.yaml", survey))
			report := compute(t, n, good).Reports["CPIDefinition/nps"]
			if report.Status.Result == nil || report.Status.Result.Periods[0].Value != "25" {
				t.Errorf("%+v", report.Status.Attempt)
			}
			if found := columnFindings(t, n, good); len(found) > 0 {
				t.Errorf("%q", found)
			}
			want := []string{`21: CPIDefinition/nps: spec.measure.netPromoterScore.score: Dataset "answers" has no column "scroe"; did you mean score?`}
			if found := columnFindings(t, load(t, write(t, "nps.yaml", wrong)), good); !slices.Equal(found, want) {
				t.Errorf("%q", found)
			}
			found := columnFindings(t, load(t, write(t, "nps.yaml", filtered)), good)
			if len(found) != 1 || !strings.Contains(found[0], "10: Dataset/answers: spec.filters[0].expr: ") || !strings.Contains(found[0], "paln") {
				t.Errorf("%q", found)
			}
			failed := compute(t, n, at("hunter2")).Failed["crm"]
			found = columnFindings(t, n, at("hunter2"))
			if failed.Message == "" || len(found) != 1 || !strings.Contains(found[0], "DataSource/crm") || strings.Contains(failed.Message+found[0], "hunter2") {
				t.Errorf("%+v %q", failed, found)
			}
		})
	}
}

// A source as it is declared, with credentials from the environment.
func TestServerWithASecretFromTheEnvironment(t *testing.T) {
	p := postgrestest.Start(t)
	d := p.NewDatabase(t)
	d.Exec(t, answersTable...)
	t.Setenv("CRM_USERNAME", d.User)
	t.Setenv("CRM_PASSWORD", d.Password)
	text := strings.Replace(survey, "{host: db.example, database: crm, credentialsRef: {name: crm}}",
		fmt.Sprintf("{host: localhost, port: %d, database: %s, credentialsRef: {name: crm}, tls: {mode: Require}}", p.Port, d.Name), 1)
	opts := Options{Now: monday, Scratch: t.TempDir(), Log: slog.New(slog.DiscardHandler), Given: []Secret{secret(t, "crm=env:CRM")}}
	found, err := load(t, write(t, "nps.yaml", text)).Compute(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	report := found.Reports["CPIDefinition/nps"]
	if report.Status.Result == nil || report.Status.Result.Periods[0].Value != "25" {
		t.Errorf("%+v %+v", report.Status.Attempt, found.Failed)
	}
}
