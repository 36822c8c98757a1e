package indicator

import (
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

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

// zone in which the days of a definition begin that may not be valid.
func (d definition) zone() *time.Location {
	if p := d.spec.Period; p != nil {
		if zone, err := time.LoadLocation(string(p.TimeZone)); err == nil {
			return zone
		}
	}
	return time.UTC
}

// tellAlerting tells whether anybody is told.
func tellAlerting(d definition, decision alert.Decision) {
	if c := decision.Condition(alert.Alerting); c != nil {
		d.set(v1alpha1.ConditionAlerting, metav1.ConditionStatus(c.Status), string(c.Reason), c.Message)
		return
	}
	meta.RemoveStatusCondition(&d.status.Conditions, v1alpha1.ConditionAlerting)
}
