package e2e

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/test/alerting"
)

// TestAlertsReachTheirOwners: from a bad number to a message, through the real Prometheus operator, Prometheus and
// Alertmanager, with the rules that the operator writes and the routes that we hand out. Each alert arrives once, with its
// owner and its text, outlives a new leader and a crash of the operator, and resolves when its cause is repaired. No other
// test runs beside it: it starts the operator anew, and brings APIs that are there for all.
func TestAlertsReachTheirOwners(t *testing.T) {
	needsDevcluster(t)
	ns, stack := namespace(t), namespace(t)
	operatorWith(t, "--alert-for=2s", "--alert-keep-firing-for=45s") // a crashed leader's lease ends after 15 s
	atOnce := append(hostileWords(t, ns), belowThreshold(t, ns), divergence(t, ns))
	later := deadSource(t, ns) // told of only when it has failed for two scheduled runs
	all := append([]trouble{later}, atOnce...)
	for _, trouble := range all {
		trouble.begins()
	}

	// The Prometheus operator comes when ours is long at work.
	ruleFile(t, ns, "CPIBelowThreshold")
	installMonitoringAPIs(t)
	foreign := foreignRule(t, stack)
	receiver := receive(t, ns)
	prometheusRule(t, ns, "CPIBelowThreshold")
	prometheusRule(t, operatorNamespace, "CPIOperatorAbsent")
	monitoring := startMonitoring(t, stack)
	for _, trouble := range atOnce {
		arrives(t, receiver, trouble)
	}
	foreign()
	newLeader(t, monitoring)
	crash(t, monitoring)
	arrives(t, receiver, later)
	inhibited(t, monitoring, ns)

	for _, trouble := range all {
		trouble.repair()
	}
	for _, trouble := range all {
		goesOnce(t, receiver, trouble)
	}
	if wrong := receiver.Wrong(); len(wrong) > 0 {
		t.Errorf("no messages of Alertmanager came to %q", wrong)
	}
}

// trouble is something that goes wrong, whom it must be told to, and how it is put right.
type trouble struct {
	// to is the receiver.
	to string
	// labels that tell the alert from others, and those that routes and readers need.
	labels map[string]string
	// segment is what the segment's label begins with, empty of the total. Long ones are cut.
	segment string
	// summary of the alert, and what its description must say.
	summary string
	says    []string
	// begins waits until the operator's own conditions tell it.
	begins func()
	repair func()
}

// told is what a receiver was told of a trouble.
func (trouble trouble) told(receiver *alerting.Receiver) []alerting.Told {
	return slices.DeleteFunc(receiver.About(trouble.labels), func(one alerting.Told) bool {
		segment := one.Labels["segment"]
		return !strings.HasPrefix(segment, trouble.segment) || (trouble.segment == "") != (segment == "")
	})
}

// belowThreshold is a CPI whose whole interval lies below its critical threshold.
func belowThreshold(t *testing.T, ns string) trouble {
	create(t, file(ns, "survey", "survey.csv", survey(100, 80)))
	apply(t, ns, surveySource+good("below", "survey", "thresholds: {warning: 95%, critical: 90%}"))
	return trouble{
		begins: func() { waitReason(t, cpi(ns, "below"), v1alpha1.ConditionWithinThresholds, v1alpha1.ReasonCritical) },
		to:     "support",
		labels: map[string]string{"alertname": "CPIBelowThreshold", "namespace": ns, "kind": "CPIDefinition", "name": "below", "severity": "critical",
			"concern": "business", "owner": "support", "theme": "Satisfaction", "title": "Answers of ten", "source": "survey", "cpi": "below"},
		summary: "Answers of ten is beyond its critical threshold",
		says:    []string{"80.0 % [71.1, 86.7], n 100", "below the critical level 90 %", "Find out what changed", "kubectl describe --namespace " + ns},
		repair: func() {
			update(t, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "survey"}}, func(c *corev1.ConfigMap) {
				c.Data["survey.csv"] = survey(1000, 990)
			})
			runAgain(t, ns, "survey")
		},
	}
}

// deadSource is a database that can be reached, and then cannot.
func deadSource(t *testing.T, ns string) trouble {
	db := newDatabase(t, ns)
	db.surveyTable(t, "survey", 100, 80)
	apply(t, ns, db.source("crm", `schedule: "* * * * *"`)+onDataset("answers", "crm", "table: {name: survey}"))
	update(t, cpi(ns, "answers"), func(c *v1alpha1.CPIDefinition) {
		c.Spec.Thresholds = &v1alpha1.Thresholds{Critical: new(v1alpha1.Value("90%"))}
	})
	slice := &discoveryv1.EndpointSlice{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: databaseHost}}
	var lives int32
	leadTo := func(port *int32) {
		update(t, slice, func(s *discoveryv1.EndpointSlice) { s.Ports[0].Port = port })
	}
	return trouble{
		begins: func() {
			reads(t, cpi(ns, "answers"), eighty)
			lives = *reload(t, slice).Ports[0].Port
			leadTo(new(int32(1)))
			startRun(t, ns, "crm")
			waitReason(t, dataSource(ns, "crm"), v1alpha1.ConditionComputed, "SourceUnreachable")
		},
		to: "platform-on-call",
		labels: map[string]string{"alertname": "CPIComputationFailing", "namespace": ns, "kind": "DataSource", "name": "crm", "severity": "critical",
			"concern": "platform", "owner": "platform", "title": "crm", "source": "crm"},
		summary: "crm is not being computed",
		says:    []string{"SourceUnreachable", databaseHost},
		repair: func() {
			leadTo(new(lives))
			runAgain(t, ns, "crm")
			waitReason(t, dataSource(ns, "crm"), v1alpha1.ConditionComputed, v1alpha1.ReasonSucceeded)
		},
	}
}

// divergence is a KPI on target while the CPI that guards it has lost forty points.
func divergence(t *testing.T, ns string) trouble {
	create(t, file(ns, "months", "months.csv", months(0.5)))
	apply(t, ns, fmt.Sprintf(monthsManifests, time.Now().AddDate(-2, 0, 0).Format(time.DateOnly)))
	linkage := &v1alpha1.CPILinkage{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "content-renews"}}
	return trouble{
		begins: func() { waitReason(t, kpi(ns, "renewed"), v1alpha1.ConditionDiverging, "Diverging") },
		to:     "sales",
		labels: map[string]string{"alertname": "CPIKPIDivergence", "namespace": ns, "kind": "KPITarget", "name": "renewed", "severity": "warning",
			"concern": "business", "owner": "sales", "theme": "Growth", "title": "Contracts renewed", "source": "months", "cpi": "content"},
		summary: "Contracts renewed looks good while its customers do worse",
		says:    []string{"renewed", "content", time.Now().AddDate(0, 0, -time.Now().Day()).Format("2006-01")},
		repair: func() {
			update(t, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "months"}}, func(c *corev1.ConfigMap) {
				c.Data["months.csv"] = months(0.9)
			})
			// Months that were frozen are read again only where this is asked for.
			restate := func(o client.Object) {
				o.SetAnnotations(map[string]string{v1alpha1.RestateAnnotation: "answers were lost"})
			}
			update(t, cpi(ns, "content"), func(c *v1alpha1.CPIDefinition) { restate(c) })
			update(t, kpi(ns, "renewed"), func(k *v1alpha1.KPITarget) { restate(k) })
			update(t, linkage, func(l *v1alpha1.CPILinkage) { restate(l) })
			waitReason(t, linkage, v1alpha1.ConditionDiverging, "NotDiverging")
		},
	}
}

// months of customers, sixty in each, of whom nineteen in twenty renewed; of nine in ten who were content, only such a part
// still is in the last three months.
func months(content float64) string {
	var out strings.Builder
	out.WriteString("customer,at,content,renewed\n")
	const each = 60
	yes := func(is bool) string {
		if is {
			return "yes"
		}
		return "no"
	}
	now := time.Now().UTC()
	first := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	for back := 12; back >= 1; back-- {
		part := 0.9
		if back <= 3 {
			part = content
		}
		for i := range each {
			fmt.Fprintf(&out, "c%d-%d,%s 12:00:00,%s,%s\n", back, i, first.AddDate(0, -back, i%28).Format(time.DateOnly),
				yes(float64(i) < part*each), yes(i%20 != 7))
		}
	}
	fmt.Fprintf(&out, "c0,%s,yes,yes\n", now.Format("2006-01-02 15:04:05")) // so that the month before is over
	return out.String()
}

const monthsManifests = `
apiVersion: cpi-operator.io/v1alpha1
kind: DataSource
metadata: {name: months}
spec: {files: {tables: [{name: months, format: CSV, configMap: {name: months, key: months.csv}}]}}
---
apiVersion: cpi-operator.io/v1alpha1
kind: Dataset
metadata: {name: months}
spec: {dataSourceRef: {name: months}, table: {name: months}, entities: {customer: customer}, time: {event: {column: at}}}
---
apiVersion: cpi-operator.io/v1alpha1
kind: CPIDefinition
metadata: {name: content}
spec:
  title: Content customers
  theme: Satisfaction
  owner: {team: support}
  datasetRef: {name: months}
  measure: {share: {of: [{column: content, operator: In, values: ["yes"]}], direction: HigherIsBetter}}
  period: {grain: Month}
---
apiVersion: cpi-operator.io/v1alpha1
kind: KPITarget
metadata: {name: renewed}
spec:
  title: Contracts renewed
  category: Growth
  owner: {team: sales}
  datasetRef: {name: months}
  measure: {share: {of: [{column: renewed, operator: In, values: ["yes"]}], direction: HigherIsBetter}}
  period: {grain: Month}
  targets: [{from: %q, atLeast: 80%%}]
---
apiVersion: cpi-operator.io/v1alpha1
kind: CPILinkage
metadata: {name: content-renews}
spec:
  title: Content customers renew
  kpiRef: {name: renewed}
  drivers: [{cpiRef: {name: content}, expected: Positive, guardrail: {minWorsening: 5%%}}]
  periodLevel: {history: 24}
`

// arrives waits until a trouble has been told, and checks to whom and what.
func arrives(t *testing.T, receiver *alerting.Receiver, trouble trouble) {
	t.Helper()
	var told []alerting.Told
	eventuallyWithin(t, 4*time.Minute, fmt.Sprintf("a message about %s %s", trouble.labels["name"], trouble.segment), func(context.Context) error {
		if told = trouble.told(receiver); len(told) == 0 {
			return errors.New("there is none")
		}
		return nil
	})
	for _, one := range told {
		if one.To != trouble.to || one.Status != "firing" {
			t.Errorf("%s is told to %s as %s, want %s", trouble.labels["name"], one.To, one.Status, trouble.to)
		}
		if one.Annotations["summary"] != trouble.summary {
			t.Errorf("summary of %s: %q, want %q", trouble.labels["name"], one.Annotations["summary"], trouble.summary)
		}
		for _, words := range trouble.says {
			if !strings.Contains(one.Annotations["description"], words) {
				t.Errorf("the description of %s does not say %q: %q", trouble.labels["name"], words, one.Annotations["description"])
			}
		}
		if want := "/docs/runbooks/" + trouble.labels["alertname"] + ".md"; !strings.HasSuffix(one.Annotations["runbook_url"], want) {
			t.Errorf("runbook of %s: %q", trouble.labels["name"], one.Annotations["runbook_url"])
		}
	}
	t.Logf("told to %s: %s\n%s", told[0].To, told[0].Annotations["summary"], told[0].Annotations["description"])
}

// goesOnce waits until a trouble is told to be over, and checks that it has come and gone once.
func goesOnce(t *testing.T, receiver *alerting.Receiver, trouble trouble) {
	t.Helper()
	var told []alerting.Told
	eventually(t, fmt.Sprintf("word that %s is well again", trouble.labels["name"]), func(context.Context) error {
		told = trouble.told(receiver)
		if last := told[len(told)-1]; last.Status != "resolved" {
			return fmt.Errorf("it is %s", last.Status)
		}
		return nil
	})
	if turns := alerting.Turns(told); len(turns) != 2 || strings.TrimPrefix(turns[0], "firing") != strings.TrimPrefix(turns[1], "resolved") {
		t.Errorf("%s should come once and go once: %q", trouble.labels["name"], turns)
	}
}
