package publish

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
)

// Field managers of a report's status. Each owns its part, so that a failed attempt cannot take the last
// good result away.
const (
	ResultManager  = "cpi-result"
	AttemptManager = "cpi-attempt"
)

// write applies a change to the report that it was decided on; if that changed meanwhile, it conflicts.
func write(ctx context.Context, c client.Client, report *v1alpha1.IndicatorReport, change change) error {
	version := report.ResourceVersion
	if change.result != nil {
		var err error
		if version, err = apply(ctx, c, report, version, ResultManager, "result", change.result); err != nil {
			return err
		}
	}
	if change.link != nil {
		var err error
		if version, err = apply(ctx, c, report, version, ResultManager, "link", change.link); err != nil {
			return err
		}
	}
	if change.attempt != nil {
		if _, err := apply(ctx, c, report, version, AttemptManager, "attempt", change.attempt); err != nil {
			return err
		}
	}
	return nil
}

// apply writes one part of the status and returns the report's new version.
func apply(ctx context.Context, c client.Client, report *v1alpha1.IndicatorReport, version, manager, field string, part any) (string, error) {
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(part)
	if err != nil {
		return "", fmt.Errorf("encode %s: %w", field, err)
	}
	patch := &unstructured.Unstructured{Object: map[string]any{
		"metadata": map[string]any{
			"namespace":       report.Namespace,
			"name":            report.Name,
			"uid":             string(report.UID),
			"resourceVersion": version,
		},
		"status": map[string]any{field: content},
	}}
	patch.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind("IndicatorReport"))
	err = c.Status().Apply(ctx, client.ApplyConfigurationFromUnstructured(patch), client.FieldOwner(manager), client.ForceOwnership)
	return patch.GetResourceVersion(), err
}
