// Package access tests on a real API server what the accounts of runs may do: read definitions, write the
// status of the reports that name them, and nothing else; and what the operator's own may not do to others.
package access

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
	"github.com/cpi-operator/cpi-operator/internal/job"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
	"github.com/cpi-operator/cpi-operator/internal/publish"
)

func TestMain(m *testing.M) { envtestkit.Main(m) }

const operator = "system:serviceaccount:cpi-operator-system:cpi-operator"

// install creates the objects of manifests.
func install(t *testing.T, paths ...string) {
	t.Helper()
	c := envtestkit.Client(t)
	for _, path := range paths {
		content, err := os.ReadFile(filepath.Join(envtestkit.Root(), path))
		if err != nil {
			t.Fatal(err)
		}
		decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(content), 4096)
		for {
			object := &unstructured.Unstructured{}
			if err := decoder.Decode(&object.Object); err != nil {
				break
			}
			if len(object.Object) > 0 {
				envtestkit.Create(t, c, object)
			}
		}
	}
	var policies admissionv1.ValidatingAdmissionPolicyList
	if err := c.List(t.Context(), &policies); err != nil || len(policies.Items) != 3 {
		t.Fatalf("%d policies, error %v", len(policies.Items), err)
	}
}

// account is a client of a source's runs.
func account(t *testing.T, namespace, source string) client.WithWatch {
	t.Helper()
	return envtestkit.ClientFor(t, envtestkit.As(t, "system:serviceaccount:"+namespace+":"+job.ServiceAccountName(source), "system:serviceaccounts", "system:serviceaccounts:"+namespace))
}

func TestAccountsOfRuns(t *testing.T) {
	admin := envtestkit.Client(t)
	ns := &corev1.Namespace{}
	ns.Name = "cpi-operator-system"
	envtestkit.Create(t, admin, ns)
	install(t, "config/rbac/role.yaml", "config/rbac/operator.yaml", "config/rbac/job.yaml", "config/admission/reports.yaml", "config/admission/revisions.yaml")
	asOperator := envtestkit.ClientFor(t, envtestkit.As(t, operator, "system:serviceaccounts"))
	namespace := envtestkit.Namespace(t)

	// The operator may make what a source needs, the binding to a role that it does not hold itself included.
	crm := envtestkit.DataSource(namespace, "crm")
	billing := envtestkit.DataSource(namespace, "billing")
	cpi := envtestkit.CPI(namespace, "nps", "survey")
	envtestkit.Create(t, admin, crm, billing, envtestkit.Dataset(namespace, "survey", "crm"), cpi)
	for _, ds := range []*v1alpha1.DataSource{crm, billing} {
		schedule, err := job.ScheduleOf(ds)
		if err != nil {
			t.Fatal(err)
		}
		envtestkit.Create(t, asOperator, job.OfSource(ds).ServiceAccount(), job.OfSource(ds).RoleBinding(), job.OfSource(ds).CronJob(schedule, job.Images{Manager: "m:1", Compute: "c:1"}))
	}

	// Policies take a moment until they are in force.
	envtestkit.Eventually(t, func() bool {
		probe := envtestkit.Report(cpi, "crm", "v1-abc", func(r *v1alpha1.IndicatorReport) { r.GenerateName, r.Name = "probe-", "" })
		return apierrors.IsForbidden(admin.Create(t.Context(), probe))
	})
	report := envtestkit.Report(cpi, "crm", "v1-abc")
	envtestkit.Create(t, asOperator, report)

	own := account(t, namespace, "crm")
	output := filepath.Join(t.TempDir(), "plan.json")
	step := planstep.Step{Client: own, Namespace: namespace, Source: "crm", Run: "run-1", Now: time.Now(), Output: output, Log: slog.New(slog.DiscardHandler)}
	if err := step.Do(t.Context()); err != nil {
		t.Fatalf("the plan step may not read what it needs: %v", err)
	}
	planned, err := plan.Read(output)
	if err != nil || len(planned.Indicators) != 1 {
		t.Fatalf("plan %+v, error %v", planned, err)
	}
	planned.Indicators[0].RequestHash = "v1-abc"

	for _, tc := range []struct {
		name    string
		client  client.WithWatch
		written bool
	}{
		{"another source's account", account(t, namespace, "billing"), false},
		{"the administrator", admin, false},
		{"the operator", asOperator, false},
		{"the source's own account", own, true},
	} {
		t.Run("status by "+tc.name, func(t *testing.T) {
			published(t, tc.client, namespace, planned)
			if got := envtestkit.Reload(t, admin, report).Status.Attempt != nil; got != tc.written {
				t.Errorf("written = %v, want %v", got, tc.written)
			}
		})
	}

	t.Run("beyond its reports", func(t *testing.T) {
		for name, try := range map[string]func() error{
			"secrets":        func() error { return own.List(t.Context(), &corev1.SecretList{}, client.InNamespace(namespace)) },
			"pods":           func() error { return own.List(t.Context(), &corev1.PodList{}, client.InNamespace(namespace)) },
			"roles":          func() error { return own.List(t.Context(), &rbacv1.RoleBindingList{}, client.InNamespace(namespace)) },
			"report's spec":  func() error { return own.Update(t.Context(), envtestkit.Reload(t, admin, report)) },
			"definitions":    func() error { return own.Update(t.Context(), envtestkit.Reload(t, admin, cpi)) },
			"other spaces":   func() error { return own.List(t.Context(), &v1alpha1.IndicatorReportList{}) },
			"operator's own": func() error { return asOperator.List(t.Context(), &corev1.SecretList{}) },
			"a secret of the source's, by the operator": func() error {
				return asOperator.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: "crm-reader"}, &corev1.Secret{})
			},
		} {
			if err := try(); !apierrors.IsForbidden(err) {
				t.Errorf("%s: error %v, want forbidden", name, err)
			}
		}
	})

	t.Run("former versions", func(t *testing.T) { revisions(t, admin, asOperator, cpi) })
	t.Run("scorecards", func(t *testing.T) { scorecards(t, admin, asOperator, cpi) })

	t.Run("spec by hand", func(t *testing.T) {
		edited := envtestkit.Reload(t, admin, report)
		edited.Spec.RequestHash = "v1-forged"
		if err := admin.Update(t.Context(), edited); !apierrors.IsForbidden(err) {
			t.Errorf("error %v, want forbidden", err)
		}
		envtestkit.Reload(t, admin, report).Labels = map[string]string{"seen": "true"}
		if err := admin.Update(t.Context(), report); err != nil {
			t.Errorf("what is not the spec may be changed, as garbage collection does: %v", err)
		}
		report.Spec.RequestHash = "v1-new"
		if err := asOperator.Update(t.Context(), report); err != nil {
			t.Errorf("the operator may not change the spec: %v", err)
		}
	})
}

// published runs the publish step once with a failed indicator, as the given client; whether it could write
// is for the caller to look at.
func published(t *testing.T, c client.WithWatch, namespace string, p plan.Plan) {
	t.Helper()
	folder := t.TempDir()
	indicator := p.Indicators[0]
	results := plan.ResultsFolder(folder)
	if err := results.WriteResult(0, plan.Result{
		Key: indicator.Key, UID: indicator.UID, RequestHash: indicator.RequestHash,
		Failure: &plan.Failure{Reason: plan.TableMissing, Message: "Table survey is not there."},
	}); err != nil {
		t.Fatal(err)
	}
	if err := results.WriteDone(plan.Done{Expected: 1, Failed: 1}); err != nil {
		t.Fatal(err)
	}
	publisher := publish.Publisher{
		Client: c, Namespace: namespace, Source: "crm", Plan: p, Results: results, Message: filepath.Join(folder, "message"),
		Every: time.Millisecond, Flush: 500 * time.Millisecond, Clock: clock.RealClock{}, Log: slog.New(slog.DiscardHandler),
	}
	_ = publisher.Run(ended(t)) // an account that may not write fails here, as it must
}
