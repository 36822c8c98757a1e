package console

import (
	"fmt"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/board"
)

// shown are the names of what a page lists, in its order: rows of tables, and problems.
func shown(t testing.TB, handler http.Handler, path string) (rows, problems []string) {
	t.Helper()
	body := get(t, handler, path, 0).Body.String()
	for _, match := range regexp.MustCompile(`<tr role="row" data-row[^>]*>\s*<th[^>]*><a href="/ns/[^/]*/\w+/([^"]*)"`).FindAllStringSubmatch(body, -1) {
		rows = append(rows, match[1])
	}
	for _, match := range regexp.MustCompile(`(?s)<li class="problem.*?</li>`).FindAllString(body, -1) {
		name := regexp.MustCompile(`<code>([^<]*)</code>`).FindStringSubmatch(match)
		if name == nil {
			name = []string{"", ""}
		}
		problems = append(problems, name[1])
	}
	return rows, problems
}

func TestOverviewShowsTheGravestFirst(t *testing.T) {
	rows, problems := shown(t, site1(t, demo(t)), "/ns/demo")
	want := []string{
		"retailer-repeat-goal", "software-renewal", "telco-churn-goal", "software-nps-goal", // KPIs
		"retailer-ease", "telco-support", // Convenience
		"software-nps",                   // Advocacy
		"telco-churn", "retailer-repeat", // Loyalty
	}
	if !slices.Equal(rows, want) {
		t.Errorf("rows %q", rows)
	}
	if len(problems) == 0 || problems[0] != "telco-churn" {
		t.Errorf("problems %q", problems)
	}
}

func TestOverviewIsNarrowed(t *testing.T) {
	handler := site1(t, demo(t))
	for query, want := range map[string][2]string{
		"state=Critical":              {"telco-churn", "telco-churn"},
		"owner=sales":                 {"retailer-repeat-goal software-renewal", "retailer-repeat-goal software-renewal"},
		"theme=Advocacy":              {"software-nps", "software-nps"},
		"q=RECOMMEND":                 {"software-nps", "software-nps"},
		"theme=Advocacy&state=Good":   {"", ""},
		"q=%3Cscript%3E":              {"", ""},
		"owner=sales&q=nothing-of-it": {"", ""},
	} {
		rows, problems := shown(t, handler, "/ns/demo?"+query)
		if got := [2]string{strings.Join(rows, " "), strings.Join(problems, " ")}; got != want {
			t.Errorf("%s: %q, not %q", query, got, want)
		}
	}
}

// cell of a row by the label of its column.
func cell(t testing.TB, body, name, label string) string {
	t.Helper()
	_, row, found := strings.Cut(body, `/`+name+`">`)
	row, _, _ = strings.Cut(row, "</tr>")
	_, value, labelled := strings.Cut(row, `data-label="`+label+`"`)
	value, _, _ = strings.Cut(value, "</td>")
	if !found || !labelled {
		t.Fatalf("no cell %s of %s", label, name)
	}
	value = value[strings.Index(value, ">")+1:]
	return strings.Join(strings.Fields(html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(value, " "))), " ")
}

func TestNumbersStandWithTheirIntervalAndSample(t *testing.T) {
	handler := site1(t, demo(t))
	kpis := func(lang string) string {
		_, body, _ := strings.Cut(get(t, handler, "/ns/demo?lang="+lang, 0).Body.String(), `id="indicators"`)
		return body
	}
	english, german := kpis("en"), kpis("de")
	for _, test := range []struct{ body, label, want string }{
		{english, "Value", "26.5 % [25.5, 27.6]"}, {english, "n", "7,043"}, {english, "State", "▲ Critical"},
		{german, "Wert", "26,5 % [25,5; 27,6]"}, {german, "n", "7.043"}, {german, "Stand", "▲ Kritisch"},
	} {
		if got := cell(t, test.body, "cpi/telco-churn", test.label); got != test.want {
			t.Errorf("%s: %q, not %q", test.label, got, test.want)
		}
	}
	if got := cell(t, german, "kpi/software-renewal", "Ziel"); got != "≥ 85 % ab 01.01.2026" {
		t.Errorf("target %q", got)
	}
}

// made is an indicator as the operator would leave it.
func made(name, title string, summary v1alpha1.IndicatorSummary, conditions ...metav1.Condition) v1alpha1.CPIDefinition {
	return v1alpha1.CPIDefinition{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "made"},
		Spec:       v1alpha1.CPIDefinitionSpec{Title: title, Theme: "Time", Owner: v1alpha1.Owner{Team: "support"}},
		Status:     v1alpha1.IndicatorStatus{Summary: &summary, Conditions: conditions},
	}
}

func TestWhatIsNoResultIsMarked(t *testing.T) {
	n := int64(12)
	objects := board.Objects{Namespace: "made", CPIs: []v1alpha1.CPIDefinition{
		made("running", "Running", v1alpha1.IndicatorSummary{Value: "10.5", Interval: "[1.5, 20.5]", N: &n, Period: "2026-11", State: "Running"}),
		made("failing", "Failing", v1alpha1.IndicatorSummary{Value: "10.5", Interval: "[1.5, 20.5]", N: &n, Period: "2026-11", State: "Failing"}),
		made("mature", "Mature", v1alpha1.IndicatorSummary{Value: "10.5", Interval: "[1.5, 20.5]", N: &n, Period: "2026-10", State: "OK"}),
		made("counted", "Counted", v1alpha1.IndicatorSummary{Value: "1,204 EUR", Interval: "census", Period: "2026-10", State: "OK"}),
		made("nothing", "Nothing", v1alpha1.IndicatorSummary{State: "NoData"}),
		{ObjectMeta: metav1.ObjectMeta{Name: "new"}, Spec: v1alpha1.CPIDefinitionSpec{Title: "New", Theme: "Time"}},
	}, Reports: map[string]*v1alpha1.IndicatorReport{"CPIDefinition/failing": {Status: v1alpha1.IndicatorReportStatus{
		Result: &v1alpha1.ReportResult{Periods: []v1alpha1.PeriodValue{{Label: "2026-11", State: "Running", Value: "10.5"}}},
	}}}, Linkages: []v1alpha1.CPILinkage{{
		ObjectMeta: metav1.ObjectMeta{Name: "claim"},
		Spec:       v1alpha1.CPILinkageSpec{KPIRef: v1alpha1.LocalReference{Name: "goal"}, Drivers: []v1alpha1.LinkDriver{{CPIRef: v1alpha1.LocalReference{Name: "failing"}}}},
	}}, KPIs: []v1alpha1.KPITarget{{ObjectMeta: metav1.ObjectMeta{Name: "goal"}, Spec: v1alpha1.KPITargetSpec{Title: "Goal"}}}}
	handler := site1(t, objects)
	body := get(t, handler, "/ns/made", 0).Body.String()
	for name, want := range map[string][3]string{
		"cpi/failing": {"10.5 [1.5, 20.5] not a result yet", "12", "✕ Failing"},
		"cpi/running": {"10.5 [1.5, 20.5] not a result yet", "12", "○ Running"},
		"cpi/mature":  {"10.5 [1.5, 20.5]", "12", "✓ OK"},
		"cpi/counted": {"1,204 EUR census", "", "✓ OK"},
		"cpi/nothing": {"no value", "", "? No data"},
		"cpi/new":     {"no value", "", "○ Pending"},
	} {
		if got := [3]string{cell(t, body, name, "Value"), cell(t, body, name, "n"), cell(t, body, name, "State")}; got != want {
			t.Errorf("%s: %q, not %q", name, got, want)
		}
	}
	for path, want := range map[string]string{
		"/ns/made/cpi/failing": `<bdi class="provisional">10.5</bdi> <span class="interval"><bdi>[1.5, 20.5]</bdi></span> <span class="interval">not a result yet</span>`,
		"/ns/made/graph":       `<bdi dir="ltr" class="provisional">10.5</bdi> <bdi dir="ltr" class="small">[1.5, 20.5]</bdi> <span class="small">n&nbsp;12</span> <span class="small">not a result yet</span>`,
	} {
		if body := get(t, handler, path, 0).Body.String(); !strings.Contains(body, want) {
			t.Errorf("%s does not mark what is no result", path)
		}
	}
	if body := get(t, handler, "/ns/made/cpi/mature", 0).Body.String(); strings.Contains(body, "not a result yet") {
		t.Error("a result is told to be none")
	}
}

// Whoever reads of a problem comes to what has it.
func TestEveryProblemLeadsToItsObject(t *testing.T) {
	wrong := []metav1.Condition{{Type: v1alpha1.ConditionReady, Status: metav1.ConditionFalse, Reason: "ReferenceNotFound", Message: "x"}}
	of := func(name string) metav1.ObjectMeta { return metav1.ObjectMeta{Name: name} }
	objects := board.Objects{
		Namespace:  "made",
		CPIs:       []v1alpha1.CPIDefinition{{ObjectMeta: of("a"), Status: v1alpha1.IndicatorStatus{Conditions: wrong}}},
		KPIs:       []v1alpha1.KPITarget{{ObjectMeta: of("b"), Status: v1alpha1.IndicatorStatus{Conditions: wrong}}},
		Linkages:   []v1alpha1.CPILinkage{{ObjectMeta: of("c"), Status: v1alpha1.CPILinkageStatus{Conditions: wrong}}},
		Scorecards: []v1alpha1.Scorecard{{ObjectMeta: of("d"), Status: v1alpha1.ScorecardStatus{Conditions: wrong}}},
	}
	body := get(t, site1(t, objects), "/ns/made", 0).Body.String()
	_, body, _ = strings.Cut(body, `id="problems"`)
	problems, _, _ := strings.Cut(body, "</section>")
	for _, path := range []string{"cpi/a", "kpi/b", "linkage/c", "scorecard/d"} {
		if !strings.Contains(problems, `href="/ns/made/`+path+`"`) {
			t.Errorf("no problem leads to %s", path)
		}
	}
}

const hostile = `"><script>alert(1)</script><img src=x onerror=alert(2)>{{.}}</script>&lt;` + "\u202e" + `'`

// What people write is text, wherever it stands.
func TestTextsOfOthersAreText(t *testing.T) {
	objects := demo(t)
	message := metav1.Condition{Type: "WithinThresholds", Status: metav1.ConditionFalse, Reason: hostile, Message: hostile}
	for i := range objects.CPIs {
		c := &objects.CPIs[i]
		c.Spec.Title, c.Spec.Description, c.Spec.Owner.Team, c.Spec.Owner.Department = hostile, hostile, hostile, hostile
		c.Status.Conditions = append(c.Status.Conditions, message)
		c.Status.Summary.Value, c.Status.Summary.Interval, c.Status.Summary.Period, c.Status.Summary.Trend = hostile, hostile, hostile, hostile
		if r := objects.Reports["CPIDefinition/"+c.Name]; r != nil && r.Status.Result != nil {
			r.Status.Result.SQL, r.Status.Result.Variant, r.Status.Result.Warnings = hostile, hostile, []string{hostile}
			for j := range r.Status.Result.Segments {
				r.Status.Result.Segments[j].Values = []string{hostile}
			}
			for j := range r.Status.Result.Periods {
				r.Status.Result.Periods[j].Label = hostile
			}
		}
	}
	for i := range objects.KPIs {
		k := &objects.KPIs[i]
		k.Spec.Title, k.Spec.Objective, k.Spec.Owner.Team, k.Status.Summary.Target, k.Status.Summary.State = hostile, hostile, hostile, hostile, hostile
	}
	for i := range objects.Linkages {
		l := &objects.Linkages[i]
		l.Spec.Title, l.Status.Explanation, l.Status.Verdict = hostile, []string{hostile}, hostile
		for j := range l.Status.Drivers {
			l.Status.Drivers[j].Verdict, l.Status.Drivers[j].Effect, l.Status.Drivers[j].Lag, l.Status.Drivers[j].Sentence = hostile, hostile, hostile, hostile
		}
	}
	for i := range objects.Scorecards {
		spec := &objects.Scorecards[i].Spec
		spec.Title, spec.Description, spec.Audience, spec.Objective = hostile, hostile, hostile, hostile
	}
	handler := site1(t, objects)
	for _, path := range append([]string{"/ns/demo?q=" + "%22%3E%3Cscript%3Ealert(1)%3C/script%3E"}, pages...) {
		body := get(t, handler, path, 0).Body.String()
		if found := forbidden(t, body); found != nil {
			t.Errorf("%s has %q", path, found)
		}
	}
	if body := get(t, handler, "/ns/demo/cpi/"+"%3Cscript%3Ealert(1)", http.StatusNotFound).Body.String(); forbidden(t, body) != nil {
		t.Errorf("the page of an unknown name has %q", forbidden(t, body))
	}
}

func TestEmptyNamespace(t *testing.T) {
	handler := site1(t, board.Objects{Namespace: "empty"})
	for path, want := range map[string]string{
		"/ns/empty": "kubectl cpi init", "/ns/empty/graph": "No KPITarget is defined",
	} {
		if body := get(t, handler, path, 0).Body.String(); !strings.Contains(body, want) {
			t.Errorf("%s does not say %q", path, want)
		}
	}
	get(t, handler, "/ns/empty/cpi/any", http.StatusNotFound)
	none, err := New(boards{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if body := get(t, none, "/", 0).Body.String(); !strings.Contains(body, "There is nothing to show yet") {
		t.Errorf("without a namespace: %s", body)
	}
}

func TestLanguageIsChosen(t *testing.T) {
	handler := site1(t, demo(t))
	for _, test := range []struct{ path, accept, cookie, want string }{
		{"/ns/demo", "", "", "en"},
		{"/ns/demo", "de-AT, en;q=0.5", "", "de"},
		{"/ns/demo", "fr, ja", "", "en"},
		{"/ns/demo", "en", "de", "de"},
		{"/ns/demo?lang=en", "de", "de", "en"},
		{"/ns/demo?lang=<x>", "de", "", "de"},
		{"/ns/demo", "en", "<x>", "en"},
	} {
		header := []string{"Accept-Language", test.accept}
		if test.cookie != "" {
			header = append(header, "Cookie", languageCookie+"="+test.cookie)
		}
		answer := get(t, handler, test.path, 0, header...)
		if got := answer.Header().Get("Content-Language"); got != test.want {
			t.Errorf("%+v: %s", test, got)
		}
		if chosen := strings.Contains(test.path, "lang=en"); chosen != strings.HasPrefix(answer.Header().Get("Set-Cookie"), languageCookie+"=en") {
			t.Errorf("%+v: cookie %q", test, answer.Header().Get("Set-Cookie"))
		}
	}
}

// arabic texts are the English ones between marks, in a third language that is written from right to left.
func arabic(t testing.TB) textFS {
	t.Helper()
	files := fstest.MapFS{}
	for _, language := range []string{"en", "de"} {
		entries, err := textFiles.ReadDir("texts/" + language)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			content, err := textFiles.ReadFile("texts/" + language + "/" + entry.Name())
			if err != nil {
				t.Fatal(err)
			}
			files["texts/"+language+"/"+entry.Name()] = &fstest.MapFile{Data: content}
			if language == "en" {
				files["texts/ar/"+entry.Name()] = &fstest.MapFile{Data: regexp.MustCompile(`(?m)^(overview\.[\w.]+: )(\w.*)$`).ReplaceAll(content, []byte("${1}‹‹ $2 ››"))}
			}
		}
	}
	return files
}

func TestAnotherLanguageIsAFolder(t *testing.T) {
	objects := demo(t)
	handler, err := newSite(boards{"demo": objects}, Options{}, arabic(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range pages {
		body := get(t, handler, path, 0, "Accept-Language", "ar-EG").Body.String()
		if !strings.Contains(body, `<html lang="ar" dir="rtl">`) || !strings.Contains(body, `hreflang="ar"`) {
			t.Errorf("%s is not written from right to left:\n%s", path, body)
		}
	}
	body := get(t, handler, "/ns/demo", 0, "Accept-Language", "ar").Body.String()
	for _, want := range []string{"‹‹ What needs somebody ››", `<bdi dir="ltr" class="value">26.5 %</bdi>`, `<p lang="en" dir="ltr">`} {
		if !strings.Contains(body, want) {
			t.Errorf("the overview lacks %s", want)
		}
	}
}

func TestSidesAreNamedByTheDirectionOfWriting(t *testing.T) {
	for _, name := range []string{"style.css", "charts.css"} {
		css, err := assetFiles.ReadFile("assets/" + name)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile(`(?m)(?:margin|padding|border)-(?:left|right)\b|text-align:\s*(?:left|right)|^\s*(?:left|right):|float:`).FindAllString(string(css), -1) {
			if found != "text-align: left" { // of code, which is written from left to right everywhere
				t.Errorf("%s has %s", name, found)
			}
		}
	}
}

// many indicators, each with two years of months.
func many(t testing.TB, n int) board.Objects {
	t.Helper()
	from := demo(t)
	result := from.Reports["CPIDefinition/software-nps"]
	out := board.Objects{Namespace: "many", At: from.At, Sources: from.Sources, Datasets: from.Datasets, Reports: map[string]*v1alpha1.IndicatorReport{}}
	states := []string{"OK", "Warning", "Critical", "NoData", "Running", "Failing", "OK", "OK"}
	for i := range n {
		name := fmt.Sprintf("indicator-%04d", i)
		cpi, _ := from.CPI("software-nps")
		c := cpi.DeepCopy()
		c.Name, c.Spec.Theme, c.Spec.Owner.Team = name, board.Themes[i%len(board.Themes)], fmt.Sprintf("team-%d", i%20)
		c.Status.Summary.State = states[i%len(states)]
		out.CPIs = append(out.CPIs, *c)
		out.Reports["CPIDefinition/"+name] = result
		if i%10 == 0 {
			kpi, _ := from.KPI("software-renewal")
			k := kpi.DeepCopy()
			k.Name = fmt.Sprintf("target-%04d", i)
			out.KPIs = append(out.KPIs, *k)
			out.Reports["KPITarget/"+k.Name] = from.Reports["KPITarget/software-renewal"]
			l := from.Linkage("software-nps-renewal").DeepCopy()
			l.Name, l.Spec.KPIRef.Name, l.Spec.Drivers[0].CPIRef.Name = fmt.Sprintf("claim-%04d", i), k.Name, name
			out.Linkages = append(out.Linkages, *l)
		}
	}
	return out
}

func TestThousandIndicators(t *testing.T) {
	handler := site1(t, many(t, 1000))
	rows, problems := shown(t, handler, "/ns/many")
	if len(rows) != 1100 || len(problems) != listed {
		t.Errorf("%d rows, %d problems", len(rows), len(problems))
	}
	all := len(many(t, 1000).Problems())
	if body := get(t, handler, "/ns/many?lang=de", 0).Body.String(); !strings.Contains(body, fmt.Sprintf(">%d.%03d weitere", (all-listed)/1000, (all-listed)%1000)) {
		t.Errorf("of %d problems those that are not listed are not counted", all)
	}
	if rows, _ := shown(t, handler, "/ns/many?owner=team-3&state=Doubtful"); len(rows) != 25 {
		t.Errorf("%d rows of one team without data", len(rows))
	}
	if rows, _ := shown(t, handler, "/ns/many?q=indicator-0999"); len(rows) != 1 {
		t.Errorf("%d rows of one name", len(rows))
	}
	get(t, handler, "/ns/many/graph", 0)
}

func BenchmarkOverview1000(b *testing.B) { benchmark(b, "/ns/many") }
func BenchmarkGraph1000(b *testing.B)    { benchmark(b, "/ns/many/graph") }
func BenchmarkIndicator(b *testing.B)    { benchmark(b, "/ns/many/cpi/indicator-0500") }

func benchmark(b *testing.B, path string) {
	handler := site1(b, many(b, 1000))
	size := 0
	for b.Loop() {
		size = get(b, handler, path, 0).Body.Len()
	}
	b.ReportMetric(float64(size)/1024, "KiB/page")
}
