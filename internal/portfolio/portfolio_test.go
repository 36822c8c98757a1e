package portfolio_test

import (
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/portfolio"
)

func sound() portfolio.Portfolio {
	return portfolio.Portfolio{
		CPIs: []portfolio.CPI{{"wait", "Time"}, {"ease", "Convenience"}, {"saved", "MoneySaved"}, {"points", "LoyaltyRecognition"}, {"nps", "Advocacy"}},
		KPIs: []portfolio.KPI{
			{Name: "renewal", Category: "Growth", Objective: "Grow"},
			{Name: "ease-goal", Category: "CustomerGoal", Objective: "Easy", CPI: "ease"},
		},
		Links:      []portfolio.Link{{"renewal", []string{"nps", "wait"}}, {"ease-goal", []string{"wait"}}},
		Composites: []portfolio.Composite{{"health", map[string]float64{"nps": .5, "ease": .5}}},
	}
}

func TestLint(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*portfolio.Portfolio)
		rule   portfolio.Rule // empty if all is well
		says   string
	}{
		"sound":             {func(*portfolio.Portfolio) {}, "", ""},
		"nothing wanted":    {func(p *portfolio.Portfolio) { p.KPIs, p.CPIs = nil, nil }, "", ""},
		"a theme missing":   {func(p *portfolio.Portfolio) { p.CPIs = p.CPIs[1:] }, portfolio.ThemeUnmeasured, "theme Time:"},
		"two missing":       {func(p *portfolio.Portfolio) { p.CPIs = p.CPIs[2:] }, portfolio.ThemeUnmeasured, "theme Time, Convenience:"},
		"inward":            {func(p *portfolio.Portfolio) { p.KPIs = p.KPIs[:1] }, portfolio.OnlyInternal, "CustomerGoal"},
		"a category is one": {func(p *portfolio.Portfolio) { p.KPIs[1].CPI = "" }, "", ""},
		"a goal is one":     {func(p *portfolio.Portfolio) { p.KPIs[1].Category = "Growth" }, "", ""},
		"one driver": {func(p *portfolio.Portfolio) { p.Links[0].Drivers = []string{"wait"} },
			portfolio.OneIndicatorCarriesAll, "All 2 linked KPIs rest on CPIDefinition wait"},
		"one driver of one KPI": {func(p *portfolio.Portfolio) { p.Links = p.Links[1:] }, "", ""},
		"a composite in name only": {func(p *portfolio.Portfolio) { p.Composites[0].Weights = map[string]float64{"nps": .95, "ease": .05} },
			portfolio.OneIndicatorCarriesAll, "weight is 95 %"},
		"a composite of one part": {func(p *portfolio.Portfolio) { p.Composites[0].Weights = map[string]float64{"nps": 1} }, "", ""},
		"no objective":            {func(p *portfolio.Portfolio) { p.KPIs[0].Objective = "" }, portfolio.NoObjective, "spec.objective"},
	} {
		p := sound()
		c.change(&p)
		found := portfolio.Lint(p)
		switch {
		case c.rule == "" && len(found) != 0, c.rule != "" && len(found) != 1:
			t.Errorf("%s: %+v", name, found)
		case c.rule != "" && (found[0].Rule != c.rule || !strings.Contains(found[0].Message, c.says)):
			t.Errorf("%s: %+v, want %s with %q", name, found[0], c.rule, c.says)
		case c.rule == portfolio.NoObjective && found[0].KPI != "renewal":
			t.Errorf("%s: about %q", name, found[0].KPI)
		}
	}
}
