package cli

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cpi-operator/cpi-operator/internal/board"
)

// Programs get one table, and numbers that they can compute with.
func TestNumbersForPrograms(t *testing.T) {
	for _, command := range []string{"compute", "status"} {
		_, out, _ := run(t, "", command, "-f", samples+"/telco.yaml", "--at", monday, "-o", "csv")
		rows, err := csv.NewReader(strings.NewReader(out)).ReadAll() // which asks for as many fields in each
		if err != nil {
			t.Fatalf("%s: %v\n%s", command, err, out)
		}
		found := map[string]map[string]string{}
		for _, row := range rows[1:] {
			cells := map[string]string{}
			for i, heading := range rows[0] {
				if row[i] != "" {
					cells[heading] = row[i]
				}
			}
			found[cells["KIND"]+" "+cells["NAME"]] = cells
		}
		churn, claim := found["CPI telco-churn"], found["CLAIM telco-support-churn"]
		if churn["VALUE"] != "26.5 %" || !strings.HasPrefix(churn["NUMBER"], "0.2653") || churn["UNIT"] != "ratio" || churn["CONFIDENCE LEVEL"] != "0.95" || churn["N"] != "7043" {
			t.Errorf("%s: %v", command, churn)
		}
		if claim["N"] != "5517 customers" || claim["KPI"] != "telco-churn-goal" || !strings.HasPrefix(claim["NUMBER"], "-0.11") || claim["LOWER"] == "" {
			t.Errorf("%s: %v", command, claim)
		}
	}
	_, out, _ := run(t, "", "compute", "-f", samples+"/telco.yaml", "--at", monday, "-o", "json")
	var all told
	if err := json.Unmarshal([]byte(out), &all); err != nil {
		t.Fatal(err)
	}
	for _, i := range all.Indicators {
		if i.Number == nil || !strings.HasPrefix(i.Number.Value, "0.") || i.Number.Lower >= i.Number.Value || i.Number.Upper <= i.Number.Value {
			t.Errorf("%s: %+v", i.Name, i.Number)
		}
	}
	if c := all.Claims[0]; *c.N != 5517 || c.Level != "Customers" || c.Number == nil || c.Number.Unit != "ratio" || c.Number.ConfidenceLevel != "0.95" {
		t.Errorf("%+v %+v", c, c.Number)
	}
}

// No number is told where none is shown.
func TestNoNumber(t *testing.T) {
	telco, err := os.ReadFile(samples + "/telco.yaml")
	if err != nil {
		t.Fatal(err)
	}
	code, out, _ := run(t, string(telco), "status", "-f", "-", "--at", monday, "-o", "json") // without the rows that lie beside it
	if code != exitFound || !strings.Contains(out, `"Failing"`) || strings.Contains(out, `"number"`) {
		t.Errorf("%d\n%s", code, out)
	}
}

func TestCSVIsOneTable(t *testing.T) {
	var out strings.Builder
	if err := printCSV(&out, []listing{
		{kind: "CPI", namespace: "a", headings: []string{"CPI", "STATE"}, rows: [][]string{{"=x", "OK"}}, numbers: []*board.Number{{Value: "-1.5", Unit: "points"}}},
		{kind: "CLAIM", namespace: "b", headings: []string{"CLAIM", "CPI"}, rows: [][]string{{"y", "x"}}},
	}); err != nil {
		t.Fatal(err)
	}
	want := `KIND,NAMESPACE,NAME,STATE,CPI,NUMBER,LOWER,UPPER,CONFIDENCE LEVEL,UNIT
CPI,a,'=x,OK,,-1.5,,,,points
CLAIM,b,y,,x,,,,,
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}
