package view

import (
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
)

// Telling is who is told by spec.alerting, whose days begin in zone; nil if nothing is declared. everywhere: the operator
// tells nobody anything.
func Telling(spec *v1alpha1.Alerting, zone *time.Location, everywhere bool) alert.Telling {
	out := alert.Telling{Everywhere: everywhere}
	if spec == nil {
		return out
	}
	out.Declared, out.DryRun, out.Evaluations = true, spec.Mode == "DryRun", int(spec.Evaluations)
	if day, err := time.ParseInLocation(time.DateOnly, spec.PausedUntil, zone); err == nil { // the schema checked it
		out.PausedUntil = day
	}
	for _, s := range spec.Severities {
		if out.Severities == nil {
			out.Severities = map[alert.Name]alert.Severity{}
		}
		out.Severities[alert.Name(s.Alert)] = severities[s.Severity]
	}
	return out
}

var severities = map[string]alert.Severity{"Critical": alert.Critical, "Warning": alert.Warning, "None": alert.Silent}

// Review of an object, if it declares one; without a date of the last, it counts from the object's creation.
func Review(object client.Object, declared *v1alpha1.Review) *alert.Review {
	if declared == nil {
		return nil
	}
	every, err := v1alpha1.Value(declared.Every).Duration()
	if err != nil {
		return nil
	}
	last, err := time.Parse(time.DateOnly, declared.LastReviewed)
	if err != nil {
		last = object.GetCreationTimestamp().Time
	}
	return &alert.Review{Last: last, Every: every}
}
