package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// claim is a plan of one linkage, between customers of files and answers of another source's files.
func claim(t *testing.T) plan.Plan {
	t.Helper()
	dir := t.TempDir()
	table := func(name string, lines ...string) *plan.Files {
		path := filepath.Join(dir, name+".csv")
		if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		return &plan.Files{Tables: []plan.FileTable{{Name: name, Format: plan.CSV, Path: path}}}
	}
	customers, answers := []string{"id,churned"}, []string{"id,score"}
	for i := range 80 {
		id := "K" + string(rune('A'+i/10)) + string(rune('a'+i%10))
		customers = append(customers, id+","+[]string{"true", "false"}[i%2])
		answers = append(answers, id+","+[]string{"2", "10", "2", "10", "2", "2"}[i%6])
	}
	key := plan.Key{Kind: plan.KindLinkage, Name: "claim"}
	series := func(name, dataset string, spec measure.Spec) plan.Series {
		return plan.Series{
			Key: plan.Key{Kind: "CPIDefinition", Name: name}, Refused: &plan.Failure{Reason: plan.NoPeriods, Message: "no periods"},
			Indicator: &plan.Indicator{Key: key, RequestHash: "hash-" + name, Dataset: dataset, Measure: spec, Quality: plan.Quality{Confidence: .95}},
		}
	}
	limits := plan.Limits{QueryTimeout: time.Minute, MaxSegments: 10, MemoryBytes: 512 << 20, CPUs: 1}
	dataset := func(name, source string) plan.Dataset {
		return plan.Dataset{Name: name, Source: source, Table: &plan.Table{Name: name}, Entities: map[string]string{"customer": "id"}, TimeZone: "UTC"}
	}
	return plan.Plan{
		Run: "claim-1", Now: time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC),
		Source:   plan.Source{Namespace: "demo", Name: "crm", Limits: limits, Files: table("customers", customers...)},
		Others:   []plan.Source{{Namespace: "demo", Name: "surveys", Limits: limits, Files: table("answers", answers...)}},
		Datasets: []plan.Dataset{dataset("customers", ""), dataset("answers", "surveys")},
		Linkages: []plan.Linkage{{
			Key: key, UID: "uid", RequestHash: "hash", Confidence: .95, Evidence: plan.Observational,
			KPI:       series("churn", "customers", measure.Spec{Share: &measure.Share{Of: []measure.Condition{{Column: "churned", Operator: measure.In, Values: []string{"true"}}}}}),
			Drivers:   []plan.Driver{{Expected: -1, Series: series("nps", "answers", measure.Spec{NetPromoterScore: &measure.NetPromoterScore{Score: "score"}})}},
			Customers: &plan.CustomerLevel{Unit: "customer", Collapse: plan.CollapseLatest, Index: plan.Vouched, MinPerCohort: 10},
		}},
	}
}

func TestLinkageOverTwoSourcesIsCounted(t *testing.T) {
	code, folder, log := execute(t, t.Context(), claim(t))
	if code != exitDone {
		t.Fatalf("exit code %d\n%s", code, log)
	}
	result, err := folder.ReadResult("0-CPILinkage-claim.json")
	if err != nil || result.Link == nil {
		t.Fatalf("%v %+v\n%s", err, result, log)
	}
	found := result.Link.Drivers[0].Customers
	if len(found.Cohorts) != 3 || found.Cohorts[0].N+found.Cohorts[2].N != 80 || found.RiskDifference == nil {
		t.Errorf("%+v", found)
	}
}

func TestSecondSourceThatFailsIsNamed(t *testing.T) {
	broken := claim(t)
	broken.Others[0].Files = nil
	broken.Others[0].Postgres = &plan.Postgres{Host: "localhost", Port: 1, Database: "none", TLS: "Disable", CredentialsDir: filepath.Join(t.TempDir(), "absent")}
	code, folder, log := execute(t, t.Context(), broken)
	if code != exitSourceFailed {
		t.Fatalf("exit code %d\n%s", code, log)
	}
	done := doneOf(t, folder)
	if done.Source == nil || !strings.Contains(done.Source.Message, "data source surveys: ") || done.Failed != 1 {
		t.Errorf("%+v", done)
	}
}

// Not only one that cannot be opened: whichever source is asked for what it does not have.
func TestSourceThatLacksATableIsNamed(t *testing.T) {
	for place, name := range []string{"crm", "surveys"} {
		broken := claim(t)
		broken.Datasets[place].Table.Name = "absent"
		_, folder, log := execute(t, t.Context(), broken)
		result, err := folder.ReadResult("0-CPILinkage-claim.json")
		if err != nil || result.Link == nil {
			t.Fatalf("%v %+v\n%s", err, result, log)
		}
		if found := result.Link.Drivers[0].Customers; found.Reason != string(plan.TableMissing) || !strings.Contains(found.Message, "data source "+name+": ") {
			t.Errorf("%s: %s: %s", name, found.Reason, found.Message)
		}
	}
}
