package portfolio_test

import (
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/portfolio"
)

func TestSet(t *testing.T) {
	sound := func() portfolio.Set {
		return portfolio.Set{
			Members: []portfolio.Member{
				{Name: "wait", CPI: true, Theme: "Time", Department: "Support", Weight: 1}, {Name: "ease", CPI: true, Theme: "Convenience", Weight: 1},
				{Name: "saved", CPI: true, Theme: "MoneySaved", Weight: 1}, {Name: "points", CPI: true, Theme: "LoyaltyRecognition", Weight: 1},
				{Name: "renewal", Category: "Growth", Department: "Sales", Weight: 1}, {Name: "wait-goal", Category: "Growth", Theme: "Time", Weight: 1},
			},
			Departments: []string{"Sales", "Support"}, Guarded: true,
		}
	}
	inward := func(s *portfolio.Set, goal string) {
		s.Members = []portfolio.Member{{Name: "clv", CPI: true, Theme: "Value", Commercial: true, Weight: 1}, {Name: "profit", Category: goal, Weight: 1}}
	}
	for name, c := range map[string]struct {
		change  func(*portfolio.Set)
		covered portfolio.Rule // empty if all is covered
		says    string
		balance portfolio.Rule
		told    string
	}{
		"sound":                           {func(*portfolio.Set) {}, "", "", "", ""},
		"nothing":                         {func(s *portfolio.Set) { *s = portfolio.Set{} }, portfolio.ThemeUnmeasured, "Time, Convenience", "", ""},
		"a goal measures its CPI's theme": {func(s *portfolio.Set) { s.Members = s.Members[1:]; s.Departments = nil }, "", "", "", ""},
		"a theme missing":                 {func(s *portfolio.Set) { s.Members[2].Theme = "Value" }, portfolio.ThemeUnmeasured, "theme MoneySaved:", "", ""},
		"a department missing":            {func(s *portfolio.Set) { s.Members[4].Department = "Support" }, portfolio.DepartmentMissing, "belongs to Sales:", "", ""},
		"no guardrail":                    {func(s *portfolio.Set) { s.Guarded = false }, "", "", portfolio.NoGuardrail, "set guardrail"},
		"nothing to guard":                {func(s *portfolio.Set) { s.Guarded, s.Members, s.Departments = false, s.Members[:4], nil }, "", "", "", ""},
		"inward":                          {func(s *portfolio.Set) { inward(s, "Profit"); s.Departments = nil }, portfolio.ThemeUnmeasured, "", portfolio.OnlyInternal, "the company itself"},
		"a goal on what the company gains is inward": {func(s *portfolio.Set) {
			inward(s, "Profit")
			s.Members[1].Theme, s.Members[1].Commercial, s.Departments = "Value", true, nil
		}, portfolio.ThemeUnmeasured, "", portfolio.OnlyInternal, "the company itself"},
		"a goal for customers":              {func(s *portfolio.Set) { inward(s, "CustomerGoal"); s.Departments = nil }, portfolio.ThemeUnmeasured, "", "", ""},
		"a heavy member":                    {func(s *portfolio.Set) { s.Members[4].Weight = 6 }, "", "", portfolio.OneTopicDominates, "category Growth has 54 % of the weight, with 1 of 6"},
		"half is not most":                  {func(s *portfolio.Set) { s.Members[4].Weight = 5 }, "", "", "", ""},
		"a goal weighs for its CPI's theme": {func(s *portfolio.Set) { s.Members[5].Weight = 6 }, "", "", portfolio.OneTopicDominates, "theme Time has 63 % of the weight, with 2 of 6"},
		"two members are few":               {func(s *portfolio.Set) { s.Members[0].Weight = 9; s.Members = s.Members[:2]; s.Departments = nil }, portfolio.ThemeUnmeasured, "", "", ""},
	} {
		s := sound()
		c.change(&s)
		check := func(found []portfolio.Finding, rule portfolio.Rule, says string) {
			switch {
			case rule == "" && len(found) != 0, rule != "" && len(found) != 1:
				t.Errorf("%s: %+v, want %q", name, found, rule)
			case rule != "" && (found[0].Rule != rule || !strings.Contains(found[0].Message, says)):
				t.Errorf("%s: %+v, want %s with %q", name, found[0], rule, says)
			}
		}
		check(s.Coverage(), c.covered, c.says)
		check(s.Balance(), c.balance, c.told)
	}
}
