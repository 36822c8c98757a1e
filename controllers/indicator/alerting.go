package indicator

import (
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
)

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
