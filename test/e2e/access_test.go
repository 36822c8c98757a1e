package e2e

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/job"
)

// TestMetricsEndpoint: /metrics is for whoever may read it.
func TestMetricsEndpoint(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	stranger := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "stranger"}}
	create(t, stranger)
	for _, test := range []struct {
		name  string
		token func(context.Context) (string, error)
		want  int // 0: anything but OK
	}{
		{"a reader", func(ctx context.Context) (string, error) { return tokenOf(ctx, operatorNamespace, metricsReader) }, http.StatusOK},
		{"nobody", func(context.Context) (string, error) { return "", nil }, http.StatusUnauthorized},
		{"a made-up token", func(context.Context) (string, error) { return "made-up", nil }, 0},
		{"an account without the right", func(ctx context.Context) (string, error) { return tokenOf(ctx, ns, stranger.Name) }, http.StatusForbidden},
	} {
		t.Run(test.name, func(t *testing.T) {
			eventually(t, "the answer", func(ctx context.Context) error {
				token, err := test.token(ctx)
				if err != nil {
					return err
				}
				status, text, err := scrape(ctx, token)
				if refused := status != http.StatusOK; err == nil && status != test.want && (test.want != 0 || !refused) {
					err = fmt.Errorf("%d: %.200s", status, text)
				}
				if err == nil && test.want == http.StatusOK && !strings.Contains(text, "cpi_operator_leader 1") {
					err = fmt.Errorf("no leader in %.500s", text)
				}
				return err
			})
		})
	}
}

// TestReportsAreTheirOwnersAlone: a report's status is written by its source's runs, its spec by the operator, and by
// nobody else, administrators included.
func TestReportsAreTheirOwnersAlone(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	create(t, file(ns, "survey", "survey.csv", survey(100, 80)))
	apply(t, ns, surveySource+good("good", "survey")+strings.ReplaceAll(surveySource, "metadata: {name: survey}", "metadata: {name: neighbour}"))
	reads(t, cpi(ns, "good"), eighty)
	waitReason(t, dataSource(ns, "neighbour"), v1alpha1.ConditionReady, v1alpha1.ReasonReady)
	target := report(t, cpi(ns, "good"))

	account := func(source string) client.Client {
		return as(t, fmt.Sprintf("system:serviceaccount:%s:%s", ns, job.ServiceAccountName(source)), "system:serviceaccounts", "system:serviceaccounts:"+ns)
	}
	operator := as(t, fmt.Sprintf("system:serviceaccount:%s:cpi-operator", operatorNamespace), "system:serviceaccounts")
	status := []byte(`{"status":{"result":{"unit":"forged"}}}`)
	spec := []byte(`{"spec":{"serviceAccountName":"another"}}`)
	for _, test := range []struct {
		name    string
		client  client.Client
		status  bool
		patch   []byte
		allowed bool
	}{
		{"the source's account writes its status", account("survey"), true, []byte(`{"status":{"result":{"unit":"ratio"}}}`), true},
		{"another source's account does not", account("neighbour"), true, status, false},
		{"an administrator does not", api, true, status, false},
		{"the operator does not", operator, true, status, false},
		{"the source's account does not write the spec", account("survey"), false, spec, false},
		{"an administrator does not write the spec", api, false, spec, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			patch, object := client.RawPatch("application/merge-patch+json", test.patch), target.DeepCopy()
			var err error
			if test.status {
				err = test.client.Status().Patch(t.Context(), object, patch)
			} else {
				err = test.client.Patch(t.Context(), object, patch)
			}
			switch {
			case test.allowed && err != nil:
				t.Error(err)
			case !test.allowed && !apierrors.IsForbidden(err):
				t.Errorf("error is %v, want Forbidden", err)
			}
		})
	}
}

// as is a client that acts for somebody else.
func as(t *testing.T, user string, groups ...string) client.Client {
	t.Helper()
	theirs := rest.CopyConfig(config)
	theirs.Impersonate = rest.ImpersonationConfig{UserName: user, Groups: append(groups, "system:authenticated")}
	out, err := client.New(theirs, client.Options{Scheme: api.Scheme()})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestRights: what the operator and a source's runs may do, asked of the API server.
func TestRights(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	create(t, file(ns, "survey", "survey.csv", survey(100, 80)))
	apply(t, ns, surveySource+good("good", "survey"))
	reads(t, cpi(ns, "good"), eighty)
	operator := fmt.Sprintf("system:serviceaccount:%s:cpi-operator", operatorNamespace)
	run := fmt.Sprintf("system:serviceaccount:%s:%s", ns, job.ServiceAccountName("survey"))
	ours := v1alpha1.GroupVersion.Group
	for _, test := range []struct {
		user, verb, group, resource, subresource, namespace string
		allowed                                             bool
	}{
		{operator, "get", "", "secrets", "", ns, false},
		{operator, "list", "", "secrets", "", ns, false},
		{operator, "create", "", "pods", "", ns, false},
		{operator, "create", "", "serviceaccounts", "token", ns, false},
		{operator, "patch", ours, "indicatorreports", "status", ns, false},
		{operator, "create", ours, "indicatorreports", "", ns, true},
		{operator, "delete", ours, "cpidefinitions", "", ns, false},
		{run, "list", ours, "cpidefinitions", "", ns, true},
		{run, "patch", ours, "indicatorreports", "status", ns, true},
		{run, "list", ours, "cpidefinitions", "", "default", false},
		{run, "update", ours, "cpidefinitions", "", ns, false},
		{run, "get", "", "secrets", "", ns, false},
		{run, "create", "", "pods", "", ns, false},
		{run, "get", "", "configmaps", "", ns, false},
	} {
		review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
			User: test.user, Groups: []string{"system:serviceaccounts", "system:authenticated"},
			ResourceAttributes: &authorizationv1.ResourceAttributes{
				Namespace: test.namespace, Verb: test.verb, Group: test.group, Resource: test.resource, Subresource: test.subresource,
			},
		}}
		create(t, review)
		if review.Status.Allowed != test.allowed {
			t.Errorf("%s %s %s/%s in %s: allowed %t, want %t", test.user, test.verb, test.resource, test.subresource, test.namespace, review.Status.Allowed, test.allowed)
		}
	}
}
