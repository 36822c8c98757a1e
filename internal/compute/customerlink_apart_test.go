package compute_test

import (
	"context"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cpi-operator/cpi-operator/internal/compute"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/source"
	"github.com/cpi-operator/cpi-operator/internal/source/files"
	"github.com/cpi-operator/cpi-operator/internal/source/postgres"
	postgrestest "github.com/cpi-operator/cpi-operator/test/postgres"
)

// apart moves the answers of a claim to PostgreSQL, and computes it from there and from files.
func (w *world) apart(t *testing.T, answers []string, spoil func(scratch string)) (*results, plan.Done, string) {
	t.Helper()
	database := postgrestest.Start(t).NewDatabase(t)
	var rows []string
	for _, line := range answers {
		rows = append(rows, "('"+strings.ReplaceAll(line, ",", "', '")+"')")
	}
	database.Exec(t, `CREATE TABLE answers (customer text, at timestamptz, score integer)`, `INSERT INTO answers VALUES `+strings.Join(rows, ", "))
	surveys := plan.Source{Namespace: "test", Name: "surveys", Limits: w.Source.Limits, Postgres: &plan.Postgres{
		Host: database.Server.Host, Port: database.Server.Port, Database: database.Name, TLS: "Disable", CredentialsDir: database.CredentialsDir(t),
	}}
	w.Others = []plan.Source{surveys}
	for i := range w.Datasets {
		if w.Datasets[i].Name == "answers" {
			w.Datasets[i].Source = "surveys"
		}
	}
	own, err := files.Open(t.Context(), files.Config{Source: w.Source, ScratchDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer closeEngine(t, own)
	other, err := postgres.Open(t.Context(), postgres.Config{Source: surveys})
	if err != nil {
		t.Fatal(err)
	}
	defer closeEngine(t, other)
	scratch := t.TempDir()
	engines := compute.Engines{Own: own, Others: map[string]source.Engine{"surveys": other}, Scratch: scratch, Join: func(ctx context.Context, tables plan.Files) (source.Engine, error) {
		if spoil != nil {
			spoil(scratch)
		}
		return files.Open(ctx, files.Config{Source: plan.Source{Namespace: "test", Name: "joined", Files: &tables, Limits: w.Source.Limits}, ScratchDir: scratch})
	}}
	var log strings.Builder
	found := newResults(t)
	done, err := compute.RunOn(t.Context(), w.Plan, engines, found, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(scratch, "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	return found, done, log.String()
}

// paradox is Simpson's: contracts and the answers that came before.
func paradox() (contracts, answers []string) {
	for _, cell := range []struct {
		segment       string
		score         int
		renewed, lost int
	}{{"SMB", 10, 60, 40}, {"SMB", 2, 195, 105}, {"ENT", 9, 282, 18}, {"ENT", 0, 97, 3}} {
		for i := range cell.renewed + cell.lost {
			status := "Renewed"
			if i >= cell.renewed {
				status = "Lost"
			}
			answers = append(answers, answer(len(contracts), decided.AddDate(0, -1, 0), cell.score))
			contracts = append(contracts, contract(len(contracts), status, cell.segment))
		}
	}
	return contracts, answers
}

func TestTwoSourcesTellWhatOneTells(t *testing.T) {
	contracts, answers := paradox()
	for name, change := range map[string]func(*plan.Linkage){
		"as they stand": func(*plan.Linkage) {},
		"within strata": func(l *plan.Linkage) { l.Customers.StratifyBy = []plan.Attribute{{Column: "plan"}} },
		"at equal covariates, and series": func(l *plan.Linkage) {
			l.Customers.Covariates, l.Periods = []plan.Attribute{{Column: "plan"}}, &plan.PeriodLevel{MaxLag: 2}
		},
		"looking forward": func(l *plan.Linkage) {
			l.Customers.StratifyBy, l.Customers.Collapse = []plan.Attribute{{Dataset: "contracts", Column: "plan"}}, plan.CollapseMean
		},
	} {
		t.Run(name, func(t *testing.T) {
			one, two := newWorld(t), newWorld(t)
			change(one.claimOn(t, contracts, answers))
			change(two.claimOn(t, contracts, answers))
			want := one.run(t).link("claim")
			found, done, log := two.apart(t, answers, nil)
			if done.Succeeded != 1 || done.Failed != 0 {
				t.Fatalf("%+v", done)
			}
			got := found.link("claim")
			told := got.Drivers[0].Customers
			for _, part := range []string{"from data source rows", "from data source surveys", "Together"} {
				if !strings.Contains(told.SQL, part) {
					t.Errorf("the SQL does not tell what is %q", part)
				}
			}
			want.Drivers[0].Customers.SQL, told.SQL = "", ""
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-in one source +in two\n%s", diff)
			}
			if told.RiskDifference == nil {
				t.Errorf("nothing was compared: %+v", told)
			}
			for where, text := range map[string]string{"result": found.bytes["claim"], "log": log} {
				if strings.Contains(text, "C00") {
					t.Errorf("a customer's key is in the %s", where)
				}
			}
		})
	}
}

// What is brought together holds numbers only, readable by this process alone.
func TestWhatIsBroughtTogetherTellsNobody(t *testing.T) {
	contracts, answers := paradox()
	w := newWorld(t)
	w.claimOn(t, contracts, answers).Customers.StratifyBy = []plan.Attribute{{Column: "plan"}}
	looked := 0
	w.apart(t, answers, func(scratch string) {
		_ = filepath.WalkDir(scratch, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			looked++
			if info, _ := entry.Info(); info.Mode().Perm() != 0o600 {
				t.Errorf("%s has mode %s", path, info.Mode())
			}
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			_, lines, _ := strings.Cut(string(content), "\n")
			if rest := strings.Trim(lines, "0123456789,.-e+\n"); rest != "" || strings.ContainsAny(lines, "CSMBENT") {
				t.Errorf("%s holds more than numbers", path)
			}
			return nil
		})
	})
	if looked != 2 {
		t.Errorf("looked into %d files, want contracts and answers", looked)
	}
}

func TestNoRoomToBringTogether(t *testing.T) {
	contracts, answers := paradox()
	w := newWorld(t)
	w.claimOn(t, contracts, answers)
	found, _, _ := w.apart(t, answers, func(scratch string) {
		all, _ := filepath.Glob(filepath.Join(scratch, "claim-*", "*.csv"))
		for _, path := range all {
			if err := os.Remove(path); err != nil {
				t.Error(err)
			}
		}
	})
	c := found.link("claim").Drivers[0].Customers
	if c.Reason == "" || c.Message == "" || c.RiskDifference != nil {
		t.Errorf("%+v", c)
	}
	if strings.Contains(c.Message, "C0") {
		t.Errorf("%q names a customer", c.Message)
	}
}
